package node

import (
	"sync/atomic"
	"time"

	"gonets"
)

// Clock is a clock that the database's steers: all nodes live in its time.
type Clock struct {
	// Clock makes the timers, and tells the time of a server that is alone.
	gonets.Clock
	// Real is this machine's clock.
	Real gonets.Clock
	// Speed is how much faster than real the time runs; 0 and 1 are real time.
	Speed float64

	// ahead is how far the database's clock is ahead of Real.
	ahead atomic.Int64
	// origin is when the fast time began, by the database's clock.
	origin atomic.Pointer[time.Time]
}

// steerFrom is the least difference that is worth a step.
const steerFrom = 5 * time.Millisecond

// Steer moves the clock to where the database's stands.
func (c *Clock) Steer(ahead time.Duration) {
	if (ahead - time.Duration(c.ahead.Load())).Abs() >= steerFrom {
		c.ahead.Store(int64(ahead))
	}
}

// Begin makes the time run fast from a moment on that all nodes have in common;
// now is the database's time at present.
func (c *Clock) Begin(origin, now time.Time) {
	c.Steer(now.Sub(c.Real.Now()))
	c.origin.Store(&origin)
}

// Now implements [gonets.Clock].
func (c *Clock) Now() time.Time {
	ahead := time.Duration(c.ahead.Load())
	origin := c.origin.Load()
	if origin == nil {
		return c.Clock.Now().Add(ahead).Truncate(time.Millisecond)
	}
	since := c.Real.Now().Add(ahead).Sub(*origin)
	return origin.Add(time.Duration(float64(since) * c.Speed)).UTC().Truncate(time.Millisecond)
}
