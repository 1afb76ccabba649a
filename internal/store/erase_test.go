package store_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/erase"
	"gonets/internal/secret"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// TestTheFilesForgetWhatWasErased: what is written over stays in a database's
// file and log until they are rewritten.
func TestTheFilesForgetWhatWasErased(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, clock, room := filepath.Join(folder, "gonets.db"), testkit.NewClock(), &storetest.Room{}
	start := func() *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), store.Options{Path: path, Clock: clock, Sealer: storetest.Sealer{}, Room: room})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	stop := func(s *store.Store) {
		t.Helper()
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	s := start()
	const canary = "canary-7f3b21"
	holds := func() (n int) {
		t.Helper()
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(filepath.Join(folder, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(raw, []byte(canary))
		}
		return n
	}
	var finds []erase.Find
	for range 200 {
		ev := gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: clock.Now(), RawQuery: "q=" + canary, Body: append(noise(100), canary...)}
		if _, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: ev}}); err != nil {
			t.Fatal(err)
		}
		finds = append(finds, erase.Find{Kind: erase.KindEvent, ID: ev.ID})
	}
	owner := erase.Owner{Name: "me", Until: clock.Now().Add(1 << 40)}
	if err := s.CreateErasure(t.Context(), erase.Job{ID: newID(), State: erase.Erasing, Value: canary, CreatedAt: clock.Now()}); err != nil {
		t.Fatal(err)
	}
	j, err := s.TakeErasure(t.Context(), owner)
	if err != nil || j == nil || j.Value != canary {
		t.Fatalf("%+v, %v", j, err)
	}
	if ok, err := s.SaveErasure(t.Context(), j, owner, finds); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if more, ok, err := s.EraseFound(t.Context(), j, owner, "erased", 1_000); err != nil || !ok || more {
		t.Fatal(more, ok, err)
	}
	if holds() == 0 {
		t.Fatal("nothing is left in the files without a rewriting: this test proves nothing")
	}
	// Without room for a second file nothing is begun, and people are told.
	room.Narrow(true)
	if j.Because, err = s.Rewrite(t.Context()); err != nil || j.Because != erase.BecauseRoom || holds() == 0 {
		t.Fatalf("rewritten without room: %q, %v", j.Because, err)
	}
	j.State = erase.Finished
	if ok, err := s.SaveErasure(t.Context(), j, owner, nil); err != nil || !ok {
		t.Fatal(ok, err)
	}
	because := func(s *store.Store) erase.Because {
		t.Helper()
		got, err := s.Erasure(t.Context(), j.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.Because
	}
	if got := because(s); got != erase.BecauseRoom {
		t.Errorf("the report says %q", got)
	}
	// Neither by a start.
	stop(s)
	if stop(start()); holds() == 0 {
		t.Fatal("a start rewrote without room")
	}
	room.Narrow(false)
	s = start()
	if n := holds(); n > 0 || because(s) != "" {
		t.Errorf("the files still hold it %d times; the report says %q", n, because(s))
	}
	if because, err := s.Rewrite(t.Context()); err != nil || because != "" {
		t.Error(because, err)
	}
	// A later erasing waits for a start; what the earlier one left is gone already.
	room.Narrow(true)
	if later, err := s.Rewrite(t.Context()); err != nil || later != erase.BecauseRoom || because(s) != "" {
		t.Errorf("a later one says %q (%v), the earlier one %q", later, err, because(s))
	}
	stop(s)
}

// TestAnErasureIsTakenAsItIsWhenItIsTaken: what a person decides between what a
// server reads and what it writes is what counts.
func TestAnErasureIsTakenAsItIsWhenItIsTaken(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) storetest.Opened{"sqlite": open, "postgres": freshPostgres} {
		for was, c := range map[erase.State]struct {
			becomes, stays erase.State
			taken          bool
		}{
			erase.Found:   {erase.Erasing, erase.Erasing, true}, // confirmed at the moment at which it is forgotten
			erase.Erasing: {erase.Dropped, erase.Dropped, false},
			erase.Looking: {erase.Found, erase.Dropped, false},
		} {
			t.Run(name+"/"+string(was)+" becomes "+string(c.becomes), func(t *testing.T) {
				t.Parallel()
				s := open(t)
				job := erase.Job{ID: newID(), State: was, Value: "somebody", By: "owner", CreatedAt: s.Clock.Now()}
				if err := s.CreateErasure(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				s.Clock.Advance(25 * time.Hour)
				steer := func() {
					if _, err := s.SteerErasure(t.Context(), job.ID, "owner", func(j *erase.Job) error {
						j.State = c.becomes
						return nil
					}); err != nil {
						t.Error(err)
					}
				}
				j, err := s.ErasuresAfter(steer).TakeErasure(t.Context(), erase.Owner{Name: "me", Until: s.Clock.Now().Add(time.Minute)})
				if err != nil || (j != nil) != c.taken || c.taken && (j.State != c.stays || j.Value != job.Value) {
					t.Errorf("taken: %+v, %v", j, err)
				}
				if is, err := s.Erasure(t.Context(), job.ID); err != nil || is.State != c.stays {
					t.Errorf("it is %s, want %s (%v)", is.State, c.stays, err)
				}
			})
		}
	}
}

// hide erases a key of repeats.
func hide(t *testing.T, s *store.Store, clock gonets.Clock, text string) {
	t.Helper()
	now := clock.Now()
	owner := erase.Owner{Name: "a", Until: now.Add(1 << 40)}
	if err := s.CreateErasure(t.Context(), erase.Job{ID: newID(), State: erase.Erasing, Value: text, CreatedAt: now}); err != nil {
		t.Fatal(err)
	}
	j, err := s.TakeErasure(t.Context(), owner)
	if err != nil || j == nil {
		t.Fatal(j, err)
	}
	key := erase.Find{Kind: erase.KindKey, ID: "s", Part: hex.EncodeToString([]byte(text))}
	if ok, err := s.SaveErasure(t.Context(), j, owner, []erase.Find{key}); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if more, ok, err := s.EraseFound(t.Context(), j, owner, "erased", 10); err != nil || !ok || more || j.Erased[erase.KindKey] != 1 {
		t.Fatal(more, ok, err, j.Erased)
	}
	j.State = erase.Finished
	if ok, err := s.SaveErasure(t.Context(), j, owner, nil); err != nil || !ok {
		t.Fatal(ok, err)
	}
}

// TestAnErasedKeyOutlivesTheSecretKey: it is known as long as the key is there with
// which it was hidden.
func TestAnErasedKeyOutlivesTheSecretKey(t *testing.T) {
	t.Parallel()
	path, clock, older, newer := filepath.Join(t.TempDir(), "gonets.db"), testkit.NewClock(), secret.NewKey(), secret.NewKey()
	var first string
	for _, c := range []struct {
		keys   []string
		repeat bool
	}{{[]string{older}, true}, {[]string{newer, older}, true}, {[]string{older, newer}, true}, {[]string{newer}, false}} {
		ring, err := secret.Parse(strings.Join(c.keys, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), store.Options{Path: path, Clock: clock, Sealer: ring})
		if err != nil {
			t.Fatal(err)
		}
		accept := func() gonets.Accepted {
			t.Helper()
			ev := gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: clock.Now()}
			acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: ev, Key: "79990001122", DedupeWindow: time.Hour}})
			if err != nil {
				t.Fatal(err)
			}
			return acc[0]
		}
		if first == "" {
			first = accept().EventID
			hide(t, s, clock, "79990001122")
		}
		if got := accept(); got.Duplicate != c.repeat || got.Duplicate && got.EventID != first {
			t.Errorf("with %d keys: %+v, want a repeat of %s: %v", len(c.keys), got, first, c.repeat)
		}
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAnErasureThatCannotBeReadIsInNobodysWay: the secret.key with which its value
// was encrypted is gone.
func TestAnErasureThatCannotBeReadIsInNobodysWay(t *testing.T) {
	t.Parallel()
	path, clock := filepath.Join(t.TempDir(), "gonets.db"), testkit.NewClock()
	for i, value := range []string{"lost with its key", "somebody"} {
		ring, err := secret.Parse(secret.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), store.Options{Path: path, Clock: clock, Sealer: ring})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CreateErasure(t.Context(), erase.Job{ID: newID(), State: erase.Looking, Value: value, CreatedAt: clock.Now()}); err != nil {
			t.Fatal(err)
		}
		j, err := s.TakeErasure(t.Context(), erase.Owner{Name: "me", Until: clock.Now().Add(time.Minute)})
		if err != nil || j == nil || j.Value != value {
			t.Errorf("job %d: took %+v, %v", i, j, err)
		}
		if i > 0 {
			j.State = erase.Dropped
			if _, err := s.SaveErasure(t.Context(), j, erase.Owner{Name: "me"}, nil); err != nil {
				t.Error(err)
			}
			if j, err = s.TakeErasure(t.Context(), erase.Owner{Name: "me", Until: clock.Now().Add(time.Minute)}); err == nil || j != nil {
				t.Errorf("the one that is left: %+v, %v", j, err)
			}
		}
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}
