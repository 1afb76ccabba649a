package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
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

// TestServerAnswersWhileItsDatabaseIsSilent: a database that says nothing is as good
// as one that is away. Every caller gets an answer, a 503, balancers are told, and
// the same process goes on when it speaks again. What was answered with success is
// there.
func TestServerAnswersWhileItsDatabaseIsSilent(t *testing.T) {
	t.Parallel()
	lost := func(t *testing.T, lose func(*testkit.Path)) (database string, silence, speak func() error) {
		path, address := testkit.PathTo(t, cluster.Database(t))
		return address, func() error { lose(path); return nil }, func() error { path.Find(); return nil }
	}
	for name, away := range map[string]struct {
		lasts bool
		begin func(t *testing.T) (database string, silence, speak func() error)
	}{
		"old connections are lost": {false, func(t *testing.T) (string, func() error, func() error) {
			return lost(t, (*testkit.Path).LoseOld)
		}},
		"the path is lost": {true, func(t *testing.T) (string, func() error, func() error) {
			return lost(t, (*testkit.Path).Lose)
		}},
		"it hangs": {true, func(t *testing.T) (string, func() error, func() error) {
			own := &testkit.Cluster{}
			t.Cleanup(own.Stop)
			return own.Database(t), own.Freeze, own.Thaw
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, silence, speak := away.begin(t)
			s := startSilent(t, database)
			if s.send() != http.StatusOK {
				t.Fatal("the first event is refused")
			}
			if err := silence(); err != nil {
				t.Fatal(err)
			}
			defer speak() // or it could not be ended
			if !await(func() bool { return s.send() == http.StatusServiceUnavailable }) {
				t.Error("no event was refused")
			}
			if away.lasts && !await(func() bool { return s.ready() == http.StatusServiceUnavailable }) {
				t.Error("balancers are not told")
			}
			for range 3 {
				if status := s.send(); away.lasts && status != http.StatusServiceUnavailable {
					t.Errorf("status %d while it is silent", status)
				}
			}
			if err := speak(); err != nil {
				t.Fatal(err)
			}
			if !await(func() bool { return s.ready() == http.StatusOK && s.send() == http.StatusOK }) {
				t.Fatal("the server did not come back")
			}
			for _, id := range s.accepted {
				s.run("events", "show", id)
			}
		})
	}
}

// silent is a server whose database falls silent.
type silent struct {
	*testing.T
	data, url, address string
	// client waits for an answer for some times as long as one should take.
	client   http.Client
	accepted []string
}

func startSilent(t *testing.T, database string) *silent {
	t.Helper()
	s := &silent{T: t, data: t.TempDir(), client: http.Client{Timeout: 20 * time.Second}}
	cmd := exec.Command("gonets", "serve", "--ballast", "0", "--data", s.data, "--listen", "127.0.0.1:0", "--allow-network", "127.0.0.0/8")
	cmd.Env = []string{"GONETS_DATABASE=" + database}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	var ready bool
	if s.url, ready = awaitReady(s.data); !ready {
		t.Fatal("the server did not start")
	}
	service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(service.Close)
	file := filepath.Join(s.data, "doc.yaml")
	if err := os.WriteFile(file, []byte(sendingTo(service.Listener.Addr().String(), "x")), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run("apply", file)
	s.address = regexp.MustCompile(`http://\S+/in/\w+`).FindString(s.run("sources", "list", "-o", "json"))
	return s
}

func (s *silent) run(args ...string) string {
	s.Helper()
	c := exec.Command("gonets", args...)
	c.Env = []string{"GONETS_DATA=" + s.data}
	out, err := c.CombinedOutput()
	if err != nil {
		s.Fatalf("%v: %v %s", args, err, out)
	}
	return string(out)
}

// send sends an event. It is answered in any case, and a refusal says why.
func (s *silent) send() (status int) {
	s.Helper()
	res, err := s.client.Post(s.address, "text/plain", strings.NewReader("x"))
	if err != nil {
		s.Fatalf("an event is not answered: %v", err)
	}
	defer res.Body.Close()
	var answer struct {
		Event string `json:"event_id"`
		Code  string `json:"error_code"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		s.Fatal(err)
	}
	switch code := gonets.Code(answer.Code); {
	case res.StatusCode == http.StatusOK:
		s.accepted = append(s.accepted, answer.Event)
	case code != gonets.CodeStoreAway && code != gonets.CodeBusy, res.Header.Get("Retry-After") == "":
		s.Fatalf("%s: %+v", res.Status, answer)
	}
	return res.StatusCode
}

func (s *silent) ready() (status int) {
	s.Helper()
	res, err := s.client.Get(s.url + "/readyz")
	if err != nil {
		s.Fatalf("it does not say whether it is ready: %v", err)
	}
	res.Body.Close()
	return res.StatusCode
}
