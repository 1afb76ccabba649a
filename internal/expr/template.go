package expr

import (
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/value"
)

// Template is text with {{ expressions }}. It is safe for concurrent use.
type Template struct {
	src   string
	parts []part
}

// part is literal text, or an expression when node is set.
type part struct {
	text string
	node *node
	// at is the offset of the part in the source, in bytes.
	at int
}

// Parse reads a template: at most gonets.MaxBodyTemplate bytes, each
// expression at most gonets.MaxTemplateSource. Errors are *gonets.Error with
// the line and column in src.
func Parse(src string) (*Template, error) {
	whole := problem{code: gonets.CodeTemplateLimit, at: place{1, 1}}
	if len(src) > gonets.MaxBodyTemplate {
		return nil, whole.errorf(codeLong, "the template is longer than %d bytes", gonets.MaxBodyTemplate)
	}
	if !utf8.ValidString(src) {
		whole.code = gonets.CodeTemplateSyntax
		return nil, whole.errorf(codeNotUTF8, "the text is not UTF-8")
	}
	t := &Template{src: src}
	at, offset := place{1, 1}, 0
	for rest := src; rest != ""; {
		open := strings.Index(rest, "{{")
		if open < 0 {
			t.parts = append(t.parts, part{text: rest, at: offset})
			break
		}
		if open > 0 {
			t.parts = append(t.parts, part{text: rest[:open], at: offset})
			at = at.after(rest[:open])
		}
		size := expressionEnd(rest[open+2:])
		if size < 0 {
			return nil, problem{code: gonets.CodeTemplateSyntax, at: at, expression: excerpt(rest[open:])}.errorf(codeBraces,
				`{{ is not closed; }} is missing (write {{ "{{" }} for the braces themselves)`)
		}
		inner := rest[open+2 : open+2+size]
		n, err := compile(inner, at.after("{{"))
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part{node: &n, at: offset + open})
		used := open + 2 + size + 2
		at = at.after(rest[open:used])
		offset += used
		rest = rest[used:]
	}
	return t, nil
}

// excerpt is the beginning of a text for a message.
func excerpt(s string) string {
	const most = 40
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// expressionEnd is where the }} that closes the expression begins: not inside
// quotation marks, comments or braces. -1 means nowhere.
func expressionEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\'' || c == '`':
			i += skipString(s[i:])
			continue
		case strings.HasPrefix(s[i:], "/*"):
			i += skipComment(s[i:])
			continue
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case strings.HasPrefix(s[i:], "}}"):
			return i
		}
		i++
	}
	return -1
}

// Literal gives the text of a template without expressions.
func (t *Template) Literal() (string, bool) {
	for _, p := range t.parts {
		if p.node != nil {
			return "", false
		}
	}
	return t.src, true
}

// Value fills the template in. One whole expression keeps the type of its
// value, nil when it is missing; any other template gives text.
func (t *Template) Value(s Scope, r *Report) (any, error) {
	v, _, err := t.Lookup(s, r)
	return v, err
}

// Lookup is Value that tells a missing value from null: ok is false when the
// template is one whole expression whose value is missing. Then JSON gets
// null, text nothing, and a query or header row is left out.
func (t *Template) Lookup(s Scope, r *Report) (v any, ok bool, err error) {
	if len(t.parts) == 1 && t.parts[0].node != nil {
		return t.parts[0].node.lookup(s, r)
	}
	v, err = t.Text(s, r, nil)
	return v, err == nil, err
}

// Text fills the template in as text of at most gonets.MaxRendered bytes. Only
// values pass through esc, which may be nil; what the template itself says
// stands as it is.
func (t *Template) Text(s Scope, r *Report, esc func(string) string) (string, error) {
	return t.text(s, r, func(out []byte, _ int, v any) ([]byte, error) {
		text := value.Text(v)
		if esc != nil {
			text = esc(text)
		}
		return append(out, text...), nil
	})
}

// URL fills the template of an address in. A value at the very beginning
// stands as it is, since it is an address or its beginning; a value in the host
// must be made of characters of host names; later ones are percent-encoded for
// the path or the query, once.
func (t *Template) URL(s Scope, r *Report) (string, error) {
	return t.text(s, r, func(out []byte, part int, v any) ([]byte, error) {
		text := value.Text(v)
		switch urlPart(string(out)) {
		case urlHost:
			if strings.ContainsFunc(text, func(r rune) bool { return r < utf8.RuneSelf && !unreserved(byte(r)) }) {
				return nil, t.parts[part].node.problem(gonets.CodeTemplateFailed, 0).errorf(codeHost, "the value cannot be part of a host name")
			}
		case urlPath:
			text = EscapePath(text)
		case urlQuery:
			text = EscapeQuery(text)
		}
		return append(out, text...), nil
	})
}

type urlPlace uint8

const (
	urlStart urlPlace = iota
	urlHost
	urlPath
	urlQuery
)

// urlPart tells in which part of an address the next character stands.
func urlPart(before string) urlPlace {
	if before == "" {
		return urlStart
	}
	if strings.ContainsAny(before, "?#") {
		return urlQuery
	}
	if _, after, ok := strings.Cut(before, "://"); ok && !strings.ContainsAny(after, `/\`) {
		return urlHost
	}
	return urlPath
}

// text fills the template in as text.
func (t *Template) text(s Scope, r *Report, add func(out []byte, part int, v any) ([]byte, error)) (string, error) {
	if literal, ok := t.Literal(); ok {
		return literal, nil
	}
	out, err := t.fill(s, r, nil, add)
	return string(out), err
}

// fill fills the template in: add appends the value of a part. starts, one for each
// part unless it is nil, learns where the parts begin in what was filled in.
func (t *Template) fill(s Scope, r *Report, starts []int, add func(out []byte, part int, v any) ([]byte, error)) ([]byte, error) {
	out := make([]byte, 0, len(t.src)+64)
	for i, p := range t.parts {
		if starts != nil {
			starts[i] = len(out)
		}
		if p.node == nil {
			out = append(out, p.text...)
			continue
		}
		v, _, err := p.node.lookup(s, r)
		if err != nil {
			return nil, err
		}
		if out, err = add(out, i, v); err != nil {
			return nil, err
		}
		if len(out) > gonets.MaxRendered {
			return nil, p.node.tooLarge()
		}
	}
	return out, nil
}

func (n *node) tooLarge() error {
	return n.limit(0, codeLarge, "the filled-in template is larger than %d MiB", gonets.MaxRendered>>20)
}

// located is the place in the template of an offset in filled-in text, by the
// offsets at which the parts start in that text.
func (t *Template) located(code gonets.Code, offset int, starts []int) problem {
	at := len(t.src)
	for i, p := range t.parts {
		if starts[i] > offset {
			break
		}
		at = p.at
		if p.node == nil {
			at = p.at + min(offset-starts[i], len(p.text))
		}
	}
	text := t.src[strings.LastIndexByte(t.src[:at], '\n')+1:]
	return problem{code: code, at: place{line: 1, column: 1}.after(t.src[:at]), expression: excerpt(text)}
}

// Roots are the first names that the template reads, each once.
func (t *Template) Roots() []string { return roots(t.paths()) }

// Paths are the paths that the template reads, each once.
func (t *Template) Paths() []string { return pathTexts(t.paths()) }

func (t *Template) paths() []value.Path {
	var out []value.Path
	for _, p := range t.parts {
		if p.node != nil {
			out = append(out, p.node.paths()...)
		}
	}
	return out
}
