package engine

import (
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
	for {
		now := e.Clock.Now()
		next := now.Add(claimEvery)
		if !e.mine(e.epoch()) {
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
			again = e.claimLane(b.Lane, now) || again
		}
		if !again || e.loopCtx.Err() != nil {
			return next
		}
	}
}

// claimLane fills the lane's free places; again is true when it got as much as
// it had room for, so that there may be more.
func (e *Engine) claimLane(name string, now time.Time) (again bool) {
	want, bytes := e.Places.ReserveClaim(name, gonets.ClaimBatch)
	if want == 0 {
		return false
	}
	jobs, err := e.Store.Claim(e.loopCtx, gonets.Claim{Lane: name, Limit: want, Node: e.Node, Epoch: e.epoch(), Now: now, Bytes: bytes})
	if err != nil && e.loopCtx.Err() == nil {
		e.Log.Error("due runs could not be claimed; trying again", "lane", name, "error", err)
	}
	size := int64(0)
	for i := range jobs {
		size += int64(jobBytes(&jobs[i]))
	}
	again = len(jobs) == want || len(jobs) > 0 && size > bytes/2
	if again {
		e.Places.SetBacklog(name)
	}
	e.Places.Unreserve(name, want-len(jobs))
	for i := range jobs {
		e.push(jobs[i])
	}
	return again
}

// epoch is the life of the node under which leases are taken now.
func (e *Engine) epoch() int64 {
	if e.Heart == nil {
		return e.Epoch
	}
	return e.Heart.Epoch()
}

// mine tells whether work under a lease of that epoch may still be done.
func (e *Engine) mine(epoch int64) bool { return e.Heart == nil || e.Heart.Alive(epoch) }

// awaitHeart waits until the run may be worked on: while the node is out of
// touch with the database nothing is sent. It returns false when the lease is of
// a past life, or the server stops.
func (w *jobWork) awaitHeart() bool {
	for !w.mine(w.run.Lease.Epoch) {
		if w.epoch() != w.run.Lease.Epoch {
			return false
		}
		timer := w.Clock.NewTimer(claimEvery)
		select {
		case <-w.loopCtx.Done():
			timer.Stop()
			return false
		case <-timer.C():
		}
	}
	return true
}
