package testkit

import (
	"context"
	"path/filepath"
	"testing"

	"gonets"
	"gonets/internal/secret"
	"gonets/internal/store"
)

// Store opens a real store in a folder of the test's own and closes it with
// the test. placer may be nil: every new run is then queued.
func Store(t testing.TB, clock gonets.Clock, placer store.Placer) *store.Store {
	t.Helper()
	return StoreIn(t, t.TempDir(), clock, placer)
}

// Member is a node of a shared database; Placer may be nil.
type Member struct {
	Address, Name string
	Clock         gonets.Clock
	Placer        store.Placer
}

// SharedStore opens the store of a node on a PostgreSQL database.
func SharedStore(t testing.TB, m Member) *store.Store {
	t.Helper()
	// One key for all nodes; nothing worth keeping is sealed with it.
	keys, err := secret.Parse("gnk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), store.Options{
		Database: m.Address, Node: m.Name, Version: "test", Clock: m.Clock, Placer: m.Placer, Sealer: keys,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}

// StoreIn opens the store of a folder, as a server does after a restart.
func StoreIn(t testing.TB, dir string, clock gonets.Clock, placer store.Placer) *store.Store {
	t.Helper()
	keys, err := secret.Open(filepath.Join(dir, "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), store.Options{
		Path: filepath.Join(dir, "gonets.db"), Version: "test", Clock: clock, Placer: placer, Sealer: keys,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}
