package api

import (
	"time"

	"gonets"
)

// Readiness tells whether a scenario can be left to work by itself: eight points,
// each judged by what the server saw.
type Readiness struct {
	Scenario string               `json:"scenario"`
	Title    string               `json:"title,omitempty"`
	State    gonets.ScenarioState `json:"state" enum:"draft,running,stopped"`
	Version  int                  `json:"version" doc:"The published version that is judged; 0 when there is none"`
	HasDraft bool                 `json:"has_draft" doc:"There are changes that are not published, and not judged"`
	Ready    bool                 `json:"ready" doc:"Every point is ok"`
	Points   []ReadyPoint         `json:"points" nullable:"false" doc:"Always eight, in the same order"`
}

// ReadyPoint is one point and the fact that decides it.
type ReadyPoint struct {
	Point string     `json:"point" enum:"address,protection,sender,errors,history,checked,watched,documented"`
	OK    bool       `json:"ok"`
	Fact  string     `json:"fact" enum:"no_source,silent,local,network,outside,open,no_secret,untried,refused,none,quiet,came,unpublished,ignored,pauses,fails,goes_on,mixed,nothing_sent,low_disk,kept,kept_bounded,never,stale,succeeded,unset,off,failing,told,bare,described" doc:"What decides it"`
	At    *time.Time `json:"at,omitempty" doc:"When the fact was seen; the refusal of a request is known to a quarter of an hour"`
	// What the fact is about; what does not belong to it is left out.
	Source      string `json:"source,omitempty"`
	URL         string `json:"url,omitempty" doc:"The source's newest address"`
	Secret      string `json:"secret,omitempty"`
	Step        string `json:"step,omitempty" doc:"The step's path"`
	StepTitle   string `json:"step_title,omitempty" doc:"What people know the step by; its path when it has no title"`
	Channel     string `json:"channel,omitempty"`
	RunID       string `json:"run_id,omitempty" doc:"The run or check"`
	Status      int    `json:"status,omitempty" doc:"The last reply's HTTP status"`
	Count       int    `json:"count,omitempty" doc:"Refused requests, attempts of a step, runs or lines"`
	More        bool   `json:"more,omitempty" doc:"There are more than count"`
	KeptSeconds int64  `json:"kept_seconds,omitempty" doc:"How long final runs are kept; with kept_bounded, at most"`
}
