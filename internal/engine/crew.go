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
	// calls reach the workers that rest.
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
	select {
	case e.crew.calls <- lane:
	default:
		e.crew.made.Add(1)
		e.crew.all.Go(func() { e.serve(lane) })
	}
}

// serve works where it is called to until the engine stops.
func (e *Engine) serve(lane string) {
	for {
		e.work(lane)
		e.workers.Done()
		if e.crew.resting.Add(1) > maxResting {
			e.crew.resting.Add(-1)
			return
		}
		select {
		case lane = <-e.crew.calls:
			e.crew.resting.Add(-1)
		case <-e.loopCtx.Done():
			return
		}
	}
}

// Idle waits until no worker has anything in hand: for those who hand runs over
// one at a time.
func (e *Engine) Idle() { e.workers.Wait() }
