// Package fold brings SQLite's write-ahead log into the database file before it
// gets long. SQLite's own way would do the same, but within a commit, which
// would wait for all of it, and without telling when the disk refused it.
package fold

import (
	"context"
	"database/sql"
)

// every is after how many commits the log's length is looked at.
const every = 16

// Log is a database's write-ahead log. Its bulk is folded by a connection
// beside the committer's, while commits go on; what they wrote meanwhile is
// folded between two of them, because the log begins anew only when nothing is
// left in it. Only the committer uses it.
type Log struct {
	// Beside has connections that may be kept for as long as the disk takes.
	Beside *sql.DB
	// Long is the length in pages from which it is folded.
	Long int

	commits int
	// bulk gets the outcome of the one that is under way; nil without.
	bulk chan error
}

// Committed is called after a commit, with its connection.
func (l *Log) Committed(conn *sql.Conn) error {
	if l.commits++; l.commits%every != 0 {
		return nil
	}
	if l.bulk != nil {
		select {
		case err := <-l.bulk:
			if l.bulk = nil; err == nil {
				_, err = checkpoint(conn, "PASSIVE")
			}
			return err
		default:
			return nil
		}
	}
	pages, err := checkpoint(conn, "NOOP")
	if err == nil && pages >= l.Long {
		bulk := make(chan error, 1)
		l.bulk = bulk
		go func() { bulk <- l.fold() }()
	}
	return err
}

// Stop waits for what is under way.
func (l *Log) Stop() error {
	if l.bulk == nil {
		return nil
	}
	err := <-l.bulk
	l.bulk = nil
	return err
}

func (l *Log) fold() error {
	conn, err := l.Beside.Conn(context.Background())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = checkpoint(conn, "PASSIVE")
	return err
}

func checkpoint(conn *sql.Conn, mode string) (pages int, err error) {
	var busy, moved int
	err = conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &moved)
	return pages, err
}
