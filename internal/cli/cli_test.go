package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gonets"
	"gonets/api"
	"gonets/internal/cli"
	"gonets/internal/cli/tools"
	"gonets/internal/config"
	"gonets/internal/document"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type clock struct{}

func (clock) Now() time.Time { return now }
func (clock) NewTimer(time.Duration) gonets.Timer {
	c := make(chan time.Time, 1)
	c <- now
	return timer{c}
}

type timer struct{ c chan time.Time }

func (t timer) C() <-chan time.Time { return t.c }
func (t timer) Stop() bool          { return true }

// server answers by "METHOD path" and remembers what it was asked.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []string
	answers map[string]any
}

// problem is an answer that is not a success.
type problem struct{ api.Error }

func fail(code gonets.Code, detail string, mistakes ...gonets.Problem) problem {
	return problem{api.Error{Status: code.Status(), Code: code, Detail: detail, Errors: mistakes}}
}

func newServer(t *testing.T, answers map[string]any) *server {
	t.Helper()
	s := &server{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	s.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer the-token" {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	answer, known := s.answers[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v1")]
	if !known {
		answer = fail(gonets.CodeNotFound, "there is no such thing")
	}
	switch v := answer.(type) {
	case func(http.ResponseWriter, *http.Request):
		v(w, r)
	case problem:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(v.Status)
		_ = json.NewEncoder(w).Encode(v.Error)
	case string:
		_, _ = io.WriteString(w, v)
	case nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		_ = json.NewEncoder(w).Encode(v)
	}
}

// folder is the data folder that the server would have written.
func (s *server) folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "server.json"), fmt.Sprintf(`{"url":%q,"pid":1}`, s.URL))
	write(t, filepath.Join(dir, "owner.token"), "the-token\n")
	return dir
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

type result struct {
	code           int
	stdout, stderr string
}

// run runs the command line with the environment given as NAME=value.
func run(ctx context.Context, t *testing.T, stdin string, environment []string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Execute(ctx, cli.Env{
		Args: args, Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr, Clock: clock{}, Version: "1.2.3",
		Getenv: func(name string) string {
			for _, e := range environment {
				if v, ok := strings.CutPrefix(e, name+"="); ok {
					return v
				}
			}
			return ""
		},
		Terminal: slices.Contains(environment, "TERMINAL=1"), ReadPassword: typing(environment),
		Serve: func(_ context.Context, c config.Config) error {
			fmt.Fprintf(&stdout, "serving %s at %s, networks %v, from %q\n", c.Data, c.Listen, c.AllowNetworks, c.PublicURL)
			return nil
		},
		Tools: tools.Tools{
			Drill: func(_ context.Context, o tools.DrillOptions, w io.Writer) error {
				fmt.Fprintf(w, "%+v\n", o)
				return nil
			},
			Bench: func(_ context.Context, o tools.BenchOptions, w io.Writer) error {
				fmt.Fprintf(w, "%+v\n", o)
				return nil
			},
		},
	})
	return result{code, stdout.String(), stderr.String()}
}

// typing types the lines of TYPED=one/two; nil when there is no keyboard.
func typing(environment []string) func() (string, error) {
	for _, e := range environment {
		if lines, ok := strings.CutPrefix(e, "TYPED="); ok {
			return func() (line string, err error) {
				line, lines, _ = strings.Cut(lines, "/")
				return line, nil
			}
		}
	}
	return nil
}

func text(s string) *string { return &s }

func at(d time.Duration) *time.Time { t := now.Add(d); return &t }

func answers() map[string]any {
	owner := api.UserInfo{ID: "u1", User: api.User{Login: "anna"}, Role: gonets.RoleOwner, CreatedAt: now.Add(-time.Hour)}
	summary := api.RunSummary{
		ID: "r1", EventID: "e1", Source: "site", Scenario: "lead", Version: 2, State: gonets.RunWaiting, Reason: gonets.CodeHTTPStatus,
		CreatedAt: now.Add(-time.Minute), NextTryAt: at(25 * time.Second), Tries: 2, Attempts: 2, LastStatus: 503, LastOutcome: gonets.OutcomeHTTP,
		Actions: []string{"send-now", "cancel-retries", "cancel", "rerun"},
	}
	paused := api.RunSummary{ID: "r2", Scenario: "lead", State: gonets.RunPaused, Reason: gonets.CodeTriesUsedUp, CreatedAt: now.Add(-49 * time.Hour),
		LastStatus: 500, Tries: 6, Attempts: 6}
	event := api.Event{
		EventSummary: api.EventSummary{ID: "e1", Source: "site", ReceivedAt: now.Add(-time.Minute), Method: "POST", Path: "/new", Query: "a=1", ContentType: "application/json", Size: 40},
		Headers:      []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Evil", Value: "a\x1b[2Jb"}},
		Content:      api.Content{Body: `{"name":"Анна","id":12345678901234567890}`},
	}
	request := api.Request{Method: "POST", URL: "https://crm.example/leads", Headers: []gonets.Header{{Name: "Idempotency-Key", Value: "r1-deal"}},
		Content: api.Content{Body: `{"lead":{"name":"Анна"}}`}, Size: 28}
	counted := summary
	counted.TriesMax = 6
	story := api.Run{RunSummary: counted, Event: event, Steps: []api.Step{
		{Path: "vars", Kind: "set", State: "done", Value: json.RawMessage(`{"a":"b","n":1.50}`)},
		{Path: "only_new", Kind: "if", State: "done", Value: json.RawMessage(`true`)},
		{Path: "only_new/deal", Kind: "http", Title: "Make a deal", State: "active", Attempts: []api.Attempt{
			{N: 1, Request: request, Outcome: gonets.OutcomeUnknown, Code: gonets.CodeTimeout, Error: "no answer within 30 s", StartedAt: now.Add(-50 * time.Second), DurationMS: 30_000},
			{N: 2, Request: request, Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, StartedAt: now.Add(-10 * time.Second), DurationMS: 12, Charged: true,
				Response: &api.Response{Status: 503, StatusLine: "HTTP/1.1 503 Service Unavailable", Headers: []gonets.Header{{Name: "Retry-After", Value: "20"}},
					Content: api.Content{Body: strings.Repeat("busy ", 1000)}, Size: 5000, Cut: true}},
		}},
		{Path: "after", Kind: "http", State: "pending"},
	}}
	queued := func(id string, next time.Duration, quiet *time.Time, wait api.LaneWait) api.Run {
		return api.Run{RunSummary: api.RunSummary{ID: id, Scenario: "lead", State: gonets.RunWaiting, CreatedAt: now, NextTryAt: at(next), Tries: 1, Wait: &wait},
			QuietUntil: quiet, Event: event}
	}
	redirected := api.Run{RunSummary: api.RunSummary{ID: "r3", Scenario: "lead", State: gonets.RunPaused, CreatedAt: now}, Event: event, Steps: []api.Step{
		{Path: "deal", Kind: "http", State: "active", Attempts: []api.Attempt{{N: 1, Request: api.Request{Method: "POST", URL: "https://crm.example/leads"},
			Outcome: gonets.OutcomeBlocked, Code: gonets.CodeBlockedAddress, Error: "sent to there", StartedAt: now, Timings: &gonets.Timings{Total: 240},
			Redirects: []gonets.Hop{{Status: 302, URL: "http://10.0.0.1/"}}, Response: &api.Response{Status: 302, Content: api.Content{Body: "AAH/AA==", Encoding: api.EncodingBase64}, Size: 4}}}},
	}}
	return map[string]any{
		"GET /runs":                     api.List[api.RunSummary]{Items: []api.RunSummary{summary, paused}, Next: "c2"},
		"GET /runs/r1":                  story,
		"GET /runs/r2":                  api.Run{RunSummary: paused},
		"GET /runs/r1/attempts/2/curl":  "# Put the secrets in place of ***: header Authorization\ncurl -X POST 'https://crm.example/leads'\n",
		"GET /runs/r1/attempts/1/onec":  "Соединение = Новый HTTPСоединение(\"crm.example\");\n",
		"GET /runs/r1/attempts/2/reply": "\x00busy\x1b[2J",
		"GET /runs/r1/attempts/2/compare": api.Comparison{With: &api.ComparedWith{Run: "r0", N: 1, At: now.Add(-time.Hour)}, More: true, Body: api.BodyBinary, Differences: []api.AttemptDifference{
			{Part: "address", Good: text("https://crm.example/deals"), Bad: text("https://crm.example/leads")},
			{Part: "header", Name: "idempotency-key", Good: text("r0-deal"), Bad: text("r1-deal"), Usual: true},
			{Part: "body", Name: "lead.phone", Good: text(`"+79\x1b[2J"`)}, {Part: "query", Name: "a", Good: text(""), Bad: text("1")}}},
		"GET /runs/r1/attempts/1/compare": api.Comparison{Differences: []api.AttemptDifference{}},
		"GET /runs/r3/attempts/1/compare": api.Comparison{Lines: true, With: &api.ComparedWith{Run: "r0", N: 1, At: now}, Differences: []api.AttemptDifference{{Part: "body", Name: "3", Bad: text("c")}}},
		"GET /runs/r3":                    redirected,
		"GET /runs/r4":                    queued("r4", time.Hour, at(time.Hour), api.LaneWait{Why: api.LanePaused, By: "anna"}),
		"GET /runs/r5":                    queued("r5", -time.Minute, nil, api.LaneWait{Why: api.LaneClosed, Until: at(-time.Second)}),
		"GET /runs/r6":                    queued("r6", time.Hour, at(time.Hour), api.LaneWait{Why: api.LaneClosed, Until: at(time.Minute)}),
		"POST /scenarios/one/start":       api.Scenario{Name: "one", State: gonets.ScenarioRunning, Held: 1},
		"POST /runs/r1/send-now":          api.RunSummary{ID: "r1", State: gonets.RunQueued},
		"POST /runs/r2/skip":              api.RunSummary{ID: "r2", State: gonets.RunQueued},
		"POST /runs/r1/rerun":             api.RunSummary{ID: "r9", State: gonets.RunRunning},
		"POST /runs/r2/send-now":          fail(gonets.CodeRunState, "run r2 is paused; send-now is for waiting runs"),
		"POST /runs/actions":              api.RunsActionResult{Done: 2, Failed: []api.RunFailed{{ID: "r2", Code: gonets.CodeRunState, Detail: "run r2 is over"}}},
		"POST /bulk":                      api.Bulk{ID: "b1", Action: "cancel", State: "finished", Total: 2, Done: 2, Refused: 1, Plan: &api.BulkPlan{More: true}},
		"GET /events":                     api.List[api.EventSummary]{Items: []api.EventSummary{event.EventSummary}},
		"GET /events/e1":                  event,
		"GET /events/e1/raw":              "\x00raw",
		"POST /sources/site/events":       api.NewEventResult{EventID: "e9", Runs: []api.RunSummary{{ID: "r9", Scenario: "lead", State: gonets.RunRunning}}},
		"GET /storage": api.Storage{Disk: api.Disk{Level: "low", FreeBytes: 150 << 20, TotalBytes: 40 << 30, LowBelowBytes: 200 << 20, HoldsDatabase: true, BallastBytes: 64 << 20, BallastWanted: 64 << 20},
			DatabaseBytes: 12 << 30, DataBytes: 11 << 30, Runs: 120_000, Sampled: 240, Scenarios: []api.ScenarioStorage{{Scenario: "lead", Runs: 100_000, Bytes: 9 << 30}, {Scenario: "chat", Runs: 20_000, Bytes: 2 << 30}},
			Retention: api.RetentionForecast{AgeSeconds: 30 * 86400, SizeBytes: 10 << 30, Next24h: api.RunCount{Count: 4_000}, Next7d: api.RunCount{Count: 10_000, More: true}, OverBytes: 1 << 30, OverRuns: 11_000}},
		"POST /storage/clean": api.Cleaning{Started: true},
		"GET /audit": api.List[api.AuditEntry]{Items: []api.AuditEntry{
			{ID: "a2", At: now, Actor: "anna", Action: "publish", Object: "Scenario/lead", Detail: json.RawMessage(`{"version":2}`)},
			{ID: "a1", At: now.Add(-time.Hour), Actor: "anna", Action: "session.begin", Object: "User/anna"}}, Next: "c1"},
		"GET /notices": api.List[api.Told]{Items: []api.Told{
			{At: now.Add(-time.Minute), Kind: "recovered", Cause: "The service is down for now.", Host: "crm.example", Scenario: "lead", Runs: 14, State: "pending", DueAt: at(4 * time.Minute), LastError: "421 too busy"},
			{At: now.Add(-2 * time.Minute), Kind: "first_failure", Cause: "The service is down for now.", Host: "crm.example", Scenario: "lead", Runs: 1, State: "pending", DueAt: at(11 * time.Hour), HeldBy: "quiet_hours"},
			{At: now.Add(-2 * time.Minute), Kind: "success", Scenario: "lead", Runs: 1, State: "pending", DueAt: at(-time.Second)},
			{At: now.Add(-time.Hour), Kind: "rejected_signatures", Cause: "A signature is wrong.", Source: "site", Runs: 3, State: "sent"},
			{At: now.Add(-2 * time.Hour), Kind: "test", State: "failed", LastError: "535 no"},
		}},
		"GET /runs/count":              api.RunCount{Count: 10_000, More: true},
		"POST /mail/test":              api.MailAccepted{Accepted: true, Host: "smtp.example", Said: "250 queued"},
		"GET /sources":                 api.List[api.Source]{Items: []api.Source{{Name: "site", Preset: "generic", URL: "http://h/in/t", Scenarios: []string{"lead", "log"}}}},
		"GET /sources/site/samples":    api.List[api.Event]{Items: []api.Event{event}},
		"GET /scenarios":               api.List[api.Scenario]{Items: []api.Scenario{{Name: "lead", Title: "Заявка", State: gonets.ScenarioRunning, Version: 2, Sources: []string{"site"}, UpdatedAt: now.Add(-3 * time.Hour)}}},
		"POST /scenarios/lead/start":   api.Scenario{Name: "lead", State: gonets.ScenarioRunning, Held: 3},
		"POST /scenarios/lead/stop":    api.Scenario{Name: "lead", State: gonets.ScenarioStopped},
		"GET /scenarios/lead/versions": api.List[api.ScenarioVersion]{Items: []api.ScenarioVersion{{Version: 2, CreatedAt: now.Add(-time.Hour), Actor: "owner", Note: "fix"}, {Version: 1, CreatedAt: now.Add(-25 * time.Hour)}}},
		"POST /validate":               api.Validation{Valid: true, Documents: 2},
		"POST /apply": api.List[api.Applied]{Items: []api.Applied{
			{Applied: document.Applied{Kind: "Source", Name: "site", Change: "created"}, URL: "http://h/in/t"},
			{Applied: document.Applied{Kind: "Scenario", Name: "lead", Change: "unchanged", Version: 2, State: gonets.ScenarioRunning}}}},
		"POST /diff": api.List[api.Difference]{Items: []api.Difference{{Kind: "Scenario", Name: "lead", Change: "updated", Diff: "@@ -1 +1 @@\n-title: a\n+title: b\n"},
			{Kind: "Source", Name: "site", Change: "unchanged"}}},
		"GET /export":   "kind: Settings\n",
		"GET /settings": json.RawMessage(`{"title":"Office"}`),
		"GET /secrets": api.List[api.Secret]{Items: []api.Secret{{Name: "crm-token", UpdatedAt: now.Add(-time.Hour), Actor: "owner"},
			{Name: "telegram-bot", UpdatedAt: now.Add(-2 * time.Hour), Actor: "owner", SecretEnd: api.SecretEnd{ValidUntil: at(72 * time.Hour)}, Ending: api.EndingSoon}}},
		"PUT /secrets/crm-token":     nil,
		"PUT /secrets/crm-token/end": nil,
		"DELETE /secrets/crm-token":  nil,

		"GET /users":             api.List[api.UserInfo]{Items: []api.UserInfo{owner}},
		"POST /users":            owner,
		"PUT /users/u1/password": nil,
	}
}

func TestVerbsPrintWhatPeopleNeed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		args  string
		stdin string
		env   []string
	}{
		{name: "runs-list", args: "runs list --state waiting,paused --scenario lead --since 10m -n 2"},
		{name: "runs-list-yaml", args: "runs list -o yaml"},
		{name: "runs-show", args: "runs show r1"},
		{name: "runs-show-json", args: "runs show r1 -o json"},
		{name: "runs-show-colours", args: "runs show r1", env: []string{"TERMINAL=1"}},
		{name: "runs-show-no-color", args: "runs show r1", env: []string{"TERMINAL=1", "NO_COLOR=1"}},
		{name: "runs-show-redirect", args: "runs show r3"},
		{name: "runs-show-night-paused", args: "runs show r4"},
		{name: "runs-show-tried-out", args: "runs show r5"},
		{name: "runs-show-night-closed", args: "runs show r6"},
		{name: "runs-curl", args: "runs curl r1"},
		{name: "runs-curl-none", args: "runs curl r2"},
		{name: "runs-1c", args: "runs 1c r1 --attempt 1"},
		{name: "runs-reply", args: "runs reply r1"},
		{name: "runs-reply-terminal", args: "runs reply r1", env: []string{"TERMINAL=1"}},
		{name: "runs-compare", args: "runs compare r1"},
		{name: "runs-compare-nothing", args: "runs compare r1 --attempt 1"},
		{name: "runs-compare-lines", args: "runs compare r3"},
		{name: "runs-compare-json", args: "runs compare r1 -o json"},
		{name: "scenarios-start-one-held", args: "scenarios start one"},
		{name: "runs-show-missing", args: "runs show nope"},
		{name: "runs-count", args: "runs count status:5xx --scenario lead"},
		{name: "runs-tail-question", args: "runs tail --once -n 1 status:5xx after:-1h"},
		{name: "runs-tail-once", args: "runs tail --once --since 10m --state paused"},
		{name: "runs-send-now", args: "runs send-now r1"},
		{name: "runs-send-now-impossible", args: "runs send-now r2"},
		{name: "runs-rerun", args: "runs rerun r1 --version 2"},
		{name: "runs-skip", args: "runs skip r2 --value {\"id\":7}"},
		{name: "runs-skip-several", args: "runs skip r1 r2"},
		{name: "runs-skip-value-of-several", args: "runs skip r1 r2 --value 7"},
		{name: "runs-skip-bad-value", args: "runs skip r2 --value seven"},
		{name: "runs-cancel-unconfirmed", args: "runs cancel --scenario lead"},
		{name: "runs-cancel-many", args: "runs cancel status:5xx --scenario lead --state paused --yes"},
		{name: "runs-cancel-slowly", args: "runs cancel --state paused --yes --rate 5 --one-first"},
		{name: "runs-cancel-ids", args: "runs cancel r1 r2 -o json"},
		{name: "runs-cancel-nothing", args: "runs cancel"},
		{name: "runs-bad-state", args: "runs list --state paussed"},
		{name: "runs-bad-time", args: "runs list --since yesterday"},
		{name: "runs-without-verb", args: "runs"},
		{name: "unknown-verb", args: "runz"},
		{name: "unknown-flag", args: "runs list --stat x"},
		{name: "unknown-output", args: "runs list -o xml"},
		{name: "events-send", args: `events send site -d {"a":1} -H X-Form:contact --query ?a=1`},
		{name: "events-send-stdin", args: "events send site --body -", stdin: "plain text"},
		{name: "events-list", args: "events list --source site"},
		{name: "events-show", args: "events show e1"},
		{name: "events-show-raw", args: "events show e1 --raw"},
		{name: "notices-list", args: "notices list"},
		{name: "notices-test", args: "notices test"},
		{name: "audit", args: "audit --actor anna"},
		{name: "sources-list", args: "sources list"},
		{name: "sources-samples", args: "sources samples site -n 1"},
		{name: "scenarios-list", args: "scenarios list"},
		{name: "scenarios-start", args: "scenarios start lead"},
		{name: "scenarios-start-held", args: "scenarios start lead --release-held -o json"},
		{name: "scenarios-stop", args: "scenarios stop lead"},
		{name: "scenarios-versions", args: "scenarios versions lead"},
		{name: "scenarios-start-missing", args: "scenarios start nope"},
		{name: "apply", args: "apply - --note why --stopped --draft", stdin: "kind: Source\n"},
		{name: "apply-dry-run", args: "apply - --dry-run", stdin: "kind: Source\n"},
		{name: "validate", args: "validate -", stdin: "kind: Source\n"},
		{name: "validate-nothing", args: "validate"},
		{name: "apply-empty", args: "apply -", stdin: "# nothing\n---\n\n"},
		{name: "diff", args: "diff -", stdin: "kind: Source\n"},
		{name: "diff-exit-code", args: "diff - --exit-code", stdin: "kind: Source\n"},
		{name: "export", args: "export --kind Settings"},
		{name: "settings-show", args: "settings show"},
		{name: "settings-show-json", args: "settings show -o json"},
		{name: "secret-set", args: "secret set crm-token -", stdin: "s3cr3t\n"},
		{name: "secret-set-argument", args: "secret set crm-token s3cr3t"},
		{name: "secret-set-until", args: "secret set crm-token - --until 2026-03-20", stdin: "s3cr3t\n"},
		{name: "secret-set-never", args: "secret set crm-token - --until never", stdin: "s3cr3t\n"},
		{name: "secret-set-until-when", args: "secret set crm-token - --until soon", stdin: "s3cr3t\n"},
		{name: "secret-until", args: "secret until crm-token 2026-03-20T12:00:00Z"},
		{name: "secret-until-never", args: "secret until crm-token never"},
		{name: "secret-until-when", args: "secret until crm-token tomorrow"},
		{name: "secret-list", args: "secret list"},
		{name: "secret-delete", args: "secret delete crm-token"},
		{name: "user-create", args: "user create --owner --login anna --password-file -", stdin: "correct horse\n"},
		{name: "user-create-typed", args: "user create --owner --login anna", env: []string{"TYPED=correct horse/correct horse"}},
		{name: "user-create-slip", args: "user create --owner --login anna", env: []string{"TYPED=correct horse/correct hose"}},
		{name: "user-create-nothing-typed", args: "user create --owner --login anna"},
		{name: "user-create-nobody", args: "user create --owner --password-file -", stdin: "correct horse"},
		{name: "user-password", args: "user password --password-file -", stdin: "battery staple\r\n"},
		{name: "user-password-unknown", args: "user password --login boris --password-file -", stdin: "battery staple"},
		{name: "storage", args: "storage show"},
		{name: "storage-clean", args: "storage clean"},
		{name: "user-list", args: "user list"},
		{name: "version", args: "version"},
		{name: "version-json", args: "version -o json"},
		{name: "drill", args: "drill --kills 3 --seed 7 --rate 5 --data d -o json"},
		{name: "bench", args: "bench --connections 8 --rate 50 --duration 3s --database postgres://h/d -o json"},
		{name: "serve", args: "serve --data d --listen 127.0.0.1:0 --allow-network 10.0.0.0/8 --allow-network 192.168.0.0/16"},
		{name: "serve-mistake", args: "serve --listen nowhere"},
		{name: "help", args: "--help"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, answers())
			env := append(tt.env, "GONETS_DATA="+s.folder(t))
			r := run(t.Context(), t, tt.stdin, env, strings.Fields(tt.args)...)
			got := fmt.Sprintf("gonets %s\nexit %d\n", tt.args, r.code)
			for _, asked := range s.asked {
				got += "asked " + asked + "\n"
			}
			got += "--- stdout\n" + r.stdout + "--- stderr\n" + r.stderr
			golden(t, tt.name, strings.ReplaceAll(got, s.URL, "http://SERVER"))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestMistakesNameFileLineAndColumn(t *testing.T) {
	t.Parallel()
	mistakes := []gonets.Problem{
		{Pointer: "/steps/0/http/metod", Code: gonets.CodeUnknownKey, Message: `unknown key "metod"`, Line: 6, Column: 5, Suggestion: "method"},
		{Pointer: "/name", Code: gonets.CodeInvalid, Message: "a name is needed", Line: 1, Column: 1},
		{Pointer: "/x", Code: gonets.CodeInvalid, Message: "no place is known"},
	}
	s := newServer(t, map[string]any{"POST /apply": fail(gonets.CodeInvalid, "3 mistakes", mistakes...)})
	dir := s.folder(t)
	one := write(t, filepath.Join(dir, "one.yaml"), "kind: Source\nname: a")
	two := write(t, filepath.Join(dir, "two.yaml"), "kind: Scenario\nname: b\nsteps: []\n")
	three := write(t, filepath.Join(dir, "three.yaml"), "---\nkind: Settings\n")
	r := run(t.Context(), t, "", nil, "apply", "--data", dir, one, two, three)
	want := two + ":3:5: unknown key \"metod\" (did you mean \"method\"?)\n" + one + ":1:1: a name is needed\n" + one + ": /x: no place is known\n"
	if r.code != cli.ExitInvalid || r.stderr != want || r.stdout != "" {
		t.Errorf("exit %d\n%s", r.code, cmp.Diff(want, r.stderr))
	}
	sent := "POST /api/v1/apply kind: Source\nname: a\n---\nkind: Scenario\nname: b\nsteps: []\n---\nkind: Settings"
	if diff := cmp.Diff([]string{sent}, s.asked); diff != "" {
		t.Error(diff)
	}
}

func TestTheServerIsFound(t *testing.T) {
	t.Parallel()
	s := newServer(t, answers())
	dir := s.folder(t)
	empty := t.TempDir()
	gone := t.TempDir()
	write(t, filepath.Join(gone, "server.json"), `{"url":"http://127.0.0.1:1"}`)
	write(t, filepath.Join(gone, "owner.token"), "the-token")
	token := filepath.Join(dir, "owner.token")
	wrong := write(t, filepath.Join(dir, "wrong"), "wrong")
	tests := []struct {
		name string
		args []string
		env  []string
		code int
		says string
	}{
		{name: "by folder", args: []string{"--data", dir}},
		{name: "by folder of the environment", env: []string{"GONETS_DATA=" + dir}},
		{name: "flag beats environment", args: []string{"--data", dir}, env: []string{"GONETS_DATA=" + empty}},
		{name: "by address and token", args: []string{"--server", s.URL, "--token-file", token}},
		{name: "by both of the environment", env: []string{"GONETS_SERVER=" + s.URL, "GONETS_TOKEN_FILE=" + token}},
		{name: "nobody ever served", args: []string{"--data", empty}, code: cli.ExitUnreachable, says: `start it with "gonets serve", or give --server`},
		{name: "the server is down", args: []string{"--data", gone}, code: cli.ExitUnreachable, says: "no server answers at http://127.0.0.1:1"},
		{name: "no token", args: []string{"--server", s.URL, "--data", empty}, code: cli.ExitFailure, says: "--token-file"},
		{name: "somebody else answers", args: []string{"--server", s.URL, "--token-file", wrong}, code: cli.ExitUnreachable, says: "HTTP 418 came from there, but not from a Gonets server"},
		{name: "no address", args: []string{"--server", "localhost:7070", "--token-file", token}, code: cli.ExitInvalid, says: "write it like http://127.0.0.1:7070"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := run(t.Context(), t, "", tt.env, append([]string{"secret", "list"}, tt.args...)...)
			if r.code != tt.code || !strings.Contains(r.stderr, tt.says) {
				t.Errorf("exit %d, want %d: %s", r.code, tt.code, r.stderr)
			}
		})
	}
}

func TestTailFollowsHintsAndReconnects(t *testing.T) {
	t.Parallel()
	a := answers()
	list, _ := a["GET /runs"].(api.List[api.RunSummary])
	list.Items = list.Items[:1]
	old := api.RunSummary{ID: "r0", Scenario: "lead", State: gonets.RunSucceeded, LastStatus: 200, Attempts: 2}
	sent := func(path, method, url string, n, status int) api.Step {
		return api.Step{Path: path, Attempts: []api.Attempt{{N: n, Request: api.Request{Method: method, URL: url}, Outcome: gonets.OutcomeOK, Response: &api.Response{Status: status}}}}
	}
	a["GET /runs/r0"] = api.Run{RunSummary: old, Steps: []api.Step{
		sent("tell", "GET", "https://chat.example/?token=***", 2, 204), sent("deal", "POST", "https://crm.example/deals", 1, 200)}}
	a["GET /runs"] = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("event") == "e0" {
			_ = json.NewEncoder(w).Encode(api.List[api.RunSummary]{Items: []api.RunSummary{old}})
			return
		}
		_ = json.NewEncoder(w).Encode(list)
	}
	ctx, stop := context.WithCancel(t.Context())
	streams := 0
	a["GET /changes"] = func(w http.ResponseWriter, _ *http.Request) {
		if streams++; streams == 3 {
			stop()
			return
		}
		fmt.Fprintf(w, ": connected\n\n")
		if streams == 2 {
			fmt.Fprintf(w, "event: change\ndata: {\"changes\":[{\"kind\":\"run\",\"id\":\"r1\",\"event\":\"e1\"},{\"kind\":\"run\",\"id\":\"r0\",\"event\":\"e0\"},{\"kind\":\"config\"}]}\n\n")
		}
	}
	s := newServer(t, a)
	r := run(ctx, t, "", nil, "runs", "tail", "--data", s.folder(t))
	want := "12:00:00  r1  waiting    lead  HTTP 503, attempt 3 in 25 s\n" +
		"          only_new/deal  POST crm.example/leads  outcome unknown: the request left, but no answer came in time; the service may have done it\n" +
		"          only_new/deal  POST crm.example/leads  HTTP 503\n" +
		"12:00:00  r0  succeeded  lead  HTTP 200\n" +
		"          deal  POST crm.example/deals  HTTP 200\n" +
		"          tell  GET chat.example/  HTTP 204\n"
	if r.code != cli.ExitOK || r.stdout != want {
		t.Errorf("exit %d\n%s", r.code, cmp.Diff(want, r.stdout))
	}
	if n := strings.Count(r.stderr, "trying again"); n != 2 {
		t.Errorf("%d reconnections: %s", n, r.stderr)
	}
}

func TestTailBeginsWithTheNewestRunsOnly(t *testing.T) {
	t.Parallel()
	a := answers()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	streams := 0
	a["GET /changes"] = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, ": connected\n\n")
		if streams++; streams == 2 {
			stop()
		}
	}
	s := newServer(t, a)
	for _, args := range [][]string{{"-n", "1"}, {"-n", "1", "--once"}} {
		r := run(ctx, t, "", nil, append([]string{"runs", "tail", "--data", s.folder(t)}, args...)...)
		if !strings.Contains(r.stdout, "r1") || strings.Contains(r.stdout, "r2") {
			t.Errorf("%v:\n%s", args, r.stdout)
		}
		ctx = t.Context()
	}
}

func TestTailShowsEachRequestOnce(t *testing.T) {
	t.Parallel()
	a := answers()
	story, _ := a["GET /runs/r1"].(api.Run)
	list := api.List[api.RunSummary]{Items: []api.RunSummary{story.RunSummary}}
	list.Items[0].Attempts = 1
	a["GET /runs"] = func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(list)
		list.Items[0].Attempts++
	}
	first := story
	first.Steps = []api.Step{{Path: "deal", Attempts: story.Steps[2].Attempts[1:]}}
	reads := 0
	a["GET /runs/r1"] = func(w http.ResponseWriter, _ *http.Request) {
		if reads++; reads == 1 {
			first.Steps[0].Attempts[0].N = 1
		} else {
			second := first.Steps[0].Attempts[0]
			second.N = 2
			first.Steps[0].Attempts = append(first.Steps[0].Attempts[:1:1], second)
		}
		_ = json.NewEncoder(w).Encode(first)
	}
	ctx, stop := context.WithCancel(t.Context())
	a["GET /changes"] = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, ": connected\n\n")
		if reads == 2 {
			stop()
		}
	}
	s := newServer(t, a)
	r := run(ctx, t, "", nil, "runs", "tail", "--data", s.folder(t))
	const line = "          deal  POST crm.example/leads  HTTP 503\n"
	if n := strings.Count(r.stdout, line); n != 2 {
		t.Errorf("%d requests are shown:\n%s", n, r.stdout)
	}
}

func TestAMassActionIsWaitedForUntilEveryRunHadItsTurn(t *testing.T) {
	t.Parallel()
	a := answers()
	a["POST /bulk"] = api.Bulk{ID: "b1", Action: "cancel", State: "running", Total: 2}
	done := 0
	a["GET /bulk/b1"] = func(w http.ResponseWriter, _ *http.Request) {
		done++
		_ = json.NewEncoder(w).Encode(api.Bulk{ID: "b1", Action: "cancel", State: "running", Total: 2, Done: done})
	}
	s := newServer(t, a)
	r := run(t.Context(), t, "", nil, "runs", "cancel", "--state", "paused", "--yes", "--data", s.folder(t))
	if done != 2 || !strings.Contains(r.stdout, "2 of 2") {
		t.Errorf("looked at %d times: %+v", done, r)
	}
}

func TestWhatSkippingManyMeansIsToldBefore(t *testing.T) {
	t.Parallel()
	a := answers()
	a["POST /bulk"] = api.Bulk{Action: "skip", Total: 12, Plan: &api.BulkPlan{Groups: []api.BulkGroup{
		{Scenario: "lead", Step: "only_new/deal", StepTitle: "Make a deal", Runs: 10}, {Scenario: "lead", Runs: 2}}}}
	s := newServer(t, a)
	r := run(t.Context(), t, "", nil, "runs", "skip", "state:paused", "--data", s.folder(t))
	want := "12 runs match; nothing was done. Later steps would go on without the answer of the step at which each stands: " +
		"only_new/deal “Make a deal” of lead (10), its first step of lead (2). Add --yes to do it\nSee: gonets --help\n"
	if r.code != cli.ExitUsage || r.stderr != want || !strings.Contains(s.asked[0], `"dry":true`) {
		t.Errorf("exit %d, asked %v\n%s", r.code, s.asked, cmp.Diff(want, r.stderr))
	}
}

func TestFilesThatCannotBeDocumentsAreNamed(t *testing.T) {
	t.Parallel()
	s := newServer(t, answers())
	dir := s.folder(t)
	large := write(t, filepath.Join(dir, "large.yaml"), strings.Repeat("#", gonets.MaxDocumentBytes)+"\na")
	half := write(t, filepath.Join(dir, "half.yaml"), "a\n"+strings.Repeat("#", gonets.MaxDocumentBytes/2))
	none := write(t, filepath.Join(dir, "none.yaml"), "")
	source := write(t, filepath.Join(dir, "source.yaml"), "kind: Source\n")
	for _, tt := range []struct {
		files []string
		says  string
	}{
		{[]string{source, large}, "the file " + large + " is larger than 4 MiB"},
		{[]string{half, half}, "the files up to " + half + " are larger than 4 MiB together"},
		{[]string{source, none}, "the file " + none + " holds no documents"},
		{[]string{"-"}, "the standard input holds no documents"},
	} {
		for _, verb := range []string{"apply", "validate", "diff"} {
			r := run(t.Context(), t, "", nil, append([]string{verb, "--data", dir}, tt.files...)...)
			if r.code != cli.ExitInvalid || !strings.HasPrefix(r.stderr, tt.says) {
				t.Errorf("%s %v: exit %d, %s", verb, tt.files, r.code, r.stderr)
			}
		}
	}
	if len(s.asked) > 0 {
		t.Errorf("%d calls went out", len(s.asked))
	}
}

// A folder is named the same way whatever the verb.
func TestDataNamesTheFolderForEveryVerb(t *testing.T) {
	t.Parallel()
	s := newServer(t, answers())
	dir := s.folder(t)
	for _, body := range []string{"-d", "--body"} {
		r := run(t.Context(), t, "", nil, "events", "send", "site", "--data", dir, body, `{"a":1}`)
		if r.code != cli.ExitOK {
			t.Errorf("%s: exit %d: %s", body, r.code, r.stderr)
		}
	}
	for _, group := range cli.New(cli.Env{Getenv: func(string) string { return "" }}).Commands() {
		for _, verb := range group.Commands() {
			if group.PersistentFlags().Lookup("data") != nil && verb.LocalNonPersistentFlags().Lookup("data") != nil {
				t.Errorf("%s hides --data", verb.CommandPath())
			}
		}
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range cli.New(cli.Env{Getenv: func(string) string { return "" }}).Commands() {
		seen[c.Name()] = c.Short != ""
		for _, sub := range c.Commands() {
			seen[c.Name()+" "+sub.Name()] = sub.Short != ""
		}
	}
	for _, want := range []string{"serve", "validate", "diff", "apply", "export", "scenarios list", "scenarios start", "scenarios stop", "scenarios versions",
		"sources list", "sources samples", "events send", "events list", "events show", "runs list", "runs show", "runs count", "runs tail", "runs resume", "runs send-now",
		"runs curl", "runs 1c", "runs reply", "runs compare", "runs skip", "runs rerun", "runs cancel", "runs cancel-retries", "notices list", "notices test", "audit", "storage show", "storage clean", "secret set", "secret until", "secret list", "secret delete", "user create", "user password", "user list", "settings show", "drill", "bench", "version"} {
		if !seen[want] {
			t.Errorf("%q is missing or says nothing; there are %v", want, slices.Sorted(maps.Keys(seen)))
		}
	}
}
