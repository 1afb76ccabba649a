package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/rehearse"
	"gonets/internal/testkit"
)

func (b *backend) Preview(_ context.Context, a rehearse.Ask) (api.PreviewResult, error) {
	b.note("preview %s %s of %s", a.Scenario.Name, a.Step, a.EventID)
	if a.Sample != nil {
		b.note("sample %s %s %v", a.Sample.ContentType, a.Sample.Body, a.Sample.Headers)
	}
	return api.PreviewResult{Event: a.EventID, Scope: []api.Variable{}, Values: []api.PreviewValue{}, Problems: []gonets.Problem{}}, nil
}

// Check refuses the scenario "broken" before its first line; "waits" tells one
// line and goes on until it is ended.
func (b *backend) Check(ctx context.Context, o rehearse.Order, emit func(rehearse.Line) error) error {
	b.note("check %s only=%v %s really=%v", o.Scenario.Name, o.Only, o.Step, o.Really)
	if o.Scenario.Name == "broken" {
		return &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{{Pointer: "/steps/0/http/url", Message: "no"}}}
	}
	if err := emit(rehearse.Line{CheckLine: api.CheckLine{Type: api.CheckStarted, RunID: "c1"}}); err != nil {
		return err
	}
	if o.Scenario.Name == "waits" {
		<-ctx.Done()
		b.note("the check was ended")
		return nil
	}
	attempt := b.runs["r1"].Attempts[0]
	return emit(rehearse.Line{CheckLine: api.CheckLine{Type: api.CheckStep, Path: "deal", State: "failed"}, Attempt: &attempt})
}

func (b *backend) Variables(d gonets.RunDetail) ([]api.StepVariables, error) {
	return []api.StepVariables{{Path: "", Variables: []api.Variable{{Path: d.Run.ID}}}}, nil
}

func (b *backend) Foretell(_ context.Context, a rehearse.Ask, in *api.Rehearsal) (api.RehearsalResult, error) {
	b.note("foretell %s with %d steps of %s: %v", a.Scenario.Name, len(a.Scenario.Steps), a.EventID, in.Outages)
	return api.RehearsalResult{State: "paused", Lines: []api.RehearsalLine{}}, nil
}

func TestARehearsalIsOfADraftOrOfAVersion(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"a draft":         {`{"document":{"name":"x","steps":[{"id":"a","stop":{}}]},"event":"e1","outages":[{"script":"503 for 3h"}]}`, 200, "foretell x with 1 steps of e1: [{ 503 for 3h}]"},
		"a version":       {`{"scenario":"lead","version":1}`, 200, "foretell lead with "},
		"no such version": {`{"scenario":"nope","version":2}`, 404, ""},
		"a typo":          {`{"document":{"stepps":[]}}`, 422, ""},
		"a bad sample":    {`{"document":{"steps":[]},"sample":{"headers":1}}`, 422, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			got := call(t, b.serve(t), "POST", "/api/v1/rehearse", tt.body)
			if got.status != tt.status || tt.want != "" && !strings.Contains(strings.Join(b.called(), "\n"), tt.want) {
				t.Errorf("%d %s\n%s", got.status, got.text, b.called())
			}
		})
	}
}

func TestDraftsAreReadByTheirShape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		status int
		want   string
	}{
		"a draft":                   {`{"document":{"apiVersion":"gonets/v1","kind":"Scenario","name":"x","steps":[{"id":"a","http":{"url":""}}]},"step":"a","event":"e1"}`, 200, "preview x a of e1"},
		"the name beside it":        {`{"scenario":"y","document":{"steps":[]},"step":"a"}`, 200, "preview y a of "},
		"headers as an object":      {`{"document":{"name":"x"},"step":"a","sample":{"method":"POST","headers":{"Content-Type":"text/plain"},"body":"hi\n"}}`, 200, "sample text/plain hi\n [{Content-Type text/plain}]"},
		"headers as a list":         {`{"document":{"name":"x"},"step":"a","sample":{"headers":[{"name":"X","value":"1"}],"body":{"a": 1}}}`, 200, `sample application/json {"a": 1} [{X 1} {Content-Type application/json}]`},
		"no body":                   {`{"document":{"name":"x"},"step":"a","sample":{"body":null}}`, 200, "sample   []"},
		"an unknown key":            {`{"document":{"steps":[{"id":"a","htp":{}}]},"step":"a"}`, 422, "htp"},
		"a wrong type":              {`{"document":{"steps":[{"id":"a","http":{"url":{}}}]},"step":"a"}`, 422, "/steps/0/http/url"},
		"event and sample":          {`{"document":{},"step":"a","event":"e1","sample":{}}`, 422, "/sample"},
		"headers of another shape":  {`{"document":{},"step":"a","sample":{"headers":7}}`, 422, "/sample/headers"},
		"a document that is a text": {`{"document":"x","step":"a"}`, 422, "this must be one scenario"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			got := call(t, b.serve(t), "POST", "/api/v1/preview", tt.body)
			if got.status != tt.status || !strings.Contains(got.text+strings.Join(b.called(), "\n"), tt.want) {
				t.Errorf("%d %s\n%q", got.status, got.text, b.called())
			}
		})
	}
}

func TestAChecksLinesComeOneByOne(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	got := call(t, s, "POST", "/api/v1/check", `{"scenario":"x","document":{"name":"y"},"step":"deal","really":["deal"]}`)
	if got.status != 200 || got.header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	var lines []api.CheckLine
	for line := range strings.SplitSeq(strings.TrimSpace(got.text), "\n") {
		var l api.CheckLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 2 || lines[1].Attempt == nil || lines[1].Attempt.Response.Status != 503 || lines[1].Explain == nil ||
		!strings.Contains(lines[1].Explain.Ru.Todo, "пробует один раз") || strings.Contains(lines[1].Explain.En.Todo, "attempt 2") {
		t.Errorf("%s", got.text)
	}
	call(t, s, "POST", "/api/v1/check", `{"document":{"name":"y"},"really":["a"],"all_dry":true}`)
	if diff := cmp.Diff([]string{"check x only=true deal really=[deal]", "check y only=false  really=[]"}, b.called()); diff != "" {
		t.Error(diff)
	}
	refused := call(t, s, "POST", "/api/v1/check", `{"document":{"name":"broken"}}`)
	if refused.status != 422 || !strings.Contains(refused.header.Get("Content-Type"), "problem+json") || !strings.Contains(refused.text, "/steps/0/http/url") {
		t.Errorf("%d %s", refused.status, refused.text)
	}
}

func TestACheckEndsWithItsReaderAndItsServer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		end  func(b *backend, leave func())
	}{
		"the reader leaves": {`{"document":{"name":"waits"}}`, func(_ *backend, leave func()) { leave() }},
		"the server stops":  {`{"document":{"name":"waits"}}`, func(b *backend, _ func()) { close(b.stopping) }},
		"the server stops one that goes on": {`{"document":{"name":"waits"},"goes_on":true}`, func(b *backend, leave func()) {
			leave()
			close(b.stopping)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			s := b.serve(t)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			lines := listen(ctx, t, s.URL+"/api/v1/check", tt.body)
			if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, "c1") {
				t.Fatalf("%q %v", line, err)
			}
			tt.end(b, leave)
			// The server waits for its handlers.
			s.Close()
			if calls := b.called(); calls[len(calls)-1] != "the check was ended" {
				t.Errorf("%q", calls)
			}
		})
	}
}

// listen begins a check, or follows one when there is no body, and reads its lines
// until ctx ends.
func listen(ctx context.Context, t *testing.T, url, body string) *bufio.Reader {
	t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return bufio.NewReader(res.Body)
}

func TestACheckThatGoesOnNeedsNoReader(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	lines := listen(ctx, t, s.URL+"/api/v1/check", `{"document":{"name":"waits","title":"Lead"},"step":"deal","goes_on":true}`)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	leave()
	if got := call(t, s, "GET", "/api/v1/checks", ""); !strings.Contains(got.text, `"run_id":"c1","scenario":"waits","title":"Lead","step":"deal","started_at":`) ||
		!strings.Contains(got.text, `"by":"owner"`) {
		t.Errorf("on its way: %s", got.text)
	}
	// Whoever comes back sees it from its first line on.
	followed := listen(t.Context(), t, s.URL+"/api/v1/checks/c1", "")
	if line, err := followed.ReadString('\n'); err != nil || line != first {
		t.Errorf("%q %v, want %q", line, err, first)
	}
	if got := call(t, s, "POST", "/api/v1/checks/c1/cancel", ""); got.status != 204 {
		t.Errorf("%d %s", got.status, got.text)
	}
	if rest, err := io.ReadAll(followed); err != nil || len(rest) > 0 {
		t.Errorf("after the end: %q %v", rest, err)
	}
	if got := call(t, s, "GET", "/api/v1/checks/c1", ""); got.status != 404 {
		t.Errorf("what is over is followed: %d %s", got.status, got.text)
	}
	if got := call(t, s, "GET", "/api/v1/checks", ""); !strings.Contains(got.text, `"items":[]`) {
		t.Errorf("still on its way: %s", got.text)
	}
	s.Close()
	if calls := b.called(); !slices.Contains(calls, "the check was ended") {
		t.Errorf("%q", calls)
	}
}

// A proxy closes what is silent for a minute; a check may wait for a quarter of an hour.
func TestACheckThatWaitsIsHeard(t *testing.T) {
	t.Parallel()
	b, clock := newBackend(), testkit.NewClock()
	b.clock = clock
	s := b.serve(t)
	lines := listen(t.Context(), t, s.URL+"/api/v1/check", `{"document":{"name":"waits"},"goes_on":true}`)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	followed := listen(t.Context(), t, s.URL+"/api/v1/checks/c1", "")
	if line, err := followed.ReadString('\n'); err != nil || line != first {
		t.Fatalf("%q %v, want %q", line, err, first)
	}
	for range 2 {
		clock.AwaitTimers(2)
		clock.Advance(15 * time.Second)
		for _, reader := range []*bufio.Reader{lines, followed} {
			if line, err := reader.ReadString('\n'); err != nil || line != "\n" {
				t.Fatalf("%q %v", line, err)
			}
		}
	}
	close(b.stopping)
}

func TestACheckNamesTheStepsThatWereRenamed(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	lines := listen(t.Context(), t, s.URL+"/api/v1/check", `{"document":{"name":"waits","steps":[{"id":"deal","was":"lead","set":{"a":"b"}},{"id":"after","set":{"a":"b"}}]},"goes_on":true}`)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if got := call(t, s, "GET", "/api/v1/checks", ""); !strings.Contains(got.text, `"was":{"deal":"lead"}`) {
		t.Errorf("%s", got.text)
	}
	close(b.stopping)
}

func TestAnAttemptIsHadAsACommand(t *testing.T) {
	t.Parallel()
	s := newBackend().serve(t)
	got := call(t, s, "GET", "/api/v1/runs/r1/attempts/1/curl", "")
	if got.status != 200 || !strings.HasPrefix(got.text, "curl -X POST https://crm.example/ ") || !strings.Contains(got.text, `--data-binary '{"a":1}'`) ||
		!strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := call(t, s, "GET", "/api/v1/runs/r1/attempts/2/curl", ""); got.status != 404 {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := call(t, s, "GET", "/api/v1/runs/r1/variables", ""); got.status != 200 || !strings.Contains(got.text, `"path":"r1"`) {
		t.Errorf("%d %s", got.status, got.text)
	}
	got = call(t, s, "POST", "/api/v1/curl", `{"text":"curl https://a.test -u a:b --frob"}`)
	if got.status != 200 || !strings.Contains(got.text, `"step":{"http":{"method":"GET","url":"https://a.test"`) || !strings.Contains(got.text, `"flag":"--frob"`) ||
		!strings.Contains(got.text, `{"where":"header","header":"Authorization"}`) {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := call(t, s, "POST", "/api/v1/curl", `{"text":"wget x"}`); got.status != 422 {
		t.Errorf("%d %s", got.status, got.text)
	}
}
