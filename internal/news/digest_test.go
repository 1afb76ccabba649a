package news

import (
	"testing"
	"time"

	"gonets/setting"
)

func TestDigestIsDueByTheClockOfTheZone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, at, day, now, want string
	}{
		"later today":              {"Europe/Berlin", "09:00", "", "2026-03-03T08:59:59+01:00", "2026-03-02T09:00:00+01:00"},
		"now":                      {"Europe/Berlin", "09:00", "", "2026-03-03T09:00:00+01:00", "2026-03-03T09:00:00+01:00"},
		"a day of the week":        {"Europe/Berlin", "18:30", "monday", "2026-03-08T23:00:00+01:00", "2026-03-02T18:30:00+01:00"},
		"that day, before it":      {"Europe/Berlin", "18:30", "monday", "2026-03-09T18:00:00+01:00", "2026-03-02T18:30:00+01:00"},
		"the clocks were moved":    {"Europe/Berlin", "09:00", "", "2026-03-29T20:00:00+02:00", "2026-03-29T09:00:00+02:00"},
		"an hour left out":         {"Europe/Berlin", "02:30", "", "2026-03-29T04:00:00+02:00", "2026-03-29T03:30:00+02:00"},
		"an hour that is twice":    {"Europe/Berlin", "02:30", "", "2026-10-25T02:45:00+01:00", "2026-10-25T02:30:00+01:00"},
		"the day before that":      {"Europe/Berlin", "09:00", "", "2026-03-29T08:59:59+02:00", "2026-03-28T09:00:00+01:00"},
		"before it comes again":    {"Europe/Berlin", "02:30", "", "2026-10-25T02:45:00+02:00", "2026-10-24T02:30:00+02:00"},
		"a midnight left out":      {"America/Santiago", "00:30", "", "2026-09-06T12:00:00-03:00", "2026-09-06T01:00:00-03:00"},
		"the day after":            {"America/Santiago", "00:30", "", "2026-09-07T00:10:00-03:00", "2026-09-06T01:00:00-03:00"},
		"on its day of the week":   {"America/Santiago", "00:30", "sunday", "2026-09-06T12:00:00-03:00", "2026-09-06T01:00:00-03:00"},
		"not on the day before":    {"America/Santiago", "00:30", "saturday", "2026-09-06T12:00:00-03:00", "2026-09-05T00:30:00-04:00"},
		"a midnight that is twice": {"America/Santiago", "23:30", "", "2026-04-04T23:45:00-04:00", "2026-04-04T23:30:00-03:00"},
		"no time of day":           {"Europe/Berlin", "9 am", "", "2026-03-03T09:00:00+01:00", "0001-01-01T00:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, _ := time.Parse(time.RFC3339, c.now)
		if got := DigestDue(setting.Rule{At: c.at, Day: c.day}, zone, now).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
