// Package testkit holds what the tests of several packages share. Only tests
// import it.
package testkit

import (
	"sync"
	"time"

	"gonets"
)

// Clock is a clock that moves only when a test says so. Timers fire in the
// order of their times, those of one moment in the order of their making. It
// may be used by several goroutines at once.
type Clock struct {
	mu      sync.Mutex
	changed *sync.Cond
	now     time.Time
	seq     int
	timers  []*timer
}

type timer struct {
	clock *Clock
	due   time.Time
	seq   int
	c     chan time.Time
}

// Start is the time at which every new [Clock] stands.
func Start() time.Time { return time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC) }

// NewClock returns a clock that stands at [Start].
func NewClock() *Clock {
	c := &Clock{now: Start()}
	c.changed = sync.NewCond(&c.mu)
	return c
}

// Now implements [gonets.Clock].
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now.Truncate(time.Millisecond)
}

// NewTimer implements [gonets.Clock]. A timer of no time fires at once.
func (c *Clock) NewTimer(d time.Duration) gonets.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	t := &timer{clock: c, due: c.now.Add(d), seq: c.seq, c: make(chan time.Time, 1)}
	if d <= 0 {
		t.c <- c.now
		return t
	}
	c.timers = append(c.timers, t)
	c.changed.Broadcast()
	return t
}

// Advance moves the clock by d and fires what falls due on the way, each timer
// at its own time.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	end := c.now.Add(d)
	for {
		t := c.first()
		if t == nil || t.due.After(end) {
			break
		}
		c.now = t.due
		c.remove(t)
		t.c <- c.now
	}
	c.now = end
}

// Next is when the earliest waiting timer falls due; ok is false when none
// waits.
func (c *Clock) Next() (due time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.first()
	if t == nil {
		return time.Time{}, false
	}
	return t.due, true
}

// AwaitTimers blocks until at least n timers wait: until the code under test
// has gone to sleep. Call it before Advance. When they never do, the test runs
// into its time limit and the dump of goroutines shows where it stands.
func (c *Clock) AwaitTimers(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.timers) < n {
		c.changed.Wait()
	}
}

func (c *Clock) first() *timer {
	var first *timer
	for _, t := range c.timers {
		if first == nil || t.due.Before(first.due) || t.due.Equal(first.due) && t.seq < first.seq {
			first = t
		}
	}
	return first
}

// remove takes t out; it reports false when t does not wait any more.
func (c *Clock) remove(t *timer) bool {
	for i, o := range c.timers {
		if o == t {
			c.timers = append(c.timers[:i], c.timers[i+1:]...)
			return true
		}
	}
	return false
}

// C implements [gonets.Timer].
func (t *timer) C() <-chan time.Time { return t.c }

// Stop implements [gonets.Timer]: true when it kept the timer from firing.
func (t *timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.clock.remove(t)
}
