//go:build !sabotage_unbounded

package ingest

const unbounded = false
