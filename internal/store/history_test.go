package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store"
	"gonets/internal/store/filter"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// strays are the parts of PostgreSQL's plan that cost more as the tables grow:
// reads that no condition of an index bounds, and sorts,
// and workers that have to be started.
func strays(plan []string, q store.HotQuery) (bad []string) {
	for i, line := range plan {
		step := strings.TrimLeft(line, " ->")
		next := ""
		if i+1 < len(plan) {
			next = strings.TrimSpace(plan[i+1])
		}
		bounded := strings.HasPrefix(next, "Index Cond:") || strings.Contains(step, "runs_leased")
		switch {
		case strings.HasPrefix(step, "Gather"), strings.Contains(step, "Seq Scan"), strings.HasPrefix(step, "Bitmap"), strings.Contains(step, "Index") && strings.Contains(step, " using ") && !bounded:
			bad = append(bad, step)
		case (step == "Sort" || strings.HasPrefix(step, "Incremental Sort")) && !q.Sorts:
			bad = append(bad, step)
		}
	}
	return bad
}

func TestPostgresWalksTheHistoryAlongIndexes(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	h := storetest.Filled{Seed: 4, Runs: 4_000, Until: testkit.NewClock().Now(), Span: 24 * time.Hour}
	o := store.Options{Database: address, Clock: testkit.NewClock(), Sealer: storetest.Sealer{}}
	empty := openPostgres(t, cluster.Database(t), store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{}})
	if err := h.Fill(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	full := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{}})
	check := func(name string, s storetest.Opened) {
		t.Helper()
		explain := func(q store.HotQuery) (strayed []string, plan string) {
			t.Helper()
			lines, err := s.Prepared(t.Context(), q)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, q.Name, err)
			}
			return strays(lines, q), strings.Join(lines, "\n")
		}
		for _, q := range s.HistoryQueries() {
			if bad, plan := explain(q); len(bad) > 0 {
				t.Errorf("%s, %s: %q\n%s\n%s", name, q.Name, bad, q.Text, plan)
			}
		}
		for _, planted := range []string{`SELECT id FROM runs WHERE reason = ?`,
			`SELECT id FROM runs r WHERE r.scenario = ? ORDER BY r.created_at LIMIT 5`,
			`SELECT id FROM runs r WHERE r.mark = ? ORDER BY r.id DESC LIMIT 5`,
			`SELECT id FROM events WHERE source = ? ORDER BY id LIMIT 5`} {
			if bad, plan := explain(store.HotQuery{Name: planted, Text: planted, Values: []any{"x"}}); len(bad) == 0 {
				t.Errorf("%s: the planted fault was not seen: %s", name, plan)
			}
		}
		exists := store.HotQuery{Name: "planted", Writes: true, Values: []any{1, 500},
			Text: `SELECT NOT EXISTS (SELECT 1 FROM runs r WHERE r.event = e.id) FROM events e WHERE e.received_at < ? ORDER BY e.received_at LIMIT ?`}
		if bad, plan := explain(exists); name == "analysed" && len(bad) == 0 {
			t.Errorf("%s: the planted fault was not seen: %s", name, plan)
		}
	}
	check("nothing stored", empty)
	check("filled, not analysed", full)
	if err := cluster.Exec(address, "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	check("analysed", full)
}

func TestShortPagesLeadToTheEnd(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T, *storetest.Filled) storetest.Opened{
		"sqlite": func(t *testing.T, h *storetest.Filled) storetest.Opened {
			path := t.TempDir() + "/gonets.db"
			if err := h.Fill(t.Context(), store.Options{Path: path, Clock: testkit.NewClock(), Sealer: storetest.Sealer{}}); err != nil {
				t.Fatal(err)
			}
			return openAt(t, path, testkit.NewClock(), &storetest.Places{})
		},
		"postgres": func(t *testing.T, h *storetest.Filled) storetest.Opened {
			address := cluster.Database(t)
			if err := h.Fill(t.Context(), store.Options{Database: address, Clock: testkit.NewClock(), Sealer: storetest.Sealer{}}); err != nil {
				t.Fatal(err)
			}
			return openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &storetest.Filled{Seed: 5, Runs: 6_000, Until: testkit.NewClock().Now(), Span: 24 * 24 * time.Hour}
			day := h.Until.Add(-20 * 24 * time.Hour)
			s := open(t, h)
			// What came on a day is found there, whatever ended badly since; only the end of
			// the list may need a look behind the day.
			s.LookAt(40)
			came := gonets.RunFilter{ReceivedFrom: day, ReceivedUntil: day.Add(24 * time.Hour)}
			for _, came.Ascending = range []bool{false, true} {
				if got, _, short := everyPage(t, s, came); got != strings.Join(h.Find(came, h.Runs), "\n") || short > 1 {
					t.Errorf("what came on a day: %d bytes of ids are found, %d pages were cut short", len(got), short)
				}
			}
			s.LookAt(100)
			bad := []gonets.RunState{gonets.RunSucceeded, gonets.RunCancelled, gonets.RunHeld, gonets.RunFailed}
			for _, f := range []gonets.RunFilter{
				{Scenario: "orders", Source: "forms"},
				{Scenario: "letters", Source: "forms"},
				{Value: storetest.FilledCustomer(0), Scenario: "payments", States: bad},
				{Source: "bank", Scenario: "refunds", States: bad},
				{Scenario: "orders", States: []gonets.RunState{gonets.RunSkipped, gonets.RunQueued, gonets.RunSucceeded}, Since: h.Until.Add(-3 * 24 * time.Hour)},
				{Source: "forms", States: bad, Until: day},
			} {
				for _, f.Ascending = range []bool{false, true} {
					want := strings.Join(h.Find(f, h.Runs), "\n")
					got, pages, short := everyPage(t, s, f)
					if got != want {
						t.Errorf("%+v: after %d pages %d bytes of ids are found, want %d", f, pages, len(got), len(want))
					}
					if f.Source == "forms" && f.Scenario == "orders" && short == 0 {
						t.Errorf("%+v: no page was cut short", f)
					}
				}
			}
		})
	}
}

// everyPage reads a list to its end, and counts its pages and those of them
// that are not full though they are not the last.
func everyPage(t *testing.T, s storetest.Opened, f gonets.RunFilter) (ids string, pages, short int) {
	t.Helper()
	f.Page.Limit = 50
	var got []string
	for {
		l, err := s.Runs(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.Items {
			got = append(got, r.ID)
		}
		pages++
		if l.Next == "" {
			return strings.Join(got, "\n"), pages, short
		}
		if len(l.Items) < f.Page.Limit {
			short++
		}
		if f.Page.Cursor == l.Next {
			t.Fatalf("page %d leads to itself", pages)
		}
		f.Page.Cursor = l.Next
	}
}

func TestSlowQuestionsKeepNobodyFromWork(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) storetest.Opened{"sqlite": open, "postgres": freshPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
				Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
				t.Fatal(err)
			}
			free, err := s.Occupy(t.Context(), time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			defer free()
			ctx, leave := context.WithCancel(t.Context())
			asked := make(chan error)
			for range 50 {
				go func() {
					_, err := s.Runs(ctx, gonets.RunFilter{})
					asked <- err
				}()
			}
			acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now()}}})
			if err != nil {
				t.Fatal(err)
			}
			if lanes, err := s.Backlog(t.Context()); err != nil || len(lanes) != 1 {
				t.Errorf("the backlog: %v %v", lanes, err)
			}
			jobs, err := s.Claim(t.Context(), gonets.Claim{Lane: acc[0].Runs[0].Lane, Limit: 5, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()})
			if err != nil || len(jobs) != 1 {
				t.Errorf("%d jobs are claimed: %v", len(jobs), err)
			}
			if _, err := s.Answer(t.Context(), acc[0].EventID); err != nil {
				t.Errorf("the answer to a caller: %v", err)
			}
			leave()
			for range 50 {
				if err := <-asked; !errors.Is(err, context.Canceled) {
					t.Errorf("whoever asked and left got %v", err)
				}
			}
			again, err := s.Occupy(canceled(t), time.Nanosecond)
			if err == nil {
				again()
				t.Error("there was a connection left")
			}
			if _, err := s.Runs(t.Context(), gonets.RunFilter{}); gonets.CodeOf(err) != gonets.CodeBusy {
				t.Errorf("an answer that takes too long: %v", err)
			}
		})
	}
}

// canceled is a context that has ended.
func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestAFlowOfManyRunsIsOfTheNewest(t *testing.T) {
	t.Parallel()
	const counted = 5_000
	clock, path := testkit.NewClock(), t.TempDir()+"/gonets.db"
	h := &storetest.Filled{Seed: 5, Runs: 9_000, Until: clock.Now(), Span: 24 * time.Hour}
	if err := h.Fill(t.Context(), store.Options{Path: path, Clock: testkit.NewClock(), Sealer: storetest.Sealer{}}); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path, clock, &storetest.Places{})
	for scenario, more := range map[string]bool{"orders": true, "leads": false} {
		ids := h.Find(gonets.RunFilter{Scenario: scenario}, h.Runs)
		got, err := s.Flow(t.Context(), scenario)
		if err != nil || len(got.Sources) != 1 || got.Sources[0].Runs != min(len(ids), counted) || got.More != more {
			t.Errorf("%s: of %d runs %+v, %v", scenario, len(ids), got, err)
		}
		if more && !got.Since.Equal(filter.At(ids[counted])) {
			t.Errorf("%s: since %s, want %s", scenario, got.Since, filter.At(ids[counted]))
		}
		for _, step := range got.Steps {
			if step.Runs == 0 || step.Runs > counted {
				t.Errorf("%s: %+v", scenario, step)
			}
		}
	}
}
