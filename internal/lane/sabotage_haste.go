//go:build sabotage_haste

package lane

// haste lets turns come twice as fast as they may: the proof that a test of rates can
// fail.
const haste = 2
