package alert

import (
	"context"
	"slices"
	"time"

	"gonets"
	"gonets/internal/news"
)

const (
	// stateEvery is how often states are looked at, learnEvery how often usual
	// silences are learned anew.
	stateEvery = time.Minute
	learnEvery = time.Hour
)

// States tell of what is so, rather than of what happened.
type States interface {
	// Pulses are the sources, Hours those in which one was heard.
	Pulses(ctx context.Context) ([]news.Pulse, error)
	Hours(ctx context.Context, source string, until time.Time) ([]news.Heard, error)
	// Conditions are those that people know of, or are about to.
	Conditions(ctx context.Context) ([]news.Condition, error)
}

// learned is a source's usual silence.
type learned struct {
	usual time.Duration
	known bool
	at    time.Time
}

// states is one look at what is so.
type states struct {
	set *gonets.Settings
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
func (s *Service) lookAtStates(ctx context.Context, set *gonets.Settings) error {
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
	return s.o.Book.Signal(ctx, l.out)
}

// silence is the trouble of a source that is silent.
func silence(source string) gonets.Cause {
	return gonets.Cause{Source: source, Code: gonets.CodeSourceSilent}
}

// silent finds the sources that have been silent for too long. Such a silence is
// over when the source was heard again; where nobody is to be told of it any more,
// it is dropped.
func (s *Service) silent(ctx context.Context, l *states) error {
	rule := l.set.Notices.Rule(gonets.RuleSilent)
	var pulses []news.Pulse
	if *rule.On {
		var err error
		if pulses, err = s.o.States.Pulses(ctx); err != nil {
			return err
		}
	}
	watched := map[string]bool{}
	for i := range pulses {
		p := &pulses[i]
		if !fits(rule.Sources, p.Source) {
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
		case p.LastAt.IsZero():
			continue
		case limit == 0:
			known, err := s.learn(ctx, p, l.now)
			if err != nil {
				return err
			}
			if !known.known {
				continue
			}
			usual, limit = known.usual, news.Allowed(known.usual)
		}
		if l.now.Sub(p.LastAt) > limit {
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

// learn finds a source's usual silence, once an hour. While it is silent, what
// was learned before stays: a silence does not make itself usual, and what is
// removed of the past does not make it unknown.
func (s *Service) learn(ctx context.Context, p *news.Pulse, now time.Time) (learned, error) {
	l, ok := s.usual[p.Source]
	if ok && now.Sub(l.at) < learnEvery {
		return l, nil
	}
	hours, err := s.o.States.Hours(ctx, p.Source, p.LastAt.Add(time.Millisecond))
	if err != nil {
		return l, err
	}
	p.Hours = hours
	l.at = now
	if usual, known := p.Usual(p.LastAt); known {
		l.usual, l.known = usual, true
	}
	s.usual[p.Source] = l
	return l, nil
}

// closed finds the queues whose services failed until they were left alone.
func (s *Service) closed(ctx context.Context, l *states) error {
	on := s.o.ClosedLanes != nil && *l.set.Notices.Rule(gonets.RuleLaneClosed).On
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
