package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
)

func TestNothingIsSentWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var full atomic.Bool
	full.Store(true)
	r.Engine.Full = full.Load
	r.apply(httpStep("deal", "http://a.test/"))
	run := r.event("x")
	for range 3 {
		r.clock.AwaitTimers(1)
		if n := r.sender.count(); n != 0 {
			t.Fatalf("%d requests were made whose results could not be stored", n)
		}
		r.clock.Advance(claimEvery)
	}
	r.clock.AwaitTimers(1)
	full.Store(false)
	r.clock.Advance(claimEvery)
	r.workers.Wait()
	r.wantState(run, gonets.RunSucceeded)
	if n := r.sender.count(); n != 1 {
		t.Fatalf("%d requests, want 1", n)
	}
}

// claimless counts who asks it for work, and hears of removing.
type claimless struct {
	Store
	asked  atomic.Int64
	pruned chan struct{}
}

func (s *claimless) Backlog(ctx context.Context) ([]gonets.LaneBacklog, error) {
	s.asked.Add(1)
	return s.Store.Backlog(ctx)
}

func (s *claimless) Prune(context.Context, time.Time, int) (int, error) {
	s.pruned <- struct{}{}
	return 0, nil
}

func TestNoWorkIsTakenUpWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s := &claimless{Store: r.store}
	r.Engine.Store = s
	full := true
	r.Engine.Full = func() bool { return full }
	r.claimPass()
	if s.asked.Load() != 0 {
		t.Error("work was looked for")
	}
	full = false
	r.claimPass()
	if s.asked.Load() == 0 {
		t.Error("no work was looked for")
	}
}

func TestOldHistoryIsRemovedAtOnceWhenSomebodyWants(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s := &claimless{Store: r.store, pruned: make(chan struct{})}
	r.Engine.Store = s
	r.Engine.Clean()
	r.Engine.Clean() // once is enough
	ended := make(chan struct{})
	go func() {
		r.pruneLoop()
		close(ended)
	}()
	<-s.pruned
	r.clock.AwaitTimers(1)
	r.clock.Advance(pruneEvery)
	<-s.pruned
	r.Engine.stop()
	<-ended
}
