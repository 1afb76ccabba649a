package store_test

import (
	"strings"
	"testing"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/internal/store/outbox"
	"gonets/internal/testkit"
)

// A run that goes well costs no statement for those who are told of errors.
func TestSuccessCostsNoStatementForNotices(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	s := testkit.Store(t, clock, nil)
	doc := gonets.Scenario{Name: "x", Sources: []string{"s"}, Steps: []gonets.Step{{ID: "send", HTTP: &gonets.HTTPStep{URL: "http://crm.example/"}}}}
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}}, Scenarios: []gonets.Scenario{doc}}); err != nil {
		t.Fatal(err)
	}
	end := func(status int, state gonets.RunState) {
		t.Helper()
		ev := gonets.Event{ID: id.New(), Source: "s", ReceivedAt: clock.Now(), Method: "POST"}
		if _, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: ev}}); err != nil {
			t.Fatal(err)
		}
		jobs, err := s.Claim(t.Context(), gonets.Claim{Lane: gonets.LaneUnknown, Limit: 1, Node: s.Node(), Epoch: s.Epoch(), Now: clock.Now()})
		if err != nil || len(jobs) != 1 {
			t.Fatalf("%d jobs, %v", len(jobs), err)
		}
		run := jobs[0].Run
		x := gonets.Exchange{Outcome: gonets.OutcomeOK, Status: status, URL: "http://crm.example/"}
		if status != 200 {
			x.Outcome, x.Code = gonets.OutcomeHTTP, gonets.CodeHTTPStatus
		}
		tr := gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease, State: state, At: clock.Now(),
			Attempt: &gonets.Attempt{RunID: run.ID, N: 1, Path: "send", StartedAt: clock.Now(), Charged: true, Exchange: x}}
		tr.Signals = news.Of(&run, &tr)
		if fenced, err := s.Finish(t.Context(), tr); err != nil || fenced {
			t.Fatalf("fenced %v, %v", fenced, err)
		}
	}
	end(200, gonets.RunSucceeded)
	if n := s.Statements("INTO signals"); n != 0 {
		t.Errorf("a success made %d statements about notices", n)
	}
	end(400, gonets.RunPaused)
	if n := s.Statements("INTO signals"); n != 1 {
		t.Errorf("a failure made %d statements about notices; the count finds nothing", n)
	}
}

func TestWhatIsAskedForNoticesUsesIndexes(t *testing.T) {
	t.Parallel()
	s := testkit.Store(t, testkit.NewClock(), nil)
	scans := func(query string) (bad []string) {
		plan, err := s.Plan(query, strings.Count(query, "?"))
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range plan {
			// Signals are taken as they come; a bounded inner select, and the hours of
			// two weeks, are read whole.
			if strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "USING") && step != "SCAN signals" && step != "SCAN t" && step != "SCAN CONSTANT ROW" && step != "SCAN hours" {
				bad = append(bad, step)
			}
		}
		return bad
	}
	for name, query := range outbox.Queries() {
		if bad := scans(query); len(bad) > 0 {
			t.Errorf("%s: %q", name, bad)
		}
	}
	if bad := scans(`SELECT id FROM letters WHERE tries = ?`); len(bad) == 0 {
		t.Error("the planted scan was not found")
	}
}
