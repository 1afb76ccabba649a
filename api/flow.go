package api

import "time"

// ScenarioFlow is how a scenario's runs of the last 24 hours went from step to step.
type ScenarioFlow struct {
	Since   time.Time    `json:"since" doc:"When the first of the runs began that were counted, or 24 hours ago"`
	More    bool         `json:"more,omitempty" doc:"Further runs began within the 24 hours: the newest 5000 are counted"`
	Sources []SourceFlow `json:"sources" nullable:"false"`
	Steps   []StepFlow   `json:"steps" nullable:"false" doc:"The steps to which runs came"`
}

// SourceFlow is how many runs events of a source began.
type SourceFlow struct {
	Source string `json:"source"`
	Runs   int    `json:"runs"`
}

// StepFlow is how many runs came to a step.
type StepFlow struct {
	Path    string `json:"path" doc:"The path that the step had when it first ran; another name does not change it"`
	Runs    int    `json:"runs"`
	Waiting int    `json:"waiting,omitempty" doc:"Runs that wait for a person there, however old they are; counted up to 10000 a scenario"`
}
