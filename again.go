package gonets

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Doubts are paths of steps, with a space between them.
type Doubts string

// DoubtAny is the step whose request a run comes to first: when a server went away
// without a word, nobody knows which one that is.
const DoubtAny = "*"

// Of tells whether a request of the step at a path may have been done.
func (d Doubts) Of(path string) bool {
	return slices.ContainsFunc(strings.Fields(string(d)), func(p string) bool { return p == path || p == DoubtAny })
}

// Without takes a step out, With adds one. It is also the one that [DoubtAny] was.
func (d Doubts) Without(path string) Doubts {
	rest := slices.DeleteFunc(strings.Fields(string(d)), func(p string) bool { return p == path || p == DoubtAny })
	return Doubts(strings.Join(rest, " "))
}

// With is described with Without.
func (d Doubts) With(path string) Doubts {
	return Doubts(strings.TrimSpace(string(d.Without(path)) + " " + path))
}

// Renewal is a step that is done again because what it gave was too old.
type Renewal struct {
	Over bool `json:"-"` // it was done; the rest is empty then
	// Step is the path of the step that is done again, and N the run's last attempt
	// before that. Path is that of the step behind which the run goes on, with the
	// tries and the time that it had; Unsure is above 0 when it is doubted, one more
	// than the times that was asked in vain.
	Step   string    `json:"step"`
	N      int       `json:"n,omitempty"`
	Path   string    `json:"path"`
	Tries  int       `json:"tries,omitempty"`
	Unsure int       `json:"unsure,omitempty"`
	At     time.Time `json:"at"`
}

// Pending tells whether the step has still to be done.
func (r *Renewal) Pending() bool { return r != nil && !r.Over }

// Anew begins the tries of the step that was left anew: a person wants that.
func (r *Renewal) Anew() { r.Tries, r.Unsure, r.At = 0, min(r.Unsure, 1), time.Time{} }

// Leave makes a run go back from the step at a path to an older one.
func (r *Run) Leave(path, older string) {
	r.Renewal = &Renewal{Step: older, N: r.Attempts, Path: path, Tries: r.Tries, At: r.StepAt}
	if r.Doubts.Of(path) {
		r.Renewal.Unsure = r.Asked + 1
	}
	r.Tries, r.Asked, r.StepAt, r.Cursor = 0, 0, time.Time{}, older
}

// Arrive makes a run go on with the step that it left for an older one, with what
// that step had used up then; it tells whether it did. A version that leads
// elsewhere forgets it, but no doubt.
func (r *Run) Arrive(path string) bool {
	left := r.Renewal
	if !left.Pending() || left.Step == path {
		return false
	}
	if r.Renewal = nil; left.Unsure > 0 {
		r.Doubts = r.Doubts.With(left.Path)
	}
	if left.Path != path {
		return false
	}
	r.Renewal, r.Tries, r.Asked, r.StepAt = &Renewal{Over: true}, left.Tries, max(left.Unsure-1, 0), left.At
	return true
}

// Passed makes a run forget what a step used up: it is over. One that sends
// nothing is not the one that [DoubtAny] is.
func (r *Run) Passed(path string, st *Step) {
	r.Tries, r.Asked, r.StepAt, r.Reason = 0, 0, time.Time{}, ""
	if st.IsRequest() {
		r.Doubts = r.Doubts.Without(path)
	}
	if !r.Renewal.Pending() {
		r.Renewal = nil
	}
}

// Retrying tells whether a run that waits does so for a further try.
func (r *Run) Retrying() bool { return r.Tries > 0 || r.Asked > 0 }

// PurposeAt is why a run makes a request at a step.
func (r *Run) PurposeAt(path string, st *Step) Purpose {
	switch {
	case st != nil && st.asks() && r.Doubts.Of(path):
		return PurposeAsk
	case r.Renewal.Pending() && r.Renewal.Step == path:
		return PurposeRenew
	}
	return ""
}

// RequestAt names the request that a run makes at a step by the path that the step had
// first: one name for all of its attempts, another one each time that it is done again.
func (r *Run) RequestAt(path, first string) string {
	if r.Renewal.Pending() && r.Renewal.Step == path && r.Renewal.N > 0 {
		return first + "-" + strconv.Itoa(r.Renewal.N)
	}
	return first
}
