package httpapi_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestErrorsAreProblemsWithCodesAndPlaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		method, path string
		body         string
		header       string
		status       int
		code         string
		// says is a part of the detail.
		says string
		// mistake is the first one: pointer, code, a part of its message, suggestion.
		mistake [4]string
	}{
		{name: "unknown address", method: "GET", path: "/api/v1/scenario", status: 404, code: "not_found"},
		{name: "outside of the interface", method: "GET", path: "/x", status: 404, code: "not_found"},
		{name: "other method", method: "DELETE", path: "/api/v1/runs", status: 405, code: "method.not_allowed"},
		{name: "missing thing", method: "GET", path: "/api/v1/scenarios/nope", status: 404, code: "not_found"},
		{name: "panic", method: "GET", path: "/api/v1/scenarios/panics", status: 500, code: "internal"},
		{name: "foreign error", method: "GET", path: "/api/v1/scenarios/broken", status: 500, code: "internal"},
		{name: "busy", method: "GET", path: "/api/v1/scenarios/busy", status: 503, code: "busy"},
		{name: "state", method: "POST", path: "/api/v1/runs/r2/cancel", status: 409, code: "run.state"},
		{name: "unknown parameter", method: "GET", path: "/api/v1/runs?stat=paused", status: 422, code: "invalid",
			mistake: [4]string{"", "unknown_key", "parameter stat (query)", "state"}},
		{name: "wrong value", method: "GET", path: "/api/v1/runs?state=paused,foo", status: 422, code: "invalid",
			mistake: [4]string{"", "request.not_fit", "parameter state[1] (query): expected value to be one of", ""}},
		{name: "page too large", method: "GET", path: "/api/v1/runs?limit=1001", status: 422, code: "invalid",
			mistake: [4]string{"", "request.not_fit", "parameter limit (query)", ""}},
		{name: "unknown member", method: "POST", path: "/api/v1/runs/r1/resume", body: `{"versio":2}`, status: 422, code: "invalid",
			mistake: [4]string{"/versio", "unknown_key", "unexpected property", "version"}},
		{name: "unknown member inside", method: "POST", path: "/api/v1/runs/r1/rerun", body: `{"event":{"bodi":"x"}}`,
			status: 422, code: "invalid", mistake: [4]string{"/event/bodi", "unknown_key", "unexpected property", "body"}},
		{name: "broken JSON", method: "POST", path: "/api/v1/runs/r1/resume", body: "{\n  \"version\" 2}", status: 400, code: "body.unreadable",
			mistake: [4]string{"", "request.not_fit", "line 2, column 13", ""}},
		{name: "other media type", method: "POST", path: "/api/v1/runs/r1/resume", body: "version: 2", header: "Content-Type: application/yaml", status: 415, code: "body.unreadable"},
		{name: "documents of another media type", method: "POST", path: "/api/v1/apply", body: "kind: Source", header: "Content-Type: text/plain", status: 415, code: "body.unreadable"},
		{name: "no body", method: "POST", path: "/api/v1/apply", status: 400, code: "body.unreadable", says: "the body is empty; this needs one"},
		{name: "documents too large", method: "POST", path: "/api/v1/apply", body: strings.Repeat("#", gonets.MaxDocumentBytes+1), header: "Content-Type: application/yaml",
			status: 413, code: "body.too_large", says: "this takes at most 4 MiB"},
		{name: "dots in a path", method: "GET", path: "/api/v1/../runs", status: 404, code: "not_found"},
		{name: "dots in a path of a change", method: "POST", path: "/api/v1/./apply", status: 404, code: "not_found"},
		{name: "two slashes", method: "GET", path: "/api//v1/version", status: 404, code: "not_found"},
		{name: "slashes in front", method: "GET", path: "//api/v1/version", status: 404, code: "not_found"},
		{name: "slash at the end", method: "GET", path: "/api/v1/version/", status: 404, code: "not_found"},
		{name: "dots at the end", method: "GET", path: "/api/v1/version/..", status: 404, code: "not_found"},
		{name: "encoded dots", method: "GET", path: "/api/%2e%2e/runs", status: 404, code: "not_found"},
		{name: "body too large", method: "PUT", path: "/api/v1/secrets/a", body: `{"value":"` + strings.Repeat("x", 2<<20) + `"}`, status: 413, code: "body.too_large", says: "this takes at most 1 MiB"},
		{name: "name of a secret", method: "PUT", path: "/api/v1/secrets/A_B", body: `{"value":"x"}`, status: 422, code: "invalid"},
		{name: "document", method: "POST", path: "/api/v1/validate", body: "apiVersion: gonets/v1\nkind: Source\nname: a\npreset: generic\ntitel: x\n", header: "Content-Type: application/yaml",
			status: 422, code: "invalid", mistake: [4]string{"/titel", "unknown_key", "", "title"}},
		{name: "settings", method: "PUT", path: "/api/v1/settings", body: `{"titel":"x"}`, status: 422, code: "invalid",
			mistake: [4]string{"/titel", "unknown_key", "", "title"}},
		{name: "empty question", method: "POST", path: "/api/v1/bulk", body: `{"action":"cancel","q":" "}`, status: 422, code: "invalid",
			mistake: [4]string{"/q", "missing", "every run", ""}},
		{name: "two bodies", method: "POST", path: "/api/v1/sources/site/events", body: `{"body":1,"text":"x"}`, status: 422, code: "invalid",
			mistake: [4]string{"/text", "invalid.not_both", "one body", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			var headers []string
			if tt.header != "" {
				headers = []string{tt.header}
			}
			got := call(t, b.serve(t), tt.method, tt.path, tt.body, headers...)
			if got.header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("Content-Type %q: %s", got.header.Get("Content-Type"), got.text)
			}
			p := got.json(t)
			if got.status != tt.status || p["status"] != float64(tt.status) || p["code"] != tt.code || p["detail"] == "" {
				t.Fatalf("status %d: %s", got.status, got.text)
			}
			if detail, _ := p["detail"].(string); !strings.Contains(detail, tt.says) {
				t.Errorf("it says %q", detail)
			}
			if strings.Contains(got.text, "secret detail") || strings.Contains(got.text, "planted") {
				t.Errorf("the inside shows: %s", got.text)
			}
			if got.status == http.StatusServiceUnavailable && got.header.Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
			if tt.mistake == ([4]string{}) {
				return
			}
			errs, _ := p["errors"].([]any)
			if len(errs) == 0 {
				t.Fatalf("no errors: %s", got.text)
			}
			m, _ := errs[0].(map[string]any)
			text := func(name string) string { v, _ := m[name].(string); return v }
			if !strings.Contains(text("message"), tt.mistake[2]) {
				t.Errorf("message %q", text("message"))
			}
			want := [3]string{tt.mistake[0], tt.mistake[1], tt.mistake[3]}
			if diff := cmp.Diff(want, [3]string{text("pointer"), text("code"), text("suggestion")}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFaultsAreLoggedWhole(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for _, path := range []string{"/api/v1/scenarios/broken", "/api/v1/scenarios/panics"} {
		instance, _ := call(t, s, http.MethodGet, path, "").json(t)["instance"].(string)
		if !strings.HasPrefix(instance, "urn:uuid:") || strings.Count(b.logged.String(), instance) != 1 {
			t.Errorf("%s: the log does not know the failure %q", path, instance)
		}
	}
	call(t, s, http.MethodGet, "/api/v1/scenarios/refused", "")
	for _, want := range []string{"secret detail", "planted", "get-scenario", "the database refused it", "no such column"} {
		if !strings.Contains(b.logged.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, b.logged.String())
		}
	}
}

func TestWhoeverGoesAwayIsNoFault(t *testing.T) {
	t.Parallel()
	b := newBackend()
	b.asked = make(chan struct{})
	s := b.serve(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/scenarios/slow", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	left := make(chan error)
	go func() {
		answer, err := s.Client().Do(req)
		if err == nil {
			err = answer.Body.Close()
		}
		left <- err
	}()
	<-b.asked
	leave()
	if err := <-left; err == nil {
		t.Error("it was answered")
	}
	s.Close() // waits for the handler
	if !slices.Contains(b.called(), "gone") || strings.Contains(b.logged.String(), "failed") {
		t.Errorf("%v, logged:\n%s", b.called(), b.logged.String())
	}
}

func TestMethodNotAllowedNamesTheMethods(t *testing.T) {
	t.Parallel()
	got := call(t, newBackend().serve(t), http.MethodPost, "/api/v1/settings", "{}")
	if allow := got.header.Get("Allow"); allow != "GET, PUT" {
		t.Errorf("Allow %q", allow)
	}
}
