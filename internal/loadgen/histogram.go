package loadgen

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations in buckets that grow with the value: 64 to each
// doubling, so that a quantile is at most 1.6 % above the true one, from a
// microsecond to more than an hour. Its methods are safe for concurrent use.
type histogram struct {
	counts [bucketCount]atomic.Int64
}

const (
	subBits = 6
	// subBuckets are the buckets of one doubling.
	subBuckets = 1 << subBits
	// doublings beyond the first 64 µs: 2^33 µs are more than two hours.
	doublings   = 33 - subBits
	bucketCount = (doublings + 1) * subBuckets
)

// bucketOf is the bucket of a number of microseconds. Below 64 each number has
// its own; above, the highest seven bits decide.
func bucketOf(us uint64) int {
	if us < subBuckets {
		return int(us)
	}
	shift := bits.Len64(us) - subBits - 1
	return min(shift*subBuckets+int(us>>shift), bucketCount-1)
}

// highest is the largest number of microseconds in a bucket.
func highest(bucket int) uint64 {
	if bucket < 2*subBuckets {
		return uint64(bucket)
	}
	shift := bucket/subBuckets - 1
	return uint64(bucket-shift*subBuckets+1)<<shift - 1
}

func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(uint64(max(0, d.Microseconds())))].Add(1)
}

func (h *histogram) count() (n int64) {
	for i := range h.counts {
		n += h.counts[i].Load()
	}
	return n
}

// quantile is the value that the share q of all counted ones does not exceed;
// 0 when nothing was counted.
func (h *histogram) quantile(q float64) time.Duration {
	all := h.count()
	rank := max(1, int64(q*float64(all)+0.999_999))
	var seen int64
	for i := range h.counts {
		if seen += h.counts[i].Load(); all > 0 && seen >= rank {
			return time.Duration(highest(i)) * time.Microsecond
		}
	}
	return 0
}
