package testkit

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonets"
)

// inChild tells the test's own binary to be the process that is killed.
const inChild = "GONETS_TEST_CLUSTER_CHILD"

// TestClusterEndsWithItsProcess: no server and no folder outlives a test
// process that is killed.
func TestClusterEndsWithItsProcess(t *testing.T) {
	if os.Getenv(inChild) != "" {
		var c Cluster
		c.Database(t)
		fmt.Printf("ready %s\n", c.dir)
		select {}
	}
	t.Parallel()
	if _, err := tool("initdb"); err != nil {
		t.Skip("PostgreSQL is not installed; make test installs it")
	}
	cmd := exec.Command(os.Args[0], "-test.run", "TestClusterEndsWithItsProcess")
	cmd.Env = append(os.Environ(), inChild+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir := ""
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		dir, _ = strings.CutPrefix(lines.Text(), "ready ")
		if dir == lines.Text() {
			dir = ""
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	pid, _, _ := strings.Cut(string(raw), "\n")
	if err != nil || pid == "" {
		t.Fatalf("no server runs in %q: %v", dir, err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	limit := gonets.SystemClock{}.NewTimer(clusterPatience)
	defer limit.Stop()
	for exec.Command("kill", "-0", pid).Run() == nil || exists(dir) {
		select {
		case <-limit.C():
			t.Fatalf("the server %s in %s outlived its test", pid, dir)
		case <-gonets.SystemClock{}.NewTimer(50 * time.Millisecond).C():
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestSweepTakesOnlyWhatNobodyUses(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	folder := func(name, pid string, age time.Duration) string {
		dir := filepath.Join(temp, clusterFolder+name)
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
		if pid != "" {
			if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(pid+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		at := gonets.SystemClock{}.Now().Add(-age)
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	me := fmt.Sprint(os.Getpid())
	young, used, dead, none := folder("young", "", 0), folder("used", me, 2*staleAfter), folder("dead", "999999999", 2*staleAfter), folder("none", "", 2*staleAfter)
	sweep(temp)
	if !exists(young) || !exists(used) || exists(dead) || exists(none) {
		t.Errorf("young %v, used %v, dead %v, without a server %v", exists(young), exists(used), exists(dead), exists(none))
	}
}
