package dialect

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Session is the database's end of a connection. It outlives a connection that was
// lost, and what was sent there before, or is still under way to it, may be done at
// any time as long as it lives.
type Session struct {
	pid int
	// began tells it from another session that is given the same number later.
	began int64
	// name is the connection's alone. A pooler hands a session on when a connection
	// ends, and then it is somebody else's.
	name string
}

// sessionIs names a connection's session among what is known of it.
const sessionIs = "session"

// thisSession asks the database itself: what a connection was told when it was made
// may be a pooler's word. It adds to the name that people know.
const thisSession = `SELECT pid, CAST(EXTRACT(EPOCH FROM backend_start) * 1000000 AS BIGINT),
	set_config('application_name', left(split_part(current_setting('application_name'), ' #', 1), 32) || ' #' || CAST($1 AS TEXT), false)
	FROM pg_stat_get_activity(pg_backend_pid())`

// endSession ends one and waits until it is gone; it gives no row for one that is, or
// that is somebody else's.
const endSession = `SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_get_activity(CAST($1 AS INTEGER))
	WHERE CAST(EXTRACT(EPOCH FROM backend_start) * 1000000 AS BIGINT) = $2 AND application_name = $3`

func askSession(ctx context.Context, conn *pgx.Conn) (s Session, err error) {
	err = conn.QueryRow(ctx, thisSession, rand.Text()).Scan(&s.pid, &s.began, &s.name)
	return s, err
}

// SessionOf is the session of a connection that writes to a shared database.
func SessionOf(conn *sql.Conn) (s Session, err error) {
	err = conn.Raw(func(dc any) error {
		s = dc.(*stdlib.Conn).Conn().PgConn().CustomData()[sessionIs].(Session)
		return nil
	})
	return s, err
}

// End ends a session whose connection was lost. After that nothing is done any more
// that was sent there.
func (s Session) End(ctx context.Context, conn *sql.Conn) error {
	ended := true
	ctx, cancel := within(ctx, 0)
	defer cancel()
	rows, err := conn.QueryContext(ctx, endSession, s.pid, s.began, s.name)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&ended); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if !ended {
		return fmt.Errorf("the session %d, whose connection was lost, has not ended: %w", s.pid, context.DeadlineExceeded)
	}
	return nil
}
