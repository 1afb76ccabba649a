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
	// Pulses are the sources that were heard, Hours those in which one was.
	Pulses(ctx context.Context) ([]news.Pulse, error)
	Hours(ctx context.Context, source string, until time.Time) ([]news.Heard, error)
	// Conditions are those that people know of, or are about to.
	Conditions(ctx context.Context) ([]gonets.Cause, error)
}

// learned is a source's usual silence.
type learned struct {
	usual time.Duration
	known bool
	at    time.Time
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
	var found []gonets.Signal
	for _, look := range []func(context.Context, *gonets.Settings, time.Time) ([]gonets.Signal, error){s.silent, s.closed} {
		more, err := look(ctx, set, now)
		if err != nil {
			return err
		}
		found = append(found, more...)
	}
	var out []gonets.Signal
	for _, f := range found {
		if !slices.Contains(known, f.Cause) {
			out = append(out, f)
		}
	}
	for _, c := range known {
		if !slices.ContainsFunc(found, func(f gonets.Signal) bool { return f.Cause == c }) {
			out = append(out, gonets.Signal{Kind: gonets.SignalOK, Trouble: c.ID(), Cause: c, At: now})
		}
	}
	return s.o.Book.Signal(ctx, out)
}

// silent are the sources that have been silent for too long.
func (s *Service) silent(ctx context.Context, set *gonets.Settings, now time.Time) ([]gonets.Signal, error) {
	rule := set.Notices.Rule(gonets.RuleSilent)
	if !*rule.On {
		return nil, nil
	}
	pulses, err := s.o.States.Pulses(ctx)
	if err != nil {
		return nil, err
	}
	var out []gonets.Signal
	for i := range pulses {
		p := &pulses[i]
		silence := news.Silence{Since: p.LastAt}
		limit := rule.After.D()
		switch {
		case !fits(rule.Sources, p.Source):
			continue
		case limit == 0:
			l, err := s.learn(ctx, p, now)
			if err != nil {
				return nil, err
			}
			if !l.known {
				continue
			}
			silence.Usual, limit = l.usual, news.Allowed(l.usual)
		}
		if now.Sub(p.LastAt) > limit {
			out = append(out, gonets.Signal{Kind: gonets.SignalFailed, Cause: gonets.Cause{Source: p.Source, Code: gonets.CodeSourceSilent},
				Path: silence.String(), At: now})
		}
	}
	return out, nil
}

// learn finds a source's usual silence, once an hour. While it is silent, what
// was learned before stays: a silence does not make itself usual.
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
	l.usual, l.known = p.Usual(p.LastAt)
	s.usual[p.Source] = l
	return l, nil
}

// closed are the queues whose services failed until they were left alone.
func (s *Service) closed(ctx context.Context, set *gonets.Settings, now time.Time) ([]gonets.Signal, error) {
	if s.o.ClosedLanes == nil || !*set.Notices.Rule(gonets.RuleLaneClosed).On {
		return nil, nil
	}
	lanes, err := s.o.ClosedLanes(ctx)
	if err != nil {
		return nil, err
	}
	var out []gonets.Signal
	for _, name := range lanes {
		out = append(out, gonets.Signal{Kind: gonets.SignalFailed, Cause: gonets.Cause{Host: news.HostOf(name), Code: gonets.CodeLaneClosed}, At: now})
	}
	return out, nil
}
