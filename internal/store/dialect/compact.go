package dialect

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
)

const (
	// compactNow is up to how many bytes of live data a database's file is
	// rewritten while the server works: commits wait for that.
	compactNow = 128 << 20
	// rewriteMarker, behind the file's name, asks for that at the next start.
	rewriteMarker = ".rewrite"
)

// Later is why a database's file is rewritten only at the next start; 0 when it
// was done.
type Later int

// A large file is not rewritten while the server works, because nothing could be
// stored meanwhile; one for which the disk has no room, or that could not be, is
// tried again.
const (
	LaterLarge Later = iota + 1
	LaterRoom
	LaterFailed
)

// Compact rewrites a database's file, so that nothing is left in it of what was
// removed or written over. used is how many bytes of it hold something; fits tells
// whether so many more fit on the disk.
func Compact(ctx context.Context, path string, used int64, fits func(int64) bool) (Later, error) {
	later := LaterLarge
	switch {
	case used > compactNow:
	case !fits(roomFor(used)):
		later = LaterRoom
	default:
		if err := rewriteSQLite(ctx, path); err == nil {
			return 0, rewritten(path)
		}
		later = LaterFailed
	}
	f, err := os.OpenFile(path+rewriteMarker, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return later, err
	}
	return later, f.Close()
}

// roomFor is what it takes to rewrite so many bytes: a copy of its own, and the
// log through which that becomes the file.
func roomFor(used int64) int64 { return 2 * used }

// rewritten takes back that a file is to be rewritten: it was.
func rewritten(path string) error {
	if err := os.Remove(path + rewriteMarker); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// RewriteWanted tells whether a file is rewritten at the next start.
func RewriteWanted(path string) bool {
	_, err := os.Stat(path + rewriteMarker)
	return err == nil
}

// rewriteSQLite rewrites the file and empties its log.
func rewriteSQLite(ctx context.Context, path string) error {
	db, err := openSQLite(path, url.Values{"_pragma": {"busy_timeout(10000)", "synchronous(" + synchronous + ")"}})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return err
	}
	var busy, pages, moved int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return errBusyLog
	}
	return nil
}

var errBusyLog = errors.New("the database's log is in use")

// RewriteAtStart does what [Compact] left for it. What cannot be done, for want of
// room above all, keeps no server from starting: the next start tries again.
func RewriteAtStart(path string, fits func(int64) bool, log *slog.Logger) {
	st, err := os.Stat(path)
	if err != nil || !RewriteWanted(path) {
		return
	}
	if !fits(roomFor(st.Size())) {
		log.Warn("the database's file still holds what was erased: the disk has no room to rewrite it; make room for nearly three times the database, then start again", "database_bytes", st.Size())
		return
	}
	if err = rewriteSQLite(context.Background(), path); err == nil {
		err = rewritten(path)
	}
	if err != nil {
		log.Warn("the database's file still holds what was erased: it could not be rewritten; the next start tries again", "error", err)
	}
}
