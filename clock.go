package gonets

import "time"

// Clock tells the time and makes timers. Everything that waits or stamps takes
// one, so tests and rehearsals can run hours of retries in milliseconds.
type Clock interface {
	// Now is the wall time, UTC, in millisecond precision: what the store keeps.
	Now() time.Time
	// NewTimer fires once after d of this clock's time.
	NewTimer(d time.Duration) Timer
}

// Timer is the part of time.Timer that the services use.
type Timer interface {
	C() <-chan time.Time
	Stop() bool
}

// SystemClock is the machine's clock. Speed above 1 makes waits that many
// times shorter and the wall clock run as much faster from Origin on; zero
// means real time. Only rehearsals and tests set it.
type SystemClock struct {
	Speed  float64
	Origin time.Time
}

// NewSystemClock returns a clock that runs speed times as fast as real time
// from this moment on.
func NewSystemClock(speed float64) SystemClock {
	return SystemClock{Speed: speed, Origin: time.Now()}
}

// Now implements [Clock].
func (c SystemClock) Now() time.Time {
	now := time.Now()
	if c.Speed > 0 && c.Speed != 1 {
		now = c.Origin.Add(time.Duration(float64(now.Sub(c.Origin)) * c.Speed))
	}
	return now.UTC().Truncate(time.Millisecond)
}

// NewTimer implements [Clock].
func (c SystemClock) NewTimer(d time.Duration) Timer {
	if c.Speed > 0 && c.Speed != 1 {
		d = time.Duration(float64(d) / c.Speed)
	}
	return systemTimer{time.NewTimer(d)}
}

type systemTimer struct{ *time.Timer }

func (t systemTimer) C() <-chan time.Time { return t.Timer.C }

// Stopwatch measures a short span on the machine's monotonic clock, in
// microseconds: what the millisecond steps of a [Clock] are too coarse for.
type Stopwatch struct{ start time.Time }

// StartStopwatch starts one now.
func StartStopwatch() Stopwatch { return Stopwatch{start: time.Now()} }

// Microseconds is what has passed since the start.
func (s Stopwatch) Microseconds() int64 { return time.Since(s.start).Microseconds() }

// Later is the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
