package shape_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
)

func TestARunShowsWhereItStandsAndWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	detail := func(change ...func(*gonets.RunDetail)) *gonets.RunDetail {
		d := &gonets.RunDetail{
			Run: gonets.RunSummary{Run: gonets.Run{ID: "r1", State: gonets.RunWaiting, Version: 1, Cursor: "deal", Tries: 1, Attempts: 1,
				CreatedAt: at, StepAt: at, DueAt: at.Add(time.Minute)}},
			Version: &gonets.Version{N: 1, Scenario: gonets.Scenario{Name: "lead", Steps: []gonets.Step{
				{ID: "deal", HTTP: &gonets.HTTPStep{Retry: &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute)}}}}}}},
			Attempts: []gonets.Attempt{{RunID: "r1", N: 1, Path: "deal", StartedAt: at, Charged: true,
				Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, Status: 503, URL: "https://crm.example.ru/"}}},
		}
		for _, c := range change {
			c(d)
		}
		return d
	}
	type seen struct {
		State, Path string
		TriesMax    int
		Next        []time.Time
		Told        bool
		Actions     []string
	}
	for name, c := range map[string]struct {
		run  *gonets.RunDetail
		want seen
	}{
		"it waits for its second try": {detail(), seen{api.StepActive, "deal", 2, []time.Time{at.Add(time.Minute)}, true,
			[]string{"send-now", "retry-policy", "cancel-retries", "cancel", "rerun"}}},
		"it needs a person": {detail(func(d *gonets.RunDetail) { d.Run.State = gonets.RunPaused }),
			seen{api.StepActive, "deal", 2, nil, true, []string{"resume", "skip", "retry-policy", "cancel", "rerun"}}},
		"a check shows no place, even while it goes on": {detail(func(d *gonets.RunDetail) {
			d.Run.State, d.Run.Mark, d.Run.Version = gonets.RunRunning, gonets.MarkCheck, 0
		}), seen{api.StepPending, "deal", 2, nil, true, []string{}}},
		"its version is not known": {detail(func(d *gonets.RunDetail) { d.Version = nil }),
			seen{api.StepPending, "deal", 0, []time.Time{at.Add(time.Minute)}, true, []string{"send-now", "retry-policy", "cancel-retries", "cancel", "rerun"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := shape.Run(c.run, shape.Reader{Now: at})
			got := seen{TriesMax: run.TriesMax, Next: run.NextTries, Actions: run.Actions}
			if len(run.Steps) == 1 && len(run.Steps[0].Attempts) == 1 {
				got.State, got.Path, got.Told = run.Steps[0].State, run.Steps[0].Path, run.Steps[0].Attempts[0].Explain != nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
