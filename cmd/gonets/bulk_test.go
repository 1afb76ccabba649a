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
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// TestManyRunsAgain makes many runs wait for a person and tries them all again,
// while new events come in.
func TestManyRunsAgain(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		sink := &arrivals{seen: map[string]int{}}
		target := httptest.NewServer(sink)
		t.Cleanup(target.Close)
		n := sized(300, min(*historyRuns, 100_000))
		h := &storetest.Filled{Seed: testkit.Seed(t), Runs: n, Until: time.Now(), Span: 24 * time.Hour, Due: n, Target: target.URL}
		data := t.TempDir()
		stopLeads(t, fillHistory(t, h, data, database))
		o := startWith(t, data, database, loadDocuments(target.URL))
		c := o.owner(data)
		// through does one thing to all.
		through := func(action, state string) (time.Duration, api.Bulk) {
			took, b := o.through(c, api.NewBulk{Action: action, Q: "scenario:leads state:" + state})
			if b.Total != n {
				t.Fatalf("%s: %+v", action, b)
			}
			return took, b
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
		o.succeeded(c, b, n)
		if due := sink.dues(); due != n {
			t.Errorf("%d requests were sent for %d runs", due, n)
		}
		o.figure("%d runs: all paused after %v, all resumed after %v, all delivered after %v; a new event then took %v; those meanwhile were accepted in (count | p50 | p99 | max ms) %s",
			n, paused, resumed, time.Since(begun), fresh, acks.row())
	})
}

// through does one thing to all runs of a question and tells how long it took until
// the last one's turn had come. None may be refused.
func (o *outside) through(c *client.Client, wish api.NewBulk) (time.Duration, api.Bulk) {
	o.t.Helper()
	wish.Rate = new(int)
	begun := time.Now()
	b, err := c.NewBulk(o.t.Context(), wish)
	if err != nil {
		o.t.Fatal(err)
	}
	// How long all take is the machine's affair: as long as more are met, this waits.
	// What does not carry a text is taken off the total when it is met.
	met := func() int { return b.Done - b.Total }
	for before := met() - 1; err == nil && before < met() && (met() < 0 || b.AtMost); {
		before = met()
		await(func() bool {
			b, err = c.Bulk(o.t.Context(), b.ID)
			return err != nil || met() > before || !b.AtMost && met() == 0
		})
	}
	if err != nil || met() != 0 || b.Refused != 0 {
		o.t.Fatalf("%s: %+v %v", wish.Action, b, err)
	}
	return time.Since(begun), b
}

// succeeded waits until a thing that was done to so many runs has led all of them to
// success.
func (o *outside) succeeded(c *client.Client, b api.Bulk, runs int) {
	o.t.Helper()
	var err error
	if !await(func() bool {
		b, err = c.Bulk(o.t.Context(), b.ID)
		return err != nil || b.State == "finished"
	}) || b.Total != runs || b.Succeeded != runs {
		o.t.Errorf("%s of %d: %+v %v", b.Action, runs, b, err)
	}
}

// TestManyRunsSkipped lets many paused runs go on without their step, then does those
// again that carry a text, which is looked for in all of them.
func TestManyRunsSkipped(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		sink := &arrivals{seen: map[string]int{}}
		target := httptest.NewServer(sink)
		t.Cleanup(target.Close)
		n := sized(300, min(*historyRuns, 100_000))
		h := &storetest.Filled{Seed: testkit.Seed(t), Runs: n, Until: time.Now(), Span: 24 * time.Hour, Paused: n, Target: target.URL}
		data := t.TempDir()
		fillHistory(t, h, data, database)
		o := startWith(t, data, database, loadDocuments(target.URL))
		c := o.owner(data)
		skipped, b := o.through(c, api.NewBulk{Action: "skip", Q: "scenario:leads state:paused"})
		o.succeeded(c, b, n)
		if due := sink.dues(); due != 0 {
			t.Errorf("%d requests were sent for skipped steps", due)
		}
		theirs := len(h.Find(gonets.RunFilter{Text: storetest.FilledCustomer(0)}, n))
		found, b := o.through(c, api.NewBulk{Action: "rerun", Q: "scenario:leads text:" + storetest.FilledCustomer(0)})
		o.succeeded(c, b, theirs)
		if due := sink.dues(); due != theirs || theirs == 0 {
			t.Errorf("%d requests were sent for the %d runs with the text", due, theirs)
		}
		o.figure("%d runs: all skipped after %v; the %d that carry a text done again after %v", n, skipped, theirs, found)
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
