package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// searching opens a store whose values are worked out by a function, with the
// scenario x that names a path and the source t that feeds nothing.
func searching(t *testing.T, log *bytes.Buffer, values func(s *store.Store, ev *gonets.Event, paths []string) ([]string, error)) *store.Store {
	t.Helper()
	var s *store.Store
	s, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "gonets.db"), Clock: testkit.NewClock(),
		Sealer: storetest.Sealer{}, Logger: slog.New(slog.NewTextHandler(log, nil)),
		SearchValues: func(ev *gonets.Event, paths []string) ([]string, error) { return values(s, ev, paths) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	_, err = s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}, {Name: "t", Preset: "generic"}}})
	if err != nil {
		t.Fatal(err)
	}
	searchBy(t, s, "old")
	return s
}

func searchBy(t *testing.T, s *store.Store, path string) {
	t.Helper()
	sc := storetest.Scenario("x", "s")
	sc.Search = []string{path}
	if _, err := s.Apply(t.Context(), document.Apply{Scenarios: []gonets.Scenario{sc}}); err != nil {
		t.Error(err)
	}
}

func acceptFrom(t *testing.T, s *store.Store, source string) gonets.Accepted {
	t.Helper()
	out, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: source, Method: "POST"}}})
	if err != nil {
		t.Error(err)
		return gonets.Accepted{}
	}
	return out[0]
}

func foundBy(t *testing.T, s *store.Store, value string) int {
	t.Helper()
	l, err := s.Runs(t.Context(), gonets.RunFilter{Value: value})
	if err != nil {
		t.Fatal(err)
	}
	return len(l.Items)
}

func TestSlowSearchValuesKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	entered, until := make(chan struct{}), make(chan struct{})
	s := searching(t, &bytes.Buffer{}, func(_ *store.Store, ev *gonets.Event, _ []string) ([]string, error) {
		close(entered)
		<-until
		return []string{"v"}, nil
	})
	slow := make(chan struct{})
	go func() {
		defer close(slow)
		acceptFrom(t, s, "s")
	}()
	<-entered
	if acc := acceptFrom(t, s, "t"); acc.EventID == "" {
		t.Error("another event was not stored meanwhile")
	}
	close(until)
	<-slow
	if n := foundBy(t, s, "v"); n != 1 {
		t.Errorf("%d runs are found, want 1", n)
	}
}

func TestFaultInSearchValuesCostsTheValuesOnly(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := searching(t, &log, func(*store.Store, *gonets.Event, []string) ([]string, error) { panic("planted fault") })
	if acc := acceptFrom(t, s, "s"); len(acc.Runs) != 1 {
		t.Errorf("%+v", acc)
	}
	if !strings.Contains(log.String(), "planted fault") {
		t.Errorf("the log says %q", log.String())
	}
}

func TestASourceThatCannotBeReadKeepsItsEventOut(t *testing.T) {
	t.Parallel()
	var away error = gonets.Errorf(gonets.CodeStoreAway, "away")
	s := searching(t, &bytes.Buffer{}, func(*store.Store, *gonets.Event, []string) (values []string, err error) {
		away, err = nil, away
		return []string{"v"}, err
	})
	one := []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST"}}}
	if _, err := s.Accept(t.Context(), one); gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Errorf("it is accepted without the values by which it would be found: %v", err)
	}
	if _, err := s.Accept(t.Context(), one); err != nil || foundBy(t, s, "v") != 1 {
		t.Errorf("it is not found when it is brought again: %v", err)
	}
}

func TestSearchValuesFollowAPublishThatRacesTheEvent(t *testing.T) {
	t.Parallel()
	published := false
	s := searching(t, &bytes.Buffer{}, func(s *store.Store, _ *gonets.Event, paths []string) ([]string, error) {
		// The store would hang if it asked inside of a transaction.
		if !published {
			published = true
			searchBy(t, s, "new")
		}
		return paths, nil
	})
	if acc := acceptFrom(t, s, "s"); len(acc.Runs) != 1 || acc.Runs[0].EventID != acc.EventID {
		t.Errorf("%+v", acc)
	}
	if old, fresh := foundBy(t, s, "old"), foundBy(t, s, "new"); old != 0 || fresh != 1 {
		t.Errorf("%d runs are found by the old path and %d by the new one", old, fresh)
	}
}

func TestFilesAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("access there is not a matter of modes")
	}
	path := filepath.Join(t.TempDir(), "gonets.db")
	openAt(t, path, testkit.NewClock(), &storetest.Places{})
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%q has the mode %o", suffix, mode)
		}
	}
}
