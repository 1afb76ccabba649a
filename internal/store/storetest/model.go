package storetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"gonets"
)

// life is the simple model of what the store holds: each run's state and the
// lease that counts.
type life struct {
	f      *fixture
	runs   map[string]*modelRun
	order  []string
	events int
}

type modelRun struct {
	run gonets.Run
	// leases are all that were ever given.
	leases   map[gonets.Lease]bool
	first    gonets.Lease
	finished bool
}

func (l *life) born(t *rapid.T, runs ...gonets.Run) {
	for _, r := range runs {
		if l.runs[r.ID] != nil {
			t.Fatalf("run %s was made twice", r.ID)
		}
		l.runs[r.ID] = &modelRun{run: r, leases: map[gonets.Lease]bool{r.Lease: true}, first: r.Lease}
		l.order = append(l.order, r.ID)
	}
}

func (l *life) any(t *rapid.T) *modelRun {
	if len(l.order) == 0 {
		t.Skip("no runs")
	}
	return l.runs[rapid.SampledFrom(l.order).Draw(t, "run")]
}

func (l *life) actions() map[string]func(*rapid.T) {
	f := l.f
	return map[string]func(*rapid.T){
		"accept": func(t *rapid.T) {
			f.Places.Give(rapid.IntRange(0, 2).Draw(t, "places"))
			e := f.event(fmt.Sprint(l.events))
			e.OrderKey = rapid.SampledFrom([]string{"", "a"}).Draw(t, "order")
			l.events++
			acc, err := f.Accept(f.ctx(), []gonets.Acceptance{{Event: e}})
			if err != nil {
				t.Fatal(err)
			}
			l.born(t, acc[0].Runs...)
		},
		"claim": func(t *rapid.T) {
			for _, lane := range []string{crm, "quarantine"} {
				jobs, err := f.Claim(f.ctx(), gonets.Claim{Lane: lane, Limit: 2, Node: f.Node(), Epoch: f.Epoch(), Now: f.Clock.Now()})
				if err != nil {
					t.Fatal(err)
				}
				for _, j := range jobs {
					m := l.runs[j.Run.ID]
					if m.run.Lease.Held() || m.run.DueAt.After(f.Clock.Now()) || m.leases[j.Run.Lease] ||
						m.run.State != gonets.RunQueued && m.run.State != gonets.RunWaiting {
						t.Fatalf("claimed %+v of %+v", j.Run.Lease, m.run)
					}
					m.leases[j.Run.Lease], m.run = true, j.Run
				}
			}
		},
		"finish": func(t *rapid.T) {
			m := l.any(t)
			state := rapid.SampledFrom([]gonets.RunState{gonets.RunSucceeded, gonets.RunWaiting, gonets.RunQueued,
				gonets.RunPaused, gonets.RunFailed}).Draw(t, "state")
			stale := rapid.Bool().Draw(t, "stale")
			run := m.run
			if stale || !run.Lease.Held() {
				run.Lease = m.first
			}
			fenced, err := f.Finish(f.ctx(), f.transition(run, state))
			if err != nil {
				t.Fatal(err)
			}
			owned := m.run.Lease.Held() && run.Lease == m.run.Lease
			if fenced == owned {
				t.Fatalf("fenced is %v for lease %+v while %+v counts", fenced, run.Lease, m.run.Lease)
			}
			if owned {
				l.moved(t, m)
			}
		},
		"release": func(t *rapid.T) {
			m := l.any(t)
			if !m.run.Lease.Held() {
				t.Skip("not leased")
			}
			if err := f.Release(f.ctx(), []gonets.Run{m.run}); err != nil {
				t.Fatal(err)
			}
			l.moved(t, m)
		},
		"act": func(t *rapid.T) {
			m := l.any(t)
			kind := rapid.SampledFrom([]gonets.ActionKind{gonets.ActionResume, gonets.ActionSendNow, gonets.ActionCancel,
				gonets.ActionCancelRetries, gonets.ActionSkip}).Draw(t, "kind")
			if _, err := f.Act(f.ctx(), gonets.Action{RunID: m.run.ID, Kind: kind}); err == nil {
				l.moved(t, m)
			}
		},
		"wait": func(*rapid.T) { f.Clock.Advance(time.Minute) },
		"die": func(t *rapid.T) {
			if rapid.IntRange(0, 4).Draw(t, "rarely") > 0 {
				t.Skip("not now")
			}
			var inflight []gonets.InFlight
			for _, id := range l.order {
				if m := l.runs[id]; m.run.Lease.Held() && len(inflight) < 2 {
					inflight = append(inflight, gonets.InFlight{RunID: id, Attempt: m.run.Attempts + 1, Path: "send"})
				}
			}
			f.die(inflight...)
			for _, m := range l.runs {
				l.moved(t, m)
			}
		},
		"": l.check,
	}
}

// moved takes over what the store says after a change that was allowed.
func (l *life) moved(t *rapid.T, m *modelRun) {
	d, err := l.f.Run(l.f.ctx(), m.run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if m.finished && d.Run.State != m.run.State {
		t.Fatalf("%s was finished as %s and is %s now", m.run.ID, m.run.State, d.Run.State)
	}
	m.run, m.finished = d.Run.Run, d.Run.State.Final()
}

// check compares the store with the model.
func (l *life) check(t *rapid.T) {
	list, err := l.f.Runs(l.f.ctx(), gonets.RunFilter{Page: gonets.Page{Limit: gonets.MaxPageSize}})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != len(l.runs) {
		t.Fatalf("%d runs, want %d", len(list.Items), len(l.runs))
	}
	busy := map[string]string{}
	for _, r := range list.Items {
		want := l.runs[r.ID].run
		if r.State != want.State || r.Lease != want.Lease {
			t.Fatalf("%s is %s with %+v, want %s with %+v", r.ID, r.State, r.Lease, want.State, want.Lease)
		}
		if r.Lease.Held() != (r.State == gonets.RunRunning) || r.State.Final() != !r.FinishedAt.IsZero() {
			t.Fatalf("%+v is not consistent", r.Run)
		}
		if r.OrderKey != "" && r.Lease.Held() {
			if busy[r.OrderKey] != "" {
				t.Fatalf("%s and %s of one order key run together", r.ID, busy[r.OrderKey])
			}
			busy[r.OrderKey] = r.ID
		}
	}
}

// modelLives is how many random lives one store goes through.
const modelLives = 12

func model(f fixture) {
	l := &life{f: &f, runs: map[string]*modelRun{}}
	lives := 0
	rapid.Check(f.t, func(t *rapid.T) {
		// One database for all lives: opening costs more than a life. What an
		// earlier one left belongs to the model too.
		if lives++; lives > modelLives {
			return
		}
		t.Repeat(l.actions())
	})
}
