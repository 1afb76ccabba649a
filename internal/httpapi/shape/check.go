package shape

import (
	"gonets/api"
	"gonets/internal/rehearse"
)

// CheckLine shows one line of a check with its attempt explained.
func CheckLine(l rehearse.Line, r Reader) api.CheckLine {
	out := l.CheckLine
	if l.Attempt == nil {
		return out
	}
	attempt := Attempt(l.Attempt)
	attempt.Explain = explained(explanation{attempt: l.Attempt, step: l.Step, check: true, reader: r})
	out.Attempt, out.Explain = &attempt, attempt.Explain
	return out
}
