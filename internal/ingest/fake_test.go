package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/notify"
	"gonets/internal/source"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const token = "tok-0123456789abcdef"

// memory is a store that keeps all in memory and recognises repeats.
type memory struct {
	mu       sync.Mutex
	sources  map[string]gonets.Source // by token
	secrets  map[string]string
	accepted []gonets.Acceptance
	known    map[string]known
	runs     map[string][]gonets.RunSummary // by event
	answers  map[string]*gonets.Answer
	lookups  int
	// afterLookup runs when a source was read, before it is given.
	afterLookup func()
	// makes says which runs an event gets.
	makes func(ev *gonets.Event) (runs []gonets.Run, mayRespond bool)
	// beforeAccept runs before a commit, outside the lock.
	beforeAccept func([]gonets.Acceptance)
	fail         error
	actions      []gonets.Action
	reruns       []gonets.Rerun
}

type known struct {
	event string
	hash  [32]byte
}

func newMemory(src gonets.Source) *memory {
	return &memory{
		sources: map[string]gonets.Source{token: src}, secrets: map[string]string{}, known: map[string]known{},
		runs: map[string][]gonets.RunSummary{}, answers: map[string]*gonets.Answer{},
	}
}

func (m *memory) SourceByToken(_ context.Context, token string) (gonets.SourceInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookups++
	src, ok := m.sources[token]
	if m.afterLookup != nil {
		m.afterLookup()
	}
	if !ok {
		return gonets.SourceInfo{}, gonets.Errorf(gonets.CodeAddressUnknown, "no source has this address")
	}
	return gonets.SourceInfo{Source: src}, nil
}

func (m *memory) Source(_ context.Context, name string) (gonets.SourceInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, src := range m.sources {
		if src.Name == name {
			return gonets.SourceInfo{Source: src}, nil
		}
	}
	return gonets.SourceInfo{}, gonets.Errorf(gonets.CodeNotFound, "there is no source %q", name)
}

func (m *memory) Secret(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.secrets[name]
	if !ok {
		return "", gonets.Errorf(gonets.CodeNotFound, "there is no secret %q", name)
	}
	return s, nil
}

func (m *memory) Accept(_ context.Context, list []gonets.Acceptance) ([]gonets.Accepted, error) {
	if m.beforeAccept != nil {
		m.beforeAccept(list)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	out := make([]gonets.Accepted, len(list))
	for i, a := range list {
		mayRespond := false
		var runs []gonets.Run
		if m.makes != nil {
			runs, mayRespond = m.makes(&a.Event)
		}
		key := a.Event.Source + "\x00" + a.Key
		if first, ok := m.known[key]; ok && a.Key != "" {
			out[i] = gonets.Accepted{
				EventID: first.event, Duplicate: true, Conflict: a.StrictKey && first.hash != a.BodyHash,
				MayRespond: mayRespond, Answer: m.answers[first.event],
			}
			continue
		}
		m.known[key] = known{a.Event.ID, a.BodyHash}
		m.accepted = append(m.accepted, a)
		for _, r := range runs {
			m.runs[a.Event.ID] = append(m.runs[a.Event.ID], gonets.RunSummary{Run: r})
		}
		out[i] = gonets.Accepted{EventID: a.Event.ID, Runs: runs, MayRespond: mayRespond}
	}
	return out, nil
}

func (m *memory) Answer(_ context.Context, eventID string) (*gonets.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.answers[eventID], nil
}

func (m *memory) FindEvent(_ context.Context, src, idOrKey string) (gonets.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.accepted {
		if a.Event.Source == src && (a.Event.ID == idOrKey || a.Key == idOrKey) {
			return a.Event, nil
		}
	}
	return gonets.Event{}, gonets.Errorf(gonets.CodeNotFound, "no such event")
}

func (m *memory) Runs(_ context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return gonets.List[gonets.RunSummary]{Items: slices.Clone(m.runs[f.EventID])}, nil
}

func (m *memory) Act(_ context.Context, a gonets.Action) (gonets.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.actions = append(m.actions, a)
	m.setStateLocked(a.RunID, gonets.RunQueued)
	return gonets.Run{ID: a.RunID, State: gonets.RunQueued}, nil
}

func (m *memory) Rerun(_ context.Context, r gonets.Rerun) (gonets.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reruns = append(m.reruns, r)
	return gonets.Job{Run: gonets.Run{ID: "again-" + r.RunID, Lease: gonets.Lease{Node: "n"}}}, nil
}

func (m *memory) setStateLocked(runID string, s gonets.RunState) {
	for _, runs := range m.runs {
		for i := range runs {
			if runs[i].ID == runID {
				runs[i].State = s
			}
		}
	}
}

func (m *memory) setState(runID string, s gonets.RunState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.setStateLocked(runID, s)
}

func (m *memory) setAnswer(eventID string, a *gonets.Answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers[eventID] = a
}

func (m *memory) all() []gonets.Acceptance {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.accepted)
}

// taken keeps the jobs that were offered, and counts events.
type taken struct {
	mu     sync.Mutex
	jobs   []gonets.Job
	events int
}

func (e *taken) Offer(jobs []gonets.Job) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.jobs = append(e.jobs, jobs...)
}

func (e *taken) EventsAccepted(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events += n
}

// bench is a handler on a real server.
type bench struct {
	store   *memory
	engine  *taken
	bus     *notify.Bus
	clock   *testkit.Clock
	stop    chan struct{}
	handler *Handler
	server  *httptest.Server
	client  *http.Client
}

// newBench serves one source. change may alter the options.
func newBench(t *testing.T, src gonets.Source, change ...func(*Options)) *bench {
	t.Helper()
	catalog, err := source.Presets()
	if err != nil {
		t.Fatal(err)
	}
	src.Name = cmp.Or(src.Name, "main")
	b := &bench{
		store: newMemory(src), engine: &taken{}, bus: &notify.Bus{}, clock: testkit.NewClock(), stop: make(chan struct{}),
	}
	o := Options{
		LastError: func(context.Context, string) (string, error) { return "no ***", nil },

		Store: b.store, Engine: b.engine, Control: b.store, Bus: b.bus, Catalog: catalog, Clock: b.clock,
		Log: slog.New(slog.DiscardHandler), Metrics: b.engine, Stopping: b.stop, Version: "1.2.3",
		PublicURL: func() string { return "https://gonets.example.test/" },
	}
	for _, f := range change {
		f(&o)
	}
	b.handler = New(o)
	b.server = httptest.NewUnstartedServer(b.handler)
	// As the real server has it: our own limit answers in JSON before this one.
	b.server.Config.MaxHeaderBytes = gonets.MaxHeadersIn + 16<<10
	b.server.Start()
	b.client = &http.Client{
		Transport:     &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(func() {
		b.client.CloseIdleConnections()
		b.server.Close()
		b.handler.Close()
	})
	return b
}

// got is an answer.
type got struct {
	status int
	header http.Header
	text   string
}

// json reads the answer's body.
func (g got) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(g.text), &m); err != nil {
		t.Fatalf("the answer is not a JSON object: %v: %s", err, g.text)
	}
	return m
}

// do sends a request to a path of the source: "" is its address.
func (b *bench) do(t testing.TB, method, path, body string, headers ...string) got {
	t.Helper()
	req, err := http.NewRequest(method, b.server.URL+"/in/"+token+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return b.send(t, req)
}

func (b *bench) send(t testing.TB, req *http.Request) got {
	t.Helper()
	res, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got{res.StatusCode, res.Header, string(text)}
}

// refused checks an answer that is an error: JSON, its code, no redirect.
func refused(t testing.TB, g got, code gonets.Code) {
	t.Helper()
	var e errorBody
	if err := json.Unmarshal([]byte(g.text), &e); err != nil {
		t.Fatalf("status %d: the error is not JSON: %s", g.status, g.text)
	}
	if e.Success || e.Code != code || e.Error == "" || g.status != code.Status() {
		t.Errorf("got %d %+v, want %d %s", g.status, e, code.Status(), code)
	}
	if g.header.Get("Content-Type") != "application/json; charset=utf-8" || g.header.Get("Content-Length") == "" {
		t.Errorf("headers of an error: %v", g.header)
	}
}

// oneRun makes every event one run, as if a scenario with a respond step ran.
func oneRun(ev *gonets.Event) ([]gonets.Run, bool) {
	return []gonets.Run{{
		ID: "run-" + id.New(), EventID: ev.ID, Scenario: "s", State: gonets.RunRunning, Lease: gonets.Lease{Node: "n", Seq: 1},
	}}, true
}
