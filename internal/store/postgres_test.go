package store_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gonets"
	"gonets/internal/secret"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// blob and blobs are how SQLite writes bytes.
var (
	blob  = regexp.MustCompile(`x'([0-9a-f]*)'`)
	blobs = strings.NewReplacer("AS BLOB", "AS bytea")
)

// openPostgres opens the store of a database, as a node of a name.
func openPostgres(t *testing.T, address string, o store.Options) storetest.Opened {
	t.Helper()
	places := o.Placer.(*storetest.Places)
	room := &storetest.Room{}
	o.Database, o.Sealer, o.Room = address, storetest.Sealer{}, room
	o.SearchValues = func(ev *gonets.Event, paths []string) ([]string, error) { return []string{string(ev.Body)}, nil }
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	end := func() {
		if closed {
			return
		}
		closed = true
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return storetest.Opened{Store: s, Clock: o.Clock.(*testkit.Clock), Places: places, Room: room, Exec: func(t *testing.T, query string, args ...any) {
		t.Helper()
		damages(s)(t, blobs.Replace(blob.ReplaceAllString(query, `'\x$1'::bytea`)), args...)
	},
		Reopen: func(t *testing.T) storetest.Opened {
			end()
			return openPostgres(t, address, o)
		}}
}

func freshPostgres(t *testing.T) storetest.Opened {
	return openPostgres(t, cluster.Database(t), store.Options{Clock: testkit.NewClock(),
		Placer: &storetest.Places{Lane: "http://crm.example"}})
}

func TestPostgresKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, freshPostgres)
}

func TestPostgresThatLosesCommitsIsRefused(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	open := func(extra string) error {
		s, err := store.Open(t.Context(), store.Options{Database: address + extra, Clock: testkit.NewClock(), Sealer: storetest.Sealer{}})
		if err == nil {
			err = s.Close(t.Context())
		}
		return err
	}
	if err := open("&synchronous_commit=off"); gonets.CodeOf(err) != gonets.CodeStoreFailed || !strings.Contains(err.Error(), "synchronous_commit = off") {
		t.Errorf("synchronous_commit=off: %v", err)
	}
	if err := open("&synchronous_commit=on"); err != nil {
		t.Errorf("synchronous_commit=on: %v", err)
	}
	var other testkit.Cluster
	defer other.Stop()
	address = other.Database(t)
	s := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{}})
	other.Crash()
	if err := other.Unsafe(); err != nil {
		t.Fatal(err)
	}
	// A server that worked on it stops, instead of going on without the promise.
	code := gonets.CodeStoreAway
	for code == gonets.CodeStoreAway {
		_, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: "e", Source: "s", Method: "POST"}}})
		code = gonets.CodeOf(err)
	}
	if code != gonets.CodeStoreFailed {
		t.Errorf("an event on a server that came back without fsync: %q", code)
	}
	select {
	case <-s.Failed():
	default:
		t.Error("the server goes on")
	}
	if err := open(""); gonets.CodeOf(err) != gonets.CodeStoreFailed || !strings.Contains(err.Error(), "fsync = off") {
		t.Errorf("fsync=off: %v", err)
	}
}

func TestNodesOfOneDatabaseShareTheirKey(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	open := func(keys *secret.Keyring) error {
		s, err := store.Open(t.Context(), store.Options{Database: address, Clock: testkit.NewClock(), Sealer: keys})
		if err == nil {
			err = s.Close(t.Context())
		}
		return err
	}
	ring := func(texts ...string) *secret.Keyring {
		k, err := secret.Parse(strings.Join(texts, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first, second := secret.NewKey(), secret.NewKey()
	for _, step := range []struct {
		name string
		keys *secret.Keyring
		ok   bool
	}{
		{"the first key", ring(first), true},
		{"another key", ring(second), false},
		{"a new key that keeps the old one", ring(second, first), true},
		{"the new key", ring(second), true},
		{"the key that was replaced", ring(first), false},
	} {
		err := open(step.keys)
		if (err == nil) != step.ok || err != nil && !strings.Contains(err.Error(), "secret.key") {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

func TestPostgresMayGoAwayAndComeBack(t *testing.T) {
	t.Parallel()
	var own testkit.Cluster
	defer own.Stop()
	s := openPostgres(t, own.Database(t), store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{Lane: "l"}})
	accept := func(id string) error {
		_, err := s.Accept(context.Background(), []gonets.Acceptance{{Event: gonets.Event{ID: id, Source: "s", Method: "POST"}}})
		return err
	}
	if err := accept("before"); err != nil {
		t.Fatal(err)
	}
	own.Crash()
	for range 3 {
		if err := accept("while away"); gonets.CodeOf(err) != gonets.CodeStoreAway {
			t.Fatalf("while it is away: %v", err)
		}
		if gonets.CodeOf(s.Health()) != gonets.CodeStoreAway {
			t.Fatalf("health: %v", s.Health())
		}
		if _, err := s.Backlog(t.Context()); gonets.CodeOf(err) != gonets.CodeStoreAway {
			t.Fatalf("a read: %v", err)
		}
	}
	select {
	case <-s.Failed():
		t.Fatal("the server would end")
	default:
	}
	if err := own.Restart(); err != nil {
		t.Fatal(err)
	}
	if err := accept("after"); err != nil {
		t.Fatalf("after the return: %v", err)
	}
	for id, want := range map[string]gonets.Code{"before": "", "after": "", "while away": gonets.CodeNotFound} {
		if _, err := s.Event(t.Context(), id); gonets.CodeOf(err) != want {
			t.Errorf("event %q: %v", id, err)
		}
	}
	if err := s.Health(); err != nil {
		t.Error(err)
	}
}

func TestSeveralNodesMayStartAtOnce(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	var group sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		group.Go(func() {
			s, err := store.Open(context.Background(), store.Options{Database: address, Node: name, Clock: testkit.NewClock(), Sealer: storetest.Sealer{}})
			if err == nil {
				err = s.Close(context.Background())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	t.Parallel()
	lite := openAt(t, filepath.Join(t.TempDir(), "gonets.db"), testkit.NewClock(), &storetest.Places{})
	columns := func(s storetest.Opened, query string) string {
		t.Helper()
		list, err := s.Texts(query)
		if err != nil || len(list) < 50 {
			t.Fatalf("%d columns, %v", len(list), err)
		}
		return strings.Join(list, "\n")
	}
	a := columns(lite, `SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' ORDER BY m.name, c.cid`)
	b := columns(freshPostgres(t), `SELECT table_name || '.' || column_name || ' ' ||
			CASE data_type WHEN 'bytea' THEN 'BLOB' ELSE upper(data_type) END FROM information_schema.columns
		WHERE table_schema = 'public' ORDER BY table_name COLLATE "C", ordinal_position`)
	if a != b {
		t.Errorf("SQLite:\n%s\nPostgreSQL:\n%s", a, b)
	}
}
