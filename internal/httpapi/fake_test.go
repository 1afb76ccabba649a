package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/draft"
	"gonets/internal/echo"
	"gonets/internal/hint"
	"gonets/internal/httpapi"
	"gonets/internal/httpapi/audit"
	"gonets/internal/httpapi/checking"
	"gonets/internal/httpapi/echoes"
	"gonets/internal/httpapi/flows"
	"gonets/internal/httpapi/publishing"
	"gonets/internal/httpapi/saved"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/shelf"
	"gonets/internal/mask"
	"gonets/internal/news"
	"gonets/internal/notify"
	"gonets/internal/reconciliation"
	"gonets/setting"
)

const token = "owner-token-for-tests"

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// backend is the smallest store, ingest and engine that the interface can
// stand on.
type backend struct {
	mu       sync.Mutex
	bus      notify.Bus
	applied  document.Apply
	settings setting.Settings
	// force are the settings in force.
	force    setting.Settings
	scenario gonets.ScenarioInfo
	source   gonets.SourceInfo
	request  gonets.RequestInfo
	event    gonets.Event
	runs     map[string]gonets.RunDetail
	bulks    bulks
	rerun    gonets.Rerun
	versions int // how many were read
	filter   gonets.RunFilter
	secrets  map[string]string
	ends     map[string]time.Time
	// whole counts runs that were read with all that they did.
	whole    int
	drafts   map[string]gonets.Draft
	sent     gonets.Event
	calls    []string
	health   error
	stopping chan struct{}
	logged   strings.Builder
	people   people
	clock    gonets.Clock
	wait     *api.LaneWait // of every lane; nil is busy
	checked  []string      // the saved requests whose checks were asked for
	asked    chan struct{} // closed when the slow scenario is asked for
}

// kept is what the store has of checks.
type kept struct{ *backend }

func (kept) OpenChecks(context.Context) ([]gonets.OpenCheck, error) { return nil, nil }

func (kept) LoseCheck(context.Context, string, time.Time) error { return nil }

func (kept) EndCheck(_ context.Context, id string) error {
	switch id {
	case "elsewhere":
		return nil
	case "broken":
		return gonets.Errorf(gonets.CodeStoreAway, "no answer")
	default:
		return missing("check", id)
	}
}

func (b *backend) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, fmt.Sprintf(format, args...))
}

func (b *backend) called() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.calls...)
}

func missing(what, name string) error {
	return gonets.Errorf(gonets.CodeNotFound, "there is no %s %q", what, name)
}

func (b *backend) Apply(_ context.Context, a document.Apply) ([]document.Applied, error) {
	if a.Settings != nil && a.IfMatch != "" && a.IfMatch != "*" && a.IfMatch != b.settings.ETag() {
		return nil, gonets.Errorf(gonets.CodeDraftConflict, "the settings were changed meanwhile")
	}
	b.applied = a
	if a.Settings != nil {
		b.settings = *a.Settings
	}
	var out []document.Applied
	for _, s := range a.Sources {
		out = append(out, document.Applied{Kind: "Source", Name: s.Name, Change: "created"})
	}
	for _, s := range a.Scenarios {
		out = append(out, document.Applied{Kind: "Scenario", Name: s.Name, Change: "updated", Version: 2, State: gonets.ScenarioRunning})
	}
	return out, nil
}
func (b *backend) Notices(context.Context, gonets.Page) (gonets.List[news.Told], error) {
	at := epoch.Add(time.Minute)
	return gonets.List[news.Told]{Items: []news.Told{{Notice: news.Notice{ID: "n1", Kind: news.NoticeFirstFailure, At: epoch, Runs: 14,
		RecoveredAt: at, Cause: gonets.Cause{Scenario: "lead", Host: "crm.example", Code: gonets.CodeHTTPStatus, Status: 503}},
		Delivery:   news.Delivery{State: news.LetterSent, Tries: 1, SentAt: at},
		Deliveries: []news.Delivery{{Channel: setting.ChannelMail, State: news.LetterSent, Tries: 1, SentAt: at}}}, {
		Notice:   news.Notice{ID: "n2", Kind: news.NoticeBadEnd, At: epoch, DueAt: at},
		Delivery: news.Delivery{State: news.LetterPending}}}}, nil
}
func (b *backend) TestChannel(_ context.Context, name string) (news.MailAccepted, error) {
	if name != "ops" {
		return news.MailAccepted{}, &gonets.Error{Code: gonets.CodeNotFound, Message: "there is no channel"}
	}
	return news.MailAccepted{Host: name, At: epoch, Said: "204 No Content"}, nil
}
func (b *backend) TestMail(_ context.Context, t news.MailTest) (news.MailAccepted, error) {
	if t.Mail == nil {
		return news.MailAccepted{}, &gonets.Error{Code: gonets.CodeMailRefused, Message: "smtp.example did not take the letter: 550 no",
			Problems: []gonets.Problem{{Pointer: "/mail/to", Code: gonets.CodeMailRecipient, Message: "550 no"}}}
	}
	b.note("mail %s password %s", t.Mail.Host, t.Password)
	return news.MailAccepted{Host: t.Mail.Host, At: epoch, Said: "250 OK"}, nil
}
func (b *backend) Settings(context.Context) (setting.Settings, error) { return b.settings, nil }
func (b *backend) Sources(_ context.Context, p gonets.Page) (gonets.List[gonets.SourceInfo], error) {
	l := gonets.List[gonets.SourceInfo]{Items: []gonets.SourceInfo{b.source}}
	if p.Cursor == "" {
		l.Next = "more"
	}
	return l, nil
}
func (b *backend) Source(_ context.Context, name string) (gonets.SourceInfo, error) {
	if name != b.source.Name {
		return gonets.SourceInfo{}, missing("source", name)
	}
	return b.source, nil
}
func (b *backend) Scenarios(context.Context, gonets.Page) (gonets.List[gonets.ScenarioInfo], error) {
	return gonets.List[gonets.ScenarioInfo]{Items: []gonets.ScenarioInfo{b.scenario}}, nil
}
func (b *backend) Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error) {
	switch name {
	case b.scenario.Name:
		return b.scenario, nil
	case "panics":
		panic("planted")
	case "broken":
		return gonets.ScenarioInfo{}, fmt.Errorf("disk says: secret detail")
	case "refused":
		return gonets.ScenarioInfo{}, &gonets.Error{Code: gonets.CodeInternal, Message: "the database refused it", Err: errors.New("no such column")}
	case "slow":
		close(b.asked)
		<-ctx.Done()
		b.note("gone")
		return gonets.ScenarioInfo{}, gonets.Errorf(gonets.CodeInternal, "broken off")
	case "busy":
		return gonets.ScenarioInfo{}, gonets.Errorf(gonets.CodeBusy, "the server is busy")
	}
	return gonets.ScenarioInfo{}, missing("scenario", name)
}
func (b *backend) SetScenarioState(_ context.Context, c gonets.StateChange) (gonets.ScenarioInfo, error) {
	b.note("state %s %s release=%v by %s at %s", c.Name, c.State, c.ReleaseHeld, c.Actor, c.At.Format(time.TimeOnly))
	info := b.scenario
	info.State = c.State
	return info, nil
}
func (b *backend) Versions(context.Context, string, gonets.Page) (gonets.List[gonets.Version], error) {
	return gonets.List[gonets.Version]{Items: []gonets.Version{*b.runs["r1"].Version}}, nil
}
func (b *backend) Version(_ context.Context, s string, n int) (*gonets.Version, error) {
	b.mu.Lock()
	b.versions++
	b.mu.Unlock()
	if n != 1 {
		return nil, missing("version of scenario", s)
	}
	return b.runs["r1"].Version, nil
}
func (b *backend) Events(context.Context, gonets.EventFilter) (gonets.List[gonets.Event], error) {
	return gonets.List[gonets.Event]{Items: []gonets.Event{b.event}}, nil
}
func (b *backend) Event(_ context.Context, id string) (gonets.Event, error) {
	if id != b.event.ID {
		return gonets.Event{}, missing("event", id)
	}
	return b.event, nil
}

// Runs gives short pages when the oldest come first, as where few of many match.
func (b *backend) Runs(_ context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	l := gonets.List[gonets.RunSummary]{}
	after := f.Page.Cursor
	if _, goesOn := b.runs[after]; !goesOn {
		b.filter, after = f, ""
	}
	for _, id := range []string{"r1", "r2", "r3"} {
		if r, ok := b.runs[id]; ok && id > after && l.Next == "" {
			l.Items = append(l.Items, r.Run)
			if f.Ascending {
				l.Next = id
			}
		}
	}
	return l, nil
}
func (b *backend) Run(_ context.Context, id string) (gonets.RunDetail, error) {
	b.mu.Lock()
	b.whole++
	b.mu.Unlock()
	r, ok := b.runs[id]
	if !ok {
		return r, missing("run", id)
	}
	return r, nil
}
func (b *backend) LastGood(_ context.Context, _ string, beside *gonets.Attempt) (*gonets.Attempt, error) {
	for _, d := range b.runs {
		for i := range d.Attempts {
			if a := &d.Attempts[i]; a.Path == beside.Path && a.Outcome == gonets.OutcomeOK && (d.Run.ID != beside.RunID || a.N != beside.N) {
				return a, nil
			}
		}
	}
	return nil, nil
}

func (b *backend) CountRuns(_ context.Context, f gonets.RunFilter) (gonets.RunCount, error) {
	b.filter = f
	return gonets.RunCount{N: 2, More: true}, nil
}

// ChartRuns counts two spans at a time.
func (b *backend) ChartRuns(_ context.Context, f gonets.RunFilter, spans []gonets.RunTally) ([]gonets.RunTally, error) {
	b.filter = f
	for i := range spans {
		spans[i].Runs = i + 1
	}
	return spans[:min(2, len(spans))], nil
}

// Reconcile has one day with a loss.
func (b *backend) Reconcile(_ context.Context, a reconciliation.Question) ([]reconciliation.Day, error) {
	b.note("reconcile %s %s %q", a.From.Format(time.RFC3339), a.Until.Format(time.RFC3339), a.Source)
	return []reconciliation.Day{{At: a.Until.AddDate(0, 0, -1), Source: "site", Received: 3, Done: 2, Repeats: 4, Missing: 1},
		{At: a.From, Source: "site", Received: 5, Done: 4, Paused: 1}}, nil
}
func (b *backend) Act(_ context.Context, a gonets.Action) (gonets.Run, error) {
	b.note("%s", strings.TrimSpace(fmt.Sprintf("act %s %s v%d by %s %s", a.Kind, a.RunID, a.Version, a.Actor, a.Key)))
	r, ok := b.runs[a.RunID]
	switch {
	case !ok:
		return gonets.Run{}, missing("run", a.RunID)
	case r.Run.State.Final():
		return gonets.Run{}, gonets.Errorf(gonets.CodeRunState, "run %s is %s; %s is not possible now", a.RunID, r.Run.State, a.Kind)
	}
	run := r.Run.Run
	if a.Kind != gonets.ActionRetryPolicy {
		run.State, run.Lane = gonets.RunQueued, "https://crm.example"
	}
	return run, nil
}
func (b *backend) Rerun(_ context.Context, r gonets.Rerun) (gonets.Job, error) {
	b.note("%s", strings.TrimSpace(fmt.Sprintf("rerun %s v%d %s", r.RunID, r.Version, r.Key)))
	b.rerun = r
	run := gonets.Run{ID: "new", EventID: "e1", Scenario: "lead", Version: 1, State: gonets.RunRunning}
	if r.Version == 1 {
		run.Lease.Node = "here"
	}
	return gonets.Job{Run: run}, nil
}
func (b *backend) SetSecret(_ context.Context, name, v string, until time.Time, actor string) error {
	b.note("set secret %s by %s", name, actor)
	b.secrets[name], b.ends[name] = v, until
	return nil
}
func (b *backend) SetSecretEnd(_ context.Context, name string, until time.Time, actor string) error {
	b.note("end of secret %s by %s", name, actor)
	if _, known := b.secrets[name]; !known {
		return missing("secret", name)
	}
	b.ends[name] = until
	return nil
}
func (b *backend) Secrets(context.Context) ([]gonets.SecretInfo, error) {
	return []gonets.SecretInfo{{Name: "crm-token", UpdatedAt: epoch, Actor: "owner", Until: b.ends["crm-token"]}}, nil
}
func (b *backend) DeleteSecret(_ context.Context, name, actor string) error {
	b.note("delete secret %s by %s", name, actor)
	if name != "crm-token" {
		return missing("secret", name)
	}
	return nil
}
func (b *backend) Stats(context.Context) (gonets.StoreStats, error) {
	return gonets.StoreStats{Runs: map[gonets.RunState]int{gonets.RunPaused: 3}, SizeBytes: 4096, FreeBytes: 9}, nil
}
func (b *backend) Health() error { return b.health }
func (b *backend) Submit(_ context.Context, source string, ev gonets.Event) (gonets.Accepted, error) {
	if source != b.source.Name {
		return gonets.Accepted{}, missing("source", source)
	}
	b.sent = ev
	return gonets.Accepted{EventID: "e9", Runs: []gonets.Run{{ID: "r9", Scenario: "lead", State: gonets.RunRunning}}}, nil
}
func (b *backend) Offer(jobs []gonets.Job) { b.note("offer %s", jobs[0].Run.ID) }
func (b *backend) Nudge(lane string)       { b.note("nudge %q", lane) }
func (b *backend) Abort(id string)         { b.note("abort %s", id) }
func (b *backend) Lanes(context.Context) ([]api.Lane, error) {
	return []api.Lane{{Lane: "https://crm.example:443", Host: "crm.example", State: api.LaneOpen, Active: 1, Limit: 16, Usual: 16}}, nil
}

func (b *backend) Lane(ctx context.Context, address string) (api.Lane, error) {
	l, err := b.Lanes(ctx)
	l[0].Host = address
	return l[0], err
}

func (b *backend) LimitLane(_ context.Context, set api.LaneSet, actor string) error {
	b.note("limit %s %d %s by %s", set.Lane, set.Concurrency, set.Rate, actor)
	return nil
}

func (b *backend) ActOnLane(_ context.Context, a api.LaneAction, actor string) error {
	b.note("%s %s %s by %s", a.Action, a.Lane, a.Rate, actor)
	return nil
}

func (b *backend) LaneWait(string) *api.LaneWait {
	if b.wait != nil {
		return b.wait
	}
	return &api.LaneWait{Why: api.LaneBusy}
}

// stillClock stands; its timers fire at once when fast, else never.
type stillClock struct{}

func (stillClock) Now() time.Time { return epoch }
func (stillClock) NewTimer(d time.Duration) gonets.Timer {
	c := make(chan time.Time, 1)
	if d < time.Second {
		c <- epoch
	}
	return stillTimer{c}
}

type stillTimer struct{ c chan time.Time }

func (t stillTimer) C() <-chan time.Time { return t.c }
func (t stillTimer) Stop() bool          { return true }

func newBackend() *backend {
	scenario := gonets.Scenario{Name: "lead", Title: "Lead", Sources: []string{"site"}, Steps: []gonets.Step{
		{ID: "kind", Set: gonets.Rows{{Name: "a", Value: "b"}}},
		{ID: "deal", Title: "Make a deal", HTTP: &gonets.HTTPStep{Method: "POST", URL: "https://crm.example/"}},
		{ID: "after", HTTP: &gonets.HTTPStep{URL: "https://crm.example/after"}},
	}}
	b := &backend{
		secrets: map[string]string{}, ends: map[string]time.Time{}, stopping: make(chan struct{}), clock: stillClock{},
		scenario: gonets.ScenarioInfo{Scenario: scenario, State: gonets.ScenarioRunning, Version: 1, ETag: "etag-1", CreatedAt: epoch, UpdatedAt: epoch},
		source: gonets.SourceInfo{Source: gonets.Source{Name: "site", Preset: "generic"}, ETag: "s1", CreatedAt: epoch, UpdatedAt: epoch,
			Tokens: []string{"old", "new"}, Addresses: []gonets.Address{{Token: "new", CreatedAt: epoch}}, Scenarios: []string{"lead"}},
		event: gonets.Event{ID: "e1", Source: "site", ReceivedAt: epoch, Method: "POST", RawQuery: "a=1", ContentType: "application/json",
			Headers: []gonets.Header{{Name: "X-Key", Value: "hide-me"}}, Body: []byte(`{"name":"<Анна>"}`)},
	}
	text, _ := gonets.PlainJSON(scenario)
	b.drafts = map[string]gonets.Draft{"lead": {Scenario: "lead", Document: text, ETag: "e1", BasedOn: 1, State: gonets.ScenarioRunning, Version: 1, UpdatedAt: epoch}}
	run := gonets.Run{ID: "r1", EventID: "e1", Scenario: "lead", Version: 1, State: gonets.RunWaiting, Reason: gonets.CodeHTTPStatus,
		DueAt: epoch.Add(5 * time.Second), Tries: 1, Attempts: 1, CreatedAt: epoch}
	b.runs = map[string]gonets.RunDetail{
		"r1": {
			Run:     gonets.RunSummary{Run: run, Source: "site", LastStatus: 503, LastOutcome: gonets.OutcomeHTTP},
			Event:   b.event,
			Version: &gonets.Version{Scenario: scenario, N: 1, CreatedAt: epoch, Actor: "owner"},
			Results: []gonets.StepResult{{Path: "kind", State: gonets.StepDone, Value: json.RawMessage(`{"a":"b"}`), FinishedAt: epoch.UnixMilli()}},
			Attempts: []gonets.Attempt{{RunID: "r1", N: 1, Path: "deal", StartedAt: epoch, Duration: 1500 * time.Microsecond, Charged: true,
				Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, Method: "POST", URL: "https://crm.example/",
					RequestHeaders: []gonets.Header{{Name: "Idempotency-Key", Value: "r1-deal"}}, RequestBody: []byte(`{"a":1}`),
					Status: 503, StatusLine: "HTTP/1.1 503 Service Unavailable", ReplyBody: []byte{0xff, 0x00}}}},
		},
		"r2": {Run: gonets.RunSummary{Run: gonets.Run{ID: "r2", Scenario: "lead", State: gonets.RunSucceeded, CreatedAt: epoch, FinishedAt: epoch}}, Event: b.event},
	}
	return b
}

// serve starts the interface over the backend.
func (b *backend) serve(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(b.handler())
	t.Cleanup(s.Close)
	return s
}

func diskOfTests() api.Disk { return api.Disk{Level: "low", FreeBytes: 1, TotalBytes: 2} }

func (b *backend) handler() http.Handler {
	return httpapi.New(httpapi.Options{
		Documents: b, Sources: b, Scenarios: b, Drafts: &draft.Desk{Store: b}, Requests: saved.Room{Store: b}, Shelf: shelf.Room{Store: b, Attachment: shape.Attachment}, Edits: b, SourceEdits: b, Events: b, Runs: b, History: b, Bulks: &b.bulks, Secrets: b,
		State: b, Notices: b, Usual: b, Ingest: b, Engine: b, Lanes: b, Audit: audit.Room{Book: b}, Flows: flows.Room{Book: b, Scenarios: b}, Rehearsal: b, Checking: checking.New(checking.Options{Rehearsal: b, Book: kept{b}, Tell: func(h hint.Hint) { b.note("tell %+v", h.Checks) }, Stopping: b.stopping, Clock: b.clock}), Publishing: publishing.Room{Drafts: &draft.Desk{Store: b}, Scenarios: b, Past: b}, Bus: &b.bus, People: &b.people, Views: &b.people,
		Settings:  func() setting.Settings { return b.force },
		PublicURL: func() (url, reach string) { return "https://hooks.example", "open" }, MailWorks: func(context.Context) bool { return true },
		Storage: func(context.Context) (api.Storage, error) {
			return api.Storage{Disk: diskOfTests(), DatabaseBytes: 5, Scenarios: []api.ScenarioStorage{{Scenario: "lead", Runs: 2, Bytes: 3}}}, nil
		},
		Disk: diskOfTests, Clean: func() { b.note("clean") },
		Clock: b.clock, Token: token, Version: "1.2.3", Stopping: b.stopping,
		SourceURL: func(_ context.Context, token string) string { return "https://hooks.example/in/" + token },
		Masks:     masked{},
		Outlines: func(_ context.Context, runs []gonets.RunSummary) (out []gonets.RunDetail, err error) {
			b.note("outlines of %d", len(runs))
			for i := range runs {
				out = append(out, masked{}.Run(b.runs[runs[i].ID]))
			}
			return out, nil
		},
		Echo: echoes.Room{Receiver: echo.New(echo.Options{Clock: b.clock}), Rules: func() *mask.Rules { return mask.New(nil) }, Shape: shape.Event, PublicURL: func() (url, reach string) { return "https://hooks.example", "open" },
			Note: func(_ context.Context, _, action, object, _ string) error {
				b.note("%s %s", action, object)
				return nil
			}},
		Log: slog.New(slog.NewTextHandler(&b.logged, nil)),
	})
}

// masked hides every header of an event.
type masked struct{}

func (masked) Event(ev gonets.Event) gonets.Event {
	ev.Headers = []gonets.Header{{Name: "X-Key", Value: "***"}}
	return ev
}

func (m masked) Run(d gonets.RunDetail) gonets.RunDetail {
	d.Event = m.Event(d.Event)
	return d
}

func (masked) Unmask(*gonets.Event, *api.EditedEvent) error { return nil }

type reply struct {
	status int
	header http.Header
	text   string
}

func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.text), &v); err != nil {
		t.Fatalf("the answer is not a JSON object: %v\n%s", err, r.text)
	}
	return v
}

// call makes a request as the owner; headers are "Name: value" and override.
func call(t *testing.T, s *httptest.Server, method, path, body string, headers ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, v, _ := strings.Cut(h, ": ")
		req.Header.Set(name, v)
	}
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}
