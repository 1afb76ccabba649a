package httpapi_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets/internal/flow"
)

func (b *backend) Flow(_ context.Context, scenario string) (flow.Flow, error) {
	if scenario != "lead" {
		return flow.Flow{}, missing("scenario", scenario)
	}
	return flow.Flow{Since: epoch.Add(-time.Hour), More: true, Sources: []flow.Source{{Name: "site", Runs: 7}},
		Steps: []flow.Step{{Version: 1, Path: "now", Runs: 3, Waiting: 1}, {Version: 9, Path: "before", Runs: 4, Waiting: 1}, {Version: 9, Path: "a", Runs: 4}}}, nil
}

func TestAFlowCountsAStepOnceWhateverItWasCalled(t *testing.T) {
	t.Parallel()
	b := newBackend()
	// The version 1 calls a step another name; 9 is one that cannot be read.
	v := *b.runs["r1"].Version
	v.Scenario.Steps = append(v.Scenario.Steps[:0:0], v.Scenario.Steps[0])
	v.Scenario.Steps[0].ID, v.Scenario.Steps[0].Was = "now", "before"
	d := b.runs["r1"]
	d.Version = &v
	b.runs["r1"] = d
	s := b.serve(t)
	got := call(t, s, http.MethodGet, "/api/v1/scenarios/lead/flow", "").json(t)
	want := map[string]any{"since": "2026-03-01T11:00:00Z", "more": true,
		"sources": []any{map[string]any{"source": "site", "runs": 7.0}},
		"steps":   []any{map[string]any{"path": "a", "runs": 4.0}, map[string]any{"path": "before", "runs": 7.0, "waiting": 2.0}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := call(t, s, http.MethodGet, "/api/v1/scenarios/none/flow", ""); got.status != http.StatusNotFound {
		t.Errorf("status %d", got.status)
	}
}
