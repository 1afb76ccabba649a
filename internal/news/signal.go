// Package news is what there is to tell people of runs, as pure functions, and
// what the store and those who write letters hand each other.
package news

import (
	"net/url"
	"strings"
	"time"

	"gonets"
)

// Of finds what people may have to be told of a transition. run is the
// run as the worker got it. Checks that a person makes, what a person stopped
// and failures that the scenario's author expects tell nothing: a complete
// answer below 500 at a step that goes on whatever the answer is.
func Of(run *gonets.Run, t *gonets.Transition) []gonets.Signal {
	if run.Mark == gonets.MarkCheck || t.Mark == gonets.MarkCheck {
		return nil
	}
	badEnd := (t.State == gonets.RunPaused || t.State == gonets.RunFailed) && t.Reason != gonets.CodeByPerson && t.Reason != gonets.CodeCancelled
	var out []gonets.Signal
	a := t.Attempt
	if a != nil && a.Outcome != gonets.OutcomeOK && a.Outcome != gonets.OutcomeCancelled && (a.Charged || badEnd) {
		goesOn := continued(t, a)
		if !goesOn || !expected(a) {
			s := gonets.Signal{Kind: gonets.SignalFailed, Cause: gonets.Cause{Scenario: run.Scenario, Host: HostOf(a.URL), Code: a.Code},
				RunID: run.ID, N: a.N, Path: a.Path, At: t.At}
			if a.Code == gonets.CodeHTTPStatus || a.Code == gonets.CodeHTTPMoved {
				s.Status = a.Status
			}
			// A run that waits for a further try keeps the reason of the last one.
			if run.Reason != a.Code {
				s.Runs = 1
			}
			if badEnd && !goesOn {
				s.Kind, s.Ended, badEnd = gonets.SignalEnded, 1, false
			}
			out = append(out, s)
		}
	}
	if badEnd {
		end := End(run, t.Reason, t.At)
		end.Path = t.Cursor
		if a != nil {
			end.N = a.N
		}
		out = append(out, end)
	}
	return out
}

// End tells of a run that came to a bad end without an attempt to blame.
func End(run *gonets.Run, reason gonets.Code, at time.Time) gonets.Signal {
	return gonets.Signal{Kind: gonets.SignalEnded, Cause: gonets.Cause{Scenario: run.Scenario, Code: reason}, RunID: run.ID, N: run.Attempts,
		Path: run.Cursor, Runs: 1, Ended: 1, At: at}
}

// Done tells of a run that succeeded; ok is false for all else, checks that a
// person makes included.
func Done(run *gonets.Run, t *gonets.Transition) (s gonets.Signal, ok bool) {
	if t.State != gonets.RunSucceeded || run.Mark == gonets.MarkCheck || t.Mark == gonets.MarkCheck {
		return s, false
	}
	s = gonets.Signal{Kind: gonets.SignalDone, Cause: gonets.Cause{Scenario: run.Scenario}, RunID: run.ID, N: run.Attempts, Runs: 1, At: t.At}
	return s, true
}

// continued tells whether the step of a failed attempt is over and the run goes
// on.
func continued(t *gonets.Transition, a *gonets.Attempt) bool {
	for i := range t.Results {
		if r := &t.Results[i]; r.Path == a.Path && r.Attempt == a.N && r.State == gonets.StepFailed {
			return true
		}
	}
	return false
}

// expected are answers that a scenario may well be made for: a contact that is
// not there yet is created.
func expected(a *gonets.Attempt) bool {
	return (a.Outcome == gonets.OutcomeHTTP || a.Outcome == gonets.OutcomeBody) && a.Status < 500
}

// maxHost bounds a host in what people are told, in bytes.
const maxHost = 255

// HostOf is the host of an address as people read it, without its scheme's own
// port; empty when there is none.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	if len(host) > maxHost {
		host = strings.ToValidUTF8(host[:maxHost], "")
	}
	return host
}

// Merge puts together what tells of the same kind and cause, so that a
// thousand failures of a commit are one row.
func Merge(in []gonets.Signal) []gonets.Signal {
	if len(in) < 2 {
		return in
	}
	type key struct {
		kind    gonets.SignalKind
		trouble string
	}
	at := make(map[key]int, len(in))
	out := in[:0:0]
	for _, s := range in {
		k := key{s.Kind, s.TroubleID()}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, s)
			continue
		}
		to := &out[i]
		s.Runs, s.Ended = s.Runs+to.Runs, s.Ended+to.Ended
		if s.At.Before(to.At) {
			to.Runs, to.Ended = s.Runs, s.Ended
			continue
		}
		*to = s
	}
	return out
}

// Work is what a run has done so far, its last transition included.
type Work struct {
	*gonets.Transition
	Done gonets.Progress
	// Replies are the attempts that Done refers to, by number.
	Replies map[int]*gonets.Attempt
}

// Recovered finds the troubles that a transition shows to be over: the step
// that failed succeeds at the same host, or a run succeeds that was there.
func Recovered(watched []Watched, w Work) []string {
	var out []string
	for i := range watched {
		if w.overcomes(&watched[i]) {
			out = append(out, watched[i].ID)
		}
	}
	return out
}

func (w *Work) overcomes(t *Watched) bool {
	if a := w.Attempt; a != nil && a.Outcome == gonets.OutcomeOK && a.Purpose != gonets.PurposeAskNot && a.Path == t.Path && (t.Host == "" || HostOf(a.URL) == t.Host) {
		return true
	}
	if t.Host == "" {
		r, ok := w.Done[t.Path]
		return w.State == gonets.RunSucceeded || ok && r.State == gonets.StepDone && !w.bad()
	}
	if w.State != gonets.RunSucceeded {
		return false
	}
	there := false
	for _, r := range w.Done {
		a := w.Replies[r.Attempt]
		if a == nil && w.Attempt != nil && w.Attempt.N == r.Attempt {
			a = w.Attempt
		}
		if a == nil || HostOf(a.URL) != t.Host {
			continue
		}
		if r.State == gonets.StepFailed {
			return false
		}
		there = there || r.State == gonets.StepDone
	}
	return there
}

func (w *Work) bad() bool { return w.State == gonets.RunPaused || w.State == gonets.RunFailed }
