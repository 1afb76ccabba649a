package storetest

import (
	"time"

	"gonets"
	"gonets/internal/document"
)

// doubtAndRenewal proves that what a run doubts, and the step that it does again,
// outlive its servers.
func doubtAndRenewal(f fixture) {
	asks := Scenario("x", "s")
	asks.Steps = []gonets.Step{{ID: "login", HTTP: &gonets.HTTPStep{URL: crm + "/"}}, {ID: "send", HTTP: &gonets.HTTPStep{URL: crm + "/",
		Retry: &gonets.Retry{Ask: &gonets.Ask{URL: crm + "/find", Done: "body.n > 0"}}, Renew: &gonets.Renew{When: "status == 401", Step: "login"}}}}
	f.apply(document.Apply{Scenarios: []gonets.Scenario{asks}})
	f.Places.Give(3)
	first, second := f.run("1"), f.run("2")
	// A login, then an answer that it is too old: one commit forgets its result
	// and says where the run goes on.
	tr := f.transition(first, gonets.RunRunning)
	tr.KeepLease, tr.Attempt.Path, tr.Tries = true, "login", 0
	tr.Results = []gonets.StepResult{{Path: "login", State: gonets.StepDone, Attempt: 1}}
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	tr = f.transition(first, gonets.RunRunning)
	at := f.Clock.Now().UTC()
	tr.KeepLease, tr.Attempt.N, tr.Attempt.Purpose, tr.Forget, tr.Tries, tr.Cursor = true, 2, gonets.PurposeExpired, []string{"login"}, 0, "login"
	tr.Doubts, tr.Renewal = "send", &gonets.Renewal{Step: "login", N: 2, Path: "send", Tries: 2, Unsure: 1, At: at}
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)
	// The other one asked in vain.
	tr = f.transition(second, gonets.RunWaiting)
	tr.Doubts, tr.Asked, tr.Attempt.Purpose = "send", 2, gonets.PurposeAsk
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)

	f.die(gonets.InFlight{RunID: first.ID, Attempt: 3, Path: "login"})
	f.Clock.Advance(time.Hour)
	runs := map[string]gonets.Run{}
	for _, job := range f.claim(crm, 10) {
		runs[job.Run.ID] = job.Run
		if len(job.Results) != 0 {
			f.t.Errorf("the result of what is done again: %+v", job.Results)
		}
	}
	got := runs[first.ID].Renewal
	if !got.Pending() || got.Step != "login" || got.N != 2 || got.Path != "send" || got.Tries != 2 || got.Unsure != 1 || !got.At.Equal(at) {
		f.t.Errorf("the step that is done again: %+v", got)
	}
	if a, b := runs[first.ID], runs[second.ID]; a.Doubts != "send login" || a.Asked != 0 || b.Doubts != "send" || b.Asked != 2 {
		f.t.Errorf("doubts %q and %q, asked %d and %d times", a.Doubts, b.Doubts, a.Asked, b.Asked)
	}
	d := f.detail(first.ID)
	if len(d.Attempts) != 3 || d.Attempts[1].Purpose != gonets.PurposeExpired || d.Attempts[2].Purpose != gonets.PurposeRenew {
		f.t.Errorf("attempts %+v", d.Attempts)
	}

	// A death while it was asked leaves a question, not a request.
	f.die(gonets.InFlight{RunID: second.ID, Attempt: 2, Path: "send"})
	f.claim(crm, 10)
	d = f.detail(second.ID)
	if n := len(d.Attempts); n != 2 || d.Attempts[1].Purpose != gonets.PurposeAsk || d.Run.Doubts != "send" || d.Run.Asked != 2 {
		f.t.Errorf("doubts %q, asked %d times, attempts %+v", d.Run.Doubts, d.Run.Asked, d.Attempts)
	}
	// A person begins a new round: it is asked anew.
	f.finishAs(first, &gonets.Renewal{Over: true})
	f.act(first.ID, gonets.ActionResume)
	if r := f.wantState(first.ID, gonets.RunQueued); r.Renewal != nil || r.Doubts != "login send" || r.Asked != 0 {
		f.t.Errorf("resumed with %+v, doubts %q, asked %d times", r.Renewal, r.Doubts, r.Asked)
	}
	// What is being done again still is, and the step behind it begins anew as well,
	// at each resume and when that is skipped: that alone is doubted no more.
	got.Unsure = 3
	for _, kind := range []gonets.ActionKind{gonets.ActionResume, gonets.ActionResume, gonets.ActionSkip} {
		f.Clock.Advance(time.Second)
		f.claim(crm, 10)
		f.finishAs(first, got)
		f.act(first.ID, kind)
		r := f.wantState(first.ID, gonets.RunQueued)
		if got = r.Renewal; !got.Pending() || got.Step != "login" || got.N != 2 || got.Tries != 0 || got.Unsure != 1 || !got.At.IsZero() {
			f.t.Errorf("%s: %+v", kind, got)
		}
		if want := map[bool]gonets.Doubts{true: "send", false: "login send"}[kind == gonets.ActionSkip]; r.Doubts != want || r.Asked != 0 {
			f.t.Errorf("%s: doubts %q, asked %d times", kind, r.Doubts, r.Asked)
		}
	}
}

// doubtWithoutAStep proves that a doubt of which nobody knows the step is one of the
// request that comes first: a server went away without a word, or is an older one.
func doubtWithoutAStep(f fixture) {
	f.Places.Give(1)
	run := f.run("1")
	f.Opened = f.Reopen(f.t)
	_, err := f.Rescue(f.ctx(), gonets.Death{})
	f.must(err)
	doubts := func(want gonets.Doubts) gonets.Run {
		f.t.Helper()
		f.Clock.Advance(time.Second)
		f.claim(crm, 1)
		got := f.detail(run.ID).Run.Run
		if got.Doubts != want {
			f.t.Errorf("doubts %q, want %q", got.Doubts, want)
		}
		return got
	}
	tr := f.transition(doubts(gonets.DoubtAny), gonets.RunQueued)
	tr.Doubts = "send"
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)
	doubts("send")
	// Whoever then went away was asking about it, and had sent nothing else.
	f.Opened = f.Reopen(f.t)
	_, err = f.Rescue(f.ctx(), gonets.Death{})
	f.must(err)
	doubts("send")
	if f.Exec != nil {
		f.Exec(f.t, `UPDATE runs SET doubts = '' WHERE id = ?`, run.ID)
		doubts(gonets.DoubtAny)
	}
}

// finishAs pauses a leased run with a doubt and a renewal.
func (f fixture) finishAs(run gonets.Run, r *gonets.Renewal) {
	f.t.Helper()
	tr := f.transition(f.detail(run.ID).Run.Run, gonets.RunPaused)
	tr.Attempt, tr.Doubts, tr.Asked, tr.Renewal = nil, "login send", 3, r
	fenced, err := f.Finish(f.ctx(), tr)
	f.must(err)
	if fenced {
		f.t.Fatal("fenced")
	}
}

// lastGood proves that the last attempt is found by which a step was done.
func lastGood(f fixture) {
	f.Places.Give(5)
	beside := func(scenario string, other *gonets.Attempt) *gonets.Attempt {
		f.t.Helper()
		a, err := f.LastGood(f.ctx(), scenario, other)
		f.must(err)
		return a
	}
	find := func(scenario, path string) *gonets.Attempt {
		f.t.Helper()
		return beside(scenario, &gonets.Attempt{Path: path})
	}
	if a := find("x", "send"); a != nil {
		f.t.Errorf("found %+v before there was one", a)
	}
	first, second, failed, asked := f.run("1"), f.run("2"), f.run("3"), f.run("4")
	f.finish(first, gonets.RunSucceeded)
	good := f.transition(second, gonets.RunSucceeded)
	good.Attempt.RequestBody = []byte("sent")
	_, err := f.Finish(f.ctx(), good)
	f.must(err)
	f.finish(failed, gonets.RunPaused)
	// What was found out by asking says nothing of the request.
	tr := f.transition(asked, gonets.RunSucceeded)
	tr.Attempt.Purpose = gonets.PurposeAskDone
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)
	if a := find("x", "send"); a == nil || a.RunID != second.ID || a.N != 1 || string(a.RequestBody) != "sent" {
		f.t.Errorf("found %+v, want the attempt of %s", a, second.ID)
	}
	for _, other := range [][2]string{{"y", "send"}, {"x", "tell"}} {
		if a := find(other[0], other[1]); a != nil {
			f.t.Errorf("%v: found %+v", other, a)
		}
	}
	// One that went well is told beside another one, never beside itself.
	if a := beside("x", &gonets.Attempt{RunID: second.ID, N: 1, Path: "send"}); a == nil || a.RunID != first.ID {
		f.t.Errorf("found %+v, want the attempt of %s", a, first.ID)
	}
	// What is not kept is passed over.
	bare := f.transition(f.run("5"), gonets.RunSucceeded)
	bare.Attempt.NotKept = true
	_, err = f.Finish(f.ctx(), bare)
	f.must(err)
	if a := find("x", "send"); a == nil || a.RunID != second.ID {
		f.t.Errorf("found %+v, want the attempt of %s", a, second.ID)
	}
}
