package api

import "time"

// Silence is that of a source which is silent for too long.
type Silence struct {
	Since time.Time `json:"since" doc:"When its last event came"`
	Usual int64     `json:"usual,omitempty" doc:"How many seconds it usually is silent at most; left out when the limit is a fixed one"`
}

// SourceFields are what is known of the fields of a source's events.
type SourceFields struct {
	On      bool          `json:"on" doc:"Events of this source are looked at"`
	Learned bool          `json:"learned" doc:"Enough events were seen to tell what is usual"`
	Events  int           `json:"events" doc:"Of how many of the last events that is known"`
	Fields  int           `json:"fields" doc:"How many fields they have"`
	Changes []FieldChange `json:"changes" nullable:"false" doc:"What is not as usual: missing fields first, new ones last"`
}

// FieldChange is a field that is not as it was.
type FieldChange struct {
	Kind  string     `json:"kind" enum:"missing,type,new"`
	Path  string     `json:"path" doc:"As templates write it"`
	Was   []string   `json:"was" nullable:"false" doc:"The usual types: text, number, bool, null, list, object"`
	Now   []string   `json:"now" nullable:"false" doc:"The types that come now"`
	Since time.Time  `json:"since"`
	Uses  []FieldUse `json:"uses" nullable:"false" doc:"The steps that read it"`
}

// FieldUse is a step that reads a field.
type FieldUse struct {
	Scenario string `json:"scenario"`
	Step     string `json:"step" doc:"The step's path in the scenario"`
}
