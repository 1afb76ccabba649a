package gonets

import "time"

// Pulse is what a node's heartbeat brings back from the database that several
// nodes share.
type Pulse struct {
	// Now is the database's time.
	Now time.Time
	// Epoch is the node's life. It is a new one when the node was silent for so
	// long that the others took its runs over.
	Epoch int64
	// Config is the number of the configuration; every change raises it.
	Config int64
}

// The rhythm of heartbeats, in real time. A node that was silent for NodeDead
// by the database's clock has lost its runs to the others; it stops sending
// NodeMargin earlier by its own.
const (
	NodeBeat   = 5 * time.Second
	NodeDead   = 30 * time.Second
	NodeMargin = 10 * time.Second
	// ConfigPoll is how long a change of the configuration may be unknown to
	// other nodes.
	ConfigPoll = time.Second
)
