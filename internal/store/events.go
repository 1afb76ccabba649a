package store

import (
	"context"

	"gonets"
	"gonets/internal/store/pack"
)

// pageBodies is how many bytes of large bodies [Store.EventsByID] reads.
const pageBodies = 1 << 20

// EventsByID returns the events that are still there, by id, as far as they can
// be read; large bodies are left out when there are many.
func (s *Store) EventsByID(ctx context.Context, ids []string) (map[string]gonets.Event, error) {
	ask, end := s.ask(ctx)
	defer end()
	found, err := pack.LoadEvents(ask, ids, pageBodies)
	if err != nil && found != nil && s.unreadable(ask.ctx, err) {
		s.opt.Logger.Error("events cannot be read whole", "error", err)
		return found, nil
	}
	return found, ask.wrap(err)
}
