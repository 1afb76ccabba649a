package store_test

import (
	"testing"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/storetest"
)

// A repeat after a lost answer hides among so many new events that they are
// stored in groups.
func TestRepeatedEventsAreFoundAmongManyNewOnes(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) storetest.Opened{"sqlite": open, "postgres": freshPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
				Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
				t.Fatal(err)
			}
			event := func() gonets.Acceptance {
				return gonets.Acceptance{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now(), Body: []byte("{}")}}
			}
			first, second := event(), event()
			if _, err := s.Accept(t.Context(), []gonets.Acceptance{first, second}); err != nil {
				t.Fatal(err)
			}
			var batch []gonets.Acceptance
			for i := range 45 { // a group of 32, one of 8 and five by themselves
				switch i {
				case 7:
					batch = append(batch, first)
				case 44:
					batch = append(batch, second)
				default:
					batch = append(batch, event())
				}
			}
			got, err := s.Accept(t.Context(), batch)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range got {
				want := 1
				if i == 7 || i == 44 {
					want = 0 // its run was handed over the first time
				}
				if len(a.Runs) != want || a.EventID != batch[i].Event.ID {
					t.Errorf("event %d has %d new runs, want %d", i, len(a.Runs), want)
				}
			}
			events, err := s.Texts(`SELECT id FROM events`)
			if err != nil {
				t.Fatal(err)
			}
			runs, err := s.Texts(`SELECT DISTINCT event FROM runs`)
			if len(events) != 45 || len(runs) != 45 || err != nil {
				t.Errorf("%d events with runs of %d are stored, want 45: %v", len(events), len(runs), err)
			}
		})
	}
}
