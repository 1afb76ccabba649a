package alert

import (
	"context"
	"maps"
	"slices"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/setting"
)

// forgetShare is after how long without any work a scenario's share of errors is
// no longer known.
const forgetShare = 24 * time.Hour

// keepOutcomes stores what was counted since the last look. What cannot be stored,
// or may have been, comes again as it is: it is known by its id.
func (s *Service) keepOutcomes(ctx context.Context) error {
	if s.outcomes.id == "" {
		counts := s.takeOutcomes()
		if len(counts) == 0 || s.o.States == nil {
			return nil
		}
		s.outcomes = outcomes{id.New(), counts}
	}
	if err := s.o.States.KeepOutcomes(ctx, s.o.Server, s.outcomes.id, s.outcomes.counts); err != nil {
		return err
	}
	s.outcomes = outcomes{}
	return nil
}

// share is the trouble of a scenario of which too much fails.
func share(scenario string) gonets.Cause {
	return gonets.Cause{Scenario: scenario, Code: gonets.CodeErrorShare}
}

// shares finds the scenarios of which too much fails. It is over when not even
// half as much does; a scenario that does nothing any more is dropped.
func (s *Service) shares(ctx context.Context, l *states) error {
	rule := l.set.Notices.Rule(setting.RuleErrorShare)
	var found, day map[string]news.Outcomes
	if *rule.On {
		var err error
		if found, err = s.o.States.Outcomes(ctx, l.now.Add(-rule.Within.D()), time.Time{}); err != nil {
			return err
		}
	}
	for _, scenario := range slices.Sorted(maps.Keys(found)) {
		worst, many := found[scenario].TooMany(rule.Share, rule.Least)
		if many && news.Fits(rule.Scenarios, scenario) && l.was(share(scenario)) == nil {
			l.signal(gonets.SignalFailed, share(scenario), worst.String())
		}
	}
	for _, c := range l.known {
		if c.Code != gonets.CodeErrorShare {
			continue
		}
		now, works := found[c.Scenario]
		if !works && *rule.On && day == nil {
			var err error
			if day, err = s.o.States.Outcomes(ctx, l.now.Add(-forgetShare), time.Time{}); err != nil {
				return err
			}
		}
		_, worked := day[c.Scenario]
		switch {
		case !*rule.On || !news.Fits(rule.Scenarios, c.Scenario) || !works && !worked:
			l.signal(gonets.SignalDropped, c.Cause, "")
		case now.Few(rule.Share):
			l.signal(gonets.SignalOK, c.Cause, "")
		}
	}
	return nil
}
