// Package calendar tells when days begin.
package calendar

import "time"

// DayStart is the first moment of a day in a zone: where clocks are put forward at
// midnight that is no midnight, and where they are put back over midnight it is
// the first of two.
func DayStart(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	began, ends := t.ZoneBounds()
	if t.Day() != time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() && !ends.IsZero() {
		return ends
	}
	if began.IsZero() {
		return t
	}
	_, now := t.Zone()
	_, before := began.Add(-time.Nanosecond).Zone()
	if first := t.Add(time.Duration(now-before) * time.Second); before > now && first.Before(began) {
		return first
	}
	return t
}
