package news

import (
	"fmt"

	"gonets"
)

// Outcomes count how a scenario's work ended.
type Outcomes struct {
	// OK and Failed are attempts; a failure that a run meets again when it is tried
	// again counts once, one that its scenario expects not at all.
	OK, Failed int
	// Done are runs that succeeded, Bad those that were paused or failed.
	Done, Bad int
}

// Plus is the sum of both.
func (o Outcomes) Plus(x Outcomes) Outcomes {
	return Outcomes{o.OK + x.OK, o.Failed + x.Failed, o.Done + x.Done, o.Bad + x.Bad}
}

// OutcomesOf counts a transition by what people are told of it. Checks that a
// person makes count nothing.
func OutcomesOf(run *gonets.Run, t *gonets.Transition, told []gonets.Signal) (o Outcomes) {
	if run.Mark == gonets.MarkCheck || t.Mark == gonets.MarkCheck {
		return o
	}
	if t.Attempt != nil && t.Attempt.Outcome == gonets.OutcomeOK {
		o.OK = 1
	}
	if t.State == gonets.RunSucceeded {
		o.Done = 1
	}
	for i := range told {
		s := &told[i]
		if s.Kind != gonets.SignalFailed && s.Kind != gonets.SignalEnded {
			continue
		}
		o.Bad += s.Ended
		if t.Attempt != nil && t.Attempt.Code == s.Code {
			o.Failed += s.Runs
		}
	}
	return o
}

// Share is how much of something failed.
type Share struct {
	Bad, Of int
	// Attempts is true when attempts were counted, not runs.
	Attempts bool
}

// Shares are those of the runs and of the attempts.
func (o Outcomes) Shares() [2]Share {
	return [2]Share{{o.Bad, o.Bad + o.Done, false}, {o.Failed, o.Failed + o.OK, true}}
}

// Percent is 0 for a share of nothing.
func (s Share) Percent() int { return s.Bad * 100 / max(s.Of, 1) }

// TooMany is the larger of the shares that reach a limit; ok is false when none
// does.
func (o Outcomes) TooMany(percent, least int) (worst Share, ok bool) {
	for _, s := range o.Shares() {
		if s.Of >= least && s.Bad*100 >= percent*s.Of && s.Bad > 0 && (!ok || s.Percent() > worst.Percent()) {
			worst, ok = s, true
		}
	}
	return worst, ok
}

// Few tells whether no share reaches half of the limit; of nothing there is no
// share.
func (o Outcomes) Few(percent int) bool {
	some := false
	for _, s := range o.Shares() {
		if s.Of > 0 && s.Bad*200 >= percent*s.Of {
			return false
		}
		some = some || s.Of > 0
	}
	return some
}

// String is the text that stands in the path of a share's signal.
func (s Share) String() string {
	what := "runs"
	if s.Attempts {
		what = "attempts"
	}
	return fmt.Sprintf("%d/%d %s", s.Bad, s.Of, what)
}

// ParseShare reads String's text; what it cannot read is zero.
func ParseShare(text string) (s Share) {
	var what string
	if _, err := fmt.Sscanf(text, "%d/%d %s", &s.Bad, &s.Of, &what); err != nil {
		return Share{}
	}
	s.Attempts = what == "attempts"
	return s
}
