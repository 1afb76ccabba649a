package source

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/value"
)

// Reply is what a caller is answered.
type Reply struct {
	Status  int
	Headers []gonets.Header
	Body    []byte
}

// Receipt says what became of a request. Its members are those of the
// standard answer.
type Receipt struct {
	Success   bool   `json:"success"`
	EventID   string `json:"event_id,omitempty"`
	Status    string `json:"status,omitempty"`
	Duplicate bool   `json:"duplicate"`
	// Code and Error are set when one event of many was refused.
	Error string      `json:"error,omitempty"`
	Code  gonets.Code `json:"error_code,omitempty"`
	// StatusURL is where to ask for the result later.
	StatusURL string `json:"status_url,omitempty"`
	// Events are those of a request that held many.
	Events []Receipt `json:"events,omitempty"`
}

// Words of a receipt's status.
const (
	StatusAccepted  = "accepted"
	StatusDuplicate = "duplicate"
	StatusRejected  = "rejected"
)

const (
	jsonType = "application/json; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

// standardBody is the answer of our own, as the presets' files write it.
const standardBody = `{"success":true,"event_id":"{event_id}","status":"accepted","duplicate":false}`

// Standard is our own answer, in JSON.
func Standard(status int, r Receipt) Reply {
	// A struct of texts and bools always has a JSON form.
	body, _ := json.Marshal(r)
	return Reply{Status: status, Headers: contentType(jsonType), Body: body}
}

func contentType(t string) []gonets.Header {
	if t == "" {
		return nil
	}
	return []gonets.Header{{Name: "Content-Type", Value: t}}
}

// Reply is the answer to an accepted request: the document's, else the
// preset's. A repeat gets the same one; our own JSON tells that it was one.
func (b *Binding) Reply(p *Parsed, r Receipt) Reply {
	own := b.Source.Reply
	status := b.Preset.Answer.Status
	if own != nil && own.Status != 0 {
		status = own.Status
	}
	if status == 0 {
		status = http.StatusOK
	}
	switch {
	case own != nil && own.Text != nil:
		return Reply{Status: status, Headers: contentType(textType), Body: []byte(withID(*own.Text, r.EventID))}
	case own != nil && len(own.JSON) > 0:
		return Reply{Status: status, Headers: contentType(jsonType), Body: []byte(withID(string(own.JSON), r.EventID))}
	case b.Preset.Answer.Body == standardBody:
		return Standard(status, r)
	}
	out := b.fill(b.Preset.Answer, p, r.EventID)
	out.Status = status
	return out
}

// StandardReply tells whether the source answers with our own JSON, which has
// room for the result's address.
func (b *Binding) StandardReply() bool {
	own := b.Source.Reply
	return b.Preset.Answer.Body == standardBody && (own == nil || own.Text == nil && len(own.JSON) == 0)
}

func withID(s, id string) string { return strings.ReplaceAll(s, "{event_id}", id) }

// placeholder is {path} or {setting} in a preset's answer; braces of JSON are
// none, since a quotation mark or another brace follows them.
var placeholder = regexp.MustCompile(`\{([a-z_]+(?:[.\[][^{}]*?)?)(\|omit)?\}`)

// fill replaces what stands in braces in a preset's answer.
func (b *Binding) fill(t PresetReply, p *Parsed, eventID string) Reply {
	out := Reply{Status: t.Status, Headers: contentType(t.ContentType)}
	if out.Status == 0 {
		out.Status = http.StatusOK
	}
	body, _ := b.expand(t.Body, p, eventID)
	out.Body = []byte(body)
	for _, name := range slices.Sorted(maps.Keys(t.Headers)) {
		if v, ok := b.expand(t.Headers[name], p, eventID); ok {
			out.Headers = append(out.Headers, gonets.Header{Name: name, Value: headerText(v)})
		}
	}
	return out
}

// expand is false when an |omit value is missing.
func (b *Binding) expand(s string, p *Parsed, eventID string) (string, bool) {
	keep := true
	out := placeholder.ReplaceAllStringFunc(s, func(m string) string {
		name := strings.Trim(m, "{}")
		name, omit := strings.CutSuffix(name, "|omit")
		if name == "event_id" {
			return eventID
		}
		if setting, ok := b.settings[name]; ok {
			return setting
		}
		v, ok := p.param(name)
		if !ok {
			keep = keep && !omit
			return ""
		}
		return value.Text(v)
	})
	return out, keep
}

// param reads a path of an answer; params is query and form together.
func (p *Parsed) param(path string) (any, bool) {
	name, ok := strings.CutPrefix(path, "params.")
	if !ok {
		return p.get(path)
	}
	if m, isMap := p.Body.(map[string]any); isMap {
		if v, ok := m[name]; ok {
			return v, true
		}
	}
	v, ok := p.Query[name]
	return v, ok
}

// headerText keeps a received value from starting a header line of its own.
func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// Shake is the special answer to a handshake.
type Shake struct {
	Reply Reply
	// MakesEvent: the request becomes an event all the same, marked check.
	MakesEvent bool
}

// Handshake recognises a request that asks whether we are there. It is nil
// when the request is none. verified tells whether the caller was verified:
// presets whose handshake is signed answer only then. A handshake for other
// settings than the source's is an error with code signature.rejected.
func (b *Binding) Handshake(in *Incoming, verified bool) (*Shake, error) {
	h := b.Preset.Handshake
	if h == nil || verified != h.VerifyFirst || h.Method != "" && h.Method != in.Method {
		return nil, nil
	}
	p, err := b.Parse(in)
	if err != nil {
		return nil, err
	}
	if !holds(h.When, p) || h.OnlyField && !h.onlyFields(p) {
		return nil, nil
	}
	for path, want := range h.Check {
		setting, given := b.settings[strings.Trim(want, "{}")]
		got, ok := p.get(path)
		if text, scalar := scalarText(got); !given || !ok || !scalar || !same(text, setting) {
			return nil, rejected("the handshake is not for this source: compare its settings with those at the service")
		}
	}
	return &Shake{Reply: b.fill(h.Reply, p, ""), MakesEvent: h.MakesEvent}, nil
}

func (h *Handshake) onlyFields(p *Parsed) bool {
	m, ok := p.Body.(map[string]any)
	if !ok {
		return false
	}
	for name := range m {
		_, asked := h.When["body."+name]
		if !asked && !slices.Contains(h.Fields, name) {
			return false
		}
	}
	return true
}
