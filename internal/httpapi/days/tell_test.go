package days_test

import (
	"testing"
	"time"

	"gonets/internal/httpapi/days"
	"gonets/internal/reconciliation"
)

func TestDaysKeepTheirNamesWhereMidnightIsMissing(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	// That day begins at one.
	a := reconciliation.Question{From: time.Date(2026, 9, 6, 1, 0, 0, 0, zone), Until: time.Date(2026, 9, 8, 0, 0, 0, 0, zone), Zone: zone}
	if got := days.Tell(a, nil); got.From != "2026-09-06" || got.To != "2026-09-07" {
		t.Errorf("called %s to %s", got.From, got.To)
	}
	a.From, a.Until = a.From.AddDate(0, 0, -2), a.From
	if got := days.Tell(a, nil); got.To != "2026-09-05" {
		t.Errorf("up to the day before, it is called to %s", got.To)
	}
}
