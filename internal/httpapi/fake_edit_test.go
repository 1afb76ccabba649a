package httpapi_test

import (
	"context"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/news"
)

func (b *backend) Draft(_ context.Context, name string) (gonets.Draft, error) {
	d, ok := b.drafts[name]
	if !ok {
		return d, missing("scenario", name)
	}
	return d, nil
}

// SaveDraft counts the states of a draft: e1, e1+, e1++ …
func (b *backend) SaveDraft(_ context.Context, c gonets.DraftChange) (gonets.Draft, error) {
	now := b.drafts[c.Name]
	if c.IfMatch != now.ETag && c.IfMatch != "*" {
		return now, gonets.Errorf(gonets.CodeDraftConflict, "anna changed it at 12:00")
	}
	now.Document, now.Text, now.Changed, now.Open, now.UpdatedBy = c.Document, c.Text, true, true, c.Actor
	now.ETag += "+"
	b.drafts[c.Name] = now
	return now, nil
}
func (b *backend) DropDraft(_ context.Context, name, ifMatch, _ string) error {
	if b.drafts[name].ETag != ifMatch {
		return gonets.Errorf(gonets.CodeDraftConflict, "anna changed it at 12:00")
	}
	b.note("drop %s", name)
	return nil
}
func (b *backend) CreateScenario(_ context.Context, n gonets.NewDocument[gonets.Scenario]) (string, error) {
	b.note("create %s %s", n.Name, n.Document)
	return b.scenario.Name, nil
}
func (b *backend) Publish(_ context.Context, p gonets.Publish) (gonets.ScenarioInfo, error) {
	if p.IfMatch != b.drafts[p.Scenario.Name].ETag {
		return gonets.ScenarioInfo{}, gonets.Errorf(gonets.CodeDraftConflict, "anna changed it at 12:00")
	}
	b.note("publish %s start=%v release=%v note=%s by %s", p.Scenario.Name, p.Start, p.ReleaseHeld, p.Note, p.Actor)
	return b.scenario, nil
}
func (b *backend) DeleteScenario(_ context.Context, name, actor string) error {
	b.note("delete %s by %s", name, actor)
	return nil
}
func (b *backend) Activity(context.Context, string) (gonets.Activity, error) {
	return gonets.Activity{Buckets: []gonets.ActivityBucket{{At: epoch, Done: 2, Failed: 1}}, Total: 3, Paused: 1, LastAt: epoch}, nil
}
func (b *backend) CreateSource(_ context.Context, n gonets.NewDocument[gonets.Source]) (string, error) {
	b.note("create %s of %s titled %s", n.Name, n.Parsed.Preset, n.Parsed.Title)
	return b.source.Name, nil
}
func (b *backend) SaveSource(_ context.Context, c gonets.SourceChange) error {
	if c.IfMatch != b.source.ETag {
		return gonets.Errorf(gonets.CodeDraftConflict, "the source was changed")
	}
	b.note("save %s of %s titled %s", c.Source.Name, c.Source.Preset, c.Source.Title)
	return nil
}
func (b *backend) SavedRequests(context.Context) ([]gonets.SavedRequest, error) {
	if b.request.ETag == "" {
		return nil, nil
	}
	return []gonets.SavedRequest{b.request.SavedRequest}, nil
}

func (b *backend) Requests(context.Context) ([]gonets.RequestInfo, error) {
	if b.request.ETag == "" {
		return nil, nil
	}
	return []gonets.RequestInfo{b.request}, nil
}

func (b *backend) Request(_ context.Context, name string) (gonets.RequestInfo, error) {
	if name != b.request.Name || b.request.ETag == "" {
		return gonets.RequestInfo{}, missing("saved request", name)
	}
	return b.request, nil
}

func (b *backend) RequestChecks(_ context.Context, names ...string) (map[string]gonets.RunSummary, error) {
	b.checked = names
	return nil, nil
}

func (b *backend) CreateRequest(_ context.Context, n gonets.NewDocument[gonets.SavedRequest]) (string, error) {
	b.request = gonets.RequestInfo{SavedRequest: *n.Parsed, ETag: "q1", CreatedAt: epoch, UpdatedAt: epoch}
	b.note("create request %s by %s", n.Name, n.Actor)
	return n.Name, nil
}

func (b *backend) SaveRequest(_ context.Context, c gonets.RequestChange) error {
	if c.IfMatch != b.request.ETag {
		return gonets.Errorf(gonets.CodeDraftConflict, "it was changed")
	}
	b.request.SavedRequest, b.request.ETag = *c.Request, "q2"
	return nil
}

func (b *backend) DeleteRequest(_ context.Context, name, _ string) error {
	return gonets.Errorf(gonets.CodeRequestUsed, "the saved request %q is sent by lead", name)
}

func (b *backend) DeleteSource(_ context.Context, name, _ string) error {
	b.note("delete %s", name)
	return nil
}
func (b *backend) AddAddress(_ context.Context, name, _ string) error {
	b.note("add to %s", name)
	return nil
}
func (b *backend) RetireAddress(_ context.Context, name string, n int, _ string) error {
	b.note("retire %d of %s", n, name)
	return nil
}
func (b *backend) SourceActivity(context.Context, string) (gonets.SourceActivity, error) {
	return gonets.SourceActivity{LastAt: epoch, Day: 7}, nil
}

func (b *backend) Keep(_ context.Context, scenario string, in api.NewExample, actor string) (api.Example, error) {
	b.note("keep %s %d of %s by %s", in.Run, in.Attempt, scenario, actor)
	return api.Example{Step: "deal", Status: 201, SavedAt: epoch}, nil
}
func (b *backend) Kept(context.Context, string) ([]api.Example, error) { return nil, nil }
func (b *backend) Drop(_ context.Context, scenario, path string) error {
	b.note("drop %s of %s", path, scenario)
	return nil
}

func (b *backend) Fields(_ context.Context, source string) (api.SourceFields, error) {
	return api.SourceFields{On: true, Learned: true, Changes: []api.FieldChange{}}, nil
}

func (b *backend) AcceptFields(_ context.Context, source, actor string) error {
	b.calls = append(b.calls, "fields of "+source+" by "+actor)
	return nil
}

func (b *backend) Silences(context.Context) (map[string]news.Silence, error) {
	return map[string]news.Silence{"form": {Since: epoch, Usual: 3 * time.Hour}}, nil
}

func (b *backend) AcceptSilence(_ context.Context, source, actor string) error {
	b.calls = append(b.calls, "silence of "+source+" by "+actor)
	return nil
}
