package engine

import (
	"fmt"
	"testing"

	"gonets"
)

// BenchmarkTenSteps is a whole run of ten steps without a request: accepted,
// worked through, stored.
func BenchmarkTenSteps(b *testing.B) {
	r := newRig(b)
	steps := make([]gonets.Step, 10)
	for i := range steps {
		steps[i] = gonets.Step{ID: fmt.Sprintf("s%d", i), Set: gonets.Rows{{Name: "v", Value: "{{ n }} and " + fmt.Sprint(i)}}}
	}
	r.apply(steps...)
	b.ReportAllocs()
	b.ResetTimer()
	var last string
	for b.Loop() {
		last = r.event("x")
		r.work()
	}
	b.StopTimer()
	r.wantState(last, gonets.RunSucceeded)
}
