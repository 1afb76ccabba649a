package source

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gonets"
)

// hidden stands where a secret was.
const hidden = "***"

// stampFormat is how times stand in the scope: RFC 3339 with milliseconds.
const stampFormat = "2006-01-02T15:04:05.000Z07:00"

// Event is the `event` object that templates see: id, method, path, query,
// headers, body, raw, received_at, source and, for an element of a split
// request, item. It is made from the stored event and always comes out the
// same. The source's secrets are not in it.
func (b *Binding) Event(ev *gonets.Event) map[string]any {
	p := b.parse(FromEvent(ev))
	raw := b.maskRaw(p)
	b.remove(p)
	if _, isText := p.Body.(string); isText && p.form == formText && raw != nil {
		p.Body = *raw
	}
	return b.object(ev, p, raw)
}

// maxShared bounds what is handed over instead of being read again, in bytes:
// whoever waits in a queue should hold little but the body itself.
const maxShared = 64 << 10

// Decoded is Event of a request that was just taken apart, which then nobody
// may change any more. It is nil when the event has to be read again: it holds
// secrets, is a part of a request, or is large.
func (b *Binding) Decoded(ev *gonets.Event, p *Parsed) *gonets.Decoded {
	if len(b.secretBody) > 0 || len(p.loose) > 0 || p.HasItem || p.cost > maxShared {
		return nil
	}
	shared := *p
	shared.Headers = without(p.Headers, b.secretHeaders)
	shared.Query = without(p.Query, b.secretQuery)
	return &gonets.Decoded{Object: b.object(ev, &shared, p.Raw), Bytes: p.cost}
}

// without is m, or a copy of it, without the secret members.
func without(m map[string]any, secret map[string]bool) map[string]any {
	copied := false
	for name := range secret {
		if _, ok := m[name]; !ok {
			continue
		}
		if !copied {
			m, copied = maps.Clone(m), true
		}
		delete(m, name)
	}
	return m
}

func (b *Binding) object(ev *gonets.Event, p *Parsed, raw *string) map[string]any {
	at := ev.ReceivedAt.UTC()
	if b.zone != nil {
		at = at.In(b.zone)
	}
	scope := map[string]any{
		"id": ev.ID, "method": ev.Method, "path": ev.Path, "query": p.Query, "headers": p.Headers,
		"body": p.Body, "raw": "", "received_at": at.Format(stampFormat), "source": ev.Source,
	}
	if raw != nil {
		scope["raw"] = *raw
	} else if data, ok := p.Body.([]byte); ok {
		scope["raw"] = data
	}
	if p.HasItem {
		scope["item"] = p.Item
	}
	return scope
}

// remove takes the secrets out of a parsed request.
func (b *Binding) remove(p *Parsed) {
	for name := range b.secretHeaders {
		delete(p.Headers, name)
	}
	for name := range b.secretQuery {
		delete(p.Query, name)
	}
	for _, names := range b.secretBody {
		removeAt(p.Body, names)
		removeAt(p.Item, names)
	}
	m, _ := p.Body.(map[string]any)
	for _, field := range p.loose {
		if text, ok := m[field].(string); ok {
			m[field] = b.maskLoose(text)
		}
	}
}

func removeAt(v any, names []string) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	if len(names) == 1 {
		delete(m, names[0])
		return
	}
	removeAt(m[names[0]], names[1:])
}

// Mask is an event as people may see it: secrets are *** in headers, query
// and body, and a text body is unpacked and in UTF-8. The stored event stays
// byte for byte what was sent.
func (b *Binding) Mask(ev gonets.Event) gonets.Event {
	p := b.parse(FromEvent(&ev))
	headers := make([]gonets.Header, len(ev.Headers))
	for i, h := range ev.Headers {
		if b.secretHeaders[strings.ToLower(h.Name)] {
			h.Value = maskHeader(h.Value)
		}
		headers[i] = h
	}
	ev.Headers = headers
	ev.RawQuery = b.maskQuery(ev.RawQuery)
	if p.form == formParts {
		ev.Body = []byte(b.maskValues(string(p.files), p))
	} else if raw := b.maskRaw(p); raw != nil {
		ev.Body = []byte(*raw)
	}
	if len(ev.Item) > 0 {
		ev.Item = []byte(maskJSON(string(ev.Item), b.secretBody))
	}
	return ev
}

// Plain is an event with its body unpacked and in UTF-8, files in it as they came,
// and nothing hidden.
func (b *Binding) Plain(ev gonets.Event) gonets.Event {
	if p := b.parse(FromEvent(&ev)); p.form == formParts {
		ev.Body = p.files
	} else if p.Raw != nil {
		ev.Body = []byte(*p.Raw)
	}
	return ev
}

// maskHeader keeps the name of the authentication scheme: it helps and is no
// secret.
func maskHeader(v string) string {
	scheme, _, ok := strings.Cut(v, " ")
	if ok && (strings.EqualFold(scheme, "Basic") || strings.EqualFold(scheme, "Bearer")) {
		return scheme + " " + hidden
	}
	return hidden
}

func (b *Binding) maskQuery(raw string) string {
	if len(b.secretQuery) == 0 || raw == "" {
		return raw
	}
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		name, _, ok := strings.Cut(part, "=")
		if ok && b.secretQuery[unescape(name)] {
			parts[i] = name + "=" + hidden
		}
	}
	return strings.Join(parts, "&")
}

// maskRaw is the raw text with the body's secrets masked in place; nil when
// the body is no text.
func (b *Binding) maskRaw(p *Parsed) *string {
	if p.Raw == nil || len(b.secretBody) == 0 {
		return p.Raw
	}
	raw := *p.Raw
	switch p.form {
	case formJSON:
		raw = maskJSON(raw, b.secretBody)
	case formPairs:
		raw = b.maskPairs(raw, p)
	case formParts:
		raw = b.maskValues(raw, p)
	default:
		raw = b.maskLoose(raw)
	}
	return &raw
}

func (b *Binding) maskPairs(raw string, p *Parsed) string {
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		name, v, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		if masked, changed := b.maskField(formKeys(unescape(name)), v, p); changed {
			parts[i] = name + "=" + masked
		}
	}
	return strings.Join(parts, "&")
}

// maskField gives the value of a form's field without secrets; changed is false
// when it holds none.
func (b *Binding) maskField(keys []string, v string, p *Parsed) (masked string, changed bool) {
	for _, secret := range b.secretBody {
		if hasPrefix(keys, secret) {
			return hidden, true
		}
	}
	text := unescape(v)
	switch {
	case len(keys) == 1 && slices.Contains(p.pieces, keys[0]):
		masked = maskJSON(text, b.within(keys[0]))
	case len(keys) == 1 && slices.Contains(p.loose, keys[0]):
		masked = b.maskLoose(text)
	default:
		return v, false
	}
	return masked, masked != text
}

// within are the secret paths inside a form field that holds JSON.
func (b *Binding) within(field string) [][]string {
	if field == b.Preset.BodyField {
		return b.secretBody
	}
	var out [][]string
	for _, names := range b.secretBody {
		if len(names) > 1 && names[0] == field {
			out = append(out, names[1:])
		}
	}
	return out
}

func hasPrefix(keys, prefix []string) bool {
	if len(keys) < len(prefix) {
		return false
	}
	for i := range prefix {
		if keys[i] != prefix[i] {
			return false
		}
	}
	return true
}

// maskValues masks every occurrence of the secrets' values.
func (b *Binding) maskValues(raw string, p *Parsed) string {
	for _, names := range b.secretBody {
		v := p.Body
		for _, n := range names {
			m, _ := v.(map[string]any)
			v = m[n]
		}
		if text, ok := scalarText(v); ok && text != "" {
			raw = strings.ReplaceAll(raw, text, hidden)
		}
	}
	if len(p.loose) > 0 {
		raw = b.maskLoose(raw)
	}
	return raw
}

// maskLoose masks what looks like a secret's member in text that could not be
// read: "name":"…" and name=….
func (b *Binding) maskLoose(raw string) string {
	for _, names := range b.secretBody {
		raw = maskNamed(raw, names[len(names)-1])
	}
	return raw
}

// maskNamed passes over the text once, however often the name stands in it.
func maskNamed(raw, name string) string {
	var out strings.Builder
	from := 0
	for at := 0; ; {
		i := strings.Index(raw[at:], name)
		if i < 0 {
			break
		}
		at += i + len(name)
		if start, end := looseValue(raw, at); start < end {
			if from == 0 {
				out.Grow(len(raw))
			}
			out.WriteString(raw[from:start])
			out.WriteString(hidden)
			from, at = end, end
		}
	}
	if from == 0 {
		return raw
	}
	out.WriteString(raw[from:])
	return out.String()
}

// looseValue finds the value after a name that ends at i.
func looseValue(s string, i int) (start, end int) {
	rest := strings.TrimLeft(s[i:], "\"'] \t\r\n")
	if rest == "" || rest[0] != ':' && rest[0] != '=' {
		return i, i
	}
	rest = strings.TrimLeft(rest[1:], " \t\r\n")
	start = len(s) - len(rest)
	stop := "&,;} \t\r\n"
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		start++
		rest, stop = rest[1:], rest[:1]
	}
	n := strings.IndexAny(rest, stop)
	if n < 0 {
		n = len(rest)
	}
	return start, start + n
}

// maskJSON replaces the values at the paths and leaves every other byte of a
// valid JSON text as it is.
func maskJSON(s string, paths [][]string) string {
	m := jsonMask{s: s}
	m.value(paths, 0)
	if m.from == 0 {
		return s
	}
	m.out.WriteString(s[m.from:])
	return m.out.String()
}

type jsonMask struct {
	s    string
	pos  int
	out  strings.Builder
	from int
}

func (m *jsonMask) peek() byte {
	for m.pos < len(m.s) {
		switch m.s[m.pos] {
		case ' ', '\t', '\r', '\n':
			m.pos++
		default:
			return m.s[m.pos]
		}
	}
	return 0
}

// text passes over a string and gives its spelling.
func (m *jsonMask) text() string {
	start := m.pos
	for m.pos++; m.pos < len(m.s); m.pos++ {
		switch m.s[m.pos] {
		case '\\':
			m.pos++
		case '"':
			m.pos++
			return m.s[start:m.pos]
		}
	}
	m.pos = len(m.s)
	return m.s[start:]
}

func (m *jsonMask) value(paths [][]string, depth int) {
	if depth > gonets.MaxJSONDepth {
		m.pos = len(m.s)
		return
	}
	switch m.peek() {
	case '{':
		m.object(paths, depth)
	case '[':
		m.pos++
		for c := m.peek(); c != ']' && c != 0; c = m.peek() {
			m.value(nil, depth+1)
			if m.peek() == ',' {
				m.pos++
			}
		}
		m.pos = min(m.pos+1, len(m.s))
	case '"':
		m.text()
	default:
		start := m.pos
		for m.pos < len(m.s) && strings.IndexByte(",]} \t\r\n", m.s[m.pos]) < 0 {
			m.pos++
		}
		if m.pos == start && m.pos < len(m.s) {
			m.pos++
		}
	}
}

func (m *jsonMask) object(paths [][]string, depth int) {
	m.pos++
	for m.peek() == '"' {
		var name string
		// Only text that was read before comes here, so its names can be read.
		_ = json.Unmarshal([]byte(m.text()), &name)
		if m.peek() == ':' {
			m.pos++
		}
		m.peek()
		start := m.pos
		inner, secret := below(paths, name)
		m.value(inner, depth+1)
		if secret {
			m.out.WriteString(m.s[m.from:start])
			m.out.WriteString(`"` + hidden + `"`)
			m.from = m.pos
		}
		if m.peek() == ',' {
			m.pos++
		}
	}
	m.pos = min(m.pos+1, len(m.s))
}

// below are the paths that go on under a member, and whether one ends there.
func below(paths [][]string, name string) (inner [][]string, secret bool) {
	for _, p := range paths {
		if p[0] != name {
			continue
		}
		if len(p) == 1 {
			return nil, true
		}
		inner = append(inner, p[1:])
	}
	return inner, false
}
