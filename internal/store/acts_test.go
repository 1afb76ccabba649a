package store_test

import (
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/storetest"
)

func TestRetentionRemovesWhatPeopleDidToARun(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) storetest.Opened{"sqlite": open, "postgres": freshPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
				Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
				t.Fatal(err)
			}
			acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now()}}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Act(t.Context(), gonets.Action{RunID: acc[0].Runs[0].ID, Kind: gonets.ActionCancel, Actor: "anna"}); err != nil {
				t.Fatal(err)
			}
			left := func() int {
				rows, err := s.Texts(`SELECT run FROM acts`)
				if err != nil {
					t.Fatal(err)
				}
				return len(rows)
			}
			before := left()
			// A server of before removed their runs and knew nothing of this table.
			for range 3 {
				err := s.Damage(`INSERT INTO acts (run, act, many, at, actor, action, from_version, to_version, detail) VALUES (?, ?, 0, 0, 'anna', 'cancel', 0, 0, '')`, newID(), newID())
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Prune(t.Context(), s.Clock.Now().Add(-time.Hour), 10); err != nil || left() != before {
				t.Errorf("%d lines are left of runs that are no more (%v)", left()-before, err)
			}
			s.Clock.Advance(time.Hour)
			if n, err := s.Prune(t.Context(), s.Clock.Now(), 10); err != nil || n != 1 {
				t.Fatalf("%d runs removed: %v", n, err)
			}
			if before != 1 || left() != 0 {
				t.Errorf("%d lines before, %d after", before, left())
			}
		})
	}
}
