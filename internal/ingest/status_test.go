package ingest

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

// kept makes an event with runs in the given states.
func kept(t *testing.T, b *bench, states ...gonets.RunState) gonets.Event {
	t.Helper()
	if g := b.do(t, http.MethodPost, "", "x", "Idempotency-Key", "k/1"); g.status != 200 {
		t.Fatal(g.text)
	}
	ev := b.store.all()[0].Event
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	for _, s := range states {
		b.store.runs[ev.ID] = append(b.store.runs[ev.ID], gonets.RunSummary{
			Run:        gonets.Run{ID: "r-" + string(s), Scenario: "s-" + string(s), State: s, Attempts: 2, DueAt: b.clock.Now()},
			LastStatus: 503, LastError: "no 999",
		})
	}
	return ev
}

func TestStatusByIDAndKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	ev := kept(t, b, gonets.RunSucceeded, gonets.RunWaiting)
	for _, arg := range []string{ev.ID, "k%2F1", "k/1/"} {
		got := b.do(t, http.MethodGet, "/status/"+arg, "").json(t)
		want := map[string]any{
			"success": true, "event_id": ev.ID, "status": "waiting", "received_at": "2026-03-02T09:00:00Z",
			"runs": []any{
				map[string]any{"id": "r-succeeded", "scenario": "s-succeeded", "state": "succeeded", "attempts": 2.0, "last_status": 503.0, "last_error": "no ***"},
				map[string]any{"id": "r-waiting", "scenario": "s-waiting", "state": "waiting", "attempts": 2.0, "last_status": 503.0, "last_error": "no ***",
					"next_at": "2026-03-02T09:00:00Z"},
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", arg, diff)
		}
	}
	refused(t, b.do(t, http.MethodGet, "/status/none", ""), gonets.CodeNotFound)
}

func TestOneSourceDoesNotSeeAnothersEvents(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	b.store.sources["other"] = gonets.Source{Name: "other"}
	ev := kept(t, b)
	req, err := http.NewRequest(http.MethodGet, b.server.URL+"/in/other/status/"+ev.ID, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, b.send(t, req), gonets.CodeNotFound)
}

func TestRetry(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	ev := kept(t, b, gonets.RunPaused, gonets.RunWaiting, gonets.RunFailed, gonets.RunSucceeded, gonets.RunHeld)
	hints, stop := b.bus.Subscribe(8)
	defer stop()
	if g := b.do(t, http.MethodPost, "/retry/"+ev.ID, ""); g.status != 200 || g.json(t)["success"] != true {
		t.Fatal(g.text)
	}
	now := b.clock.Now()
	want := []gonets.Action{
		{RunID: "r-paused", Kind: gonets.ActionResume, Actor: "source:main", At: now},
		{RunID: "r-waiting", Kind: gonets.ActionSendNow, Actor: "source:main", At: now},
	}
	again := []gonets.Rerun{{RunID: "r-failed", Actor: "source:main", At: now}}
	if diff := cmp.Diff(want, b.store.actions) + cmp.Diff(again, b.store.reruns); diff != "" {
		t.Error(diff)
	}
	if len(hints) != 3 || len(b.engine.jobs) != 1 || b.engine.jobs[0].Run.ID != "again-r-failed" {
		t.Errorf("%d hints, jobs %+v", len(hints), b.engine.jobs)
	}
}

func TestRetryOfWhatIsDone(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	ev := kept(t, b, gonets.RunSucceeded)
	refused(t, b.do(t, http.MethodPost, "/retry/"+ev.ID, ""), gonets.CodeRunState)
	if len(b.store.actions)+len(b.store.reruns) != 0 {
		t.Error("something was done")
	}
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{Preset: "tilda", Verify: &gonets.Verify{Kind: "token", Secret: "none"}})
	b.store.makes = oneRun
	ev := gonets.Event{
		Actor: "owner", ContentType: "application/x-www-form-urlencoded", Body: []byte("Name=A&tranid=1%3A2"),
		Headers: []gonets.Header{{Name: "Gonets-Hops", Value: "2"}},
	}
	got, err := b.handler.Submit(t.Context(), "main", ev)
	if err != nil || len(got.Runs) != 1 || len(b.engine.jobs) != 1 {
		t.Fatalf("%v %+v", err, got)
	}
	a := b.store.all()[0]
	if a.Key != "1:2" || a.Event.Actor != "owner" || a.Event.Method != http.MethodPost || a.Event.Hops != 2 || a.Event.ID != got.EventID ||
		!a.Event.ReceivedAt.Equal(b.clock.Now()) || gonets.HeaderValue(a.Event.Headers, "content-type") != ev.ContentType {
		t.Errorf("got %+v", a)
	}
	if got, err := b.handler.Submit(t.Context(), "main", ev); err != nil || !got.Duplicate {
		t.Errorf("a repeat: %v %+v", err, got)
	}
	o := SubmitOptions{Again: true, Scenario: "s", Version: 3, RunMark: gonets.MarkCheck}
	if got, err := b.handler.SubmitWith(t.Context(), "main", ev, o); err != nil || got.Duplicate {
		t.Errorf("again: %v %+v", err, got)
	}
	if a := b.store.all()[1]; a.Scenario != "s" || a.Version != 3 || a.RunMark != gonets.MarkCheck || a.Key != "" {
		t.Errorf("got %+v", a)
	}
	if _, err := b.handler.Submit(t.Context(), "none", ev); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Errorf("an unknown source: %v", err)
	}
	close(b.stop)
	if _, err := b.handler.Submit(t.Context(), "main", ev); gonets.CodeOf(err) != gonets.CodeStopping {
		t.Errorf("stopping: %v", err)
	}
}
