package pack

import (
	"database/sql"
	"errors"
	"strings"

	"gonets"
	"gonets/internal/store/dialect"
)

// Reader is where rows come from, a transaction or what is beside it. Each hands over one after another; Row gives
// [sql.ErrNoRows] when there is none.
type Reader interface {
	Each(query string, args []any, row func(scan func(dest ...any) error) error) error
	Row(query string, args []any, dest ...any) error
	// Open decrypts what was sealed for a place.
	Open(sealed []byte, ad string) ([]byte, error)
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
	var out []T
	err := q.Each(query, args, func(row func(...any) error) error {
		v, err := scan(row)
		if err == nil {
			out = append(out, v)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// collectEach reads all rows of a query for so many ids. Where the disk has damaged some of
// them it reads the others all the same; the error tells of the damage.
func collectEach[T any](q Reader, query func(ids int) string, ids []string, scan func(func(...any) error) (T, error)) ([]T, error) {
	out, err := Collect(q, query(len(ids)), Args(ids), scan)
	if len(ids) == 1 || !dialect.Corrupt(err) {
		return out, err
	}
	var damage error
	for _, id := range ids {
		one, err := Collect(q, query(1), []any{id}, scan)
		if err != nil && !dialect.Corrupt(err) {
			return nil, err
		}
		out, damage = append(out, one...), errors.Join(damage, err)
	}
	return out, damage
}

// Each hands over what a query gave; whether that was all, the rows' own Err tells.
func Each(rows *sql.Rows, row func(scan func(dest ...any) error) error) error {
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return nil
}

// Texts reads a query of one text column.
func Texts(q Reader, query string, args ...any) ([]string, error) {
	return Collect(q, query, args, func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	})
}
