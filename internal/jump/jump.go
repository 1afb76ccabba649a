// Package jump notices that this machine's clock was set, or that the machine slept.
package jump

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"gonets"
	"gonets/internal/service"
)

const (
	// Least is the least jump that is told: what a time service puts right bit by
	// bit is none.
	Least = 5 * time.Second
	// Every is how often the clocks are compared.
	Every = time.Second
	// mattered is for how long a jump may explain that others' times are wrong.
	mattered = 24 * time.Hour
)

// Options are a watch's parts; all are needed.
type Options struct {
	// Wall is the clock that somebody may set; its timers are those of the steady one.
	Wall gonets.Clock
	// Steady is how long a clock has been running that nobody can set.
	Steady func() time.Duration
	// Jumped is called with how far ahead the wall clock went; below 0, back.
	Jumped func(ctx context.Context, by time.Duration)
}

// Watch compares the two clocks. It is a service.
type Watch struct {
	*service.Loop
	o Options
	// wall and steady are the times of the last look.
	wall   time.Time
	steady time.Duration
	last   atomic.Pointer[jump]
}

type jump struct {
	by time.Duration
	at time.Duration // by the steady clock
}

// New makes a watch; the first look is now.
func New(o Options) *Watch {
	w := &Watch{o: o, wall: o.Wall.Now(), steady: o.Steady()}
	w.Loop = service.NewLoop(service.LoopOptions{Title: "clock", Turn: w.look, Tick: Every, Idle: Every, Clock: o.Wall})
	return w
}

func (w *Watch) look(ctx context.Context) (busy bool) {
	wall, steady := w.o.Wall.Now(), w.o.Steady()
	by := wall.Sub(w.wall) - (steady - w.steady)
	w.wall, w.steady = wall, steady
	if by.Abs() > Least {
		w.last.Store(&jump{by, steady})
		w.o.Jumped(ctx, by)
	}
	return false
}

// Lately says in a sentence that the clock jumped within the last day; empty when
// it did not.
func (w *Watch) Lately() string {
	j := w.last.Load()
	if j == nil || w.o.Steady()-j.at > mattered {
		return ""
	}
	way := "ahead"
	if j.by < 0 {
		way = "back"
	}
	return fmt.Sprintf("This server's own clock went %s by %s, %s ago.", way, j.by.Abs().Round(time.Second), (w.o.Steady() - j.at).Round(time.Second))
}
