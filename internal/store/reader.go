package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
)

// reader reads what is committed.
type reader struct {
	Sealer
	ctx context.Context
	s   *Store
	db  *sql.DB
	// limit bounds a read of a shared database; quick ones show whether it answers.
	limit time.Duration
	quick bool
}

// ownLimit bounds what the server reads for its own work, which may be much.
const ownLimit = 15 * time.Second

// reader reads for the server's own work.
func (s *Store) reader(ctx context.Context) reader {
	return reader{s.opt.Sealer, ctx, s, s.readers, ownLimit, false}
}

// quick reads the little that an event's caller waits for.
func (s *Store) quick(ctx context.Context) reader {
	return reader{s.opt.Sealer, ctx, s, s.hasty, dialect.AnswerLimit, true}
}

// askLimit bounds an answer from the history, the wait for its turn included.
const askLimit = 15 * time.Second

// ask reads for somebody who looks into the history. However many ask at once,
// connections are left for the server's own work, and what was asked ends when
// whoever asked is gone.
func (s *Store) ask(ctx context.Context) (reader, context.CancelFunc) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.askLimit, errAskedTooMuch)
	return reader{s.opt.Sealer, ctx, s, s.askers, s.askLimit, false}, cancel
}

var errAskedTooMuch = gonets.Errorf(gonets.CodeBusy,
	"the history did not answer in time; narrow the question, for example to a time or a scenario, or ask again later")

// wrap is the error for whoever asked.
func (r reader) wrap(err error) error {
	if err != nil && errors.Is(context.Cause(r.ctx), errAskedTooMuch) {
		return errAskedTooMuch
	}
	return r.s.dialect.WrapRead(err)
}

func (r reader) within(read func(context.Context) error) error {
	if !r.s.dialect.Shared {
		return read(r.ctx)
	}
	return r.s.reach.Read(r.ctx, r.limit, r.quick, read)
}

// Each implements [pack.Reader].
func (r reader) Each(query string, args []any, row func(scan func(dest ...any) error) error) error {
	return r.within(func(ctx context.Context) error {
		rows, err := r.db.QueryContext(ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		if err := pack.Each(rows, row); err != nil {
			return err
		}
		return rows.Err()
	})
}

// Row implements [pack.Reader].
func (r reader) Row(query string, args []any, dest ...any) error {
	return r.within(func(ctx context.Context) error {
		return r.db.QueryRowContext(ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...).Scan(dest...)
	})
}
