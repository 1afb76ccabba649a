package shape

import (
	"encoding/json"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/news"
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

// WholeVersion shows a version with its document, beside the saved requests as they are
// now.
func WholeVersion(v gonets.Version, live []gonets.SavedRequest) api.ScenarioVersion {
	out := Version(v)
	out.Document, out.Differing = written(v.Scenario), document.Differing(v.Requests, live)
	for _, r := range v.Requests {
		out.Requests = append(out.Requests, written(r))
	}
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
