package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"testing"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/testkit"
)

// writers is a pool of connections that write.
func writers(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := dialect.OpenPostgres(address, dialect.UseWrite, context.Background)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func taken(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestASessionThatWasHandedOnIsNotEnded: behind a pooler the session of a connection
// that was lost may be another server's by now.
func TestASessionThatWasHandedOnIsNotEnded(t *testing.T) {
	t.Parallel()
	db := writers(t, cluster.Database(t))
	lost, other := taken(t, db), taken(t, db)
	session, err := dialect.SessionOf(lost)
	if err != nil {
		t.Fatal(err)
	}
	alive := func() bool {
		var n int
		return lost.QueryRowContext(t.Context(), `SELECT 1`).Scan(&n) == nil
	}
	var name string
	if err := other.QueryRowContext(t.Context(), `SELECT current_setting('application_name')`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	var own string
	// So a pooler does for whom it gives the session next.
	if err := lost.QueryRowContext(t.Context(), `SELECT current_setting('application_name'), set_config('application_name', $1, false)`, name).Scan(&own, &name); err != nil {
		t.Fatal(err)
	}
	if err := session.End(t.Context(), other); err != nil || !alive() {
		t.Errorf("the session of somebody else is ended: %v", err)
	}
	if _, err := lost.ExecContext(t.Context(), `SELECT set_config('application_name', $1, false)`, own); err != nil {
		t.Fatal(err)
	}
	if err := session.End(t.Context(), other); err != nil || alive() {
		t.Errorf("one's own session is not ended: %v", err)
	}
}

// TestAConnectionForAWaiterIsMadeInTime: the pool makes it by itself, when another one
// has broken, and nobody's patience bounds that. One whose first answer is lost must
// not keep its place for ever.
func TestAConnectionForAWaiterIsMadeInTime(t *testing.T) {
	t.Parallel()
	path, address := testkit.PathTo(t, cluster.Database(t))
	db := writers(t, address)
	broken := taken(t, db)
	taken(t, db)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	made := make(chan error, 1)
	go func() {
		conn, err := db.Conn(ctx)
		if err == nil {
			_ = conn.Close()
		}
		made <- err
	}()
	if err := eventually(func() error {
		if db.Stats().WaitCount == 0 {
			return context.DeadlineExceeded
		}
		return nil
	}); err != nil {
		t.Fatal("nobody waits for a connection")
	}
	path.LoseOn(func(answer []byte) bool { return bytes.Contains(answer, []byte("current_setting")) })
	_ = broken.Raw(func(any) error { return driver.ErrBadConn })
	if err := <-made; err == nil || ctx.Err() != nil {
		t.Fatalf("whoever waits is told that the connection did not come about: %v", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatalf("its place is not free again: %v", err)
	}
	_ = conn.Close()
}

// TestASessionThatWroteNothingNeedsNoEnd: while sessions cannot be ended, what is to
// be ended does not grow with every try.
func TestASessionThatWroteNothingNeedsNoEnd(t *testing.T) {
	t.Parallel()
	path, s := behindPath(t)
	if err := commit(t, s); err != nil {
		t.Fatal(err)
	}
	for _, answer := range []string{"COMMIT\x00", "pg_terminate_backend"} {
		path.LoseOn(func(b []byte) bool { return bytes.Contains(b, []byte(answer)) })
		if err := commit(t, s); gonets.CodeOf(err) != gonets.CodeStoreAway || s.Lost() != 1 {
			t.Fatalf("%d sessions are to be ended: %v", s.Lost(), err)
		}
	}
	if err := eventually(func() error { return commit(t, s) }); err != nil || s.Lost() != 0 {
		t.Errorf("%d sessions are to be ended: %v", s.Lost(), err)
	}
}
