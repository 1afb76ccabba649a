package service

import (
	"context"
	"sync"
	"time"

	"gonets"
)

// Loop is a service that works in turns.
type Loop struct {
	LoopOptions
	wake    chan struct{}
	works   sync.WaitGroup
	ctx     context.Context
	stopped context.CancelFunc
}

// LoopOptions say what a [Loop] does.
type LoopOptions struct {
	Title string
	// Turn does a part of the work; busy tells whether there may be more. Its
	// context ends when the service is stopped.
	Turn func(ctx context.Context) (busy bool)
	// Tick is the pause between turns while there is work, Idle else.
	Tick, Idle time.Duration
	Clock      gonets.Clock
}

// NewLoop makes a Loop.
func NewLoop(o LoopOptions) *Loop {
	l := &Loop{LoopOptions: o, wake: make(chan struct{}, 1)}
	l.ctx, l.stopped = context.WithCancel(context.Background())
	return l
}

// Name implements [Service].
func (l *Loop) Name() string { return l.Title }

// Start begins with the first turn.
func (l *Loop) Start(context.Context) error {
	l.works.Go(l.run)
	return nil
}

// Stop ends the work behind the commit that is under way.
func (l *Loop) Stop(ctx context.Context) error {
	l.stopped()
	done := make(chan struct{})
	go func() {
		l.works.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wake makes the next turn come at once.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *Loop) run() {
	for {
		wait := l.Idle
		if l.Turn(l.ctx) {
			wait = l.Tick
		}
		timer := l.Clock.NewTimer(wait)
		select {
		case <-timer.C():
		case <-l.wake:
			timer.Stop()
		case <-l.ctx.Done():
			timer.Stop()
			return
		}
	}
}
