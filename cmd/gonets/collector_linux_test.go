package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestSoftLimit(t *testing.T) {
	t.Parallel()
	for container, want := range map[int64]int64{0: 144 << 20, 64 << 30: 144 << 20, 256 << 20: 144 << 20, 128_000_000: 102_400_000} {
		if got := softLimitIn(container); got != want {
			t.Errorf("in %d bytes: %d, want %d", container, got, want)
		}
	}
}

// TestServerKnowsItsContainer: in 128 MiB the real server collects sooner.
func TestServerKnowsItsContainer(t *testing.T) {
	t.Parallel()
	const memory = 128 << 20
	group, limit := memoryGroup()
	group = filepath.Join(group, fmt.Sprintf("gonets-test-%d", os.Getpid()))
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Skip("control groups cannot be made here (that takes root, and a system that shares them): ", err)
	}
	t.Cleanup(func() {
		if err := os.Remove(group); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(filepath.Join(group, limit), fmt.Append(nil, memory), 0o644); err != nil {
		t.Skip("no group here may have a limit of its own: ", err)
	}
	data := t.TempDir()
	cmd := exec.Command("/bin/sh", "-c", `echo $$ >"$0"/cgroup.procs && exec gonets serve --ballast 0 --data "$1" --listen 127.0.0.1:0`, group, data)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	url, ready := awaitReady(data)
	if !ready {
		t.Fatal("the server did not start")
	}
	token, err := os.ReadFile(filepath.Join(data, "owner.token"))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodGet, url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if want := fmt.Sprintf("\ngo_gc_gomemlimit_bytes %g\n", float64(softLimitIn(memory))); err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v: no %q in %s", err, want, text)
	}
}

// memoryGroup is the folder of the control groups that bound memory, and the file
// with a limit there.
func memoryGroup() (folder, limit string) {
	const root = "/sys/fs/cgroup"
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err == nil {
		return root, "memory.max"
	}
	return filepath.Join(root, "memory"), "memory.limit_in_bytes"
}
