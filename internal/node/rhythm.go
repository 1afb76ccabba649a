package node

import "time"

// The rhythm of one node, in real time. By its own clock, a silent one begins no
// request [Margin] before others may take over its runs ([gonets.NodeDead]), and
// cuts after [Cut] what is still on its way.
const (
	Margin = 10 * time.Second
	Cut    = 25 * time.Second
	// Steady is how many heartbeats in a row a node makes before it judges
	// others: when the database was away, all of them were silent.
	Steady = 3
	// ConfigPoll is how long a change of the configuration may be unknown to
	// other nodes.
	ConfigPoll = time.Second
	// HintPause is the least time between two hints of a node.
	HintPause = 200 * time.Millisecond
)
