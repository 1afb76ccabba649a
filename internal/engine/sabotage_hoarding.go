//go:build sabotage_hoarding

package engine

// laneQueue takes whatever waits into the memory: the proof that a test of an
// overload can fail.
const laneQueue = 1 << 20
