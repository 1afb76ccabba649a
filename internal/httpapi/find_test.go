package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gonets"
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
