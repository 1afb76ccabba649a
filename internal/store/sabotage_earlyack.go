//go:build sabotage_earlyack

package store

import "time"

// earlyAck answers accepts before their commit, which a kill then undoes: the
// proof that a crash test can fail.
const earlyAck = 150 * time.Millisecond
