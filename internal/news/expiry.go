package news

import (
	"fmt"
	"strings"
	"time"

	"gonets"
)

// Certificate is one that a host showed.
type Certificate struct {
	Host string
	// From and End bound when it is good; From is zero when that is not known.
	From, End time.Time
	// FirstAt and SeenAt are when the host showed it first and last.
	FirstAt, SeenAt time.Time
}

// How near the end of a certificate, or of a secret, is.
const (
	// Soon is within two weeks, VerySoon within three days, Expired is past.
	Soon = iota + 1
	VerySoon
	Expired
)

const (
	// soonSpan and verySoonSpan are before the end; of a certificate that is short-lived
	// a part of its life, less than what is left when such ones are renewed.
	soonSpan     = 14 * 24 * time.Hour
	soonPart     = 4
	verySoonSpan = 3 * 24 * time.Hour
	verySoonPart = 12
	// replacedAfter is how long a certificate must not have been seen to be replaced by
	// one that came later: several servers may stand behind a name.
	replacedAfter = 2 * time.Hour
	// CertificateUnseen is after how long without a connection a host's
	// certificate is nobody's concern.
	CertificateUnseen = 7 * 24 * time.Hour
)

// Expiry is what the signal of something that expires says beside its cause, as the
// text that stands in its path.
type Expiry struct {
	End time.Time
	// Level is 0 while the end is far away.
	Level int
}

// ExpiryOf tells how near the end is of what is good from a time, zero where that is
// not known, until its end; without one, it never ends.
func ExpiryOf(from, end, now time.Time) Expiry {
	e, life := Expiry{End: end}, end.Sub(from)
	switch left := end.Sub(now); {
	case end.IsZero():
	case left <= 0:
		e.Level = Expired
	case left <= min(verySoonSpan, life/verySoonPart):
		e.Level = VerySoon
	case left <= min(soonSpan, life/soonPart):
		e.Level = Soon
	}
	return e
}

// Expiries are how near the ends of hosts' certificates are: of each host the
// worst of those that it still shows. One is shown until another one came up
// since it was seen; when it is seen again behind that, both are.
func Expiries(shown []Certificate, now time.Time) map[string]Expiry {
	newest := map[string]time.Time{}
	for i := range shown {
		c := &shown[i]
		newest[c.Host] = gonets.Later(newest[c.Host], c.FirstAt)
	}
	out := map[string]Expiry{}
	for i := range shown {
		c := &shown[i]
		worst, known := out[c.Host]
		if newest[c.Host].After(c.SeenAt) && now.Sub(c.SeenAt) >= replacedAfter {
			continue
		}
		e := ExpiryOf(c.From, c.End, now)
		if !known || e.Level > worst.Level || e.Level == worst.Level && e.End.Before(worst.End) {
			out[c.Host] = e
		}
	}
	return out
}

// Worse tells whether people who know of one expiry have to be told of another
// one: it is nearer, or that of another certificate or value.
func (e Expiry) Worse(before Expiry) bool {
	return e.Level > before.Level || e.Level > 0 && !e.End.Truncate(time.Second).Equal(before.End)
}

func (e Expiry) String() string {
	return fmt.Sprintf("%s/%d", e.End.UTC().Format(time.RFC3339), e.Level)
}

// ParseExpiry reads String's text; what it cannot read is zero.
func ParseExpiry(text string) (e Expiry) {
	end, level, _ := strings.Cut(text, "/")
	if at, err := time.Parse(time.RFC3339, end); err == nil {
		if _, err := fmt.Sscan(level, &e.Level); err == nil {
			e.End = at
		}
	}
	return e
}
