// Package bulk does one thing to many runs: as a job that stands in the store, so
// that it goes on after a death, on whichever server takes it over, and does
// nothing twice.
package bulk

import (
	"time"

	"gonets"
)

// State is where a job stands.
type State string

const (
	Running State = "running"
	// WaitsForYou is after the first run, when one was wanted first.
	WaitsForYou State = "waits_for_you"
	// Paused is held by a person.
	Paused State = "paused"
	// Finished and Stopped are final: all runs were met, or a person ended it.
	Finished State = "finished"
	Stopped  State = "stopped"
)

// Final tells whether nothing more will be done.
func (s State) Final() bool { return s == Finished || s == Stopped }

// Verb is what a person does to a job.
type Verb string

const (
	Hold Verb = "pause"
	GoOn Verb = "go-on"
	Stop Verb = "stop"
)

// After is the state that the verb leads to from another one; ok is false when
// it is not possible there.
func (v Verb) After(s State) (after State, ok bool) {
	switch {
	case v == Hold && (s == Running || s == Paused):
		return Paused, true
	case v == Hold && s == WaitsForYou:
		return WaitsForYou, true // it is held already
	case v == GoOn && !s.Final():
		return Running, true
	case v == Stop && s != Finished:
		return Stopped, true
	}
	return s, false
}

// Job is one thing that is done to many runs.
type Job struct {
	ID     string
	Action gonets.ActionKind
	// Asked is the question that chooses the runs, as it was written. It is not
	// kept with the job: a repeat is known by it.
	Asked string
	// Filter chooses the runs. Its Until is never later than the job itself, so
	// that new runs are not met.
	Filter gonets.RunFilter
	// Version is for resume and rerun.
	Version int
	// Retry is for retry-policy.
	Retry *gonets.RetryChange
	// Rate is in runs a second; 0 is as fast as their lanes take them.
	Rate int
	// OneFirst stops the job behind its first run until a person says go on.
	OneFirst bool
	State    State
	By       string
	// CreatedAt and FinishedAt bound it; the latter is zero until it is over.
	CreatedAt, FinishedAt time.Time
	// Total is how many runs matched when it was made. Of a job that looks for a
	// text it is how many may match: those that do not are taken off when they are met.
	Total int
	// Position is the cursor of the page of runs that comes next.
	Position string
	// Walked is true when there is no next page.
	Walked bool
	// First is the run that was worked on first.
	First string
	Tally
	// Refusals counts those that were left alone by the codes of their reasons; an
	// older server gives none.
	Refusals map[gonets.Code]int
	Owner    Owner
}

// AtMost tells whether fewer runs than the total may match: not all of them were
// asked for the text yet.
func (j *Job) AtMost() bool { return j.Filter.Text != "" && !j.Walked }

// Owner is the server that works on a job.
type Owner struct {
	Name  string
	Until time.Time
}

// Tally counts what became of the runs.
type Tally struct {
	// Acted are the runs to which it was done, Refused those that were left alone.
	Acted, Refused int
	// What became of those acted on: ended well, waiting for another try, waiting
	// for a person, ended badly. The rest is on its way.
	Succeeded, Retrying, Paused, Failed int
}

// Refuse counts runs that are left alone for these reasons.
func (j *Job) Refuse(left map[gonets.Code]int) {
	for code, n := range left {
		if n == 0 {
			continue
		}
		if j.Refusals == nil {
			j.Refusals = map[gonets.Code]int{}
		}
		j.Refused += n
		j.Refusals[code] += n
	}
}

// Working is how many runs are on their way.
func (t Tally) Working() int {
	return max(t.Acted-t.Succeeded-t.Retrying-t.Paused-t.Failed, 0)
}

// Followed tells whether what becomes of the runs is counted: an action that ends
// or stops them, or changes when they are tried, is done when it is done.
func Followed(a gonets.ActionKind) bool { return !ends(a) && a != gonets.ActionRetryPolicy }

// ends tells whether the action takes runs from those who work on them.
func ends(a gonets.ActionKind) bool {
	return a == gonets.ActionCancel || a == gonets.ActionCancelRetries
}

// Step is one page of a job.
type Step struct {
	// Job is the job as it was read; when its position has moved since, or it is
	// no longer the owner's, nothing is done.
	Job *Job
	// Runs are the page's, at most [StepSize].
	Runs []string
	// Missed is how many more were met that do not carry the job's text, Unread how
	// many of which nobody can say: nothing is done to either.
	Missed, Unread int
	// Next is the position behind it; Last says that there is nothing more.
	Next string
	Last bool
	// Refuse passes over the runs: they cannot be worked on.
	Refuse bool
	Actor  string
}

// Stepped is what became of a page.
type Stepped struct {
	// Job is the job as it is behind the page; nil when the page was not the step's
	// to do.
	Job *Job
	// Acted are the runs in which it shows.
	Acted []string
	// Took is how long its own statements took.
	Took time.Duration
}

// StepSize is how many runs are worked on in one commit at most.
const StepSize = 500

// Look is where the counting of a job goes on. The zero value begins.
type Look struct{ Working, Retrying string }
