package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/testkit"
)

// TestServerOutlivesItsDatabase: while PostgreSQL is away callers are told to
// come again, and the same process goes on when it is back.
func TestServerOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	var own testkit.Cluster
	defer own.Stop()
	data := t.TempDir()
	cmd := exec.Command("gonets", "serve", "--data", data, "--listen", "127.0.0.1:0")
	cmd.Env = []string{"GONETS_DATABASE=" + own.Database(t)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	url, ready := awaitReady(data)
	if !ready {
		t.Fatal("the server did not start")
	}
	run := func(args ...string) string {
		t.Helper()
		c := exec.Command("gonets", args...)
		c.Env = []string{"GONETS_DATA=" + data}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v %s", args, err, out)
		}
		return string(out)
	}
	file := filepath.Join(data, "doc.yaml")
	if err := os.WriteFile(file, []byte("apiVersion: gonets/v1\nkind: Source\nname: in\npreset: generic\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("apply", file)
	address := regexp.MustCompile(`http://\S+/in/\w+`).FindString(run("sources", "list", "-o", "json"))
	post := func(want int) *http.Response {
		t.Helper()
		res, err := http.Post(address, "text/plain", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != want {
			t.Fatalf("status %d, want %d", res.StatusCode, want)
		}
		return res
	}
	post(http.StatusOK)
	own.Crash()
	if after := post(gonets.CodeStoreAway.Status()).Header.Get("Retry-After"); after != "2" {
		t.Errorf("Retry-After is %q", after)
	}
	if res, err := http.Get(url + "/readyz"); err != nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready while the database is away: %v %v", res, err)
	}
	if err := own.Restart(); err != nil {
		t.Fatal(err)
	}
	if _, ready := awaitReady(data); !ready {
		t.Fatal("the server did not come back")
	}
	post(http.StatusOK)
}
