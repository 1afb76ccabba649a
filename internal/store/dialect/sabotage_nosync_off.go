//go:build !sabotage_nosync

package dialect

const synchronous = "FULL"
