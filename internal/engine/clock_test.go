package engine

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

// journey sends runs through a clock that is set to and fro, and tells what
// should not have been: a try before its time, one made twice, a run that does
// not end although the clock is past everything.
func journey(r *rig, seed uint64, disturb func(r *rig, run string)) (faults []string) {
	r.t.Helper()
	random := testkit.Chance(seed, 0)
	st := httpStep("deal", "http://h{{ event.body.n }}.test/")
	st.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(5 * time.Second), gonets.Duration(30 * time.Second), gonets.Duration(2 * time.Hour)}}
	r.apply(st, gonets.Step{ID: "rest", Delay: "1h"}, httpStep("tell", "http://h{{ event.body.n }}.test/tell"))
	const runs = 4
	var ids []string
	bad := map[string]int{}
	for n := range runs {
		bad[fmt.Sprintf("http://h%d.test/", n)] = random.IntN(4) // so often it fails
	}
	sent := map[string]int{}
	r.sender.answer = func(_ int, req *gonets.Request) gonets.Exchange {
		r.sender.mu.Lock()
		defer r.sender.mu.Unlock()
		sent[req.URL]++
		if sent[req.URL] <= bad[req.URL] {
			return gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, Status: http.StatusBadGateway}
		}
		return ok(`{}`)(0, req)
	}
	for n := range runs {
		ids = append(ids, r.event(fmt.Sprint(n)))
	}
	work := func(between func()) {
		due := map[string]time.Time{}
		for _, id := range ids {
			if run := r.run(id).Run; run.State == gonets.RunWaiting {
				due[id] = run.DueAt
			}
		}
		between()
		before := r.sender.count()
		r.work()
		r.sender.mu.Lock()
		defer r.sender.mu.Unlock()
		for i := before; i < len(r.sender.sent); i++ {
			key := gonets.HeaderValue(r.sender.sent[i].Headers, "Idempotency-Key")
			for id, at := range due {
				if strings.HasPrefix(key, id) && r.sender.at[i].Before(at) {
					faults = append(faults, fmt.Sprintf("sent %v before its time: %s", at.Sub(r.sender.at[i]), key))
				}
			}
		}
	}
	const year = 365 * 24 * time.Hour
	jumps := []time.Duration{-time.Millisecond, time.Millisecond, -time.Second, 6 * time.Second, 35 * time.Second, -time.Hour, time.Hour, -10 * year, 10 * year}
	nothing := func() {}
	work(nothing)
	for range 25 {
		r.clock.Advance(jumps[random.IntN(len(jumps))])
		run := ids[random.IntN(runs)]
		work(func() { disturb(r, run) })
	}
	// However far into the future a clock that was wrong put a try.
	for range 4 * runs {
		for _, id := range ids {
			if run := r.run(id).Run; run.State == gonets.RunWaiting {
				r.clock.Advance(max(run.DueAt.Sub(r.clock.Now()), 0))
			}
		}
		work(nothing)
	}
	for n, id := range ids {
		d := r.run(id)
		if d.Run.State != gonets.RunSucceeded {
			faults = append(faults, fmt.Sprintf("stuck: %s (%s)", d.Run.State, d.Run.Reason))
		}
		url := fmt.Sprintf("http://h%d.test/", n)
		if want := bad[url] + 1; sent[url] != want || sent[url+"tell"] != 1 || len(d.Attempts) != want+1 {
			faults = append(faults, fmt.Sprintf("%d and %d requests, %d attempts; want %d and 1", sent[url], sent[url+"tell"], len(d.Attempts), want))
		}
	}
	return faults
}

func TestAClockThatJumpsSendsNothingEarlyNothingTwiceAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, rig := range rigs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := testkit.Seed(t)
			for n := range uint64(6) {
				if faults := journey(rig(t), first+n, undisturbed); len(faults) > 0 {
					t.Errorf("journey %d: %s", n, strings.Join(faults, "; "))
				}
			}
		})
	}
}

func undisturbed(*rig, string) {}

// rigs are those on both databases.
var rigs = map[string]func(testing.TB) *rig{"sqlite": newRig, "postgres": sharedRig}

// sharedRig is a rig on a PostgreSQL database of its own.
func sharedRig(t testing.TB) *rig {
	t.Helper()
	clock := testkit.NewClock()
	places := newPlaces(clock)
	st := testkit.SharedStore(t, testkit.Member{Address: cluster.Database(t), Name: "node", Clock: clock, Placer: places})
	return rigOn(t, clock, places, st)
}

// TestATryBeforeItsTimeIsNoticed: somebody who skips the waits is found out.
func TestATryBeforeItsTimeIsNoticed(t *testing.T) {
	t.Parallel()
	found := 0
	for seed := range uint64(2) {
		found += len(journey(newRig(t), seed, func(r *rig, run string) {
			// Refused while the run does not wait.
			_, _ = r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionSendNow, At: r.clock.Now()})
		}))
	}
	if found == 0 {
		t.Error("tries before their time are not noticed")
	}
}
