//go:build !sabotage_unbounded

package engine

import "gonets"

const laneQueue = gonets.LaneQueue
