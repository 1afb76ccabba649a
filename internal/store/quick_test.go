package store_test

import (
	"context"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// TestLongReadsHoldUpNoEvent: while every connection on which much may be read is
// taken for long, what events wait for is read, and the database counts as there.
func TestLongReadsHoldUpNoEvent(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) storetest.Opened{"sqlite": open, "postgres": func(t *testing.T) storetest.Opened {
		return openPostgres(t, cluster.Database(t), store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{Lane: "l"}})
	}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			applied, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
				Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}})
			if err != nil {
				t.Fatal(err)
			}
			info, err := s.Source(t.Context(), applied[0].Name)
			if err != nil {
				t.Fatal(err)
			}
			free, err := s.OccupyLong(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer free()
			// Without connections of their own they would wait for as long as this.
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if got, err := s.SourceByToken(ctx, info.Addresses[0].Token); err != nil || got.Name != "s" {
				t.Errorf("the source of an address is %q: %v", got.Name, err)
			}
			if _, err := s.ConfigEpoch(ctx); err != nil {
				t.Errorf("the configuration's number: %v", err)
			}
			if err := commit(t, s); err != nil {
				t.Errorf("an event: %v", err)
			}
			if err := s.Health(); err != nil {
				t.Errorf("health: %v", err)
			}
		})
	}
}
