package api

import (
	"encoding/json"
	"time"

	"gonets"
)

// Address is one address of a source.
type Address struct {
	URL       string    `json:"url"`
	CreatedAt time.Time `json:"created_at"`
	LastUsed  time.Time `json:"last_used_at,omitzero" doc:"When somebody last sent something there; left out when nobody has"`
}

// Activity is what a scenario did during the last 24 hours. Counting stops at
// 10 000.
type Activity struct {
	Buckets []Bucket  `json:"buckets" nullable:"false" doc:"24 hours, the oldest first; the last one is not over"`
	Total   int       `json:"total" doc:"Runs that began in that time"`
	Paused  int       `json:"paused" doc:"All runs that wait for a person"`
	Held    int       `json:"held" doc:"All runs that wait for the scenario's start"`
	LastAt  time.Time `json:"last_at,omitzero" doc:"When the newest run began"`
}

// Bucket counts the runs that began within an hour.
type Bucket struct {
	At     time.Time `json:"at"`
	Done   int       `json:"done" doc:"Ended well, or being worked on"`
	Failed int       `json:"failed" doc:"Failed, or waiting for a person"`
}

// NewScenario makes a scenario that is a draft.
type NewScenario struct {
	Title    string          `json:"title" minLength:"1" maxLength:"200" doc:"Its name is made of the title"`
	From     string          `json:"from,omitempty" doc:"Name of the scenario to copy"`
	Document json.RawMessage `json:"document,omitempty" doc:"The draft to begin with, incomplete perhaps"`
}

// Draft is what people work on: the scenario's document, incomplete perhaps.
type Draft struct {
	Document   json.RawMessage      `json:"document" doc:"As its writer left it; the published document when nobody has changed it"`
	ETag       string               `json:"etag" doc:"To be sent as If-Match with a change"`
	BasedOn    int                  `json:"based_on,omitempty" doc:"The version that was published when the draft was begun"`
	HasChanges bool                 `json:"has_changes" doc:"Publishing would make a new version"`
	State      gonets.ScenarioState `json:"state"`
	Version    int                  `json:"version,omitempty" doc:"The published version; left out when there is none"`
	UpdatedAt  time.Time            `json:"updated_at"`
	UpdatedBy  string               `json:"updated_by,omitempty"`
	Differing  []string             `json:"differing_requests,omitempty" doc:"After a version was restored: the saved requests of which it sent another text. The draft sends the present one"`
	Problems   []gonets.Problem     `json:"problems" nullable:"false" doc:"What has to be corrected before it can be published; pointers are into document"`
}

// DraftDocument replaces a draft or a source's document.
type DraftDocument struct {
	Document json.RawMessage `json:"document" doc:"apiVersion, kind and name may be left out"`
}

// Publish makes a draft the next version.
type Publish struct {
	Start       bool              `json:"start,omitempty" doc:"Let the scenario run; otherwise its state stays, and one that was never published stands still"`
	ReleaseHeld bool              `json:"release_held,omitempty" doc:"Also work on what was kept while it did not run"`
	Note        string            `json:"note,omitempty" maxLength:"1000" doc:"Why; kept with the version"`
	Requests    map[string]string `json:"requests,omitempty" doc:"The requests of the changes that a person looked at: when a saved request says something else by now, the answer is 412 request.changed"`
}

// Rollback makes a version the draft.
type Rollback struct {
	Version int `json:"version" minimum:"1"`
}

// ScenarioChanges is how two states of a scenario differ.
type ScenarioChanges struct {
	From     string            `json:"from" doc:"A version's number, published or draft"`
	To       string            `json:"to"`
	Changes  []ScenarioChange  `json:"changes" nullable:"false"`
	Diff     string            `json:"diff,omitempty" doc:"Unified text diff of the YAML forms"`
	Requests map[string]string `json:"requests,omitempty" doc:"What stands for the present text of each saved request that to sends, by name; publish takes it"`
}

// ScenarioChange is one difference, for people. Steps are matched by id.
type ScenarioChange struct {
	Step   string `json:"step" doc:"The step's path; empty is the scenario itself"`
	Title  string `json:"title,omitempty" doc:"The step's title, or its id"`
	Field  string `json:"field" doc:"JSON Pointer into the step or the scenario; empty is all of it"`
	Change string `json:"change" enum:"added,removed,changed,moved"`
	Before any    `json:"before,omitempty" doc:"The value; of a step that was moved, its path"`
	After  any    `json:"after,omitempty"`
}

// NewSource makes a source with an address.
type NewSource struct {
	Title    string          `json:"title" minLength:"1" maxLength:"200" doc:"Its name is made of the title"`
	Preset   string          `json:"preset,omitempty" doc:"generic when left out"`
	Document json.RawMessage `json:"document,omitempty" doc:"Further members of its document"`
}
