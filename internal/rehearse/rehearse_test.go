package rehearse_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/outbound"
	"gonets/internal/rehearse"
	"gonets/internal/step"
	"gonets/internal/testkit"
	"gonets/internal/value"
	"gonets/setting"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// memory keeps checks like the store does.
type memory struct {
	mu    sync.Mutex
	event gonets.Event
	runs  []gonets.RunDetail
	saved []gonets.RunState
	fail  error
	kept  map[string]gonets.Example
}

func (m *memory) SaveExample(_ context.Context, e gonets.Example) error {
	m.kept = map[string]gonets.Example{e.Attempt.Path: e}
	return nil
}
func (m *memory) Examples(context.Context, string) ([]gonets.Example, error) {
	return slices.Collect(maps.Values(m.kept)), nil
}
func (m *memory) ExampleReplies(_ context.Context, _ string, paths []string) (out []gonets.Attempt, _ error) {
	for _, path := range paths {
		if e, ok := m.kept[path]; ok {
			out = append(out, e.Attempt)
		}
	}
	return out, nil
}
func (m *memory) DropExample(_ context.Context, _, path string) error {
	delete(m.kept, path)
	return nil
}

func (m *memory) Event(_ context.Context, id string) (gonets.Event, error) {
	if id != m.event.ID {
		return gonets.Event{}, gonets.Errorf(gonets.CodeNotFound, "no event")
	}
	return m.event, nil
}

func (m *memory) Events(context.Context, gonets.EventFilter) (l gonets.List[gonets.Event], err error) {
	if m.event.ID != "" {
		l.Items = append(l.Items, gonets.Event{ID: m.event.ID})
	}
	return l, nil
}

func (m *memory) Runs(_ context.Context, f gonets.RunFilter) (l gonets.List[gonets.RunSummary], err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range slices.Backward(m.runs) {
		if d.Run.Scenario == f.Scenario && d.Run.Mark == f.Mark {
			l.Items = append(l.Items, d.Run)
		}
	}
	return l, nil
}

func (m *memory) Run(_ context.Context, id string) (gonets.RunDetail, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.runs {
		if d.Run.ID == id {
			return d, nil
		}
	}
	return gonets.RunDetail{}, gonets.Errorf(gonets.CodeNotFound, "no run")
}

func (m *memory) SaveCheck(ctx context.Context, d gonets.RunDetail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil || ctx.Err() != nil {
		return errors.Join(m.fail, ctx.Err())
	}
	m.saved = append(m.saved, d.Run.State)
	m.runs = append(slices.DeleteFunc(m.runs, func(o gonets.RunDetail) bool { return o.Run.ID == d.Run.ID }), d)
	return nil
}

func (m *memory) last(t *testing.T) gonets.RunDetail {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.runs) == 0 {
		t.Fatal("no check was kept")
	}
	return m.runs[len(m.runs)-1]
}

// service counts its requests and answers by their path: /503 with that status.
type service struct {
	mu   sync.Mutex
	got  []string
	hung chan struct{}
	// login answers for /login.
	login func(http.ResponseWriter)
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.got = append(s.got, r.URL.Path)
	s.mu.Unlock()
	if r.URL.Path == "/hang" {
		close(s.hung)
		<-r.Context().Done()
		return
	}
	if r.URL.Path == "/login" {
		s.login(w)
		return
	}
	if r.URL.Path == "/large" {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 3<<20))
		return
	}
	status := http.StatusOK
	// A path that is no number is answered well.
	_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"path":%q,"n":7}`, r.URL.Path)
}

func (s *service) paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

type world struct {
	*rehearse.Room
	*memory
	*service
	url string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{memory: &memory{event: gonets.Event{ID: "e1", Source: "site", Method: "POST", ContentType: "application/json",
		Body: []byte(`{"name":"Анна","status":"paid"}`)}}, service: &service{hung: make(chan struct{})}}
	server := httptest.NewServer(w.service)
	client := outbound.New(outbound.Options{Version: "1", Policy: outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}})
	t.Cleanup(func() { client.Close(); server.Close() })
	w.url = server.URL
	w.Room = rehearse.New(rehearse.Options{Store: w.memory, Examples: w.memory, Sender: client, Clock: testkit.NewClock(), Node: "here",
		Usual: func(string) []rehearse.Usual {
			return []rehearse.Usual{{Path: "body.name", Ru: "Имя", En: "Name"}, {Path: "body.phone", Ru: "Телефон", En: "Phone"}}
		},
		Env: &step.Env{PublicURL: func() string { return "https://me.test" }, Settings: func() setting.Settings { return setting.Settings{Env: map[string]string{"k": "v"}} },
			Reader: step.Always(func(ev *gonets.Event) map[string]any {
				body, _, err := value.DecodeJSON(ev.Body)
				if err != nil {
					body = string(ev.Body)
				}
				return map[string]any{"body": body, "headers": map[string]any{"x-api-key": "s3cret"}, "query": map[string]any{"name": "q", "utm": "vk"}}
			})},
	})
	return w
}

// ask is about a scenario of these steps; URL in them is the service's.
func (w *world) ask(t testing.TB, steps string) rehearse.Ask {
	t.Helper()
	sc := &gonets.Scenario{Name: "x", Sources: []string{"site"}}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(steps, "URL", w.url)), &sc.Steps); err != nil {
		t.Fatal(err)
	}
	return rehearse.Ask{Scenario: sc}
}

// check gives the lines in short: path state.
func (w *world) check(ctx context.Context, o rehearse.Order) (lines []string, err error) {
	err = w.Check(ctx, o, func(l rehearse.Line) error {
		if l.Type == api.CheckStep && l.State != api.CheckRunning {
			lines = append(lines, l.Path+" "+l.State)
		}
		if l.Type == api.CheckFinished {
			lines = append(lines, l.State)
		}
		return nil
	})
	return lines, err
}

func TestAChecksEveryStepIsTriedOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		steps  string
		only   string
		really []string
		lines  []string
		sent   []string
		state  gonets.RunState
		reason gonets.Code
	}{
		"nothing is sent that was not asked for": {`[{"id":"a","http":{"url":"URL/a"}},{"id":"b","http":{"url":"URL/b"}}]`, "", nil,
			[]string{"a shown", "b shown", "succeeded"}, nil, gonets.RunSucceeded, ""},
		"a failure is not tried again": {`[{"id":"a","http":{"url":"URL/503"}},{"id":"b","http":{"url":"URL/b"}}]`, "", []string{"a", "b"},
			[]string{"a failed", "failed"}, []string{"/503"}, gonets.RunFailed, gonets.CodeHTTPStatus},
		"a failure may let it go on": {`[{"id":"a","http":{"url":"URL/503","on_failure":"continue"}},{"id":"b","http":{"url":"URL/b/{{ status }}"}}]`, "", []string{"a", "b"},
			[]string{"a failed", "b done", "succeeded"}, []string{"/503", "/b/503"}, gonets.RunSucceeded, ""},
		"delays are skipped, branches decided": {`[{"id":"d","delay":"2h"},{"id":"i","if":"name == 'Анна'","then":[{"id":"a","http":{"url":"URL/then"}}],"else":[{"id":"b","http":{"url":"URL/else"}}]},
			{"id":"w","when":"false","set":{"x":1}},{"id":"s","stop":{"reason":"enough"}},{"id":"z","http":{"url":"URL/z"}}]`, "", []string{"i/a", "i/b", "z"},
			[]string{"d done", "i done", "i/a done", "w skipped", "s done", "succeeded"}, []string{"/then"}, gonets.RunSucceeded, ""},
		"one step, with what came before it": {`[{"id":"v","set":{"who":"{{ name }}"}},{"id":"a","http":{"url":"URL/a"}},{"id":"b","http":{"url":"URL/{{ who }}"}}]`, "b", []string{"a", "b"},
			[]string{"b done", "succeeded"}, []string{"/Анна"}, gonets.RunSucceeded, ""},
		"a step inside a branch that the event would not take": {`[{"id":"i","if":"name == 'Олег'","then":[{"id":"v","set":{"p":"in"}},{"id":"a","http":{"url":"URL/{{ p }}"}}]}]`, "i/a", []string{"i/a"},
			[]string{"i/a done", "succeeded"}, []string{"/in"}, gonets.RunSucceeded, ""},
		"what cannot be built":   {`[{"id":"a","http":{"url":"{{ name + 1 }}"}}]`, "", []string{"a"}, []string{"a failed", "failed"}, nil, gonets.RunFailed, gonets.CodeTemplateFailed},
		"the scenario's own end": {`[{"id":"f","fail":{"message":"no"}}]`, "", nil, []string{"f done", "failed"}, nil, gonets.RunFailed, gonets.CodeStepFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			o := rehearse.Order{Ask: w.ask(t, tt.steps), Only: tt.only != "", Really: tt.really}
			o.Step = tt.only
			lines, err := w.check(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.lines, lines); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.sent, w.paths()); diff != "" {
				t.Error(diff)
			}
			d := w.last(t)
			if d.Run.State != tt.state || d.Run.Reason != tt.reason || d.Run.Mark != gonets.MarkCheck || d.Event.ID != "e1" || d.Event.Mark != "" {
				t.Errorf("kept: %+v of event %q %q", d.Run, d.Event.ID, d.Event.Mark)
			}
			for _, state := range w.saved {
				if !state.Final() {
					t.Errorf("the check was kept as %s", state)
				}
			}
		})
	}
}

func TestABrokenDraftIsNotChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := w.ask(t, `[{"id":"a","http":{"url":"URL/a"}},{"id":"b","http":{"url":""}}]`)
	_, err := w.check(t.Context(), rehearse.Order{Ask: ask, Really: []string{"a"}})
	var e *gonets.Error
	if !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0].Pointer != "/steps/1/http/url" || len(w.paths()) > 0 {
		t.Fatalf("%v, sent %v", err, w.paths())
	}
	ask.Step = "a"
	if _, err := w.check(t.Context(), rehearse.Order{Ask: ask, Only: true, Really: []string{"a"}}); err != nil {
		t.Errorf("a whole step beside a broken one: %v", err)
	}
}

func TestNothingIsSentThatCannotBeRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail = gonets.Errorf(gonets.CodeDiskFull, "full")
	_, err := w.check(t.Context(), rehearse.Order{Ask: w.ask(t, `[{"id":"a","http":{"url":"URL/a"}}]`), Really: []string{"a"}})
	if gonets.CodeOf(err) != gonets.CodeDiskFull || len(w.paths()) > 0 {
		t.Fatalf("%v, sent %v", err, w.paths())
	}
}

func TestWhoLeavesEndsTheCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	go func() {
		<-w.hung
		// It is remembered already, as ended.
		w.memory.mu.Lock()
		if len(w.saved) != 1 || w.saved[0] != gonets.RunCancelled || w.runs[0].Run.Reason != gonets.CodeCheckGoing || w.runs[0].Run.Lease.Node != "here" {
			t.Errorf("while the request is under way it is kept as %v %+v", w.saved, w.runs)
		}
		w.memory.mu.Unlock()
		leave()
	}()
	lines, err := w.check(ctx, rehearse.Order{Ask: w.ask(t, `[{"id":"a","http":{"url":"URL/hang"}},{"id":"b","http":{"url":"URL/b"}}]`), Really: []string{"a", "b"}})
	if err != nil || slices.Contains(lines, "succeeded") {
		t.Fatalf("%v %v", lines, err)
	}
	d := w.last(t)
	if d.Run.State != gonets.RunCancelled || d.Run.Reason != gonets.CodeCancelled || d.Run.Lease.Node != "" || len(d.Attempts) != 1 || d.Attempts[0].Outcome != gonets.OutcomeCancelled || len(w.paths()) != 1 {
		t.Errorf("kept %+v %+v, sent %v", d.Run, d.Attempts, w.paths())
	}
}

func TestWhatWasAnsweredIsKeptBeforeTheNextRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	order := rehearse.Order{Ask: w.ask(t, `[{"id":"a","http":{"url":"URL/a"}},{"id":"b","http":{"url":"URL/hang"}}]`), Really: []string{"a", "b"}, Going: &gonets.GoingCheck{By: "anna"}}
	go func() {
		<-w.hung
		w.memory.mu.Lock()
		if d := w.runs[0]; len(w.saved) != 2 || d.Run.Reason != gonets.CodeCheckGoing || d.Run.Attempts != 1 || len(d.Attempts) != 1 || d.Run.Going == nil || d.Run.Going.By != "anna" || d.Run.Going.At != "b" {
			t.Errorf("while the second request is under way it is kept as %v %+v", w.saved, w.runs)
		}
		w.memory.mu.Unlock()
		end()
	}()
	if _, err := w.check(ctx, order); err != nil {
		t.Fatal(err)
	}
	if d := w.last(t); d.Run.Going != nil || order.Going.At != "" {
		t.Errorf("at its end %+v, asked for %+v", d.Run, order.Going)
	}
}

// A large check, here by its event, is kept again when it has grown by a quarter; what
// could not be kept then is tried again before the next request.
func TestALargeCheckIsKeptAsItGrows(t *testing.T) {
	t.Parallel()
	w, logged := newWorld(t), &bytes.Buffer{}
	o := w.Options
	o.Log = slog.New(slog.NewTextHandler(logged, nil))
	w.Room = rehearse.New(o)
	ask := w.ask(t, `[{"id":"a","http":{"url":"URL/large"}},{"id":"b","http":{"url":"URL/b"}},{"id":"c","http":{"url":"URL/c"}},{"id":"d","http":{"url":"URL/d"}}]`)
	ask.Sample = &gonets.Event{Source: "site", ContentType: "text/plain", Body: bytes.Repeat([]byte("x"), 9<<20)}
	var got []int
	err := w.Check(t.Context(), rehearse.Order{Ask: ask, Really: []string{"a", "b", "c", "d"}}, func(l rehearse.Line) error {
		if l.State == string(gonets.StepDone) {
			got = append(got, len(w.last(t).Attempts))
			w.memory.mu.Lock()
			w.fail = nil
			if l.Path == "a" {
				w.fail = gonets.Errorf(gonets.CodeDiskFull, "full")
			}
			w.memory.mu.Unlock()
		}
		return nil
	})
	if diff := cmp.Diff([]int{0, 0, 2, 2}, got); err != nil || diff != "" {
		t.Errorf("%v, requests that were kept when each was answered:\n%s", err, diff)
	}
	if n := strings.Count(logged.String(), "level=WARN"); n != 1 || !strings.Contains(logged.String(), w.last(t).Run.ID) {
		t.Errorf("logged: %s", logged)
	}
}

func TestWhyTheServerEndsACheckIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, end := context.WithCancelCause(t.Context())
	go func() {
		<-w.hung
		end(gonets.Errorf(gonets.CodeCheckLimit, "it took too long"))
	}()
	var last rehearse.Line
	err := w.Check(ctx, rehearse.Order{Ask: w.ask(t, `[{"id":"a","http":{"url":"URL/hang"}}]`), Really: []string{"a"}}, func(l rehearse.Line) error {
		last = l
		return nil
	})
	if err != nil || last.Type != api.CheckFinished || last.State != "cancelled" || last.Error != "it took too long" || last.Problem == nil || last.Problem.Code != gonets.CodeCheckLimit {
		t.Errorf("%v %+v", err, last)
	}
	if d := w.last(t); d.Run.State != gonets.RunCancelled || d.Run.Reason != gonets.CodeCheckLimit || d.Run.FinishedAt.IsZero() {
		t.Errorf("kept %+v", d.Run)
	}
}

func TestAReaderThatBreaksEndsTheCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := errors.New("gone")
	err := w.Check(t.Context(), rehearse.Order{Ask: w.ask(t, `[{"id":"a","http":{"url":"URL/a"}},{"id":"b","http":{"url":"URL/b"}}]`), Really: []string{"a", "b"}},
		func(l rehearse.Line) error {
			if l.Path == "a" && l.State == "done" {
				return gone
			}
			return nil
		})
	if !errors.Is(err, gone) || len(w.paths()) != 1 || len(w.last(t).Attempts) != 1 {
		t.Fatalf("%v, sent %v", err, w.paths())
	}
}

func TestStepsReadTheLastReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const steps = `[{"id":"a","http":{"url":"URL/a","save":{"body":"deal"}}},{"id":"b","http":{"url":"URL/b","body":{"json":{"n":"{{ deal.n }}","s":"{{ status }}"}}}}]`
	ask := w.ask(t, steps)
	ask.Step = "b"
	before, err := w.Preview(t.Context(), ask)
	if err != nil || before.Request.Body != `{"n":null,"s":null}` {
		t.Fatalf("before the first reply: %+v %v", before.Request, err)
	}
	if _, err := w.check(t.Context(), rehearse.Order{Ask: w.ask(t, steps), Really: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	after, err := w.Preview(t.Context(), ask)
	if err != nil || after.Request.Body != `{"n":7,"s":200}` {
		t.Fatalf("after it: %+v %v", after.Request, err)
	}
	vars := map[string]api.Variable{}
	for _, v := range after.Scope {
		vars[v.Path] = v
	}
	for path, want := range map[string]api.Variable{
		"deal.n":                  {Group: "step", Step: "a", Short: "deal.n", Label: "n", Type: "number", Value: "7"},
		"steps.a.status":          {Group: "step", Step: "a", Short: "steps.a.status", Label: "status", Type: "number", Value: "200"},
		"event.body.name":         {Group: "source", Short: "name", Label: "name", Type: "text", Value: "Анна", Title: &api.Words{Ru: "Имя", En: "Name"}},
		"event.body.status":       {Group: "source", Short: "event.body.status", Label: "status", Type: "text", Value: "paid", Reserved: true},
		"event.query.name":        {Group: "source", Short: "event.query.name", Label: "name", Type: "text", Value: "q"},
		"event.query.utm":         {Group: "source", Short: "utm", Label: "utm", Type: "text", Value: "vk"},
		"event.headers.x-api-key": {Group: "source", Short: "event.headers.x-api-key", Label: "x-api-key", Type: "text", Value: "***", Secret: true},
		"event.body.phone":        {Group: "source", Short: "event.body.phone", Label: "phone", Type: "text", Empty: true, Usual: true, Title: &api.Words{Ru: "Телефон", En: "Phone"}},
		"env.k":                   {Group: "system", Short: "env.k", Label: "k", Type: "text", Value: "v"},
	} {
		want.Path = path
		if diff := cmp.Diff(want, vars[path]); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
	}
	steps2, err := w.Variables(w.last(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(steps2) != 2 || steps2[0].Path != "" || steps2[1].Path != "a" || !slices.ContainsFunc(steps2[1].Variables, func(v api.Variable) bool { return v.Path == "deal.n" }) ||
		slices.ContainsFunc(steps2[1].Variables, func(v api.Variable) bool { return v.Group == "source" }) {
		t.Errorf("variables of the check: %+v", steps2)
	}
	// A note in the place of what was erased is no reply.
	erased := w.last(t)
	erased.Attempts[0].Erased, erased.Attempts[0].ReplyBody = true, []byte("erased on request")
	if past := rehearse.Answered(&erased, &erased.Version.Scenario); len(past) > 0 {
		t.Errorf("an erased reply is read: %+v", past)
	}
	if list, err := w.Variables(erased); err != nil || len(list) != 1 {
		t.Errorf("variables of an erased reply: %+v, %v", list, err)
	}
	erased.Event.Mark = gonets.MarkErased
	if list, err := w.Variables(erased); err != nil || len(list) != 0 {
		t.Errorf("variables of an erased event: %+v, %v", list, err)
	}
}

// The interface finds steps.a.body under the name that it was saved by; where that name
// has another step's reply, the body has to be listed itself.
func TestRepliesThatAreSavedUnderOneNameAreAllListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const steps = `[{"id":"a","http":{"url":"URL/a","save":{"body":"deal"}}},{"id":"b","http":{"url":"URL/b","save":{"body":"deal"}}},{"id":"c","http":{"url":"URL/c"}}]`
	if _, err := w.check(t.Context(), rehearse.Order{Ask: w.ask(t, steps), Really: []string{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	ask := w.ask(t, steps)
	ask.Step = "c"
	p, err := w.Preview(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, v := range p.Scope {
		listed[v.Path] = v.Step
	}
	if listed["deal.n"] != "a" || listed["steps.b.body.n"] != "b" {
		t.Errorf("listed: %v", listed)
	}
}

func TestStepsReadTheReplyThatAPersonKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const steps = `[{"id":"a","http":{"url":"URL/500","on_failure":"continue"}},{"id":"b","http":{"url":"URL/b","body":{"json":{"s":"{{ status }}"}}}}]`
	try := func(steps string) {
		if _, err := w.check(t.Context(), rehearse.Order{Ask: w.ask(t, steps), Really: []string{"a"}}); err != nil {
			t.Fatal(err)
		}
	}
	reads := func(want string) {
		t.Helper()
		ask := w.ask(t, steps)
		ask.Step = "b"
		p, err := w.Preview(t.Context(), ask)
		if err != nil || p.Request.Body != want {
			t.Errorf("%v: the next step reads %+v, want %s", err, p.Request, want)
		}
	}
	try(strings.Replace(steps, "/500", "/201", 1))
	first := w.last(t).Run.ID
	kept, err := w.Keep(t.Context(), "x", api.NewExample{Run: first, Attempt: 1}, "anna")
	if err != nil || kept.Step != "a" || kept.Status != 201 || kept.SavedBy != "anna" {
		t.Fatalf("%+v %v", kept, err)
	}
	try(steps)
	reads(`{"s":201}`)
	if list, err := w.Kept(t.Context(), "x"); err != nil || !cmp.Equal(list, []api.Example{kept}) {
		t.Errorf("%+v %v", list, err)
	}
	if err := w.Drop(t.Context(), "x", "a"); err != nil {
		t.Fatal(err)
	}
	reads(`{"s":500}`)
	for name, in := range map[string]api.NewExample{"no such attempt": {Run: first, Attempt: 2}, "no such run": {Run: "gone", Attempt: 1}} {
		if _, err := w.Keep(t.Context(), "x", in, ""); gonets.CodeOf(err) != gonets.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Keep(t.Context(), "other", api.NewExample{Run: first, Attempt: 1}, ""); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Errorf("of another scenario: %v", err)
	}
}

func TestACheckSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var phases []string
	err := w.Check(t.Context(), rehearse.Order{Ask: w.ask(t, `[{"id":"a","http":{"url":"URL/a"}}]`), Really: []string{"a"}}, func(l rehearse.Line) error {
		if l.Path == "a" {
			phases = append(phases, l.State+" "+l.Phase)
		}
		return nil
	})
	if want := []string{"running ", "running connect", "running wait", "done "}; err != nil || !cmp.Equal(phases, want) {
		t.Errorf("%v %v, want %v", err, phases, want)
	}
}

func TestTheAddressThatIsSentIsJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for url, want := range map[string][]string{
		"{{ base }}/a":                  nil,
		"{{ host }}/a":                  {"url.scheme"},
		"  {{ base }}/a":                {"url.trimmed"},
		"example.org/{{ host }}":        {"url.scheme"},
		"https://example.org/{{ nil }}": nil,
	} {
		ask := w.ask(t, `[{"id":"a","http":{"url":"`+url+`"}}]`)
		ask.Step, ask.Sample = "a", &gonets.Event{Body: []byte(`{"base":"` + w.url + `","host":"example.org"}`)}
		p, err := w.Preview(t.Context(), ask)
		if err != nil || p.Request == nil {
			t.Fatalf("%s: %v %+v", url, err, p)
		}
		if p.Request.Notices == nil {
			t.Errorf("%s: no list of notices, which must not be null", url)
		}
		var got []string
		for _, n := range p.Request.Notices {
			if strings.HasPrefix(n.Code, "url.") {
				got = append(got, n.Code)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", url, diff)
		}
	}
}

func TestAPreviewSendsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := w.ask(t, `[{"id":"a","http":{"method":"GET","url":" URL/a?token=t0p ","query":{"api_key":"t0p"},"headers":{"X-Api-Key":"t0p"},"body":{"form":{"q":"{{ name }}"}}}}]`)
	ask.Step, ask.Sample = "a", &gonets.Event{Body: []byte(`{"name":"Олег"}`)}
	p, err := w.Preview(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "t0p") || p.Request.URL != w.url+"/a?token=***&q=%D0%9E%D0%BB%D0%B5%D0%B3&api_key=***" || len(w.paths()) > 0 || len(w.saved) > 0 || p.Event != "" {
		t.Errorf("%s\nsent %v", raw, w.paths())
	}
	var codes []string
	for _, n := range p.Request.Notices {
		codes = append(codes, n.Code)
	}
	if diff := cmp.Diff([]string{"url.trimmed", "body.in_query"}, codes); diff != "" {
		t.Error(diff)
	}
	for _, h := range p.Request.Headers {
		if h.Automatic == (h.Name == "X-Api-Key") || h.Automatic && (h.Reason == nil || h.Reason.Ru == "" || h.Reason.En == "") {
			t.Errorf("%+v", h)
		}
	}
	ask.Step = "nope"
	if _, err := w.Preview(t.Context(), ask); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Error(err)
	}
}

func TestAPreviewCoversWhatTheListOfVariablesCovers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := w.ask(t, `[{"id":"a","http":{"url":"URL/{{ event.headers.x-api-key }}","headers":{"X-Mine":"{{ event.headers.x-api-key }}"},"body":{"json":{"k":"<{{ event.headers.x-api-key }}>"}}}}]`)
	ask.Step, ask.Sample = "a", &gonets.Event{Body: []byte(`{"name":"Олег"}`)}
	p, err := w.Preview(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "s3cret") || p.Request.Body != `{"k":"<***>"}` || p.Request.URL != w.url+"/***" || !strings.Contains(p.Curl, "***") {
		t.Errorf("%s", raw)
	}
}

func FuzzPreview(f *testing.F) {
	f.Add(`[{"id":"a","http":{"url":"URL/{{ name }}","headers":[{"name":"X","value":null}],"body":{"json":"{\"a\":{{ name }}}"}}}]`, "a", `{"name":1}`)
	f.Add(`[{"id":"i","if":"a","then":[{"id":"s","set":{"a":{"b":["{{ c }}"]}}},{"id":"","respond":{"json":{"a..b":1}}}]},{"id":"i","delay":"{{"}]`, "i/s", `{"a":true,"status":[[]]}`)
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, steps, path, body string) {
		sc := &gonets.Scenario{}
		if json.Unmarshal([]byte(steps), &sc.Steps) != nil {
			return
		}
		p, err := w.Preview(t.Context(), rehearse.Ask{Scenario: sc, Step: path, Sample: &gonets.Event{Body: []byte(body)}})
		if err == nil && (p.Values == nil || p.Scope == nil) {
			t.Fatal("a preview without its lists")
		}
	})
}
