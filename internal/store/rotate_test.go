package store_test

import (
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// PostgreSQL cuts a file only at its end. New rows take the room of removed ones at
// its beginning, so when what stands at the end grows old and goes, its room is
// given back to the disk.
func TestPostgresGivesRoomBackOnceTheEndOfItsFilesIsOld(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	s := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{Lane: "http://crm.example"}})
	s.Places.Give(10_000)
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("sc", "s")}}); err != nil {
		t.Fatal(err)
	}
	// Each is a run that ended, with an event of two pages.
	live := func(n int) (until time.Time) {
		t.Helper()
		for range n {
			ev := gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now(), Body: noise(15_000)}
			acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: ev}})
			if err != nil {
				t.Fatal(err)
			}
			run := acc[0].Runs[0]
			if _, err := s.Finish(t.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: "s", ReceivedAt: ev.ReceivedAt,
				Lease: run.Lease, State: gonets.RunSucceeded, At: ev.ReceivedAt}); err != nil {
				t.Fatal(err)
			}
		}
		s.Clock.Advance(24 * time.Hour)
		return s.Clock.Now()
	}
	removeUntil := func(day time.Time) {
		t.Helper()
		for n := 1; n > 0; {
			var err error
			if n, err = s.Prune(t.Context(), day, gonets.RetentionBatch); err != nil {
				t.Fatal(err)
			}
		}
		for _, table := range []string{"runs", "events", "bodies"} {
			if err := cluster.Exec(address, "VACUUM "+table); err != nil { // as the database does by itself
				t.Fatal(err)
			}
		}
	}
	size := func() int64 {
		t.Helper()
		h, err := s.Holdings(t.Context(), gonets.RetentionAge)
		if err != nil {
			t.Fatal(err)
		}
		return h.FileBytes
	}
	empty := size()
	first := live(300)
	second := live(100)
	full := size() - empty
	removeUntil(first)
	if kept := size() - empty; kept < full*9/10 {
		t.Fatalf("the room of what stood before others was given back: %d bytes of %d", kept, full)
	}
	live(100)
	if grown := size() - empty; grown > full*11/10 {
		t.Errorf("new rows did not take the room of removed ones: %d bytes, %d before", grown, full)
	}
	removeUntil(second)
	if kept := size() - empty; kept > full/2 {
		t.Errorf("%d bytes of %d are taken by a quarter of the rows, once the end of the files was old", kept, full)
	}
}
