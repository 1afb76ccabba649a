package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/ledger"
)

// The test binary plays the server when a drill starts it with "serve".
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		if err := fakeServe(os.Args[2:]); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 2 && os.Args[1] == "drill-to-be-killed" {
		o := Options{
			Subject: child.Subject{Binary: os.Args[0]}, Kills: 50, Seed: 3, Rate: 300, Dir: filepath.Join(os.Args[2], "drill"),
			State: filepath.Join(os.Args[2], "state"), MinUptime: 60 * time.Millisecond, MaxUptime: 100 * time.Millisecond,
		}
		if _, err := Run(context.Background(), o, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// fakeServer is a tiny server with the API that a drill uses. It is honest
// but for the one fault that it is told to have.
type fakeServer struct {
	fault string
	file  *ledger.File

	mu    sync.Mutex
	sink  string
	order []*fakeRun
	byKey map[string]*fakeRun
}

type fakeRun struct {
	Event    string          `json:"event"`
	Key      string          `json:"key,omitempty"`
	Sink     string          `json:"sink,omitempty"`
	Body     json.RawMessage `json:"body,omitempty"`
	State    gonets.RunState `json:"state"`
	Attempts int             `json:"attempts"`
}

func fakeServe(args []string) error {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	data, addr := fs.String("data", "", ""), fs.String("listen", "", "")
	fault := fs.String("fault", "", "")
	fs.String("allow-network", "", "")
	fs.String("clock-speed", "", "")
	fs.String("ballast", "", "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if len(os.Environ()) > 0 {
		return fmt.Errorf("the environment came along: %v", os.Environ())
	}
	pid := []byte(strconv.Itoa(os.Getpid()))
	if err := os.WriteFile(filepath.Join(*data, "pid"), pid, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*data, "owner.token"), []byte("tok\n"), 0o600); err != nil {
		return err
	}
	path := filepath.Join(*data, "journal")
	file, err := ledger.Open(path)
	if err != nil {
		return err
	}
	s := &fakeServer{fault: *fault, file: file, byKey: map[string]*fakeRun{}}
	err = ledger.Read(path, func(line json.RawMessage) error {
		var r fakeRun
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		s.replay(&r)
		return nil
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	for _, r := range s.order {
		if !r.State.Final() {
			go s.work(r)
		}
	}
	return http.Serve(listener, s.routes())
}

func (s *fakeServer) replay(r *fakeRun) {
	switch {
	case r.Sink != "":
		s.sink = r.Sink
	case r.Body != nil:
		s.order = append(s.order, r)
		s.byKey[r.Key] = r
	default:
		for _, known := range s.order {
			if known.Event == r.Event {
				known.State, known.Attempts = r.State, r.Attempts
			}
		}
	}
}

func (s *fakeServer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /api/v1/apply", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tok" || r.Header.Get("Content-Type") != "application/yaml" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.sink = regexp.MustCompile(`http://127\S+`).FindString(string(body))
		s.mu.Unlock()
		_ = s.file.Append(fakeRun{Sink: s.sink})
		reply(w, map[string]any{"items": []any{}})
	})
	mux.HandleFunc("GET /api/v1/sources", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"items": []any{map[string]any{"name": "drill", "url": "https://public.example/in/tok"}}})
	})
	mux.HandleFunc("GET /api/v1/runs", s.list)
	mux.HandleFunc("POST /in/tok", s.ingest)
	return mux
}

func reply(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func (s *fakeServer) list(w http.ResponseWriter, r *http.Request) {
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	from, _ := strconv.Atoi(r.FormValue("cursor"))
	s.mu.Lock()
	defer s.mu.Unlock()
	items, next := []any{}, ""
	for i, run := range s.order {
		if i < from || r.FormValue("state") != "" && r.FormValue("state") != string(run.State) {
			continue
		}
		if len(items) == min(limit, 50) {
			next = strconv.Itoa(i)
			break
		}
		attempts := run.Attempts
		if s.fault == "noattempts" {
			attempts = 0
		}
		items = append(items, map[string]any{"id": "run-" + run.Event, "event_id": run.Event, "state": run.State, "attempts": attempts})
	}
	reply(w, map[string]any{"items": items, "next": next})
}

func (s *fakeServer) ingest(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if s.fault == "crash" {
		go panic("a bug of the server") // by itself: a handler's ends a request alone
	}
	s.mu.Lock()
	run := &fakeRun{Event: fmt.Sprintf("e%x", rand.Uint64()), Key: r.Header.Get("Idempotency-Key"), Body: body, State: gonets.RunQueued}
	if known := s.byKey[run.Key]; known != nil && run.Key != "" {
		s.mu.Unlock()
		reply(w, map[string]any{"success": true, "event_id": known.Event, "duplicate": true})
		return
	}
	s.byKey[run.Key] = run
	s.mu.Unlock()
	accept := func() {
		_ = s.file.Append(run)
		s.mu.Lock()
		s.order = append(s.order, run)
		s.mu.Unlock()
		go s.work(run)
	}
	if s.fault == "earlyack" {
		time.AfterFunc(30*time.Millisecond, accept)
	} else {
		accept()
	}
	reply(w, map[string]any{"success": true, "event_id": run.Event})
}

// work delivers a run, again and again until it works.
func (s *fakeServer) work(run *fakeRun) {
	in := map[string]any{}
	_ = json.Unmarshal(run.Body, &in)
	body, _ := json.Marshal(map[string]any{"id": in["id"], "event": run.Event, "fill": in["fill"]})
	// The same ones in every life, so that a short last life has some too.
	odd := strings.HasSuffix(fmt.Sprint(in["id"]), "0")
	if s.fault == "ghost" && odd {
		s.post([]byte(`{"id":"nobody-1","event":"x"}`), "k")
	}
	if s.fault == "skip" && odd {
		s.finish(run, gonets.RunSucceeded)
		return
	}
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for ; ; <-retry.C {
		s.mu.Lock()
		run.Attempts++
		run.State = gonets.RunRunning
		key := "run-" + run.Event + "-send"
		if s.fault == "newkey" {
			key += strconv.Itoa(run.Attempts)
		}
		n := run.Attempts
		s.mu.Unlock()
		_ = s.file.Append(fakeRun{Event: run.Event, State: gonets.RunRunning, Attempts: n})
		if s.post(body, key) {
			if s.fault != "dropcompletion" || !odd {
				s.finish(run, gonets.RunSucceeded)
			}
			return
		}
	}
}

func (s *fakeServer) finish(run *fakeRun, state gonets.RunState) {
	s.mu.Lock()
	run.State = state
	n := run.Attempts
	s.mu.Unlock()
	_ = s.file.Append(fakeRun{Event: run.Event, State: state, Attempts: n})
}

func (s *fakeServer) post(body []byte, key string) bool {
	s.mu.Lock()
	address := s.sink
	s.mu.Unlock()
	req, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Idempotency-Key", key)
	// A retry by the transport itself would be an attempt too many.
	req.GetBody = nil
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, err = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return err == nil && slices.Contains([]int{200}, resp.StatusCode)
}
