package lane_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"gonets"
	"gonets/internal/lane"
	"gonets/internal/testkit"
)

func newSet(limit int) *lane.Set {
	return lane.NewSet(lane.Options{Clock: testkit.NewClock(), Limits: func(string) lane.Limits { return lane.Limits{Requests: 2, Workers: limit} }})
}

func fill(t *testing.T, s *lane.Set, name string, n int) {
	t.Helper()
	for range n {
		if !s.Reserve(name, "s") {
			t.Fatalf("no place in lane %s", name)
		}
		s.Push(name, lane.Item{Job: gonets.Job{Run: gonets.Run{Scenario: "s"}}, Bytes: 1})
	}
}

// claim reserves places and finds nothing to claim.
func claim(s *lane.Set, name string, want int) {
	n, _ := s.ReserveClaim(name, want)
	s.Unreserve(name, n)
}

func TestQueuedJobsCanBeTakenOut(t *testing.T) {
	t.Parallel()
	s := newSet(1)
	for _, id := range []string{"one", "two", "three"} {
		s.Reserve("a", "s")
		s.Push("a", lane.Item{Job: gonets.Job{Run: gonets.Run{ID: id, Scenario: "s"}}})
	}
	if got := s.Take(func(r *gonets.Run) bool { return r.ID == "two" }); len(got) != 1 || got[0].Job.Run.ID != "two" {
		t.Fatalf("took %v", got)
	}
	for _, want := range []string{"one", "three"} {
		if it, ok := s.Pop("a"); !ok || it.Job.Run.ID != want {
			t.Fatalf("got %q, want %q", it.Job.Run.ID, want)
		}
	}
}

// unfair says who had to wait longer than for one turn of each other scenario.
func unfair(turns []string, scenarios int) string {
	last := map[string]int{}
	for i, name := range turns {
		if wait := i - last[name]; wait > scenarios {
			return fmt.Sprintf("%s waited for %d turns of %d scenarios", name, wait, scenarios)
		}
		last[name] = i
	}
	return ""
}

func TestScenariosOfALaneTakeTurns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.MapOfN(rapid.StringMatching("[a-f]"), rapid.IntRange(1, 100), 2, 5).Draw(t, "sizes")
		s := newSet(1)
		n := 0
		for name, size := range sizes { // one after the other: the worst order
			for range size {
				if s.Reserve("a", name) {
					s.Push("a", lane.Item{Job: gonets.Job{Run: gonets.Run{Scenario: name}}})
					n++
				}
			}
		}
		turns := make([]string, n)
		for i := range turns {
			it, _ := s.Pop("a")
			turns[i] = it.Job.Run.Scenario
		}
		if bad := unfair(turns, len(sizes)); bad != "" {
			t.Fatalf("%s: %v", bad, turns)
		}
	})
}

func TestALongQueueInFrontIsNoticed(t *testing.T) {
	t.Parallel()
	if unfair([]string{"a", "a", "a", "a", "b"}, 2) == "" {
		t.Error("first come, first served is not noticed")
	}
}

func TestOneLaneIsWorkedOnByAtMostItsLimit(t *testing.T) {
	t.Parallel()
	s := newSet(2)
	started := 0
	for range 5 {
		s.Reserve("a", "s")
		if s.Push("a", lane.Item{}) == lane.StartWorker {
			started++
		}
	}
	if started != 2 {
		t.Fatalf("%d workers, want 2", started)
	}
	for range 5 {
		if _, ok := s.Pop("a"); !ok {
			t.Fatal("a queued job was not found")
		}
	}
	if _, ok := s.Pop("a"); ok {
		t.Fatal("an empty lane gave a job")
	}
}

func TestNoMoreRequestsThanTheDestinationTakes(t *testing.T) {
	t.Parallel()
	s := newSet(8)
	pass, err := s.Enter(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Enter(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got := s.List()[0].Active; got != 2 {
		t.Fatalf("%d requests on their way, want 2", got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Enter(ended, "a"); err == nil {
		t.Fatal("a third request was let through")
	}
	pass.Leave(lane.Result{})
	if _, err := s.Enter(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
}

func TestAFullLaneLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	s := newSet(1)
	fill(t, s, "sick", gonets.LaneQueue)
	if s.Reserve("sick", "s") {
		t.Fatal("a full lane took more")
	}
	fill(t, s, "healthy", gonets.LaneQueue)
}

func TestTheNodeTakesNoMoreThanItsMemoryHolds(t *testing.T) {
	t.Parallel()
	s := newSet(1)
	if !s.Reserve("big", "s") {
		t.Fatal("no place in an empty set")
	}
	s.Push("big", lane.Item{Bytes: gonets.NodeQueueBytes})
	if s.Reserve("other", "s") {
		t.Fatal("a node whose memory is full took more")
	}
	it, ok := s.Pop("big")
	if !ok {
		t.Fatal("the job is gone")
	}
	if n, _ := s.ReserveClaim("other", 10); n != 0 {
		t.Fatal("a job that is worked on was taken for free memory")
	}
	s.Done(it)
	if s.Reserve("other", "s") {
		t.Fatal("a lane whose older work waits in the store let newer work pass")
	}
	if n, bytes := s.ReserveClaim("other", 10); n != 10 || bytes != gonets.NodeQueueBytes {
		t.Fatalf("%d places and %d bytes for claims, want 10 and all", n, bytes)
	}
}

func TestOlderWorkInTheStoreGoesFirst(t *testing.T) {
	t.Parallel()
	s := newSet(1)
	s.SetBacklog("a")
	if s.Reserve("a", "s") {
		t.Fatal("new work overtook the backlog")
	}
	if !s.Hungry("a") {
		t.Fatal("a lane with a backlog and an empty queue is not hungry")
	}
	claim(s, "a", 5)
	if !s.Reserve("a", "s") {
		t.Fatal("the lane does not take new work after its backlog was claimed")
	}
}

func TestAClosedSetReturnsWhatWasQueuedAndTakesNothing(t *testing.T) {
	t.Parallel()
	s := newSet(1)
	fill(t, s, "a", 3)
	s.Reserve("b", "s")
	if rest := s.Close(); len(rest) != 3 {
		t.Fatalf("%d jobs came back, want 3", len(rest))
	}
	if s.Push("b", lane.Item{}) != lane.Refused {
		t.Fatal("a closed set took a job")
	}
	if n, _ := s.ReserveClaim("c", 1); n != 0 || s.Reserve("c", "s") {
		t.Fatal("a closed set promised a place")
	}
	if _, ok := s.Pop("a"); ok {
		t.Fatal("a closed set gave a job")
	}
}

func TestUnusedLanesAreForgotten(t *testing.T) {
	t.Parallel()
	s := newSet(1)
	s.Reserve("once", "s")
	s.Unreserve("once", 1)
	if l := s.List(); len(l) != 0 {
		t.Fatalf("lanes left: %v", l)
	}
}

// Whatever happens in whatever order, no job is lost or given twice and no
// lane has more workers than places.
func TestJobsAreGivenOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const limit = 3
		s := newSet(limit)
		names := []string{"a", "b"}
		workers := map[string]int{}
		next, given := 0, map[string]bool{}
		queued := map[string]bool{}
		take := func(name string) {
			it, ok := s.Pop(name)
			if !ok {
				workers[name]--
				return
			}
			id := it.Job.Run.ID
			if given[id] || !queued[id] {
				t.Fatalf("job %q was given twice or never queued", id)
			}
			given[id] = true
		}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			name := rapid.SampledFrom(names).Draw(t, "lane")
			if rapid.Bool().Draw(t, "push") {
				if !s.Reserve(name, "s") {
					claim(s, name, 1)
					continue
				}
				next++
				id := name + string(rune('0'+next%10)) + string(rune('a'+next/10))
				queued[id] = true
				if s.Push(name, lane.Item{Job: gonets.Job{Run: gonets.Run{ID: id, Scenario: "s"}}}) == lane.StartWorker {
					workers[name]++
				}
			} else if workers[name] > 0 {
				take(name)
			}
			if workers[name] > limit {
				t.Fatalf("%d workers in lane %s, limit %d", workers[name], name, limit)
			}
		}
		for _, name := range names {
			for workers[name] > 0 {
				take(name)
			}
		}
		if len(given) != len(queued) {
			t.Fatalf("%d of %d jobs were given", len(given), len(queued))
		}
	})
}

func TestConcurrentUseIsSafe(t *testing.T) {
	t.Parallel()
	s := newSet(4)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if s.Reserve("a", "s") && s.Push("a", lane.Item{}) == lane.StartWorker {
					for ok := true; ok; {
						_, ok = s.Pop("a")
					}
				}
				s.List()
			}
		})
	}
	wg.Wait()
	for _, l := range s.List() {
		if l.Active != 0 || l.Queued != 0 {
			t.Fatalf("left over: %+v", l)
		}
	}
}
