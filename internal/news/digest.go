package news

import (
	"strings"
	"time"

	"gonets"
	"gonets/internal/calendar"
	"gonets/setting"
)

// Summary is what a digest tells of a span of time.
type Summary struct {
	From, To time.Time
	// Scenarios are those with something to tell, the worst first.
	Scenarios []ScenarioSum
	// Open are the troubles that last, Over those that ended meanwhile.
	Open, Over []Trouble
	// Paused are the runs that wait for a person, those of scenarios that are not
	// listed included.
	Paused gonets.RunCount
}

// ScenarioSum is what became of a scenario's runs.
type ScenarioSum struct {
	Scenario string
	// Done succeeded and Bad came to a bad end in the time; Waiting and Paused is
	// how it is now.
	Done, Bad       int
	Waiting, Paused gonets.RunCount
}

// Nothing tells whether there is nothing to tell.
func (s *Summary) Nothing() bool {
	return len(s.Scenarios) == 0 && len(s.Open) == 0 && len(s.Over) == 0 && s.Paused.N == 0
}

// DigestDue is when the last digest was due before a time, or at it: each day,
// or on the rule's day of the week, by the clock of a zone.
func DigestDue(r setting.Rule, zone *time.Location, now time.Time) time.Time {
	clock, err := gonets.ParseClock(r.At)
	if err != nil {
		return time.Time{} // it was checked before
	}
	local := now.In(zone)
	for back := range 15 {
		year, month, day := local.Date()
		day -= back
		t := time.Date(year, month, day, clock/60, clock%60, 0, 0, zone)
		// Where the day's first hour is left out, a time in it would be of the day before.
		t = gonets.Later(t, calendar.DayStart(year, month, day, zone))
		if !t.After(now) && (r.Day == "" || strings.EqualFold(t.Weekday().String(), r.Day)) {
			return t
		}
	}
	return time.Time{}
}
