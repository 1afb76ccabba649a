//go:build !sabotage_earlyack

package store

import "time"

const earlyAck time.Duration = 0
