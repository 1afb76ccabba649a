package store

import (
	"context"
	"database/sql"
	"strings"
)

// list is n placeholders for IN: ?,?,?.
func list(n int) string {
	if n == 0 {
		return "NULL"
	}
	return strings.Repeat("?,", n-1) + "?"
}

// anys turns text into arguments.
func anys[T any](in []T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}

// querier reads, inside the transaction or beside it.
type querier interface {
	rows(query string, args ...any) (*sql.Rows, error)
	row(query string, args []any, dest ...any) error
}

// reader reads what is committed.
type reader struct {
	ctx context.Context
	s   *Store
}

func (s *Store) reader(ctx context.Context) reader { return reader{ctx, s} }

func (r reader) rows(query string, args ...any) (*sql.Rows, error) {
	return r.s.readers.QueryContext(r.ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...)
}

func (r reader) row(query string, args []any, dest ...any) error {
	return r.s.readers.QueryRowContext(r.ctx, r.s.dialect.Bind(query), r.s.dialect.Args(args)...).Scan(dest...)
}

// collect reads all rows of a query.
func collect[T any](q querier, query string, args []any, scan func(func(...any) error) (T, error)) ([]T, error) {
	rows, err := q.rows(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// collectText reads a query of one text column.
func collectText(q querier, query string, args ...any) ([]string, error) {
	return collect(q, query, args, func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	})
}
