package engine

import (
	"context"
	"slices"
	"time"

	"gonets"
)

// claimEvery is how long the engine goes without looking into the store: the
// safety net beneath all hints.
const claimEvery = time.Second

// claimLoop fetches due runs from the store, lane by lane, for free places
// only.
func (e *Engine) claimLoop() {
	for {
		next := e.claimPass()
		wait := min(max(next.Sub(e.Clock.Now()), 0), claimEvery)
		timer := e.Clock.NewTimer(wait)
		select {
		case <-e.loopCtx.Done():
			timer.Stop()
			return
		case <-e.wake:
		case <-timer.C():
		}
		timer.Stop()
	}
}

// claimPass claims until no lane has due work and a free place; it returns
// when the next run of any lane is due, at most claimEvery away.
func (e *Engine) claimPass() time.Time {
	e.settle()
	for {
		now := e.Clock.Now()
		next := now.Add(claimEvery)
		if !e.mine(e.epoch()) || e.Full() {
			return next
		}
		backlog, err := e.Store.Backlog(e.loopCtx)
		if err != nil {
			if e.loopCtx.Err() == nil {
				e.Log.Error("the store could not be asked for due runs; trying again", "error", err)
			}
			return next
		}
		again := false
		for _, b := range backlog {
			if b.NextDue.After(now) {
				if b.NextDue.Before(next) {
					next = b.NextDue
				}
				continue
			}
			again = e.claimLane(&b, now) || again
		}
		if !again || e.loopCtx.Err() != nil {
			return next
		}
	}
}

// claimLane fills the lane's free places; again is true when it got as much as
// it had room for, so that there may be more.
func (e *Engine) claimLane(b *gonets.LaneBacklog, now time.Time) (again bool) {
	name := b.Lane
	if e.Places.Due(name) {
		e.probe(name)
	}
	want, bytes := e.Places.ReserveClaim(name, gonets.ClaimBatch)
	if want == 0 {
		return false
	}
	jobs, err := e.Store.Claim(e.loopCtx, gonets.Claim{Lane: name, Limit: want, Node: e.Node, Epoch: e.epoch(), Now: now, Bytes: bytes,
		Scenarios: b.Scenarios})
	if err != nil && e.loopCtx.Err() == nil {
		e.Log.Error("due runs could not be claimed; trying again", "lane", name, "error", err)
	}
	jobs = slices.DeleteFunc(jobs, e.unread)
	size := int64(0)
	for i := range jobs {
		size += int64(jobBytes(&jobs[i]))
	}
	again = len(jobs) == want || len(jobs) > 0 && size > bytes/2
	if again {
		e.Places.SetBacklog(name, scenariosOf(jobs)...)
	}
	e.Places.Unreserve(name, want-len(jobs))
	if len(jobs) == 0 {
		e.Places.Unproven(name)
	}
	for i := range jobs {
		e.push(jobs[i])
	}
	return again
}

// scenariosOf are the scenarios of jobs, each once.
func scenariosOf(jobs []gonets.Job) (names []string) {
	for i := range jobs {
		if name := jobs[i].Run.Scenario; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// epoch is the life of the node under which leases are taken now.
func (e *Engine) epoch() int64 {
	if e.Heart == nil {
		return e.Epoch
	}
	return e.Heart.Epoch()
}

// mine tells whether work under a lease of that epoch may still be done.
func (e *Engine) mine(epoch int64) bool { return e.Heart == nil || unfenced || e.Heart.Alive(epoch) }

// awaitHeart waits until the run may be worked on: while the node is out of
// touch with the database nothing is sent. It returns errLost when the lease is
// of a past life, and errStopping when the server stops. So it is while the disk
// is full: what comes back could not be stored. A lease may be of a life
// that the heart does not know yet: the store knows first.
func (w *jobWork) awaitHeart() error {
	for !w.mine(w.run.Lease.Epoch) || w.Full() {
		if w.run.Lease.Epoch < w.epoch() {
			return errLost
		}
		timer := w.Clock.NewTimer(claimEvery)
		select {
		case <-w.loopCtx.Done():
			timer.Stop()
			return errStopping
		case <-timer.C():
		}
	}
	return nil
}

// Silence cuts the requests that are on their way: this node was silent for so
// long that others are about to make them again. None begins until it beats.
func (e *Engine) Silence() {
	e.mu.Lock()
	defer e.mu.Unlock()
	cut := 0
	for _, h := range e.holds {
		if h.cancel != nil {
			h.cancel(errSilent)
			h.cancel = nil
			cut++
		}
	}
	if cut > 0 {
		e.Log.Warn("requests were cut: this server is out of touch with the database, and another one may make them again", "requests", cut)
	}
}

// release gives a lease back uncharged, later when the store can't take it now:
// a lease that this node forgot would be nobody's for as long as it lives.
func (e *Engine) release(run gonets.Run) {
	ctx, cancel := context.WithTimeout(context.Background(), e.SoftDeadline)
	defer cancel()
	err := e.Store.Release(ctx, []gonets.Run{run})
	if err == nil {
		return
	}
	e.Log.Warn("a lease could not be given back; trying again", "run", run.ID, "error", err)
	e.mu.Lock()
	e.owed = append(e.owed, run)
	e.mu.Unlock()
}

// unread tells whether the store could not read a job that it leased; the next
// pass gives that back.
func (e *Engine) unread(job gonets.Job) bool {
	if job.Unread {
		e.mu.Lock()
		e.owed = append(e.owed, job.Run)
		e.mu.Unlock()
	}
	return job.Unread
}

// settle gives back the leases that the store could not take before.
func (e *Engine) settle() {
	e.mu.Lock()
	owed := e.owed
	e.owed = nil
	e.mu.Unlock()
	if len(owed) == 0 {
		return
	}
	if left, err := e.releaseAll(context.WithoutCancel(e.loopCtx), owed); err != nil {
		e.mu.Lock()
		e.owed = append(e.owed, left...)
		e.mu.Unlock()
	}
}

// releaseAll gives leases back at once, and tells which ones the store does not take. When
// it refuses one for good, such as one on a damaged page, it still takes the others.
func (e *Engine) releaseAll(ctx context.Context, runs []gonets.Run) (left []gonets.Run, err error) {
	err = e.Store.Release(ctx, runs)
	if err == nil {
		return nil, nil
	}
	if gonets.Passing(err) || len(runs) == 1 {
		return runs, err
	}
	err = nil
	for i := range runs {
		if one := e.Store.Release(ctx, runs[i:i+1]); one != nil {
			left, err = append(left, runs[i]), one
		}
	}
	return left, err
}
