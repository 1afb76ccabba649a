// Package storetest is the contract of a store, as tests that run on every
// database. Only tests import it.
package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/store"
	"gonets/internal/testkit"
)

// Opened is a fresh store and the ways to disturb it.
type Opened struct {
	*store.Store
	Clock  *testkit.Clock
	Places *Places
	Room   *Room
	// Reopen ends the store as a death would and opens it again.
	Reopen func(t *testing.T) Opened
	// Fill takes the room for growth away, or gives it back; nil where that
	// can't be done.
	Fill func(t *testing.T, full bool)
	// Exec changes rows behind the store's back, as damage does; nil where that
	// can't be done.
	Exec func(t *testing.T, query string, args ...any)
	// Loose means that a column takes values of another type than its own.
	Loose bool
}

// Sealer seals for tests: recognisable, bound to its place, not secret.
type Sealer struct{}

// Seal implements [store.Sealer].
func (Sealer) Seal(plain []byte, ad string) ([]byte, error) {
	out := []byte("sealed:" + ad + ":")
	for _, b := range plain {
		out = append(out, b^0x5a)
	}
	return out, nil
}

// Open implements [store.Sealer].
func (Sealer) Open(sealed []byte, ad string) ([]byte, error) {
	rest, ok := bytes.CutPrefix(sealed, []byte("sealed:"+ad+":"))
	if !ok {
		return nil, errors.New("sealed for another place")
	}
	out := bytes.Clone(rest)
	for i := range out {
		out[i] ^= 0x5a
	}
	return out, nil
}

// MACs implements [store.Sealer].
func (Sealer) MACs(text string) [][]byte {
	sum := sha256.Sum256([]byte("a key" + text))
	return [][]byte{sum[:]}
}

// Places is a placer with a number of free places in one lane.
type Places struct {
	Lane string

	mu   sync.Mutex
	Free int
	Out  int
}

// Place implements [store.Placer].
func (p *Places) Place(*gonets.Scenario, *gonets.Event) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Free == 0 {
		return p.Lane, false
	}
	p.Free--
	p.Out++
	return p.Lane, true
}

// Unplace implements [store.Placer].
func (p *Places) Unplace(string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Free++
	p.Out--
}

// Give sets the number of free places.
func (p *Places) Give(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Free = n
}

// Taken is how many reservations are out.
func (p *Places) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Out
}

// crm is where all runs of the tests queue.
const crm = "http://crm.example"

// Scenario is one HTTP step fed by sources.
func Scenario(name string, sources ...string) gonets.Scenario {
	return gonets.Scenario{Name: name, Sources: sources, Search: []string{"event.body"},
		Steps: []gonets.Step{{ID: "send", HTTP: &gonets.HTTPStep{URL: crm + "/"}}}}
}

// fixture is a store with a test's shorthands.
type fixture struct {
	Opened
	t *testing.T
}

// setUp applies the source "s" and the scenario "x" that it feeds.
func setUp(t *testing.T, open func(*testing.T) Opened) fixture {
	t.Helper()
	f := fixture{open(t), t}
	f.apply(document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{Scenario("x", "s")}})
	return f
}

func (f fixture) ctx() context.Context { return context.Background() }

func (f fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f fixture) apply(a document.Apply) []document.Applied {
	f.t.Helper()
	out, err := f.Apply(f.ctx(), a)
	f.must(err)
	return out
}

// event is a new event of source s.
func (f fixture) event(body string) gonets.Event {
	return gonets.Event{ID: id.New(), Source: "s", ReceivedAt: f.Clock.Now(), Method: "POST",
		ContentType: "text/plain", Body: []byte(body), Remote: "192.0.2.1:5"}
}

func (f fixture) accept(as ...gonets.Acceptance) []gonets.Accepted {
	f.t.Helper()
	out, err := f.Accept(f.ctx(), as)
	f.must(err)
	return out
}

// run accepts one event and returns its only run.
func (f fixture) run(body string) gonets.Run {
	f.t.Helper()
	acc := f.accept(gonets.Acceptance{Event: f.event(body)})
	if len(acc[0].Runs) != 1 {
		f.t.Fatalf("%d runs, want 1", len(acc[0].Runs))
	}
	return acc[0].Runs[0]
}

func (f fixture) claim(lane string, limit int) []gonets.Job {
	f.t.Helper()
	jobs, err := f.Claim(f.ctx(), gonets.Claim{Lane: lane, Limit: limit, Node: f.Node(), Epoch: f.Epoch(), Now: f.Clock.Now()})
	f.must(err)
	return jobs
}

// transition is an attempt of run's only step that leads to a state.
func (f fixture) transition(run gonets.Run, state gonets.RunState) gonets.Transition {
	now := f.Clock.Now()
	tr := gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: "s", ReceivedAt: run.CreatedAt, Lease: run.Lease, State: state, At: now,
		StepAt: run.StepAt, Tries: run.Tries + 1,
		Attempt: &gonets.Attempt{RunID: run.ID, N: run.Attempts + 1, Path: "send", StartedAt: now,
			Duration: 3 * time.Millisecond, Charged: true, Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP,
				Code: gonets.CodeHTTPStatus, Method: "POST", URL: crm + "/", Status: 500}}}
	if state == gonets.RunWaiting {
		tr.DueAt = now.Add(time.Minute)
	}
	if state == gonets.RunSucceeded {
		tr.Attempt.Exchange = gonets.Exchange{Outcome: gonets.OutcomeOK, Method: "POST", URL: crm + "/", Status: 200}
		tr.Results = []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: tr.Attempt.N, FinishedAt: now.UnixMilli()}}
	}
	return tr
}

// finish brings a leased run to a state.
func (f fixture) finish(run gonets.Run, state gonets.RunState) {
	f.t.Helper()
	fenced, err := f.Finish(f.ctx(), f.transition(run, state))
	f.must(err)
	if fenced {
		f.t.Fatal("fenced")
	}
}

// detail reads a run.
func (f fixture) detail(runID string) gonets.RunDetail {
	f.t.Helper()
	d, err := f.Run(f.ctx(), runID)
	f.must(err)
	return d
}

func (f fixture) wantState(runID string, want gonets.RunState) gonets.Run {
	f.t.Helper()
	d := f.detail(runID)
	if d.Run.State != want {
		f.t.Fatalf("run is %s, want %s", d.Run.State, want)
	}
	return d.Run.Run
}

// wantCode wants an error of a code.
func (f fixture) wantCode(err error, want gonets.Code) {
	f.t.Helper()
	if got := gonets.CodeOf(err); got != want {
		f.t.Fatalf("code %q (%v), want %q", got, err, want)
	}
}

func (f fixture) runs(filter gonets.RunFilter) []string {
	f.t.Helper()
	l, err := f.Runs(f.ctx(), filter)
	f.must(err)
	var ids []string
	for _, r := range l.Items {
		ids = append(ids, r.ID)
	}
	return ids
}

// count is how many runs a filter finds.
func (f fixture) count(filter gonets.RunFilter) int { return len(f.runs(filter)) }

func body(n int) string {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()[:n]
}
