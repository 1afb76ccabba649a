package news

import (
	"testing"
	"time"

	"gonets/setting"
)

func TestDigestIsDueByTheClockOfTheZone(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		at, day, now, want string
	}{
		"later today":           {"09:00", "", "2026-03-03T08:59:59+01:00", "2026-03-02T09:00:00+01:00"},
		"now":                   {"09:00", "", "2026-03-03T09:00:00+01:00", "2026-03-03T09:00:00+01:00"},
		"a day of the week":     {"18:30", "monday", "2026-03-08T23:00:00+01:00", "2026-03-02T18:30:00+01:00"},
		"that day, before it":   {"18:30", "monday", "2026-03-09T18:00:00+01:00", "2026-03-02T18:30:00+01:00"},
		"the clocks were moved": {"09:00", "", "2026-03-29T20:00:00+02:00", "2026-03-29T09:00:00+02:00"},
		"an hour left out":      {"02:30", "", "2026-03-29T04:00:00+02:00", "2026-03-29T03:30:00+02:00"},
		"an hour that is twice": {"02:30", "", "2026-10-25T02:45:00+01:00", "2026-10-25T02:30:00+01:00"},
		"no time of day":        {"9 am", "", "2026-03-03T09:00:00+01:00", "0001-01-01T00:00:00Z"},
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		if got := DigestDue(setting.Rule{At: c.at, Day: c.day}, berlin, now).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
