package httpapi_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/export"
)

func TestQuestionAndParametersAreOneFilter(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	q := "/api/v1/runs?q=" + url.QueryEscape("state:paused status:5xx after:-1h Anna")
	if r := call(t, s, http.MethodGet, q+"&scenario=lead", ""); r.status != http.StatusOK {
		t.Fatal(r.text)
	}
	f := b.filter
	if f.Scenario != "lead" || f.Value != "Anna" || f.States[0] != gonets.RunPaused || f.Statuses[0].Low != 500 || !f.Since.Equal(epoch.Add(-time.Hour)) {
		t.Errorf("%+v", f)
	}
	for _, bad := range []string{q + "&state=failed", "/api/v1/runs?q=stat:x", "/api/v1/runs/count?q=state:", "/api/v1/runs/chart?q=%22", "/api/v1/runs/export?format=csv&q=after:x"} {
		r := call(t, s, http.MethodGet, bad, "")
		if body := r.json(t); r.status != http.StatusUnprocessableEntity || body["code"] != "query.invalid" || len(body["errors"].([]any)) != 1 {
			t.Errorf("%s: %d %s", bad, r.status, r.text)
		}
	}
}

func TestChartGoesOnInTheSameFrame(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	cursor, bars, answers := "", map[string]bool{}, 0
	for {
		r := call(t, s, http.MethodGet, "/api/v1/runs/chart?q=after:-2h&cursor="+cursor, "").json(t)
		if r["width_seconds"] != 300.0 || r["from"] != "2026-03-01T10:00:00Z" || r["to"] != "2026-03-01T12:00:00Z" {
			t.Fatalf("%v", r)
		}
		for _, bar := range r["bars"].([]any) {
			bars[fmt.Sprint(bar.(map[string]any)["at"])] = true
		}
		next, goesOn := r["next"]
		if answers++; !goesOn || answers > 50 {
			break
		}
		cursor = next.(string)
	}
	if len(bars) != 24 || answers != 12 {
		t.Errorf("%d bars in %d answers", len(bars), answers)
	}
	if r := call(t, s, http.MethodGet, "/api/v1/runs/chart?cursor=AAAA", ""); r.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := call(t, s, http.MethodGet, "/api/v1/runs/count?state=paused", "").json(t); r["count"] != 2.0 || r["more"] != true {
		t.Errorf("%v", r)
	}
}

func TestExportHoldsWhatTheFilterFindsWithoutSecrets(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for format, want := range map[string]struct{ media, text string }{
		"csv&lang=ru": {"text/csv; charset=utf-8", "\uFEFFОперация;Время"},
		"csv":         {"text/csv; charset=utf-8", "\uFEFFRun,Time"},
		"jsonl":       {"application/x-ndjson", `"id":"r1"`},
		"har":         {"application/json", `"url":"https://crm.example/"`},
	} {
		r := call(t, s, http.MethodGet, "/api/v1/runs/export?format="+format, "")
		if r.status != http.StatusOK || r.header.Get("Content-Type") != want.media || !strings.Contains(r.text, want.text) || strings.Contains(r.text, "hide-me") {
			t.Errorf("%s: %d %s %s", format, r.status, r.header, r.text)
		}
		if !strings.HasPrefix(r.header.Get("Content-Disposition"), `attachment; filename="gonets-runs-2026-03-01.`) {
			t.Errorf("%s: %s", format, r.header)
		}
	}
	if r := call(t, s, http.MethodGet, "/api/v1/runs/export?format=jsonl&limit=1", ""); strings.Count(r.text, "\n") < 1 {
		t.Errorf("%q", r.text)
	}
	if r := call(t, s, http.MethodGet, "/api/v1/runs/export", ""); r.status != http.StatusUnprocessableEntity {
		t.Errorf("without a format: %d", r.status)
	}
}

// A table asks once for all runs of a page of which there is something to tell, and
// says the same of them as their pages do.
func TestATableAsksForAPageOfFailuresAtOnce(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for _, id := range []string{"r1", "r2", "r3"} {
		d := b.runs["r1"]
		d.Run.ID = id
		b.runs[id] = d
	}
	page := call(t, s, http.MethodGet, "/api/v1/runs/r1", "").text
	b.calls, b.whole = nil, 0
	rows, err := csv.NewReader(strings.NewReader(call(t, s, http.MethodGet, "/api/v1/runs/export?format=csv", "").text)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%q, %v", rows, err)
	}
	for _, row := range rows[1:] {
		if said := row[slices.Index(rows[0], "Error")]; said == "" || !strings.Contains(page, `"what":"`+said+`"`) {
			t.Errorf("%q is not what the run's page says: %s", said, page)
		}
	}
	if want := []string{"outlines of 3"}; !slices.Equal(b.called(), want) || b.whole > 0 {
		t.Errorf("asked %q, want %q; %d runs were read whole", b.called(), want, b.whole)
	}
}

// Columns are chosen for a table only, and one with bodies reads its runs whole: what is
// hidden in a body may have come from anywhere.
func TestATableHasTheColumnsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for columns, want := range map[string]struct {
		head  string
		calls []string
		whole int
	}{
		"run,state":         {"Run,State", nil, 0},
		"address,error":     {"Address,Error", []string{"outlines of 1"}, 0},
		"reply,run,request": {"Reply body,Run,Request body", nil, 2},
	} {
		b.calls, b.whole = nil, 0
		r := call(t, s, http.MethodGet, "/api/v1/runs/export?format=csv&columns="+columns, "")
		if !strings.HasPrefix(r.text, "\uFEFF"+want.head+"\r\n") || !slices.Equal(b.called(), want.calls) || b.whole != want.whole {
			t.Errorf("%s: %q; asked %q, %d runs whole", columns, r.text, b.called(), b.whole)
		}
	}
	if r := call(t, s, http.MethodGet, "/api/v1/runs/export?format=csv&columns="+strings.Join(export.Columns(), ","), ""); r.status != http.StatusOK {
		t.Errorf("not every column of a table can be asked for: %s", r.text)
	}
	for _, bad := range []string{"csv&columns=run,salary", "csv&columns=salary", "csv&columns=run,run", "jsonl&columns=run"} {
		if r := call(t, s, http.MethodGet, "/api/v1/runs/export?format="+bad, ""); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, r.status, r.text)
		}
	}
}

// A further try is not told for a time at which its queue lets nothing go.
func TestATryWaitsForItsQueue(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) *time.Time { t := epoch.Add(d); return &t }
	busy, paused := &api.LaneWait{Why: api.LaneBusy}, &api.LaneWait{Why: api.LanePaused, By: "anna"}
	closed := func(until time.Duration) *api.LaneWait { return &api.LaneWait{Why: api.LaneClosed, Until: at(until)} }
	for name, c := range map[string]struct {
		tries int
		due   time.Duration
		lane  *api.LaneWait
		why   string
		next  time.Duration
	}{
		"it is not due":                             {1, time.Minute, busy, "", time.Minute},
		"it is about to be taken up":                {1, -time.Second, busy, "", -time.Second},
		"its queue is full":                         {1, -time.Minute, busy, "busy", -time.Minute},
		"its queue is closed for longer":            {1, time.Minute, closed(time.Hour), "closed", time.Hour},
		"its queue is closed, its time has come":    {1, -time.Minute, closed(time.Hour), "closed", time.Hour},
		"its queue opens before":                    {1, time.Hour, closed(time.Minute), "", time.Hour},
		"its queue is being tried out":              {1, -time.Minute, closed(-time.Second), "closed", -time.Minute},
		"its queue is paused":                       {1, time.Hour, paused, "paused", time.Hour},
		"it waits for its time, whatever its queue": {0, time.Hour, paused, "", time.Hour},
	} {
		b := newBackend()
		d := b.runs["r1"]
		d.Run.State, d.Run.Tries, d.Run.DueAt, b.wait = gonets.RunWaiting, c.tries, epoch.Add(c.due), c.lane
		b.runs = map[string]gonets.RunDetail{"r1": d}
		s := b.serve(t)
		list := call(t, s, http.MethodGet, "/api/v1/runs", "").json(t)["items"].([]any)
		next := at(c.next)
		if table := call(t, s, http.MethodGet, "/api/v1/runs/export?format=csv", "").text; !strings.Contains(table, next.Format(",2006-01-02 15:04:05,")) {
			t.Errorf("%s: the next try is not at %s in a table:\n%s", name, next, table)
		}
		for _, r := range []map[string]any{
			list[0].(map[string]any),
			call(t, s, http.MethodGet, "/api/v1/runs/r1", "").json(t),
			call(t, s, http.MethodGet, "/api/v1/runs/export?format=jsonl", "").json(t),
			call(t, s, http.MethodPost, "/api/v1/runs/r1/retry-policy", `{"delays":["1m"]}`).json(t),
		} {
			why := ""
			if wait, ok := r["wait"].(map[string]any); ok {
				why = wait["why"].(string)
			}
			if next := next.Format(time.RFC3339); why != c.why || r["next_try_at"] != next {
				t.Errorf("%s: waits for %q until %v, want %q until %s", name, why, r["next_try_at"], c.why, next)
			}
		}
	}
}
