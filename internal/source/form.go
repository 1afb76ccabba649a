package source

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/charset"
)

// maxNesting bounds a[b][c]: a deeper name is one name as it stands.
const maxNesting = gonets.MaxJSONDepth

// pair is a name and a value of a form, still escaped.
type pair struct{ name, value string }

// splitPairs takes a=1&b=2 apart; empty parts do not count.
func splitPairs(s string) []pair {
	var out []pair
	for part := range strings.SplitSeq(s, "&") {
		if part == "" {
			continue
		}
		name, v, _ := strings.Cut(part, "=")
		out = append(out, pair{name, v})
	}
	return out
}

// pairs reads a form (application/x-www-form-urlencoded) the way PHP does;
// false when it is none that can be read.
func (p *Parsed) pairs(data []byte, label string) bool {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !p.meter.afford(bytes.Count(data, []byte("&")) + 1) {
		p.mark(gonets.Mistake(atBody, whyTooMany, "it holds more than %d values", maxElements))
		return false
	}
	tree := formTree{meter: &p.meter}
	for _, pair := range splitPairs(strings.TrimRight(string(data), "\r\n")) {
		name, err1 := readEscaped(pair.name, label)
		v, err2 := readEscaped(pair.value, label)
		if err1 != nil || err2 != nil {
			p.mark(gonets.Mistake(atBody, whyEncoding, "it is not text in the encoding %s", label))
			return false
		}
		if !tree.put(name, v) {
			p.mark(gonets.Mistake(atBody, whyTooMany, "it holds more than %d values", maxElements))
			return false
		}
	}
	p.Body, p.form = tree.value(), formPairs
	if tree.lost {
		p.Mark = gonets.MarkDuplicateKeys
	}
	return true
}

// readEscaped reads a name or a value. Browsers do not say in which encoding a
// page's form is, so what is not UTF-8 is read as masks and searches read it.
func readEscaped(escaped, label string) (string, error) {
	text := []byte(unescape(escaped))
	if label == "" {
		return charset.Legible(text, ""), nil
	}
	return charset.Decode(text, label)
}

// strictForm tells whether a text that claims to be JSON is a form from
// beginning to end: name=value&… in characters that stand in a form.
func strictForm(s string) bool {
	s = strings.TrimRight(s, "\r\n")
	if s == "" {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>{}\\^`", c) >= 0 {
			return false
		}
	}
	for part := range strings.SplitSeq(s, "&") {
		if i := strings.IndexByte(part, '='); i < 1 {
			return false
		}
	}
	return true
}

// parts reads a multipart/form-data body (RFC 7578). Of a file only its name,
// type, size and place are told: its content stays with the raw event, where
// [Files] finds it.
func (p *Parsed) parts(data []byte, boundary string) {
	if boundary == "" || len(boundary) > 256 {
		p.unparsed(data, gonets.Mistake(atBody, whyBoundary, "its type is multipart/form-data and names no boundary"))
		return
	}
	if !p.meter.afford(bytes.Count(data, []byte("\n--"+boundary)) + 1) {
		p.unparsed(data, gonets.Mistake(atBody, whyTooMany, "it holds more than %d values", maxElements))
		return
	}
	r := multipart.NewReader(bytes.NewReader(data), boundary)
	tree := formTree{meter: &p.meter}
	for n := 0; ; n++ {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) && n > 0 {
			break
		}
		if err != nil {
			p.unparsed(data, gonets.Mistake(atBody, whyParts, "part %d of the form breaks off or has no head", n+1))
			return
		}
		name, v, err := readPart(part, n+1)
		if err != nil {
			p.unparsed(data, gonets.Mistake(atBody, whyParts, "part %d of the form breaks off or has no head", n+1))
			return
		}
		if file, ok := v.(map[string]any); ok && !p.meter.afford(len(file)) || !tree.put(name, v) {
			p.unparsed(data, gonets.Mistake(atBody, whyTooMany, "it holds more than %d values", maxElements))
			return
		}
	}
	text := validText(string(data))
	p.Body, p.Raw, p.form, p.files = tree.value(), &text, formParts, data
	if tree.lost {
		p.Mark = gonets.MarkDuplicateKeys
	}
}

// readPart reads the part with this number; the first is 1.
func readPart(part *multipart.Part, n int) (name string, v any, err error) {
	_, params := mediaType(part.Header.Get("Content-Type"))
	name = validText(part.FormName())
	if isFile(part) {
		size, err := io.Copy(io.Discard, part)
		return name, describeFile(part, n, size), err
	}
	data, err := io.ReadAll(part)
	if err != nil {
		return "", nil, err
	}
	text, err := charset.Decode(data, params["charset"])
	if err != nil {
		text = validText(string(data))
	}
	return name, text, nil
}

// formTree builds the value of a form from its names: a[b][c] nests, a[] and
// a[0] are elements of a list, of equal names the last one wins.
type formTree struct {
	root  formNode
	meter *meter
	// lost tells that a value was overwritten.
	lost bool
}

// formNode is an object or list while it is built; order keeps the keys as
// they came, which decides whether it is a list.
type formNode struct {
	members map[string]any
	order   []string
	next    int
}

// put is false when the names nest into more values than are read.
func (t *formTree) put(name string, v any) bool {
	keys := formKeys(name)
	node := &t.root
	for i, k := range keys {
		if i > 0 {
			// Only what stands in brackets counts elements.
			k = node.key(k)
		}
		if i < len(keys)-1 {
			if node = node.child(k, t); node == nil {
				return false
			}
			continue
		}
		node.set(k, v, t)
	}
	return true
}

// formKeys takes a[b][c] apart. A name that is not of this form is one key.
func formKeys(name string) []string {
	open := strings.IndexByte(name, '[')
	if open <= 0 || !strings.HasSuffix(name, "]") {
		return []string{name}
	}
	keys := []string{name[:open]}
	for rest := name[open:]; rest != ""; {
		end := strings.IndexByte(rest, ']')
		if rest[0] != '[' || end < 0 || len(keys) > maxNesting-2 {
			return []string{name}
		}
		keys = append(keys, rest[1:end])
		rest = rest[end+1:]
	}
	return keys
}

// key is a key in brackets; an empty one counts on.
func (n *formNode) key(k string) string {
	if k == "" {
		k = strconv.Itoa(n.next)
	}
	if i, err := strconv.Atoi(k); err == nil && i >= n.next && i < maxElements {
		n.next = i + 1
	}
	return k
}

// child is nil when there are too many. A new one counts twice: it is held
// beside the object or list that is made of it.
func (n *formNode) child(k string, t *formTree) *formNode {
	before, exists := n.members[k]
	if c, ok := before.(*formNode); ok {
		return c
	}
	if !t.meter.afford(2) {
		return nil
	}
	c := &formNode{}
	t.lost = t.lost || exists
	n.put(k, c, exists)
	return c
}

func (n *formNode) set(k string, v any, t *formTree) {
	_, exists := n.members[k]
	t.lost = t.lost || exists
	n.put(k, v, exists)
}

func (n *formNode) put(k string, v any, exists bool) {
	if n.members == nil {
		n.members = map[string]any{}
	}
	n.members[k] = v
	if !exists {
		n.order = append(n.order, k)
	}
}

// value of the root is always an object, even when its names are numbers.
func (t *formTree) value() any {
	out := make(map[string]any, len(t.root.order))
	for k, v := range t.root.members {
		out[k] = finish(v)
	}
	return out
}

func finish(v any) any {
	n, ok := v.(*formNode)
	if !ok {
		return v
	}
	list := make([]any, 0, len(n.order))
	for i, k := range n.order {
		if k != strconv.Itoa(i) {
			return n.object()
		}
		list = append(list, finish(n.members[k]))
	}
	return list
}

func (n *formNode) object() any {
	out := make(map[string]any, len(n.order))
	for k, v := range n.members {
		out[k] = finish(v)
	}
	return out
}
