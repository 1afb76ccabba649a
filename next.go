package gonets

import (
	"bytes"
	"time"
)

// Progress is a run's finished steps by path. It is the truth of how far the
// run has come.
type Progress map[string]StepResult

// NewProgress indexes results.
func NewProgress(results []StepResult) Progress {
	p := make(Progress, len(results))
	for _, r := range results {
		p[r.Path] = r
	}
	return p
}

// ActionNext is what a run needs next.
type ActionNext struct {
	Kind NextKind
	// Path and Step are set for NextRunStep.
	Path string
	Step *Step
	// Asks says that a request of the step may have been done: that is asked first.
	Asks bool
	// Until is set for NextWait.
	Until time.Time
	// State is set for NextFinish.
	State RunState
}

// NextKind is the kind of an [ActionNext].
type NextKind int

const (
	// NextNothing means that the run waits for a person, its scenario, or is over.
	NextNothing NextKind = iota
	NextRunStep
	NextWait
	NextFinish
)

// Next decides what a run does now. It is pure: state and time in, action out.
// A run never runs a step twice, never before its time, and always has an
// action until it is final, paused or held.
func Next(s *Scenario, run *Run, done Progress, now time.Time) ActionNext {
	switch {
	case run.State.Final(), run.State == RunPaused, run.State == RunHeld:
		return ActionNext{Kind: NextNothing}
	case run.DueAt.After(now):
		return ActionNext{Kind: NextWait, Until: run.DueAt}
	}
	if a, found := nextIn("", s.Steps, done); found {
		a.Asks = a.Kind == NextRunStep && run.PurposeAt(a.Path, a.Step) == PurposeAsk
		return a
	}
	return ActionNext{Kind: NextFinish, State: RunSucceeded}
}

// nextIn walks the steps in order; found is false when all of them are done
// and none ended the run.
func nextIn(parent string, steps []Step, done Progress) (a ActionNext, found bool) {
	for i := range steps {
		st := &steps[i]
		path := StepPath(parent, st.ID)
		r, finished := done[path]
		if !finished {
			return ActionNext{Kind: NextRunStep, Path: path, Step: st}, true
		}
		if r.State == StepSkipped {
			continue
		}
		switch st.Kind() {
		case KindStop:
			return ActionNext{Kind: NextFinish, State: RunSucceeded}, true
		case KindFail:
			return ActionNext{Kind: NextFinish, State: RunFailed}, true
		case KindIf:
			yes := bytes.Equal(bytes.TrimSpace(r.Value), []byte("true"))
			if len(st.Then) == 0 && len(st.Else) == 0 && !yes {
				return ActionNext{Kind: NextFinish, State: RunSkipped}, true
			}
			branch := st.Then
			if !yes {
				branch = st.Else
			}
			if a, found := nextIn(path, branch, done); found {
				return a, true
			}
		}
	}
	return ActionNext{}, false
}

// NextHTTP finds the HTTP step that a run will probably come to first, and its path:
// the first one in document order that has no result and is not in a branch that was
// decided against. It is where the run queues; the truth is found by running.
func NextHTTP(s *Scenario, done Progress) (next *Step, at string) {
	return nextHTTP("", s.Steps, done)
}

func nextHTTP(parent string, steps []Step, done Progress) (next *Step, at string) {
	for i := range steps {
		st := &steps[i]
		path := StepPath(parent, st.ID)
		r, finished := done[path]
		if st.IsRequest() && !finished {
			return st, path
		}
		if st.If == "" || r.State == StepSkipped {
			continue
		}
		yes := bytes.Equal(bytes.TrimSpace(r.Value), []byte("true"))
		if !finished || yes {
			if h, at := nextHTTP(path, st.Then, done); h != nil {
				return h, at
			}
		}
		if !finished || !yes {
			if h, at := nextHTTP(path, st.Else, done); h != nil {
				return h, at
			}
		}
	}
	return nil, ""
}

// StepFate is what became of a step in another version of its scenario; empty when it is the same.
type StepFate string

const (
	StepChanged StepFate = "changed"
	// StepMoved stands at another place: a run that comes there does it anew.
	StepMoved   StepFate = "moved"
	StepRemoved StepFate = "removed"
)

// Same tells whether another step, with the saved request that it sends, says the same.
func (s *Step) Same(other *Step) bool {
	return sameJSON(s, other) && sameJSON(s.Saved, other.Saved)
}

// StandsAt is the path of the step that an unfinished run does next, whatever
// keeps it from doing so now; empty when none is left.
func StandsAt(s *Scenario, done Progress) string {
	return Next(s, &Run{State: RunRunning}, done, time.Time{}).Path
}
