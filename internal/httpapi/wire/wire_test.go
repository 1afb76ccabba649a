package wire_test

import (
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/httpapi/wire"
)

func TestAnAttemptIsShownInOtherForms(t *testing.T) {
	t.Parallel()
	span, no := gonets.Duration(90*time.Second), false
	d := &gonets.RunDetail{
		Version: &gonets.Version{Scenario: gonets.Scenario{Steps: []gonets.Step{{ID: "send", HTTP: &gonets.HTTPStep{Timeout: &span, TLS: &gonets.TLS{Verify: &no, ServerName: " Сервис.рф."}}}}}},
		Attempts: []gonets.Attempt{
			{N: 1, Path: "send", Exchange: gonets.Exchange{Outcome: gonets.OutcomeTemplate}},
			{N: 2, RunID: "r", Path: "send", Exchange: gonets.Exchange{Method: "POST", URL: "https://x.test/a", RequestBody: []byte("b"), Status: 200, ReplyBody: []byte("c")}},
		},
	}
	for name, c := range map[string]struct {
		write func(*gonets.RunDetail, int) (wire.File, bool)
		want  []string
	}{
		"curl":  {wire.Curl, []string{"curl -X POST https://xn--b1afk4ade.xn--p1ai/a", "--connect-to xn--b1afk4ade.xn--p1ai:443:x.test:443", "--insecure"}},
		"onec":  {wire.OneC, []string{"443, , , , 90, ЗащищенноеСоединение", "не проверяется", "на имя xn--b1afk4ade.xn--p1ai."}},
		"reply": {wire.Reply, []string{"c"}},
	} {
		f, ok := c.write(d, 2)
		for _, want := range c.want {
			if !ok || !strings.Contains(string(f.Body), want) {
				t.Errorf("%s: no %q in %q", name, want, f.Body)
			}
		}
		for _, n := range []int{1, 3} {
			if f, ok := c.write(d, n); ok {
				t.Errorf("%s of attempt %d: %q", name, n, f.Body)
			}
		}
	}
	if _, err := wire.Compare(d, 1, wire.Good{}); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Errorf("an attempt that sent nothing is compared: %v", err)
	}
	if got, err := wire.Compare(d, 2, wire.Good{}); err != nil || got.With != nil || got.Differences == nil {
		t.Errorf("compared with nothing: %+v, %v", got, err)
	}
	if got, err := wire.Compare(d, 2, wire.Good{Run: d, N: 2}); err != nil || got.With == nil || got.With.Run != "r" || len(got.Differences) != 0 {
		t.Errorf("compared with itself: %+v, %v", got, err)
	}
	d.Attempts[1].Erased, d.Attempts[1].RequestBody, d.Attempts[1].ReplyBody = true, []byte("erased on request"), []byte("erased on request")
	for name, write := range map[string]func(*gonets.RunDetail, int) (wire.File, bool){"curl": wire.Curl, "onec": wire.OneC, "reply": wire.Reply} {
		if f, ok := write(d, 2); ok {
			t.Errorf("%s of what was erased: %q", name, f.Body)
		}
	}
	if _, err := wire.Compare(d, 2, wire.Good{}); gonets.CodeOf(err) != gonets.CodeNotFound || !strings.Contains(err.Error(), "erased") {
		t.Errorf("what was erased is compared: %v", err)
	}
}
