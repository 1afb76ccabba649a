package store

import (
	"context"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/tally"
)

// base is what the rooms stand on.
func (s *Store) base() floor.Base {
	return floor.Base{
		Change: func(ctx context.Context, apply func(floor.Txn) error) error {
			return s.commits.run(ctx, queue.Maintain, func(t *txn) error { return apply(t) })
		},
		Many: func(t floor.Txn, a gonets.Action, runs []string) ([]string, map[gonets.Code]int, error) {
			if s.opt.Room.Full() {
				return nil, nil, dialect.ErrFull()
			}
			return t.(*txn).actMany(&a, runs)
		},
		Read:  func(ctx context.Context) pack.Reader { return s.reader(ctx) },
		Quick: func(ctx context.Context) pack.Reader { return s.quick(ctx) },
		Ask: func(ctx context.Context, read func(pack.Reader) error) error {
			q, end := s.ask(ctx)
			defer end()
			return q.wrap(read(q))
		},
		Wrap:    s.dialect.Wrap,
		Dialect: &s.dialect, Sealer: s.opt.Sealer, Clock: s.opt.Clock, Fits: s.opt.Room.Fits, Path: s.opt.Path,
	}
}

// Exec implements [floor.Txn].
func (t *txn) Exec(query string, args ...any) error { return t.exec(query, args...) }

// Changed implements [floor.Txn].
func (t *txn) Changed(query string, args ...any) (int64, error) { return t.changed(query, args...) }

// Now implements [floor.Txn].
func (t *txn) Now() time.Time { return t.now }

// Tally implements [floor.Txn].
func (t *txn) Tally() tally.Sum { return t.tally }
