package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gonets"
)

const (
	// fewLines are written of each cause within fewSpan; the others are counted.
	fewLines = 10
	fewSpan  = time.Minute
	// maxCauses are told apart at a time; further ones share one count.
	maxCauses = 1_000
)

// Few writes lines of which there may be very many, a bounded number of each
// cause: an outage of a hundred thousand runs must not fill the disk. What it
// leaves out it counts, and says so when the cause's minute is over.
type Few struct {
	log   *slog.Logger
	clock gonets.Clock

	mu     sync.Mutex
	causes map[string]*fewOf
	swept  time.Time
}

// fewOf is what was written of a cause since its minute began.
type fewOf struct {
	since       time.Time
	lines, left int
	level       slog.Level
	what        string
}

// NewFew bounds what is written to a log.
func NewFew(log *slog.Logger, clock gonets.Clock) *Few {
	return &Few{log: log, clock: clock, causes: map[string]*fewOf{}, swept: clock.Now()}
}

// Log writes a line, unless there were enough of its cause. A cause is what
// such lines have in common: a place and a code, never an id.
func (f *Few) Log(level slog.Level, cause, what string, args ...any) {
	if f.take(level, cause, what) {
		f.log.Log(context.Background(), level, what, args...)
	}
}

func (f *Few) take(level slog.Level, cause, what string) bool {
	now := f.clock.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sweep(now)
	c := f.causes[cause]
	if c == nil && len(f.causes) >= maxCauses {
		cause = "other causes"
		c = f.causes[cause]
	}
	if c == nil {
		c = &fewOf{since: now, level: level, what: what}
		f.causes[cause] = c
	}
	if c.lines++; c.lines > fewLines {
		c.left++
		return false
	}
	return true
}

// Sweep says what was left out of causes whose minute is over. Who has a tick
// calls it; without one it is said with the next line.
func (f *Few) Sweep() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sweep(f.clock.Now())
}

func (f *Few) sweep(now time.Time) {
	// A clock that was set back must not keep causes for ever.
	if d := now.Sub(f.swept); d >= 0 && d < time.Second {
		return
	}
	f.swept = now
	for cause, c := range f.causes {
		if d := now.Sub(c.since); d >= 0 && d < fewSpan {
			continue
		}
		delete(f.causes, cause)
		if c.left > 0 {
			f.log.Log(context.Background(), c.level, "more lines like this were left out: "+c.what, "cause", cause, "left_out", c.left)
		}
	}
}
