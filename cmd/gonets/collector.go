package main

import (
	"math"
	"runtime/debug"

	"gonets/internal/cgroup"
)

const (
	// usualPercent is what Go starts with.
	usualPercent = 100
	// gcPercent lets garbage grow to twice what is in use: most of what an event
	// takes is garbage a moment later, and marking what is in use is the dear
	// part of collecting it.
	gcPercent = 200
	// softLimit is where memory, in bytes, becomes dearer than the collector's
	// time: from there on it collects as often as it takes. What is in use may
	// still be more, within the bounds of the queues.
	softLimit = 144 << 20
	// containerPercent of a container's memory are the soft limit where that is less:
	// the rest is for what the collector does not know of.
	containerPercent = 80
)

// tuneCollector sets the garbage collector unless GOGC or GOMEMLIMIT have done
// so.
func tuneCollector() {
	if given := debug.SetGCPercent(gcPercent); given != usualPercent {
		debug.SetGCPercent(given)
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(softLimitIn(cgroup.MemoryLimit("/")))
	}
}

// softLimitIn is the soft limit in a container of so much memory; 0 is without bounds.
func softLimitIn(container int64) int64 {
	if container == 0 {
		return softLimit
	}
	return min(softLimit, container/100*containerPercent)
}
