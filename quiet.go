package gonets

import (
	"fmt"
	"time"
)

// Quiet are the hours of each day in which nothing is tried again: from From
// (included) to To (not included) by the clocks of Zone. From may be later than
// To: then the night lies between them. A nil Quiet is never.
type Quiet struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Zone is an IANA zone.
	Zone string `json:"zone"`
}

// ParseClock reads a time of day as 08:00 into minutes.
func ParseClock(s string) (minutes int, err error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("%q is not a time of day; write one such as 08:00", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}

const day = 24 * time.Hour

// Until is the first moment behind t that is not quiet; zero when t itself is
// not. Hours that are not well formed are never quiet.
func (q *Quiet) Until(t time.Time) time.Time {
	if q == nil || t.IsZero() {
		return time.Time{}
	}
	from, err1 := ParseClock(q.From)
	to, err2 := ParseClock(q.To)
	zone, err3 := time.LoadLocation(q.Zone)
	if err1 != nil || err2 != nil || err3 != nil || from == to {
		return time.Time{}
	}
	start, end := time.Duration(from)*time.Minute, time.Duration(to)*time.Minute
	at := t.In(zone)
	// left is how long it stays quiet if the clocks go on evenly.
	left := func() time.Duration {
		now := clockTime(at)
		if (now-start+day)%day >= (end-start+day)%day {
			return 0
		}
		return (end - now + day) % day
	}
	for {
		rest := left()
		if rest == 0 {
			break
		}
		// Where the clocks are changed by then, it is looked at again.
		_, change := at.ZoneBounds()
		if end := at.Add(rest); change.IsZero() || change.After(end) {
			at = end
			break
		}
		at = change.In(zone)
	}
	if at.Equal(t) {
		return time.Time{}
	}
	return at.In(t.Location())
}

// EndAt tells whether t is when quiet hours end.
func (q *Quiet) EndAt(t time.Time) bool {
	return !t.IsZero() && q.Until(t.Add(-time.Nanosecond)).Equal(t)
}

// clockTime is what a clock shows, from midnight.
func clockTime(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// Shift is t, or the end of the quiet hours in which it lies.
func (q *Quiet) Shift(t time.Time) time.Time {
	if end := q.Until(t); !end.IsZero() {
		return end
	}
	return t
}
