package gonets

import "time"

// What nodes know of one another's silence. Another node may take over the runs of
// one that was silent for NodeDead by the database's clock.
const (
	NodeBeat = 5 * time.Second
	NodeDead = 30 * time.Second
	// NodeForgotten is after how long a node that holds nothing is forgotten.
	NodeForgotten = 7 * 24 * time.Hour
)
