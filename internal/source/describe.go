package source

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"

	"gonets"
)

// Label is a text in both languages.
type Label struct {
	Ru string `json:"ru"`
	En string `json:"en"`
}

// Description is what people see of a preset.
type Description struct {
	ID      string   `json:"id"`
	Title   Label    `json:"title"`
	Help    Label    `json:"help"`
	Methods []string `json:"methods" nullable:"false" doc:"What the service sends with"`
	// Fields usually come.
	Fields []UsualField `json:"fields" nullable:"false" doc:"What usually comes"`
	Sample Example      `json:"sample" doc:"A request as the service sends it, with made-up data"`
	Reply  SampleReply  `json:"reply" doc:"What the service is answered"`
	Verify string       `json:"verify" enum:"none,token,basic,hmac" doc:"How the service proves who it is, once the source names a secret"`
}

// UsualField is a value that usually comes.
type UsualField struct {
	Path    string          `json:"path" doc:"Behind \"event.\""`
	Title   Label           `json:"title"`
	Type    string          `json:"type"`
	Example json.RawMessage `json:"example,omitempty"`
}

// Example is a request as a service sends it.
type Example struct {
	Method  string          `json:"method"`
	Headers []gonets.Header `json:"headers" nullable:"false"`
	Query   string          `json:"query" doc:"As in an address, without the question mark"`
	Body    string          `json:"body"`
}

// SampleReply is an answer; {event_id} in it stands for the event's id.
type SampleReply struct {
	Status int    `json:"status"`
	Text   string `json:"text"`
}

// example is a preset's example as far as people see it.
type example struct {
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"`
	Query   map[string]string `json:"query"`
	Body    string            `json:"body"`
	Expect  struct {
		Fields map[string]json.RawMessage `json:"fields"`
	} `json:"expect"`
}

// Describe describes all presets: the one for any request first, then the
// others by id.
func (c *Catalog) Describe() []Description {
	out := make([]Description, 0, len(c.byID))
	for _, id := range c.IDs() {
		d := c.byID[id].describe()
		if id == Generic {
			out = slices.Insert(out, 0, d)
			continue
		}
		out = append(out, d)
	}
	return out
}

func (p *Preset) describe() Description {
	d := Description{ID: p.ID, Title: Label{p.TitleRu, p.TitleEn}, Help: Label{p.HelpRu, p.HelpEn}, Methods: append([]string{}, p.Methods...),
		Fields: []UsualField{}, Reply: SampleReply{p.Answer.Status, p.Answer.Body}, Verify: p.Verify.Kind}
	if !slices.Contains([]string{"token", "basic", "hmac"}, d.Verify) {
		d.Verify = "none"
	}
	var e example
	// An example that is none leaves an empty sample; the replay proves that
	// there is one.
	_ = json.Unmarshal(p.Example, &e)
	d.Sample = Example{Method: e.Method, Headers: []gonets.Header{}, Body: e.Body}
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		d.Sample.Headers = append(d.Sample.Headers, gonets.Header{Name: name, Value: e.Headers[name]})
	}
	query := url.Values{}
	for name, v := range e.Query {
		query.Set(name, v)
	}
	d.Sample.Query = query.Encode()
	for _, f := range p.Fields {
		d.Fields = append(d.Fields, UsualField{Path: f.Path, Title: Label{f.LabelRu, f.LabelEn}, Type: f.Type, Example: e.Expect.Fields[f.Path]})
	}
	return d
}
