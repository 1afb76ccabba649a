package engine

import (
	"context"
	"testing"
	"time"

	"gonets"
)

// sized is a store whose size is what a test says.
type sized struct {
	Store
	bytes  func() int64
	pruned int
}

func (s *sized) Stats(context.Context) (gonets.StoreStats, error) {
	return gonets.StoreStats{SizeBytes: s.bytes()}, nil
}

func (s *sized) Prune(_ context.Context, _ time.Time, limit int) (int, error) {
	s.pruned += limit
	return limit, nil
}

func TestRetentionBySizeRemovesWhatIsNeededAndNoMore(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		bytes   func(pruned int) int64
		batches int
	}{
		"it shrinks":         {func(n int) int64 { return 1_000_000 - int64(n)*100 }, 8},
		"it is small enough": {func(int) int64 { return 600_000 }, 0},
		"it does not shrink": {func(int) int64 { return 1_000_000 }, sizePatience},
		"it grows meanwhile": {func(n int) int64 { return 1_000_000 + int64(n) }, sizePatience},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			s := &sized{Store: r.store}
			s.bytes = func() int64 { return tc.bytes(s.pruned) }
			r.Engine.Store = s
			if err := r.pruneUntil(r.clock.Now(), 600_000); err != nil {
				t.Fatal(err)
			}
			if got := s.pruned / gonets.RetentionBatch; got != tc.batches {
				t.Errorf("%d batches were removed, want %d", got, tc.batches)
			}
		})
	}
}
