package store_test

import (
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/storetest"
)

// TestCommitAsksPostgresOnce: what can be taken for granted goes in one flight,
// and what turns out otherwise is done again, carefully.
func TestCommitAsksPostgresOnce(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 10, "a", "b")
	a, b := open[0], open[1]
	newEvent := func() gonets.Event {
		return gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: a.Clock.Now(), Body: []byte("x")}
	}
	accept := func(s storetest.Opened, ev gonets.Event) gonets.Accepted {
		t.Helper()
		out, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: ev}})
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	finish := func(run gonets.Run) (fenced bool) {
		t.Helper()
		fenced, err := a.Finish(t.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease,
			State: gonets.RunSucceeded, At: a.Clock.Now(), Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone}},
			Attempt: &gonets.Attempt{RunID: run.ID, N: 1, Path: "send", StartedAt: a.Clock.Now(), Duration: time.Millisecond,
				Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Method: "POST", URL: "http://x/", Status: 200}}})
		if err != nil {
			t.Fatal(err)
		}
		return fenced
	}
	accept(a, newEvent()) // the routes are known from here on
	flights := a.Flights()
	asked := func(what string, once bool) {
		t.Helper()
		if n := flights.Swap(0); once != (n == 1) || n == 0 {
			t.Errorf("%s: %d flights; one was enough: %v", what, n, once)
		}
	}
	ev := newEvent()
	run := accept(a, ev).Runs[0]
	asked("an event", true)
	if again := accept(a, ev); again.Duplicate || len(again.Runs) > 0 {
		t.Errorf("the event again: %+v", again)
	}
	asked("a repeated event", false)
	lost := run
	lost.Lease.Seq++
	if !finish(lost) {
		t.Error("a lease of another was honoured")
	}
	asked("a fenced result", false)
	if finish(run) {
		t.Error("the lease was not honoured")
	}
	asked("a result", true)
	// Another node changes where events go.
	if _, err := b.Apply(t.Context(), document.Apply{Scenarios: []gonets.Scenario{storetest.Scenario("y", "s")}}); err != nil {
		t.Fatal(err)
	}
	if got := accept(a, newEvent()); len(got.Runs) != 2 {
		t.Errorf("after the change %d runs, want 2", len(got.Runs))
	}
	asked("a changed configuration", false)
	accept(a, newEvent())
	asked("an event after the change", true)
}
