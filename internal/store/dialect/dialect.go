// Package dialect holds what differs between databases, and what it takes to
// open one. Every other SQL text is the subset that all of them understand.
package dialect

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gonets"
)

// Dialect is one database's way.
type Dialect struct {
	// Bind turns ? placeholders into the database's own.
	Bind func(query string) string
	// Args fits arguments to the database; it may change the slice.
	Args func([]any) []any
	// DDL fits a migration's text to the database.
	DDL func(text string) string
	// Shared is true where several nodes work on one database. Then the
	// database's clock counts, and it may go away and come back.
	Shared bool
	// PickOpen and PickClose stand around the inner select of a claim.
	PickOpen, PickClose string
	// OrderedBefore tells whether run o goes before run c of the same order key.
	OrderedBefore string
	// Lock ends a select of runs r that are changed next, SkipLocked one that
	// passes over those that others are about to change.
	Lock, SkipLocked string
	// ReadLock ends a select whose row must stay as it was read until the end
	// of the transaction.
	ReadLock string
	// Now is the database's own time in milliseconds.
	Now string
	// Begin opens a write transaction.
	Begin string
	// Fly sends statements together; nil where a statement costs no journey.
	Fly Flight
	// Limit bounds a transaction in time; 0 is no limit.
	Limit time.Duration
	// LockSchema and FreeSchema stand around migrations; empty where the
	// database belongs to one process.
	LockSchema, FreeSchema string
	// Soon makes a transaction fail with [FaultBusy] when it does not get a table
	// soon; empty where nobody else has one.
	Soon string
	// FreePages gives up to 100 freed pages back to the file system, or, where
	// the database keeps its files, makes what was removed count at once.
	FreePages string
	// Overwrite makes the connection fill with zeros what it frees, Usual makes it
	// leave that be again; empty where the database has no such way.
	Overwrite, Usual string
	// UnusedBytes asks how many bytes of the files hold nothing.
	UnusedBytes string
	// UsedBytes asks how many bytes hold something.
	UsedBytes string
	// FileBytes asks what the database takes on its disk, EventsAbout about how many
	// events there are, and SampleEvents for the ids of so many of so many events
	// that stand for all (the first number again at its end): none reads all of them.
	FileBytes, EventsAbout, SampleEvents string
	// Classify says what an error of the database means for the committer.
	Classify func(error) Fault
}

// Use is what a pool of connections is for.
type Use int

const (
	// UseWrite is for the committer.
	UseWrite Use = iota
	// UseRead is for what the server itself reads, UseQuick for the little of it
	// that somebody waits for.
	UseRead
	UseQuick
	// UseAsk is for those who look into the history.
	UseAsk
)

// connections are how many a server keeps at most for each use, but that a SQLite
// file has one writer. The second for writing is for heartbeats: a batch that
// waits must not make the node look dead. Those for what is quick are never held by
// what takes long, so that silence there means a database that is away.
var connections = [...]int{UseWrite: 2, UseRead: 4, UseQuick: 2, UseAsk: 3}

// commit ends a transaction and makes it durable.
const commit = "COMMIT"

// Within bounds what the database is asked in one go, and which carries so many
// bytes to it.
func (d *Dialect) Within(ctx context.Context, bytes int) (context.Context, context.CancelFunc) {
	if !d.Shared {
		return ctx, func() {}
	}
	return within(ctx, bytes)
}

// Commit is the part that ends a transaction and makes it durable.
func Commit() *Part { return &Part{Text: commit} }

// Fault is what an error means for the operations of a batch.
type Fault int

const (
	// FaultOperation concerns the operation that met it and no other.
	FaultOperation Fault = iota
	// FaultBusy means that the transaction could not get its locks; done again
	// it may.
	FaultBusy
	// FaultFull means that the disk is full; it may have room later.
	FaultFull
	// FaultAway means that the connection is lost: whether the transaction was
	// stored is unknown, and later ones may work.
	FaultAway
	// FaultFatal means that what the database says can no longer be trusted.
	FaultFatal
)

// SQLite is the way of a file in the data folder.
func SQLite() Dialect {
	return Dialect{
		Bind:          func(q string) string { return q },
		Args:          func(a []any) []any { return a },
		DDL:           func(t string) string { return t },
		OrderedBefore: "o.id < c.id",
		PickOpen:      "IN (",
		PickClose:     ")",
		Now:           "CAST(unixepoch('subsec') * 1000 AS BIGINT)",
		Begin:         "BEGIN IMMEDIATE",
		FreePages:     "PRAGMA incremental_vacuum(100)",
		Overwrite:     "PRAGMA secure_delete = ON",
		Usual:         "PRAGMA secure_delete = OFF",
		UnusedBytes:   `SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size`,
		UsedBytes: `SELECT (page_count - freelist_count) * page_size
			FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
		FileBytes:   `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`,
		EventsAbout: `SELECT COALESCE((SELECT max(rowid) FROM events) - (SELECT min(rowid) FROM events) + 1, 0)`,
		SampleEvents: `WITH RECURSIVE picks(i, n, low, high) AS (
				SELECT 0, min(?, ?), (SELECT min(rowid) FROM events), (SELECT max(rowid) FROM events)
				UNION ALL SELECT i + 1, n, low, high FROM picks WHERE i + 1 < n)
			SELECT DISTINCT e.id FROM picks CROSS JOIN events e
			WHERE e.rowid = (SELECT x.rowid FROM events x WHERE x.rowid >= low + (high - low) * i / max(n - 1, 1) ORDER BY x.rowid LIMIT 1) LIMIT ?`,
		Classify: classifySQLite,
	}
}

// classifySQLite: after one failed fsync SQLite goes on as if nothing had
// happened, while the kernel may have dropped the pages, so every I/O error on
// the writer ends the process.
func classifySQLite(err error) Fault {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return FaultOperation
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return FaultFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return FaultBusy
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM:
		return FaultFatal
	}
	return FaultOperation
}

// Corrupt tells whether an error is of bytes on the disk that are damaged: whoever reads
// them again gets the same.
func Corrupt(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code == "XX001" || pe.Code == "XX002"
	}
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return false
	}
	switch se.Code() {
	case sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_DATA, sqlite3.SQLITE_IOERR_CORRUPTFS:
		return true
	}
	return se.Code()&0xff == sqlite3.SQLITE_CORRUPT
}

// Unreadable tells whether an error is about the rows that were read, and not about the
// database or the caller: beside those one may write. A page that is damaged on the disk
// may hold others.
func (d *Dialect) Unreadable(ctx context.Context, err error) bool {
	return ctx.Err() == nil && d.Classify(err) == FaultOperation
}

// Damage tells whether an error is about what was read, its bytes on the disk included:
// the rest can be shown.
func (d *Dialect) Damage(ctx context.Context, err error) bool {
	return d.Unreadable(ctx, err) || ctx.Err() == nil && Corrupt(err)
}

const fullMessage = "the disk is full; nothing was stored, free some room and it goes on by itself"

// ErrFull is for what is not even tried while the disk is full.
func ErrFull() error { return gonets.Errorf(gonets.CodeDiskFull, fullMessage) }

// WrapRead is Wrap for whoever only reads. What is damaged on the disk ends the server that
// writes there; he has that one answer less.
func (d *Dialect) WrapRead(err error) error {
	if Corrupt(err) {
		return &gonets.Error{Code: gonets.CodeInternal, Err: err, Message: "what is asked for is damaged on the disk and cannot be read, see the server's log"}
	}
	return d.Wrap(err)
}

// Wrap turns an error of the database into one that callers understand; errors
// that already are stay, unless they are of damage and stand beside something that the
// database could not give: nobody knows yet whether that is damaged, too.
func (d *Dialect) Wrap(err error) error {
	var ge *gonets.Error
	if err == nil || errors.As(err, &ge) && (gonets.Passing(ge) || d.Classify(err) == FaultOperation) {
		return err
	}
	e := &gonets.Error{Code: gonets.CodeInternal, Err: err,
		Message: "the database refused the operation; nothing was stored, see the server's log"}
	switch d.Classify(err) {
	case FaultBusy:
		e.Code, e.Message = gonets.CodeBusy, "the database is busy; nothing was stored, try again"
	case FaultFull:
		e.Code, e.Message = gonets.CodeDiskFull, fullMessage
	case FaultAway:
		e.Code, e.Message = gonets.CodeStoreAway,
			"the database does not answer; it is unknown whether this was stored, repeat it: Gonets goes on by itself when the database is back"
	case FaultFatal:
		e.Code, e.Message = gonets.CodeStoreFailed,
			"the database failed; it is unknown whether this was stored, the server has to start again"
	}
	return e
}
