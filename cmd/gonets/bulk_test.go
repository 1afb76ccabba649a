package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/client"
	"gonets/internal/secret"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
)

// TestManyRunsAgain makes many runs wait for a person and tries them all again,
// while new events come in.
func TestManyRunsAgain(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		sink := &arrivals{seen: map[string]int{}}
		target := httptest.NewServer(sink)
		t.Cleanup(target.Close)
		n := sized(300, min(*historyRuns, 100_000))
		h := &storetest.Filled{Seed: 4, Runs: n, Until: time.Now(), Span: 24 * time.Hour, Due: n, Target: target.URL}
		data := t.TempDir()
		stopLeads(t, fillHistory(t, h, data, database))
		o := startWith(t, data, database, loadDocuments(target.URL))
		token, err := secret.OwnerToken(data)
		if err != nil {
			t.Fatal(err)
		}
		c, err := client.New(o.base, token)
		if err != nil {
			t.Fatal(err)
		}
		none := 0
		// through does one thing to all and tells when the last one's turn had come.
		through := func(action, state string) (time.Duration, api.Bulk) {
			begun := time.Now()
			b, err := c.NewBulk(t.Context(), api.NewBulk{Action: action, Q: "scenario:leads state:" + state, Rate: &none})
			if err != nil {
				t.Fatal(err)
			}
			// How long all take is the machine's affair: as long as more are done, this waits.
			for done := -1; err == nil && done < b.Done && b.Done < b.Total; {
				done = b.Done
				await(func() bool {
					b, err = c.Bulk(t.Context(), b.ID)
					return err != nil || b.Done > done
				})
			}
			if err != nil || b.Done != b.Total || b.Total != n || b.Refused != 0 {
				t.Fatalf("%s: %+v %v", action, b, err)
			}
			return time.Since(begun), b
		}
		paused, _ := through("cancel-retries", "waiting")
		if _, err := c.StartScenario(t.Context(), "leads", false); err != nil {
			t.Fatal(err)
		}
		stop := load(sized(5, 50), func(n int) { o.post(fmt.Sprintf(`{"n":%d}`, n)) })
		begun := time.Now()
		resumed, b := through("resume", "paused")
		sent, acks := stop()
		o.post(`{"n":0}`)
		if !await(func() bool { return sink.count() == sent+1 }) {
			t.Error("new events wait behind all of them")
		}
		fresh := time.Since(begun) - resumed
		if !await(func() bool {
			b, err = c.Bulk(t.Context(), b.ID)
			return err != nil || b.State == "finished"
		}) || b.Succeeded != n {
			t.Errorf("the outcome: %+v %v", b, err)
		}
		if due := sink.dues(); due != n {
			t.Errorf("%d requests were sent for %d runs", due, n)
		}
		o.figure("%d runs: all paused after %v, all resumed after %v, all delivered after %v; a new event then took %v; those meanwhile were accepted in (count | p50 | p99 | max ms) %s",
			n, paused, resumed, time.Since(begun), fresh, acks.row())
	})
}

// stopLeads stops the scenario whose runs are due, so that no server works on
// them yet.
func stopLeads(t *testing.T, o store.Options) {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	if _, err := s.SetScenarioState(t.Context(), gonets.StateChange{Name: "leads", State: gonets.ScenarioStopped}); err != nil {
		t.Fatal(err)
	}
}
