package gonets

// LaneInfo is what a node's memory holds for one destination.
type LaneInfo struct {
	Name string `json:"name"`
	// Active counts runs that are being worked on, Limit their places.
	Active int `json:"active"`
	Limit  int `json:"limit"`
	// Queued counts runs that wait in memory.
	Queued int `json:"queued"`
	// Backlog is true while the database holds more that is due.
	Backlog bool `json:"backlog"`
}
