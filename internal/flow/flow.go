// Package flow is how runs of a scenario went from step to step.
package flow

import "time"

// Back is how far a flow looks back.
const Back = 24 * time.Hour

// Flow counts runs of a scenario that began lately.
type Flow struct {
	// Since is when the first one began that was looked at, or a day ago.
	Since time.Time
	// More says that further ones began within the day.
	More    bool
	Sources []Source
	Steps   []Step
}

// Source is how many of the runs events of a source began.
type Source struct {
	Name string
	Runs int
}

// Step is how many of the runs came to a step, and how many runs, however old,
// wait there for a person. Its path is that of the version.
type Step struct {
	Version int
	Path    string
	Runs    int
	Waiting int
}
