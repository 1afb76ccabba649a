package drill

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gonets/internal/child"
)

func TestADrillThatIsKilledLeavesNoServerAndGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "drill-to-be-killed", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "kill 4 ") {
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the drill ended before it was killed")
	}
	pid, err := os.ReadFile(filepath.Join(dir, "drill", "data", "pid"))
	if err != nil {
		t.Fatal(err)
	}
	// The kernel kills the server with the drill's thread; a dead process that
	// nobody has waited for yet has no command line any more.
	for {
		line, err := os.ReadFile("/proc/" + string(pid) + "/cmdline")
		if err != nil || !strings.Contains(string(line), dir) {
			break
		}
	}
	r, err := Run(t.Context(), Options{Subject: child.Subject{Binary: os.Args[0]}, Kills: 6, Rate: 300, State: filepath.Join(dir, "state")}, nil)
	if err != nil || r.Kills < 6 || r.Seed != 3 || r.Acked == 0 || r.Delivered != r.Acked {
		t.Errorf("%v, %+v", err, r)
	}
}
