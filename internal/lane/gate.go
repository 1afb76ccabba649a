package lane

import (
	"context"
	"errors"
	"slices"
	"time"

	"gonets"
)

// ErrShut says that nothing may be sent to a lane's destination now: its run
// goes back to the store, uncharged.
var ErrShut = errors.New("the lane is closed or paused")

// Record is what all nodes know of a lane, over every restart.
type Record struct {
	Name string
	// PausedAt is when a person paused the lane; it lasts until one resumes it.
	PausedAt time.Time
	PausedBy string
	// Drain is the pace at which what waits is worked off; it ends with the
	// backlog.
	Drain gonets.Rate
	// ClosedAt and ClosedUntil are set while the lane is closed. Behind
	// ClosedUntil one request tries it out; Closures counts how often the lane
	// closed without getting well between.
	ClosedAt    time.Time
	ClosedUntil time.Time
	Closures    int
	// Code and Status are of the failure that closed it.
	Code   gonets.Code
	Status int
	// Probe is the node that tries it out, at the latest until ProbeUntil.
	Probe      string
	ProbeUntil time.Time
	// RampAt is when it opened again; until it is well it takes few requests at
	// once.
	RampAt time.Time
}

// Closed tells whether the lane's own failures closed it.
func (r *Record) Closed() bool { return !r.ClosedUntil.IsZero() }

// Paused tells whether a person paused it.
func (r *Record) Paused() bool { return !r.PausedAt.IsZero() }

// ChangeKind is what happened to a lane.
type ChangeKind string

const (
	// ChangeClosed came from failures, ChangeOpened from a probe that went well.
	ChangeClosed ChangeKind = "closed"
	ChangeOpened ChangeKind = "opened"
	// ChangeWell ends the time of few requests.
	ChangeWell ChangeKind = "well"
	// ChangeUnproved gives the probe back: its run sent nothing.
	ChangeUnproved ChangeKind = "unproved"
)

// Change is what the store has to know of a lane.
type Change struct {
	Kind ChangeKind
	Record
}

// Verdict is what a result says of the service.
type Verdict int

const (
	// None says nothing: the request was cut, or never made.
	None Verdict = iota
	// Alive is any reply but those of a service in trouble.
	Alive
	// Ill counts against the lane.
	Ill
)

// Result is how a request ended.
type Result struct {
	Run     string
	Verdict Verdict
	// OK tells that the step took it for a success.
	OK bool
	// Until is when the service wants to hear of us again, zero if it did not say.
	Until  time.Time
	Code   gonets.Code
	Status int
}

// Count is how many attempts ended well and badly.
type Count struct{ OK, Failed int }

type mode int

const (
	open mode = iota
	closed
	proving
)

// gate is what a lane lets through.
type gate struct {
	mode    mode
	rec     Record
	change  ChangeKind
	breaker breaker
	// ramp bounds the requests of a lane that was closed; 0 when it is well.
	ramp    int
	sending int
	waiters []chan error
	pace    pace
	// tuned counts the changes of the pace.
	tuned int
	// wanted counts those who wait for turns to be booked.
	wanted int
	// changed is closed when who waits for a turn has to look again.
	changed chan struct{}
}

func (g *gate) shut() bool { return g.mode != open || g.rec.Paused() }

// probing tells that one request may try the lane out.
func (g *gate) probing() bool { return g.mode == proving && !g.rec.Paused() }

func (g *gate) allowed(limits *Limits) int {
	switch {
	case g.shut() && !g.probing():
		return 0
	case g.mode == proving:
		return min(1, limits.Requests)
	case g.ramp > 0:
		return min(g.ramp, limits.Requests)
	}
	return limits.Requests
}

func (g *gate) forgettable(now time.Time) bool {
	return g.mode == open && g.rec == (Record{}) && g.change == "" && g.ramp == 0 && g.sending == 0 &&
		len(g.waiters) == 0 && g.wanted == 0 && !g.pace.last.Add(g.pace.every).After(now) && g.breaker.quiet(now)
}

// Pass is the right to make one request.
type Pass struct {
	set   *Set
	name  string
	lane  *state
	probe bool
}

// Enter waits for a place among the lane's requests and for its turn; only a
// worker of the lane calls it, and leaves. It fails with ErrShut when nothing
// may be sent, and when ctx ends first.
func (s *Set) Enter(ctx context.Context, name string) (*Pass, error) {
	s.mu.Lock()
	l, limits := s.lane(name), s.Limits(name)
	if l.shut() && !l.probing() || limits.Requests == 0 {
		s.mu.Unlock()
		return nil, ErrShut
	}
	if len(l.waiters) == 0 && l.sending < l.allowed(&limits) {
		l.sending++
	} else if err := s.await(ctx, name, l); err != nil {
		return nil, err
	}
	p := &Pass{set: s, name: name, lane: l, probe: l.mode == proving}
	timed := s.every(&limits, l) > 0
	s.mu.Unlock()
	var err error
	if timed {
		err = p.turn(ctx)
	}
	// Both may have been possible; then the end wins.
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		p.Leave(Result{})
		return nil, err
	}
	return p, nil
}

// await waits for a place; it is called under the lock, and returns under it
// when there is no error.
func (s *Set) await(ctx context.Context, name string, l *state) error {
	w := make(chan error, 1)
	l.waiters = append(l.waiters, w)
	s.mu.Unlock()
	select {
	case err := <-w:
		if err != nil {
			return err
		}
		s.mu.Lock()
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(l.waiters, w); i >= 0 {
		l.waiters = slices.Delete(l.waiters, i, i+1)
	} else if err := <-w; err == nil {
		l.sending--
		s.serve(name, l)
	}
	return context.Cause(ctx)
}

// serve gives free places to those who wait.
func (s *Set) serve(name string, l *state) {
	if len(l.waiters) == 0 {
		return
	}
	limits := s.Limits(name)
	for allowed := l.allowed(&limits); len(l.waiters) > 0 && l.sending < allowed; {
		l.sending++
		l.waiters[0] <- nil
		l.waiters = slices.Delete(l.waiters, 0, 1)
	}
}

// every is the lane's pace at present.
func (s *Set) every(limits *Limits, l *state) time.Duration {
	if l.rec.Drain == "" {
		return limits.Every
	}
	d, _ := l.rec.Drain.Every()
	return max(d, limits.Every)
}

// turn waits for the lane's pace.
func (p *Pass) turn(ctx context.Context) error {
	s, l := p.set, p.lane
	var at time.Time
	ok, tuned := false, -1
	for {
		s.mu.Lock()
		if l.shut() && !l.probing() {
			s.mu.Unlock()
			return ErrShut
		}
		now, limits := s.Clock.Now(), s.Limits(p.name)
		every := s.every(&limits, l)
		if every != l.pace.rate || limits.Shared != l.pace.shared {
			l.pace.set(every, limits.Shared, now)
			l.tuned++
			l.wake()
		}
		if !ok || tuned != l.tuned || now.Sub(at) > lateness(limits.Shared) {
			at, ok = l.pace.take(now)
			tuned = l.tuned
		}
		if every == 0 || ok && !at.After(now) {
			s.mu.Unlock()
			return nil
		}
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		if !ok {
			l.wanted++
			s.News()
		}
		s.mu.Unlock()
		err := s.rest(ctx, changed, at, ok)
		if !ok {
			s.mu.Lock()
			l.wanted--
			s.mu.Unlock()
		}
		if err != nil {
			return err
		}
	}
}

// rest waits until a time, if it is known, or until something changed.
func (s *Set) rest(ctx context.Context, changed <-chan struct{}, at time.Time, timed bool) error {
	var due <-chan time.Time
	if timed {
		timer := s.Clock.NewTimer(at.Sub(s.Clock.Now()))
		defer timer.Stop()
		due = timer.C()
	}
	select {
	case <-due:
	case <-changed:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

func (g *gate) wake() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// refuse sends away all who wait.
func (g *gate) refuse() {
	for _, w := range g.waiters {
		w <- ErrShut
	}
	g.waiters = nil
	g.wake()
}

// Leave gives the place back and tells how the request ended. It is called once.
func (p *Pass) Leave(r Result) {
	s, l := p.set, p.lane
	s.mu.Lock()
	defer s.mu.Unlock()
	l.sending--
	now := s.Clock.Now()
	s.count(p.name, &r)
	switch {
	case r.Verdict == None:
	case l.mode == proving && p.probe && r.Verdict == Alive:
		s.reopen(p.name, l, now)
		l.change = ChangeOpened
		s.News()
	case l.mode == proving && p.probe:
		s.close(p.name, l, &r)
	case l.mode == closed && r.Verdict == Ill && r.Until.After(l.rec.ClosedUntil) && l.rec.Closed():
		l.rec.ClosedUntil, l.change = r.Until, ChangeClosed
		s.News()
	case l.mode == open && r.Verdict == Ill:
		if s.Limits(p.name).Open {
			break
		}
		if l.breaker.note(now, false, r.Run) || l.ramp > 0 || r.Until.After(now) {
			s.close(p.name, l, &r)
		}
	case l.mode == open:
		l.breaker.note(now, true, r.Run)
		s.climb(p.name, l)
	}
	s.serve(p.name, l)
	s.unproved(p.name, l)
}

// climb lets a lane that was closed have one more request at once, until it is
// well.
func (s *Set) climb(name string, l *state) {
	if l.ramp == 0 {
		return
	}
	if l.ramp++; l.ramp < s.Limits(name).Requests {
		return
	}
	l.ramp, l.rec.Closures, l.rec.RampAt = 0, 0, time.Time{}
	l.change = ChangeWell
	s.News()
}

func (s *Set) count(name string, r *Result) {
	if r.Verdict == None {
		return
	}
	c := s.counts[name]
	if r.OK {
		c.OK++
	} else {
		c.Failed++
	}
	s.counts[name] = c
}

// close shuts a lane because its service is ill.
func (s *Set) close(name string, l *state, r *Result) {
	now := s.Clock.Now()
	until := r.Until
	if !until.After(now) {
		until = now.Add(PauseAfter(l.rec.Closures))
		l.rec.Closures++
	}
	if l.mode == open {
		l.rec.ClosedAt = now
	}
	l.rec.Name, l.rec.ClosedUntil, l.rec.RampAt = name, until, time.Time{}
	l.rec.Code, l.rec.Status, l.rec.Probe, l.rec.ProbeUntil = r.Code, r.Status, "", time.Time{}
	l.mode, l.ramp, l.breaker, l.change = closed, 0, breaker{}, ChangeClosed
	l.refuse()
	s.News()
}

// reopen lets requests through again, few at first.
func (s *Set) reopen(name string, l *state, now time.Time) {
	l.mode, l.ramp, l.breaker = open, 1, breaker{}
	l.rec.Name, l.rec.RampAt, l.rec.ClosedAt, l.rec.ClosedUntil = name, now, time.Time{}, time.Time{}
	l.rec.Probe, l.rec.ProbeUntil = "", time.Time{}
	l.wake()
}

// unproved gives the probe back when its run is gone and nobody sent anything.
func (s *Set) unproved(name string, l *state) {
	if l.mode != proving || l.sending > 0 || l.held() > 0 || l.active > 0 {
		return
	}
	l.mode, l.change = closed, ChangeUnproved
	l.rec.Name, l.rec.Probe, l.rec.ProbeUntil = name, "", time.Time{}
	s.News()
}

// Due tells whether a closed lane may be tried out now.
func (s *Set) Due(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lanes[name]
	return l != nil && l.mode == closed && !l.rec.Paused() && l.change == "" && !l.rec.ClosedUntil.After(s.Clock.Now())
}

// Prove lets one request of a closed lane through.
func (s *Set) Prove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lanes[name]; l != nil && l.mode == closed && !l.rec.Paused() && l.change == "" {
		l.mode = proving
	}
}

// Unproven ends a probe for which no run was found.
func (s *Set) Unproven(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lanes[name]; l != nil {
		s.unproved(name, l)
	}
}
