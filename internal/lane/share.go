package lane

import (
	"maps"
	"slices"
	"strings"
	"time"

	"gonets"
)

// Changes are what the store does not know yet.
func (s *Set) Changes() (list []Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lanes {
		if l.change != "" {
			l.rec.Name = name
			list = append(list, Change{Kind: l.change, Record: l.rec})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Stored says that the store knows a change.
func (s *Set) Stored(c *Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lanes[c.Name]; l != nil && l.change == c.Kind && l.rec == c.Record {
		l.change = ""
	}
}

// Adopt makes the lanes those of the store's records. What it does not know yet
// stays. node is this node's name; opened tells that work may be found now.
func (s *Set) Adopt(records []Record, node string) (opened bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := make(map[string]bool, len(records))
	for i := range records {
		r := &records[i]
		known[r.Name] = true
		opened = s.adopt(r, node) || opened
	}
	for name, l := range s.lanes {
		if !known[name] && l.rec != (Record{}) {
			opened = s.adopt(&Record{Name: name}, node) || opened
		}
		s.drop(name, l)
	}
	return opened
}

func (s *Set) adopt(r *Record, node string) (opened bool) {
	l := s.lane(r.Name)
	if l.change != "" {
		return false
	}
	was, due := l.shut(), l.mode == closed && r.ClosedUntil.Before(l.rec.ClosedUntil)
	mine := l.mode == proving && r.Probe == node
	l.rec = *r
	switch {
	case mine && r.Closed():
	case r.Closed():
		l.mode, l.ramp, l.breaker = closed, 0, breaker{}
	case l.mode != open || !r.RampAt.IsZero() && l.ramp == 0 && !was:
		l.mode, l.breaker = open, breaker{}
		if l.ramp = 0; !r.RampAt.IsZero() {
			l.ramp = 1
		}
	}
	if (r.PausedAt.IsZero() && !r.Closed() && r.Drain == "" && r.RampAt.IsZero()) && l.ramp == 0 {
		l.rec = Record{}
	}
	if l.shut() && !l.probing() {
		l.refuse()
		return due
	}
	l.wake()
	s.serve(r.Name, l)
	return was || due
}

// Evict takes out what waits in memory for lanes to which nothing may be sent.
func (s *Set) Evict() (items []Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lanes {
		if !(l.shut() && !l.probing()) && s.Limits(name).Requests > 0 {
			continue
		}
		l.refuse()
		if l.queue.n > 0 {
			l.backlog = true
			items = append(items, s.takeFrom(l, func(*gonets.Run) bool { return true })...)
		}
	}
	return items
}

// Sweep forgets lanes of which nothing is left to know.
func (s *Set) Sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lanes {
		s.drop(name, l)
	}
}

// Retime makes lanes keep their pace though the clock was set back: who waits for
// a turn takes a new one.
func (s *Set) Retime() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	if s.began.After(now) {
		s.began = now
	}
	for _, l := range s.lanes {
		l.pace.set(l.pace.rate, l.pace.shared, now)
		l.tuned++
		l.wake()
	}
}

// Retune makes all who wait look at the limits again.
func (s *Set) Retune() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lanes {
		l.wake()
		s.serve(name, l)
	}
}

// Want is how many turns of a lane have to be booked.
type Want struct {
	Name  string
	Turns int
	Every time.Duration
}

// BookAhead bounds what is booked in one go: a turn that nobody takes is lost
// for all nodes.
const BookAhead = time.Second

// Wanted are the turns for which somebody waits.
func (s *Set) Wanted() (list []Want) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lanes {
		if n := l.wanted - len(l.pace.booked); n > 0 && l.pace.shared && l.pace.every > 0 {
			n = min(n, max(1, int(BookAhead/l.pace.every)))
			list = append(list, Want{Name: name, Turns: n, Every: l.pace.every})
		}
	}
	return list
}

// Book gives a lane the turns that were booked from first on.
func (s *Set) Book(w Want, first time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lanes[w.Name]; l != nil && l.pace.shared && l.pace.every == w.Every {
		l.pace.book(first, w.Turns)
		l.wake()
	}
}

// Drained are the lanes that drain and have nothing left here.
func (s *Set) Drained() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lanes {
		if l.rec.Drain != "" && !l.shut() && l.held() == 0 && l.active == 0 {
			names = append(names, name)
		}
	}
	return names
}

// TakeCounts gives what was counted since the last time.
func (s *Set) TakeCounts() map[string]Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.counts
	s.counts = map[string]Count{}
	return counts
}

// GiveCounts takes back what could not be stored.
func (s *Set) GiveCounts(counts map[string]Count) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, c := range maps.All(counts) {
		now := s.counts[name]
		s.counts[name] = Count{OK: now.OK + c.OK, Failed: now.Failed + c.Failed}
	}
}

// Over tells whether more requests are on their way to a destination than may be by
// now: they were begun when more might.
func (s *Set) Over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lanes {
		if l.sending > s.Limits(name).Requests {
			return true
		}
	}
	return false
}

// Sharer is a node that sends to the same destinations as others.
type Sharer struct {
	Name string
	// Parts is among how many nodes it keeps to its part; below 0 when it does not
	// tell.
	Parts int
}

// Probe asks for the right to try a closed lane out.
type Probe struct {
	Name, Node string
	Now, Until time.Time
}

// ActionKind is what a person does to a lane.
type ActionKind string

const (
	ActPause  ActionKind = "pause"
	ActResume ActionKind = "resume"
	ActTry    ActionKind = "try"
	ActDrain  ActionKind = "drain"
)

// Action is a person's action on a lane.
type Action struct {
	Name  string
	Kind  ActionKind
	Rate  gonets.Rate
	Actor string
}

// CountWaiting is where the count of what waits for a lane stops.
const CountWaiting = 10_001

// Waiting is what waits for a lane in the store, up to [CountWaiting], and since when.
type Waiting struct {
	Runs  int
	Since time.Time
}

// Record is what is known of a lane at present.
func (s *Set) Record(name string) Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lanes[name]; l != nil {
		return l.rec
	}
	return Record{Name: name}
}

// Counts are those that were not stored yet.
func (s *Set) Counts() map[string]Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}
