package loadgen

import (
	"os"
	"testing"
)

func TestTheMachineTellsWhatAProcessUses(t *testing.T) {
	t.Parallel()
	resident, ok1 := residentMiB(os.Getpid())
	peak, ok2 := peakMiB(os.Getpid())
	if !ok1 || !ok2 || resident < 1 || peak < 1 {
		t.Errorf("%v MiB (%v), at most %v (%v)", resident, ok1, peak, ok2)
	}
	if s, known := statOf(os.Getpid()); !known || s.parent != os.Getppid() {
		t.Errorf("%+v", s)
	}
	if _, known := cpuSeconds(1 << 30); known {
		t.Error("a process that is not there has a time")
	}
}

// A database elsewhere has no processes here; a command that only mentions it
// is none either.
func TestADatabaseOfAnotherMachineIsNotKnown(t *testing.T) {
	t.Parallel()
	if s, known := postgresSeconds("gonets_bench_nowhere"); known {
		t.Error(s)
	}
}
