// Package space is the room of the store for how much it holds.
package space

import (
	"context"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// Space is the room.
type Space struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *Space { return &Space{b} }

// maxCount is where counting stops.
const maxCount = 10_000

// countable are the unfinished states with the condition of the index that
// counts them.
var countable = [...]struct {
	state gonets.RunState
	index string
}{
	{gonets.RunHeld, filter.IndexedState}, {gonets.RunQueued, filter.IndexedState}, {gonets.RunRunning, "node IS NOT NULL"},
	{gonets.RunWaiting, filter.IndexedState}, {gonets.RunPaused, filter.IndexedState},
}

// Stats counts unfinished runs, each state up to 10 000, and the bytes of the
// database: SizeBytes is what live data takes, so that it falls as rows are
// removed; FreeBytes is what the file holds beyond that, to be used again. The
// log counts in neither.
func (s *Space) Stats(ctx context.Context) (gonets.StoreStats, error) {
	out := gonets.StoreStats{Runs: map[gonets.RunState]int{}}
	err := s.base.Ask(ctx, func(r pack.Reader) error {
		for _, c := range countable {
			var n int
			err := r.Row(`SELECT count(*) FROM (SELECT 1 FROM runs WHERE state = ? AND `+c.index+` LIMIT ?) c`,
				[]any{string(c.state), maxCount}, &n)
			if err != nil {
				return err
			}
			out.Runs[c.state] = n
		}
		if err := r.Row(s.base.Dialect.UnusedBytes, nil, &out.FreeBytes); err != nil {
			return err
		}
		return r.Row(s.base.Dialect.UsedBytes, nil, &out.SizeBytes)
	})
	return out, err
}
