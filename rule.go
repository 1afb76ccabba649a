package gonets

// Rules by which people are told; each is on unless it says otherwise.
const (
	RuleFirstFailure = "first_failure"
	RuleBadEnd       = "bad_end"
	RuleRecovered    = "recovered"
	RuleRejected     = "rejected_signatures"
	// RuleLaneClosed is off unless it is switched on: the failures that closed
	// the queue are told anyway.
	RuleLaneClosed = "lane_closed"
	RuleSilent     = "source_silent"
)

// Rules are all of them, in the order in which people see them.
func Rules() []string {
	return []string{RuleFirstFailure, RuleBadEnd, RuleRecovered, RuleRejected, RuleSilent, RuleLaneClosed}
}

// Rule says whether and where people are told of one kind of news.
type Rule struct {
	// On is nil for what is usual.
	On *bool `json:"on,omitempty"`
	// Channels are those that tell of it; empty is all.
	Channels []string `json:"channels,omitempty"`
	// Scenarios are those that it is for; empty is all. Sources likewise.
	Scenarios []string `json:"scenarios,omitempty"`
	Sources   []string `json:"sources,omitempty"`
	// Urgent is told in quiet hours, too.
	Urgent bool `json:"urgent,omitempty"`
	// After is how long a source may be silent; 0 is learned from its past.
	After Duration `json:"after,omitempty"`
}

// QuietHours are when only urgent news is told, by the clock of the settings'
// zone; they may go over midnight.
type QuietHours struct {
	// From and To are written 22:00.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Rule is the one of a name, with what is usual filled in.
func (n *Notices) Rule(name string) Rule {
	var r Rule
	if n != nil {
		r = n.Rules[name]
	}
	if r.On == nil {
		on := name != RuleLaneClosed
		r.On = &on
	}
	return r
}
