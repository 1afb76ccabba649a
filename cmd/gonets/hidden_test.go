package main

import (
	"context"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/outbound"
	"gonets/internal/source"
	"gonets/internal/store"
	"gonets/internal/testkit"
)

// withoutSources is a store that gives no sources while it is away.
type withoutSources struct {
	*store.Store
	away bool
}

func (s *withoutSources) Source(ctx context.Context, name string) (gonets.SourceInfo, error) {
	if s.away {
		return gonets.SourceInfo{}, gonets.Errorf(gonets.CodeStoreAway, "the database does not answer")
	}
	return s.Store.Source(ctx, name)
}

// TestARunIsNotShownWhileNobodyKnowsWhatItHides: without its source it would show what
// is hidden, and a mass action that looks for a text would leave it out for ever.
func TestARunIsNotShownWhileNobodyKnowsWhatItHides(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	st := &withoutSources{Store: testkit.Store(t, clock, nil)}
	client := outbound.New(outbound.Options{})
	t.Cleanup(client.Close)
	catalog, err := source.Presets()
	if err != nil {
		t.Fatal(err)
	}
	config := &live{store: st, client: client, catalog: catalog, listenURL: "http://127.0.0.1:1"}
	if err := config.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = st.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "in", Preset: source.Generic}},
		Scenarios: []gonets.Scenario{{Name: "lead", Sources: []string{"in"}, Steps: []gonets.Step{{ID: "end", Stop: &gonets.StopStep{}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	acc, err := st.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "in", Method: "POST", ReceivedAt: clock.Now(), Body: []byte("tea for Anna")}}})
	if err != nil {
		t.Fatal(err)
	}
	run := acc[0].Runs[0].ID
	told := history{st.Store, config, clock}
	st.away = true
	fails := func(what string, err error) {
		t.Helper()
		if gonets.CodeOf(err) != gonets.CodeStoreAway {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = told.Run(t.Context(), run)
	fails("the run", err)
	_, err = told.lastError(t.Context(), run)
	fails("its last error", err)
	_, err = told.Outlines(t.Context(), []gonets.RunSummary{{Run: gonets.Run{ID: run, EventID: acc[0].EventID, Scenario: "lead"}}})
	fails("its outline", err)
	_, err = told.Carrying(t.Context(), gonets.RunFilter{Text: "anna"}, time.Second)
	fails("a text", err)
	st.away = false
	if found, err := told.Carrying(t.Context(), gonets.RunFilter{Text: "anna"}, time.Second); err != nil || len(found.Items) != 1 {
		t.Errorf("when it is back: %+v, %v", found, err)
	}
	if d, err := told.Run(t.Context(), run); err != nil || string(d.Event.Body) != "tea for Anna" {
		t.Errorf("when it is back: %q, %v", d.Event.Body, err)
	}
}
