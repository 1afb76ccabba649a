package gonets

import (
	"encoding/json"
	"time"
)

// RetryChange is what a person set for the rest of one run's tries at one step,
// in place of the step's delays and deadline. What is tried again, and the quiet
// hours, stay the step's.
type RetryChange struct {
	// Path is the step's.
	Path string `json:"path,omitempty"`
	// Delays are the pauses before the next tries. In a run that waits the first
	// one begins with the change; in one that was resumed, with the failure of its
	// first try.
	Delays []Duration `json:"delays"`
	// Deadline ends the tries this long after the change, or after the first try
	// since a later resume.
	Deadline *Duration `json:"deadline,omitempty"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// String is the wish alone, to tell it from another one.
func (c *RetryChange) String() string {
	if c == nil {
		return ""
	}
	text, _ := json.Marshal(RetryChange{Delays: c.Delays, Deadline: c.Deadline}) // durations can be written
	return string(text)
}

// Policy is the retry policy of the run's step at a path: the step's own, or as
// a person changed it for this run.
func (r *Run) Policy(path string, own *Retry) Retry {
	p := own.OrDefault()
	if c := r.Retry; c != nil && c.Path == path {
		p.Delays, p.Exponential, p.Deadline = c.Delays, nil, c.Deadline
	}
	return p
}

// FirstTry is when the tries of the step at a path began, for their deadline.
func (r *Run) FirstTry(path string) time.Time {
	if c := r.Retry; c != nil && c.Path == path && c.At.After(r.StepAt) {
		return c.At
	}
	return r.StepAt
}

// RetryAgain is when a run whose tries a person changed at the time now is
// tried next.
func (r *Run) RetryAgain(p *Retry, now time.Time) time.Time {
	d, _ := p.Delay(1) // there is one: a change without delays is refused
	return p.Quiet.Shift(ceilMilli(now.Add(d + jitter(r.ID, r.Attempts, d))))
}
