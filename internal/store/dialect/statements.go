package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"iter"
	"maps"
)

// Statements are those of one connection, prepared when first used and kept.
// One goroutine uses them at a time.
type Statements struct {
	dialect *Dialect
	known   map[string]*sql.Stmt
	// bare are those that the driver executes without database/sql between,
	// which would make each argument again.
	bare map[string]driver.StmtExecContext
	// values are the arguments of the one that is executed.
	values []driver.NamedValue
}

// NewStatements are for a connection to a database of d's kind.
func NewStatements(d *Dialect) *Statements {
	return &Statements{dialect: d, known: map[string]*sql.Stmt{}, bare: map[string]driver.StmtExecContext{}}
}

// maxStatements bounds the prepared statements: texts with lists of different
// lengths would pile up.
const maxStatements = 256

// Prepared are the texts of those that are prepared.
func (s *Statements) Prepared() iter.Seq[string] {
	return func(yield func(string) bool) {
		for text := range maps.Keys(s.known) {
			if !yield(text) {
				return
			}
		}
		for text := range maps.Keys(s.bare) {
			if !yield(text) {
				return
			}
		}
	}
}

// Close lets all go; more can be prepared afterwards.
func (s *Statements) Close() {
	for text, st := range s.known {
		_ = st.Close()
		delete(s.known, text)
	}
	for text, st := range s.bare {
		_ = st.(driver.Stmt).Close()
		delete(s.bare, text)
	}
}

// Prepare is for what gives rows.
func (s *Statements) Prepare(ctx context.Context, conn *sql.Conn, query string) (*sql.Stmt, error) {
	if st := s.known[query]; st != nil {
		return st, nil
	}
	st, err := conn.PrepareContext(ctx, s.dialect.Bind(query))
	if err != nil {
		return nil, err
	}
	s.known[query] = st
	return st, nil
}

// Exec executes a statement with the arguments of rows, of which each gives
// those that m takes, and counts the rows that it met. m is nil for one row of
// arguments as they are.
func (s *Statements) Exec(ctx context.Context, conn *sql.Conn, query string, m *Many, rows ...[]any) (met int64, err error) {
	if len(s.known)+len(s.bare) >= maxStatements {
		s.Close()
	}
	if s.dialect.Shared {
		var args []any
		for _, row := range rows {
			args = append(args, m.Arguments(row)...)
		}
		ctx, cancel := s.dialect.Within(ctx, size(args))
		defer cancel()
		st, err := s.Prepare(ctx, conn, query) //nolint:sqlclosecheck // kept for the connection's life
		if err != nil {
			return 0, err
		}
		r, err := st.ExecContext(ctx, s.dialect.Args(args)...)
		if err != nil {
			return 0, err
		}
		return r.RowsAffected()
	}
	s.values = s.values[:0]
	for _, row := range rows {
		if err := s.take(m, row); err != nil {
			return 0, err
		}
	}
	err = conn.Raw(func(dc any) error {
		st := s.bare[query]
		if st == nil {
			made, err := dc.(driver.ConnPrepareContext).PrepareContext(ctx, s.dialect.Bind(query))
			if err != nil {
				return err
			}
			st = made.(driver.StmtExecContext)
			s.bare[query] = st
		}
		r, err := st.ExecContext(ctx, s.values)
		if err != nil {
			return err
		}
		met, err = r.RowsAffected()
		return err
	})
	clear(s.values) // they may be large
	return met, err
}

// size is about how many bytes arguments have.
func size(args []any) (n int) {
	for _, a := range args {
		switch v := a.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		}
	}
	return n
}

// take adds a row's arguments to the values.
func (s *Statements) take(m *Many, row []any) error {
	if m == nil || m.Order == nil {
		for _, v := range row {
			if err := s.add(v); err != nil {
				return err
			}
		}
		return nil
	}
	for _, at := range m.Order {
		if err := s.add(row[at]); err != nil {
			return err
		}
	}
	return nil
}

// add makes an argument one of those that drivers know.
func (s *Statements) add(v any) (err error) {
	switch n := v.(type) {
	case nil, string, []byte, int64:
	case int:
		v = int64(n)
	default:
		if v, err = driver.DefaultParameterConverter.ConvertValue(v); err != nil {
			return err
		}
	}
	s.values = append(s.values, driver.NamedValue{Ordinal: len(s.values) + 1, Value: v})
	return nil
}
