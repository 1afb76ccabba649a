package mask

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/outbound"
	"gonets/internal/value"
)

// headers hides credentials and fields. The word in front of a credential, as in
// "Bearer …", stays: it helps, and is no secret.
func (c *Cover) headers(at []string, in []gonets.Header) []gonets.Header {
	if in == nil {
		return nil
	}
	out := outbound.MaskHeaders(in)
	for i, h := range in {
		shown := &out[i] //nolint:gosec // MaskHeaders gives as many as it gets
		switch {
		case shown.Value != h.Value && strings.HasSuffix(shown.Value, Hidden) && outbound.Credential(h.Name):
			c.learnCredential(strings.TrimPrefix(h.Value, strings.TrimSuffix(shown.Value, Hidden)))
		case c.rules.hides(below(at, shown.Name)):
			c.learn(h.Value)
			shown.Value = Hidden
		}
	}
	return out
}

// form is the media type of a form's fields.
const form = "application/x-www-form-urlencoded"

// body hides fields in a body, by what it is. One in another encoding than UTF-8
// is given back in UTF-8 when something in it is hidden.
func (c *Cover) body(at []string, body []byte, kind string) []byte {
	if len(body) == 0 || len(c.rules.fields) == 0 {
		return body
	}
	if c.rules.hides(at) {
		c.learnFile(body)
		c.learn(string(body))
		return []byte(Hidden)
	}
	body = c.withoutFiles(body, kind)
	media, params, _ := mime.ParseMediaType(kind)
	if params["boundary"] != "" && !isDocument(string(body)) {
		// A file in it makes no other encoding of the whole.
		if shown := c.parts(at, string(body), params["boundary"]); shown != string(body) {
			return []byte(shown)
		}
		return body
	}
	text := charset.Legible(body, kind)
	var shown string
	switch {
	case isDocument(text):
		shown = c.json(at, text)
	case media == form || strings.Contains(text, "=") && !strings.ContainsAny(text, " \t\r\n<{"):
		again := inUTF8(text, kind)
		if shown = c.pairs(at, again); shown == again {
			return body
		}
	default:
		shown = c.text(text)
	}
	if shown == text {
		return body
	}
	return []byte(shown)
}

// isDocument tells whether a text is a JSON object or list.
func isDocument(text string) bool {
	first := strings.TrimLeft(text, " \t\r\n")
	return first != "" && (first[0] == '{' || first[0] == '[') && json.Valid([]byte(text))
}

// pairs hides fields of a form or a query.
func (c *Cover) pairs(at []string, raw string) string {
	if raw == "" || len(c.rules.fields) == 0 {
		return raw
	}
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		name, v, ok := strings.Cut(part, "=")
		if !ok {
			if plain := unescape(part); c.text(plain) != plain {
				parts[i] = url.QueryEscape(c.text(plain))
			}
			continue
		}
		plain := unescape(v)
		switch place := below(at, unescape(name)); {
		case c.rules.hides(place):
			c.learn(plain)
			parts[i] = name + "=" + Hidden
		case isDocument(plain):
			if shown := c.json(place, plain); shown != plain {
				parts[i] = name + "=" + url.QueryEscape(shown)
			}
		case c.table(plain):
			parts[i] = name + "=" + Hidden
		default:
			// A name may be the end of something else, a value a text of its own.
			whole := unescape(name) + "=" + plain
			if shown := c.text(whole); shown != whole {
				before, after, _ := strings.Cut(shown, "=")
				parts[i] = url.QueryEscape(before) + "=" + url.QueryEscape(after)
			}
		}
	}
	return strings.Join(parts, "&")
}

// inUTF8 is a form whose escapes are those of UTF-8, where they were in another
// encoding.
func inUTF8(raw, kind string) string {
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		if plain := unescape(part); !utf8.ValidString(plain) {
			name, v, found := strings.Cut(part, "=")
			parts[i] = reescaped(name, kind)
			if found {
				parts[i] += "=" + reescaped(v, kind)
			}
		}
	}
	return strings.Join(parts, "&")
}

func reescaped(s, kind string) string {
	return url.QueryEscape(charset.Legible([]byte(unescape(s)), kind))
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// learnFile takes in bytes that are hidden as a whole, whatever they are.
func (c *Cover) learnFile(data []byte) {
	if len(data) >= minEncoded {
		c.files[sha256.Sum256(data)] = true
	}
}

// withoutFiles is a body, or a form in parts, without the files that are hidden
// elsewhere.
func (c *Cover) withoutFiles(body []byte, kind string) []byte {
	if len(c.files) == 0 {
		return body
	}
	if c.files[sha256.Sum256(body)] {
		return []byte(Hidden)
	}
	_, params, _ := mime.ParseMediaType(kind)
	if params["boundary"] == "" {
		return body
	}
	pieces := bytes.Split(body, []byte("--"+params["boundary"]))
	for i, piece := range pieces {
		head, content, _ := bytes.Cut(piece, []byte(gap))
		if c.files[sha256.Sum256(bytes.TrimSuffix(content, []byte("\r\n")))] {
			pieces[i] = slices.Concat(head, []byte(gap+Hidden+"\r\n"))
		}
	}
	return bytes.Join(pieces, []byte("--"+params["boundary"]))
}

// gap ends the head of a part.
const gap = "\r\n\r\n"

// parts hides fields of a form in parts (multipart/form-data).
func (c *Cover) parts(at []string, text, boundary string) string {
	pieces := strings.Split(text, "--"+boundary)
	if whole := charset.Legible([]byte(text), ""); len(pieces) == 1 && c.mentions(whole) {
		c.learnLoose(whole)
		return Hidden // it is in no parts, or in others
	}
	for i, piece := range pieces {
		head, content, ok := strings.Cut(piece, gap)
		if !ok {
			plain := charset.Legible([]byte(piece), "")
			if shown := c.text(plain); shown != plain {
				pieces[i] = shown
			}
			continue
		}
		file := strings.TrimSuffix(content, "\r\n")
		head, content = charset.Legible([]byte(head), ""), charset.Legible([]byte(content), "")
		name := ""
		for line := range strings.SplitSeq(head, "\r\n") {
			if field, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(field, "Content-Disposition") {
				if _, params, err := mime.ParseMediaType(strings.TrimSpace(v)); err == nil {
					name = params["name"]
				}
			}
		}
		content = strings.TrimSuffix(content, "\r\n")
		switch place := below(at, name); {
		case name != "" && c.rules.hides(place), name == "" && c.mentions(head):
			c.learnFile([]byte(file))
			c.learn(content)
			pieces[i] = head + gap + Hidden + "\r\n"
		case isDocument(content):
			if shown := c.json(place, content); shown != content {
				pieces[i] = head + gap + shown + "\r\n"
			}
		default:
			if shown := c.text(content); shown != content {
				pieces[i] = head + gap + shown + "\r\n"
			}
		}
	}
	return strings.Join(pieces, "--"+boundary)
}

// json hides fields of a valid JSON text and leaves every other byte of it.
func (c *Cover) json(at []string, text string) string {
	if text == "" || len(c.rules.fields) == 0 {
		return text
	}
	w := walker{c: c, s: text, at: at}
	w.value(0)
	return w.rest()
}

// walker passes over a valid JSON text and replaces values in place.
type walker struct {
	c  *Cover
	s  string
	at []string

	pos, from int
	out       strings.Builder
}

// replace puts a text in the place of what is between two positions.
func (w *walker) replace(start, end int, text string) {
	w.out.WriteString(w.s[w.from:start])
	w.out.WriteString(text)
	w.from = end
}

// rest ends the walk with what was not replaced.
func (w *walker) rest() string {
	if w.from == 0 {
		return w.s
	}
	return w.out.String() + w.s[w.from:]
}

func (w *walker) peek() byte {
	for ; w.pos < len(w.s); w.pos++ {
		if c := w.s[w.pos]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

// end is where the value that begins at the present place ends.
func (w *walker) end() int {
	depth := 0
	for i := w.pos; i < len(w.s); i++ {
		switch w.s[i] {
		case '"':
			for i++; i < len(w.s) && w.s[i] != '"'; i++ {
				if w.s[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return min(i+1, len(w.s))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(w.s)
}

func (w *walker) value(depth int) {
	switch first := w.peek(); {
	case depth > gonets.MaxJSONDepth:
		start := w.pos
		w.pos = w.end()
		w.replace(start, w.pos, `"`+Hidden+`"`) // nobody looks into it
	case first == '{':
		w.object(depth)
	case first == '[':
		w.pos++
		for c := w.peek(); c != ']' && c != 0; c = w.peek() {
			w.value(depth + 1)
			w.comma()
		}
		w.pos = min(w.pos+1, len(w.s))
	default:
		start := w.pos
		w.pos = w.end()
		if first == '"' {
			w.text(start)
		}
	}
}

func (w *walker) comma() {
	if w.peek() == ',' {
		w.pos++
	}
}

// text looks into a text that is a document itself, or a table: that has lines,
// and so escapes.
func (w *walker) text(start int) {
	raw := w.s[start:w.pos]
	if !strings.ContainsAny(raw, `{[:=<\`) {
		return
	}
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		return
	}
	var inner string
	if isDocument(text) {
		inner = w.c.json(w.at, text)
	} else {
		inner = w.c.text(text)
	}
	if inner != text {
		w.replace(start, w.pos, string(value.AppendJSONString(nil, inner)))
	}
}

func (w *walker) object(depth int) {
	at := w.at
	w.pos++
	for w.peek() == '"' {
		start := w.pos
		w.pos = w.end()
		var name string
		// Only valid text comes here, so its names can be read.
		_ = json.Unmarshal([]byte(w.s[start:w.pos]), &name)
		if w.peek() == ':' {
			w.pos++
		}
		w.peek()
		w.at, start = below(at, name), w.pos
		if w.c.rules.hides(w.at) {
			w.pos = w.end()
			if v, _, err := value.DecodeJSONText(w.s[start:w.pos]); err == nil {
				w.c.learnValue(v)
			}
			w.replace(start, w.pos, `"`+Hidden+`"`)
		} else {
			w.value(depth + 1)
		}
		w.comma()
	}
	w.at = at
	w.pos = min(w.pos+1, len(w.s))
}
