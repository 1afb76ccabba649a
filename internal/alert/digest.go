package alert

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

const (
	// maxRows and maxTroubles are how much a digest lists of each.
	maxRows     = 50
	maxTroubles = 30
	// longest is the most that one digest tells of.
	longest = 8 * 24 * time.Hour
)

// Digests keep what digests tell, and that they have.
type Digests interface {
	Digested(ctx context.Context) (time.Time, error)
	// KeepDigest notes that digests have told until a time, unless another node
	// has since before.
	KeepDigest(ctx context.Context, before, until time.Time, b *news.Bundle) (done bool, err error)
	Outcomes(ctx context.Context, from, to time.Time) (map[string]news.Outcomes, error)
	Troubles(ctx context.Context, from, to time.Time, limit int) (lasting, ended []news.Trouble, err error)
	CountRuns(ctx context.Context, f gonets.RunFilter) (gonets.RunCount, error)
}

// digest tells of a day or a week when its hour has come. The first one comes
// when the hour comes for the first time after the rule was switched on; of hours
// that passed while no server was up, one digest tells.
func (s *Service) digest(ctx context.Context, set *setting.Settings, now time.Time) error {
	rule := set.Notices.Rule(setting.RuleDigest)
	last, err := s.o.Digests.Digested(ctx)
	if err != nil {
		return err
	}
	if !*rule.On {
		if !last.IsZero() {
			_, err = s.o.Digests.KeepDigest(ctx, last, time.Time{}, nil)
		}
		return err
	}
	due := news.DigestDue(rule, set.Zone(), now)
	if due.IsZero() || !due.After(last) {
		return nil
	}
	var b *news.Bundle
	if !last.IsZero() {
		if b, err = s.digestOf(ctx, set, &rule, gonets.Later(last, due.Add(-longest)), due); err != nil {
			return err
		}
	}
	told, err := s.o.Digests.KeepDigest(ctx, last, due, b)
	if told && b != nil {
		s.o.Bus.Publish(gonets.Change{Kind: "notice"})
	}
	return err
}

// digestOf writes the letters; nil when there is nothing to tell, or nobody.
func (s *Service) digestOf(ctx context.Context, set *setting.Settings, rule *setting.Rule, from, to time.Time) (*news.Bundle, error) {
	n := &news.Notice{Kind: news.NoticeDigest, At: s.o.Clock.Now(), DueAt: to}
	ways := (&decider{rules: set.Notices, channels: channels(set)}).to(n)
	if len(ways) == 0 {
		return nil, nil
	}
	w, err := s.writer(ctx, *set)
	if err != nil {
		return nil, err
	}
	sum, err := s.sumUp(ctx, rule, w.titles, news.Summary{From: from, To: to})
	if err != nil || sum.Nothing() && !rule.Empty {
		return nil, err
	}
	for i := range sum.Scenarios {
		n.Runs, n.Ended = n.Runs+sum.Scenarios[i].Done, n.Ended+sum.Scenarios[i].Bad
	}
	b := &news.Bundle{Notices: []*news.Notice{n}}
	for i := range ways {
		subject, text := w.digest(ways[i].Kind, &sum)
		b.Letters = append(b.Letters, news.Letter{Channel: ways[i].Name, CreatedAt: n.At, DueAt: n.At, State: news.LetterPending, Subject: subject, Text: text})
	}
	return b, nil
}

// sumUp finds what there is to tell of the rule's scenarios; titles names all
// that there are.
func (s *Service) sumUp(ctx context.Context, rule *setting.Rule, titles map[string]string, sum news.Summary) (news.Summary, error) {
	outcomes, err := s.o.Digests.Outcomes(ctx, sum.From, sum.To)
	if err != nil {
		return sum, err
	}
	if sum.Open, sum.Over, err = s.o.Digests.Troubles(ctx, sum.From, sum.To, maxTroubles); err != nil {
		return sum, err
	}
	// What is of no scenario concerns everybody.
	others := func(t news.Trouble) bool { return !news.Fits(rule.Scenarios, t.Scenario) }
	sum.Open, sum.Over = slices.DeleteFunc(sum.Open, others), slices.DeleteFunc(sum.Over, others)
	names := map[string]bool{}
	for i := range sum.Open {
		names[sum.Open[i].Scenario] = true
	}
	for name := range outcomes {
		names[name] = true
	}
	for name := range titles {
		names[name] = true
	}
	count := func(scenario string, states ...gonets.RunState) (gonets.RunCount, error) {
		return s.o.Digests.CountRuns(ctx, gonets.RunFilter{Scenario: scenario, States: states})
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name == "" || !news.Fits(rule.Scenarios, name) {
			continue
		}
		row := news.ScenarioSum{Scenario: name, Done: outcomes[name].Done, Bad: outcomes[name].Bad}
		if row.Paused, err = count(name, gonets.RunPaused); err != nil {
			return sum, err
		}
		if row.Done+row.Bad+row.Paused.N == 0 {
			continue
		}
		if row.Waiting, err = count(name, gonets.RunWaiting, gonets.RunQueued); err != nil {
			return sum, err
		}
		sum.Paused.N, sum.Paused.More = sum.Paused.N+row.Paused.N, sum.Paused.More || row.Paused.More
		sum.Scenarios = append(sum.Scenarios, row)
	}
	slices.SortStableFunc(sum.Scenarios, func(a, b news.ScenarioSum) int {
		return cmp.Or(cmp.Compare(b.Bad, a.Bad), cmp.Compare(b.Paused.N, a.Paused.N), cmp.Compare(b.Done, a.Done))
	})
	return sum, nil
}
