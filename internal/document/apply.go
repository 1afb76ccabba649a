package document

import (
	"gonets"
	"gonets/setting"
)

// Apply asks the store to change documents in one commit.
type Apply struct {
	Sources   []gonets.Source
	Requests  []gonets.SavedRequest
	Scenarios []gonets.Scenario
	Settings  *setting.Settings
	// Draft keeps scenarios as drafts; otherwise they are published.
	Draft bool
	// IfMatch is the ETag of the settings that may be replaced; empty is any.
	IfMatch string
	// Stopped leaves new scenarios stopped; otherwise they start.
	Stopped bool
	DryRun  bool
	Actor   string
	Note    string
}

// Applied is what became of one document.
type Applied struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Change is created, updated or unchanged.
	Change  string               `json:"change"`
	Version int                  `json:"version,omitempty"`
	State   gonets.ScenarioState `json:"state,omitempty"`
}
