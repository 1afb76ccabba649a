package migrations

import (
	"strings"
	"testing"
	"testing/fstest"

	"gonets"
	"gonets/internal/store/dialect"
)

func TestSchemaGoesForwardOnly(t *testing.T) {
	t.Parallel()
	db, err := dialect.OpenSQLite(t.TempDir()+"/a b?#.db", dialect.UseWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	d := dialect.SQLite()
	steps := []migration{{1, `CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1)`},
		{2, `UPDATE a SET x = 2; CREATE TABLE a (x BIGINT)`}}
	for _, have := range [][]migration{nil, steps[:1]} {
		if have != nil {
			if err := run(t.Context(), conn, &d, have); err != nil {
				t.Fatal(err)
			}
		}
		if err := run(t.Context(), conn, &d, steps); err == nil {
			t.Fatal("a broken step passed")
		}
	}
	// The broken step left nothing; the one before is kept and not repeated.
	steps[1].text = `UPDATE a SET x = x + 10`
	for range 2 {
		if err := run(t.Context(), conn, &d, steps); err != nil {
			t.Fatal(err)
		}
	}
	var x int
	if err := conn.QueryRowContext(t.Context(), `SELECT x FROM a`).Scan(&x); err != nil || x != 11 {
		t.Errorf("x is %d (%v), want 11", x, err)
	}
	err = run(t.Context(), conn, &d, steps[:1])
	if gonets.CodeOf(err) != gonets.CodeStoreFailed || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestMigrationsCountWithoutGaps(t *testing.T) {
	t.Parallel()
	if steps, err := read(files); err != nil || len(steps) == 0 {
		t.Errorf("%d steps, %v", len(steps), err)
	}
	gap := fstest.MapFS{"0001_a.sql": {}, "0003_b.sql": {}}
	if _, err := read(gap); err == nil {
		t.Error("a gap passed")
	}
}
