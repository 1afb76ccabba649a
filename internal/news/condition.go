package news

import (
	"maps"
	"slices"
	"strings"
	"time"

	"gonets"
)

// Pulse is when a source was heard last, and how it usually speaks.
type Pulse struct {
	Source string
	// LastAt is zero when it was never heard, or when nothing of it is kept.
	LastAt time.Time
	// Accepted is the last event behind which a person found the silence all right.
	Accepted time.Time
	// Hours are the parts of the past two weeks in which it was heard, oldest
	// first; only asked for when they are to be learned from.
	Hours []Heard
	// Told are when people were told of a silence in that time.
	Told []time.Time
}

// Condition is a trouble that people know of, or are about to, and that is a
// state of something.
type Condition struct {
	gonets.Cause
	// Path is that of its last signal.
	Path string
}

// kinds are the news that conditions make, by their codes.
var kinds = map[gonets.Code]NoticeKind{
	gonets.CodeLaneClosed:   NoticeLaneClosed,
	gonets.CodeSourceSilent: NoticeSilent,
	gonets.CodeErrorShare:   NoticeErrorShare,
	gonets.CodeCertificate:  NoticeCertificate,
	gonets.CodeSecretEnds:   NoticeCertificate,
	gonets.CodeDiskLow:      NoticeDiskLow,
	gonets.CodeFieldDrift:   NoticeDrift,
}

// Conditions are the codes of troubles that are a state of something, in order.
func Conditions() []gonets.Code { return slices.Sorted(maps.Keys(kinds)) }

// IsCondition tells whether a trouble with the code is a state of something.
func IsCondition(code gonets.Code) bool { return kinds[code] != "" }

// KindOf is the news that a trouble's first signal makes.
func KindOf(code gonets.Code) NoticeKind {
	if kind, ok := kinds[code]; ok {
		return kind
	}
	return NoticeFirstFailure
}

// Heard is the first and the last event within an hour.
type Heard struct{ First, Last time.Time }

const (
	// LearnFrom is how much of the past usual silence is learned from.
	LearnFrom = 14 * 24 * time.Hour
	// leastPast is how long a source must be known: a weekend has to be in it.
	leastPast = 7 * 24 * time.Hour
	// leastHeard is in how many hours it must have been heard.
	leastHeard = 10
	// often is how many silences that people were told of become usual.
	often = 2
	// Grace is what a silence may be longer than the longest one before: half of
	// that, and an hour at least.
	Grace = time.Hour
)

// Usual is the longest silence of the past, counted in whole pauses between
// hours; ok is false while too little is known. A silence that people were told of
// is none of the usual ones, or an outage would hide the next one; what comes
// often is.
func (p *Pulse) Usual(now time.Time) (longest time.Duration, ok bool) {
	if len(p.Hours) < leastHeard || now.Sub(p.Hours[0].First) < leastPast {
		return 0, false
	}
	var told []time.Duration
	for i := 1; i < len(p.Hours); i++ {
		from, to := p.Hours[i-1].Last, p.Hours[i].First
		if slices.ContainsFunc(p.Told, func(at time.Time) bool { return at.After(from) && at.Before(to) }) {
			told = append(told, to.Sub(from))
			continue
		}
		longest = max(longest, to.Sub(from))
	}
	if len(told) >= often {
		slices.Sort(told)
		longest = max(longest, told[len(told)-often])
	}
	return longest, true
}

// Allowed is how long a source may be silent when its usual silence is known.
func Allowed(usual time.Duration) time.Duration { return usual + max(usual/2, Grace) }

// Over tells whether a source was heard since. What is kept of it may end
// earlier than the silence began: that ends no silence.
func (s Silence) Over(p *Pulse) bool { return p.LastAt.Truncate(time.Second).After(s.Since) }

// Fine tells whether a person found the silence that lasts all right.
func (p *Pulse) Fine() bool { return !p.LastAt.Truncate(time.Second).After(p.Accepted) }

// Silence is what a silent source's signal says beside its cause, as the text
// that stands in its path.
type Silence struct {
	Since time.Time
	// Usual is 0 when the limit is a fixed one.
	Usual time.Duration
}

func (s Silence) String() string {
	return s.Since.UTC().Format(time.RFC3339) + "/" + s.Usual.String()
}

// ParseSilence reads String's text; what it cannot read is zero.
func ParseSilence(text string) (s Silence) {
	since, usual, _ := strings.Cut(text, "/")
	if at, err := time.Parse(time.RFC3339, since); err == nil {
		s.Since = at
	}
	if d, err := time.ParseDuration(usual); err == nil {
		s.Usual = d
	}
	return s
}

// Fits is whether a rule for some is one for this one.
func Fits(some []string, one string) bool {
	return len(some) == 0 || one == "" || slices.Contains(some, one)
}
