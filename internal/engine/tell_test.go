package engine

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/telemetry"
)

// TestTheLogTellsOfFailuresByLevel: a failed attempt is a warning with the time of
// the next one, what ends badly an error. What was sent stands in neither.
func TestTheLogTellsOfFailuresByLevel(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var out bytes.Buffer
	r.few = telemetry.NewFew(slog.New(slog.NewJSONHandler(&out, nil)), r.clock)
	st := httpStep("deal", "http://a.test/deals?key=hidden-query")
	st.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute)}}
	body := "hidden-body"
	st.HTTP.Body = &gonets.HTTPBody{Text: &body}
	r.apply(st)
	r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
		x := status(http.StatusServiceUnavailable, "hidden-reply")(n, req)
		x.URL = req.URL
		return x
	}
	run := r.event("x")
	r.work()
	due := r.wantState(run, gonets.RunWaiting).Run.DueAt
	r.clock.Advance(2 * time.Minute)
	r.work()
	r.wantState(run, gonets.RunPaused)
	if strings.Contains(out.String(), "hidden") {
		t.Errorf("the log holds what was sent or answered:\n%s", &out)
	}
	type line struct {
		Level, Run, Scenario, Step, Host string
		Code, Reason                     gonets.Code
		Status, Attempt                  int
		NextTry                          time.Time `json:"next_try"`
	}
	var got []line
	for text := range strings.Lines(out.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	if len(got) != 2 {
		t.Fatalf("%d lines:\n%s", len(got), &out)
	}
	scenario := r.run(run).Run.Scenario
	first := line{Level: "WARN", Run: run, Scenario: scenario, Step: "deal", Host: "a.test", Code: gonets.CodeHTTPStatus, Status: 503, Attempt: 1, NextTry: due}
	if !got[0].NextTry.Equal(due) {
		t.Errorf("the next try is at %s, the log says %s", due, got[0].NextTry)
	}
	got[0].NextTry = due
	last := line{Level: "ERROR", Run: run, Scenario: scenario, Step: "deal", Host: "a.test", Code: gonets.CodeHTTPStatus, Reason: gonets.CodeTriesUsedUp, Status: 503, Attempt: 2}
	if got[0] != first || got[1] != last {
		t.Errorf("%+v\n%+v", got[0], got[1])
	}
}
