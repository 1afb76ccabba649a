package gonets

import (
	"strconv"
	"strings"
	"time"
)

// LaneInfo is what a node's memory holds for one destination.
type LaneInfo struct {
	Name string `json:"name"`
	// Active counts requests on their way, Limit their places.
	Active int `json:"active"`
	Limit  int `json:"limit"`
	// Queued counts runs that wait in memory.
	Queued int `json:"queued"`
	// Backlog is true while the database holds more that is due.
	Backlog bool `json:"backlog"`
}

// LaneLimits are what an installation sets for one destination.
type LaneLimits struct {
	// Concurrency is how many requests may be on their way at once; 0 is the
	// usual number.
	Concurrency int `json:"concurrency,omitempty"`
	// Rate is how many may begin; empty is without limit.
	Rate Rate `json:"rate,omitempty"`
	// Open keeps the lane from closing, however often the destination fails.
	Open bool `json:"open,omitempty"`
}

// Rate is so many in a second, minute or hour, such as 10/s, 30/m or 100/h.
type Rate string

// Every is how far apart they are, evenly spread; ok is false when it is no rate.
func (r Rate) Every() (d time.Duration, ok bool) {
	number, unit, _ := strings.Cut(string(r), "/")
	n, err := strconv.Atoi(number)
	per := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	if err != nil || per == 0 || n < 1 || n > MaxLaneRate || number[0] == '+' {
		return 0, false
	}
	return (per + time.Duration(n) - 1) / time.Duration(n), true
}
