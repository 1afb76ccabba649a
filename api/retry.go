package api

import (
	"time"

	"gonets"
)

// RetryPlan is what the rest of a run's tries becomes, in place of the policy of
// its step.
type RetryPlan struct {
	Delays      []string      `json:"delays,omitempty" minItems:"1" nullable:"false" doc:"Pauses before the next attempts: 5s, 30m, 2h, 7d; or exponential. In a run that waits the first one begins now; in one that is resumed, when its first attempt fails"`
	Exponential *RetryGrowth  `json:"exponential,omitempty" doc:"Growing pauses, instead of delays"`
	On          []string      `json:"on,omitempty" minItems:"1" nullable:"false" doc:"What is tried again: network, unknown, body, 4xx, 5xx, codes, ranges (500-503) and exclusions (!404). Left out, what the step says"`
	Quiet       *gonets.Quiet `json:"quiet,omitempty" doc:"Hours in which nothing is tried again. Left out, what the step says"`
	AnyTime     bool          `json:"any_time,omitempty" doc:"There are no quiet hours, whatever the step says"`
	Deadline    string        `json:"deadline,omitempty" doc:"No attempt is later than this after the change, or after the first attempt since a later resume; left out, there is no such end"`
}

// RetryGrowth is a growing pause.
type RetryGrowth struct {
	First  string  `json:"first" doc:"The first pause: 1s, 5m"`
	Factor float64 `json:"factor,omitempty" doc:"By how much each pause is longer than the one before; 2 when left out"`
	Max    string  `json:"max,omitempty" doc:"The longest pause; 7d when left out"`
	Tries  int     `json:"tries" doc:"How many attempts there are in all. In a run that waits, its last one is the first of them"`
}

// RetryPlanOf shows a change.
func RetryPlanOf(c *gonets.RetryChange) *RetryPlan {
	out := &RetryPlan{On: c.On, Quiet: c.Quiet, AnyTime: c.AnyTime}
	for _, d := range c.Delays {
		out.Delays = append(out.Delays, d.String())
	}
	if e := c.Exponential; e != nil {
		out.Exponential = &RetryGrowth{First: e.First.String(), Factor: e.Factor, Tries: e.Tries}
		if e.Max > 0 {
			out.Exponential.Max = e.Max.String()
		}
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
