package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
)

// bulks remembers what it was asked.
type bulks struct {
	wish  api.BulkWish
	steps []string
}

func (b *bulks) Plan(_ context.Context, w api.BulkWish) (api.Bulk, error) {
	b.wish = w
	return api.Bulk{Action: w.Action, Total: 2, Plan: &api.BulkPlan{Groups: []api.BulkGroup{}}}, nil
}
func (b *bulks) Begin(_ context.Context, w api.BulkWish) (api.Bulk, error) {
	b.wish = w
	return api.Bulk{ID: "b1", Action: w.Action, Total: 2, State: "running"}, nil
}
func (b *bulks) List(context.Context, gonets.Page) (gonets.List[api.Bulk], error) {
	return gonets.List[api.Bulk]{Items: []api.Bulk{{ID: "b1"}}}, nil
}
func (b *bulks) Get(_ context.Context, id string) (api.Bulk, error) {
	if id != "b1" {
		return api.Bulk{}, missing("mass action", id)
	}
	return api.Bulk{ID: id}, nil
}
func (b *bulks) Steer(_ context.Context, id, verb, actor string) (api.Bulk, error) {
	b.steps = append(b.steps, id+" "+verb+" by "+actor)
	return api.Bulk{ID: id}, nil
}

func TestMassActionsAreAskedForWithAQuestion(t *testing.T) {
	t.Parallel()
	b := newBackend()
	c := dial(t, b)
	none := 0
	ask := api.NewBulk{Action: "resume", Q: "scenario:lead after:-1h state:paused,failed status:5xx", Version: "current", OneFirst: true}
	got, err := c.NewBulk(t.Context(), ask)
	if err != nil || got.ID != "b1" {
		t.Fatalf("%+v %v", got, err)
	}
	want := api.BulkWish{Action: "resume", Version: "current", Rate: 10, OneFirst: true, Actor: "owner", Q: ask.Q,
		Filter: gonets.RunFilter{Scenario: "lead", Since: epoch.Add(-time.Hour), States: []gonets.RunState{gonets.RunPaused}, Statuses: []gonets.StatusSpan{{Low: 500, High: 599}}}}
	if d := cmp.Diff(want, b.bulks.wish); d != "" {
		t.Error(d)
	}
	ask.Dry, ask.Rate = true, &none
	if got, err = c.NewBulk(t.Context(), ask); err != nil || got.ID != "" || got.Plan == nil || b.bulks.wish.Rate != 0 {
		t.Errorf("dry: %+v %v", got, err)
	}
	if _, err := c.NewBulk(t.Context(), api.NewBulk{Action: "resume", Q: "text:Anna"}); err != nil || b.bulks.wish.Filter.Text != "Anna" {
		t.Errorf("a text: %+v %v", b.bulks.wish, err)
	}
	for _, bad := range []api.NewBulk{
		{Action: "resume"},
		{Action: "resume", Q: `""`}, // every run
		{Action: "explode", Q: ask.Q},
		{Action: "resume", Q: ask.Q, Version: "old"},
	} {
		if _, err := c.NewBulk(t.Context(), bad); gonets.CodeOf(err).Status() != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for _, impossible := range []string{"state:paused", "mark:check"} {
		if _, err := c.NewBulk(t.Context(), api.NewBulk{Action: "send-now", Q: impossible}); gonets.CodeOf(err) != gonets.CodeRunState {
			t.Errorf("%s: %v", impossible, err)
		}
	}
	for _, verb := range []string{"pause", "go-on", "stop"} {
		if _, err := c.SteerBulk(t.Context(), "b1", verb); err != nil {
			t.Error(err)
		}
	}
	if d := cmp.Diff([]string{"b1 pause by owner", "b1 go-on by owner", "b1 stop by owner"}, b.bulks.steps); d != "" {
		t.Error(d)
	}
	if _, err := c.Bulk(t.Context(), "gone"); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Error(err)
	}
}

func TestARerunTakesChangedData(t *testing.T) {
	t.Parallel()
	b := newBackend()
	d := b.runs["r1"]
	d.Event = gonets.Event{ID: "e1", Source: "site", Method: "POST", ContentType: "application/x-www-form-urlencoded; charset=windows-1251", Hops: 3,
		Headers: []gonets.Header{{Name: "Content-Encoding", Value: "gzip"}, {Name: "X-A", Value: "1"}, {Name: "content-type", Value: "x"}},
		Body:    []byte("old"), Item: []byte("{}"), RawQuery: "q=1"}
	b.runs["r1"] = d
	text := "name=\u0410"
	for _, c := range []struct {
		in         api.EditedEvent
		body, kind string
	}{
		{api.EditedEvent{Body: json.RawMessage(`{"a":1}`)}, `{"a":1}`, "application/json"},
		{api.EditedEvent{Text: &text}, text, "application/x-www-form-urlencoded; charset=utf-8"},
	} {
		if _, err := dial(t, b).Rerun(t.Context(), "r1", api.NewRerun{Version: "same", Event: &c.in}); err != nil {
			t.Fatal(err)
		}
		got := b.rerun
		if got.Event == nil || got.Version != gonets.VersionSame || got.Event.ID == "e1" || got.Event.ID == "" {
			t.Fatalf("%+v", got)
		}
		want := gonets.Event{ID: got.Event.ID, Source: "site", Method: "POST", ContentType: c.kind, RawQuery: "q=1", Body: []byte(c.body), Actor: "owner",
			ReceivedAt: got.Event.ReceivedAt, Headers: []gonets.Header{{Name: "X-A", Value: "1"}, {Name: "Content-Type", Value: c.kind}}}
		if d := cmp.Diff(want, *got.Event); d != "" {
			t.Error(d)
		}
	}
	if _, err := dial(t, b).Rerun(t.Context(), "r1", api.NewRerun{Event: &api.EditedEvent{Body: json.RawMessage(`1`), Text: &text}}); gonets.CodeOf(err) != gonets.CodeInvalid {
		t.Errorf("two bodies: %v", err)
	}
	broken := "a=%zz"
	_, err := dial(t, b).Rerun(t.Context(), "r1", api.NewRerun{Event: &api.EditedEvent{Query: &broken}})
	var refused *gonets.Error
	if !errors.As(err, &refused) || len(refused.Problems) != 1 || refused.Problems[0].Pointer != "/event/query" || refused.Problems[0].Code != "event.query" {
		t.Errorf("a broken query: %v", err)
	}
	if string(b.runs["r1"].Event.Body) != "old" {
		t.Error("the old event has changed")
	}
}
