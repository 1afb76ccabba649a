package httpapi_test

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets/internal/httpapi"
)

var update = flag.Bool("update", false, "write api/openapi.yaml anew")

const openapiFile = "../../api/openapi.yaml"

func TestOpenAPIFileIsFresh(t *testing.T) {
	got, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(openapiFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(openapiFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("api/openapi.yaml is stale; run: go test ./internal/httpapi -run OpenAPI -update\n%s", cmp.Diff(string(want), string(got)))
	}
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// ruleBreaks says which rules a table of routes breaks.
func ruleBreaks(routes []httpapi.Route) []string {
	var broken []string
	ids := map[string]bool{}
	for _, r := range routes {
		switch {
		case r.Method != http.MethodGet && (r.Right == httpapi.RightNone || r.Right == "") && r.Open == "":
			broken = append(broken, r.ID+" changes something and is open to everybody without a reason")
		case r.Open != "" && (r.Method == http.MethodGet || r.Right != httpapi.RightNone):
			broken = append(broken, r.ID+" gives a reason for nothing")
		case r.Right == "":
			broken = append(broken, r.ID+" names no right")
		case ids[r.ID]:
			broken = append(broken, r.ID+" stands twice")
		case r.Summary == "" || !strings.HasPrefix(r.Path, "/api/v1/"):
			broken = append(broken, r.ID+" has no summary or another path")
		}
		ids[r.ID] = true
	}
	return broken
}

func TestRoutesNameTheirRights(t *testing.T) {
	t.Parallel()
	if broken := ruleBreaks(httpapi.Routes()); len(broken) > 0 {
		t.Error(broken)
	}
	planted := []httpapi.Route{
		{Method: http.MethodPost, Path: "/api/v1/a", ID: "a", Summary: "A", Right: httpapi.RightNone},
		{Method: http.MethodPost, Path: "/api/v1/d", ID: "d", Summary: "D", Right: httpapi.RightEdit, Open: "a reason"},
		{Method: http.MethodGet, Path: "/api/v1/b", ID: "b", Summary: "B"},
		{Method: http.MethodGet, Path: "/b", ID: "c", Summary: "B", Right: httpapi.RightView},
	}
	if got := len(ruleBreaks(planted)); got != len(planted) {
		t.Errorf("the rule found %d of %d planted faults", got, len(planted))
	}
}

func TestEveryRouteAsksForTheTokenBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for _, r := range httpapi.Routes() {
		path := parameter.ReplaceAllString(r.Path, "1")
		for _, authorization := range []string{"", "Bearer wrong", "Basic " + token, "Bearer", "Bearer " + token + "x"} {
			got := call(t, s, r.Method, path, "", "Authorization: "+authorization)
			open := got.status != http.StatusUnauthorized
			if want := r.Right == httpapi.RightNone; open != want {
				t.Errorf("%s %s with %q: status %d, open to everybody should be %v", r.Method, r.Path, authorization, got.status, want)
			}
			if !open && got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: a 401 without WWW-Authenticate", r.Path)
			}
		}
	}
	if calls := b.called(); len(calls) > 0 {
		t.Errorf("calls without a token reached the inside: %v", calls)
	}
}

func TestEveryAnswerIsHardened(t *testing.T) {
	t.Parallel()
	s := newBackend().serve(t)
	for _, path := range []string{"/api/v1/version", "/api/v1/runs/r1", "/api/v1/nothing", "/api/v1/events/e1/raw", "/healthz", "/api/docs"} {
		h := call(t, s, http.MethodGet, path, "").header
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestAnotherSitesPageIsRefused(t *testing.T) {
	t.Parallel()
	s := newBackend().serve(t)
	got := call(t, s, http.MethodPost, "/api/v1/scenarios/lead/stop", "", "Sec-Fetch-Site: cross-site")
	if got.status != http.StatusForbidden || got.json(t)["code"] != "forbidden" {
		t.Errorf("status %d %s", got.status, got.text)
	}
}

func TestDescriptionLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	s := newBackend().serve(t)
	page := call(t, s, http.MethodGet, "/api/docs", "", "Authorization: ")
	if page.status != http.StatusOK {
		t.Fatalf("status %d: %s", page.status, page.text)
	}
	if foreign := regexp.MustCompile(`(?i)(src|href)="?(https?:)?//|@import|<script`).FindString(page.text); foreign != "" {
		t.Errorf("the page loads %q", foreign)
	}
	for _, r := range httpapi.Routes() {
		if !strings.Contains(page.text, `id="`+r.ID+`"`) {
			t.Errorf("the page does not show %s", r.ID)
		}
	}
	spec := call(t, s, http.MethodGet, "/api/openapi.json", "", "Authorization: ").json(t)
	paths, _ := spec["paths"].(map[string]any)
	for _, r := range httpapi.Routes() {
		if _, ok := paths[r.Path].(map[string]any)[strings.ToLower(r.Method)]; !ok {
			t.Errorf("openapi.json has no %s %s", r.Method, r.Path)
		}
	}
}
