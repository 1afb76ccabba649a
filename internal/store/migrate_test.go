package store

import (
	"strings"
	"testing"
	"testing/fstest"

	"gonets"
)

func TestSchemaGoesForwardOnly(t *testing.T) {
	t.Parallel()
	db, err := openSQLite(t.TempDir()+"/a b?#.db", true)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	d := sqliteDialect()
	steps := []migration{{1, `CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1)`},
		{2, `UPDATE a SET x = 2; CREATE TABLE a (x BIGINT)`}}
	if err := migrateTo(t.Context(), conn, &d, steps); err == nil {
		t.Fatal("a broken step passed")
	}
	// The broken step left nothing; the one before is kept and not repeated.
	steps[1].text = `UPDATE a SET x = x + 10`
	for range 2 {
		if err := migrateTo(t.Context(), conn, &d, steps); err != nil {
			t.Fatal(err)
		}
	}
	var x int
	if err := conn.QueryRowContext(t.Context(), `SELECT x FROM a`).Scan(&x); err != nil || x != 11 {
		t.Errorf("x is %d (%v), want 11", x, err)
	}
	err = migrateTo(t.Context(), conn, &d, steps[:1])
	if gonets.CodeOf(err) != gonets.CodeStoreFailed || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestMigrationsCountWithoutGaps(t *testing.T) {
	t.Parallel()
	if steps, err := readMigrations(migrations); err != nil || len(steps) == 0 {
		t.Errorf("%d steps, %v", len(steps), err)
	}
	gap := fstest.MapFS{"migrations/0001_a.sql": {}, "migrations/0003_b.sql": {}}
	if _, err := readMigrations(gap); err == nil {
		t.Error("a gap passed")
	}
}

func TestIDsGrowWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	q, last := sequence{}, ""
	at := gonets.SystemClock{}.Now()
	for i := range 20_000 {
		switch i {
		case 9_000:
			at = at.Add(-gonets.RetentionAge)
		case 15_000:
			q = sequence{}
			q.startAfter(last)
		}
		id := q.next(at)
		if id <= last || len(id) != 36 || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("id %d: %s after %s", i, id, last)
		}
		last = id
	}
	if ms, ok := idTime(last); !ok || ms < at.UnixMilli() || last < idFrom(at) {
		t.Errorf("the time of %s is %d", last, ms)
	}
}

func FuzzHeaders(f *testing.F) {
	f.Add([]byte{}, "a", "b\x00\xff")
	f.Add([]byte{1, 'a', 2, 'b', 'c'}, "", "")
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, "x", "y")
	f.Fuzz(func(t *testing.T, stored []byte, name, value string) {
		if hs, err := unpackHeaders(stored); err == nil {
			back, err := unpackHeaders(packHeaders(hs))
			if err != nil || len(back) != len(hs) {
				t.Errorf("%q: %v", hs, err)
			}
		}
		want := gonets.Header{Name: name, Value: value}
		got, err := unpackHeaders(packHeaders([]gonets.Header{want, want}))
		if err != nil || len(got) != 2 || got[0] != want || got[1] != want {
			t.Errorf("%q came back as %q, %v", want, got, err)
		}
	})
}
