package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/client"
	"gonets/internal/document"
)

// dial gives a client of a fresh server over the backend.
func dial(t *testing.T, b *backend) *client.Client {
	t.Helper()
	c, err := client.New(b.serve(t).URL, token)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const sourceText = "apiVersion: gonets/v1\nkind: Source\nname: site\npreset: generic\n"

func scenarioText(source string) string {
	return "apiVersion: gonets/v1\nkind: Scenario\nname: lead\ntitle: New title\nsources: [" + source + "]\nsteps:\n  - id: a\n    http:\n      url: https://crm.example/\n"
}

func TestApplyPublishesAndNamesAddresses(t *testing.T) {
	t.Parallel()
	b := newBackend()
	changes, end := b.bus.Subscribe(4)
	defer end()
	got, err := dial(t, b).Apply(t.Context(), []byte(sourceText+"---\n"+scenarioText("site")), client.ApplyOptions{Draft: true, Stopped: true, Note: "why"})
	if err != nil {
		t.Fatal(err)
	}
	want := api.List[api.Applied]{Items: []api.Applied{
		{Applied: document.Applied{Kind: "Source", Name: "site", Change: "created"}, URL: "https://hooks.example/in/new"},
		{Applied: document.Applied{Kind: "Scenario", Name: "lead", Change: "updated", Version: 2, State: gonets.ScenarioRunning}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	a := b.applied
	if !a.Draft || !a.Stopped || a.DryRun || a.Note != "why" || a.Actor != "owner" {
		t.Errorf("applied with %+v", a)
	}
	if c := <-changes; c.Kind != "config" {
		t.Errorf("change %+v", c)
	}
}

func TestApplyFindsTheLineOfAnUnknownSource(t *testing.T) {
	t.Parallel()
	b := newBackend()
	_, err := dial(t, b).Apply(t.Context(), []byte(sourceText+"---\n"+scenarioText("sitee")), client.ApplyOptions{})
	var e *gonets.Error
	if !errors.As(err, &e) || len(e.Problems) != 1 {
		t.Fatalf("error %v", err)
	}
	p := e.Problems[0]
	if p.Pointer != "/sources/0" || p.Line != 10 || p.Suggestion != "site" || p.Document != 2 {
		t.Errorf("problem %+v", p)
	}
	if b.applied.Sources != nil {
		t.Error("something was applied")
	}
}

func TestDryRunChangesNothingAndTellsNobody(t *testing.T) {
	t.Parallel()
	b := newBackend()
	if _, err := dial(t, b).Apply(t.Context(), []byte(sourceText), client.ApplyOptions{DryRun: true}); err != nil {
		t.Fatal(err)
	}
	if calls := b.called(); !b.applied.DryRun || len(calls) > 0 {
		t.Errorf("dry run %v, calls %v", b.applied.DryRun, calls)
	}
}

func TestDiffTellsWhatWouldChange(t *testing.T) {
	t.Parallel()
	got, err := dial(t, newBackend()).Diff(t.Context(), []byte(sourceText+"---\n"+scenarioText("site")+"---\n"+strings.Replace(sourceText, "site", "other", 1)))
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]string{}
	for _, d := range got.Items {
		changes[d.Kind+" "+d.Name] = d.Change
	}
	want := map[string]string{"Source site": "unchanged", "Source other": "created", "Scenario lead": "updated"}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}
	i := slices.IndexFunc(got.Items, func(d api.Difference) bool { return d.Kind == "Scenario" })
	if !strings.Contains(got.Items[i].Diff, "-title: Lead\n+title: New title") {
		t.Errorf("diff:\n%s", got.Items[i].Diff)
	}
}

func TestExportIsWhatApplyReads(t *testing.T) {
	t.Parallel()
	b := newBackend()
	c := dial(t, b)
	text, err := c.Export(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := c.Validate(t.Context(), text); err == nil && v.Documents != 3 {
		t.Errorf("documents %d in\n%s", v.Documents, text)
	}
	one, err := c.Export(t.Context(), "Source", "site")
	basis := regexp.MustCompile(`(?m)^based_on: 0-[0-9a-f]{16}\n`)
	if err != nil || len(basis.FindAll(one, -1)) != 1 || string(basis.ReplaceAll(one, nil)) != sourceText {
		t.Errorf("export of one: %v\n%s", err, one)
	}
}

func TestRunIsShownWhole(t *testing.T) {
	t.Parallel()
	b := newBackend()
	got, err := dial(t, b).Run(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	next := epoch.Add(5 * time.Second)
	if got.NextTryAt == nil || !got.NextTryAt.Equal(next) || got.Tries != 1 || got.TriesMax != 6 {
		t.Errorf("next %v, tries %d of %d", got.NextTryAt, got.Tries, got.TriesMax)
	}
	if n := len(got.NextTries); n != 5 || !got.NextTries[0].Equal(next) || got.NextTries[4].Sub(got.NextTries[3]) != 2*time.Hour {
		t.Errorf("next tries %v", got.NextTries)
	}
	if diff := cmp.Diff([]string{"send-now", "retry-policy", "cancel-retries", "cancel", "rerun"}, got.Actions); diff != "" {
		t.Error(diff)
	}
	if got.Event.Body != `{"name":"<Анна>"}` || got.Event.Headers[0].Value != "***" {
		t.Errorf("event %+v", got.Event)
	}
	wantSteps := []api.Step{
		{Path: "kind", Kind: "set", State: "done", Value: json.RawMessage(`{"a":"b"}`), FinishedAt: &epoch, Attempts: []api.Attempt{}},
		{Path: "deal", Kind: "http", Title: "Make a deal", State: "active", Attempts: []api.Attempt{{
			N: 1, Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, StartedAt: epoch, DurationMS: 1, Charged: true,
			Request: api.Request{Method: "POST", URL: "https://crm.example/", Headers: []gonets.Header{{Name: "Idempotency-Key", Value: "r1-deal"}},
				Content: api.Content{Body: `{"a":1}`}, Size: 7},
			Response: &api.Response{Status: 503, StatusLine: "HTTP/1.1 503 Service Unavailable", Headers: []gonets.Header{},
				Content: api.Content{Body: "/wA=", Encoding: "base64"}, Size: 2},
			Explain: &api.Explain{
				Ru: api.Message{What: "Сервис crm.example временно недоступен (503).",
					Meaning: "Ошибка на его стороне; ваши данные в порядке и сохранены.",
					Todo:    "Подождите или спросите у сервиса, нет ли сбоя. Повторим в 12:00:05 UTC, попытка 2 из 6."},
				En: api.Message{What: "crm.example is down for now (503 Service Unavailable).",
					Meaning: "The fault is on its side; your data are in order and kept.",
					Todo:    "Wait, or ask the service whether it has a failure. We try again at 12:00:05 UTC, attempt 2 of 6."},
			},
		}}},
		{Path: "after", Kind: "http", State: "pending", Attempts: []api.Attempt{}},
	}
	if diff := cmp.Diff(wantSteps, got.Steps); diff != "" {
		t.Error(diff)
	}
}

func TestFilterOfRunsReachesTheStore(t *testing.T) {
	t.Parallel()
	b := newBackend()
	want := gonets.RunFilter{States: []gonets.RunState{gonets.RunPaused, gonets.RunFailed}, Scenario: "lead", Source: "site", EventID: "e1",
		Value: "+7999", Since: epoch, Until: epoch.Add(time.Hour), Ascending: true, Page: gonets.Page{Cursor: "c", Limit: 7}}
	if _, err := dial(t, b).Runs(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.filter); diff != "" {
		t.Error(diff)
	}
}

func TestAListTellsTheTriesOfItsRuns(t *testing.T) {
	t.Parallel()
	b := newBackend()
	for id, change := range map[string]func(*gonets.Run){
		"r1": func(r *gonets.Run) { r.Cursor, r.Tries = "deal", 3 },
		"r2": func(r *gonets.Run) { r.Cursor = "deal" },                           // no try was used
		"r3": func(r *gonets.Run) { r.Cursor, r.Tries, r.Version = "deal", 1, 9 }, // its version is gone
	} {
		d := b.runs["r1"]
		d.Run.ID = id
		d.Run.Tries = 0
		change(&d.Run.Run)
		b.runs[id] = d
	}
	c := dial(t, b)
	l, err := c.Runs(t.Context(), gonets.RunFilter{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]int{}
	for _, r := range l.Items {
		got[r.ID] = [2]int{r.Tries, r.TriesMax}
	}
	if diff := cmp.Diff(map[string][2]int{"r1": {3, 6}, "r2": {}, "r3": {1, 0}}, got); diff != "" {
		t.Error(diff)
	}
	if b.versions != 2 {
		t.Errorf("%d versions were read for three runs of two", b.versions)
	}
	// What is known of a version holds; one that is gone may come back.
	if _, err := c.Runs(t.Context(), gonets.RunFilter{}); err != nil || b.versions != 3 {
		t.Errorf("%d versions were read for the same list again: %v", b.versions, err)
	}
}

// A list tells of which runs it is not known whether their request was done, where
// the service will be asked.
func TestAListTellsWhoseServiceIsAsked(t *testing.T) {
	t.Parallel()
	b := newBackend()
	d := b.runs["r1"]
	v := *d.Version
	v.Scenario.Steps = []gonets.Step{{ID: "deal", HTTP: &gonets.HTTPStep{URL: "https://crm.example/", Retry: &gonets.Retry{Ask: &gonets.Ask{URL: "https://crm.example/find", Done: "true"}}}}}
	d.Version = &v
	for id, change := range map[string]func(*gonets.Run){
		"r1": func(r *gonets.Run) { r.Doubts = "deal" },
		"r2": func(r *gonets.Run) { r.Doubts = "" },
		"r3": func(r *gonets.Run) { r.Doubts, r.State = "deal", gonets.RunCancelled },
	} {
		one := d
		one.Run.ID, one.Run.Cursor, one.Run.State = id, "deal", gonets.RunWaiting
		change(&one.Run.Run)
		b.runs[id] = one
	}
	l, err := dial(t, b).Runs(t.Context(), gonets.RunFilter{})
	if err != nil || len(l.Items) != 3 {
		t.Fatal(l, err)
	}
	for _, r := range l.Items {
		if r.Asks != (r.ID == "r1") {
			t.Errorf("%s asks: %v", r.ID, r.Asks)
		}
	}
}

func TestAReplyIsAFileAndNoPage(t *testing.T) {
	t.Parallel()
	b := newBackend()
	page := "<script>alert(1)</script>\x00\xff"
	d := b.runs["r1"]
	d.Attempts[0].Status, d.Attempts[0].ReplyBody = 200, []byte(page)
	d.Attempts[0].ReplyHeaders = []gonets.Header{{Name: "Content-Type", Value: "text/html"}}
	b.runs["r1"] = d
	s := b.serve(t)
	got := call(t, s, http.MethodGet, "/api/v1/runs/r1/attempts/1/reply", "")
	if got.text != page || got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
		got.header.Get("Content-Disposition") != `attachment; filename="reply-r1-1.bin"` {
		t.Errorf("%q %v", got.text, got.header)
	}
	if got := call(t, s, http.MethodGet, "/api/v1/runs/r1/attempts/9/reply", ""); got.status != http.StatusNotFound {
		t.Errorf("an attempt that is not there: %d", got.status)
	}
}

func TestActionsTellTheEngine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		action  string
		version api.WhichVersion
		want    []string
	}{
		{"resume", "3", []string{"act resume r1 v3 by owner", `nudge "https://crm.example"`}},
		{"send-now", "", []string{"act send-now r1 v0 by owner", `nudge "https://crm.example"`}},
		{"cancel", "", []string{"act cancel r1 v0 by owner", "abort r1"}},
		{"cancel-retries", "", []string{"act cancel-retries r1 v0 by owner", "abort r1"}},
		{"rerun", "", []string{"rerun r1 v0", `nudge ""`}},
		{"rerun", "1", []string{"rerun r1 v1", "offer new"}},
	}
	for _, tt := range tests {
		t.Run(tt.action, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			changes, end := b.bus.Subscribe(4)
			defer end()
			run, err := dial(t, b).Act(t.Context(), "r1", tt.action, tt.version)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.called()); diff != "" {
				t.Error(diff)
			}
			if c := <-changes; c.Kind != "run" || c.ID != run.ID {
				t.Errorf("change %+v of run %s", c, run.ID)
			}
		})
	}
}

func TestManyRunsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBackend()
	c := dial(t, b)
	got, err := c.ActOnRuns(t.Context(), api.RunsAction{Action: "resume", IDs: []string{"r1", "r2", "gone"}})
	if err != nil || got.Done != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	failed := map[string]gonets.Code{}
	for _, f := range got.Failed {
		failed[f.ID] = f.Code
	}
	if diff := cmp.Diff(map[string]gonets.Code{"r2": gonets.CodeRunState, "gone": gonets.CodeNotFound}, failed); diff != "" {
		t.Error(diff)
	}
}

func TestARepeatedWishForManyRunsIsAWishForEach(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{"resume": "act resume r1 v0 by owner k/r1", "rerun": "rerun r1 v0 k/r1"} {
		b := newBackend()
		call(t, b.serve(t), http.MethodPost, "/api/v1/runs/actions", `{"action":"`+action+`","ids":["r1"]}`, "Idempotency-Key: k")
		if !slices.Contains(b.called(), want) {
			t.Errorf("%s: %q is not among %q", action, want, b.called())
		}
	}
}

func TestScenariosAreListedByTag(t *testing.T) {
	t.Parallel()
	b := newBackend()
	b.scenario.Tags = []string{"forms", "crm"}
	s := b.serve(t)
	for query, want := range map[string]int{"": 1, "?tag=crm": 1, "?tag=cr": 0, "?stats=true&tag=forms": 1} {
		got := call(t, s, http.MethodGet, "/api/v1/scenarios"+query, "").json(t)["items"].([]any)
		if len(got) != want {
			t.Errorf("%q lists %d, want %d", query, len(got), want)
		}
		if want == 1 && !cmp.Equal(got[0].(map[string]any)["tags"], []any{"forms", "crm"}) {
			t.Errorf("%q shows %v", query, got[0])
		}
	}
}

func TestSettingsAreSavedOverWhatWasRead(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	put := func(title string, headers ...string) reply {
		return call(t, s, http.MethodPut, "/api/v1/settings", `{"title":"`+title+`"}`, headers...)
	}
	first := call(t, s, http.MethodGet, "/api/v1/settings", "").header.Get("ETag")
	next := put("mine", "If-Match: "+first)
	if first == "" || next.status != http.StatusOK || next.header.Get("ETag") == first {
		t.Fatalf("read %q, saved: %d with %q", first, next.status, next.header.Get("ETag"))
	}
	if late := put("theirs", "If-Match: "+first); late.status != http.StatusPreconditionFailed || late.json(t)["code"] != "draft.conflict" || b.settings.Title != "mine" {
		t.Errorf("who was late got %d %s; the title is %q", late.status, late.text, b.settings.Title)
	}
	if any := put("any", "If-Match: *"); any.status != http.StatusOK {
		t.Errorf("whatever is there: %d %s", any.status, any.text)
	}
	if none := put("none"); none.status != http.StatusOK {
		t.Errorf("without If-Match: %d %s", none.status, none.text)
	}
}

func TestEventsByHandKeepTheirBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		in         api.NewEvent
		body, kind string
	}{
		{"JSON", api.NewEvent{Body: json.RawMessage(`{"n":12345678901234567890.10}`)}, `{"n":12345678901234567890.10}`, "application/json"},
		{"text", api.NewEvent{Text: "a\n<b>"}, "a\n<b>", "text/plain; charset=utf-8"},
		{"own type", api.NewEvent{Text: "a=1", Headers: []gonets.Header{{Name: "content-type", Value: "x/y"}}}, "a=1", "x/y"},
		{"nothing", api.NewEvent{Method: "GET", Query: "a=1"}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			got, err := dial(t, b).SendEvent(t.Context(), "site", tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got.EventID != "e9" || len(got.Runs) != 1 || got.Runs[0].ID != "r9" {
				t.Errorf("result %+v", got)
			}
			if string(b.sent.Body) != tt.body || b.sent.ContentType != tt.kind || b.sent.Actor != "owner" || gonets.HeaderValue(b.sent.Headers, "Content-Type") != tt.kind {
				t.Errorf("sent %+v", b.sent)
			}
		})
	}
}

func TestRawBodyIsADownload(t *testing.T) {
	t.Parallel()
	got := call(t, newBackend().serve(t), http.MethodGet, "/api/v1/events/e1/raw", "")
	if got.text != `{"name":"<Анна>"}` || got.header.Get("Content-Type") != "application/octet-stream" ||
		!strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v %q", got.header, got.text)
	}
}

func TestETagSparesAnAnswer(t *testing.T) {
	t.Parallel()
	s := newBackend().serve(t)
	first := call(t, s, http.MethodGet, "/api/v1/scenarios/lead", "")
	etag := first.header.Get("ETag")
	if first.status != http.StatusOK || etag != `"etag-1"` {
		t.Fatalf("status %d, ETag %q", first.status, etag)
	}
	if again := call(t, s, http.MethodGet, "/api/v1/scenarios/lead", "", "If-None-Match: \"old\", W/"+etag); again.status != http.StatusNotModified || again.text != "" {
		t.Errorf("status %d %q", again.status, again.text)
	}
	if other := call(t, s, http.MethodGet, "/api/v1/scenarios/lead", "", `If-None-Match: "old"`); other.status != http.StatusOK {
		t.Errorf("status %d", other.status)
	}
}

func TestTheRestOfTheInterface(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	tests := []struct{ method, path, body, want string }{
		{"GET", "/api/v1/version", "", `{"name":"gonets","version":"1.2.3"}`},
		{"GET", "/api/v1/secrets", "", `{"items":[{"name":"crm-token","updated_at":"2026-03-01T12:00:00Z","actor":"owner"}]}`},
		{"PUT", "/api/v1/secrets/crm-token", `{"value":"w","valid_until":"2026-03-01T11:59:59Z"}`, ""},
		{"GET", "/api/v1/secrets", "", `{"items":[{"name":"crm-token","updated_at":"2026-03-01T12:00:00Z","actor":"owner","valid_until":"2026-03-01T11:59:59Z","ending":"past"}]}`},
		{"PUT", "/api/v1/secrets/crm-token/end", `{"valid_until":"2026-03-15T15:00:00+03:00"}`, ""},
		{"GET", "/api/v1/secrets", "", `{"items":[{"name":"crm-token","updated_at":"2026-03-01T12:00:00Z","actor":"owner","valid_until":"2026-03-15T15:00:00+03:00","ending":"soon"}]}`},
		{"PUT", "/api/v1/secrets/crm-token/end", `{"valid_until":"2026-03-15T12:00:01Z"}`, ""},
		{"GET", "/api/v1/secrets", "", `{"items":[{"name":"crm-token","updated_at":"2026-03-01T12:00:00Z","actor":"owner","valid_until":"2026-03-15T12:00:01Z"}]}`},
		{"PUT", "/api/v1/secrets/crm-token/end", `{}`, ""},
		{"GET", "/api/v1/secrets", "", `{"items":[{"name":"crm-token","updated_at":"2026-03-01T12:00:00Z","actor":"owner"}]}`},
		{"PUT", "/api/v1/secrets/crm-token", `{"value":"v"}`, ""},
		{"DELETE", "/api/v1/secrets/crm-token", "", ""},
		{"GET", "/api/v1/stats", "", `{"runs":{"paused":3},"waiting_for_you":3,"size_bytes":4096,"free_bytes":9,"disk":{"level":"low","free_bytes":1,"total_bytes":2,"holds_database":false,"ballast_bytes":0,"ballast_wanted_bytes":0}}`},
		{"GET", "/api/v1/storage", "", `{"disk":{"level":"low","free_bytes":1,"total_bytes":2,"holds_database":false,"ballast_bytes":0,"ballast_wanted_bytes":0},"database_bytes":5,"data_bytes":0,"runs":0,"sampled":0,"scenarios":[{"scenario":"lead","runs":2,"bytes":3}],"retention":{"age_seconds":0,"next_24h":{"count":0,"more":false},"next_7d":{"count":0,"more":false},"week_bytes":0}}`},
		{"POST", "/api/v1/storage/clean", "", `{"started":true}`},
		{"PUT", "/api/v1/echo/crm/script", `{"script":"503 for 3h"}`, `{"name":"crm","url":"https://hooks.example/echo/crm","script":"503 for 3h","count":0,"requests":[]}`},
		{"GET", "/api/v1/echo", "", `{"items":[{"name":"crm","url":"https://hooks.example/echo/crm","script":"503 for 3h","count":0}]}`},
		{"DELETE", "/api/v1/echo/crm/requests", "", ""},
		{"GET", "/api/v1/echo/other", "", `{"name":"other","url":"https://hooks.example/echo/other","count":0,"requests":[]}`},
		{"GET", "/api/v1/lanes", "", `{"items":[` + crmLane + `]}`},
		{"GET", "/api/v1/lanes/lane?address=crm.example", "", crmLane},
		{"PUT", "/api/v1/lanes/limits", `{"lane":"crm.example","concurrency":4,"rate":"10/s"}`, crmLane},
		{"POST", "/api/v1/lanes/actions", `{"lane":"crm.example","action":"drain","rate":"5/s"}`, crmLane},
		{"PUT", "/api/v1/settings", `{"title":"Office"}`, `{"title":"Office"}`},
		{"GET", "/healthz", "", `{"status":"ok"}`},
		{"GET", "/readyz", "", `{"status":"ok"}`},
	}
	for _, tt := range tests {
		if got := strings.TrimSpace(call(t, s, tt.method, tt.path, tt.body).text); got != tt.want {
			t.Errorf("%s %s\n got %s\nwant %s", tt.method, tt.path, got, tt.want)
		}
	}
	if b.secrets["crm-token"] != "v" || b.applied.Actor != "owner" {
		t.Errorf("secret %q, settings by %q", b.secrets["crm-token"], b.applied.Actor)
	}
	b.health = gonets.Errorf(gonets.CodeDiskFull, "the disk is full")
	if got := call(t, s, http.MethodGet, "/readyz", ""); got.status != http.StatusServiceUnavailable || got.json(t)["detail"] != "the disk is full" {
		t.Errorf("readyz %d %s", got.status, got.text)
	}
}

const crmLane = `{"lane":"https://crm.example:443","host":"crm.example","state":"open","active":1,"limit":16,"waiting":0,` +
	`"ok_24h":0,"failed_24h":0,"limits":{},"usual":16}`

func TestPaceOfAQueueIsGivenWhereItHasAMeaning(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for body, want := range map[string]int{
		`{"lane":"crm.example","action":"drain"}`:                http.StatusUnprocessableEntity,
		`{"lane":"crm.example","action":"drain","rate":"10"}`:    http.StatusUnprocessableEntity,
		`{"lane":"crm.example","action":"pause","rate":"10/s"}`:  http.StatusUnprocessableEntity,
		`{"lane":"crm.example","action":"explode"}`:              http.StatusUnprocessableEntity,
		`{"lane":"crm.example","action":"drain","rate":"100/h"}`: http.StatusOK,
		`{"lane":"crm.example","action":"pause"}`:                http.StatusOK,
	} {
		if got := call(t, s, http.MethodPost, "/api/v1/lanes/actions", body); got.status != want {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	if got := b.called(); len(got) != 2 {
		t.Errorf("done: %q", got)
	}
}

func TestStartReleasesAndNudges(t *testing.T) {
	t.Parallel()
	b := newBackend()
	c := dial(t, b)
	if _, err := c.StartScenario(t.Context(), "lead", true); err != nil {
		t.Fatal(err)
	}
	if _, err := c.StopScenario(t.Context(), "lead"); err != nil {
		t.Fatal(err)
	}
	want := []string{"state lead running release=true by owner at 12:00:00", `nudge ""`, "state lead stopped release=false by owner at 12:00:00", `nudge ""`}
	if diff := cmp.Diff(want, b.called()); diff != "" {
		t.Error(diff)
	}
}

func TestChangesAreStreamedUntilTheServerStops(t *testing.T) {
	t.Parallel()
	b := newBackend()
	c := dial(t, b)
	step := 0
	for changes, err := range c.Changes(t.Context()) {
		switch step++; step {
		case 1:
			if err != nil || changes.Changes != nil {
				t.Fatalf("opening: %+v %v", changes, err)
			}
			b.bus.Publish(gonets.Change{Kind: "run", ID: "r1", Event: "e1", State: gonets.RunPaused})
		case 2:
			want := []gonets.Change{{Kind: "run", ID: "r1", Event: "e1", State: gonets.RunPaused}}
			if diff := cmp.Diff(want, changes.Changes); diff != "" {
				t.Error(diff)
			}
			close(b.stopping)
		case 3:
			var gone *client.UnreachableError
			if !errors.As(err, &gone) {
				t.Errorf("end: %v", err)
			}
		}
	}
	if step != 3 {
		t.Errorf("%d messages", step)
	}
}

func TestAReaderMayLeaveTheStream(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil || line != ": connected\n" || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%q %v %v", line, resp.Header, err)
	}
	leave() // the server's Close in the clean-up hangs unless the stream ends
}

// stuck is the connection of a reader who takes nothing: a write ends by its deadline
// only.
type stuck struct {
	*httptest.ResponseRecorder
	until  time.Time
	waited bool
}

func (w *stuck) SetWriteDeadline(t time.Time) error {
	w.until = t
	return nil
}

func (w *stuck) Write([]byte) (int, error) {
	if w.until.IsZero() {
		select {} // the bubble tells that nobody wakes it
	}
	timer := time.NewTimer(time.Until(w.until))
	<-timer.C
	w.waited = true
	return 0, os.ErrDeadlineExceeded
}

func TestAReaderWhoTakesNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/api/v1/changes", "/api/v1/runs/export?format=csv"} {
		synctest.Test(t, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := &stuck{ResponseRecorder: httptest.NewRecorder()}
			defer func() {
				if p := recover(); p != nil && !errors.Is(p.(error), http.ErrAbortHandler) {
					panic(p)
				}
				if !w.waited || !w.until.IsZero() {
					t.Errorf("%s: waited %v, a deadline of %v", path, w.waited, w.until)
				}
			}()
			newBackend().handler().ServeHTTP(w, r)
		})
	}
}
