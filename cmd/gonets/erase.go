package main

import (
	"context"

	"gonets"
	"gonets/internal/erase"
	"gonets/internal/hint"
	"gonets/internal/notify"
	"gonets/internal/secret"
)

// eraser removes one person from everything that is kept.
func (s *server) eraser(keys *secret.Keyring, bus *notify.Bus) *erase.Service {
	return erase.New(erase.Options{
		Jobs: s.store, Shelves: s.store, Owner: s.store.Node(), Clock: s.clock, Log: s.log, MAC: keys.MAC,
		Forget: func() {
			s.receiver.ForgetAll()
			s.tell(hint.Hint{Erased: true})
			s.checks.EndAll()()
		},
		Cancel: func(ctx context.Context, run, actor string) error {
			ended, err := s.store.Act(ctx, gonets.Action{Kind: gonets.ActionCancel, RunID: run, Actor: actor, At: s.clock.Now()})
			if err != nil {
				return err
			}
			s.engine.Abort(run)
			bus.Publish(gonets.Change{Kind: "run", ID: run, Event: ended.EventID, State: ended.State})
			return nil
		},
	})
}
