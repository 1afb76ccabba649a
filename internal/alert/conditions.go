package alert

import (
	"context"
	"slices"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

const (
	// stateEvery is how often states are looked at, learnAtOnce of how many sources
	// usual silences are learned in a look: that takes some hundred questions each.
	stateEvery  = time.Minute
	learnAtOnce = 20
	// asleep is from when on no look at states means that no server was up.
	asleep = 3 * stateEvery
)

// States tell of what is so, rather than of what happened.
type States interface {
	// KeepOutcomes adds to what scenarios' work came to what a server counted; a
	// batch that comes again is added once. Outcomes is that since a time, until
	// another one or now.
	KeepOutcomes(ctx context.Context, server, batch string, counts map[string]news.Outcomes) error
	Outcomes(ctx context.Context, from, to time.Time) (map[string]news.Outcomes, error)
	// Pulses are the sources, Hours those in which one was heard,
	// and when people were told of a silence meanwhile.
	Pulses(ctx context.Context) ([]news.Pulse, error)
	Hours(ctx context.Context, source string, until time.Time) (hours []news.Heard, told []time.Time, err error)
	// KeepCertificates remembers what hosts showed, Certificates are those of hosts
	// that showed one since a time.
	KeepCertificates(ctx context.Context, seen []news.Certificate) error
	Certificates(ctx context.Context, since time.Time) ([]news.Certificate, error)
	// Awake is since when states are looked at without a break longer than gap.
	Awake(ctx context.Context, every, gap time.Duration) (time.Time, error)
	// Conditions are those that people know of, or are about to.
	Conditions(ctx context.Context) ([]news.Condition, error)
}

// learned is a source's usual silence.
type learned struct {
	usual time.Duration
	known bool
	// at is when it was learned, lastAt until which event.
	at, lastAt time.Time
}

// states is one look at what is so.
type states struct {
	set *setting.Settings
	now time.Time
	// known are the conditions that there were before.
	known []news.Condition
	out   []gonets.Signal
}

// was is the condition of a cause, nil when there was none.
func (l *states) was(c gonets.Cause) *news.Condition {
	for i := range l.known {
		if l.known[i].Cause == c {
			return &l.known[i]
		}
	}
	return nil
}

func (l *states) signal(kind gonets.SignalKind, c gonets.Cause, path string) {
	l.out = append(l.out, gonets.Signal{Kind: kind, Cause: c, Path: path, At: l.now})
}

// lookAtStates signals what has become so, and what is over. All servers of a
// database find the same; the trouble is one.
func (s *Service) lookAtStates(ctx context.Context, set *setting.Settings) error {
	now := s.o.Clock.Now()
	if s.o.States == nil || now.Sub(s.statesAt) < stateEvery {
		return nil
	}
	s.statesAt = now
	known, err := s.o.States.Conditions(ctx)
	if err != nil {
		return err
	}
	l := &states{set: set, now: now, known: known}
	if err := s.silent(ctx, l); err != nil {
		return err
	}
	if err := s.closed(ctx, l); err != nil {
		return err
	}
	if err := s.low(ctx, l); err != nil {
		return err
	}
	if err := s.shares(ctx, l); err != nil {
		return err
	}
	if err := s.expiring(ctx, l); err != nil {
		return err
	}
	if err := s.ending(ctx, l); err != nil {
		return err
	}
	if err := s.drifting(ctx, l); err != nil && ctx.Err() == nil {
		s.o.Log.Warn("the fields of events could not be looked at; other news goes on", "error", err)
	}
	if err := s.o.Book.Signal(ctx, l.out); err != nil {
		return err
	}
	return s.digest(ctx, set, now)
}

// silence is the trouble of a source that is silent.
func silence(source string) gonets.Cause {
	return gonets.Cause{Source: source, Code: gonets.CodeSourceSilent}
}

// silent finds the sources that have been silent for too long. Such a silence is
// over when the source was heard again; where nobody is to be told of it any more,
// it is dropped.
func (s *Service) silent(ctx context.Context, l *states) error {
	rule := l.set.Notices.Rule(setting.RuleSilent)
	var pulses []news.Pulse
	if *rule.On {
		var err error
		if pulses, err = s.o.States.Pulses(ctx); err != nil {
			return err
		}
	}
	if rule.After == 0 {
		if err := s.learn(ctx, l, pulses); err != nil {
			return err
		}
	}
	var awake time.Time
	if len(pulses) > 0 {
		var err error
		if awake, err = s.o.States.Awake(ctx, stateEvery, asleep); err != nil {
			return err
		}
	}
	watched := map[string]bool{}
	for i := range pulses {
		p := &pulses[i]
		if !news.Fits(rule.Sources, p.Source) {
			continue
		}
		watched[p.Source] = true
		limit, usual := rule.After.D(), time.Duration(0)
		was := l.was(silence(p.Source))
		switch {
		case was != nil && news.ParseSilence(was.Path).Over(p):
			l.signal(gonets.SignalOK, was.Cause, "")
			continue
		case was != nil:
			if limit > 0 && !p.LastAt.IsZero() && l.now.Sub(p.LastAt) <= limit {
				l.signal(gonets.SignalDropped, was.Cause, "") // it may be silent for longer now
			}
			continue
		case p.LastAt.IsZero(), p.Fine():
			continue
		case limit == 0:
			known := s.usual[p.Source]
			if !known.known || !known.lastAt.Equal(p.LastAt) {
				continue
			}
			usual, limit = known.usual, news.Allowed(known.usual)
		}
		// Nobody can be heard while no server is up.
		if l.now.Sub(gonets.Later(p.LastAt, awake)) > limit {
			l.signal(gonets.SignalFailed, silence(p.Source), news.Silence{Since: p.LastAt, Usual: usual}.String())
		}
	}
	for _, c := range l.known {
		if c.Code == gonets.CodeSourceSilent && !watched[c.Source] {
			l.signal(gonets.SignalDropped, c.Cause, "")
		}
	}
	return nil
}

// learn finds the usual silences of a few sources, those first for which that is
// longest ago. A silence that is short or known changes nothing of what was
// learned up to the last event, and does not make itself usual. What is removed of
// the past does not make the usual unknown.
func (s *Service) learn(ctx context.Context, l *states, pulses []news.Pulse) error {
	var due []*news.Pulse
	for i := range pulses {
		p := &pulses[i]
		if l.now.Sub(p.LastAt) > news.Grace && !p.LastAt.IsZero() && !s.usual[p.Source].lastAt.Equal(p.LastAt) &&
			l.was(silence(p.Source)) == nil && news.Fits(l.set.Notices.Rule(setting.RuleSilent).Sources, p.Source) {
			due = append(due, p)
		}
	}
	slices.SortStableFunc(due, func(a, b *news.Pulse) int { return s.usual[a.Source].at.Compare(s.usual[b.Source].at) })
	for _, p := range due[:min(len(due), learnAtOnce)] {
		var err error
		if p.Hours, p.Told, err = s.o.States.Hours(ctx, p.Source, p.LastAt.Add(time.Millisecond)); err != nil {
			return err
		}
		k := s.usual[p.Source]
		k.at, k.lastAt = l.now, p.LastAt
		if usual, known := p.Usual(p.LastAt); known {
			k.usual, k.known = usual, true
		}
		s.usual[p.Source] = k
	}
	return nil
}

// closed finds the queues whose services failed until they were left alone.
func (s *Service) closed(ctx context.Context, l *states) error {
	on := s.o.ClosedLanes != nil && *l.set.Notices.Rule(setting.RuleLaneClosed).On
	var hosts []string
	if on {
		lanes, err := s.o.ClosedLanes(ctx)
		if err != nil {
			return err
		}
		for _, name := range lanes {
			hosts = append(hosts, news.HostOf(name))
		}
	}
	for _, host := range hosts {
		c := gonets.Cause{Host: host, Code: gonets.CodeLaneClosed}
		if l.was(c) == nil {
			l.signal(gonets.SignalFailed, c, "")
		}
	}
	for _, c := range l.known {
		switch {
		case c.Code != gonets.CodeLaneClosed, on && slices.Contains(hosts, c.Host):
		case on:
			l.signal(gonets.SignalOK, c.Cause, "")
		default:
			l.signal(gonets.SignalDropped, c.Cause, "")
		}
	}
	return nil
}

// low tells of this server's disk. Each server tells of its own; what one told that
// is gone, nobody else knows better: it is dropped.
func (s *Service) low(ctx context.Context, l *states) error {
	if err := s.abandoned(ctx, l); err != nil || s.o.Disk == nil {
		return err
	}
	c := gonets.Cause{Host: s.o.Server, Code: gonets.CodeDiskLow}
	was, on := l.was(c), *l.set.Notices.Rule(setting.RuleDiskLow).On
	if was != nil && !on {
		l.signal(gonets.SignalDropped, c, "")
	}
	if !on {
		return nil
	}
	d, err := s.o.Disk(ctx, was != nil)
	switch {
	case err != nil:
		return err
	case d != nil && was == nil:
		l.signal(gonets.SignalFailed, c, d.String())
	case d == nil && was != nil:
		l.signal(gonets.SignalOK, c, "")
	}
	return nil
}

// abandoned drops what servers told of their disks that are gone.
func (s *Service) abandoned(ctx context.Context, l *states) error {
	var alive []string
	for i, c := range l.known {
		if c.Code != gonets.CodeDiskLow || c.Host == s.o.Server {
			continue
		}
		if alive == nil {
			alive = []string{s.o.Server}
			if s.o.Servers != nil {
				others, err := s.o.Servers(ctx)
				if err != nil {
					return err
				}
				alive = append(alive, others...)
			}
		}
		if !slices.Contains(alive, c.Host) {
			l.signal(gonets.SignalDropped, l.known[i].Cause, "")
		}
	}
	return nil
}
