package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gonets"
)

// reader reads what is committed.
type reader struct {
	ctx context.Context
	s   *Store
	db  *sql.DB
}

// reader reads for the server's own work.
func (s *Store) reader(ctx context.Context) reader { return reader{ctx, s, s.readers} }

// askLimit bounds an answer from the history, the wait for its turn included.
const askLimit = 15 * time.Second

// ask reads for somebody who looks into the history. However many ask at once,
// connections are left for the server's own work, and what was asked ends when
// whoever asked is gone.
func (s *Store) ask(ctx context.Context) (reader, context.CancelFunc) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.askLimit, errAskedTooMuch)
	return reader{ctx, s, s.askers}, cancel
}

var errAskedTooMuch = gonets.Errorf(gonets.CodeBusy,
	"the history did not answer in time; narrow the question, for example to a time or a scenario, or ask again later")

// wrap is the error for whoever asked.
func (r reader) wrap(err error) error {
	if err != nil && errors.Is(context.Cause(r.ctx), errAskedTooMuch) {
		return errAskedTooMuch
	}
	return r.s.dialect.Wrap(err)
}

// Rows implements [pack.Reader].
func (r reader) Rows(query string, args ...any) (*sql.Rows, error) {
	return r.db.QueryContext(r.ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...)
}

// Row implements [pack.Reader].
func (r reader) Row(query string, args []any, dest ...any) error {
	return r.db.QueryRowContext(r.ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...).Scan(dest...)
}
