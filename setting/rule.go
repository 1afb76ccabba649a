package setting

import (
	"cmp"
	"time"

	"gonets"
)

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
	// RuleDiskLow is told in quiet hours, too: work ends when the disk is full.
	RuleDiskLow = "disk_low"
	// RuleErrorShare tells that many of a scenario's runs or attempts fail.
	RuleErrorShare = "error_share"
	// RuleCertificate tells that a service's certificate, or a secret, is about to expire.
	RuleCertificate = "certificate_expiring"
	// RuleDrift tells that a field of a source's events is missing or of another type.
	RuleDrift = "field_drift"
	// RuleSuccess tells of runs that succeeded; it is off unless it is switched on.
	RuleSuccess = "success"
	// RuleDigest tells of a day or a week as a whole; it is off unless it is
	// switched on.
	RuleDigest = "digest"
)

// DigestAt is when a digest comes unless its rule says otherwise.
const DigestAt = "09:00"

// What is usual of [RuleErrorShare], and how long its Within may be.
const (
	ErrorShare       = 20
	ErrorShareLeast  = 10
	ErrorShareWithin = 15 * time.Minute
	MinShareWithin   = 5 * time.Minute
	MaxShareWithin   = 2 * time.Hour
)

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
	// New tells of new fields, too.
	New bool `json:"new,omitempty"`
	// After is how long a source may be silent; 0 is learned from its past.
	After gonets.Duration `json:"after,omitempty"`
	// Share is how many of a hundred runs or attempts may fail, once there are
	// Least of them Within so long a time; 0 is what is usual.
	Share  int             `json:"share,omitempty"`
	Least  int             `json:"least,omitempty"`
	Within gonets.Duration `json:"within,omitempty"`
	// At is when a digest comes, like 09:00, and Day its day of the week, like
	// monday; without one it comes each day. Empty is for one in which there is
	// nothing.
	At    string `json:"at,omitempty"`
	Day   string `json:"day,omitempty"`
	Empty bool   `json:"empty,omitempty"`
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
		on := name != RuleLaneClosed && name != RuleSuccess && name != RuleDigest
		r.On = &on
	}
	switch name {
	case RuleDiskLow:
		r.Urgent = true
	case RuleDigest:
		r.At = cmp.Or(r.At, DigestAt)
	case RuleErrorShare:
		r.Share, r.Least, r.Within = cmp.Or(r.Share, ErrorShare), cmp.Or(r.Least, ErrorShareLeast), cmp.Or(r.Within, gonets.Duration(ErrorShareWithin))
	}
	return r
}
