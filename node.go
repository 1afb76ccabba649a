package gonets

import "time"

// The rhythm of heartbeats, in real time. Another node may take over the runs of
// one that was silent for NodeDead by the database's clock. By its own clock, the
// silent one begins no request NodeMargin earlier, and cuts after NodeCut what is
// still on its way.
const (
	NodeBeat   = 5 * time.Second
	NodeDead   = 30 * time.Second
	NodeMargin = 10 * time.Second
	NodeCut    = 25 * time.Second
	// NodeSteady is how many heartbeats in a row a node makes before it judges
	// others: when the database was away, all of them were silent.
	NodeSteady = 3
	// NodeForgotten is after how long a node that holds nothing is forgotten.
	NodeForgotten = 7 * 24 * time.Hour
	// ConfigPoll is how long a change of the configuration may be unknown to
	// other nodes.
	ConfigPoll = time.Second
	// HintPause is the least time between two hints of a node.
	HintPause = 200 * time.Millisecond
)
