package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestNoticesAndTestLetters(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	got := call(t, s, http.MethodGet, "/api/v1/notices", "")
	item := got.json(t)["items"].([]any)[0].(map[string]any)
	for name, want := range map[string]any{"kind": "first_failure", "host": "crm.example", "scenario": "lead", "code": "http.status", "status": 503.0,
		"runs": 14.0, "state": "sent", "tries": 1.0, "sent_at": "2026-03-01T12:01:00Z", "recovered_at": "2026-03-01T12:01:00Z",
		"cause": "The service answered with an error status."} {
		if item[name] != want {
			t.Errorf("%s is %v, want %v", name, item[name], want)
		}
	}
	// The second one waits: since it is told at 12:01 and there are no quiet hours, nothing holds it.
	item = got.json(t)["items"].([]any)[1].(map[string]any)
	if item["due_at"] != "2026-03-01T12:01:00Z" || item["held_by"] != nil {
		t.Errorf("one that waits: %v", item)
	}
	if stats := call(t, s, http.MethodGet, "/api/v1/stats", "").json(t); stats["waiting_for_you"] != 3.0 {
		t.Errorf("stats %v", stats)
	}

	refused := call(t, s, http.MethodPost, "/api/v1/mail/test", `{}`)
	body := refused.json(t)
	if refused.status != http.StatusUnprocessableEntity || body["code"] != "mail.refused" || !strings.Contains(body["detail"].(string), "550 no") ||
		body["errors"].([]any)[0].(map[string]any)["pointer"] != "/mail/to" {
		t.Errorf("refused: %d %v", refused.status, body)
	}
	taken := call(t, s, http.MethodPost, "/api/v1/mail/test",
		`{"mail":{"host":"smtp.example","port":587,"security":"starttls","from":"a@b.c","to":["d@e.f"],"password":{"secret":"smtp-password"}},"password":"x"}`).json(t)
	if taken["accepted"] != true || taken["said"] != "250 OK" || taken["host"] != "smtp.example" {
		t.Errorf("taken: %v", taken)
	}
	if !slices.Contains(b.called(), "mail smtp.example password x") {
		t.Errorf("called %q", b.called())
	}
}
