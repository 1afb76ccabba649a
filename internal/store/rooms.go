package store

import (
	"context"
	"time"

	"gonets"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/rooms"
)

// What the room of lanes keeps.
type (
	LaneRecord     = rooms.LaneRecord
	LaneChange     = rooms.LaneChange
	LaneChangeKind = rooms.LaneChangeKind
	LaneProbe      = rooms.LaneProbe
	LaneAction     = rooms.LaneAction
	LaneActionKind = rooms.LaneActionKind
	LaneWant       = rooms.LaneWant
	LaneCount      = rooms.LaneCount
)

// base is what the rooms stand on.
func (s *Store) base() rooms.Base {
	return rooms.Base{
		Change: func(ctx context.Context, apply func(rooms.Txn) error) error {
			return s.commits.run(ctx, queue.Maintain, func(t *txn) error { return apply(t) })
		},
		Many: func(t rooms.Txn, a gonets.Action, runs []string) ([]string, error) { return t.(*txn).actMany(&a, runs) },
		Read: func(ctx context.Context) pack.Reader { return s.reader(ctx) },
		Ask: func(ctx context.Context, read func(pack.Reader) error) error {
			q, end := s.ask(ctx)
			defer end()
			return q.wrap(read(q))
		},
		Wrap:    s.dialect.Wrap,
		Dialect: &s.dialect, Sealer: s.opt.Sealer, Clock: s.opt.Clock,
	}
}

// Exec implements [rooms.Txn].
func (t *txn) Exec(query string, args ...any) error { return t.exec(query, args...) }

// Changed implements [rooms.Txn].
func (t *txn) Changed(query string, args ...any) (int64, error) { return t.changed(query, args...) }

// Audit implements [rooms.Txn].
func (t *txn) Audit(actor, action, object, detail string) error {
	return t.audit(actor, action, object, detail)
}

// BumpConfig implements [rooms.Txn].
func (t *txn) BumpConfig() error { return t.bumpConfig() }

// Now implements [rooms.Txn].
func (t *txn) Now() time.Time { return t.now }
