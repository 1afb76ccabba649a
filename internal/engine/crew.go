package engine

import (
	"sync"
	"sync/atomic"
)

// maxResting is how many workers without work are kept: a worker's stack has to
// grow to some 16 KiB, which costs a new one more than many a run takes.
const maxResting = 64

// crew are the goroutines that work.
type crew struct {
	// calls reach the workers that rest; resting are those that nobody has called yet.
	calls   chan string
	resting atomic.Int32
	// made counts those that there ever were.
	made atomic.Int64
	// all counts the goroutines, at work or at rest.
	all sync.WaitGroup
}

// hire sends a worker to a lane: one that rests, else a new one.
func (e *Engine) hire(lane string) {
	e.workers.Add(1)
	if e.crew.wake() {
		select {
		case e.crew.calls <- lane:
			return
		case <-e.loopCtx.Done(): // it has gone home
		}
	}
	e.crew.made.Add(1)
	e.crew.all.Go(func() { e.serve(lane) })
}

// wake takes one of those that rest; false when there is none. It may be on its way to
// its rest still: it hears a call all the same.
func (c *crew) wake() bool {
	for {
		n := c.resting.Load()
		if n == 0 {
			return false
		}
		if c.resting.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// rest makes one more that may be called; false when enough rest.
func (c *crew) rest() bool {
	for {
		n := c.resting.Load()
		if n == maxResting {
			return false
		}
		if c.resting.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// serve works where it is called to until the engine stops.
func (e *Engine) serve(lane string) {
	for {
		e.work(lane)
		e.workers.Done()
		if !e.crew.rest() {
			return
		}
		select {
		case lane = <-e.crew.calls:
		case <-e.loopCtx.Done():
			return
		}
	}
}

// Idle waits until no worker has anything in hand: for those who hand runs over
// one at a time.
func (e *Engine) Idle() { e.workers.Wait() }
