package store_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// behindPath is a store with some connections that were used, on a path that can be
// lost.
func behindPath(t *testing.T) (*testkit.Path, storetest.Opened) {
	t.Helper()
	path, address := testkit.PathTo(t, cluster.Database(t))
	s := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{Lane: "l"}})
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := epoch(t, s); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	return path, s
}

func epoch(t *testing.T, s storetest.Opened) error {
	_, err := s.ConfigEpoch(t.Context())
	return err
}

func acceptOne(t *testing.T, s storetest.Opened) (gonets.Run, error) {
	acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now()}}})
	if err != nil {
		return gonets.Run{}, err
	}
	return acc[0].Runs[0], nil
}

func commit(t *testing.T, s storetest.Opened) error {
	_, err := acceptOne(t, s)
	return err
}

// eventually tries until it works, or not for long.
func eventually(try func() error) (err error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-tick.C {
		if err = try(); err == nil {
			return nil
		}
	}
	return err
}

// TestALostPathIsNoticedOnce: a path that carries nothing any more tells nobody.
// Whoever asks first is told that the database is away; after that none asks on a
// connection of before.
func TestALostPathIsNoticedOnce(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(*testing.T, storetest.Opened) error{"a commit": commit, "a read": epoch} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, s := behindPath(t)
			path.LoseOld()
			if err := first(t, s); gonets.CodeOf(err) != gonets.CodeStoreAway || gonets.CodeOf(s.Health()) != gonets.CodeStoreAway {
				t.Fatalf("%v; health: %v", err, s.Health())
			}
			for range 8 {
				if err := eventually(func() error { return epoch(t, s) }); err != nil {
					t.Errorf("a read after that: %v", err)
				}
			}
			if err := eventually(func() error { return commit(t, s) }); err != nil {
				t.Errorf("commits do not work again: %v", err)
			}
			if err := s.Health(); err != nil {
				t.Errorf("health: %v", err)
			}
		})
	}
}

func TestNothingIsAnsweredWhileThePathIsLost(t *testing.T) {
	t.Parallel()
	path, s := behindPath(t)
	path.Lose()
	for range 2 {
		for name, do := range map[string]func(*testing.T, storetest.Opened) error{"a commit": commit, "a read": epoch} {
			if err := do(t, s); gonets.CodeOf(err) != gonets.CodeStoreAway || gonets.CodeOf(s.Health()) != gonets.CodeStoreAway {
				t.Errorf("%s: %v; health: %v", name, err, s.Health())
			}
		}
	}
	path.Find()
	if err := eventually(func() error { return commit(t, s) }); err != nil {
		t.Error(err)
	}
	if err := eventually(func() error { return epoch(t, s) }); err != nil || s.Health() != nil {
		t.Errorf("%v; health: %v", err, s.Health())
	}
}

// TestALostTransactionHoldsNobodyUp: the database learns of a lost path even later
// than we do. What a transaction there has locked must not wait for that.
func TestALostTransactionHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	path, s := behindPath(t)
	run, err := acceptOne(t, s)
	if err != nil {
		t.Fatal(err)
	}
	cancel := func() error {
		_, err := s.Act(t.Context(), gonets.Action{RunID: run.ID, Kind: gonets.ActionCancel, Actor: "test"})
		return err
	}
	// The run is changed, and the transaction is still open.
	path.LoseOn(func(answer []byte) bool {
		return bytes.Contains(answer, []byte("UPDATE 1\x00")) && bytes.Contains(answer, []byte("Z\x00\x00\x00\x05T"))
	})
	if err := cancel(); gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Fatalf("its answer is lost: %v", err)
	}
	if err := eventually(cancel); err != nil {
		t.Error(err)
	}
}

// TestALateCommitLeavesNoRunBehind: a commit of which the answer is waited for in
// vain may be still on its way. When that has an end, nothing of it is to come.
func TestALateCommitLeavesNoRunBehind(t *testing.T) {
	t.Parallel()
	path, s := behindPath(t)
	s.Places.Free = 100
	if err := commit(t, s); err != nil {
		t.Fatal(err) // the first event only teaches the store where events go
	}
	// An event goes to the database together with its commit.
	path.DelayOn(func(question []byte) bool { return bytes.Contains(question, []byte("POST")) })
	if err := commit(t, s); gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Fatalf("its answer is late: %v", err)
	}
	var known gonets.Run
	err := eventually(func() (err error) {
		known, err = acceptOne(t, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := path.Deliver(); err != nil {
		t.Fatal(err)
	}
	leased, err := s.Texts(`SELECT id FROM runs WHERE node IS NOT NULL ORDER BY id DESC`)
	if err != nil || len(leased) != 2 || leased[0] != known.ID {
		t.Errorf("leased are %v, known of them the first one and %s: %v", leased, known.ID, err)
	}
}
