package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"gonets"
)

const (
	// readerCount is how many connections read beside the writer.
	readerCount = 4
	// checkpointPages is the length of the write-ahead log, in pages of 4 KiB,
	// from which it is folded into the database.
	checkpointPages = 16_000
	// minSQLite is 3.51.3: before it a reset of the log could lose commits.
	minSQLite = 3_051_003
)

// openSQLite prepares a pool; connections are made when first used. The writer
// folds its log by itself only as a last resort, because SQLite keeps the
// errors of automatic checkpoints to itself; the committer does it in time.
func openSQLite(path string, writer bool) (*sql.DB, error) {
	q := url.Values{}
	pragma := func(p ...string) {
		for _, v := range p {
			q.Add("_pragma", v)
		}
	}
	// auto_vacuum works only before the file's first write, which WAL makes.
	pragma("busy_timeout(10000)", "auto_vacuum(INCREMENTAL)", "journal_mode(WAL)",
		"synchronous("+synchronous+")", "foreign_keys(ON)", "mmap_size(0)", "temp_store(MEMORY)")
	if writer {
		pragma("wal_autocheckpoint("+strconv.Itoa(4*checkpointPages)+")",
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
	n := readerCount
	if writer {
		n = 1
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// checkSQLite refuses a library or a file system on which the promises do not
// hold.
func checkSQLite(ctx context.Context, conn *sql.Conn) error {
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

// folder is the locked data folder.
type folder struct {
	path   string
	marker string
	lock   *flock.Flock
}

// lockFolder makes the folder where needed and takes its lock, which the
// system drops with the process.
func lockFolder(database string) (*folder, error) {
	dir := filepath.Dir(database)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, gonets.Errorf(gonets.CodeStoreFailed, "the data folder cannot be made: %w", err)
	}
	f := &folder{path: dir, marker: database + ".unclean-fsync", lock: flock.New(database + ".lock")}
	ok, err := f.lock.TryLock()
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeStoreFailed, "the data folder %s cannot be locked: %w", dir, err)
	}
	if !ok {
		return nil, gonets.Errorf(gonets.CodeStoreFailed,
			"another Gonets server uses the data folder %s; stop it, or give this one a folder of its own", dir)
	}
	return f, nil
}

func (f *folder) unlock() error { return f.lock.Close() }

// sync makes new files' names durable.
func (f *folder) sync() error {
	if runtime.GOOS == "windows" {
		return nil // NTFS journals names; a folder cannot be flushed there.
	}
	d, err := os.Open(f.path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f *folder) mark() error {
	m, err := os.OpenFile(f.marker, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(m.Sync(), m.Close(), f.sync())
}

// checkAfterFault reads the whole file after a life that ended with a failed
// write, and only then: it takes minutes on a large one.
func (f *folder) checkAfterFault(ctx context.Context, conn *sql.Conn, log *slog.Logger) error {
	if _, err := os.Stat(f.marker); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	log.Warn("the database failed last time; checking it")
	var answer string
	if err := conn.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&answer); err != nil {
		return fmt.Errorf("the check after a disk failure: %w", err)
	}
	if answer != "ok" {
		return gonets.Errorf(gonets.CodeStoreFailed,
			"the database was damaged by a disk failure (%s); restore the last backup", answer)
	}
	return errors.Join(os.Remove(f.marker), f.sync())
}
