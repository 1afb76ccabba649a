package document

import (
	"time"

	"gonets"
	"gonets/setting"
)

// Apply asks the store to change documents in one commit.
type Apply struct {
	Sources   []gonets.Source
	Requests  []gonets.SavedRequest
	Scenarios []gonets.Scenario
	Settings  *setting.Settings
	// Based tells which states the documents were made from; one that is not there
	// replaces any.
	Based map[ID]Basis
	// Force replaces what is newer than the documents.
	Force bool
	// Locate gives a problem of a document, a kind and its name, its place in the text.
	// Nil leaves it.
	Locate func(kind, name string, p gonets.Problem) gonets.Problem
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
	// Replaced is what went though nothing tells whether the document's writer knew it.
	Replaced *Replaced `json:"replaced,omitempty"`
}

// Replaced is what stood in the place of a document.
type Replaced struct {
	// Version is a scenario's, which is kept; other documents have none.
	Version int `json:"version,omitempty"`
	// Deleted tells that it had been deleted, and is there again.
	Deleted bool `json:"deleted,omitempty"`
	// By is who published, changed or deleted it; empty when that is not known.
	By string    `json:"by"`
	At time.Time `json:"at"`
}
