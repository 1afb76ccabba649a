package dialect

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gonets"
)

const (
	// pageSize is that of new databases: of a row with a request and a reply of
	// 1 KiB three fit into a page, of 4 KiB it were one.
	pageSize = 8 << 10
	// CheckpointPages is the length of the write-ahead log, in pages, from which
	// it is folded into the database.
	CheckpointPages = 8_000
	// leastPages is the shortest such log, however little room there is.
	leastPages = 32
	// minSQLite is 3.51.3: before it a reset of the log could lose commits.
	minSQLite = 3_051_003
)

// LogPages is the length of the write-ahead log, in pages, from which it is folded
// into the database when it may have so many bytes; 0 is the usual.
func LogPages(bytes int64) int {
	if bytes <= 0 {
		return CheckpointPages
	}
	return int(min(max(bytes/pageSize, leastPages), CheckpointPages))
}

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
	pragma("busy_timeout(10000)", "journal_mode(WAL)",
		"synchronous("+synchronous+")", "foreign_keys(ON)", "mmap_size(0)", "temp_store(MEMORY)")
	if use == UseWrite {
		pragma("wal_autocheckpoint("+strconv.Itoa(4*CheckpointPages)+")",
			"journal_size_limit("+strconv.Itoa(64<<20)+")", "cache_size(-16000)")
		q.Set("_txlock", "immediate")
	} else {
		pragma("wal_autocheckpoint(0)", "cache_size(-4000)", "query_only(ON)")
	}
	if use == UseWrite {
		if err := createSQLite(path); err != nil {
			return nil, err
		}
	}
	db, err := openSQLite(path, q)
	if err != nil {
		return nil, err
	}
	n := connections[use]
	if use == UseWrite {
		n = 1
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// createSQLite makes a new file: the size of its pages cannot be chosen once it has
// a write-ahead log.
func createSQLite(path string) error {
	if st, err := os.Stat(path); err == nil && st.Size() > 0 {
		return nil
	}
	db, err := openSQLite(path, url.Values{"_pragma": {"page_size(" + strconv.Itoa(pageSize) + ")", "auto_vacuum(INCREMENTAL)"}})
	if err != nil {
		return err
	}
	_, err = db.ExecContext(context.Background(), "VACUUM")
	return errors.Join(err, db.Close())
}

func openSQLite(path string, q url.Values) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := filepath.ToSlash(abs)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	u := url.URL{Scheme: "file", Path: name, RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
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
