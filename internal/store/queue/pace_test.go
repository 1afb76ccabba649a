package queue

import (
	"testing"

	"gonets"
)

func TestUpkeepTakesPartsThatFitItsTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		// each is what a row takes, in microseconds, before and after the disk changes.
		before, after int64
		want          int
	}{
		"a usual disk":     {100, 100, upkeepTime / 100},
		"a quick one":      {1, 1, gonets.RetentionBatch},
		"a slow one":       {1_000, 1_000, 10},
		"a terrible one":   {1_000_000, 1_000_000, leastUpkeep},
		"it becomes slow":  {1, 2_000, 5},
		"it becomes quick": {1_000_000, 50, 200},
		"it takes no time": {0, 0, gonets.RetentionBatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p Pace
			for _, each := range []int64{tc.before, tc.after} {
				for range 20 {
					n := p.Size(false)
					p.Learn(n, int64(n)*each)
					if p.Size(false) > 2*n {
						t.Fatalf("a part of %d rows follows one of %d", p.Size(false), n)
					}
				}
			}
			p.Learn(0, 1_000_000) // finding nothing tells nothing
			if p.Size(true) != leastUpkeep {
				t.Errorf("a part has %d rows where there is no room", p.Size(true))
			}
			if p.Size(false) != tc.want {
				t.Errorf("a part has %d rows, want %d", p.Size(false), tc.want)
			}
		})
	}
}
