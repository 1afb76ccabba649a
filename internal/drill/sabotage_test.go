package drill

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonets/internal/child"
	"gonets/internal/testkit"
)

// build builds the real program, with a fault when a tag names one.
func build(t *testing.T, tag string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and kills the real program")
	}
	binary := filepath.Join(t.TempDir(), "gonets")
	args := []string{"build", "-o", binary}
	if tag != "" {
		args = append(args, "-tags", tag)
	}
	if out, err := exec.Command("go", append(args, "gonets/cmd/gonets")...).CombinedOutput(); err != nil {
		t.Fatalf("go build with tag %q: %v\n%s", tag, err, out)
	}
	return binary
}

// real is a drill with few kills against the real program; faults is the share
// of deliveries that the receiver spoils.
func real(t *testing.T, s child.Subject, faults float64) (Report, error) {
	t.Helper()
	var progress strings.Builder
	r, err := Run(t.Context(), Options{
		Subject: s, Kills: 5, Seed: testkit.Seed(t), Rate: 150, Dir: filepath.Join(t.TempDir(), "drill"),
		MaxUptime: 1500 * time.Millisecond, Settle: 30 * time.Second, SinkFaults: faults,
	}, &progress)
	t.Logf("%s%v\n%+v", &progress, err, r)
	return r, err
}

func TestTheRealServerLosesNothing(t *testing.T) {
	t.Parallel()
	r, err := real(t, child.Subject{Binary: build(t, "")}, 0)
	if err != nil || r.Acked < 50 || r.Delivered+r.Waiting+r.Paused != r.Acked || r.Silent > 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

// A drill that cannot fail proves nothing. The third sabotage, sabotage_nosync,
// is none that a kill could show, because the page cache outlives the process:
// TestAnAnswerWaitsForTheDisk catches it.
func TestSabotagedServersAreCaught(t *testing.T) {
	t.Parallel()
	// An event that is acknowledged too early is lost only when its delivery did
	// not come through before the kill either, so the receiver spoils half.
	var own testkit.Cluster
	t.Cleanup(own.Stop)
	for tag, faults := range map[string]float64{"sabotage_earlyack": 0.5, "sabotage_dropcompletion": 0} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			binary := build(t, tag)
			for name, database := range map[string]func(testing.TB) string{
				"sqlite": func(testing.TB) string { return "" }, "postgres": own.Database} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					r, err := real(t, child.Subject{Binary: binary, Database: database(t)}, faults)
					if err == nil || !strings.HasPrefix(err.Error(), "the drill failed: ") || r.Lost == 0 {
						t.Errorf("%v, %+v", err, r)
					}
				})
			}
		})
	}
}
