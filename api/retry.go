package api

import (
	"time"

	"gonets"
)

// RetryPlan is what the rest of a run's tries becomes, in place of the delays and
// the deadline of its step.
type RetryPlan struct {
	Delays   []string `json:"delays" minItems:"1" nullable:"false" doc:"Pauses before the next tries: 5s, 30m, 2h, 7d. In a run that waits the first one begins now; in one that is resumed, when its first try fails"`
	Deadline string   `json:"deadline,omitempty" doc:"No try is later than this after the change, or after the first try since a later resume; left out, there is no such end"`
}

// RetryPlanOf shows a change.
func RetryPlanOf(c *gonets.RetryChange) *RetryPlan {
	out := &RetryPlan{Delays: []string{}}
	for _, d := range c.Delays {
		out.Delays = append(out.Delays, d.String())
	}
	if c.Deadline != nil {
		out.Deadline = c.Deadline.String()
	}
	return out
}

// RetryChanged is what a person set, and when.
type RetryChanged struct {
	RetryPlan
	By string    `json:"by,omitempty"`
	At time.Time `json:"at"`
}
