package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/lane"
	"gonets/internal/notify"
	"gonets/internal/step"
	"gonets/internal/telemetry"
	"gonets/internal/testkit"
	"gonets/setting"
)

// cluster is this process's PostgreSQL.
var cluster testkit.Cluster

func TestMain(m *testing.M) { testkit.Main(m, cluster.Stop) }

// realStore is what the tests need of the store beside the engine's own wants.
type realStore interface {
	Store
	Apply(ctx context.Context, a document.Apply) ([]document.Applied, error)
	Accept(ctx context.Context, a []gonets.Acceptance) ([]gonets.Accepted, error)
	Act(ctx context.Context, a gonets.Action) (gonets.Run, error)
	Answer(ctx context.Context, eventID string) (*gonets.Answer, error)
	Run(ctx context.Context, id string) (gonets.RunDetail, error)
	Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
	SetScenarioState(ctx context.Context, c gonets.StateChange) (gonets.ScenarioInfo, error)
}

// rig is an engine over a real store whose loops do not run: a test claims and
// works by hand, so that nothing depends on timing.
type rig struct {
	t      testing.TB
	store  realStore
	clock  *testkit.Clock
	sender *sender
	bus    *notify.Bus
	flight *journal
	*Engine
}

// sender answers as told and keeps what it was sent.
type sender struct {
	mu     sync.Mutex
	answer func(n int, r *gonets.Request) gonets.Exchange
	sent   []gonets.Request
	at     []time.Time
	clock  gonets.Clock
	// block, when set, is waited on before the answer.
	block chan struct{}
	began chan struct{}
}

func (s *sender) Do(ctx context.Context, r *gonets.Request) *gonets.Exchange {
	s.mu.Lock()
	s.sent = append(s.sent, *r)
	s.at = append(s.at, s.clock.Now())
	n := len(s.sent)
	s.mu.Unlock()
	if s.block != nil {
		s.began <- struct{}{}
		select {
		case <-s.block:
		case <-ctx.Done():
			return &gonets.Exchange{Outcome: gonets.OutcomeCancelled, Code: gonets.CodeCancelled, Error: "cut"}
		}
	}
	x := s.answer(n, r)
	return &x
}

func (s *sender) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sent)
}

func ok(body string) func(int, *gonets.Request) gonets.Exchange {
	return status(http.StatusOK, body)
}

func status(code int, body string) func(int, *gonets.Request) gonets.Exchange {
	return func(int, *gonets.Request) gonets.Exchange {
		return gonets.Exchange{
			Outcome: gonets.OutcomeOK, Status: code, StatusLine: fmt.Sprint(code), ReplyBody: []byte(body),
			ReplyHeaders: []gonets.Header{{Name: "Content-Type", Value: "application/json"}},
		}
	}
}

// journal keeps what is on its way.
type journal struct {
	mu sync.Mutex
	on map[gonets.InFlight]bool
}

func (j *journal) Begin(f gonets.InFlight) func() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.on[f] = true
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.on, f)
	}
}

func (j *journal) Reset(int64) error { return nil }

func (j *journal) count() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.on)
}

func newRig(t testing.TB) *rig {
	t.Helper()
	clock := testkit.NewClock()
	places := newPlaces(clock)
	return rigOn(t, clock, places, testkit.Store(t, clock, places))
}

func newPlaces(clock gonets.Clock) *Places {
	return NewPlaces(PlaceRules{Own: isSelf, Clock: clock})
}

func isSelf(url string) bool { return strings.HasPrefix(url, "http://self.test/") }

// leasing is a store that leases to its node.
type leasing interface {
	realStore
	Node() string
	Epoch() int64
}

// softDeadline bounds in real time how long the store may take to have a lease back:
// no machine is so slow.
const softDeadline = time.Minute

func rigOn(t testing.TB, clock *testkit.Clock, places *Places, st leasing) *rig {
	t.Helper()
	s := &sender{clock: clock, answer: ok(`{}`)}
	bus, flight := &notify.Bus{}, &journal{on: map[gonets.InFlight]bool{}}
	e := New(Options{
		Places: places, Store: st, Node: st.Node(), Epoch: st.Epoch(), Sender: s, Clock: clock, Bus: bus, Journal: flight,
		Metrics: telemetry.NewMetrics(), Log: slog.New(slog.DiscardHandler), SoftDeadline: softDeadline,
		Env: &step.Env{
			Reader: step.Always(func(ev *gonets.Event) map[string]any {
				return map[string]any{"id": ev.ID, "body": map[string]any{"n": string(ev.Body)}}
			}),
			Settings:  func() setting.Settings { return setting.Settings{} },
			PublicURL: func() string { return "http://self.test" }, Version: "test",
		},
	})
	t.Cleanup(e.stop) // the workers that rest go home
	return &rig{t: t, store: st, clock: clock, sender: s, bus: bus, flight: flight, Engine: e}
}

func (r *rig) apply(steps ...gonets.Step) {
	r.t.Helper()
	_, err := r.store.Apply(context.Background(), document.Apply{
		Sources:   []gonets.Source{{Name: "in", Preset: "generic"}},
		Scenarios: []gonets.Scenario{{Name: "s", Sources: []string{"in"}, Steps: steps}},
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// limit gives a lane limits.
func (r *rig) limit(name string, l gonets.LaneLimits) {
	r.Places.Limits = func() map[string]gonets.LaneLimits { return map[string]gonets.LaneLimits{name: l} }
}

// event accepts an event and hands its runs over, as ingest does.
func (r *rig) event(body string) (runID string) {
	r.t.Helper()
	ev := gonets.Event{ID: id.New(), Source: "in", Method: "POST", ReceivedAt: r.clock.Now(), Body: []byte(body)}
	acc, err := r.store.Accept(context.Background(), []gonets.Acceptance{{Event: ev}})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, run := range acc[0].Runs {
		r.Offer([]gonets.Job{{Run: run, Event: ev}})
		runID = run.ID
	}
	return runID
}

// work claims what is due and waits until the workers have nothing to do.
func (r *rig) work() {
	r.claimPass()
	r.workers.Wait()
	r.claimPass()
	r.workers.Wait()
}

func (r *rig) run(id string) gonets.RunDetail {
	r.t.Helper()
	d, err := r.store.Run(context.Background(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) wantState(id string, want gonets.RunState) gonets.RunDetail {
	r.t.Helper()
	d := r.run(id)
	if d.Run.State != want {
		r.t.Fatalf("the run is %s (%s), want %s; attempts %+v", d.Run.State, d.Run.Reason, want, d.Attempts)
	}
	return d
}

func httpStep(id, url string) gonets.Step {
	return gonets.Step{ID: id, HTTP: &gonets.HTTPStep{Method: "POST", URL: url}}
}

func TestARunSendsItsRequestsInOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := httpStep("deal", "http://a.test/deals")
	first.HTTP.Save = &gonets.HTTPSave{Body: "deal"}
	second := httpStep("tell", "http://b.test/notes/{{ deal.id }}")
	r.apply(first, gonets.Step{ID: "text", Set: gonets.Rows{{Name: "greeting", Value: "no {{ deal.id }}"}}}, second)
	r.sender.answer = ok(`{"id":9007199254740993}`)
	run := r.event("x")
	r.work()
	d := r.wantState(run, gonets.RunSucceeded)
	var urls []string
	for _, s := range r.sender.sent {
		urls = append(urls, s.URL)
	}
	want := []string{"http://a.test/deals", "http://b.test/notes/9007199254740993"}
	if diff := cmp.Diff(want, urls); diff != "" {
		t.Fatal(diff)
	}
	if len(d.Attempts) != 2 || len(d.Results) != 3 {
		t.Fatalf("%d attempts and %d results are kept, want 2 and 3", len(d.Attempts), len(d.Results))
	}
}

func TestTriesFollowTheScheduleThenThePersonIsAsked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("deal", "http://a.test/"))
	r.sender.answer = status(http.StatusBadGateway, `{}`)
	run := r.event("x")
	r.work()
	for try, delay := range gonets.DefaultRetry().Delays {
		d := r.wantState(run, gonets.RunWaiting)
		if wait := d.Run.DueAt.Sub(r.sender.at[try]); wait < delay.D() || wait > delay.D()*11/10+time.Millisecond {
			t.Fatalf("after try %d the run waits %s, want %s to 10 %% more", try+1, wait, delay)
		}
		r.clock.Advance(d.Run.DueAt.Sub(r.clock.Now()) - time.Millisecond)
		r.work()
		if n := r.sender.count(); n != try+1 {
			t.Fatalf("%d tries a millisecond before the next one was due, want %d", n, try+1)
		}
		r.clock.Advance(time.Millisecond)
		r.work()
	}
	d := r.wantState(run, gonets.RunPaused)
	if d.Run.Reason != gonets.CodeTriesUsedUp || len(d.Attempts) != 6 {
		t.Fatalf("paused for %s after %d attempts, want %s after 6", d.Run.Reason, len(d.Attempts), gonets.CodeTriesUsedUp)
	}
	keys := map[string]bool{}
	for _, s := range r.sender.sent {
		keys[gonets.HeaderValue(s.Headers, "Idempotency-Key")] = true
	}
	if len(keys) != 1 {
		t.Fatalf("six tries carried %d different keys", len(keys))
	}

	r.sender.answer = ok(`{}`)
	if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionResume, At: r.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	r.work()
	r.wantState(run, gonets.RunSucceeded)
}

func TestFinishedStepsAreNotSentAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("one", "http://a.test/1"), httpStep("two", "http://a.test/2"))
	r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
		if n == 2 {
			return gonets.Exchange{Outcome: gonets.OutcomeNetwork, Code: gonets.CodeRefused}
		}
		return ok(`{}`)(n, req)
	}
	run := r.event("x")
	r.work()
	r.wantState(run, gonets.RunWaiting)
	r.clock.Advance(6 * time.Second)
	r.work()
	r.wantState(run, gonets.RunSucceeded)
	if n := r.sender.count(); n != 3 || r.sender.sent[2].URL != "http://a.test/2" {
		t.Fatalf("%d requests, the last to %s; want 3, the last to /2", n, r.sender.sent[n-1].URL)
	}
}

func TestADelayHoldsTheRunWithoutAWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(gonets.Step{ID: "later", Delay: "90s"}, httpStep("deal", "http://a.test/"))
	run := r.event("x")
	r.work()
	d := r.wantState(run, gonets.RunWaiting)
	if got := d.Run.DueAt.Sub(d.Run.CreatedAt); got != 90*time.Second {
		t.Fatalf("the run waits %s, want 90s", got)
	}
	r.clock.Advance(90 * time.Second)
	r.work()
	r.wantState(run, gonets.RunSucceeded)
}

func TestBranchesEndsAndConditions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		steps []gonets.Step
		want  gonets.RunState
		sent  int
	}{
		"a condition alone says no":  {[]gonets.Step{{ID: "only", If: `n == "other"`}, httpStep("a", "http://a.test/")}, gonets.RunSkipped, 0},
		"a condition alone says yes": {[]gonets.Step{{ID: "only", If: `n == "x"`}, httpStep("a", "http://a.test/")}, gonets.RunSucceeded, 1},
		"else": {[]gonets.Step{{ID: "which", If: `n == "other"`, Then: []gonets.Step{httpStep("a", "http://a.test/")},
			Else: []gonets.Step{{ID: "no", Fail: &gonets.FailStep{Message: "no {{ n }}"}}}}}, gonets.RunFailed, 0},
		"stop in a branch ends the run": {[]gonets.Step{{ID: "which", If: `n == "x"`,
			Then: []gonets.Step{{ID: "enough", Stop: &gonets.StopStep{}}}}, httpStep("a", "http://a.test/")}, gonets.RunSucceeded, 0},
		"when skips one step": {[]gonets.Step{{ID: "a", When: "false", HTTP: &gonets.HTTPStep{URL: "http://a.test/"}},
			httpStep("b", "http://b.test/")}, gonets.RunSucceeded, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.apply(tt.steps...)
			run := r.event("x")
			r.work()
			r.wantState(run, tt.want)
			if n := r.sender.count(); n != tt.sent {
				t.Fatalf("%d requests, want %d", n, tt.sent)
			}
		})
	}
}

func TestAFailureMayBeData(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	st := httpStep("deal", "http://a.test/")
	st.HTTP.OnFailure, st.HTTP.Save = gonets.OnFailureContinue, &gonets.HTTPSave{Status: "code"}
	st.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{}}
	r.apply(st, gonets.Step{ID: "which", If: "code == 404 && status == 404", Else: []gonets.Step{{ID: "bad", Fail: &gonets.FailStep{}}}})
	r.sender.answer = status(http.StatusNotFound, `{}`)
	run := r.event("x")
	r.work()
	r.wantState(run, gonets.RunSucceeded)
}

func TestATemplateErrorPausesAtOnceAndSaysWhy(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("deal", "http://a.test/{{ number(n) + 1 }}"))
	run := r.event("not a number")
	r.work()
	d := r.wantState(run, gonets.RunPaused)
	if len(d.Attempts) != 1 || d.Attempts[0].Outcome != gonets.OutcomeTemplate || d.Attempts[0].Error == "" || r.sender.count() != 0 {
		t.Fatalf("attempts %+v, %d requests", d.Attempts, r.sender.count())
	}
}

func TestOnlyTheFirstAnswerReachesTheCaller(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text, more := "Hello {{ n }}", "again"
	r.apply(gonets.Step{ID: "answer", Respond: &gonets.RespondStep{Text: &text}},
		httpStep("deal", "http://a.test/"),
		gonets.Step{ID: "answer2", Respond: &gonets.RespondStep{Text: &more}})
	run := r.event("Anna")
	d := r.run(run)
	r.work()
	r.wantState(run, gonets.RunSucceeded)
	a, err := r.store.Answer(context.Background(), d.Event.ID)
	if err != nil || a == nil || string(a.Body) != "Hello Anna" {
		t.Fatalf("the answer is %+v (%v)", a, err)
	}
}

func TestACallerIsAnsweredBeforeTheNextRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := "early"
	r.apply(gonets.Step{ID: "answer", Respond: &gonets.RespondStep{Text: &text}}, httpStep("deal", "http://a.test/"))
	var answered bool
	r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
		runs, err := r.store.Runs(context.Background(), gonets.RunFilter{})
		if err == nil && len(runs.Items) == 1 {
			a, err := r.store.Answer(context.Background(), runs.Items[0].EventID)
			answered = err == nil && a != nil
		}
		return ok(`{}`)(n, req)
	}
	run := r.event("x")
	r.work()
	r.wantState(run, gonets.RunSucceeded)
	if !answered {
		t.Fatal("the request left before the answer was stored")
	}
}

func TestACancelledRunStopsAndItsResultHasNoEffect(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hang()
	r.apply(httpStep("deal", "http://a.test/"), httpStep("more", "http://a.test/more"))
	run := r.event("x")
	<-r.sender.began
	if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionCancel, At: r.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	r.Abort(run)
	r.workers.Wait()
	d := r.wantState(run, gonets.RunCancelled)
	if len(d.Attempts) != 1 || !d.Attempts[0].Fenced {
		t.Fatalf("the cut attempt is not kept as fenced: %+v", d.Attempts)
	}
}

// hang makes every request wait until the test lets it go.
func (r *rig) hang() {
	r.sender.block, r.sender.began = make(chan struct{}), make(chan struct{}, 1_000)
}

func (r *rig) act(id string, kind gonets.ActionKind) {
	r.t.Helper()
	if _, err := r.store.Act(context.Background(), gonets.Action{RunID: id, Kind: kind, At: r.clock.Now()}); err != nil {
		r.t.Fatal(err)
	}
}

func TestACancelledRunInMemoryIsNeverSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hang()
	r.apply(httpStep("deal", "http://a.test/"))
	var runs []string
	for range r.Places.limits("").Workers + 2 {
		runs = append(runs, r.event("x"))
	}
	for range gonets.LaneConcurrency {
		<-r.sender.began
	}
	// All but those on their way wait in memory, some of them with a worker.
	var cancelled int
	for _, id := range runs {
		r.mu.Lock()
		h := r.holds[id]
		waits := h != nil && h.cancel == nil
		r.mu.Unlock()
		if waits {
			r.act(id, gonets.ActionCancel)
			r.Abort(id)
			cancelled++
		}
	}
	close(r.sender.block)
	r.workers.Wait()
	if n := r.sender.count(); n != gonets.LaneConcurrency || cancelled == 0 {
		t.Fatalf("%d requests after %d runs were cancelled in memory, want %d", n, cancelled, gonets.LaneConcurrency)
	}
	if len(r.holds) != 0 {
		t.Fatalf("%d holds left", len(r.holds))
	}
}

// TestARunThatIsCancelledOnItsWayToAnotherQueueIsNeverSent: which queue it belongs to
// comes out when its request is written, and just then a person ends it.
func TestARunThatIsCancelledOnItsWayToAnotherQueueIsNeverSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("deal", "http://{{ n }}.test/"))
	runs := make(chan string, 1)
	end := sync.OnceFunc(func() {
		run := <-runs
		r.act(run, gonets.ActionCancel)
		r.Abort(run)
	})
	r.Places.Own = func(url string) bool {
		if strings.HasPrefix(url, "http://a.test") {
			end()
		}
		return isSelf(url)
	}
	run := r.event("a")
	runs <- run
	r.work()
	r.wantState(run, gonets.RunCancelled)
	if n := r.sender.count(); n != 0 {
		t.Errorf("%d requests of a run that was cancelled before", n)
	}
	if info := r.Lanes(); len(r.holds) != 0 || len(info) != 0 {
		t.Errorf("%d holds left, lanes %+v", len(r.holds), info)
	}
}

func TestAStoppedScenarioSendsNothingMore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hang()
	r.apply(httpStep("deal", "http://a.test/"), httpStep("more", "http://a.test/more"))
	var runs []string
	for range r.Places.limits("").Workers + 2 {
		runs = append(runs, r.event("x"))
	}
	for range gonets.LaneConcurrency {
		<-r.sender.began
	}
	change := gonets.StateChange{Name: "s", State: gonets.ScenarioStopped, At: r.clock.Now()}
	if _, err := r.store.SetScenarioState(context.Background(), change); err != nil {
		t.Fatal(err)
	}
	r.Park("s")
	close(r.sender.block)
	r.workers.Wait()
	r.work()
	if n := r.sender.count(); n != gonets.LaneConcurrency {
		t.Fatalf("%d requests, want the %d that were on their way", n, gonets.LaneConcurrency)
	}
	for _, id := range runs {
		if d := r.wantState(id, gonets.RunQueued); d.Run.Tries != 0 {
			t.Fatalf("a stop charged %d tries", d.Run.Tries)
		}
	}
	change.State = gonets.ScenarioRunning
	if _, err := r.store.SetScenarioState(context.Background(), change); err != nil {
		t.Fatal(err)
	}
	r.Unpark("s")
	r.work()
	r.work()
	for _, id := range runs {
		r.wantState(id, gonets.RunSucceeded)
	}
}

func TestARunInQuarantineGoesBackOnceItSurvived(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("one", "http://a.test/1"), httpStep("two", "http://b.test/2"))
	r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
		if n == 1 {
			return gonets.Exchange{Outcome: gonets.OutcomeNetwork, Code: gonets.CodeRefused}
		}
		return ok(`{}`)(n, req)
	}
	ev := gonets.Event{ID: id.New(), Source: "in", Method: "POST", ReceivedAt: r.clock.Now()}
	acc, err := r.store.Accept(context.Background(), []gonets.Acceptance{{Event: ev}})
	if err != nil {
		t.Fatal(err)
	}
	run := acc[0].Runs[0]
	r.Places.Unplace(run.Lane)
	run.Lane = lane.Quarantine
	r.Places.Reserve(lane.Quarantine, "s")
	r.Offer([]gonets.Job{{Run: run, Event: ev}})
	r.workers.Wait()
	if d := r.wantState(run.ID, gonets.RunWaiting); d.Run.Lane != "http://a.test:80" {
		t.Fatalf("the run waits in %s after it survived", d.Run.Lane)
	}
}

func TestTheNextRunOfAKeyNeedsNoPoll(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("deal", "http://a.test/"))
	r.sender.block, r.sender.began = make(chan struct{}), make(chan struct{}, 3) // the first ends when all have come
	for range 3 {
		ev := gonets.Event{ID: id.New(), Source: "in", Method: "POST", ReceivedAt: r.clock.Now(), OrderKey: "k"}
		acc, err := r.store.Accept(context.Background(), []gonets.Acceptance{{Event: ev}})
		if err != nil {
			t.Fatal(err)
		}
		r.Offer([]gonets.Job{{Run: acc[0].Runs[0], Event: ev}})
	}
	close(r.sender.block)
	for n := 1; n <= 3; n++ {
		r.workers.Wait()
		if got := r.sender.count(); got != n {
			t.Fatalf("%d runs of the key went, want %d", got, n)
		}
		select {
		case <-r.wake:
		default:
			t.Fatal("nobody was told that the key is free")
		}
		r.claimPass()
	}
}

func TestAnUnstoredResultStaysInTheJournal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	broken := gonets.Errorf(gonets.CodeStoreFailed, "the disk is gone")
	f := &failing{Store: r.store, errs: []error{broken}}
	r.Engine.Store = f
	r.apply(httpStep("deal", "http://a.test/"))
	r.event("x")
	r.workers.Wait()
	if n := r.flight.count(); n != 1 {
		t.Fatalf("%d requests in the journal, want the one whose result is not stored", n)
	}
}

func TestOwnCallsThatFailBecauseOfTheStopAreNotCharged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("ask", "http://self.test/in/x"))
	r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
		r.stop()
		return status(http.StatusServiceUnavailable, `{}`)(n, req)
	}
	run := r.event("x")
	r.workers.Wait()
	if d := r.wantState(run, gonets.RunQueued); d.Run.Tries != 0 || d.Attempts[0].Charged {
		t.Fatalf("tries %d, attempts %+v", d.Run.Tries, d.Attempts)
	}
}

func TestStoppingCutsWhatDoesNotEndAndChargesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hang()
	r.apply(httpStep("deal", "http://a.test/"))
	var runs []string
	for range gonets.LaneConcurrency + 3 {
		runs = append(runs, r.event("x"))
	}
	for range gonets.LaneConcurrency {
		<-r.sender.began
	}
	stopped := make(chan error, 1)
	go func() { stopped <- r.Stop(context.Background()) }()
	r.clock.AwaitTimers(1)
	r.clock.Advance(softDeadline)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if n := r.sender.count(); n != gonets.LaneConcurrency {
		t.Fatalf("%d requests, want %d: a stopping server began new ones", n, gonets.LaneConcurrency)
	}
	for _, id := range runs {
		d := r.wantState(id, gonets.RunQueued)
		if d.Run.Tries != 0 || d.Run.Lease.Held() {
			t.Fatalf("after the stop the run has %d tries and lease %+v", d.Run.Tries, d.Run.Lease)
		}
	}
}

func TestARunOfOneLaneDoesNotWaitForAnother(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hang()
	r.apply(httpStep("deal", "http://{{ n }}.test/"))
	for range 2 * gonets.LaneConcurrency {
		r.event("sick")
	}
	for range gonets.LaneConcurrency {
		<-r.sender.began
	}
	r.event("healthy")
	<-r.sender.began
	r.sender.mu.Lock()
	last := r.sender.sent[len(r.sender.sent)-1].URL
	r.sender.mu.Unlock()
	close(r.sender.block)
	r.workers.Wait()
	if last != "http://healthy.test/" {
		t.Fatalf("the healthy destination waited behind the sick one; the last request went to %s", last)
	}
}

func TestTheFirstLaneIsKnownFromTheDocument(t *testing.T) {
	t.Parallel()
	p := newPlaces(testkit.NewClock())
	for url, want := range map[string]string{
		"https://API.example.test/x/{{ a }}": "https://api.example.test:443",
		"http://h.test:8080":                 "http://h.test:8080",
		"api.example.test/x":                 "https://api.example.test:443",
		"{{ address }}":                      gonets.LaneUnknown,
		"https://{{ host }}/x":               gonets.LaneUnknown,
		"{{ public_url }}/in/x":              "self/3",
		"http://self.test/in/x":              "self/3",
	} {
		sc := gonets.Scenario{Steps: []gonets.Step{httpStep("a", url)}}
		if got, _ := p.Place(&sc, &gonets.Event{Hops: 3}); got != want {
			t.Errorf("%s waits in %s, want %s", url, got, want)
		}
	}
}

// failing is a store whose Finish fails as told.
type failing struct {
	Store
	mu   sync.Mutex
	errs []error
}

func (f *failing) Finish(ctx context.Context, t gonets.Transition) (bool, error) {
	f.mu.Lock()
	var err error
	if len(f.errs) > 0 {
		err, f.errs = f.errs[0], f.errs[1:]
	}
	f.mu.Unlock()
	if err != nil {
		return false, err
	}
	return f.Store.Finish(ctx, t)
}

func TestAResultWaitsForTheStore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	full := gonets.Errorf(gonets.CodeDiskFull, "full")
	f := &failing{Store: r.store, errs: []error{full, full, full, full}}
	r.Engine.Store = f
	r.apply(httpStep("deal", "http://a.test/"))
	run := r.event("x")
	for range 4 {
		r.clock.AwaitTimers(1)
		r.clock.Advance(time.Second)
	}
	r.workers.Wait()
	r.wantState(run, gonets.RunSucceeded)
	if n := r.sender.count(); n != 1 {
		t.Fatalf("%d requests while the disk was full, want 1", n)
	}
}

// eachRig runs a test on both databases.
func eachRig(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Parallel()
	for name, rig := range rigs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, rig(t))
		})
	}
}

func TestAResultThatCannotBeStoredPausesTheRun(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		r.Engine.Store = &failing{Store: r.store, errs: []error{errors.New("this row is refused")}}
		r.apply(httpStep("deal", "http://a.test/"))
		run := r.event("x")
		r.clock.AwaitTimers(1)
		r.clock.Advance(time.Second)
		r.workers.Wait()
		d := r.wantState(run, gonets.RunPaused)
		if d.Run.Reason != gonets.CodeInternal || len(d.Attempts) != 1 {
			t.Fatalf("paused for %s with %d attempts", d.Run.Reason, len(d.Attempts))
		}
	})
}

// TestAPanicPausesItsRunAlone: whichever of some runs meets it.
func TestAPanicPausesItsRunAlone(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		const runs = 5
		bad := fmt.Sprint(testkit.Chance(testkit.Seed(t), 0).IntN(runs))
		r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
			if strings.HasPrefix(req.URL, "http://h"+bad) {
				panic("a fault of ours")
			}
			return ok(`{}`)(n, req)
		}
		r.apply(httpStep("deal", "http://h{{ event.body.n }}.test/"))
		for n := range runs {
			want := gonets.RunSucceeded
			if fmt.Sprint(n) == bad {
				want = gonets.RunPaused
			}
			run := r.event(fmt.Sprint(n))
			r.work()
			r.wantState(run, want)
		}
	})
}

func TestQuarantinedRunsGoOneAtATime(t *testing.T) {
	t.Parallel()
	if l := newPlaces(testkit.NewClock()).limits(lane.Quarantine); l.Requests != 1 || l.Workers != 1 {
		t.Fatalf("%+v in quarantine", l)
	}
}

func TestMoreWorkThanMemoryHoldsIsAllDone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hang()
	r.apply(httpStep("deal", "http://a.test/"))
	const n = gonets.LaneQueue + workersPerRequest*gonets.LaneConcurrency + 50
	for range n {
		r.event("x")
	}
	close(r.sender.block)
	r.workers.Wait()
	for range n / gonets.ClaimBatch {
		r.work()
	}
	left, err := r.store.Runs(context.Background(), gonets.RunFilter{States: []gonets.RunState{gonets.RunQueued, gonets.RunRunning}})
	if err != nil || len(left.Items) != 0 || r.sender.count() != n {
		t.Fatalf("%d left, %d sent of %d (%v)", len(left.Items), r.sender.count(), n, err)
	}
}
