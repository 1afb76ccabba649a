package api

import (
	"encoding/json"
	"time"

	"gonets"
)

// SavedRequest is a request that several scenarios send by its name.
type SavedRequest struct {
	Name      string          `json:"name"`
	Title     string          `json:"title,omitempty"`
	Method    string          `json:"method" doc:"As it is sent unless a step says another one"`
	URL       string          `json:"url" doc:"As it is written, with its templates"`
	Params    []RequestParam  `json:"params" nullable:"false"`
	Document  json.RawMessage `json:"document" doc:"The document as a file would hold it; only its name when it is damaged"`
	ETag      string          `json:"etag"`
	CreatedAt time.Time       `json:"created_at"`
	ChangedAt time.Time       `json:"changed_at"`
	UsedBy    []RequestUser   `json:"used_by" nullable:"false" doc:"The scenarios that send it, in their draft or as they are published"`
	LastCheck *RequestCheck   `json:"last_check,omitempty" doc:"The last time that it was tried by itself; left out when it never was"`
	Damaged   bool            `json:"damaged,omitempty" doc:"What the database holds of its document cannot be read: apply it again"`
}

// RequestParam is a parameter of a saved request.
type RequestParam struct {
	Name     string          `json:"name"`
	Type     string          `json:"type" enum:"string,number,boolean,object,list"`
	Required bool            `json:"required"`
	Default  json.RawMessage `json:"default,omitempty" doc:"What it is when a step gives none"`
	Example  json.RawMessage `json:"example,omitempty"`
}

// RequestUser is a scenario that sends a saved request.
type RequestUser struct {
	Scenario string               `json:"scenario"`
	Title    string               `json:"title"`
	Steps    []gonets.RequestUse  `json:"steps" nullable:"false" doc:"Of its draft, or of what is published when there is none"`
	State    gonets.ScenarioState `json:"state"`
	Stale    bool                 `json:"stale" doc:"Its published version sends another text of the request than the present one: its changes are not applied yet"`
}

// RequestCheck is how a saved request went when a person tried it.
type RequestCheck struct {
	At      time.Time `json:"at"`
	Status  int       `json:"status" doc:"0 without a reply"`
	Outcome string    `json:"outcome" doc:"As that of an attempt; empty when nothing was sent"`
	Run     string    `json:"run" doc:"Id of the check"`
}

// NewRequest makes a saved request.
type NewRequest struct {
	Title    string          `json:"title" minLength:"1" maxLength:"200" doc:"Its name is made of the title"`
	Document json.RawMessage `json:"document,omitempty" doc:"Further members of its document"`
}

// RequestTrial says with which values a saved request is tried.
type RequestTrial struct {
	Document json.RawMessage            `json:"document,omitempty" doc:"The request as it may become; the stored one when left out"`
	Params   map[string]json.RawMessage `json:"params,omitempty" doc:"The parameters by name; one that is left out is its default"`
	GoesOn   bool                       `json:"goes_on,omitempty" doc:"The check goes on when its reader leaves"`
}
