// Package service is the contract of everything that lives as long as the
// server: it is started, it may fail for good, it is stopped, and somebody
// waits for its end.
package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Service is a part of the server that lives until it is stopped.
type Service interface {
	// Name is what the log and errors call it.
	Name() string
	// Start returns when the service works. ctx bounds the start alone: what
	// the service does afterwards ends with Stop, not with ctx.
	Start(ctx context.Context) error
	// Stop ends the service and returns when it has ended. When ctx ends
	// first, Stop drops what it can drop safely and returns soon after.
	Stop(ctx context.Context) error
}

// Failing is a service that can fail for good after its start, so that the
// whole server has to stop.
type Failing interface {
	// Fatal delivers the failure; closing it without one means nothing.
	Fatal() <-chan error
}

// Healthy is a service that can tell whether it works; nil is well.
type Healthy interface{ Health() error }

// grace is what a service gets once the group's deadline has passed: time to
// notice it and return.
const grace = time.Second

// Group runs services as one: they start in order and stop in reverse. A
// Group is used once. It is a Service itself.
type Group struct {
	name     string
	services []Service
	fatal    chan error

	mu       sync.Mutex
	started  []Service
	unwatch  context.CancelFunc
	watchers sync.WaitGroup
}

// NewGroup makes a group; later services may use the earlier ones.
func NewGroup(name string, services ...Service) *Group {
	return &Group{name: name, services: services, fatal: make(chan error, 1)}
}

// Name implements [Service].
func (g *Group) Name() string { return g.name }

// Fatal delivers the first fatal failure of any service.
func (g *Group) Fatal() <-chan error { return g.fatal }

// Start starts all services in order. When one fails, or ctx ends, those that
// were started are stopped in reverse (with a deadline of their own) and the
// failure is returned.
func (g *Group) Start(ctx context.Context) error {
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	g.mu.Lock()
	g.unwatch = cancel
	g.mu.Unlock()
	for _, s := range g.services {
		err := ctx.Err()
		if err == nil {
			err = s.Start(ctx)
		}
		if err != nil {
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), startFailureStop)
			defer cancel()
			return errors.Join(fmt.Errorf("%s did not start: %w", s.Name(), err), g.Stop(stop))
		}
		g.mu.Lock()
		g.started = append(g.started, s)
		g.mu.Unlock()
		if f, ok := s.(Failing); ok {
			g.watchers.Go(func() { g.watch(watch, s.Name(), f.Fatal()) })
		}
	}
	return nil
}

// startFailureStop bounds the stop of what was started before a failure.
const startFailureStop = 10 * time.Second

func (g *Group) watch(ctx context.Context, name string, fatal <-chan error) {
	select {
	case <-ctx.Done():
	case err, ok := <-fatal:
		if !ok || err == nil {
			return
		}
		select {
		case g.fatal <- fmt.Errorf("%s failed: %w", name, err):
		default: // an earlier failure is on its way already
		}
	}
}

// Stop stops the started services in reverse order and returns their errors
// joined. ctx is the deadline of all together; a service that is reached after
// it, or that overstays it, gets one second more and is then left behind.
func (g *Group) Stop(ctx context.Context) error {
	g.mu.Lock()
	started, unwatch := g.started, g.unwatch
	g.started = nil
	g.mu.Unlock()
	if unwatch != nil {
		unwatch()
	}
	g.watchers.Wait()
	var errs []error
	for i := len(started) - 1; i >= 0; i-- {
		if err := stopOne(ctx, started[i]); err != nil {
			errs = append(errs, fmt.Errorf("%s did not stop cleanly: %w", started[i].Name(), err))
		}
	}
	return errors.Join(errs...)
}

func stopOne(ctx context.Context, s Service) error {
	// One goroutine outlives this call only when the service ignores its
	// deadline; the process is then about to exit.
	done := make(chan error, 1)
	go func() { done <- s.Stop(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return fmt.Errorf("still busy %v after the deadline", grace)
	}
}

// Health is the first failure that a started service reports; before Start
// and after Stop the group is not healthy.
func (g *Group) Health() error {
	g.mu.Lock()
	started := g.started
	g.mu.Unlock()
	if len(started) < len(g.services) {
		return errors.New("not all services are started")
	}
	for _, s := range started {
		if h, ok := s.(Healthy); ok {
			if err := h.Health(); err != nil {
				return fmt.Errorf("%s: %w", s.Name(), err)
			}
		}
	}
	return nil
}

// Run starts the services, waits until ctx ends or a service fails for good,
// and stops them within the given time. It returns the fatal failure, the
// start's failure or what went wrong in stopping; nil after a clean stop.
func (g *Group) Run(ctx context.Context, stopWithin time.Duration) error {
	if err := g.Start(ctx); err != nil {
		return err
	}
	var fatal error
	select {
	case <-ctx.Done():
	case fatal = <-g.fatal:
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(fatal, g.Stop(stop))
}
