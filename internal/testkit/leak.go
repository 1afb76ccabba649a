package testkit

import (
	"testing"

	"go.uber.org/goleak"
)

// Main runs a package's tests and fails when a goroutine outlives them. Call
// it from TestMain. What the tests shared is ended first.
func Main(m *testing.M, ends ...func()) {
	goleak.VerifyTestMain(after{m, ends})
}

// after runs tests, then ends what they shared.
type after struct {
	m    goleak.TestingM
	ends []func()
}

// Run implements [goleak.TestingM].
func (a after) Run() int {
	defer func() {
		for _, end := range a.ends {
			end()
		}
	}()
	return a.m.Run()
}
