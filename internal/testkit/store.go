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
