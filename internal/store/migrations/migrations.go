// Package migrations brings a database's schema forward.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
)

//go:embed *.sql
var files embed.FS

// migration is one step of the schema; its number is its place in the order.
type migration struct {
	n    int
	text string
}

// readMigrations reads NNNN_name.sql files, which count from 1 without gaps.
func read(from fs.FS) ([]migration, error) {
	entries, err := fs.ReadDir(from, ".")
	if err != nil {
		return nil, err
	}
	var out []migration
	for i, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		n, err := strconv.Atoi(number)
		if err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %q is not number %d", e.Name(), i+1)
		}
		text, err := fs.ReadFile(from, e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, migration{n, string(text)})
	}
	return out, nil
}

// Run brings the schema forward, each step in a transaction of its own together
// with its number, so a death in between leaves a known version; an empty
// database gets all of them in one. A schema newer than this program is refused.
func Run(ctx context.Context, conn *sql.Conn, d *dialect.Dialect) error {
	steps, err := read(files)
	if err != nil {
		return err
	}
	return run(ctx, conn, d, append(steps, later(len(steps)+1)...))
}

func run(ctx context.Context, conn *sql.Conn, d *dialect.Dialect, steps []migration) (err error) {
	if d.LockSchema != "" {
		if _, err := conn.ExecContext(ctx, d.LockSchema); err != nil {
			return err
		}
		defer func() {
			_, free := conn.ExecContext(context.WithoutCancel(ctx), d.FreeSchema)
			err = errors.Join(err, free)
		}()
	}
	return bring(ctx, conn, d, steps)
}

func bring(ctx context.Context, conn *sql.Conn, d *dialect.Dialect, steps []migration) error {
	if _, err := conn.ExecContext(ctx,
		`CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, `INSERT INTO meta (name, value)
		VALUES ('schema', '0'), ('config_epoch', '1') ON CONFLICT (name) DO NOTHING`); err != nil {
		return err
	}
	var have string
	if err := conn.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'schema'`).Scan(&have); err != nil {
		return err
	}
	at, err := strconv.Atoi(have)
	if err != nil {
		return fmt.Errorf("the schema's version %q is not a number", have)
	}
	if at > len(steps) {
		return gonets.Errorf(gonets.CodeStoreFailed,
			"the database was written by a newer Gonets (schema %d, this program knows %d); install that version again",
			at, len(steps))
	}
	if at == 0 {
		steps = []migration{whole(steps)}
	}
	for _, m := range steps[at:] {
		if err := patiently(ctx, conn, d, m); err != nil {
			return fmt.Errorf("migration %d: %w", m.n, err)
		}
	}
	return nil
}

const (
	// tries bound how often a step asks for its tables, pause is how long others
	// have them to themselves in between.
	tries = 60
	pause = 500 * time.Millisecond
)

// patiently does a step. Servers of an older version may work meanwhile: they take
// tables in another order, and whoever waits for a whole table holds up all who come
// later. So a step that does not get its tables soon gives back what it has, and
// tries again.
func patiently(ctx context.Context, conn *sql.Conn, d *dialect.Dialect, m migration) error {
	for try := 1; ; try++ {
		err := step(ctx, conn, d, m)
		if err == nil || !d.Shared || d.Classify(err) != dialect.FaultBusy {
			return err
		}
		if try == tries {
			return gonets.Errorf(gonets.CodeStoreFailed, "other connections keep the tables of the database busy, a long query or a backup perhaps; "+
				"start this version again when they have ended: %w", err)
		}
		timer := gonets.SystemClock{}.NewTimer(pause)
		select {
		case <-timer.C():
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(err, ctx.Err())
		}
	}
}

// whole is all steps as one, for an empty database: nothing is there that would
// take long, and each transaction costs journeys and a sync. A death in between
// leaves it empty.
func whole(steps []migration) migration {
	texts := make([]string, len(steps))
	for i := range steps {
		texts[i] = steps[i].text
	}
	return migration{len(steps), strings.Join(texts, "\n;\n")}
}

func step(ctx context.Context, conn *sql.Conn, d *dialect.Dialect, m migration) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if d.Soon != "" {
		if _, err := tx.ExecContext(ctx, d.Soon); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, d.DDL(m.text)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, d.Bind(`UPDATE meta SET value = ? WHERE name = 'schema'`),
		strconv.Itoa(m.n)); err != nil {
		return err
	}
	return tx.Commit()
}
