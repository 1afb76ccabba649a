package document

import (
	"errors"

	"gonets"
)

// WithoutLines drops from an error where in a text its mistakes stand, when the caller
// did not write that text.
func WithoutLines(err error) error {
	var e *gonets.Error
	if errors.As(err, &e) {
		DropLines(e.Problems)
	}
	return err
}

// DropLines drops where in a text mistakes stand.
func DropLines(problems []gonets.Problem) []gonets.Problem {
	for i := range problems {
		problems[i].Line, problems[i].Column, problems[i].Document = 0, 0, 0
	}
	return problems
}
