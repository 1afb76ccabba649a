package queue

import (
	"cmp"

	"gonets"
)

const (
	// upkeepTime is how long the statements of one part of the upkeep may take,
	// in microseconds: events that come meanwhile wait for their commit, and for
	// what is written with it.
	upkeepTime = 10_000
	// A part begins small, because the disk may be slow, and is never so small
	// that commits are all that is done.
	firstUpkeep, leastUpkeep = 32, 4
)

// Pace finds how many rows fit into a part of the upkeep, by how long those
// before took. Only one goroutine uses it.
type Pace struct{ rows int }

// Size is how many rows the next part may have; as few as can be while there is
// no room for more.
func (p *Pace) Size(cramped bool) int {
	if cramped {
		return leastUpkeep
	}
	return cmp.Or(p.rows, firstUpkeep)
}

// Learn takes how long n rows took. One part that was quick by chance makes the
// next one twice as large at most.
func (p *Pace) Learn(n int, microseconds int64) {
	if n == 0 {
		return
	}
	fit := int(upkeepTime * int64(n) / max(1, microseconds))
	p.rows = min(max(fit, leastUpkeep), 2*p.Size(false), gonets.RetentionBatch)
}
