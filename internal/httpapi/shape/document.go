package shape

import (
	"bytes"
	"cmp"
	"encoding/json"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/news"
	"gonets/setting"
)

// written is a document as a file holds it, in JSON. Stored documents
// always write; what cannot is shown as null.
func written(v any) json.RawMessage {
	b, err := document.JSON(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}

// Scenario shows a scenario.
func Scenario(info gonets.ScenarioInfo) api.Scenario {
	out := api.Scenario{
		Name: info.Name, Title: info.Title, State: info.State, Version: info.Version,
		Sources: append([]string{}, info.Sources...), Tags: append([]string{}, info.Tags...), Held: info.Held, HasDraft: info.HasDraft, ETag: info.ETag,
		CreatedAt: info.CreatedAt, UpdatedAt: info.UpdatedAt, UpdatedBy: info.UpdatedBy, Damaged: info.Damage != nil, Document: written(info.Scenario),
	}
	if info.State == gonets.ScenarioDraft {
		out.HeldDays = int(gonets.RetentionAge.Hours() / 24)
	}
	return out
}

// Version shows a version in a list, without its document.
func Version(v gonets.Version) api.ScenarioVersion {
	return api.ScenarioVersion{Scenario: v.Scenario.Name, Version: v.N, CreatedAt: v.CreatedAt, Actor: v.Actor, Note: v.Note, Damaged: v.Damage != nil}
}

// WholeVersion shows a version with its document.
func WholeVersion(v gonets.Version) api.ScenarioVersion {
	out := Version(v)
	out.Document = written(v.Scenario)
	return out
}

// Activity shows what a scenario did.
func Activity(a gonets.Activity) *api.Activity {
	out := &api.Activity{Buckets: make([]api.Bucket, len(a.Buckets)), Total: a.Total, Paused: a.Paused, Held: a.Held, LastAt: a.LastAt}
	for i, b := range a.Buckets {
		out.Buckets[i] = api.Bucket(b)
	}
	return out
}

// NewestURL is the address to give to new senders; url gives that of a token.
func NewestURL(tokens []string, url func(token string) string) string {
	if len(tokens) == 0 {
		return ""
	}
	return url(tokens[len(tokens)-1])
}

// Source shows a source and what came to it; url gives the address of a token.
func Source(info gonets.SourceInfo, seen gonets.SourceActivity, url func(token string) string) api.Source {
	out := api.Source{
		Name: info.Name, Title: info.Title, Preset: info.Preset, URL: NewestURL(info.Tokens, url), URLs: []string{}, Addresses: []api.Address{},
		LastEvent: seen.LastAt, Events24h: seen.Day, Scenarios: append([]string{}, info.Scenarios...), ETag: info.ETag,
		CreatedAt: info.CreatedAt, UpdatedAt: info.UpdatedAt, Damaged: info.Damage != nil, Document: written(info.Source),
	}
	for _, token := range info.Tokens {
		out.URLs = append(out.URLs, url(token))
	}
	for _, a := range info.Addresses {
		out.Addresses = append(out.Addresses, api.Address{URL: url(a.Token), CreatedAt: a.CreatedAt, LastUsed: a.LastUsedAt})
	}
	return out
}

// Apply is a set that is to be applied.
func Apply(set *document.Set) document.Apply {
	return document.Apply{Sources: set.Sources, Requests: set.Requests, Scenarios: set.Scenarios, Settings: set.Settings}
}

// TitleOf is what people call the one document of a set; empty when there are
// more, or none that has a title.
func TitleOf(set *document.Apply) string {
	if len(set.Scenarios)+len(set.Sources)+len(set.Requests) != 1 || set.Settings != nil {
		return ""
	}
	switch {
	case len(set.Scenarios) == 1:
		return cmp.Or(set.Scenarios[0].Title, set.Scenarios[0].Name)
	case len(set.Sources) == 1:
		return cmp.Or(set.Sources[0].Title, set.Sources[0].Name)
	}
	return cmp.Or(set.Requests[0].Title, set.Requests[0].Name)
}

// Single is one document of a set.
type Single struct {
	Kind, Name string
	Set        document.Apply
}

// Split takes a set apart into its documents.
func Split(a document.Apply) []Single {
	var out []Single
	for _, d := range a.Sources {
		out = append(out, Single{document.KindSource, d.Name, document.Apply{Sources: []gonets.Source{d}}})
	}
	for _, d := range a.Requests {
		out = append(out, Single{document.KindRequest, d.Name, document.Apply{Requests: []gonets.SavedRequest{d}}})
	}
	for _, d := range a.Scenarios {
		out = append(out, Single{document.KindScenario, d.Name, document.Apply{Scenarios: []gonets.Scenario{d}}})
	}
	if a.Settings != nil {
		out = append(out, Single{document.KindSettings, "settings", document.Apply{Settings: a.Settings}})
	}
	return out
}

// Difference is what applying a document would change of what is stored, if it is.
func (s *Single) Difference(stored document.Apply, there bool) (api.Difference, error) {
	d := api.Difference{Kind: s.Kind, Name: s.Name, Change: "updated"}
	wanted, err := YAML(s.Set)
	if err != nil {
		return d, err
	}
	var current []byte
	if !there {
		d.Change = "created"
	} else if current, err = YAML(stored); err != nil {
		return d, err
	}
	if bytes.Equal(current, wanted) {
		d.Change = "unchanged"
		return d, nil
	}
	d.Diff = document.Diff(current, wanted)
	return d, nil
}

// YAML is a set as a file holds it.
func YAML(a document.Apply) ([]byte, error) {
	return document.Export(document.Set{Sources: a.Sources, Requests: a.Requests, Scenarios: a.Scenarios, Settings: a.Settings})
}

// Unset tells whether nobody has set anything.
func Unset(s setting.Settings) bool {
	empty, err1 := json.Marshal(setting.Settings{})
	text, err2 := json.Marshal(s)
	return err1 == nil && err2 == nil && bytes.Equal(empty, text)
}

// Silence shows that a source is silent for too long; nil while it is not.
func Silence(silent map[string]news.Silence, source string) *api.Silence {
	s, is := silent[source]
	if !is {
		return nil
	}
	return &api.Silence{Since: s.Since, Usual: int64(s.Usual / time.Second)}
}

// SentEvent shows what became of an event that was made by hand.
func SentEvent(got *gonets.Accepted, source string) api.NewEventResult {
	out := api.NewEventResult{EventID: got.EventID, Duplicate: got.Duplicate, Runs: []api.RunSummary{}}
	for i := range got.Runs {
		out.Runs = append(out.Runs, RunSummary(gonets.RunSummary{Run: got.Runs[i], Source: source}))
	}
	return out
}
