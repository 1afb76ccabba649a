package store_test

import (
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store"
	"gonets/internal/store/dialect"
	"gonets/internal/store/space"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

func TestWhatTheHistoryTakesIsEstimated(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) storetest.Opened{"sqlite": open, "postgres": freshPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.Places.Give(10_000)
			empty, err := s.Holdings(t.Context(), gonets.RetentionAge)
			if err != nil || empty.Sampled != 0 || len(empty.Scenarios) != 0 || !empty.Oldest.IsZero() || empty.FileBytes <= 0 {
				t.Fatalf("nothing is kept: %+v %v", empty, err)
			}
			if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}, {Name: "z", Preset: "generic"}},
				Scenarios: []gonets.Scenario{storetest.Scenario("large", "s"), storetest.Scenario("small", "z")}}); err != nil {
				t.Fatal(err)
			}
			// Of three runs one is small, however they are spread; all large ones are old.
			began := s.Clock.Now()
			for i := range 900 {
				ev := gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: began, Body: noise(9_000)}
				if i >= 600 {
					ev.Source, ev.Body = "z", noise(300)
				}
				if i == 600 {
					s.Clock.Advance(20 * 24 * time.Hour)
				}
				ev.ReceivedAt = s.Clock.Now()
				acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: ev}})
				if err != nil {
					t.Fatal(err)
				}
				run := acc[0].Runs[0]
				if _, err := s.Finish(t.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: ev.Source, ReceivedAt: ev.ReceivedAt,
					Lease: run.Lease, State: gonets.RunSucceeded, At: ev.ReceivedAt}); err != nil {
					t.Fatal(err)
				}
			}
			h, err := s.Holdings(t.Context(), 20*24*time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if h.Sampled < 150 || h.Sampled > 240 || len(h.Scenarios) != 2 || h.Scenarios[0].Scenario != "large" || h.Scenarios[1].Scenario != "small" {
				t.Fatalf("%+v", h)
			}
			large, small := h.Scenarios[0], h.Scenarios[1]
			share := float64(large.Bytes) / float64(large.Bytes+small.Bytes)
			if share < 0.85 || share > 0.97 {
				t.Errorf("the large runs take %.2f of all, want about 0.92: %+v", share, h)
			}
			if name == "sqlite" && (h.Runs != 900 || large.Runs < 560 || large.Runs > 640) {
				t.Errorf("%+v", h) // PostgreSQL counts later
			}
			if h.WeekBytes != large.Bytes {
				t.Errorf("older than a week are %d bytes of %d", h.WeekBytes, large.Bytes)
			}
			if h.Day.N != 600 || h.Week.N != 600 || h.Day.More || !h.Oldest.Equal(began) {
				t.Errorf("%+v since %s, began %s", h.Day, h.Oldest, began)
			}
		})
	}
}

// The question is asked while a page is open: it must not read all runs.
func TestTheEstimateReadsNoWholeTable(t *testing.T) {
	t.Parallel()
	s := open(t)
	way := dialect.SQLite()
	for _, text := range []string{way.EventsAbout, way.SampleEvents, space.DueSQL, space.OldestSQL} {
		for _, bad := range scans(t, s, store.HotQuery{Name: text, Text: text, Args: strings.Count(text, "?"), Sorts: true}) {
			// picks is what the query made itself; the index of what is final is read
			// from its beginning, as far as a limit.
			if bad != "SCAN picks" && !strings.Contains(bad, "runs_ended") {
				t.Errorf("%s\n%s", text, bad)
			}
		}
	}
	address := cluster.Database(t)
	p := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{}})
	if err := cluster.Exec(address, fill); err != nil {
		t.Fatal(err)
	}
	way = dialect.Postgres()
	for _, text := range []string{way.SampleEvents, space.DueSQL, space.OldestSQL} {
		if bad := wholeReads(t, p, store.HotQuery{Name: text, Text: text, Args: strings.Count(text, "?"), Sorts: true}, true); len(bad) > 0 {
			t.Errorf("%s\n%s", text, strings.Join(bad, "\n"))
		}
	}
}
