package document

import (
	"maps"
	"path"
	"slices"

	"gonets"
)

// StepFate is what became of a step in another version of its scenario; empty when it is the same.
type StepFate string

const (
	StepChanged StepFate = "changed"
	// StepMoved stands at another place: a run that comes there does it anew.
	StepMoved   StepFate = "moved"
	StepRemoved StepFate = "removed"
)

// Told is how a run or a group of runs tells it: a step that is there otherwise has
// changed, one that is not there is lost.
func (f StepFate) Told() (changed bool, lost string) {
	if f == StepChanged {
		return true, ""
	}
	return false, string(f)
}

// FateOf tells what became of the step at a path. As all that runs did, it is known by
// the path that it had first.
func FateOf(was, now *gonets.Scenario, at string) StepFate {
	before, after, to, fate := gonets.FirstPaths(was.Steps), gonets.FirstPaths(now.Steps), "", StepRemoved
	known := slices.Collect(maps.Values(before))
	for p, first := range after {
		switch added := !slices.Contains(known, first); {
		case first == before[at], added && p == at && to == "":
			to = p
		case added && path.Base(first) == path.Base(before[at]):
			fate = StepMoved
		}
	}
	switch x, y := gonets.FindStep(was.Steps, at), gonets.FindStep(now.Steps, to); {
	case x == nil || y == nil:
		return fate
	case !slices.Equal(turns(was.Steps, at), turns(now.Steps, to)):
		return StepMoved
	case at != to || !x.Same(y):
		return StepChanged
	}
	return ""
}

// turns tell for each condition around a step whether it stands in its first branch.
func turns(steps []gonets.Step, at string) (first []bool) {
	for i, c := range at {
		if c == '/' {
			first = append(first, gonets.FindStep(gonets.FindStep(steps, at[:i]).Then, at[i+1:]) != nil)
		}
	}
	return first
}
