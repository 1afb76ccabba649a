package httpapi_test

import (
	"context"
	"strings"
	"testing"

	"gonets/api"
	"gonets/internal/hindsight"
)

func (b *backend) Look(_ context.Context, a hindsight.Ask) (api.SentComparison, error) {
	b.note("look back at %s with %d steps from %q", a.Draft.Name, len(a.Draft.Steps), a.Cursor)
	if a.Now != nil {
		b.note("against version %d", a.Now.N)
	}
	return api.SentComparison{Items: []api.EventPlayed{}}, nil
}

func TestADraftIsComparedWithWhatIsPublished(t *testing.T) {
	t.Parallel()
	const yaml = `{"text":"apiVersion: gonets/v1\nkind: Scenario\nname: lead\nsources: [site]\nsteps:\n  - {id: a, stop: {}}\n  - {id: b, stop: {}}\n"}`
	for name, tt := range map[string]struct {
		path, body string
		status     int
		want       string
	}{
		"the saved draft":   {"lead/compare", "", 200, "look back at lead with 3 steps from \"\"\nagainst version "},
		"a further page":    {"lead/compare?cursor=c1", "{}", 200, "look back at lead with 3 steps from \"c1\""},
		"a document":        {"lead/compare", `{"document":{"steps":[]}}`, 200, "look back at lead with 0 steps"},
		"a file":            {"lead/compare", yaml, 200, "look back at lead with 2 steps"},
		"a file without it": {"other/compare", yaml, 404, ""},
		"no YAML":           {"lead/compare", `{"text":"steps: ["}`, 422, ""},
		"both":              {"lead/compare", `{"text":"x","document":{}}`, 422, ""},
		"a typo":            {"lead/compare", `{"document":{"stepps":[]}}`, 422, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			got := call(t, b.serve(t), "POST", "/api/v1/scenarios/"+tt.path, tt.body)
			if called := strings.Join(b.called(), "\n"); got.status != tt.status || tt.want != "" && !strings.Contains(called, tt.want) {
				t.Errorf("%d %s\n%s", got.status, got.text, called)
			}
		})
	}
}
