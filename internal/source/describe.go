package source

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"

	"gonets"
	"gonets/api"
)

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
func (c *Catalog) Describe() []api.Preset {
	out := make([]api.Preset, 0, len(c.byID))
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

func (p *Preset) describe() api.Preset {
	d := api.Preset{ID: p.ID, Title: api.Label{Ru: p.TitleRu, En: p.TitleEn}, Help: api.Label{Ru: p.HelpRu, En: p.HelpEn}, Methods: append([]string{}, p.Methods...),
		Fields: []api.UsualField{}, Reply: api.SampleReply{Status: p.Answer.Status, Text: p.Answer.Body, WaitS: int(p.wait().Seconds())}, Verify: p.Verify.Kind}
	if !slices.Contains([]string{"token", "basic", "hmac"}, d.Verify) {
		d.Verify = "none"
	}
	var e example
	// An example that is none leaves an empty sample; the replay proves that
	// there is one.
	_ = json.Unmarshal(p.Example, &e)
	d.Sample = api.SampleRequest{Method: e.Method, Headers: []gonets.Header{}, Body: e.Body}
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		d.Sample.Headers = append(d.Sample.Headers, gonets.Header{Name: name, Value: e.Headers[name]})
	}
	query := url.Values{}
	for name, v := range e.Query {
		query.Set(name, v)
	}
	d.Sample.Query = query.Encode()
	for _, f := range p.Usual() {
		d.Fields = append(d.Fields, api.UsualField{Path: f.Path, Title: api.Label{Ru: f.LabelRu, En: f.LabelEn}, Type: f.Type, Example: e.Expect.Fields[f.Path]})
	}
	return d
}

// Usual are the fields that the service is known to send. The webhook for any
// service names those of its example only: of an unknown sender nothing is usual.
func (p *Preset) Usual() []Field {
	if p.ID == Generic {
		return nil
	}
	return p.Fields
}
