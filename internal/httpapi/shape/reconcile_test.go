package shape_test

import (
	"testing"
	"time"

	"gonets/internal/httpapi/shape"
)

func TestDaysAreWholeWhereMidnightIsMissing(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	r := shape.Reader{Zone: zone, Now: time.Date(2026, 9, 6, 12, 0, 0, 0, zone)}
	for _, c := range []struct {
		span        shape.Span
		from, until string
	}{
		{shape.Span{Days: 1}, "2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"},
		{shape.Span{Days: 2, To: "2026-09-05"}, "2026-09-04T00:00:00-04:00", "2026-09-06T01:00:00-03:00"},
		{shape.Span{From: "2026-09-06", To: "2026-09-07"}, "2026-09-06T01:00:00-03:00", "2026-09-08T00:00:00-03:00"},
	} {
		a, err := shape.Days(c.span, r)
		if err != nil || a.From.Format(time.RFC3339) != c.from || a.Until.Format(time.RFC3339) != c.until {
			t.Errorf("%+v is %s to %s, %v", c.span, a.From, a.Until, err)
		}
		if got := shape.Reconciliation(a, nil); c.span.To != "" && got.To != c.span.To || c.span.From != "" && got.From != c.span.From {
			t.Errorf("%+v is called %s to %s", c.span, got.From, got.To)
		}
	}
	for _, span := range []shape.Span{{From: "2026-09-07", To: "2026-09-06"}, {From: "2026-06-06"}, {To: "2026-9-6"}} {
		if a, err := shape.Days(span, r); err == nil {
			t.Errorf("%+v is %+v", span, a)
		}
	}
	if _, err := shape.Days(shape.Span{From: "2026-06-07"}, r); err != nil {
		t.Errorf("92 days: %v", err)
	}
}
