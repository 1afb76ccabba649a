package api

import (
	"encoding/json"
	"time"

	"gonets"
)

// Rehearsal asks what would become of an event while services fail.
type Rehearsal struct {
	Scenario string          `json:"scenario,omitempty" doc:"Its name, by which earlier replies are found; that of the document when left out"`
	Document json.RawMessage `json:"document,omitempty" doc:"The scenario, saved or not; left out it is that of a version"`
	Version  int             `json:"version,omitempty" minimum:"1" doc:"Without a document: which version of the scenario"`
	Event    string          `json:"event,omitempty" doc:"Id of a received event"`
	Sample   *Sample         `json:"sample,omitempty" doc:"Or a made-up one. With neither, the last event of the scenario's first source"`
	Outages  []Outage        `json:"outages,omitempty" maxItems:"200" doc:"What services answer; where nothing is said, as they answered last"`
	Every    string          `json:"every,omitempty" maxLength:"20" doc:"A time span after which the like event comes again and again while services fail, 300 times at most; left out it comes once"`
}

// Outage is what the service of a step answers.
type Outage struct {
	Step   string `json:"step,omitempty" doc:"The step's path; of all others when left out"`
	Script string `json:"script" maxLength:"4096" doc:"Request by request: refused for 3h, 503 for 10m, 500,500,200, 429:60, cut, hang, delay:5s"`
}

// RehearsalResult is what would become of it.
type RehearsalResult struct {
	Began time.Time       `json:"began" doc:"When the event comes in: now"`
	Ended time.Time       `json:"ended" doc:"When the run came to its last state"`
	State string          `json:"state" enum:"succeeded,failed,skipped,paused"`
	Lines []RehearsalLine `json:"lines" nullable:"false"`
	Told  bool            `json:"told" doc:"The settings say how people are told; otherwise the letters are those that could be"`
	Event string          `json:"event,omitempty" doc:"Id of the event that was used"`
	// Others are left out when there are none.
	Others *RehearsalOthers `json:"others,omitempty" doc:"What becomes of the further events; all else is of the first one"`
}

// RehearsalOthers are what would become of further events.
type RehearsalOthers struct {
	Events    int        `json:"events"`
	Succeeded int        `json:"succeeded"`
	Paused    int        `json:"paused" doc:"They wait for a person"`
	Failed    int        `json:"failed"`
	Attempts  int        `json:"attempts"`
	Last      *time.Time `json:"last,omitempty" doc:"When the last one that succeeds does so"`
}

// RehearsalLine is one thing that would happen.
type RehearsalLine struct {
	Kind string    `json:"kind" enum:"attempt,wait,queue,letter,end"`
	At   time.Time `json:"at"`
	Step string    `json:"step,omitempty" doc:"The step's path"`
	// Of an attempt.
	N       int         `json:"n,omitempty" doc:"Which try it is, from 1 on"`
	Of      int         `json:"of,omitempty" doc:"How many there may be"`
	Outcome string      `json:"outcome,omitempty" enum:"ok,http,body,network,unknown,blocked,template,cancelled"`
	Purpose string      `json:"purpose,omitempty" enum:"ask,ask.done,ask.not_done,renew,expired" doc:"Left out for one that sends the step's request"`
	Code    gonets.Code `json:"code,omitempty"`
	Status  int         `json:"status,omitempty"`
	Explain *Explain    `json:"explain,omitempty"`
	Next    *time.Time  `json:"next,omitempty" doc:"When it goes on"`
	Why     string      `json:"why,omitempty" enum:"delay,retry_after,quiet,step" doc:"What says when it goes on"`
	// Of a letter.
	Letter   string   `json:"letter,omitempty" enum:"first_failure,bad_end,recovered,lane_closed,success" doc:"What people would be told; of several kinds of news in one letter, the first"`
	Over     bool     `json:"over,omitempty" doc:"The letter says, too, that it is over"`
	Also     []string `json:"also,omitempty" doc:"Other kinds of news in the same letter"`
	Channels []string `json:"channels,omitempty" doc:"By which channels it goes; each gets it once"`
	// Of the end.
	State  string      `json:"state,omitempty" enum:"succeeded,failed,skipped,paused" doc:"How it ended"`
	Reason gonets.Code `json:"reason,omitempty"`
}
