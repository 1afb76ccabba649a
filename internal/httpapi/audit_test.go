package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"gonets"
	"gonets/internal/deed"
)

func (b *backend) Audit(_ context.Context, f deed.Filter) (gonets.List[deed.Deed], error) {
	b.note("audit %s %s %s %s %s", f.Actor, f.Action, f.Object, f.Since.Format(time.RFC3339), f.Page.Cursor)
	return gonets.List[deed.Deed]{Items: []deed.Deed{{ID: "a1", At: epoch, Actor: "anna", Action: "publish", Object: "Scenario/lead",
		Detail: json.RawMessage(`{"version":2}`)}}, Next: "more"}, nil
}

func TestWhatPeopleDidIsListed(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	got := call(t, s, http.MethodGet, "/api/v1/audit?actor=anna&action=publish&object=Scenario%2Flead&since=2026-03-01T00:00:00Z&cursor=x", "").json(t)
	item := got["items"].([]any)[0].(map[string]any)
	if got["next"] != "more" || item["actor"] != "anna" || item["action"] != "publish" || item["object"] != "Scenario/lead" ||
		item["at"] != "2026-03-01T12:00:00Z" || item["detail"].(map[string]any)["version"] != 2.0 {
		t.Errorf("%v", got)
	}
	if called := b.called(); called[len(called)-1] != "audit anna publish Scenario/lead 2026-03-01T00:00:00Z x" {
		t.Errorf("asked %q", called)
	}
}
