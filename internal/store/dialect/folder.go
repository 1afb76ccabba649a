package dialect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"

	"gonets"
)

// Folder is the locked data folder.
type Folder struct {
	path string
	// Marker is the file that says that the last life ended with a failed disk.
	Marker string
	lock   *flock.Flock
}

// LockFolder makes the folder where needed and takes its lock, which the
// system drops with the process.
func LockFolder(database string) (*Folder, error) {
	dir := filepath.Dir(database)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, gonets.Errorf(gonets.CodeStoreFailed, "the data folder cannot be made: %w", err)
	}
	f := &Folder{path: dir, Marker: database + ".unclean-fsync", lock: flock.New(database + ".lock")}
	ok, err := f.lock.TryLock()
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeStoreFailed, "the data folder %s cannot be locked: %w", dir, err)
	}
	if !ok {
		return nil, gonets.Errorf(gonets.CodeStoreFailed,
			"another Gonets server uses the data folder %s; stop it, or give this one a folder of its own", dir)
	}
	if err := createPrivate(database); err != nil {
		return nil, errors.Join(gonets.Errorf(gonets.CodeStoreFailed, "the database %s cannot be made: %w", database, err), f.Unlock())
	}
	return f, nil
}

// createPrivate makes the database's file, empty, for this user alone. SQLite
// would make it as the umask says; it gives its log the mode of the database.
func createPrivate(database string) error {
	f, err := os.OpenFile(database, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Unlock gives the folder free.
func (f *Folder) Unlock() error { return f.lock.Close() }

// Sync makes new files' names durable.
func (f *Folder) Sync() error {
	if runtime.GOOS == "windows" {
		return nil // NTFS journals names; a folder cannot be flushed there.
	}
	d, err := os.Open(f.path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Mark leaves the sign that the database failed.
func (f *Folder) Mark() error {
	m, err := os.OpenFile(f.Marker, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(m.Sync(), m.Close(), f.Sync())
}

// CheckAfterFault reads the whole file after a life that ended with a failed
// write, and only then: it takes minutes on a large one.
func (f *Folder) CheckAfterFault(ctx context.Context, conn *sql.Conn, log *slog.Logger) error {
	if _, err := os.Stat(f.Marker); err != nil {
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
	return errors.Join(os.Remove(f.Marker), f.Sync())
}
