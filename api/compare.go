package api

import "time"

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
