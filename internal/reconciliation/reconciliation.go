// Package reconciliation is the question whether it all adds up: what came in, and
// what became of it.
package reconciliation

import "time"

// Question asks for the days of a time.
type Question struct {
	// From and Until bound when events came, Until excluded; both are beginnings
	// of days.
	From, Until time.Time
	// Zone tells which days there are.
	Zone *time.Location
	// Source narrows to one source; empty does not.
	Source string
}

// Day is what came from one source on one day, in events, and how they
// stand now: an event with several runs counts once, as the run that is worst off.
type Day struct {
	// At is the day's beginning.
	At     time.Time
	Source string
	// Received were stored. Repeats were recognised as sent before, Rejected were
	// not believed; neither is in Received.
	Received, Repeats, Rejected int64
	// Waiting goes on by itself, Held when its scenario is started, Paused needs a
	// person. For Unused events no scenario was there. Expired were held for so
	// long that they were removed.
	Done, Skipped, Waiting, Held, Paused, Failed, Cancelled, Unused, Expired int64
	// Missing are runs that were made and neither succeeded nor are there.
	Missing int64
}

// AddsUp tells whether all that was received is accounted for.
func (d *Day) AddsUp() bool { return d.Missing == 0 && d.Received == d.Accounted() }

// Accounted is the sum of all that received events became.
func (d *Day) Accounted() int64 {
	return d.Done + d.Skipped + d.Waiting + d.Held + d.Paused + d.Failed + d.Cancelled + d.Unused + d.Expired
}
