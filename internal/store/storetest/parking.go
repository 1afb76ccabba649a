package storetest

import (
	"fmt"
	"time"

	"gonets"
	"gonets/internal/document"
)

func (f fixture) setState(state gonets.ScenarioState) {
	f.t.Helper()
	_, err := f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "x", State: state, At: f.Clock.Now()})
	f.must(err)
}

// wantClaimable checks the backlog and how many runs can be claimed, and gives
// them back.
func (f fixture) wantClaimable(when string, want int) {
	f.t.Helper()
	backlog, err := f.Backlog(f.ctx())
	f.must(err)
	jobs := f.claim(crm, 100)
	if len(jobs) != want || (len(backlog) > 0) != (want > 0) {
		f.t.Fatalf("%s: %d runs are claimed and the backlog is %v, want %d", when, len(jobs), backlog, want)
	}
	var runs []gonets.Run
	for _, j := range jobs {
		runs = append(runs, j.Run)
	}
	f.must(f.Release(f.ctx(), runs))
}

func stopParks(f fixture) {
	f.apply(document.Apply{Scenarios: []gonets.Scenario{Scenario("y", "t")},
		Sources: []gonets.Source{{Name: "t", Preset: "generic"}}})
	f.Places.Give(5)
	waits, paused, finishes, released, resting := f.run("waits"), f.run("paused"), f.run("finishes"), f.run("released"), f.run("resting")
	f.finish(waits, gonets.RunWaiting)
	f.finish(paused, gonets.RunPaused)
	queued := f.run("queued")
	other := f.event("of another scenario")
	other.Source = "t"
	f.accept(gonets.Acceptance{Event: other})
	f.Clock.Advance(time.Hour)

	f.setState(gonets.ScenarioStopped)
	f.wantState(waits.ID, gonets.RunWaiting)
	f.wantState(queued.ID, gonets.RunQueued)
	f.wantClaimable("after the stop", 1) // the other scenario's
	f.finish(finishes, gonets.RunWaiting)
	f.must(f.Release(f.ctx(), []gonets.Run{released}))
	f.act(paused.ID, gonets.ActionResume)
	f.act(waits.ID, gonets.ActionSendNow)
	f.Clock.Advance(time.Hour)
	f.wantClaimable("after work that was in flight", 1)
	f.die()
	if got := f.wantState(resting.ID, gonets.RunQueued); got.Lease.Held() {
		f.t.Errorf("%+v", got)
	}
	f.wantClaimable("after a death", 1)
	f.act(queued.ID, gonets.ActionCancel)

	f.setState(gonets.ScenarioRunning)
	f.wantClaimable("after the start", 6)
	f.setState(gonets.ScenarioStopped)
	f.wantClaimable("after another stop", 1)
}

func stopParksMany(f fixture) {
	const many = 2*gonets.RetentionBatch + 100
	for i := 0; i < many; i += 100 {
		var as []gonets.Acceptance
		for j := range 100 {
			as = append(as, gonets.Acceptance{Event: f.event(fmt.Sprint(i + j))})
		}
		f.accept(as...)
	}
	for _, c := range []struct {
		state gonets.ScenarioState
		want  int
	}{{gonets.ScenarioStopped, 0}, {gonets.ScenarioRunning, many}} {
		f.setState(c.state)
		got := 0
		for {
			n := len(f.claim(crm, 100))
			if got += n; n == 0 {
				break
			}
		}
		if got != c.want {
			f.t.Errorf("%s: %d runs are claimed, want %d", c.state, got, c.want)
		}
	}
}

func stopSurvivesDeath(f fixture) {
	if f.Exec == nil {
		f.t.Skip("this database cannot be changed from outside")
	}
	f.run("1")
	// The state is changed in one commit and the runs in the next ones.
	f.Exec(f.t, `UPDATE scenarios SET state = 'stopped' WHERE name = 'x'`)
	f.die()
	f.wantClaimable("a stop that death cut short", 0)
	f.Exec(f.t, `UPDATE scenarios SET state = 'running' WHERE name = 'x'`)
	f.die()
	f.wantClaimable("a start that death cut short", 1)
}

func heldOfUnstartedGo(f fixture) {
	draft, stopped := Scenario("draft", "s"), Scenario("stopped", "s")
	f.apply(document.Apply{Scenarios: []gonets.Scenario{draft}, Draft: true})
	f.apply(document.Apply{Scenarios: []gonets.Scenario{stopped}, Stopped: true})
	f.setState(gonets.ScenarioStopped) // it ran before
	events := []string{}
	for i := range 3 {
		acc := f.accept(gonets.Acceptance{Event: f.event(fmt.Sprint(i))})[0]
		events = append(events, acc.EventID)
	}
	f.Clock.Advance(gonets.RetentionAge - time.Hour)
	young := f.accept(gonets.Acceptance{Event: f.event("young")})[0]
	prune := func(want int) {
		f.t.Helper()
		// By size everything may go that is final, however young.
		n, err := f.Prune(f.ctx(), f.Clock.Now(), gonets.RetentionBatch)
		f.must(err)
		if n != want {
			f.t.Errorf("%d runs were removed, want %d", n, want)
		}
	}
	prune(0)
	f.Clock.Advance(2 * time.Hour)
	prune(6)
	prune(0)
	for _, id := range events {
		if n := f.count(gonets.RunFilter{EventID: id}); n != 1 {
			f.t.Errorf("%d runs of an old event are left, want that of the scenario that ran", n)
		}
	}
	if n := f.count(gonets.RunFilter{EventID: young.EventID}); n != 3 {
		f.t.Errorf("%d runs of the young event are left, want 3", n)
	}
}
