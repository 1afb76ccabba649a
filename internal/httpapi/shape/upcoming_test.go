package shape_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/httpapi/shape"
)

func TestUpcomingTriesAreThePolicysWithoutJitter(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	span := func(d time.Duration) *gonets.Duration { v := gonets.Duration(d); return &v }
	def := gonets.DefaultRetry()
	short := gonets.Retry{Delays: def.Delays, Deadline: span(2 * time.Minute)}
	growing := gonets.Retry{Exponential: &gonets.Exponential{First: gonets.Duration(time.Second), Factor: 2, Max: gonets.Duration(3 * time.Second), Tries: 5}}
	tests := map[string]struct {
		policy gonets.Retry
		tries  int
		due    time.Duration
		want   []time.Duration
	}{
		"all that is left":                 {def, 3, 63 * time.Second, []time.Duration{time.Minute, 31 * time.Minute, 151 * time.Minute}},
		"the service asked for a longer":   {def, 4, time.Hour, []time.Duration{time.Hour, 3 * time.Hour}},
		"the last one":                     {def, 5, 2 * time.Hour, []time.Duration{2 * time.Hour}},
		"none behind the deadline":         {short, 2, 30 * time.Second, []time.Duration{30 * time.Second, 90 * time.Second}},
		"growing pauses":                   {growing, 1, time.Second, []time.Duration{time.Second, 3 * time.Second, 6 * time.Second, 9 * time.Second}},
		"sent now, whatever the policy is": {def, 9, time.Second, []time.Duration{time.Second}},
	}
	for name, tt := range tests {
		var got []time.Duration
		u := shape.Upcoming{Policy: tt.policy, Tries: tt.tries, First: start, Last: start, Due: start.Add(tt.due)}
		for _, at := range u.Times() {
			got = append(got, at.Sub(start))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
