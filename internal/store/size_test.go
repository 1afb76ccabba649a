package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"gonets"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// TestSizeOnPostgresIsThatOfLiveRows: PostgreSQL keeps its files when rows are
// removed; the size that retention goes by has to fall all the same, and must
// not jump back when the database cleans up.
func TestSizeOnPostgresIsThatOfLiveRows(t *testing.T) {
	t.Parallel()
	var own testkit.Cluster // its statistics are nobody else's
	defer own.Stop()
	address := own.Database(t)
	s := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{Lane: lane}})
	exec := func(statement string) {
		t.Helper()
		if err := own.Exec(address, statement); err != nil {
			t.Fatal(err)
		}
	}
	size := func() (live int64, files string) {
		t.Helper()
		stats, err := s.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Texts(`SELECT CAST(pg_database_size(current_database()) AS TEXT)`)
		if err != nil {
			t.Fatal(err)
		}
		return stats.SizeBytes, got[0]
	}
	small, _ := size()
	// Bodies in the row, out of it, and out of line.
	const events, together = 3_000, 500
	for i := 0; i < events; i += together {
		as := make([]gonets.Acceptance, together)
		for j := range as {
			as[j].Event = gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now().Add(time.Duration(i+j) * time.Second),
				Body: noise([]int{300, 3_000, 9_000}[j%3])}
		}
		if _, err := s.Accept(context.Background(), as); err != nil {
			t.Fatal(err)
		}
	}
	prune := func(n int) {
		t.Helper()
		s.Prune(t.Context(), s.Clock.Now().Add(time.Duration(n)*time.Second), 1)
		for range events / gonets.RetentionBatch {
			if _, err := s.Prune(t.Context(), s.Clock.Now().Add(time.Duration(n)*time.Second), 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	prune(0)
	full, _ := size()
	between := func(what string, part float64) {
		t.Helper()
		got, files := size()
		share := float64(got-small) / float64(full-small)
		t.Logf("%-30s %5.2f of %d bytes (files: %s)", what, share, full-small, files)
		if share < part-0.15 || share > part+0.15 {
			t.Errorf("%s: live rows take %.2f of what they took, want about %.2f", what, share, part)
		}
	}
	exec("ANALYZE")
	between("analysed", 1)
	prune(events / 2)
	between("half removed", 0.5)
	exec("VACUUM")
	between("vacuumed", 0.5)
	exec("ANALYZE")
	between("analysed again", 0.5)
	// The statistics of a crashed server begin anew.
	exec("SELECT pg_stat_reset()")
	between("without statistics", 0.5)
	prune(events * 9 / 10)
	between("nine tenths removed", 0.1)
}

// noise is a body that does not compress.
func noise(n int) []byte {
	out := make([]byte, 0, n+36)
	for len(out) < n {
		out = append(out, newID()[24:]...)
	}
	return slices.Clip(out[:n])
}
