package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gonets"
)

// dialect holds what differs between the databases; every other SQL text of
// the package is the subset that both understand.
type dialect struct {
	// bind turns ? placeholders into the database's own.
	bind func(query string) string
	// ddl fits a migration's text to the database.
	ddl func(text string) string
	// skipLocked ends the inner select of a claim.
	skipLocked string
	// begin opens a write transaction.
	begin string
	// freePages gives up to 1000 freed pages back to the file system; empty
	// where the database does that by itself.
	freePages string
	// unusedBytes asks how many bytes of the files hold nothing.
	unusedBytes string
	// classify says what an error of the database means for the committer.
	classify func(error) fault
}

// fault is what an error means for the operations of a batch.
type fault int

const (
	// faultOperation concerns the operation that met it and no other.
	faultOperation fault = iota
	// faultBusy means that the transaction could not get its lock.
	faultBusy
	// faultFull means that the disk is full; it may have room later.
	faultFull
	// faultFatal means that what the database says can no longer be trusted.
	faultFatal
)

func sqliteDialect() dialect {
	return dialect{
		bind:        func(q string) string { return q },
		ddl:         func(t string) string { return t },
		begin:       "BEGIN IMMEDIATE",
		freePages:   "PRAGMA incremental_vacuum(1000)",
		unusedBytes: `SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size`,
		classify:    classifySQLite,
	}
}

// classifySQLite: after one failed fsync SQLite goes on as if nothing had
// happened, while the kernel may have dropped the pages, so every I/O error on
// the writer ends the process.
func classifySQLite(err error) fault {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return faultOperation
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return faultFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return faultBusy
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM:
		return faultFatal
	}
	return faultOperation
}

// wrap turns an error of the database into one that callers understand; errors
// that already are stay.
func (d *dialect) wrap(err error) error {
	var ge *gonets.Error
	if err == nil || errors.As(err, &ge) {
		return err
	}
	e := &gonets.Error{Code: gonets.CodeInternal, Err: err,
		Message: "the database refused the operation; nothing was stored, see the server's log"}
	switch d.classify(err) {
	case faultBusy:
		e.Code, e.Message = gonets.CodeBusy, "the database is busy; nothing was stored, try again"
	case faultFull:
		e.Code, e.Message = gonets.CodeDiskFull,
			"the disk is full; nothing was stored, free some room and it goes on by itself"
	case faultFatal:
		e.Code, e.Message = gonets.CodeStoreFailed,
			"the database failed; it is unknown whether this was stored, the server has to start again"
	}
	return e
}

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
	return r.s.readers.QueryContext(r.ctx, r.s.dialect.bind(query), args...)
}

func (r reader) row(query string, args []any, dest ...any) error {
	return r.s.readers.QueryRowContext(r.ctx, r.s.dialect.bind(query), args...).Scan(dest...)
}

// collect reads all rows of a query.
func collect[T any](q querier, query string, args []any, scan func(func(...any) error) (T, error)) ([]T, error) {
	rows, err := q.rows(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
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

// cursor is the place of the last row of a page. Callers see opaque text.
type cursor struct {
	at int64
	id string
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.at, 10) + "/" + c.id))
}

func parseCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	at, id, ok := strings.Cut(string(b), "/")
	n, err2 := strconv.ParseInt(at, 10, 64)
	if err != nil || err2 != nil || !ok || id == "" {
		return cursor{}, &gonets.Error{Code: gonets.CodeInvalid,
			Message: fmt.Sprintf("%q is not a cursor of this list; begin again without one", s)}
	}
	return cursor{n, id}, nil
}
