package api

import (
	"time"

	"gonets"
)

// NewBulk does one thing to all runs that match.
type NewBulk struct {
	Action   string       `json:"action" enum:"resume,skip,send-now,retry-policy,rerun,cancel,cancel-retries"`
	Q        string       `json:"q" minLength:"1" maxLength:"4096" doc:"Which runs: a question of the history, such as state:paused scenario:crm status:5xx. With text: the runs of all other conditions are asked for the text while it goes on"`
	Version  WhichVersion `json:"version,omitempty" pattern:"^(same|current|[1-9][0-9]{0,8})$" doc:"For resume and rerun: same, current, or a version's number"`
	Retry    *RetryPlan   `json:"retry,omitempty" doc:"For retry-policy, and needed there"`
	Rate     *int         `json:"rate,omitempty" minimum:"0" maximum:"10000" doc:"Runs a second, 10 when left out; 0 is as fast as their destinations take them"`
	OneFirst bool         `json:"one_first,omitempty" doc:"Stop behind the first run and wait for go-on"`
	Dry      bool         `json:"dry,omitempty" doc:"Only count and say what would be done; nothing is kept"`
}

// Bulk is one thing that is done to many runs.
type Bulk struct {
	ID         string       `json:"id,omitempty" doc:"Left out in the answer to dry"`
	Action     string       `json:"action"`
	Q          string       `json:"q" doc:"Which runs, as a question of the history; times are absolute"`
	Version    WhichVersion `json:"version,omitempty"`
	Retry      *RetryPlan   `json:"retry,omitempty"`
	Rate       int          `json:"rate"`
	OneFirst   bool         `json:"one_first" doc:"It will stop behind the first run"`
	State      string       `json:"state,omitempty" enum:"running,waits_for_you,paused,finished,stopped" doc:"waits_for_you: the first run is done and go-on is awaited"`
	Total      int          `json:"total" doc:"Runs that matched when it was made"`
	AtMost     bool         `json:"at_most,omitempty" doc:"Fewer than total may match: the text is still looked for, and runs without it are taken off the total when they are met"`
	Done       int          `json:"done" doc:"Runs whose turn has come"`
	Refused    int          `json:"refused" doc:"Those of them that were left alone; refusals says why"`
	Refusals   []BulkLeft   `json:"refusals,omitempty" doc:"Why runs were left alone, the most frequent reason first"`
	Working    int          `json:"working" doc:"Those that are on their way"`
	Succeeded  int          `json:"succeeded"`
	Retrying   int          `json:"retrying" doc:"Those that wait to retry"`
	Paused     int          `json:"paused" doc:"Those that wait for a person again"`
	Failed     int          `json:"failed" doc:"Those that ended badly"`
	ETA        *int         `json:"eta_seconds,omitempty" doc:"When the last run's turn will have come, as far as one can say"`
	FirstRun   string       `json:"first_run,omitempty"`
	By         string       `json:"by,omitempty"`
	CreatedAt  time.Time    `json:"created_at,omitzero"`
	FinishedAt *time.Time   `json:"finished_at,omitempty"`
	Plan       *BulkPlan    `json:"plan,omitempty" doc:"Only in the answer to dry"`
}

// BulkLeft is how many runs were left alone for one reason.
type BulkLeft struct {
	Code string `json:"code" doc:"run.state: its state did not allow it; scenario.deleted: its scenario was deleted; not_found: its data or the version are gone; conflict: nothing is published; document.damaged: what is stored of its scenario cannot be read; internal: it could not be worked on, the server's log says why"`
	Runs int    `json:"runs"`
}

// BulkPlan says what would be done.
type BulkPlan struct {
	More bool `json:"more" doc:"More runs match than total; counting stops at 10 000"`
	// Groups are of the newest runs, at most 1 000.
	Groups []BulkGroup `json:"groups" nullable:"false" doc:"The newest runs, up to 1 000, by where they stand"`
}

// BulkGroup are runs that stand at the same step of the same version.
type BulkGroup struct {
	Scenario       string `json:"scenario"`
	Title          string `json:"title,omitempty"`
	Version        int    `json:"version,omitempty"`
	CurrentVersion int    `json:"current_version,omitempty"`
	Step           string `json:"step,omitempty" doc:"Path of the step"`
	StepTitle      string `json:"step_title,omitempty"`
	StepChanged    bool   `json:"step_changed" doc:"The current version has the step otherwise"`
	StepLost       string `json:"step_lost,omitempty" enum:"moved,removed" doc:"The current version has no such step there: a run that goes on with it does not send it (removed), or sends it anew if it comes to where the step is now (moved)"`
	Runs           int    `json:"runs"`
}

// StepFate is how a run or a group tells what became of its step in the current version.
func StepFate(f gonets.StepFate) (changed bool, lost string) {
	if f == gonets.StepChanged {
		return true, ""
	}
	return false, string(f)
}

// WhichVersion chooses a version of a scenario: same, current, or a number. Left
// out, a run goes on with its own, unless the step at which it stands has changed
// since: then with the current one. One whose step was removed or moved keeps its
// own, which has it. A new run takes the current one.
type WhichVersion string

// The versions that need no number.
const (
	VersionSame    WhichVersion = "same"
	VersionCurrent WhichVersion = "current"
)

// Number is the version as the server knows it. What is not well formed counts
// as left out.
func (w WhichVersion) Number() int {
	switch w {
	case VersionSame:
		return gonets.VersionSame
	case VersionCurrent:
		return gonets.VersionCurrent
	}
	n := 0
	for _, c := range w {
		if c < '0' || c > '9' || n > 1<<24 {
			return gonets.VersionFit
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// BulkWish is a NewBulk as the server understands it.
type BulkWish struct {
	Action string
	// Q is the question as it was asked, Filter what it means now.
	Q       string
	Filter  gonets.RunFilter
	Version WhichVersion
	Retry   *gonets.RetryChange
	Rate    int
	// OneFirst stops behind the first run.
	OneFirst bool
	Actor    string
	// Key recognises a repeat.
	Key string
}
