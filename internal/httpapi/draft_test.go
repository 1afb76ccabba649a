package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gonets"
)

func TestDraftsAreSavedByWhoKnowsTheirState(t *testing.T) {
	t.Parallel()
	b := newBackend()
	changes, end := b.bus.Subscribe(4)
	defer end()
	s := b.serve(t)
	const path = "/api/v1/scenarios/lead/draft"
	got := call(t, s, http.MethodGet, path, "")
	if got.status != http.StatusOK || got.header.Get("ETag") != `"e1"` || got.json(t)["etag"] != "e1" || got.json(t)["has_changes"] != false {
		t.Fatalf("%d %v %s", got.status, got.header, got.text)
	}
	const half = `{"document":{"sources":["site"],"steps":[{"id":"a","http":{"url":""}}]}}`
	for _, c := range []struct {
		name, ifMatch, body string
		status              int
		code                string
	}{
		{"without a state", "", half, http.StatusPreconditionRequired, "if_match.missing"},
		{"from another state", `"e0"`, half, http.StatusPreconditionFailed, "draft.conflict"},
		{"of another shape", `"e1"`, `{"document":{"stepz":[]}}`, http.StatusUnprocessableEntity, "invalid"},
		{"too large", `"e1"`, `{"document":{"title":"` + strings.Repeat("x", 1<<20) + `"}}`, http.StatusRequestEntityTooLarge, "body.too_large"},
	} {
		got := call(t, s, http.MethodPut, path, c.body, "If-Match: "+c.ifMatch)
		if got.status != c.status || got.json(t)["code"] != c.code {
			t.Errorf("%s: %d %s", c.name, got.status, got.text)
		}
		current, _ := got.json(t)["current"].(map[string]any)
		if c.code == "draft.conflict" && (current["etag"] != "e1" || current["document"] == nil) {
			t.Errorf("%s: the present draft is not told: %s", c.name, got.text)
		}
	}
	got = call(t, s, http.MethodPut, path, half, `If-Match: "e1"`)
	var draft struct {
		Document json.RawMessage
		Problems []gonets.Problem
		ETag     string
	}
	if err := json.Unmarshal([]byte(got.text), &draft); err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusOK || draft.ETag != "e1+" || len(draft.Problems) != 1 || draft.Problems[0].Pointer != "/steps/0/http/url" ||
		string(draft.Document) != `{"apiVersion":"gonets/v1","kind":"Scenario","name":"lead","sources":["site"],"steps":[{"id":"a","http":{"url":""}}]}` {
		t.Errorf("%d %s", got.status, got.text)
	}
	if c := <-changes; c.Kind != "draft" || c.ID != "lead" {
		t.Errorf("change %+v", c)
	}
	got = call(t, s, http.MethodPost, "/api/v1/scenarios/lead/publish", `{"start":true}`, `If-Match: "e1+"`)
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "/steps/0/http/url") {
		t.Errorf("an incomplete draft is published: %d %s", got.status, got.text)
	}
	strange := strings.Replace(strings.Replace(half, `"site"`, `"nowhere"`, 1), `"url":""`, `"url":"http://crm.example/"`, 1)
	if got = call(t, s, http.MethodPut, path, strange, "If-Match: *"); !strings.Contains(got.text, "/sources/0") {
		t.Errorf("a source that is not there: %s", got.text)
	}
	call(t, s, http.MethodPut, path, strings.Replace(strange, "nowhere", "site", 1), "If-Match: *")
	if got = call(t, s, http.MethodPost, "/api/v1/scenarios/lead/publish", `{}`, `If-Match: "e1"`); got.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", got.status, got.text)
	}
	got = call(t, s, http.MethodPost, "/api/v1/scenarios/lead/publish", `{"start":true,"release_held":true,"note":"why"}`, "If-Match: *")
	if got.status != http.StatusOK || !slices.Contains(b.called(), "publish lead start=true release=true note=why by owner") {
		t.Errorf("%d %s %q", got.status, got.text, b.called())
	}
}

func TestYAMLOfADraftSaysWhereItIsWrong(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	const path = "/api/v1/scenarios/lead/yaml"
	put := func(text string) reply {
		return call(t, s, http.MethodPut, path, text, "If-Match: *", "Content-Type: text/yaml")
	}
	got := put("name: lead\nsteps:\n  - id: a\n    htpp: {}\n")
	if p := got.json(t)["errors"].([]any)[0].(map[string]any); got.status != http.StatusUnprocessableEntity || p["line"] != 4.0 || p["column"] != 5.0 || p["suggestion"] != "http" {
		t.Errorf("%d %s", got.status, got.text)
	}
	const text = "# why\nname: lead\nsources: [site]\nsteps:\n  - id: a\n    http:\n      url: \"\" # to be told\n"
	if got = put(text); got.status != http.StatusOK || !strings.Contains(got.text, `"line":7`) {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got = call(t, s, http.MethodGet, path, ""); got.text != text || !strings.HasPrefix(got.header.Get("Content-Type"), "text/yaml") {
		t.Errorf("%v %s", got.header, got.text)
	}
	call(t, s, http.MethodPut, "/api/v1/scenarios/lead/draft", `{"document":{"sources":["site"],"steps":[{"id":"a","http":{"url":"http://crm.example/"}}]}}`, "If-Match: *")
	got = call(t, s, http.MethodGet, path, "")
	if !strings.Contains(got.text, "# why") || !strings.Contains(got.text, "url: http://crm.example/ # to be told") {
		t.Errorf("comments are lost: %s", got.text)
	}
}

func TestChangesAndRollbackSpeakOfVersions(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	call(t, s, http.MethodPut, "/api/v1/scenarios/lead/draft", `{"document":{"title":"Lead","sources":["site"],"steps":[{"id":"kind","set":{"a":"b"}},
		{"id":"deal","title":"Make a deal","http":{"method":"POST","url":"https://other.example/"}},{"id":"after","http":{"url":"https://crm.example/after"}}]}}`, "If-Match: *")
	got := call(t, s, http.MethodGet, "/api/v1/scenarios/lead/changes", "")
	list, _ := got.json(t)["changes"].([]any)
	if len(list) != 1 || !strings.Contains(got.text, `"step":"deal","title":"Make a deal","field":"/http/url","change":"changed","before":"https://crm.example/","after":"https://other.example/"`) ||
		!strings.Contains(got.text, `"diff":"@@`) {
		t.Errorf("%s", got.text)
	}
	if got = call(t, s, http.MethodGet, "/api/v1/scenarios/lead/changes?from=1&to=published", ""); !strings.Contains(got.text, `"changes":[]`) || strings.Contains(got.text, `"diff"`) {
		t.Errorf("%s", got.text)
	}
	if got = call(t, s, http.MethodGet, "/api/v1/scenarios/lead/changes?from=yesterday", ""); got.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got = call(t, s, http.MethodPost, "/api/v1/scenarios/lead/rollback", `{"version":7}`); got.status != http.StatusNotFound {
		t.Errorf("%d %s", got.status, got.text)
	}
	got = call(t, s, http.MethodPost, "/api/v1/scenarios/lead/rollback", `{"version":1}`)
	if got.status != http.StatusOK || !strings.Contains(got.text, `"url":"https://crm.example/"`) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestScenariosAndSourcesAreMadeAndDeleted(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		did                string
	}{
		{http.MethodPost, "/scenarios", `{"title":"Заявка с сайта"}`, 201, `create zayavka-s-sayta {"title":"Заявка с сайта","sources":[],"steps":[]}`},
		{http.MethodPost, "/scenarios", `{"title":"Copy","from":"lead"}`, 201, `create copy {"title":"Copy","sources":["site"]`},
		{http.MethodPost, "/scenarios", `{"title":"x","from":"none"}`, 404, ""},
		{http.MethodPost, "/scenarios", `{"title":"x","document":{"name":"any","steps":[]}}`, 201, `create x {"title":"x","steps":[]}`},
		{http.MethodPost, "/scenarios", `{"title":"x","from":"lead","document":{}}`, 422, ""},
		{http.MethodPost, "/scenarios", `{"title":""}`, 422, ""},
		{http.MethodDelete, "/scenarios/lead", "", 204, "delete lead by owner"},
		{http.MethodPost, "/sources", `{"title":"Форма"}`, 201, "create forma of generic titled Форма"},
		{http.MethodPost, "/sources", `{"title":"T","preset":"tilda","document":{"items":"body.x"}}`, 201, "create t of tilda titled T"},
		{http.MethodPost, "/sources", `{"title":"T","document":{"itemz":"body.x"}}`, 422, ""},
		{http.MethodPut, "/sources/site", `{"document":{"preset":"generic","title":"New"}}`, 200, "save site of generic titled New"},
		{http.MethodDelete, "/sources/site", "", 204, "delete site"},
		{http.MethodPost, "/sources/site/addresses", "", 201, "add to site"},
		{http.MethodDelete, "/sources/site/addresses/2", "", 204, "retire 2 of site"},
		{http.MethodDelete, "/sources/site/addresses/0", "", 422, ""},
		{http.MethodDelete, "/scenarios/lead/draft", "", 204, "drop lead"},
	} {
		etag := `If-Match: "e1"`
		if strings.HasPrefix(c.path, "/sources") {
			etag = `If-Match: "s1"`
		}
		got := call(t, s, c.method, "/api/v1"+c.path, c.body, etag)
		if got.status != c.status {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, got.status, got.text)
		}
		if c.did != "" && !slices.ContainsFunc(b.called(), func(did string) bool { return strings.HasPrefix(did, c.did) }) {
			t.Errorf("%s %s: %q", c.method, c.path, b.called())
		}
	}
	if got := call(t, s, http.MethodPut, "/api/v1/sources/site", `{"document":{"preset":"generic"}}`, `If-Match: "old"`); got.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", got.status, got.text)
	}
	got := call(t, s, http.MethodGet, "/api/v1/scenarios?stats=true", "")
	if !strings.Contains(got.text, `"last_24h":{"buckets":[{"at":"2026-03-01T12:00:00Z","done":2,"failed":1}],"total":3`) {
		t.Error(got.text)
	}
	if got = call(t, s, http.MethodGet, "/api/v1/sources/site", ""); !strings.Contains(got.text, `"events_24h":7`) || !strings.Contains(got.text, `"addresses":[{"url":"https://hooks.example/in/new"`) {
		t.Error(got.text)
	}
}
