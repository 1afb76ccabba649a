//go:build sabotage_nosync

package dialect

// synchronous OFF loses acknowledged events at a power cut: the proof that a
// test of fsync can fail.
const synchronous = "OFF"
