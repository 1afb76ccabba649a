package engine

import (
	"context"
	"time"

	"gonets"
	"gonets/internal/news"
)

// commitPauses are the waits between tries to store a result while the store
// is busy or full; the last one repeats. The worker's place stays taken, so
// nothing more is sent whose result could not be stored.
var commitPauses = [...]time.Duration{
	50 * time.Millisecond, 200 * time.Millisecond, time.Second,
}

// commit stores a transition and tells everybody. It returns false when the
// run is no longer this worker's.
func (w *jobWork) commit(t gonets.Transition) bool {
	fenced, told, err := w.store(t)
	// A result that is not stored leaves its request in the journal: the next
	// start must know that it may have been sent.
	if err == nil && w.landed != nil {
		w.landed()
		w.landed = nil
	}
	w.results, w.attempt, w.answer = nil, nil, nil
	if err != nil {
		w.Log.Error("a run's result could not be stored; the next start takes it over", "run", t.RunID, "error", err)
		return false
	}
	if fenced {
		return false
	}
	w.tell(&t)
	if len(told) > 0 {
		w.Alerts.Noted(told)
	}
	w.Alerts.Happened(&w.run, &t, told)
	if t.State.Final() {
		w.Metrics.RunFinished(t.State)
		if w.run.OrderKey != "" {
			// The next run of the key may go on now.
			w.Nudge(t.Lane)
		}
	}
	w.Bus.Publish(gonets.Change{Kind: "run", ID: t.RunID, Event: t.EventID, State: t.State, Answer: t.Answer})
	if t.State == gonets.RunWaiting && t.DueAt.Sub(t.At) < claimEvery {
		w.look()
	}
	return true
}

// store tries until the store takes the transition. A result that the store
// refuses for itself (it cannot be kept, whatever happens) is replaced by a
// pause that says so: no run is stuck, no neighbour suffers.
func (w *jobWork) store(t gonets.Transition) (fenced bool, told []gonets.Signal, err error) {
	for try := 0; ; try++ {
		t.Signals = w.signals(&t)
		fenced, err = w.Store.Finish(context.WithoutCancel(w.sendCtx), t)
		switch gonets.CodeOf(err) {
		case "":
			return fenced, t.Signals, nil
		case gonets.CodeDiskFull, gonets.CodeBusy, gonets.CodeStoreAway:
		case gonets.CodeStoreFailed:
			return false, nil, err
		default:
			w.Log.Error("a result was refused by the store; the run is paused", "run", t.RunID, "error", err)
			t.State, t.Reason, t.KeepLease = gonets.RunPaused, gonets.CodeInternal, false
			t.Results, t.Forget, t.Answer, t.DueAt = nil, nil, nil, time.Time{}
			if a := t.Attempt; a != nil {
				t.Attempt = &gonets.Attempt{RunID: a.RunID, N: a.N, Path: a.Path, StartedAt: a.StartedAt, Duration: a.Duration,
					Charged: a.Charged, Exchange: gonets.Exchange{Outcome: a.Outcome, Code: gonets.CodeInternal, Status: a.Status,
						Error: "The exchange took place, but its record could not be stored."}}
			}
			switch {
			case try > 2*len(commitPauses):
				return false, nil, err
			case try > len(commitPauses):
				t.Attempt = nil
			}
		}
		timer := w.Clock.NewTimer(commitPauses[min(try, len(commitPauses)-1)])
		select {
		case <-timer.C():
		case <-w.sendCtx.Done():
			timer.Stop()
			return false, nil, err
		}
	}
}

// signals are what people may have to be told of a transition: what fails, and
// what succeeds where something failed before.
func (w *jobWork) signals(t *gonets.Transition) []gonets.Signal {
	out := news.Of(&w.run, t)
	if t.State == gonets.RunSucceeded && w.Alerts.Tells(w.run.Scenario) {
		if done, ok := news.Done(&w.run, t); ok {
			out = append(out, done)
		}
	}
	watched := w.Alerts.Watched(w.run.Scenario)
	if len(watched) == 0 || w.run.Mark == gonets.MarkCheck {
		return out
	}
	work := news.Work{Transition: t, Done: w.done}
	if w.scope != nil {
		work.Replies = w.scope.Replies()
	}
	for _, id := range news.Recovered(watched, work) {
		s := gonets.Signal{Kind: gonets.SignalOK, Trouble: id, RunID: t.RunID, At: t.At}
		s.Scenario = w.run.Scenario
		if t.Attempt != nil {
			s.N = t.Attempt.N
		}
		out = append(out, s)
	}
	return out
}

// noAlerts is for servers that tell nobody.
type noAlerts struct{}

func (noAlerts) Watched(string) []news.Watched                             { return nil }
func (noAlerts) Tells(string) bool                                         { return false }
func (noAlerts) Noted([]gonets.Signal)                                     {}
func (noAlerts) Happened(*gonets.Run, *gonets.Transition, []gonets.Signal) {}
