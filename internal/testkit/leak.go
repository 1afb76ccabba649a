package testkit

import (
	"testing"

	"go.uber.org/goleak"
)

// Main runs a package's tests and fails when a goroutine outlives them. Call
// it from TestMain.
func Main(m *testing.M) { goleak.VerifyTestMain(m) }
