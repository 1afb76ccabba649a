package days_test

import (
	"testing"
	"time"

	"gonets/internal/httpapi/days"
)

func TestDaysAreWholeWhereMidnightIsMissing(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 9, 6, 12, 0, 0, 0, zone)
	for _, c := range []struct {
		span        days.Span
		from, until string
	}{
		{days.Span{Days: 1}, "2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"},
		{days.Span{Days: 2, To: "2026-09-05"}, "2026-09-04T00:00:00-04:00", "2026-09-06T01:00:00-03:00"},
		{days.Span{From: "2026-09-06", To: "2026-09-07"}, "2026-09-06T01:00:00-03:00", "2026-09-08T00:00:00-03:00"},
	} {
		a, err := days.Ask(c.span, now, zone)
		if err != nil || a.From.Format(time.RFC3339) != c.from || a.Until.Format(time.RFC3339) != c.until {
			t.Errorf("%+v is %s to %s, %v", c.span, a.From, a.Until, err)
		}
	}
	for _, span := range []days.Span{{From: "2026-09-07", To: "2026-09-06"}, {From: "2026-06-06"}, {To: "2026-9-6"}} {
		if a, err := days.Ask(span, now, zone); err == nil {
			t.Errorf("%+v is %+v", span, a)
		}
	}
	if _, err := days.Ask(days.Span{From: "2026-06-07"}, now, zone); err != nil {
		t.Errorf("92 days: %v", err)
	}
}
