// Package lane keeps everything that waits for one destination apart from
// everything else: each lane has its own places for work in progress and its
// own bounded queue, so one slow destination is harmless to the others. What
// does not fit in memory stays in the store and is claimed when places free up.
package lane

import (
	"context"
	"sort"
	"sync"

	"gonets"
)

// Quarantine is the lane of runs that were on their way when the server died:
// one at a time, so that a run that kills the server is found out.
const Quarantine = "quarantine"

// Item is a job in a lane's queue.
type Item struct {
	Job gonets.Job
	// Bytes is about how much memory the job holds.
	Bytes int
}

// Set is all lanes of one node. Its methods are safe for concurrent use and
// never block.
type Set struct {
	limits func(name string) Limits
	mu     sync.Mutex
	lanes  map[string]*state
	// queued counts what all lanes hold in memory, reservations included.
	queued int
	// bytes is about what the jobs hold, queued and worked on.
	bytes  int
	closed bool
}

// Limits bound the work on one lane.
type Limits struct {
	// Requests is how many requests may be on their way to the destination.
	Requests int
	// Workers is how many runs are worked on: more than Requests, because a
	// worker also waits for the disk, and the destination should not be idle
	// meanwhile.
	Workers int
}

type state struct {
	queue    []Item
	head     int
	reserved int
	active   int
	// sending holds a token for every request on its way.
	sending chan struct{}
	// backlog is true while the store holds due work for the lane.
	backlog bool
}

func (s *state) waiting() int { return len(s.queue) - s.head }

// NewSet makes a set; limits gives a lane's limits, both at least 1.
func NewSet(limits func(name string) Limits) *Set {
	return &Set{limits: limits, lanes: map[string]*state{}}
}

// Enter waits for a place among the lane's requests; only a worker of the lane
// calls it. leave gives the place back. It fails when ctx ends first.
func (s *Set) Enter(ctx context.Context, name string) (leave func(), err error) {
	s.mu.Lock()
	l := s.lane(name)
	if l.sending == nil {
		l.sending = make(chan struct{}, s.limits(name).Requests)
	}
	sending := l.sending
	s.mu.Unlock()
	select {
	case sending <- struct{}{}:
		// Both may have been possible; then the end wins.
		if ctx.Err() == nil {
			return func() { <-sending }, nil
		}
		<-sending
	case <-ctx.Done():
	}
	return nil, context.Cause(ctx)
}

func (s *Set) lane(name string) *state {
	l := s.lanes[name]
	if l == nil {
		l = &state{}
		s.lanes[name] = l
	}
	return l
}

// Reserve promises a place in the lane's queue for a job that is being
// stored. It refuses when memory is full, when the store already holds due
// work of this lane (older work goes first), and after Close.
func (s *Set) Reserve(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(name)
	if s.closed || l.backlog || !s.room(l) {
		if !s.closed {
			l.backlog = true
		}
		s.drop(name, l)
		return false
	}
	l.reserved++
	s.queued++
	return true
}

func (s *Set) room(l *state) bool {
	return l.waiting()+l.reserved < gonets.LaneQueue && s.queued < gonets.NodeQueue &&
		s.bytes < gonets.NodeQueueBytes
}

// Unreserve gives n promised places back.
func (s *Set) Unreserve(name string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(name)
	l.reserved -= n
	s.queued -= n
	s.drop(name, l)
}

// Pushed is what became of a job that was pushed.
type Pushed int

const (
	// Queued means that a worker of the lane will come to it.
	Queued Pushed = iota
	// StartWorker means that a free place for work was taken: the caller runs a
	// worker that calls Pop until that says no.
	StartWorker
	// Refused means that the set is closed: the caller gives the lease back.
	Refused
)

// Push puts a job whose place was reserved into the lane's queue.
func (s *Set) Push(name string, it Item) Pushed {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Refused
	}
	l := s.lane(name)
	l.reserved--
	l.queue = append(l.queue, it)
	s.bytes += it.Bytes
	if l.active < s.limits(name).Workers {
		l.active++
		return StartWorker
	}
	return Queued
}

// Pop takes the lane's next job for a worker that has a place; ok is false
// when there is none, and the worker's place is then given back.
func (s *Set) Pop(name string) (it Item, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(name)
	if l.waiting() == 0 || s.closed {
		l.active--
		s.drop(name, l)
		return Item{}, false
	}
	it = l.queue[l.head]
	l.queue[l.head] = Item{}
	l.head++
	if l.head == len(l.queue) {
		l.queue, l.head = l.queue[:0], 0
	} else if l.head >= gonets.LaneQueue {
		l.queue = append(l.queue[:0], l.queue[l.head:]...)
		l.head = 0
	}
	s.queued--
	return it, true
}

// Done says that a worker has finished with a job that Pop gave, and its
// memory is free.
func (s *Set) Done(it Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes -= it.Bytes
}

// Take removes the queued jobs that match from all lanes.
func (s *Set) Take(match func(*gonets.Run) bool) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var taken []Item
	for name, l := range s.lanes {
		rest := l.queue[:l.head]
		for _, it := range l.queue[l.head:] {
			if !match(&it.Job.Run) {
				rest = append(rest, it)
				continue
			}
			taken = append(taken, it)
			s.queued--
			s.bytes -= it.Bytes
		}
		clear(l.queue[len(rest):])
		l.queue = rest
		s.drop(name, l)
	}
	return taken
}

// drop forgets a lane that holds nothing, so that lanes of addresses seen once
// do not pile up.
func (s *Set) drop(name string, l *state) {
	if l.active == 0 && l.reserved == 0 && l.waiting() == 0 && !l.backlog {
		delete(s.lanes, name)
	}
}

// ReserveClaim promises up to want places for jobs that are about to be
// claimed from the store and tells how many it promised, and how many bytes
// they may take in all. It forgets the lane's backlog: the claim shows whether
// there is more.
func (s *Set) ReserveClaim(name string, want int) (n int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, 0
	}
	l := s.lane(name)
	l.backlog = false
	n = min(want, gonets.LaneQueue-l.waiting()-l.reserved, gonets.NodeQueue-s.queued)
	if s.bytes >= gonets.NodeQueueBytes {
		n = 0
	}
	n = max(n, 0)
	l.reserved += n
	s.queued += n
	if n == 0 {
		l.backlog = true
	}
	return n, int64(gonets.NodeQueueBytes - s.bytes)
}

// SetBacklog remembers that the store holds due work of the lane.
func (s *Set) SetBacklog(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lane(name).backlog = true
}

// Hungry tells whether the lane should be refilled from the store: it has
// due work there and less than half of its queue in memory.
func (s *Set) Hungry(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.lanes[name]
	return ok && !s.closed && l.backlog && l.waiting()+l.reserved < gonets.LaneQueue/2
}

// Close refuses all further work and returns what was queued, so that its
// leases can be given back.
func (s *Set) Close() []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var rest []Item
	for _, l := range s.lanes {
		rest = append(rest, l.queue[l.head:]...)
		l.queue, l.head = nil, 0
	}
	s.queued, s.bytes = 0, 0
	return rest
}

// List tells what the lanes hold, by name.
func (s *Set) List() []gonets.LaneInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]gonets.LaneInfo, 0, len(s.lanes))
	for name, l := range s.lanes {
		list = append(list, gonets.LaneInfo{
			Name: name, Active: len(l.sending), Queued: l.waiting(), Limit: s.limits(name).Requests, Backlog: l.backlog,
		})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}
