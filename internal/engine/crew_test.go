package engine

import (
	"context"
	"runtime"
	"testing"

	"gonets"
)

func TestWorkersThatRestAreCalledAgainAndStopWithTheEngine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("send", "http://crm.test/"))
	rested := func() {
		t.Helper()
		for r.crew.resting.Load() != 1 {
			runtime.Gosched()
		}
	}
	for n := range 20 {
		id := r.event("1")
		r.workers.Wait()
		r.wantState(id, gonets.RunSucceeded)
		rested()
		if made := r.crew.made.Load(); made != 1 {
			t.Fatalf("after %d runs, one at a time, %d workers were made", n+1, made)
		}
	}
	if err := r.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.crew.all.Wait() // nobody rests for ever
}
