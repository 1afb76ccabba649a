package value

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonets"
)

// MaxIndex is the largest list index that a name may build.
const MaxIndex = 10_000

type kind uint8

const (
	kindName kind = iota
	kindIndex
	kindMatch
	kindAll
	kindAppend
)

type segment struct {
	kind kind
	// name is a member's name, or the key of a match.
	name string
	// text is the value of a match.
	text  string
	index int
}

// Path leads to a place inside a value. The zero Path is the value itself.
type Path struct{ segs []segment }

// ParsePath reads a path. Errors are *gonets.Error with code template.syntax
// and the column of the mistake.
func ParsePath(s string) (Path, error) {
	p, rest, err := scan(s, scanPath)
	if err != nil {
		return Path{}, err
	}
	if rest < len(s) {
		return Path{}, pathError(s, rest, "unexpected %q", firstRune(s[rest:]))
	}
	return p, nil
}

// ScanPath reads the path that s begins with and tells where it ends, in
// bytes. A bracket that holds no part of a path ends it: in items[i + 1] the
// path is items. s must begin with a letter or _.
func ScanPath(s string) (p Path, end int, err error) {
	r := firstRune(s)
	if r != '_' && !unicode.IsLetter(r) {
		return Path{}, 0, pathError(s, 0, "a name is expected")
	}
	return scan(s, scanPrefix)
}

// ParseName reads the name of a JSON field: dots nest, [0] and [] make lists,
// ["any text"] is a member; \. \[ and \\ stand for the character itself. Any
// other character is part of the name. Use it with [Builder] and [Set].
func ParseName(s string) (Path, error) {
	p, _, err := scan(s, scanField)
	return p, err
}

type scanMode uint8

const (
	scanPath scanMode = iota
	scanPrefix
	scanField
)

func scan(s string, mode scanMode) (Path, int, error) {
	if len(s) > gonets.MaxTemplateSource && mode != scanPrefix {
		return Path{}, 0, gonets.Errorf(gonets.CodeTemplateLimit,
			"the path is longer than %d bytes", gonets.MaxTemplateSource)
	}
	if s == "" {
		return Path{}, 0, pathError(s, 0, "the path is empty")
	}
	var p Path
	i := 0
	for i < len(s) {
		switch {
		case s[i] == '[':
			seg, next, err := scanBracket(s, i, mode)
			if err != nil {
				if mode == scanPrefix && len(p.segs) > 0 {
					return p, i, nil
				}
				return Path{}, 0, err
			}
			p.segs = append(p.segs, seg)
			i = next
			continue
		case s[i] == '.' && i > 0:
			i++
		case i > 0:
			if mode == scanField {
				return Path{}, 0, pathError(s, i, "a dot or a bracket is expected after ]")
			}
			return p, i, nil
		}
		name, next, err := scanName(s, i, mode)
		if err != nil {
			if mode == scanPrefix && len(p.segs) > 0 {
				return p, i - 1, nil
			}
			return Path{}, 0, err
		}
		p.segs = append(p.segs, segment{kind: kindName, name: name})
		i = next
	}
	return p, i, nil
}

func scanName(s string, i int, mode scanMode) (string, int, error) {
	if mode == scanField {
		return scanFieldName(s, i)
	}
	start := i
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !nameRune(r, i == start) {
			break
		}
		i += size
	}
	// In an expression a hyphen belongs to the name only between its characters.
	for mode == scanPrefix && i > start && s[i-1] == '-' {
		i--
	}
	if i == start {
		return "", 0, pathError(s, i, "a name is expected; write [\"…\"] round a name with other characters")
	}
	return s[start:i], i, nil
}

func nameRune(r rune, first bool) bool {
	if r < utf8.RuneSelf {
		return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' && !first
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

func plainName(s string) bool {
	for i, r := range s {
		if !nameRune(r, i == 0) {
			return false
		}
	}
	return s != ""
}

func scanFieldName(s string, i int) (string, int, error) {
	var b strings.Builder
	start := i
	for i < len(s) && s[i] != '.' && s[i] != '[' {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`.[\`, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
		i++
	}
	if b.Len() == 0 {
		return "", 0, pathError(s, start, `a name is expected; write \. for a dot that is part of a name`)
	}
	return b.String(), i, nil
}

func scanBracket(s string, start int, mode scanMode) (segment, int, error) {
	i := start + 1
	fail := func(at int, format string, args ...any) (segment, int, error) {
		return segment{}, 0, pathError(s, at, format, args...)
	}
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		name, next, ok := scanQuoted(s, i)
		if !ok {
			return fail(i, "the quotation mark is not closed")
		}
		if next >= len(s) || s[next] != ']' {
			return fail(min(next, len(s)), "] is expected after the closing quotation mark")
		}
		return segment{kind: kindName, name: name}, next + 1, nil
	}
	end := strings.IndexByte(s[i:], ']')
	if end < 0 {
		return fail(start, "[ is not closed")
	}
	inner := s[i : i+end]
	next := i + end + 1
	if n, ok := parseIndex(inner); ok {
		if mode == scanField && (n < 0 || n > MaxIndex) {
			return fail(i, "a list index in a field name is 0 to %d", MaxIndex)
		}
		return segment{kind: kindIndex, index: n}, next, nil
	}
	if mode == scanField {
		if inner == "" {
			return segment{kind: kindAppend}, next, nil
		}
		return fail(i, `in a field name brackets hold an index, nothing, or "text"; write \[ for a bracket that is part of a name`)
	}
	if inner == "*" {
		return segment{kind: kindAll}, next, nil
	}
	key, text, isMatch := strings.Cut(inner, "=")
	if !isMatch || !matchKey(key) {
		return fail(i, `brackets hold an index, "text", key=value or *`)
	}
	if strings.HasPrefix(text, "=") {
		return fail(i, "write [key=value] with one equals sign")
	}
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		at := i + len(key) + 1
		quoted, after, ok := scanQuoted(s, at)
		if !ok || after >= len(s) || s[after] != ']' {
			return fail(at, "the quotation mark is not closed")
		}
		text, next = quoted, after+1
	}
	return segment{kind: kindMatch, name: key, text: text}, next, nil
}

// matchKey allows names with dots between them; anything else in brackets is
// an expression or a mistake.
func matchKey(key string) bool {
	for part := range strings.SplitSeq(key, ".") {
		if !plainName(part) {
			return false
		}
	}
	return true
}

func scanQuoted(s string, i int) (text string, next int, ok bool) {
	quote := s[i]
	var b strings.Builder
	for i++; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return b.String(), i + 1, true
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == quote || s[i+1] == '\\'):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", 0, false
}

func parseIndex(s string) (int, bool) {
	if s == "" || len(s) > 10 || s[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// codePath is the code of a path that cannot be read.
const codePath gonets.Code = "template.path"

func pathError(s string, at int, format string, args ...any) error {
	e := gonets.Errorf(gonets.CodeTemplateSyntax, format, args...)
	return &gonets.Error{Code: e.Code, Message: "this is not a path", Problems: []gonets.Problem{{
		Code: codePath, Message: e.Message, Line: 1,
		Column: utf8.RuneCountInString(s[:min(at, len(s))]) + 1, Expression: s,
	}}}
}

// Len is the number of the path's parts.
func (p Path) Len() int { return len(p.segs) }

// Root is the first name; empty when the path begins with a bracket that is
// no name.
func (p Path) Root() string {
	if len(p.segs) == 0 || p.segs[0].kind != kindName {
		return ""
	}
	return p.segs[0].name
}

// Rest is the path without its first part.
func (p Path) Rest() Path {
	if len(p.segs) == 0 {
		return p
	}
	return Path{segs: p.segs[1:]}
}

// String is the canonical form; it parses to the same path.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p.segs {
		s.write(&b, i == 0)
	}
	return b.String()
}

func (s segment) write(b *strings.Builder, first bool) {
	switch s.kind {
	case kindName:
		if !plainName(s.name) {
			b.WriteByte('[')
			quote(b, s.name)
			b.WriteByte(']')
			return
		}
		if !first {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
	case kindIndex:
		b.WriteByte('[')
		b.WriteString(strconv.Itoa(s.index))
		b.WriteByte(']')
	case kindMatch:
		b.WriteByte('[')
		b.WriteString(s.name)
		b.WriteByte('=')
		if strings.ContainsAny(s.text, `]"'\`) || strings.HasPrefix(s.text, "=") {
			quote(b, s.text)
		} else {
			b.WriteString(s.text)
		}
		b.WriteByte(']')
	case kindAll:
		b.WriteString("[*]")
	case kindAppend:
		b.WriteString("[]")
	}
}

func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
}

// Get reads the value at the path; ok is false when a part is missing. With
// [*] it gives a list of all that matched: elements without the rest of the
// path are left out, lists of lists are joined.
func (p Path) Get(root any) (v any, ok bool) {
	v = root
	for i, s := range p.segs {
		if s.kind == kindAll {
			list, isList := v.([]any)
			if !isList {
				return nil, false
			}
			return collect(list, Path{segs: p.segs[i+1:]}), true
		}
		if v, ok = s.get(v); !ok {
			return nil, false
		}
	}
	return v, true
}

func collect(list []any, rest Path) []any {
	spread := false
	for _, s := range rest.segs {
		spread = spread || s.kind == kindAll
	}
	out := make([]any, 0, len(list))
	for _, item := range list {
		v, ok := rest.Get(item)
		if !ok {
			continue
		}
		if inner, isList := v.([]any); spread && isList {
			out = append(out, inner...)
			continue
		}
		out = append(out, v)
	}
	return out
}

func (s segment) get(v any) (any, bool) {
	if s.kind == kindName {
		return Member(v, s.name)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	switch s.kind {
	case kindIndex:
		i := s.index
		if i < 0 {
			i += len(list)
		}
		if i < 0 || i >= len(list) {
			return nil, false
		}
		return list[i], true
	case kindMatch:
		for _, item := range list {
			if got, ok := dotted(item, s.name); ok && Text(got) == s.text {
				return item, true
			}
		}
	}
	return nil, false
}

func dotted(v any, key string) (any, bool) {
	for {
		name, rest, deeper := strings.Cut(key, ".")
		m, ok := Member(v, name)
		if !ok || !deeper {
			return m, ok
		}
		v, key = m, rest
	}
}

// Missing tells how far the path leads into root: found is the longest
// beginning that is there, name the first name that is not, among the members
// known. It serves the message about a missing value.
func (p Path) Missing(root any) (found Path, name string, known []string) {
	v := root
	for i, s := range p.segs {
		next, ok := Path{segs: p.segs[i : i+1]}.Get(v)
		if !ok {
			if s.kind == kindName {
				name = s.name
			}
			return Path{segs: p.segs[:i:i]}, name, Members(v)
		}
		if s.kind == kindAll {
			list := next.([]any)
			if len(list) == 0 {
				return Path{segs: p.segs[:i+1]}, "", nil
			}
			next = list[0]
		}
		v = next
	}
	return p, "", nil
}

// Join appends a member's name to the path.
func (p Path) Join(name string) Path {
	return Path{segs: append(p.segs[:len(p.segs):len(p.segs)], segment{kind: kindName, name: name})}
}

// All appends [*] to the path.
func (p Path) All() Path {
	return Path{segs: append(p.segs[:len(p.segs):len(p.segs)], segment{kind: kindAll})}
}

// HasAll tells whether the path has [*], so gives a list.
func (p Path) HasAll() bool {
	for _, s := range p.segs {
		if s.kind == kindAll {
			return true
		}
	}
	return false
}

// Append joins two paths.
func (p Path) Append(rest Path) Path {
	return Path{segs: append(p.segs[:len(p.segs):len(p.segs)], rest.segs...)}
}
