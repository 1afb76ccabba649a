package migrations_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"gonets/internal/store/dialect"
	"gonets/internal/store/migrations"
	"gonets/internal/testkit"
)

// cluster is this process's PostgreSQL.
var cluster testkit.Cluster

func TestMain(m *testing.M) { testkit.Main(m, cluster.Stop) }

// TestAMigrationGivesWayToThoseWhoWork: servers of an older version go on working
// while tables are changed, and take them in an order of their own.
func TestAMigrationGivesWayToThoseWhoWork(t *testing.T) {
	t.Parallel()
	db, err := dialect.OpenPostgres(cluster.Database(t), dialect.UseRead, context.Background)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn := func() *sql.Conn {
		t.Helper()
		c, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	do := func(c *sql.Conn, query string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := c.ExecContext(ctx, query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	d := dialect.Postgres()
	steps := []string{`CREATE TABLE a (n BIGINT); CREATE TABLE b (n BIGINT)`,
		`ALTER TABLE a ADD COLUMN x BIGINT; ALTER TABLE b ADD COLUMN x BIGINT`, `ALTER TABLE a ADD COLUMN y BIGINT`}
	schema, worker, other := conn(), conn(), conn()
	if err := migrations.RunTexts(t.Context(), schema, &d, steps[:1]); err != nil {
		t.Fatal(err)
	}
	// behind runs a step and returns when it waits for others.
	behind := func(n int) chan error {
		t.Helper()
		done := make(chan error, 1)
		go func() { done <- migrations.RunTexts(t.Context(), schema, &d, steps[:n]) }()
		for waits := false; !waits; {
			select {
			case err := <-done:
				t.Fatalf("the step waited for nobody: %v", err)
			default:
			}
			if err := other.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.datname = current_database())`).Scan(&waits); err != nil {
				t.Fatal(err)
			}
		}
		return done
	}
	do(worker, `BEGIN`)
	do(worker, `INSERT INTO b (n) VALUES (1)`)
	done := behind(2)
	do(worker, `INSERT INTO a (n) VALUES (1)`) // the step has it, and waits for b
	do(worker, `COMMIT`)
	if err := <-done; err != nil {
		t.Errorf("the step that gave way: %v", err)
	}
	// Whoever only reads is not held up by a step that waits for another reader.
	do(worker, `BEGIN`)
	do(worker, `SELECT n FROM a`)
	done = behind(3)
	do(other, `SELECT n FROM a`)
	do(worker, `COMMIT`)
	if err := <-done; err != nil {
		t.Errorf("the step that waited for a reader: %v", err)
	}
	do(other, `SELECT x, y FROM a`)
}
