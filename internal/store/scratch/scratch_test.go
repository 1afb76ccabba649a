package scratch_test

import (
	"strings"
	"testing"

	"gonets"
	"gonets/internal/store/scratch"
	"gonets/internal/testkit"
)

var cluster testkit.Cluster

func TestMain(m *testing.M) { testkit.Main(m, cluster.Stop) }

func TestADatabaseIsMadeAndDroppedBesideTheOwners(t *testing.T) {
	t.Parallel()
	owners := cluster.Database(t)
	// What template1 holds must not get into the empty database either.
	for _, where := range []string{owners, strings.Replace(owners, owners[strings.LastIndex(owners, "/"):], "/template1?sslmode=disable", 1)} {
		if err := cluster.Exec(where, "CREATE TABLE runs (n int)"); err != nil {
			t.Fatal(err)
		}
	}
	d, err := scratch.New(t.Context(), owners)
	if err != nil {
		t.Fatal(err)
	}
	before, err := d.Size(t.Context())
	if err != nil || before <= 0 {
		t.Fatalf("%d bytes (%v)", before, err)
	}
	if err := cluster.Exec(d.Address(), "CREATE TABLE runs AS SELECT generate_series(1, 20000)"); err != nil {
		t.Fatal(err)
	}
	if after, err := d.Size(t.Context()); err != nil || after-before < 20_000 {
		t.Errorf("%d bytes, then %d (%v)", before, after, err)
	}
	if err := d.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Exec(d.Address(), "SELECT 1"); err == nil {
		t.Error("the database is still there")
	}
	if err := cluster.Exec(owners, "SELECT n FROM runs"); err != nil {
		t.Errorf("the owner's table: %v", err)
	}
}

func TestWhoMayNotMakeDatabasesIsTold(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	if err := cluster.Exec(address, "CREATE ROLE guest LOGIN"); err != nil {
		t.Fatal(err)
	}
	_, err := scratch.New(t.Context(), strings.Replace(address, "gonets@", "guest:hunter2@", 1))
	if gonets.CodeOf(err) != gonets.CodeInvalid || !strings.Contains(err.Error(), `ALTER ROLE "guest" CREATEDB`) {
		t.Error(err)
	}
}

func TestErrorsNeverHoldTheAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"mysql://u:hunter2@h/d", "postgres://u:hunter2@127.0.0.1:1/d", "postgres://u:hunter2@h:x/d", "host=h password=hunter2"} {
		if _, err := scratch.New(t.Context(), address); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "u:") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
