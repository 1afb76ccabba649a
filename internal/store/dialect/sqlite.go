package dialect

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"gonets"
)

const (
	// CheckpointPages is the length of the write-ahead log, in pages of 4 KiB,
	// from which it is folded into the database.
	CheckpointPages = 16_000
	// minSQLite is 3.51.3: before it a reset of the log could lose commits.
	minSQLite = 3_051_003
)

// OpenSQLite prepares a pool; connections are made when first used. The writer
// folds its log by itself only as a last resort, because SQLite keeps the
// errors of automatic checkpoints to itself; the committer does it in time.
func OpenSQLite(path string, use Use) (*sql.DB, error) {
	q := url.Values{}
	pragma := func(p ...string) {
		for _, v := range p {
			q.Add("_pragma", v)
		}
	}
	// auto_vacuum works only before the file's first write, which WAL makes.
	pragma("busy_timeout(10000)", "auto_vacuum(INCREMENTAL)", "journal_mode(WAL)",
		"synchronous("+synchronous+")", "foreign_keys(ON)", "mmap_size(0)", "temp_store(MEMORY)")
	if use == UseWrite {
		pragma("wal_autocheckpoint("+strconv.Itoa(4*CheckpointPages)+")",
			"journal_size_limit("+strconv.Itoa(64<<20)+")", "cache_size(-16000)")
		q.Set("_txlock", "immediate")
	} else {
		pragma("wal_autocheckpoint(0)", "cache_size(-4000)", "query_only(ON)")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := filepath.ToSlash(abs)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	u := url.URL{Scheme: "file", Path: name, RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	n := map[Use]int{UseWrite: 1, UseRead: readerCount, UseAsk: askerCount}[use]
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// CheckSQLite refuses a library or a file system on which the promises do not
// hold.
func CheckSQLite(ctx context.Context, conn *sql.Conn) error {
	var version, journal string
	if err := conn.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version); err != nil {
		return err
	}
	if n := versionNumber(version); n < minSQLite {
		return gonets.Errorf(gonets.CodeStoreFailed, "SQLite %s is too old: 3.51.3 or newer is needed", version)
	}
	if err := conn.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&journal); err != nil {
		return err
	}
	if journal != "wal" {
		return gonets.Errorf(gonets.CodeStoreFailed,
			"the data folder's file system cannot hold a write-ahead log (journal mode %s); use a local disk", journal)
	}
	return nil
}

// versionNumber is SQLite's own numbering: 3.51.3 is 3051003.
func versionNumber(v string) int {
	n := 0
	for part := range strings.SplitSeq(v, ".") {
		d, err := strconv.Atoi(part)
		if err != nil {
			return 0
		}
		n = n*1000 + d
	}
	return n
}
