package storetest

import (
	"bytes"
	"sync"
	"time"

	"gonets"
	"gonets/internal/bulk"
)

// Room is a disk of which a test says how it is.
type Room struct {
	mu        sync.Mutex
	low, full bool
	cramped   bool
	narrow    bool
}

// Set says how the disk is.
func (r *Room) Set(low, full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.low, r.full = low, full
}

// Low implements [floor.Room].
func (r *Room) Low() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.low
}

// Full implements [floor.Room].
func (r *Room) Full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.full
}

// Spare implements [floor.Room].
func (r *Room) Spare() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.cramped
}

// Cramp says that a full disk has no room for what is under way.
func (r *Room) Cramp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cramped = true
}

// Filled implements [floor.Room].
func (r *Room) Filled() bool { return false }

// Log implements [floor.Room].
func (r *Room) Log() int64 { return 1 << 20 }

// Narrow says whether nothing more fits on the disk.
func (r *Room) Narrow(narrow bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.narrow = narrow
}

// Fits implements [floor.Room].
func (r *Room) Fits(int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.narrow
}

// carried is an attempt with all that it may carry, small or large.
func carried(tr *gonets.Transition, size int) {
	a := tr.Attempt
	a.URL, a.StatusLine, a.HTTPVersion, a.Timings = crm+"/?a=b", "200 OK", "2", gonets.Timings{Total: 7}
	a.RequestHeaders, a.ReplyHeaders = []gonets.Header{{Name: "A", Value: "1"}}, []gonets.Header{{Name: "B", Value: "2"}}
	a.RequestBody, a.ReplyBody = bytes.Repeat([]byte("q"), size), bytes.Repeat([]byte("r"), size)
}

func lowDisk(f fixture) {
	f.Places.Give(20)
	twice := func(size int, end gonets.RunState) gonets.RunDetail {
		f.t.Helper()
		run := f.run("1")
		tr := f.transition(run, gonets.RunRunning)
		carried(&tr, size)
		tr.KeepLease, tr.Results = true, []gonets.StepResult{{Path: "names", State: gonets.StepDone, Value: []byte(`{"a":1}`), FinishedAt: 1}}
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
		run.Attempts = 1
		tr = f.transition(run, end)
		carried(&tr, size)
		tr.Results = append(tr.Results, gonets.StepResult{Path: "more", State: gonets.StepDone, Value: []byte(`{"b":2}`), FinishedAt: 2})
		_, err = f.Finish(f.ctx(), tr)
		f.must(err)
		return f.detail(run.ID)
	}
	whole := func(what string, d gonets.RunDetail, size int) {
		f.t.Helper()
		if d.Run.Mark != "" || len(d.Attempts) != 2 || len(d.Results) < 2 || len(d.Results[0].Value) == 0 {
			f.t.Fatalf("%s: %+v", what, d)
		}
		for _, a := range d.Attempts {
			if a.NotKept || len(a.RequestBody) != size || len(a.ReplyBody) != size || len(a.RequestHeaders) != 1 {
				f.t.Errorf("%s is not whole: %+v", what, a)
			}
		}
	}
	for _, size := range []int{100, 70_000} {
		whole("a run on a usual disk", twice(size, gonets.RunSucceeded), size)
		f.Room.Set(true, false)
		for _, end := range []gonets.RunState{gonets.RunPaused, gonets.RunFailed} {
			whole("a run that did not succeed", twice(size, end), size)
		}
		d := twice(size, gonets.RunSucceeded)
		if d.Run.State != gonets.RunSucceeded || d.Run.Mark != gonets.MarkNotKept || len(d.Attempts) != 2 || string(d.Event.Body) != "1" {
			f.t.Fatalf("%+v", d)
		}
		for _, a := range d.Attempts {
			if !a.NotKept || a.RequestBody != nil || a.ReplyBody != nil || len(a.RequestHeaders)+len(a.ReplyHeaders) > 0 {
				f.t.Errorf("kept on a low disk: %+v", a)
			}
			if a.Status == 0 || a.URL != crm+"/?a=b" || a.StatusLine != "200 OK" || a.Duration != 3*time.Millisecond || a.Timings.Total != 7 {
				f.t.Errorf("what is short is lost: %+v", a)
			}
		}
		if len(d.Results) != 3 {
			f.t.Errorf("%d steps are known, want 3", len(d.Results))
		}
		for _, r := range d.Results {
			if len(r.Value) > 0 {
				f.t.Errorf("a value is kept: %s", r.Value)
			}
		}
		if n := f.count(gonets.RunFilter{Mark: gonets.MarkNotKept}); n == 0 {
			f.t.Error("such runs are not found by their mark")
		}
		f.Room.Set(false, false)
		whole("a run after there was room again", twice(size, gonets.RunSucceeded), size)
	}
}

func fullDisk(f fixture) {
	f.Places.Give(20)
	run, old, other := f.run("1"), f.run("2"), f.run("3")
	f.finish(old, gonets.RunSucceeded)
	f.paused(1)
	page := f.page(f.bulk(bulk.Job{Action: gonets.ActionResume, Total: 1}), 1)
	f.Room.Set(true, true)
	_, err := f.StepBulk(f.ctx(), page)
	f.wantCode(err, gonets.CodeDiskFull)
	taken := f.Places.Taken()
	_, err = f.Accept(f.ctx(), []gonets.Acceptance{{Event: f.event("3")}})
	f.wantCode(err, gonets.CodeDiskFull)
	f.wantCode(f.Health(), gonets.CodeDiskFull)
	if f.Places.Taken() != taken {
		f.t.Error("a place was taken for an event that was refused")
	}
	// What is under way ends, people write, and old history goes.
	f.finish(run, gonets.RunSucceeded)
	f.Room.Cramp()
	_, err = f.Finish(f.ctx(), f.transition(other, gonets.RunSucceeded))
	f.wantCode(err, gonets.CodeDiskFull)
	f.wantState(other.ID, gonets.RunRunning)
	f.must(f.SetSecret(f.ctx(), "s", "v", time.Time{}, "anna"))
	n, err := f.Prune(f.ctx(), f.Clock.Now().Add(time.Hour), 100)
	if f.must(err); n != 2 {
		f.t.Errorf("%d runs were removed, want 2", n)
	}
	f.Room.Set(false, false)
	f.must(f.Health())
	f.step(page)
	f.finish(other, gonets.RunSucceeded)
	f.run("4")
}
