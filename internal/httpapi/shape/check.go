package shape

import (
	"gonets"
	"gonets/api"
)

// CheckLine shows one line of a check, with the attempt that a step of it made
// explained; nil is a line without one.
func CheckLine(line api.CheckLine, a *gonets.Attempt, st *gonets.HTTPStep, r Reader) api.CheckLine {
	if a == nil {
		return line
	}
	shown := attempt(a, st)
	shown.Explain = explained(explanation{attempt: a, step: st, check: true, reader: r})
	line.Attempt, line.Explain = &shown, shown.Explain
	return line
}
