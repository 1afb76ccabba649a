package storetest

import (
	"fmt"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/lane"
)

const service = "https://crm.test:443"

func (f fixture) record() lane.Record {
	f.t.Helper()
	list, err := f.LaneRecords(f.ctx())
	f.must(err)
	if len(list) == 0 {
		return lane.Record{}
	}
	return list[0]
}

func (f fixture) keep(kind string, r lane.Record, node string) {
	f.t.Helper()
	r.Name = service
	change := lane.Change{Record: r}
	change.Kind = lane.ChangeKind(kind)
	f.must(f.KeepLane(f.ctx(), change, node))
}

func laneLife(f fixture) {
	now := f.Clock.Now()
	probe := func(node string) bool {
		won, err := f.ProbeLane(f.ctx(), lane.Probe{Name: service, Node: node, Now: f.Clock.Now(), Until: f.Clock.Now().Add(time.Minute)})
		f.must(err)
		return won
	}
	f.keep("closed", lane.Record{ClosedAt: now, ClosedUntil: now.Add(time.Minute), Closures: 2, Status: 503}, "a")
	// Another node wanted less.
	f.keep("closed", lane.Record{ClosedAt: now.Add(1), ClosedUntil: now.Add(time.Second), Closures: 1, Status: 502}, "b")
	if r := f.record(); !r.ClosedUntil.Equal(now.Add(time.Minute)) || r.Closures != 2 || !r.ClosedAt.Equal(now) {
		f.t.Fatalf("%+v", r)
	}
	if probe("a") {
		f.t.Error("a closed lane is tried out before its time")
	}
	f.Clock.Advance(time.Minute)
	if !probe("a") || probe("b") {
		f.t.Fatal("one node tries a lane out, and no second one")
	}
	f.keep("opened", lane.Record{RampAt: now}, "b")
	if r := f.record(); !r.Closed() {
		f.t.Error("who does not try it out opened it")
	}
	f.keep("unproved", lane.Record{}, "a")
	if !probe("b") {
		f.t.Error("a probe that was given back is taken by nobody")
	}
	f.Clock.Advance(2 * time.Minute)
	if !probe("a") {
		f.t.Error("a probe of a node that went away is taken by nobody")
	}
	f.keep("opened", lane.Record{RampAt: f.Clock.Now()}, "a")
	if r := f.record(); r.Closed() || r.Closures != 2 || r.RampAt.IsZero() {
		f.t.Errorf("opened: %+v", r)
	}
	f.keep("well", lane.Record{}, "a")
	if r := f.record(); r != (lane.Record{}) {
		f.t.Errorf("well: %+v", r)
	}
}

func laneActions(f fixture) {
	act := func(kind string, rate gonets.Rate) error {
		return f.ActOnLane(f.ctx(), lane.Action{Name: service, Kind: lane.ActionKind(kind), Rate: rate, Actor: "anna"})
	}
	f.must(act("pause", ""))
	if r := f.record(); !r.Paused() || r.PausedBy != "anna" {
		f.t.Fatalf("%+v", r)
	}
	if err := act("try", ""); gonets.CodeOf(err) != gonets.CodeLanePaused {
		f.t.Errorf("a paused lane is tried out: %v", err)
	}
	f.must(act("drain", "5/s"))
	if r := f.record(); r.Paused() || r.Drain != "5/s" {
		f.t.Errorf("%+v", r)
	}
	if ended, err := f.EndDrain(f.ctx(), service); err != nil || !ended || f.record().Drain != "" {
		f.t.Errorf("a drain for which nothing waits: %v %v %+v", ended, err, f.record())
	}
	f.keep("closed", lane.Record{ClosedAt: f.Clock.Now(), ClosedUntil: f.Clock.Now().Add(time.Hour)}, "a")
	f.must(act("try", ""))
	if r := f.record(); !r.ClosedUntil.Equal(f.Clock.Now()) {
		f.t.Errorf("to be tried now: %+v", r)
	}
}

// Turns of one lane never overlap, whoever books them, and are not saved up.
func laneTurns(f fixture) {
	every := 30 * time.Millisecond
	last := time.Time{}
	for i := range 20 {
		n := 1 + i%3
		first, err := f.BookTurns(f.ctx(), lane.Want{Name: service, Turns: n, Every: every}, f.Clock.Now())
		f.must(err)
		if first.Before(f.Clock.Now()) || !last.IsZero() && first.Before(last.Add(every)) {
			f.t.Fatalf("turn %s after one at %s", first, last)
		}
		last = first.Add(time.Duration(n-1) * every)
		if i == 10 {
			f.Clock.Advance(time.Hour)
		}
	}
	// Turns that a clock booked which was set back since hold nobody up.
	_, err := f.BookTurns(f.ctx(), lane.Want{Name: service, Turns: 1, Every: every}, f.Clock.Now().Add(time.Hour))
	f.must(err)
	first, err := f.BookTurns(f.ctx(), lane.Want{Name: service, Turns: 1, Every: every}, f.Clock.Now())
	f.must(err)
	if !first.Equal(f.Clock.Now()) {
		f.t.Errorf("after a clock went back the next turn is at %s", first)
	}
}

func laneCounts(f fixture) {
	for range 2 {
		f.must(f.CountAttempts(f.ctx(), map[string]lane.Count{service: {OK: 3, Failed: 1}}))
		f.Clock.Advance(time.Hour)
	}
	got, err := f.LaneCounts(f.ctx())
	f.must(err)
	if got[service] != (lane.Count{OK: 6, Failed: 2}) {
		f.t.Errorf("%+v", got)
	}
	f.Clock.Advance(24 * time.Hour)
	if got, err = f.LaneCounts(f.ctx()); err != nil || len(got) != 0 {
		f.t.Errorf("a day later: %+v %v", got, err)
	}
}

// A scenario with nearly all of the backlog, and the oldest, keeps none of the
// others.
func fairClaims(f fixture) {
	many, few := 90, 10
	f.apply(document.Apply{Sources: []gonets.Source{{Name: "m", Preset: "generic"}},
		Scenarios: []gonets.Scenario{Scenario("many", "m"), Scenario("few", "m")}})
	for i := range many + few {
		name := "many"
		if i >= many {
			name = "few"
		}
		f.accept(gonets.Acceptance{Event: f.event(fmt.Sprint(i)), Scenario: name})
	}
	f.Clock.Advance(time.Second)
	got := map[string]int{}
	for _, j := range f.claim(crm, 20) {
		got[j.Run.Scenario]++
	}
	if got["few"] != few || got["many"] != 20-few {
		f.t.Errorf("the first claim gave %v", got)
	}
	if n, since, err := f.LaneWaiting(f.ctx(), crm); err != nil || n != many-20+few || since.IsZero() {
		f.t.Errorf("%d wait since %s, %v", n, since, err)
	}
}

// orderInLanes: a run of an order key tells which one is in front of it, and waits for its
// lane only while that one may go.
func orderInLanes(f fixture) {
	f.Places.Give(1)
	accept := func(key string) gonets.Run {
		e := f.event("x")
		e.OrderKey = key
		return f.accept(gonets.Acceptance{Event: e})[0].Runs[0]
	}
	first, second, third := accept("a\xff"), accept("a\xff"), accept("a\xff")
	in := func(step string, front gonets.RunFront, waiting int) {
		f.t.Helper()
		list, err := f.Runs(f.ctx(), gonets.RunFilter{})
		f.must(err)
		for _, r := range list.Items {
			if want := map[string]gonets.RunFront{second.ID: front, third.ID: front}[r.ID]; r.Front != want || f.detail(r.ID).Run.Front != want {
				f.t.Errorf("%s: %+v is in front, and %+v by itself; want %+v", step, r.Front, f.detail(r.ID).Run.Front, want)
			}
		}
		n, since, err := f.LaneWaiting(f.ctx(), crm)
		if err != nil || n != waiting || since.IsZero() != (waiting == 0) {
			f.t.Errorf("%s: %d wait since %s, %v; want %d", step, n, since, err, waiting)
		}
		f.must(f.ActOnLane(f.ctx(), lane.Action{Name: crm, Kind: lane.ActDrain, Rate: "5/s", Actor: "anna"}))
		if ended, err := f.EndDrain(f.ctx(), crm); err != nil || ended != (waiting == 0) || (f.record().Drain == "") != ended {
			f.t.Errorf("%s: the drain ended: %v %v, %q", step, ended, err, f.record().Drain)
		}
	}
	in("the first is worked on", gonets.RunFront{ID: first.ID, State: gonets.RunRunning}, 2)
	f.finish(first, gonets.RunWaiting)
	in("it waits for a further try", gonets.RunFront{ID: first.ID, State: gonets.RunWaiting}, 0)
	f.Clock.Advance(time.Minute)
	in("its time has come", gonets.RunFront{ID: first.ID, State: gonets.RunWaiting}, 3)
	jobs := f.claim(crm, 10)
	if len(jobs) != 1 || jobs[0].Run.ID != first.ID {
		f.t.Fatalf("claimed %+v", jobs)
	}
	f.finish(jobs[0].Run, gonets.RunPaused)
	in("it waits for a person", gonets.RunFront{ID: first.ID, State: gonets.RunPaused}, 0)
	other := accept("b")
	in("another key is not held up", gonets.RunFront{ID: first.ID, State: gonets.RunPaused}, 1)
	f.finish(f.claim(crm, 10)[0].Run, gonets.RunSucceeded)
	f.wantState(other.ID, gonets.RunSucceeded)
	_, err := f.Act(f.ctx(), gonets.Action{RunID: first.ID, Kind: gonets.ActionCancel})
	f.must(err)
	f.wantState(third.ID, gonets.RunQueued)
	if d := f.detail(second.ID); d.Run.Front.ID != "" {
		f.t.Errorf("nobody is in front of the second, and it says %+v", d.Run.Front)
	}
}
