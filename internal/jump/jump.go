// Package jump notices that this machine's clock was set, or that the machine slept,
// and tells that the database's went otherwise.
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
	// Jumped is called with each jump.
	Jumped func(ctx context.Context, j Jump)
}

// Jump is how far a clock went ahead; below 0, back.
type Jump struct {
	By time.Duration
	// Database is true when it was the database's clock that went ahead of this
	// machine's.
	Database bool
}

// Watch compares the two clocks. It is a service.
type Watch struct {
	*service.Loop
	o Options
	// wall and steady are the times of the last look.
	wall   time.Time
	steady time.Duration
	last   atomic.Pointer[past]
	// database is how far the database's clock went ahead, in nanoseconds, and nobody told yet.
	database atomic.Int64
}

// past is a jump with when it was, by the steady clock.
type past struct {
	Jump
	at time.Duration
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
		w.tell(ctx, Jump{By: by})
	}
	if by := time.Duration(w.database.Swap(0)); by != 0 {
		w.tell(ctx, Jump{By: by, Database: true})
	}
	return false
}

func (w *Watch) tell(ctx context.Context, j Jump) {
	w.last.Store(&past{j, w.o.Steady()})
	w.o.Jumped(ctx, j)
}

// Database takes in that the database's clock went ahead, or back. It is told with
// the next look: who notices has no time for that.
func (w *Watch) Database(by time.Duration) { w.database.Add(int64(by)) }

// Lately says in a sentence that a clock jumped within the last day; empty when
// it did not.
func (w *Watch) Lately() string {
	j := w.last.Load()
	if j == nil || w.o.Steady()-j.at > mattered {
		return ""
	}
	whose, way := "This server's own clock", "ahead"
	if j.Database {
		whose = "Beside this machine's, the clock of the database, by which this server goes,"
	}
	if j.By < 0 {
		way = "back"
	}
	return fmt.Sprintf("%s went %s by %s, %s ago.", whose, way, j.By.Abs().Round(time.Second), (w.o.Steady() - j.at).Round(time.Second))
}
