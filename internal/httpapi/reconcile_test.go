package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestReconciliationTellsWhichDaysDoNotAddUp(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	r := call(t, s, http.MethodGet, "/api/v1/reconciliation?source=site", "").json(t)
	items, total := r["items"].([]any), r["total"].(map[string]any)
	bad, good := items[0].(map[string]any), items[1].(map[string]any)
	if bad["adds_up"] != false || good["adds_up"] != true || total["adds_up"] != false || total["received"] != 8.0 || total["missing"] != 1.0 || bad["day"] != "2026-03-01" {
		t.Errorf("%v", r)
	}
	// A week to today, unless somebody says otherwise.
	if r["from"] != "2026-02-23" || r["to"] != "2026-03-01" || !slices.Contains(b.called(), `reconcile 2026-02-23T00:00:00Z 2026-03-02T00:00:00Z "site"`) {
		t.Errorf("%v %q", r, b.called())
	}
	for _, wrong := range []string{"from=x", "from=2026-02-30", "from=2026-03-02", "to=2026-02-22&from=2026-02-23", "from=2025-11-28", "to=1.2.2026"} {
		if r := call(t, s, http.MethodGet, "/api/v1/reconciliation?"+wrong, ""); r.status != http.StatusUnprocessableEntity && r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", wrong, r.status, r.text)
		}
	}
	f := call(t, s, http.MethodGet, "/api/v1/reconciliation/export?lang=ru", "")
	if !strings.HasPrefix(f.text, "\uFEFFДень;Источник данных;Получено;") || !strings.Contains(f.text, "\r\n2026-03-01;site;3;2;0;0;0;0;0;0;0;0;1;4;0\r\n") ||
		f.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(f.header.Get("Content-Disposition"), "gonets-reconciliation-2026-02-23-2026-03-01.csv") {
		t.Errorf("%s %q", f.header, f.text)
	}
}
