package store

import (
	"context"
	"database/sql"
)

// reader reads what is committed.
type reader struct {
	ctx context.Context
	s   *Store
}

func (s *Store) reader(ctx context.Context) reader { return reader{ctx, s} }

// Rows implements [pack.Reader].
func (r reader) Rows(query string, args ...any) (*sql.Rows, error) {
	return r.s.readers.QueryContext(r.ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...)
}

// Row implements [pack.Reader].
func (r reader) Row(query string, args []any, dest ...any) error {
	return r.s.readers.QueryRowContext(r.ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...).Scan(dest...)
}
