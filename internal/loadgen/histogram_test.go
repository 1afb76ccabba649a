package loadgen

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBucketsFollowOneAnotherWithoutGaps(t *testing.T) {
	t.Parallel()
	for b := range bucketCount - 1 {
		if top := highest(b); bucketOf(top) != b || bucketOf(top+1) != b+1 {
			t.Fatalf("bucket %d ends with %d, which is in %d; the next one is in %d", b, top, bucketOf(top), bucketOf(top+1))
		}
	}
	if b := bucketOf(1 << 60); b != bucketCount-1 {
		t.Errorf("a value beyond the last bucket is in %d", b)
	}
}

func TestQuantilesAreHardlyAboveTheTrueOnes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour/time.Microsecond)), 1, 300).Draw(t, "µs")
		var h histogram
		for _, us := range values {
			h.add(time.Duration(us) * time.Microsecond)
		}
		slices.Sort(values)
		for _, q := range []float64{0.5, 0.99, 1} {
			rank := max(1, int(q*float64(len(values))+0.999_999))
			want, got := values[rank-1], h.quantile(q).Microseconds()
			if got < want || float64(got) > float64(want)*1.016+1 {
				t.Fatalf("the quantile %v of %v is %d, want %d", q, values, got, want)
			}
		}
	})
}

func TestAnEmptyHistogramHasNoQuantile(t *testing.T) {
	t.Parallel()
	if got := new(histogram).quantile(0.99); got != 0 {
		t.Error(got)
	}
}
