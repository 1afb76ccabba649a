package calendar_test

import (
	"testing"
	"time"

	"gonets/internal/calendar"
)

func TestDayBeginsAlsoWhereClocksChangeAtMidnight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, want string }{
		{"Europe/Moscow", "2026-03-29", "2026-03-29T00:00:00+03:00"},
		{"America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00"},
		{"America/Santiago", "2026-04-05", "2026-04-05T00:00:00-04:00"},
		{"America/Havana", "2026-03-08", "2026-03-08T01:00:00-04:00"},
		{"America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"},
		{"Atlantic/Azores", "2026-03-29", "2026-03-29T01:00:00Z"},
		{"Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00Z"},
		{"Africa/Cairo", "2026-04-24", "2026-04-24T01:00:00+03:00"},
		{"Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00"},
		{"Asia/Beirut", "2026-10-25", "2026-10-25T00:00:00+02:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		got := calendar.DayStart(day.Year(), day.Month(), day.Day(), zone)
		if got.Format(time.RFC3339) != c.want {
			t.Errorf("%s in %s begins at %s, want %s", c.day, c.zone, got.Format(time.RFC3339), c.want)
		}
		if before := got.Add(-time.Nanosecond); before.Day() == day.Day() {
			t.Errorf("%s in %s is there before it begins: %s", c.day, c.zone, before)
		}
	}
	// Of every day in every year, in zones that change their clocks by night.
	for _, name := range []string{"America/Santiago", "America/Havana", "Atlantic/Azores", "Africa/Cairo", "Asia/Beirut", "America/Asuncion", "America/Sao_Paulo"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 366 * 20 {
			day := time.Date(2010, 1, 1+n, 0, 0, 0, 0, time.UTC)
			got := calendar.DayStart(day.Year(), day.Month(), day.Day(), zone)
			if got.Format(time.DateOnly) != day.Format(time.DateOnly) || got.Add(-time.Nanosecond).Format(time.DateOnly) == day.Format(time.DateOnly) {
				t.Errorf("%s in %s begins at %s", day.Format(time.DateOnly), name, got)
			}
		}
	}
}
