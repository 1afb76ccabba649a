package storetest

import (
	"slices"
	"time"

	"gonets"
	"gonets/internal/bulk"
)

// plan is a change of the tries.
func plan(delays ...time.Duration) *gonets.RetryChange {
	hours := gonets.Duration(6 * time.Hour)
	c := &gonets.RetryChange{Retry: gonets.Retry{Deadline: &hours}}
	for _, d := range delays {
		c.Delays = append(c.Delays, gonets.Duration(d))
	}
	return c
}

// wantChange checks what a run says of a change.
func (f fixture) wantChange(runID string, want *gonets.RetryChange) gonets.Run {
	f.t.Helper()
	run := f.detail(runID).Run.Run
	got := run.Retry
	if got == nil || !slices.Equal(got.Delays, want.Delays) || *got.Deadline != *want.Deadline || got.Path != "send" || got.By != "anna" {
		f.t.Fatalf("the run's change is %+v, want %+v", got, want)
	}
	return run
}

func changeRetries(f fixture) {
	f.Places.Give(4)
	waits, paused, done := f.run("waits"), f.run("paused"), f.run("done")
	f.finish(waits, gonets.RunWaiting)
	f.finish(paused, gonets.RunPaused)
	f.finish(done, gonets.RunSucceeded)
	was := f.detail(waits.ID).Run.Run
	change := func(id string) error {
		_, err := f.Act(f.ctx(), gonets.Action{RunID: id, Kind: gonets.ActionRetryPolicy, Retry: plan(time.Hour, 2*time.Hour), Actor: "anna", Key: id, At: f.Clock.Now()})
		return err
	}
	f.must(change(waits.ID))
	f.must(change(paused.ID))
	f.wantCode(change(done.ID), gonets.CodeRunState)
	f.Clock.Advance(time.Minute)
	f.must(change(waits.ID)) // the same wish: nothing moves

	f.Opened = f.Reopen(f.t)
	got := f.wantChange(waits.ID, plan(time.Hour, 2*time.Hour))
	if wait := got.DueAt.Sub(got.Retry.At); got.State != gonets.RunWaiting || wait < time.Hour || wait > 66*time.Minute || got.Tries != 1 || got.Version != was.Version {
		f.t.Errorf("a waiting run is due %v after the change: %+v", wait, got)
	}
	if got.Lease.Seq <= was.Lease.Seq {
		f.t.Error("whoever had the run may still finish it")
	}
	got = f.wantChange(paused.ID, plan(time.Hour, 2*time.Hour))
	if got.State != gonets.RunPaused || !got.DueAt.IsZero() {
		f.t.Errorf("a paused run: %+v", got)
	}
	// Whoever takes the run up knows the change.
	f.Clock.Advance(66 * time.Minute)
	jobs := f.claim(crm, 10)
	if len(jobs) != 1 || jobs[0].Run.ID != waits.ID || jobs[0].Run.Retry == nil {
		f.t.Fatalf("claimed: %+v", jobs)
	}
	f.finish(jobs[0].Run, gonets.RunPaused)
	f.act(waits.ID, gonets.ActionResume)
	f.wantChange(waits.ID, plan(time.Hour, 2*time.Hour))
}

// changeRetriesWhole proves that every part of a policy outlives the servers, and
// that a try is not used up where only a question waits.
func changeRetriesWhole(f fixture) {
	f.Places.Give(3)
	first, asks, night := f.run("first"), f.run("asks"), f.run("night")
	f.finish(first, gonets.RunWaiting)
	f.finish(night, gonets.RunWaiting)
	// Its request was cut before it counted, and the question had no answer.
	tr := f.transition(asks, gonets.RunWaiting)
	tr.Tries, tr.Doubts, tr.Asked, tr.Attempt.Charged, tr.Attempt.Purpose = 0, gonets.Doubts("").With("send"), 2, false, gonets.PurposeAsk
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	hours := gonets.Duration(6 * time.Hour)
	whole := gonets.RetryChange{Retry: gonets.Retry{Exponential: &gonets.Exponential{First: gonets.Duration(time.Minute), Factor: 3, Max: hours, Tries: 4},
		On: []string{"network", "429"}, Deadline: &hours, Quiet: &gonets.Quiet{From: "00:00", To: "00:01", Zone: "UTC"}}}
	for _, id := range []string{first.ID, asks.ID} {
		_, err := f.Act(f.ctx(), gonets.Action{RunID: id, Kind: gonets.ActionRetryPolicy, Retry: &whole, Actor: "anna", At: f.Clock.Now()})
		f.must(err)
	}
	// Quiet hours that outlast the deadline leave no try.
	late := whole
	now := f.Clock.Now().UTC()
	late.Quiet = &gonets.Quiet{From: now.Format("15:04"), To: now.Add(8 * time.Hour).Format("15:04"), Zone: "UTC"}
	_, err = f.Act(f.ctx(), gonets.Action{RunID: night.ID, Kind: gonets.ActionRetryPolicy, Retry: &late, Actor: "anna", At: now})
	f.wantCode(err, gonets.CodeRunState)

	f.Opened = f.Reopen(f.t)
	for id, want := range map[string]struct{ tries, asked int }{first.ID: {1, 0}, asks.ID: {0, 1}} {
		run := f.detail(id).Run.Run
		if run.Retry == nil || run.Retry.String() != whole.String() || run.Retry.By != "anna" || run.Retry.Path != "send" {
			f.t.Errorf("the change is %+v", run.Retry)
		}
		if run.Tries != want.tries || run.Asked != want.asked || run.Doubts.Of("send") != (id == asks.ID) {
			f.t.Errorf("%d tries, asked %d times, doubts %q, want %+v", run.Tries, run.Asked, run.Doubts, want)
		}
		if wait := run.DueAt.Sub(run.Retry.At); wait < time.Minute || wait > 3*time.Minute {
			f.t.Errorf("due %v after the change", wait)
		}
	}
	if got := f.detail(night.ID).Run.Run; got.Retry != nil {
		f.t.Errorf("a change that was refused: %+v", got.Retry)
	}
}

func changeRetriesOfMany(f fixture) {
	ids := f.paused(3)
	f.Places.Give(1)
	waits := f.run("waits for its time")
	tr := f.transition(waits, gonets.RunWaiting)
	tr.Attempt, tr.Tries = nil, 0
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	f.Clock.Advance(time.Second)
	want := plan(30*time.Second, time.Minute)
	f.bulk(bulk.Job{Action: gonets.ActionRetryPolicy, Retry: want,
		Filter: gonets.RunFilter{States: []gonets.RunState{gonets.RunPaused, gonets.RunWaiting}}, Total: 4})
	f.Opened = f.Reopen(f.t)
	j := f.takeBulk("me")
	if j.Retry == nil || j.Retry.String() != want.String() {
		f.t.Fatalf("the job wants %v", j.Retry)
	}
	after, acted := f.step(f.page(j, 250))
	if len(acted) != 3 || after.Refused != 1 || after.Working() != 3 {
		f.t.Fatalf("changed %v: %+v", acted, after)
	}
	for _, id := range ids {
		got := f.detail(id).Run.Run
		if got.Retry == nil || got.Retry.String() != want.String() || got.Retry.By != "owner" || got.State != gonets.RunPaused {
			f.t.Errorf("%+v", got.Retry)
		}
	}
	if got := f.detail(waits.ID).Run.Run; got.Retry != nil || got.State != gonets.RunWaiting {
		f.t.Errorf("a run that waits for its time: %+v", got)
	}
}
