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
	c := &gonets.RetryChange{Deadline: &hours}
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
