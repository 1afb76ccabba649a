package loadgen

import (
	"sync"
	"sync/atomic"
	"time"
)

// tracker knows of every event of a phase when it was due, whether it was
// acknowledged and how often it arrived. Events are numbered from 0 on.
type tracker struct {
	began time.Time
	next  atomic.Int64

	acks, deliveries histogram
	acked            atomic.Int64
	arrived          atomic.Int64
	// refused were answered 503, failed were not answered or with another error.
	refused, failed atomic.Int64
	// lastAck and lastArrival are in nanoseconds after began.
	lastAck, lastArrival atomic.Int64
	// strange are deliveries of numbers that were never sent.
	strange atomic.Int64

	mu     sync.RWMutex
	blocks []*[blockSize]slot
}

const blockSize = 1 << 16

// slot is one event.
type slot struct {
	// due is when it was to be sent, in nanoseconds after the phase's begin; 0
	// when it was not sent.
	due     atomic.Int64
	acked   atomic.Bool
	arrived atomic.Int32
}

func newTracker() *tracker { return &tracker{began: time.Now()} }

func (t *tracker) slot(n int64, grow bool) *slot {
	block := int(n / blockSize)
	t.mu.RLock()
	if block < len(t.blocks) {
		s := &t.blocks[block][n%blockSize]
		t.mu.RUnlock()
		return s
	}
	t.mu.RUnlock()
	if !grow {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for block >= len(t.blocks) {
		t.blocks = append(t.blocks, new([blockSize]slot))
	}
	return &t.blocks[block][n%blockSize]
}

// send notes that an event is being sent that was due after the phase's begin.
func (t *tracker) send(n int64, due time.Duration) { t.slot(n, true).due.Store(max(1, int64(due))) }

// ack notes a success and how long the caller waited for it from when the
// event was due: a server that answers late delays those behind it too.
func (t *tracker) ack(n int64) {
	s, now := t.slot(n, true), time.Since(t.began)
	t.acks.add(now - time.Duration(s.due.Load()))
	s.acked.Store(true)
	t.acked.Add(1)
	raise(&t.lastAck, int64(now))
}

// arrive notes a delivery.
func (t *tracker) arrive(n int64) {
	s, now := t.slot(n, false), time.Since(t.began)
	if s == nil || s.due.Load() == 0 {
		t.strange.Add(1)
		return
	}
	if s.arrived.Add(1) > 1 {
		return
	}
	t.deliveries.add(now - time.Duration(s.due.Load()))
	t.arrived.Add(1)
	raise(&t.lastArrival, int64(now))
}

func raise(v *atomic.Int64, to int64) {
	for old := v.Load(); old < to && !v.CompareAndSwap(old, to); old = v.Load() {
	}
}

// judge counts acknowledged events that never arrived and deliveries after an
// event's first.
func (t *tracker) judge() (lost, duplicates int64) {
	for n := range t.next.Load() {
		s := t.slot(n, true)
		if s.acked.Load() && s.arrived.Load() == 0 {
			lost++
		}
		duplicates += int64(max(0, s.arrived.Load()-1))
	}
	return lost, duplicates
}

// pending is how many acknowledged events have not arrived.
func (t *tracker) pending() int64 {
	// An event may arrive before its acknowledgement does.
	return t.acked.Load() - t.arrived.Load()
}
