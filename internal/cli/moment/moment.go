// Package moment reads times as people write them on the command line, and writes
// spans of time.
package moment

import (
	"fmt"
	"time"

	"gonets"
)

// Read is a time span back from now, or a time; empty is none.
func Read(text string, now time.Time) (time.Time, error) {
	if d, err := gonets.ParseDuration(text); err == nil && text != "" {
		return now.Add(-d.D()), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil && text != "" {
		return at, fmt.Errorf("%s is no time; write 10m, 2h, 7d or 2026-03-01T12:00:00Z", text)
	}
	return at, nil
}

// End is the last second of a day, or a time; never is none.
func End(text string, zone *time.Location) (*time.Time, error) {
	if text == "never" {
		return nil, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	} else {
		at = at.AddDate(0, 0, 1).Add(-time.Second)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is no time; write 2027-03-01, 2027-03-01T12:00:00Z or never", text)
	}
	return &at, nil
}

// Span is a time span in its one or two largest units.
func Span(d time.Duration) string {
	switch {
	case d > 0 && d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", max(0.1, float64(d)/float64(time.Millisecond)))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		if m := int(d.Minutes()) % 60; m > 0 {
			return fmt.Sprintf("%d h %d min", int(d.Hours()), m)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours())/24)
}
