package pack

import (
	"database/sql"
	"strings"

	"gonets"
)

// Reader is where rows come from, a transaction or what is beside it. Rows is closed by the caller; Row gives
// [sql.ErrNoRows] when there is none.
type Reader interface {
	Rows(query string, args ...any) (*sql.Rows, error)
	Row(query string, args []any, dest ...any) error
}

// In is n placeholders for IN: ?,?,?.
func In(n int) string {
	if n == 0 {
		return "NULL"
	}
	return strings.Repeat("?,", n-1) + "?"
}

// Args turns values into arguments.
func Args[T any](in []T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}

// States turns states into arguments.
func States(in []gonets.RunState) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

// Collect reads all rows of a query.
func Collect[T any](q Reader, query string, args []any, scan func(func(...any) error) (T, error)) ([]T, error) {
	rows, err := q.Rows(query, args...)
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

// Texts reads a query of one text column.
func Texts(q Reader, query string, args ...any) ([]string, error) {
	return Collect(q, query, args, func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	})
}
