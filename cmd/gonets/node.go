package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gonets"
	"gonets/internal/config"
	"gonets/internal/engine"
	"gonets/internal/hint"
	"gonets/internal/id"
	"gonets/internal/node"
	"gonets/internal/notify"
)

// fileNode holds a server's name among those that share a database.
const fileNode = "node.id"

// nodeName is this server's name: the same after every start, because it tells
// its own leases by it. Alone on its database a server needs none of its own.
func nodeName(cfg config.Config) (string, error) {
	if cfg.PostgresURL() == "" {
		return "", nil
	}
	path := filepath.Join(cfg.Data, fileNode)
	raw, err := os.ReadFile(path)
	if name := strings.TrimSpace(string(raw)); name != "" {
		return name, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", gonets.Errorf(gonets.CodeStoreFailed, "the node's name cannot be read: %w", err)
	}
	name := id.New()
	if err := writeFile(path, []byte(name+"\n")); err != nil {
		return "", gonets.Errorf(gonets.CodeStoreFailed, "the node's name cannot be kept: %w", err)
	}
	return name, nil
}

// keep makes this node's heart.
func (s *server) keep(clock *node.Clock, config *live, bus *notify.Bus) *node.Keeper {
	o := node.Options{Store: s.store, Real: gonets.SystemClock{}, Steady: running(), Log: s.log, Steer: clock.Steer,
		Freed:  func() { s.engine.Heed(hint.Hint{Work: true}) },
		Silent: func() { s.engine.Silence() },
		Jumped: func(by time.Duration) { s.jumps.Database(by) },
		Heard: func(h hint.Hint) {
			for _, id := range h.Answered {
				bus.Publish(gonets.Change{Kind: "event", ID: id, Event: id})
			}
			for _, name := range h.Drafts {
				bus.Publish(gonets.Change{Kind: "draft", ID: name})
			}
			if h.Erased {
				s.receiver.ForgetAll()
				s.checks.EndAll()
			}
			s.checks.End(h.Checks...)
			s.engine.Heed(h)
		},
		Changed: func(ctx context.Context) error {
			if err := config.Refresh(ctx); err != nil {
				return err
			}
			stopped, err := s.store.Stopped(ctx)
			if err != nil {
				return err
			}
			s.engine.Stopped(stopped)
			bus.Publish(gonets.Change{Kind: "config"})
			return nil
		}}
	return node.New(o, s.store.Epoch())
}

// tell gives the other nodes a hint, if there may be any.
func (s *server) tell(h hint.Hint) {
	if s.keeper != nil {
		s.keeper.Tell(h)
	}
}

// answers publishes to this process, and tells the other nodes of an answer for
// which nobody waits here, because its caller may wait there, and of drafts,
// because whoever edits the same one may.
type answers struct {
	*notify.Bus
	tell func(hint.Hint)
}

func (a answers) Publish(c gonets.Change) {
	a.Bus.Publish(c)
	if c.Answer != nil && !a.Awaited(c.Event) {
		a.tell(hint.Hint{Answered: []string{c.Event}})
	}
	if c.Kind == "draft" {
		a.tell(hint.Hint{Drafts: []string{c.ID}})
	}
}

// beating is the engine with its node's heart. The heart beats from before the
// engine's start, which needs the database's time, until its last commit; it
// takes over runs only when the engine has dealt with its own last life, because
// that one alone knows what was in flight.
type beating struct {
	heart  *node.Keeper
	engine *engine.Engine
}

func (b *beating) Name() string { return b.engine.Name() }

func (b *beating) Start(ctx context.Context) error {
	if err := b.heart.Start(ctx); err != nil {
		return err
	}
	if err := b.engine.Start(ctx); err != nil {
		return errors.Join(err, b.heart.Stop(ctx))
	}
	b.heart.Relieve()
	return nil
}

func (b *beating) Stop(ctx context.Context) error {
	return errors.Join(b.engine.Stop(ctx), b.heart.Stop(ctx))
}
