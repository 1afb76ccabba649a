package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

// TestServerOutlivesItsDatabase: while PostgreSQL is away callers are told to
// come again, and the same process goes on when it is back. Nothing is lost: the
// reply that came meanwhile is stored then, and its request is not made again,
// however long that took.
func TestServerOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	var own testkit.Cluster
	defer own.Stop()
	data := t.TempDir()
	service := deliveries(t)
	service.held = make(chan struct{})
	requests := func() int {
		service.mu.Lock()
		defer service.mu.Unlock()
		return strings.Count(service.log.String(), "POST /")
	}
	cmd := exec.Command("gonets", "serve", "--ballast", "0", "--data", data, "--listen", "127.0.0.1:0", "--allow-network", "127.0.0.0/8")
	database := own.Database(t)
	cmd.Env = []string{"GONETS_DATABASE=" + database}
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
	if err := os.WriteFile(file, []byte(sendingTo(service.addr, "x")), 0o600); err != nil {
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
	if !await(func() bool { return requests() == 1 }) {
		t.Fatal("the first request was not made")
	}
	// By the database's clock it is away for an hour.
	if err := own.Exec(database, `UPDATE nodes SET heartbeat_at = heartbeat_at - 3600000`); err != nil {
		t.Fatal(err)
	}
	own.Crash()
	if after := post(gonets.CodeStoreAway.Status()).Header.Get("Retry-After"); after != "2" {
		t.Errorf("Retry-After is %q", after)
	}
	if res, err := http.Get(url + "/readyz"); err != nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready while the database is away: %v %v", res, err)
	}
	// The service answers while there is nowhere to keep it.
	service.mu.Lock()
	close(service.held)
	service.held = nil
	service.mu.Unlock()
	if err := own.Restart(); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	if _, ready := awaitReady(data); !ready {
		t.Fatal("the server did not come back")
	}
	if took := time.Since(back); *soak {
		t.Logf("ready %v after its database was back", took)
		if took > 5*time.Second {
			t.Errorf("the server was ready %v after its database was back, 5 s are meant", took)
		}
	}
	post(http.StatusOK)
	states := regexp.MustCompile(`"state": "(\w+)"`)
	list := ""
	if !await(func() bool {
		list = run("runs", "list", "-o", "json")
		return len(states.FindAllString(list, -1)) == 2 && strings.Count(list, `"state": "succeeded"`) == 2
	}) {
		t.Errorf("the two events that were accepted: %s", list)
	}
	if n := requests(); n != 2 {
		t.Errorf("%d requests were made for two events", n)
	}
}

// sendingTo are documents by which each event sends a text to an address.
func sendingTo(address, text string) string {
	return scenarioYAML("lead", fmt.Sprintf("  - id: send\n    http: {method: POST, url: \"http://%s/\", body: {text: %q}}\n", address, text))
}
