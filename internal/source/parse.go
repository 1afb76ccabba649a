package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"strings"
	"time"
	"unicode/utf8"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/compress"
	"gonets/internal/value"
)

// Incoming is a request as it was received.
type Incoming struct {
	Method   string
	Path     string
	RawQuery string
	Headers  []gonets.Header
	// Body is byte for byte what was sent.
	Body   []byte
	Remote string
	Now    time.Time
	// Item is the element of a split request as JSON; empty for a whole one.
	Item []byte
	// Pay, when set, is asked for the memory, in bytes, that the body will take
	// apart, before it is. Its error is Parse's.
	Pay func(bytes int64) error

	unpacked *unpacked
	parsed   *Parsed
	parsedBy *Binding
}

// FromEvent gives the request that an event was made of.
func FromEvent(ev *gonets.Event) *Incoming {
	return &Incoming{
		Method: ev.Method, Path: ev.Path, RawQuery: ev.RawQuery, Headers: ev.Headers, Body: ev.Body,
		Remote: ev.Remote, Now: ev.ReceivedAt, Item: ev.Item,
	}
}

// Parsed is a request taken apart. Its maps belong to it alone.
type Parsed struct {
	// Body is what the body says: an object, a list, a value, text, or bytes
	// for what is no text; nil when there is none.
	Body any
	// Raw is the unpacked body as text; nil when it is no text.
	Raw *string
	// files is the unpacked body of a form with files, which need not be text.
	files []byte
	// Query maps names, which are not nested, to values; a name that is there
	// several times has a list.
	Query map[string]any
	// Headers are in lower case; repeated ones are joined by ", ".
	Headers map[string]any
	// Item is the element of a split request, HasItem whether there is one.
	Item    any
	HasItem bool
	Mark    gonets.Mark
	// Why is what kept the body from being read, with MarkUnparsed.
	Why gonets.Problem

	method string
	path   string
	// form tells how raw has to be masked.
	form   bodyForm
	pieces []string
	// loose are fields that should hold JSON and could not be read.
	loose []string
	meter meter
	// cost is about what all of it takes in memory, in bytes.
	cost int
	// index counts the elements of a split request from 0.
	index int
}

type bodyForm uint8

const (
	formText bodyForm = iota
	formJSON
	formPairs
	formParts
)

type unpacked struct {
	data   []byte
	broken bool
	err    error
}

// Unpack undoes gzip and tells how long the body then is. The error has code
// body.too_large when it is longer than gonets.MaxIngestBody or packed more
// than gonets.MaxGzipRatio times. A body that is not what its
// Content-Encoding says stays as it is, and Parse marks it.
func (in *Incoming) Unpack() (int, error) {
	if in.unpacked == nil {
		in.unpacked = unpack(in.Body, gonets.HeaderValue(in.Headers, "Content-Encoding"))
	}
	return len(in.unpacked.data), in.unpacked.err
}

// Packed tells whether Unpack has work to do.
func (in *Incoming) Packed() bool {
	return len(in.Body) > 0 && !plainEncoding(gonets.HeaderValue(in.Headers, "Content-Encoding"))
}

func plainEncoding(encoding string) bool {
	return encoding == "" || strings.EqualFold(encoding, "identity")
}

func unpack(body []byte, encoding string) *unpacked {
	encoding = strings.ToLower(strings.TrimSpace(encoding))
	switch {
	case len(body) == 0 || plainEncoding(encoding):
		return &unpacked{data: body}
	case encoding != "gzip" && encoding != "x-gzip":
		return &unpacked{data: body, broken: true}
	}
	data, err := compress.Gunzip(body, gonets.MaxIngestBody, gonets.MaxGzipRatio)
	switch {
	case err == nil:
		return &unpacked{data: data}
	case errors.Is(err, compress.ErrTooLarge):
		return &unpacked{err: gonets.Errorf(gonets.CodeBodyTooLarge, "the body unpacks to more than %d MiB", gonets.MaxIngestBody>>20)}
	case errors.Is(err, compress.ErrRatio):
		return &unpacked{err: gonets.Errorf(gonets.CodeBodyTooLarge,
			"the body unpacks to more than %d times its size; send it unpacked", gonets.MaxGzipRatio)}
	}
	return &unpacked{data: body, broken: true}
}

// Parse takes a request apart. A body that is not what its type says, or holds
// more values than are read, is text with a mark. The same request always gives
// the same result; it is kept in in. The only error is that of in.Pay.
func (b *Binding) Parse(in *Incoming) (*Parsed, error) {
	if in.parsed != nil && in.parsedBy == b {
		return in.parsed, nil
	}
	p := b.parse(in)
	if p.meter.refused != nil {
		return nil, p.meter.refused
	}
	p.meter = meter{}
	in.parsed, in.parsedBy = p, b
	return p, nil
}

func (b *Binding) parse(in *Incoming) *Parsed {
	p := &Parsed{
		method: in.Method, path: in.Path,
		Query: parseQuery(in.RawQuery), Headers: parseHeaders(in.Headers), meter: meter{pay: in.Pay},
	}
	b.parseBody(in, p)
	p.cost = p.meter.elements * elementCost
	if p.Raw != nil {
		p.cost += len(*p.Raw)
	}
	// The element is a part of the body, so it is counted by itself.
	p.meter.elements = 0
	if len(in.Item) > 0 && p.meter.afford(elements(string(in.Item))) {
		if item, _, err := value.DecodeJSON(in.Item); err == nil {
			p.Item, p.HasItem = item, true
		}
	}
	return p
}

func (b *Binding) parseBody(in *Incoming, p *Parsed) {
	if _, err := in.Unpack(); err != nil {
		p.unparsed(in.Body, gonets.Mistake(atBody, whyTooLarge, "unpacked it is longer than %d bytes, or packed too tightly", gonets.MaxIngestBody))
		return
	}
	data := in.unpacked.data
	if len(data) == 0 {
		return
	}
	if in.unpacked.broken {
		p.unparsed(data, gonets.Mistake(atBody, whyPacking, "it is not packed as Content-Encoding says: %s", gonets.HeaderValue(in.Headers, "Content-Encoding")))
		return
	}
	media, params := mediaType(gonets.HeaderValue(in.Headers, "Content-Type"))
	if media == "multipart/form-data" {
		p.parts(data, params["boundary"])
		b.extend(p)
		return
	}
	label := params["charset"]
	if label == "" && (media == "text/xml" || media == "application/xml" || strings.HasSuffix(media, "+xml")) {
		label = charset.Declared(data, media)
	}
	if label != "" && !charset.Known(label) {
		p.unparsed(data, gonets.Mistake(atBody, whyCharset, "there is no encoding %q", label))
		return
	}
	if binary(media) && !utf8.Valid(data) {
		p.Body = bytes.Clone(data)
		return
	}
	text, err := charset.Decode(data, label)
	if err != nil {
		p.unparsed(data, gonets.Mistake(atBody, whyEncoding, "it is not text in the encoding %s", label))
		return
	}
	p.Raw = &text
	p.text(text, media, data, label)
	b.extend(p)
}

// text reads text by its media type; without one by its first character.
func (p *Parsed) text(text, media string, data []byte, label string) {
	p.Body = text
	trimmed := strings.TrimLeft(text, " \t\r\n")
	switch {
	case isJSON(media) || media == "" && opensJSON(trimmed):
		p.json(text, trimmed, data, label)
	case media == "application/x-www-form-urlencoded":
		p.pairs(data, label)
	case !utf8.Valid(data) && label == "":
		// Said to be text, but in no encoding that was named.
		p.mark(gonets.Mistake(atBody, whyEncoding, "it is not text in the encoding %s", "utf-8"))
	}
}

func (p *Parsed) json(text, trimmed string, data []byte, label string) {
	if trimmed == "" {
		return
	}
	if !p.meter.afford(elements(text)) {
		p.mark(gonets.Mistake(atBody, whyTooMany, "it holds more than %d values", maxElements))
		return
	}
	v, duplicates, err := value.DecodeJSONText(text)
	if err == nil {
		p.Body, p.form = v, formJSON
		if duplicates {
			p.Mark = gonets.MarkDuplicateKeys
		}
		return
	}
	// 1C's connector labels forms as JSON when it is told to.
	if strictForm(text) && p.pairs(data, label) {
		return
	}
	p.mark(notJSON(err))
}

// notJSON says where a text that should be JSON ceases to be.
func notJSON(err error) gonets.Problem {
	var at *value.SyntaxError
	if !errors.As(err, &at) {
		return gonets.Mistake(atBody, whyJSON, "its type says JSON, but from character %d on it is none", 1)
	}
	why := gonets.Mistake(atBody, whyJSON, "its type says JSON, but from character %d on it is none", at.Column)
	why.Line, why.Column = at.Line, at.Column
	return why
}

func opensJSON(trimmed string) bool {
	return trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[')
}

// JSON is the body as JSON text in UTF-8, not yet read, to be taken apart piece
// by piece; false when it says to be something else.
func (in *Incoming) JSON() (string, bool) {
	if _, err := in.Unpack(); err != nil || in.unpacked.broken {
		return "", false
	}
	media, params := mediaType(gonets.HeaderValue(in.Headers, "Content-Type"))
	text, err := charset.Decode(in.unpacked.data, params["charset"])
	if err != nil {
		return "", false
	}
	return text, isJSON(media) || media == "" && opensJSON(strings.TrimLeft(text, " \t\r\n"))
}

// unparsed keeps what could not be read as text.
func (p *Parsed) unparsed(data []byte, why gonets.Problem) {
	text := strings.ToValidUTF8(string(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))), "\uFFFD")
	p.Body, p.Raw, p.form = text, &text, formText
	p.mark(why)
}

// extend carries out the preset's body_field, json_fields and derived.
func (b *Binding) extend(p *Parsed) {
	m, ok := p.Body.(map[string]any)
	if !ok {
		return
	}
	if f := b.Preset.BodyField; f != "" && p.form != formJSON && len(m) == 1 {
		if v, ok := p.piece(m, f); ok {
			p.Body = v
			if m, ok = v.(map[string]any); !ok {
				return
			}
		}
	}
	if p.form != formJSON {
		for _, f := range b.Preset.JSONFields {
			if v, ok := p.piece(m, f); ok {
				m[f] = v
			}
		}
	}
	for _, derive := range b.derive {
		derive(m)
	}
}

// piece reads a form's field that is a JSON object or list. One that looks
// like it and is not read stays text, whose secrets are then looked for.
func (p *Parsed) piece(m map[string]any, field string) (any, bool) {
	text, ok := m[field].(string)
	if !ok || !opensJSON(strings.TrimLeft(text, " \t\r\n")) {
		return nil, false
	}
	if p.meter.afford(elements(text)) {
		if v, _, err := value.DecodeJSONText(text); err == nil {
			p.pieces = append(p.pieces, field)
			return v, true
		}
	} else {
		p.mark(gonets.Mistake(atBody, whyTooMany, "it holds more than %d values", maxElements))
	}
	p.loose = append(p.loose, field)
	return nil, false
}

func mediaType(header string) (string, map[string]string) {
	if !strings.Contains(header, ";") {
		return strings.ToLower(strings.TrimSpace(header)), nil
	}
	media, params, err := mime.ParseMediaType(header)
	if err == nil || errors.Is(err, mime.ErrInvalidMediaParameter) {
		return media, params
	}
	media, rest, _ := strings.Cut(header, ";")
	params = map[string]string{}
	if _, label, ok := strings.Cut(strings.ToLower(rest), "charset="); ok {
		label, _, _ = strings.Cut(label, ";")
		params["charset"] = strings.Trim(label, ` "'`)
	}
	return strings.ToLower(strings.TrimSpace(media)), params
}

func isJSON(media string) bool {
	switch media {
	case "application/json", "text/json", "application/x-json", "application/javascript", "text/javascript":
		return true
	}
	return strings.HasSuffix(media, "+json")
}

// binary tells whether a media type says that the body is no text.
func binary(media string) bool {
	switch {
	case media == "application/octet-stream", media == "application/pdf", media == "application/zip":
		return true
	case strings.HasSuffix(media, "+xml"):
		return false
	}
	kind, _, _ := strings.Cut(media, "/")
	return kind == "image" || kind == "audio" || kind == "video" || kind == "font"
}

func parseQuery(raw string) map[string]any {
	out := map[string]any{}
	for _, pair := range splitPairs(raw) {
		name, v := validText(unescape(pair.name)), validText(unescape(pair.value))
		switch before := out[name].(type) {
		case nil:
			out[name] = v
		case []any:
			out[name] = append(before, v)
		default:
			out[name] = []any{before, v}
		}
	}
	return out
}

func parseHeaders(headers []gonets.Header) map[string]any {
	out := make(map[string]any, len(headers))
	for _, h := range headers {
		name, v := lowerName(h.Name), validText(h.Value)
		if before, ok := out[name].(string); ok {
			v = before + ", " + v
		}
		out[name] = v
	}
	return out
}

// lowerName is a header's name in lower case; for those that nearly every
// request has, in the spelling of net/http, without making a text.
func lowerName(name string) string {
	switch name {
	case "Accept":
		return "accept"
	case "Accept-Encoding":
		return "accept-encoding"
	case "Accept-Language":
		return "accept-language"
	case "Authorization":
		return "authorization"
	case "Content-Length":
		return "content-length"
	case "Content-Type":
		return "content-type"
	case "Host":
		return "host"
	case "Idempotency-Key":
		return "idempotency-key"
	case "Traceparent":
		return "traceparent"
	case "User-Agent":
		return "user-agent"
	case "X-Forwarded-For":
		return "x-forwarded-for"
	case "X-Forwarded-Host":
		return "x-forwarded-host"
	case "X-Forwarded-Proto":
		return "x-forwarded-proto"
	case "X-Real-Ip":
		return "x-real-ip"
	}
	return strings.ToLower(name)
}

func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// root is what the paths of presets and documents lead into.
func (p *Parsed) root() map[string]any {
	m := map[string]any{"method": p.method, "path": p.path, "headers": p.Headers, "query": p.Query, "body": p.Body}
	if p.HasItem {
		m["item"] = p.Item
	}
	return m
}

// get reads a path of a preset.
func (p *Parsed) get(path string) (any, bool) {
	parsed, err := value.ParsePath(path)
	if err != nil {
		return nil, false
	}
	return parsed.Get(p.root())
}

// scalarText is the text of a value that can be part of an id or a token.
func scalarText(v any) (string, bool) {
	switch v.(type) {
	case string, bool, json.Number:
		return value.Text(v), true
	}
	return "", false
}
