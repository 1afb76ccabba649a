package fold

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"gonets/internal/store/dialect"
)

// grow commits a page at a time through a log and tells how long its file
// became.
func grow(t *testing.T, commits int, fold func(*Log, *sql.Conn) error) (pages int64, l *Log) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	open := func(use dialect.Use) *sql.DB {
		db, err := dialect.OpenSQLite(path, use)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	writer := open(dialect.UseWrite)
	conn, err := writer.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	l = &Log{Beside: open(dialect.UseRead), Long: 64}
	exec := func(query string) {
		t.Helper()
		if _, err := conn.ExecContext(context.Background(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TABLE t (b BLOB)`)
	for range commits {
		exec(`INSERT INTO t VALUES (randomblob(7000))`)
		if err := fold(l, conn); err != nil {
			t.Fatal(err)
		}
	}
	st, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return st.Size() / (8 << 10), l
}

func TestLogStaysShortWhileCommitsGoOn(t *testing.T) {
	t.Parallel()
	const commits = 300
	// The bulk is waited for, so that how fast the disk is decides nothing.
	pages, l := grow(t, commits, func(l *Log, conn *sql.Conn) error {
		err := l.Committed(conn)
		if l.bulk != nil {
			done := <-l.bulk
			l.bulk <- done
		}
		return err
	})
	if err := l.Stop(); err != nil {
		t.Error(err)
	}
	t.Logf("the log has %d pages", pages)
	if pages > 300 {
		t.Errorf("the log has %d pages", pages)
	}
	// Without what the committer folds, the log never begins anew.
	pages, l = grow(t, commits, func(l *Log, conn *sql.Conn) error { return nil })
	if pages < commits {
		t.Errorf("a log that nobody folds has %d pages", pages)
	}
	if err := l.Stop(); err != nil {
		t.Error(err)
	}
}

func TestRefusalOfTheDiskIsTold(t *testing.T) {
	t.Parallel()
	_, l := grow(t, 1, func(*Log, *sql.Conn) error { return nil })
	l.Beside.Close()
	l.bulk = make(chan error, 1)
	l.bulk <- l.fold()
	if l.Stop() == nil {
		t.Error("nothing was told")
	}
}
