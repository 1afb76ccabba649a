//go:build !sabotage_nosync

package store

const synchronous = "FULL"
