package mask

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"unicode"
)

// patterns find fields in text that is no valid document. A field is known there
// by its last name alone, and what cannot be told for sure is hidden whole: too
// much rather than too little.
type patterns struct {
	// named finds a name with what follows it up to its value: name="…", name: …,
	// [name] => …, behind the escapes of a document inside a document, too.
	named *regexp.Regexp
	// tagged finds an element's opening tag in XML.
	tagged *regexp.Regexp
	// alone finds the name by itself.
	alone *regexp.Regexp
	// whole is the name and nothing else.
	whole *regexp.Regexp
}

// patternsOf are those of the last real names of fields; nil when there are none.
func patternsOf(fields [][]string) *patterns {
	var last []string
	for _, names := range fields {
		for i := len(names) - 1; i >= 0; i-- {
			if names[i] != anyName { // of client.* the whole client is hidden
				last = append(last, regexp.QuoteMeta(names[i]))
				break
			}
		}
	}
	if len(last) == 0 {
		return nil
	}
	name := `(?:` + strings.Join(last, "|") + `)`
	return &patterns{
		named:  regexp.MustCompile(`(?i)(?:^|[^\pL\pN_-])` + name + `(?:\\*["'\]])*\s*(?:=>|:=|[:=])[ \t]*`),
		tagged: regexp.MustCompile(`(?is)<((?:[^\s<>/:]+:)?` + name + `)(?:\s[^>]*)?>`),
		alone:  regexp.MustCompile(`(?i)(?:^|[^\pL\pN_-])` + name + `(?:$|[^\pL\pN_-])`),
		whole:  regexp.MustCompile(`(?i)^` + name + `$`),
	}
}

// text hides what looks like a field in text that is no document.
func (c *Cover) text(text string) string {
	p := c.rules.patterns
	if text == "" || p == nil {
		return text
	}
	if smallEscape.MatchString(text) {
		// A name may stand behind escapes where no reader of JSON can be asked.
		if plain := smallEscape.ReplaceAllStringFunc(text, readEscape); len(p.alone.FindAllStringIndex(plain, -1)) > len(p.alone.FindAllStringIndex(text, -1)) {
			c.learn(text)
			return Hidden
		}
	}
	if c.table(text) {
		return Hidden
	}
	text = c.cut(text, p.tagged, elementEnd)
	return c.cut(text, p.named, valueEnd)
}

// smallEscape is a character of ASCII behind an escape of JSON.
var smallEscape = regexp.MustCompile(`\\u00[0-7][0-9a-fA-F]`)

func readEscape(s string) string {
	var out string
	_ = json.Unmarshal([]byte(`"`+s+`"`), &out) // it is one
	return out
}

// cut hides what follows each match of a pattern: end gives the span of the value
// between two positions of the text.
func (c *Cover) cut(text string, pattern *regexp.Regexp, end func(text string, m []int) (start, stop int)) string {
	var out strings.Builder
	from := 0
	for from < len(text) {
		// Each search begins behind what is hidden, with the character before it: a
		// name needs one.
		at := max(from-1, 0)
		m := pattern.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		for i := range m {
			m[i] += at
		}
		start, stop := end(text, m)
		if start < from || stop <= start {
			next := max(m[1], from+1)
			out.WriteString(text[from:min(next, len(text))])
			from = next
			continue
		}
		c.learnLoose(text[start:stop])
		out.WriteString(text[from:start])
		out.WriteString(Hidden)
		from = stop
	}
	if from == 0 {
		return text
	}
	return out.String() + text[min(from, len(text)):]
}

var (
	// A tag goes no further than to the next one: else each of many that are open
	// would be looked for to the end of the text.
	anyTag  = regexp.MustCompile(`<!\[CDATA\[|\]\]>|<[^<>]*>`)
	digits  = regexp.MustCompile(`^\+?\d[\d\s()./-]{3,}\d`)
	nextKey = regexp.MustCompile(`^\s*(?:\\*["'])?[\pL_][\pL\pN_.\[\] -]{0,63}(?:\\*["'])?\s*[:=]`)
	nextSet = regexp.MustCompile(`^\s+[\pL_][\pL\pN_.-]{0,63}=`)
)

// learnLoose learns what may be more than the value.
func (c *Cover) learnLoose(text string) {
	for _, part := range append(strings.Split(anyTag.ReplaceAllString(text, "\x00"), "\x00"), html.UnescapeString(anyTag.ReplaceAllString(text, ""))) {
		part = strings.Trim(part, " \t\r\n\\\"'")
		c.learn(part)
		c.learn(digits.FindString(part))
		if word, _, more := strings.Cut(part, " "); more {
			c.learn(strings.TrimRight(word, ",;"))
		}
	}
}

// elementEnd is what stands between an opening tag and the closing one of the same
// element; without that it is all of the rest. Of a tag that closes itself it is
// what the tag says.
func elementEnd(text string, m []int) (start, stop int) {
	if strings.HasSuffix(text[m[0]:m[1]], "/>") {
		return m[3], m[1] - 2
	}
	name, depth := text[m[2]:m[3]], 1
	// Many tags may have their end in common, so it is looked for once: solid is
	// where the blanks before it begin.
	end, solid := 0, 0
	for at := m[1]; ; {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			return m[1], len(text)
		}
		at += i
		rest := text[at:]
		for open, closing := range map[string]string{"<![CDATA[": "]]>", "<!--": "-->"} {
			if strings.HasPrefix(rest, open) {
				i = strings.Index(rest, closing)
				if i < 0 {
					return m[1], len(text)
				}
				at, rest = at+i+len(closing), ""
			}
		}
		if rest == "" {
			continue
		}
		if end <= at {
			if end = len(text); strings.IndexByte(rest, '>') >= 0 {
				end = at + strings.IndexByte(rest, '>')
			}
			solid = at + len(strings.TrimSpace(text[at:end]))
		}
		tag := text[at:end]
		switch closing := text[min(at+2, solid):solid]; {
		case strings.HasPrefix(tag, "</") && strings.EqualFold(strings.TrimLeftFunc(closing, unicode.IsSpace), name):
			if depth--; depth == 0 {
				return m[1], at
			}
		case opens(tag, name):
			depth++
		}
		at++
	}
}

// opens tells whether a tag without its end opens an element of a name.
func opens(tag, name string) bool {
	if len(tag) <= len(name) || !strings.EqualFold(tag[1:len(name)+1], name) || strings.HasSuffix(tag, "/") {
		return false
	}
	return len(tag) == len(name)+1 || strings.ContainsRune(" \t\r\n", rune(tag[len(name)+1]))
}

// valueEnd is the value behind a name: a quoted text, a part of a document, the
// lines below, or as much of the line as can be the value.
func valueEnd(text string, m []int) (start, stop int) {
	start = m[1]
	set := strings.HasSuffix(strings.TrimRight(text[m[0]:m[1]], " \t"), "=")
	if rest := text[start:]; rest == "" || rest[0] == '\n' || rest[0] == '\r' {
		next := strings.TrimLeft(rest, " \t\r\n")
		if next == "" {
			return start, start
		}
		if !strings.ContainsRune(`"'{[\`, rune(next[0])) {
			return len(text) - len(next), block(text, m[0], len(text)-len(next))
		}
		start = len(text) - len(next)
	}
	if !set {
		if below := start + mark(text[start:]); below > start {
			if next := strings.TrimLeft(text[below:], " \t\r\n"); next != "" {
				return len(text) - len(next), block(text, m[0], len(text)-len(next))
			}
		}
	}
	rest := text[start:]
	escapes := len(rest) - len(strings.TrimLeft(rest, `\`))
	if escapes < len(rest) && (rest[escapes] == '"' || rest[escapes] == '\'') {
		return quoted(text, start, escapes)
	}
	switch rest[0] {
	case '{', '[':
		w := walker{s: rest}
		if end := w.end(); json.Valid([]byte(rest[:end])) {
			return start, start + end
		}
		return start, len(text)
	case '&', '\n':
		return start, start
	}
	return start, start + lineEnd(rest, set)
}

// quoted is a text between quotes of which the first stands behind escapes. What
// is not closed goes on to the end.
func quoted(text string, start, escapes int) (from, to int) {
	quote := text[start : start+escapes+1]
	from = start + len(quote)
	for i := from; i < len(text); i++ {
		if escapes > 0 {
			// The next one in one go: escapes may be very many, and come again.
			next := strings.Index(text[i:], quote)
			if next < 0 {
				break
			}
			if i += next; text[i-1] == '\\' {
				i += escapes
				continue
			}
		} else if text[i] == '\\' {
			i++
			continue
		} else if text[i] != quote[0] {
			continue
		}
		// A quote inside of the value has something else behind it.
		if after := strings.TrimLeft(text[i+len(quote):], " \t"); after == "" || strings.ContainsRune(",;&}]>)/?\r\n\\<", rune(after[0])) || nextKey.MatchString(text[i+len(quote):]) {
			return from, i
		}
		return from, i + lineEnd(text[i:], false)
	}
	return from, len(text)
}

// lineEnd is how far a value without quotes reaches.
func lineEnd(rest string, set bool) int {
	for i := range len(rest) {
		after := rest[i+1:]
		switch rest[i] {
		case '\n', '\r', '&':
			return i
		case ',', ';':
			// Not TrimSpace: that looks at the end of the text, too, at every comma.
			if strings.TrimLeftFunc(after, unicode.IsSpace) == "" || nextKey.MatchString(after) {
				return i
			}
		case '}', ']':
			if after == "" || strings.ContainsRune(",;}] \r\n", rune(after[0])) {
				return i
			}
		case '<':
			if after != "" && (after[0] == '/' || after[0] >= 'A') {
				return i
			}
		case ' ', '\t', '\f':
			// Among blanks the first tells it for all.
			if set && (i == 0 || !strings.ContainsRune(" \t\f", rune(rest[i-1]))) && nextSet.MatchString(rest[i:]) {
				return i
			}
		}
	}
	return len(rest)
}

// maxMark is how long the mark of a block of YAML may be with its comment.
const maxMark = 256

var blockMark = regexp.MustCompile(`^(?:[!&]\S*[ \t]+)*[>|][+-]?[1-9]?[+-]?[ \t]*(?:#.*)?\r?$`)

// mark is the length of what says that a value are the lines below: > or |, as
// YAML has it. Without such a mark it is 0.
func mark(rest string) int {
	if rest == "" || !strings.ContainsRune(">|!&", rune(rest[0])) {
		return 0
	}
	line, _, ok := strings.Cut(rest[:min(len(rest), maxMark)], "\n")
	if !ok || !blockMark.MatchString(line) {
		return 0
	}
	return len(line)
}

// block are the lines below a name that are indented deeper than it; at least one.
func block(text string, name, from int) int {
	indent := func(at int) int {
		line := text[strings.LastIndexByte(text[:at], '\n')+1:]
		return len(line) - len(strings.TrimLeft(line, " \t-\"'"))
	}
	own := indent(min(name+1, len(text)))
	for end := from; ; {
		i := strings.IndexByte(text[end:], '\n')
		if i < 0 {
			return len(text)
		}
		end += i
		next := strings.TrimLeft(text[end:], " \t\r\n")
		if next == "" || indent(len(text)-len(next)) <= own {
			return end
		}
		end = len(text) - len(next)
	}
}

// mentions tells whether a text names a field that is hidden.
func (c *Cover) mentions(text string) bool {
	return c.rules.patterns != nil && c.rules.patterns.alone.MatchString(text)
}
