package document

import (
	"maps"
	"path"
	"slices"

	"gonets"
)

// FateOf tells what became of the step at a path. As all that runs did, it is known by
// the path that it had first.
func FateOf(was, now *gonets.Scenario, at string) gonets.StepFate {
	before, after, to, fate := gonets.FirstPaths(was.Steps), gonets.FirstPaths(now.Steps), "", gonets.StepRemoved
	known := slices.Collect(maps.Values(before))
	for p, first := range after {
		switch added := !slices.Contains(known, first); {
		case first == before[at], added && p == at && to == "":
			to = p
		case added && path.Base(first) == path.Base(before[at]):
			fate = gonets.StepMoved
		}
	}
	switch x, y := gonets.FindStep(was.Steps, at), gonets.FindStep(now.Steps, to); {
	case x == nil || y == nil:
		return fate
	case !slices.Equal(turns(was.Steps, at), turns(now.Steps, to)):
		return gonets.StepMoved
	case at != to || !x.Same(y):
		return gonets.StepChanged
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
