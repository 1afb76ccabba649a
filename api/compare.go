package api

import (
	"encoding/json"
	"time"

	"gonets"
)

// Comparison is in what an attempt differs from the last one of its step that
// went well.
type Comparison struct {
	With        *ComparedWith       `json:"with,omitempty" doc:"The attempt that went well; left out when none was found among the last runs of the scenario"`
	Differences []AttemptDifference `json:"differences" nullable:"false" doc:"In the order of a request: method, address, query, headers, body, then the reply's status"`
	More        bool                `json:"more,omitempty" doc:"There are more differences than these"`
	Lines       bool                `json:"lines,omitempty" doc:"The bodies were compared line by line; names of differences are then lines"`
	Body        string              `json:"body,omitempty" enum:"too_large,binary,gone" doc:"Why the bodies were not compared: one is too large, no text, or not kept any more"`
}

// Why bodies are not compared.
const (
	BodyTooLarge = "too_large"
	BodyBinary   = "binary"
	BodyGone     = "gone"
)

// ComparedWith names the attempt that went well.
type ComparedWith struct {
	Run string    `json:"run"`
	N   int       `json:"n"`
	At  time.Time `json:"at"`
}

// AttemptDifference is one value that is not the same.
type AttemptDifference struct {
	Part  string  `json:"part" enum:"method,address,query,header,body,status"`
	Name  string  `json:"name,omitempty" doc:"Name of the parameter, header or member; number of the line"`
	Good  *string `json:"good,omitempty" doc:"Left out where there was none; at most 2000 bytes"`
	Bad   *string `json:"bad,omitempty"`
	Usual bool    `json:"usual,omitempty" doc:"It differs in every run, such as the Idempotency-Key"`
}

// DraftToCompare is what a scenario may become; the saved draft when it is empty.
type DraftToCompare struct {
	Document json.RawMessage `json:"document,omitempty" doc:"The scenario, saved or not"`
	Text     string          `json:"text,omitempty" doc:"Or documents as YAML, the scenario among them"`
}

// SentComparison is a page of events that came, each played through what a scenario
// may become and compared with what was sent.
type SentComparison struct {
	Version int           `json:"version,omitempty" doc:"The published version; left out when there is none: nothing is compared then"`
	Damaged bool          `json:"damaged,omitempty" doc:"The published version cannot be read: nothing is compared"`
	Items   []EventPlayed `json:"items" nullable:"false" doc:"Newest first"`
	Next    string        `json:"next,omitempty" doc:"The cursor of the page with the events before"`
}

// What came of an event that was played.
const (
	// PlayedSame is that the same would be sent, PlayedBuilt that all could be built
	// and there is no version to compare with.
	PlayedSame    = "same"
	PlayedBuilt   = "built"
	PlayedDiffers = "differs"
	// PlayedUnbuilt is that a step could not be done: the run would wait for a person.
	PlayedUnbuilt = "unbuilt"
	// PlayedUnanswered is that the service never answered a step, so that nothing is
	// known of those behind it; all before it is the same.
	PlayedUnanswered = "unanswered"
	// PlayedNot is that it could not be played.
	PlayedNot = "unplayed"
)

// Why an event was not played.
const (
	UnplayedErased  = "erased"
	UnplayedDamaged = "damaged"
	UnplayedTooLong = "too_long"
)

// EventPlayed is what would come of an event now.
type EventPlayed struct {
	Run     string    `json:"run" doc:"The event's newest run, whose replies were used"`
	At      time.Time `json:"at" doc:"When the run began"`
	Outcome string    `json:"outcome" enum:"same,built,differs,unbuilt,unanswered,unplayed"`
	Step    string    `json:"step,omitempty" doc:"Path of the step at which it ends (unbuilt) or behind which nothing is known (differs, unanswered)"`
	// Problem stands in the document as it was compared.
	Problem     *gonets.Problem  `json:"problem,omitempty" doc:"Why it cannot be built"`
	Why         string           `json:"why,omitempty" enum:"erased,damaged,too_long" doc:"Why it was not played"`
	Differences []SentDifference `json:"differences" nullable:"false"`
	More        bool             `json:"more,omitempty" doc:"There are more differences than these"`
}

// SentDifference is one value that would not be sent as it was.
type SentDifference struct {
	Step    string  `json:"step" doc:"The step's path; the one that it had when it is no more, empty for the answer to the sender"`
	Part    string  `json:"part" enum:"request,method,address,query,header,body,line,status" doc:"request is all of it: it is sent on one side only; line is one of a body"`
	Name    string  `json:"name,omitempty" doc:"Name of the parameter, header or member, or the number of the line; a body without a name is not shown, as it is too large or no text"`
	Was     *string `json:"was,omitempty" doc:"Left out where there was none; at most 2000 bytes"`
	Becomes *string `json:"becomes,omitempty"`
}
