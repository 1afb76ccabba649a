//go:build !sabotage_hoarding

package engine

import "gonets"

const laneQueue = gonets.LaneQueue
