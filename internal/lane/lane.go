// Package lane keeps everything that waits for one destination apart from
// everything else: each lane has its own places for work in progress and its
// own bounded queue, so one slow destination is harmless to the others. What
// does not fit in memory stays in the store and is claimed when places free up.
// A lane whose destination is ill is closed: nothing waits in memory for it, and
// one request finds out when it is well again.
package lane

import (
	"sort"
	"sync"
	"time"

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

// Set is all lanes of one node. Its methods are safe for concurrent use; only
// [Set.Enter] blocks.
type Set struct {
	Options
	began time.Time
	mu    sync.Mutex
	lanes map[string]*state
	// queued counts what all lanes hold in memory, reservations included.
	queued int
	// bytes is about what the jobs hold, queued and worked on.
	bytes  int
	closed bool
	counts map[string]Count
}

// Options are a set's parts.
type Options struct {
	// Limits gives a lane's limits; it is asked often.
	Limits func(name string) Limits
	Clock  gonets.Clock
	// News is called when [Set.Changes], [Set.Wanted] or [Set.Evict] have
	// something; it must not block.
	News func()
}

// Limits bound the work on one lane.
type Limits struct {
	// Requests is how many requests may be on their way to the destination; 0
	// leaves the lane to other nodes.
	Requests int
	// Workers is how many runs are worked on: more than Requests, because a
	// worker also waits for the disk, and the destination should not be idle
	// meanwhile.
	Workers int
	// Queue is how many runs wait in memory; 0 is [gonets.LaneQueue].
	Queue int
	// Every is how far apart requests begin; 0 is without limit. Shared tells
	// that several nodes keep to it together.
	Every  time.Duration
	Shared bool
	// Open lanes do not close, however often the destination fails.
	Open bool
}

func (l Limits) queue() int {
	if l.Queue == 0 {
		return gonets.LaneQueue
	}
	return l.Queue
}

type state struct {
	gate
	queue    flows
	reserved int
	active   int
	// backlog is true while the store holds due work for the lane; behind are
	// the scenarios of which it does, as far as they are known.
	backlog bool
	behind  map[string]bool
}

// held is how much of the lane's queue is taken.
func (l *state) held() int { return l.queue.n + l.reserved }

// NewSet makes a set.
func NewSet(o Options) *Set {
	if o.News == nil {
		o.News = func() {}
	}
	return &Set{Options: o, began: o.Clock.Now(), lanes: map[string]*state{}, counts: map[string]Count{}}
}

func (s *Set) lane(name string) *state {
	l := s.lanes[name]
	if l == nil {
		l = &state{}
		l.pace.last = s.began
		s.lanes[name] = l
	}
	return l
}

// Reserve promises a place in the lane's queue for a job of a scenario that is
// being stored. It refuses when memory is full, when the lane is closed or
// paused, when the store already holds due work of this scenario (older work
// goes first), and after Close.
func (s *Set) Reserve(name, scenario string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(name)
	if s.closed || l.shut() || l.backlog || l.behind[scenario] || !s.room(name, l, scenario) {
		if !s.closed {
			l.fallBehind(scenario)
		}
		s.drop(name, l)
		return false
	}
	l.reserved++
	s.queued++
	return true
}

// maxBehind bounds the scenarios that are told apart.
const maxBehind = 256

func (l *state) fallBehind(scenario string) {
	if l.behind == nil {
		l.behind = map[string]bool{}
	}
	if l.behind[scenario] = true; len(l.behind) > maxBehind {
		l.backlog = true
		clear(l.behind)
	}
}

// A scenario of which little waits finds a place in a lane that others fill.
const (
	fewOfScenario = 8
	placesForFew  = 64
)

func (s *Set) room(name string, l *state, scenario string) bool {
	limits := s.Limits(name)
	if limits.Requests == 0 || s.queued >= gonets.NodeQueue || s.bytes >= gonets.NodeQueueBytes {
		return false
	}
	held, queue := l.held(), limits.queue()
	return held < queue || held < queue+placesForFew && l.queue.of(scenario) < fewOfScenario
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
	// Refused means that the set or the lane is closed: the caller gives the
	// lease back.
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
	if l.shut() && !l.probing() {
		s.queued--
		l.backlog = true
		return Refused
	}
	l.queue.push(it)
	s.bytes += it.Bytes
	if l.active < max(s.Limits(name).Workers, 1) {
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
	if l.queue.n == 0 || s.closed || l.shut() && !l.probing() {
		l.active--
		s.unproved(name, l)
		s.drop(name, l)
		return Item{}, false
	}
	s.queued--
	return l.queue.pop(), true
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
		taken = append(taken, s.takeFrom(l, match)...)
		s.drop(name, l)
	}
	return taken
}

func (s *Set) takeFrom(l *state, match func(*gonets.Run) bool) []Item {
	taken := l.queue.take(match)
	for _, it := range taken {
		s.queued--
		s.bytes -= it.Bytes
	}
	return taken
}

// drop forgets a lane that holds nothing, so that lanes of addresses seen once
// do not pile up.
func (s *Set) drop(name string, l *state) {
	if l.active == 0 && l.held() == 0 && !l.backlog && len(l.behind) == 0 && l.forgettable(s.Clock.Now()) {
		delete(s.lanes, name)
	}
}

// ReserveClaim promises up to want places for jobs that are about to be
// claimed from the store and tells how many it promised, and how many bytes
// they may take in all. It forgets the lane's backlog: the claim shows whether
// there is more. A closed lane gives none but the one that tries it out.
func (s *Set) ReserveClaim(name string, want int) (n int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, 0
	}
	l := s.lane(name)
	limits := s.Limits(name)
	n = min(want, limits.queue()-l.held(), gonets.NodeQueue-s.queued)
	switch {
	case s.bytes >= gonets.NodeQueueBytes || limits.Requests == 0 || l.shut() && !l.probing():
		n = 0
	case l.shut():
		n = min(n, 1-l.held()-l.active)
	}
	n = max(n, 0)
	l.backlog = n == 0
	if n > 0 {
		clear(l.behind)
	}
	l.reserved += n
	s.queued += n
	return n, int64(gonets.NodeQueueBytes - s.bytes)
}

// SetBacklog remembers that the store holds due work of the lane: of these
// scenarios, or of who knows which.
func (s *Set) SetBacklog(name string, scenarios ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(name)
	for _, sc := range scenarios {
		l.fallBehind(sc)
	}
	l.backlog = l.backlog || len(scenarios) == 0
}

// Hungry tells whether the lane should be refilled from the store: it has
// due work there and less than half of its queue in memory.
func (s *Set) Hungry(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.lanes[name]
	return ok && !s.closed && (l.backlog || len(l.behind) > 0) && !l.shut() && l.held() < (s.Limits(name).queue()+1)/2
}

// Close refuses all further work and returns what was queued, so that its
// leases can be given back.
func (s *Set) Close() []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var rest []Item
	for _, l := range s.lanes {
		rest = append(rest, l.queue.take(func(*gonets.Run) bool { return true })...)
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
			Name: name, Active: l.sending, Queued: l.queue.n, Limit: s.Limits(name).Requests,
			Backlog: l.backlog || len(l.behind) > 0,
		})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}
