package testkit

import (
	"testing"

	"go.uber.org/goleak"
)

// Main runs a package's tests and fails when a goroutine outlives them. Call
// it from TestMain. What the tests shared is ended first.
func Main(m *testing.M, ends ...func()) {
	goleak.VerifyTestMain(Ending{m, ends})
}

// Ending runs tests, then ends what they shared.
type Ending struct {
	Tests interface{ Run() int }
	Ends  []func()
}

// Run does both and returns the tests' exit code.
func (a Ending) Run() int {
	defer func() {
		for _, end := range a.Ends {
			end()
		}
	}()
	return a.Tests.Run()
}
