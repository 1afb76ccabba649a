package storetest

import (
	"fmt"
	"slices"
	"time"

	"gonets"
	"gonets/internal/document"
)

// die is a crash of the server's own with requests in flight; it rescues what
// was left.
func (f *fixture) die(inflight ...gonets.InFlight) gonets.RescueReport {
	f.t.Helper()
	return f.end(gonets.Death{InFlight: inflight, OwnFault: true})
}

// end ends the server in any way and rescues what it left.
func (f *fixture) end(d gonets.Death) gonets.RescueReport {
	f.t.Helper()
	f.Opened, d.Known = f.Reopen(f.t), true
	report, err := f.Rescue(f.ctx(), d)
	f.must(err)
	return report
}

func rescue(f fixture) {
	f.Places.Give(4)
	idle, sent, waiting, finished := f.run("idle"), f.run("sent"), f.run("waiting"), f.run("finished")
	between := f.transition(idle, gonets.RunRunning)
	between.KeepLease = true
	_, err := f.Finish(f.ctx(), between)
	f.must(err)
	f.finish(waiting, gonets.RunWaiting)
	f.finish(finished, gonets.RunSucceeded)
	epoch := f.Epoch()
	report := f.die(
		gonets.InFlight{RunID: sent.ID, Attempt: 1, Path: "send"},
		// The journal may still name requests that were finished.
		gonets.InFlight{RunID: waiting.ID, Attempt: 1, Path: "send"}, gonets.InFlight{RunID: idle.ID, Attempt: 1, Path: "send"}, gonets.InFlight{RunID: "gone", Attempt: 1})
	if f.Epoch() <= epoch {
		f.t.Errorf("epoch %d after %d", f.Epoch(), epoch)
	}
	if report.Released != 2 || report.Unknown != 1 {
		f.t.Errorf("%+v", report)
	}
	f.wantState(waiting.ID, gonets.RunWaiting)
	f.wantState(finished.ID, gonets.RunSucceeded)
	if fenced, err := f.Finish(f.ctx(), f.transition(idle, gonets.RunSucceeded)); err != nil || !fenced {
		f.t.Errorf("a lease of the dead works: %v %v", fenced, err)
	}
	jobs := f.claim(crm, 10)
	if len(jobs) != 2 {
		f.t.Fatalf("%d runs are claimed after the rescue, want 2", len(jobs))
	}
	d := f.detail(sent.ID)
	if d.Run.Attempts != 1 || d.Run.Tries != 0 || len(d.Attempts) != 1 {
		f.t.Fatalf("%+v", d.Run)
	}
	if a := d.Attempts[0]; a.Outcome != gonets.OutcomeUnknown || a.Code != gonets.CodeServerDied || a.Charged || a.N != 1 || a.Path != "send" {
		f.t.Errorf("%+v", a)
	}
	// Rescuing again finds nothing: the leases are this life's.
	if report, err := f.Rescue(f.ctx(), gonets.Death{}); err != nil || report.Released != 0 {
		f.t.Errorf("%+v %v", report, err)
	}
}

func rescueUnseen(f fixture) {
	branch := Scenario("y", "s")
	branch.Steps = []gonets.Step{{ID: "if_it", If: "true", Then: []gonets.Step{{ID: "tell", HTTP: &gonets.HTTPStep{URL: crm + "/"}}}},
		{ID: "send", HTTP: &gonets.HTTPStep{URL: crm + "/"}}}
	quiet := Scenario("z", "s")
	quiet.Steps = []gonets.Step{{ID: "end", Stop: &gonets.StopStep{}}}
	f.apply(document.Apply{Scenarios: []gonets.Scenario{branch, quiet}})
	f.Places.Give(6)
	runs := map[string]gonets.Run{}
	for _, r := range f.accept(gonets.Acceptance{Event: f.event("x")})[0].Runs {
		runs[r.Scenario] = r
	}
	// One of them is on its second request, one waits.
	between := f.transition(runs["y"], gonets.RunRunning)
	between.KeepLease, between.Attempt.Path = true, "if_it/tell"
	between.Results = []gonets.StepResult{{Path: "if_it", State: gonets.StepDone, Value: []byte("true")}, {Path: "if_it/tell", State: gonets.StepDone, Attempt: 1}}
	_, err := f.Finish(f.ctx(), between)
	f.must(err)
	waiting := f.accept(gonets.Acceptance{Event: f.event("y")})[0].Runs[0]
	f.finish(waiting, gonets.RunWaiting)
	f.Opened = f.Reopen(f.t)
	report, err := f.Rescue(f.ctx(), gonets.Death{})
	f.must(err)
	// Released are also the two of the second event that nobody touched.
	if report.Released != 5 || report.Unknown != 3 || len(report.Poisoned)+len(report.Quarantined) != 0 {
		f.t.Errorf("%+v", report)
	}
	for scenario, want := range map[string]struct {
		path string
		n    int
	}{"x": {"send", 1}, "y": {"send", 2}, "z": {"", 0}} {
		d := f.detail(runs[scenario].ID)
		if d.Run.State != gonets.RunQueued || d.Run.Attempts != want.n || len(d.Attempts) != want.n || d.Run.Crashes != 0 {
			f.t.Errorf("%s: %+v with %d attempts, want %d", scenario, d.Run.Run, len(d.Attempts), want.n)
			continue
		}
		if want.n == 0 {
			continue
		}
		if a := d.Attempts[want.n-1]; a.Outcome != gonets.OutcomeUnknown || a.Code != gonets.CodeServerDied || a.Charged || a.Fenced ||
			a.N != want.n || a.Path != want.path || a.StartedAt.IsZero() {
			f.t.Errorf("%s: %+v", scenario, a)
		}
	}
	if d := f.detail(waiting.ID); d.Run.State != gonets.RunWaiting || len(d.Attempts) != 1 {
		f.t.Errorf("a run that nobody held: %+v", d.Run.Run)
	}
	if report, err := f.Rescue(f.ctx(), gonets.Death{}); err != nil || report.Released != 0 {
		f.t.Errorf("%+v %v", report, err)
	}
}

func rescueMany(f fixture) {
	const runs = 1_200
	f.Places.Give(runs)
	as := make([]gonets.Acceptance, runs)
	for i := range as {
		as[i].Event = f.event("x")
	}
	f.accept(as...)
	f.Opened = f.Reopen(f.t)
	report, err := f.Rescue(f.ctx(), gonets.Death{})
	f.must(err)
	if n := f.count(gonets.RunFilter{States: []gonets.RunState{gonets.RunRunning}}); report.Released != runs || report.Unknown != runs || n != 0 {
		f.t.Errorf("%+v, %d are still leased", report, n)
	}
}

func rescueSeveral(f fixture) {
	f.Places.Give(3)
	a, b, c := f.run("a"), f.run("b"), f.run("c")
	report := f.die(gonets.InFlight{RunID: a.ID, Attempt: 1, Path: "send"}, gonets.InFlight{RunID: b.ID, Attempt: 1, Path: "send"})
	slices.Sort(report.Quarantined)
	if !slices.Equal(report.Quarantined, []string{a.ID, b.ID}) || report.Unknown != 2 || report.Released != 3 {
		f.t.Fatalf("%+v", report)
	}
	for run, want := range map[string]string{a.ID: "quarantine", b.ID: "quarantine", c.ID: crm} {
		if got := f.wantState(run, gonets.RunQueued); got.Lane != want || got.Crashes != 0 {
			f.t.Errorf("%+v, want lane %s", got, want)
		}
	}
	// In quarantine a run is suspected, others in flight are not.
	guilty := f.claim("quarantine", 1)[0].Run
	f.claim(crm, 1)
	f.die(gonets.InFlight{RunID: guilty.ID, Attempt: 2, Path: "send"}, gonets.InFlight{RunID: c.ID, Attempt: 1, Path: "send"})
	if got := f.wantState(guilty.ID, gonets.RunQueued); got.Crashes != 1 {
		f.t.Errorf("%+v", got)
	}
	if got := f.wantState(c.ID, gonets.RunQueued); got.Crashes != 0 || got.Lane != crm {
		f.t.Errorf("%+v", got)
	}
}

func killedFromOutside(f fixture) {
	f.Places.Give(2)
	a, b := f.run("a"), f.run("b")
	in := func(attempt int, runs ...gonets.Run) (d gonets.Death) {
		for _, r := range runs {
			d.InFlight = append(d.InFlight, gonets.InFlight{RunID: r.ID, Attempt: attempt, Path: "send"})
		}
		return d
	}
	want := func(run gonets.Run, lane string, crashes int) {
		f.t.Helper()
		if got := f.wantState(run.ID, gonets.RunQueued); got.Lane != lane || got.Crashes != crashes {
			f.t.Errorf("%+v, want lane %s and %d crashes", got, lane, crashes)
		}
	}
	report := f.end(in(1, a, b))
	if report.Unknown != 2 || report.Released != 2 || len(report.Quarantined) != 0 {
		f.t.Errorf("%+v", report)
	}
	want(a, crm, 0)
	want(b, crm, 0)
	// Alone, a run is suspected however the process ended.
	for n := 1; n <= gonets.PoisonCrashes; n++ {
		f.claim(crm, 1)
		f.end(in(n+1, a))
	}
	want(a, "quarantine", gonets.PoisonCrashes)
	// Also one in quarantine is not blamed for a kill from outside.
	f.claim(crm, 1)
	f.claim("quarantine", 1)
	f.end(in(9, a, b))
	want(a, "quarantine", gonets.PoisonCrashes)
	want(b, crm, 0)
}

func poison(f fixture) {
	f.Places.Give(1)
	run := f.run("x")
	for death := 1; death <= gonets.PoisonCrashes+1; death++ {
		report := f.die(gonets.InFlight{RunID: run.ID, Attempt: death, Path: "send"})
		got := f.detail(run.ID).Run
		if got.Crashes != death || got.Attempts != death {
			f.t.Fatalf("death %d: %+v", death, got)
		}
		switch {
		case death < gonets.PoisonCrashes:
			if got.Lane != crm || got.State != gonets.RunQueued {
				f.t.Fatalf("death %d: %+v", death, got)
			}
		case death == gonets.PoisonCrashes:
			if got.Lane != "quarantine" || got.State != gonets.RunQueued || len(report.Quarantined) != 1 {
				f.t.Fatalf("death %d: %+v", death, got)
			}
		default:
			if got.State != gonets.RunPaused || got.Reason != gonets.CodePoison || !slices.Equal(report.Poisoned, []string{run.ID}) {
				f.t.Fatalf("death %d: %+v", death, got)
			}
			return
		}
		if jobs := f.claim(got.Lane, 1); len(jobs) != 1 {
			f.t.Fatalf("death %d: not claimed", death)
		}
	}
}

func (f fixture) act(run string, kind gonets.ActionKind) gonets.Run {
	f.t.Helper()
	got, err := f.Act(f.ctx(), gonets.Action{RunID: run, Kind: kind, Actor: "anna", At: f.Clock.Now()})
	f.must(err)
	return got
}

func resume(f fixture) {
	f.Places.Give(1)
	run := f.run("x")
	f.finish(run, gonets.RunPaused)
	f.Clock.Advance(time.Hour)
	got := f.act(run.ID, gonets.ActionResume)
	if got.State != gonets.RunQueued || got.Reason != "" || got.Tries != 0 || !got.StepAt.IsZero() ||
		!got.DueAt.Equal(f.Clock.Now()) || got.Version != 1 || got.Attempts != 1 {
		f.t.Errorf("%+v", got)
	}
	jobs := f.claim(crm, 1)
	if len(jobs) != 1 {
		f.t.Fatal("not claimed")
	}
	f.finish(jobs[0].Run, gonets.RunPaused)
	if n := len(f.detail(run.ID).Attempts); n != 2 {
		f.t.Errorf("%d attempts, want the numbers to go on to 2", n)
	}
	changed := Scenario("x", "s")
	changed.Title = "second"
	f.apply(document.Apply{Scenarios: []gonets.Scenario{changed}})
	_, err := f.Act(f.ctx(), gonets.Action{RunID: run.ID, Kind: gonets.ActionResume, Version: 3})
	f.wantCode(err, gonets.CodeNotFound)
	other, err := f.Act(f.ctx(), gonets.Action{RunID: run.ID, Kind: gonets.ActionResume, Version: 2})
	f.must(err)
	if other.Version != 2 {
		f.t.Errorf("version %d, want 2", other.Version)
	}
}

func actionStates(f fixture) {
	for _, state := range []gonets.RunState{gonets.RunQueued, gonets.RunRunning, gonets.RunWaiting, gonets.RunPaused,
		gonets.RunSucceeded, gonets.RunFailed, gonets.RunSkipped, gonets.RunCancelled} {
		for _, kind := range []gonets.ActionKind{gonets.ActionResume, gonets.ActionSendNow, gonets.ActionCancel, gonets.ActionCancelRetries} {
			f.Places.Give(1)
			run := f.run(fmt.Sprint(state, kind))
			if state != gonets.RunRunning {
				f.finish(run, state)
			}
			_, err := f.Act(f.ctx(), gonets.Action{RunID: run.ID, Kind: kind})
			if possible := slices.Contains(kind.From(), state); possible != (err == nil) {
				f.t.Errorf("%s of a %s run: %v", kind, state, err)
			} else if !possible {
				f.wantCode(err, gonets.CodeRunState)
				f.wantState(run.ID, state)
			}
		}
	}
	_, err := f.Act(f.ctx(), gonets.Action{RunID: "nobody", Kind: gonets.ActionCancel})
	f.wantCode(err, gonets.CodeNotFound)
	_, err = f.Act(f.ctx(), gonets.Action{RunID: f.run("x").ID, Kind: "explode"})
	f.wantCode(err, gonets.CodeInvalid)
}

func cancelRunning(f fixture) {
	f.Places.Give(1)
	run := f.run("x")
	got := f.act(run.ID, gonets.ActionCancel)
	if got.State != gonets.RunCancelled || got.Reason != gonets.CodeByPerson || got.FinishedAt.IsZero() ||
		got.Lease.Held() || got.Lease.Seq <= run.Lease.Seq {
		f.t.Errorf("%+v", got)
	}
	if fenced, err := f.Finish(f.ctx(), f.transition(run, gonets.RunSucceeded)); err != nil || !fenced {
		f.t.Errorf("the worker's result counts: %v %v", fenced, err)
	}
	if d := f.detail(run.ID); d.Run.State != gonets.RunCancelled || len(d.Attempts) != 1 {
		f.t.Errorf("%s with %d attempts", d.Run.State, len(d.Attempts))
	}
}

func sendNowAndStop(f fixture) {
	f.Places.Give(2)
	now, never := f.run("now"), f.run("never")
	f.finish(now, gonets.RunWaiting)
	f.finish(never, gonets.RunWaiting)
	if got := f.act(never.ID, gonets.ActionCancelRetries); got.State != gonets.RunPaused || got.Reason != gonets.CodeByPerson {
		f.t.Errorf("%+v", got)
	}
	if got := f.act(now.ID, gonets.ActionSendNow); got.Tries != 1 || !got.DueAt.Equal(f.Clock.Now()) {
		f.t.Errorf("%+v", got)
	}
	if jobs := f.claim(crm, 10); len(jobs) != 1 || jobs[0].Run.ID != now.ID {
		f.t.Errorf("claimed %d", len(jobs))
	}
}

func rerun(f fixture) {
	f.Places.Give(1)
	run := f.run(body(9_000))
	f.finish(run, gonets.RunFailed)
	changed := Scenario("x", "s")
	changed.Title = "second"
	f.apply(document.Apply{Scenarios: []gonets.Scenario{changed}})
	for version, want := range map[int]int{0: 2, 1: 1} {
		f.Places.Give(1)
		job, err := f.Rerun(f.ctx(), gonets.Rerun{RunID: run.ID, Version: version, Actor: "anna"})
		f.must(err)
		if job.Run.ID == run.ID || job.Run.Version != want || !job.Run.Lease.Held() || string(job.Event.Body) != body(9_000) {
			f.t.Errorf("version %d: %+v", version, job.Run)
		}
		f.finish(job.Run, gonets.RunSucceeded)
	}
	job, err := f.Rerun(f.ctx(), gonets.Rerun{RunID: run.ID})
	f.must(err)
	if job.Run.Lease.Held() || job.Run.State != gonets.RunQueued {
		f.t.Errorf("without a place: %+v", job.Run)
	}
	_, err = f.Rerun(f.ctx(), gonets.Rerun{RunID: "nobody"})
	f.wantCode(err, gonets.CodeNotFound)
	f.wantState(run.ID, gonets.RunFailed)
}

func releaseHeld(f fixture) {
	change := func(state gonets.ScenarioState, release bool) {
		f.t.Helper()
		_, err := f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "x", State: state, ReleaseHeld: release, Actor: "anna"})
		f.must(err)
	}
	change(gonets.ScenarioStopped, false)
	var held []string
	for i := range 5 {
		held = append(held, f.run(fmt.Sprint(i)).ID)
	}
	// A person may let one go alone.
	if got := f.act(held[0], gonets.ActionResume); got.State != gonets.RunQueued || got.Version != 1 || got.Lane != crm {
		f.t.Errorf("%+v", got)
	}
	changed := Scenario("x", "s")
	changed.Title = "second"
	f.apply(document.Apply{Scenarios: []gonets.Scenario{changed}})
	change(gonets.ScenarioRunning, false)
	f.wantState(held[1], gonets.RunHeld)
	change(gonets.ScenarioRunning, true)
	for _, id := range held[1:] {
		if got := f.wantState(id, gonets.RunQueued); got.Version != 2 || got.Lane != crm || got.Reason != "" {
			f.t.Errorf("%+v", got)
		}
	}
	if n := len(f.claim(crm, 10)); n != 5 || f.Places.Taken() != 0 {
		f.t.Errorf("%d claimed, %d places out", n, f.Places.Taken())
	}
}
