//go:build sabotage_unbounded

package ingest

// unbounded takes in whatever comes: the proof that a test of an overload can fail.
const unbounded = true
