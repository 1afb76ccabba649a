package ingest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

// waiting sends a request whose scenario may answer and gives its event, run
// and answer to come.
func waiting(t *testing.T, b *bench, headers ...string) (a gonets.Acceptance, run gonets.Run, answer <-chan got) {
	t.Helper()
	accepted := make(chan gonets.Acceptance, 1)
	b.store.beforeAccept = func(list []gonets.Acceptance) { accepted <- list[0] }
	out := make(chan got, 1)
	go func() { out <- b.do(t, http.MethodPost, "", "x", headers...) }()
	a = <-accepted
	// Two timers: the deadline and the next poll.
	b.clock.AwaitTimers(2)
	b.store.beforeAccept = nil
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	for _, r := range b.store.runs[a.Event.ID] {
		run = r.Run
	}
	return a, run, out
}

func answerBench(t *testing.T, src gonets.Source) *bench {
	b := newBench(t, src)
	b.store.makes = oneRun
	return b
}

func TestACallerGetsTheScenariosAnswer(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	a, run, answer := waiting(t, b)
	b.bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: a.Event.ID, State: gonets.RunRunning})
	b.bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: a.Event.ID, State: gonets.RunRunning, Answer: &gonets.Answer{
		Status: 201, Body: []byte("<script>"), Headers: []gonets.Header{
			{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "X-Order", Value: "7"},
			{Name: "Set-Cookie", Value: "a=b"}, {Name: "Location", Value: "https://evil.example.test"}, {Name: "Connection", Value: "upgrade"},
			{Name: "Content-Security-Policy", Value: "default-src *"}, {Name: "Content-Length", Value: "1"},
			{Name: "gonets-answer", Value: "none"}, {Name: "X-Split", Value: "a\r\nb: c"},
		},
	}})
	g := <-answer
	if g.status != 201 || g.text != "<script>" {
		t.Errorf("got %d %q", g.status, g.text)
	}
	want := map[string]string{
		"Content-Type": "text/html; charset=utf-8", "X-Order": "7", "Set-Cookie": "", "Location": "", "Connection": "", "X-Split": "",
		"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff", "Content-Length": "8",
		"Gonets-Answer": "respond",
	}
	for name, v := range want {
		if got := g.header.Get(name); got != v {
			t.Errorf("%s is %q, want %q", name, got, v)
		}
	}
}

func TestAnAnswerThatComesDuringTheCommitIsNotMissed(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	b.store.beforeAccept = func(list []gonets.Acceptance) {
		b.bus.Publish(gonets.Change{Kind: "run", Event: list[0].Event.ID, Answer: &gonets.Answer{Status: 200, Body: []byte("quick")}})
	}
	// The clock stands still: only the hint can end the wait.
	if g := b.do(t, http.MethodPost, "", "x"); g.text != "quick" {
		t.Errorf("got %s", g.text)
	}
}

func TestAnAnswerNeverRedirects(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, 100, 302, 399, 700} {
		b := answerBench(t, gonets.Source{})
		a, run, answer := waiting(t, b)
		b.bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: a.Event.ID, Answer: &gonets.Answer{Status: status, Body: []byte("x")}})
		if g := <-answer; g.status != 200 || g.text != "x" {
			t.Errorf("%d became %d %q", status, g.status, g.text)
		}
	}
}

func TestACallerIsNotKeptWhenTheRunCannotGoOn(t *testing.T) {
	t.Parallel()
	for _, state := range []gonets.RunState{gonets.RunWaiting, gonets.RunPaused, gonets.RunHeld, gonets.RunFailed, gonets.RunSucceeded} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			b := answerBench(t, gonets.Source{})
			a, run, answer := waiting(t, b)
			b.store.setState(run.ID, state)
			b.bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: a.Event.ID, State: state})
			want := map[string]any{
				"success": true, "event_id": a.Event.ID, "status": "accepted", "duplicate": false,
				"status_url": "https://gonets.example.test/in/" + token + "/status/" + a.Event.ID,
			}
			g := <-answer
			if diff := cmp.Diff(want, g.json(t)); diff != "" || g.status != 200 || g.header.Get("Gonets-Answer") != "none" {
				t.Errorf("%d %s %v", g.status, diff, g.header)
			}
		})
	}
}

func TestACallerWaitsForTheRunThatMayStillAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	b.store.makes = func(ev *gonets.Event) ([]gonets.Run, bool) {
		one, _ := oneRun(ev)
		two, _ := oneRun(ev)
		return append(one, two...), true
	}
	a, second, answer := waiting(t, b)
	b.store.mu.Lock()
	first := b.store.runs[a.Event.ID][0].Run
	b.store.mu.Unlock()
	b.store.setState(first.ID, gonets.RunSucceeded)
	b.bus.Publish(gonets.Change{Kind: "run", ID: first.ID, Event: a.Event.ID, State: gonets.RunSucceeded})
	b.bus.Publish(gonets.Change{Kind: "run", ID: second.ID, Event: a.Event.ID, Answer: &gonets.Answer{Status: 200, Body: []byte("late")}})
	if g := <-answer; g.text != "late" {
		t.Errorf("got %s", g.text)
	}
}

func TestAnAnswerOfAnotherNodeIsReadAtItsHint(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	a, _, answer := waiting(t, b)
	b.store.setAnswer(a.Event.ID, &gonets.Answer{Status: 200, Body: []byte("elsewhere")})
	// The clock stands still: only the hint can end the wait.
	b.bus.Publish(gonets.Change{Kind: "event", ID: a.Event.ID, Event: a.Event.ID})
	if g := <-answer; g.text != "elsewhere" {
		t.Errorf("got %s", g.text)
	}
}

func TestTheStoreIsTheTruthWhenHintsAreLost(t *testing.T) {
	t.Parallel()
	t.Run("an answer", func(t *testing.T) {
		t.Parallel()
		b := answerBench(t, gonets.Source{})
		a, _, answer := waiting(t, b)
		b.store.setAnswer(a.Event.ID, &gonets.Answer{Status: 200, Body: []byte("stored")})
		b.clock.Advance(pollEvery)
		if g := <-answer; g.text != "stored" || g.header.Get("Content-Security-Policy") != "sandbox; default-src 'none'" {
			t.Errorf("got %s", g.text)
		}
	})
	t.Run("a run that paused", func(t *testing.T) {
		t.Parallel()
		b := answerBench(t, gonets.Source{})
		_, run, answer := waiting(t, b)
		b.store.setState(run.ID, gonets.RunPaused)
		for range statesEvery {
			b.clock.AwaitTimers(2)
			b.clock.Advance(pollEvery)
		}
		if g := <-answer; g.json(t)["status"] != "accepted" {
			t.Errorf("got %s", g.text)
		}
	})
}

func TestHowLongACallerWaits(t *testing.T) {
	t.Parallel()
	seconds := func(n int) *gonets.Duration { d := gonets.Duration(time.Duration(n) * time.Second); return &d }
	for name, tt := range map[string]struct {
		src  gonets.Source
		want time.Duration
	}{
		"the bound":                      {gonets.Source{}, 25 * time.Second},
		"the document's":                 {gonets.Source{Reply: &gonets.SourceReply{Wait: seconds(2)}}, 2 * time.Second},
		"the service's less a second":    {gonets.Source{Preset: "tilda"}, 4 * time.Second},
		"a longer one changes nothing":   {gonets.Source{Preset: "tilda", Reply: &gonets.SourceReply{Wait: seconds(9)}}, 4 * time.Second},
		"none means no waiting at all":   {gonets.Source{Reply: &gonets.SourceReply{Wait: seconds(0)}}, 0},
		"literal answers have no status": {gonets.Source{Preset: "tilda", Reply: &gonets.SourceReply{Wait: seconds(1)}}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := answerBench(t, tt.src)
			if tt.want == 0 {
				if g := b.do(t, http.MethodPost, "", "x"); g.json(t)["status"] != "accepted" {
					t.Errorf("got %s", g.text)
				}
				return
			}
			_, _, answer := waiting(t, b)
			var waited time.Duration
			for waited+pollEvery < tt.want {
				b.clock.AwaitTimers(2)
				b.clock.Advance(pollEvery)
				waited += pollEvery
			}
			b.clock.AwaitTimers(2)
			select {
			case g := <-answer:
				t.Fatalf("answered after %s: %s", waited, g.text)
			default:
			}
			b.clock.Advance(pollEvery)
			if g := <-answer; g.status != 200 || g.header.Get("Gonets-Answer") != "none" {
				t.Errorf("got %d %s %v", g.status, g.text, g.header)
			}
		})
	}
}

func TestARepeatGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	first, run, one := waiting(t, b, "Idempotency-Key", "k")
	two := make(chan got, 1)
	go func() { two <- b.do(t, http.MethodPost, "", "x", "Idempotency-Key", "k") }()
	b.clock.AwaitTimers(4)
	answer := &gonets.Answer{Status: 202, Body: []byte("same")}
	b.store.setAnswer(first.Event.ID, answer)
	b.bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: first.Event.ID, Answer: answer})
	three := b.do(t, http.MethodPost, "", "x", "Idempotency-Key", "k")
	for i, g := range []got{<-one, <-two, three} {
		if g.status != 202 || g.text != "same" {
			t.Errorf("caller %d got %d %q", i+1, g.status, g.text)
		}
	}
	if n := len(b.store.all()); n != 1 {
		t.Errorf("%d events", n)
	}
	refused(t, b.do(t, http.MethodPost, "", "other", "Idempotency-Key", "k"), gonets.CodeKeyReused)
}

func TestARepeatDoesNotWaitForARunThatIsOver(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	first, run, one := waiting(t, b, "Idempotency-Key", "k")
	b.store.setState(run.ID, gonets.RunFailed)
	b.bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: first.Event.ID, State: gonets.RunFailed})
	<-one
	body := b.do(t, http.MethodPost, "", "x", "Idempotency-Key", "k").json(t)
	if body["duplicate"] != true || body["status"] != "duplicate" || body["event_id"] != first.Event.ID {
		t.Errorf("got %v", body)
	}
}

func TestAStoppingServerAnswersThoseWhoWait(t *testing.T) {
	t.Parallel()
	for _, headers := range [][]string{nil, {"Gonets-Hops", "0"}, {"Gonets-Hops", "-1"}} {
		b := answerBench(t, gonets.Source{})
		_, _, answer := waiting(t, b, headers...)
		close(b.stop)
		if g := <-answer; g.status != 200 || g.json(t)["status"] != "accepted" || g.header.Get("Gonets-Answer") != "none" {
			t.Errorf("%v got %d %s", headers, g.status, g.text)
		}
	}
}

// A scenario would take the default answer for the other one's. It repeats its
// request after the start, and finds the answer or waits for it.
func TestAScenarioThatWaitsAtAStopAsksAgain(t *testing.T) {
	t.Parallel()
	own := []string{"Gonets-Hops", "1", "Idempotency-Key", "run-1-ask"}
	before := answerBench(t, gonets.Source{})
	first, run, answer := waiting(t, before, own...)
	close(before.stop)
	g := <-answer
	refused(t, g, gonets.CodeStopping)
	if g.header.Get("Retry-After") != "5" || g.header.Get("Gonets-Answer") != "" {
		t.Errorf("headers %v", g.header)
	}

	// The next life has the store, but none of the hints.
	after := newBench(t, gonets.Source{}, func(o *Options) { o.Store = before.store })
	again := make(chan got, 1)
	go func() { again <- after.do(t, http.MethodPost, "", "x", own...) }()
	after.clock.AwaitTimers(2)
	said := &gonets.Answer{Status: 200, Body: []byte("tea costs 300")}
	before.store.setAnswer(first.Event.ID, said)
	after.bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: first.Event.ID, State: gonets.RunRunning, Answer: said})
	for _, g := range []got{<-again, after.do(t, http.MethodPost, "", "x", own...)} {
		if g.status != 200 || g.text != "tea costs 300" || g.header.Get("Gonets-Answer") != "respond" {
			t.Errorf("got %d %s %v", g.status, g.text, g.header)
		}
	}
	if n := len(before.store.all()); n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestAnAnswerThatCameWithTheStopIsGiven(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	a, _, answer := waiting(t, b, "Gonets-Hops", "1")
	b.store.setAnswer(a.Event.ID, &gonets.Answer{Status: 200, Body: []byte("just in time")})
	close(b.stop)
	if g := <-answer; g.text != "just in time" {
		t.Errorf("got %d %s", g.status, g.text)
	}
}

func TestWhatIsNoAnswerSaysSo(t *testing.T) {
	t.Parallel()
	held := func(ev *gonets.Event) ([]gonets.Run, bool) {
		return []gonets.Run{{ID: "r", EventID: ev.ID, State: gonets.RunHeld}}, false
	}
	for name, tt := range map[string]struct {
		path, body string
		makes      func(*gonets.Event) ([]gonets.Run, bool)
		want       string
	}{
		"a held run":        {"", "x", held, "none"},
		"nobody subscribed": {"", "x", nil, "none"},
		"a batch":           {"/batch", "[1]", oneRun, "none"},
		"a split request":   {"", `{"list":[1,2]}`, oneRun, "none"},
		"no list to split":  {"", `[]`, held, "none"},
	} {
		b := newBench(t, gonets.Source{Items: "body.list[*]"})
		b.store.makes = tt.makes
		g := b.do(t, http.MethodPost, tt.path, tt.body)
		if g.status != 200 || g.header.Get("Gonets-Answer") != tt.want {
			t.Errorf("%s: %d %q", name, g.status, g.header.Get("Gonets-Answer"))
		}
	}
	b := newBench(t, gonets.Source{})
	if g := b.do(t, http.MethodGet, "/ping", ""); g.header.Get("Gonets-Answer") != "" {
		t.Error("a ping is no event")
	}
}

func TestACallerWhoLeavesStopsNothing(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.server.URL+"/in/"+token, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	// He leaves in the middle of the commit.
	b.store.beforeAccept = func([]gonets.Acceptance) { cancel() }
	if res, err := b.client.Do(req); err == nil {
		_ = res.Body.Close()
		t.Error("there was an answer")
	}
	b.server.Close()
	if len(b.store.all()) != 1 || len(b.engine.jobs) != 1 {
		t.Errorf("%d events, %d jobs", len(b.store.all()), len(b.engine.jobs))
	}
}
