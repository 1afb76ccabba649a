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
	if w := f.waiting(); w.Runs != many-20+few || w.Since.IsZero() {
		f.t.Errorf("%d wait since %s", w.Runs, w.Since)
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
	in := func(step string, state gonets.RunState, waiting int) {
		f.t.Helper()
		list, err := f.Runs(f.ctx(), gonets.RunFilter{})
		f.must(err)
		for _, r := range list.Items {
			front, state := first.ID, state
			if r.ID != second.ID && r.ID != third.ID {
				front, state = "", ""
			}
			d := f.detail(r.ID).Run
			if r.Front != front || r.FrontState != state || d.Front != front || d.FrontState != state {
				f.t.Errorf("%s: %s %s is in front, and by itself %s %s; want %s %s", step, r.Front, r.FrontState, d.Front, d.FrontState, front, state)
			}
		}
		if w := f.waiting(); w.Runs != waiting || w.Since.IsZero() != (waiting == 0) {
			f.t.Errorf("%s: %d wait since %s; want %d", step, w.Runs, w.Since, waiting)
		}
		if ended := f.drained(crm); ended != (waiting == 0) {
			f.t.Errorf("%s: the drain ended: %v", step, ended)
		}
	}
	in("the first is worked on", gonets.RunRunning, 2)
	f.finish(first, gonets.RunWaiting)
	in("it waits for a further try", gonets.RunWaiting, 0)
	f.Clock.Advance(time.Minute)
	in("its time has come", gonets.RunWaiting, 3)
	jobs := f.claim(crm, 10)
	if len(jobs) != 1 || jobs[0].Run.ID != first.ID {
		f.t.Fatalf("claimed %+v", jobs)
	}
	f.finish(jobs[0].Run, gonets.RunPaused)
	in("it waits for a person", gonets.RunPaused, 0)
	other := accept("b")
	in("another key is not held up", gonets.RunPaused, 1)
	f.finish(f.claim(crm, 10)[0].Run, gonets.RunSucceeded)
	f.wantState(other.ID, gonets.RunSucceeded)
	_, err := f.Act(f.ctx(), gonets.Action{RunID: first.ID, Kind: gonets.ActionCancel})
	f.must(err)
	f.wantState(third.ID, gonets.RunQueued)
	if d := f.detail(second.ID); d.Run.Front != "" {
		f.t.Errorf("nobody is in front of the second, and it says %s", d.Run.Front)
	}
}

// waiting is what waits for the lane, asked for among many others.
func (f fixture) waiting() lane.Waiting {
	f.t.Helper()
	names := []string{crm}
	for i := range 60 {
		names = append(names, fmt.Sprintf("https://%d.test:443", i))
	}
	all, err := f.LaneWaiting(f.ctx(), names)
	f.must(err)
	if w := all[crm]; len(all) > 1 || len(all) == 1 && w.Runs == 0 {
		f.t.Errorf("of lanes for which nothing waits is told %v", all)
	}
	return all[crm]
}

// drained begins a drain and tells whether it ends at once.
func (f fixture) drained(name string) (ended bool) {
	f.t.Helper()
	f.must(f.ActOnLane(f.ctx(), lane.Action{Name: name, Kind: lane.ActDrain, Rate: "5/s", Actor: "anna"}))
	ended, err := f.EndDrain(f.ctx(), name)
	f.must(err)
	if (f.record().Drain == "") != ended {
		f.t.Errorf("the drain ended: %v, and the lane says %q", ended, f.record().Drain)
	}
	return ended
}

// drainEnds: a drain goes on while any server works on a run of the lane, and waits for
// none that another lane holds up.
func drainEnds(f fixture) {
	f.Places.Give(1)
	e := f.event("x")
	e.OrderKey = "k"
	first := f.accept(gonets.Acceptance{Event: e})[0].Runs[0]
	if f.waiting().Runs != 0 || f.drained(crm) {
		f.t.Error("the drain ended while a server had a run of the lane")
	}
	e = f.event("y")
	e.OrderKey = "k"
	f.accept(gonets.Acceptance{Event: e})
	tr := f.transition(first, gonets.RunQueued)
	tr.Lane = service
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	in := func(step string, waiting int) {
		f.t.Helper()
		if n, ended := f.waiting().Runs, f.drained(crm); n != waiting || ended != (waiting == 0) {
			f.t.Errorf("%s: %d wait, and the drain ended: %v", step, n, ended)
		}
	}
	act := func(kind lane.ActionKind) {
		f.must(f.ActOnLane(f.ctx(), lane.Action{Name: service, Kind: kind, Actor: "anna"}))
	}
	in("the one in front is about to go to another service", 1)
	act(lane.ActPause)
	in("that one is paused", 0)
	act(lane.ActResume)
	in("it is resumed", 1)
	f.keep("closed", lane.Record{ClosedAt: f.Clock.Now(), ClosedUntil: f.Clock.Now().Add(time.Minute)}, "a")
	in("it is closed", 0)
	// What waits in the lane itself holds nothing up there.
	tr = f.transition(f.claim(service, 1)[0].Run, gonets.RunQueued)
	tr.Lane = crm
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)
	f.must(f.ActOnLane(f.ctx(), lane.Action{Name: crm, Kind: lane.ActPause, Actor: "anna"}))
	if n := f.waiting().Runs; n != 2 {
		f.t.Errorf("%d wait for the lane that is paused", n)
	}
}
