package gonets

import (
	"encoding/json"
	"time"
)

// Draft is the document on which people work: the open draft of a scenario, or
// its published document when there is none.
type Draft struct {
	Scenario string
	// Document is JSON as its writer left it, incomplete perhaps.
	Document json.RawMessage
	// Text is the same as YAML with comments; empty when there are none.
	Text string
	// ETag changes with every change of Document or Text.
	ETag string
	// Open is false when nobody has changed anything since the last publishing.
	Open bool
	// Changed tells whether publishing would make a new version.
	Changed bool
	// Requests are the saved requests that the published version embeds.
	Requests []SavedRequest
	// BasedOn is the version that was published when the draft was begun; 0 is
	// none.
	BasedOn   int
	State     ScenarioState
	Version   int
	UpdatedAt time.Time
	UpdatedBy string
}

// DraftChange replaces a draft.
type DraftChange struct {
	Name     string
	Document json.RawMessage
	Text     string
	// Parsed is what could be read of Document.
	Parsed *Scenario
	// IfMatch is the ETag of the draft that was changed; "*" is any.
	IfMatch string
	Actor   string
}

// DraftEdit is a change of a draft by a person.
type DraftEdit struct {
	Name string
	// Data is the document, JSON or, with YAML, YAML.
	Data []byte
	YAML bool
	// IfMatch is the ETag of what was changed; "*" is any.
	IfMatch string
	Actor   string
}

// NewDocument makes a scenario or a source under the first free name like Name.
type NewDocument[T any] struct {
	Name string
	// Document is the JSON of a scenario's draft.
	Document json.RawMessage
	Parsed   *T
	Actor    string
}

// Publish makes a scenario's draft its next version, in one commit.
type Publish struct {
	// Scenario is the whole draft, checked.
	Scenario *Scenario
	// IfMatch is the ETag of that draft.
	IfMatch string
	// Requests are what the saved requests that it sends said when a person looked at
	// it, as its changes told them; nil when nobody did.
	Requests map[string]string
	// Start lets the scenario run; otherwise its state stays, and one that was
	// never published stands still.
	Start bool
	// ReleaseHeld queues what was held while the scenario did not run.
	ReleaseHeld bool
	Note        string
	Actor       string
}

// SourceChange replaces a source's document.
type SourceChange struct {
	Source *Source
	// IfMatch is the ETag of the document that was changed; "*" is any.
	IfMatch string
	Actor   string
}

// Activity is what a scenario did during the last 24 hours. Counting stops at
// 10 000.
type Activity struct {
	// Buckets are 24 hours, the oldest first.
	Buckets []ActivityBucket
	Total   int
	// Paused and Held count all runs in these states, however old.
	Paused, Held int
	LastAt       time.Time
}

// ActivityBucket counts the runs that began within an hour.
type ActivityBucket struct {
	At time.Time
	// Done ended well or are being worked on, Failed failed or need a person.
	Done, Failed int
}

// SourceActivity is what came to a source.
type SourceActivity struct {
	// LastAt is when the last event came; zero when none is kept.
	LastAt time.Time
	// Day counts the events of the last 24 hours, up to 10 000.
	Day int
}

// Address is one address of a source.
type Address struct {
	Token     string
	CreatedAt time.Time
	// LastUsedAt is when somebody last sent something there, to ten minutes or
	// so; zero is never.
	LastUsedAt time.Time
}

// Example is a reply that a person kept for a step: previews and checks read it
// instead of the step's last one.
type Example struct {
	Scenario string
	// EventID is the received event that led to the reply; empty when it was made
	// up.
	EventID string
	// Attempt got the reply; its path is the step's.
	Attempt Attempt
	SavedAt time.Time
	SavedBy string
}
