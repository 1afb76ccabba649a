// Package queue holds the operations that wait for a commit: bounded, and what
// ends work before what brings new work.
package queue

import (
	"context"
	"slices"
	"sync"
	"time"

	"gonets"
)

// Class is an operation's place in a batch.
type Class int

// The classes, in the order of a batch: what ends work, what brings new work,
// upkeep, and what may wait, the removal of what is old.
const (
	Complete Class = iota
	Accept
	Maintain
	Spare
	classes
)

// maintainPerBatch bounds the upkeep that rides in one batch, so that it does
// not hold up the others. As many places are kept for it, so that the others
// do not hold it up for ever.
const maintainPerBatch = 4

// giveWay is how long what may wait gives way to others: it goes alone, when
// nobody else waits, but then at the latest, and one at a time.
const giveWay = 50 * time.Millisecond

// Op is an operation that waits.
type Op[T any] struct {
	Class Class
	// Bytes is how much memory it holds.
	Bytes int64
	// Ctx, when set, is the caller's: once it has ended, nobody wants what is
	// still in the queue.
	Ctx context.Context
	// Do is what is to be done.
	Do T
	// Done gets the outcome, once.
	Done chan error

	queued time.Time
}

// Queue is filled by many and emptied by one.
type Queue[T any] struct {
	clock gonets.Clock

	mu       sync.Mutex
	ops      [classes][]*Op[T]
	bytes    int64
	stopping bool
	wake     chan struct{}
}

// New makes an empty queue. The clock is a real one, whatever time the server
// lives in: it measures how old the queue is.
func New[T any](clock gonets.Clock) *Queue[T] {
	return &Queue[T]{clock: clock, wake: make(chan struct{}, 1)}
}

// Add queues an operation, with CodeStopping after Stop, and CodeBusy for
// accepts that find the queue full or old.
func (q *Queue[T]) Add(o *Op[T]) error {
	o.queued = q.clock.Now()
	o.Done = make(chan error, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopping {
		return gonets.Errorf(gonets.CodeStopping, "the server is stopping; try again in a moment")
	}
	if o.Class == Accept && q.full(o) {
		return gonets.Errorf(gonets.CodeBusy, "the server stores as fast as it can; nothing was stored, try again in a second")
	}
	q.ops[o.Class] = append(q.ops[o.Class], o)
	q.bytes += o.Bytes
	signal(q.wake)
	return nil
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// Len is how many operations wait.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting()
}

func (q *Queue[T]) waiting() (n int) {
	for _, ops := range q.ops {
		n += len(ops)
	}
	return n
}

func (q *Queue[T]) full(o *Op[T]) bool {
	if n := q.waiting(); n >= gonets.CommitQueue || n > 0 && q.bytes+o.Bytes > gonets.CommitQueueBytes {
		return true
	}
	accepts := q.ops[Accept]
	return len(accepts) > 0 && o.queued.Sub(accepts[0].queued) > gonets.CommitQueueAge
}

// Next waits for the next batch. It is empty when no more will come.
func (q *Queue[T]) Next() []*Op[T] {
	for {
		batch, last := q.take()
		if len(batch) > 0 || last {
			return batch
		}
		<-q.wake
	}
}

// take removes the next batch; last means that no more will come.
func (q *Queue[T]) take() (batch []*Op[T], last bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropUnwanted()
	spare := q.spare()
	for cl := range q.ops {
		room := gonets.CommitBatch - len(batch) - spare
		switch Class(cl) {
		case Maintain:
			room = maintainPerBatch
		case Spare:
			room = spare
		default:
			room -= min(len(q.ops[Maintain]), maintainPerBatch)
		}
		n := min(len(q.ops[cl]), room)
		for _, o := range q.ops[cl][:n] {
			q.bytes -= o.Bytes
		}
		batch = append(batch, q.ops[cl][:n]...)
		rest := q.ops[cl][n:]
		if len(rest) == 0 {
			rest = nil // lets go of the operations that are done
		}
		q.ops[cl] = rest
	}
	return batch, q.stopping
}

// spare is how much of what may wait goes into the next batch.
func (q *Queue[T]) spare() int {
	ops := q.ops[Spare]
	if len(ops) > 0 && (len(ops) == q.waiting() || q.clock.Now().Sub(ops[0].queued) >= giveWay) {
		return 1
	}
	return 0
}

// dropUnwanted answers the operations whose callers went away.
func (q *Queue[T]) dropUnwanted() {
	for cl := range q.ops {
		q.ops[cl] = slices.DeleteFunc(q.ops[cl], func(o *Op[T]) bool {
			if o.Ctx == nil || o.Ctx.Err() == nil {
				return false
			}
			q.bytes -= o.Bytes
			o.Done <- o.Ctx.Err()
			return true
		})
	}
}

// Stop lets nothing more in; what waits is still handed out.
func (q *Queue[T]) Stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopping = true
	signal(q.wake)
}
