package news

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestSignalsTellWhatPeopleHaveToKnow(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	run := func(change ...func(*gonets.Run)) *gonets.Run {
		r := &gonets.Run{ID: "r1", Scenario: "lead", State: gonets.RunRunning, Attempts: 1, Cursor: "deal"}
		for _, c := range change {
			c(r)
		}
		return r
	}
	attempt := func(outcome gonets.Outcome, code gonets.Code, status int, change ...func(*gonets.Attempt)) *gonets.Attempt {
		a := &gonets.Attempt{RunID: "r1", N: 2, Path: "deal", Charged: true,
			Exchange: gonets.Exchange{Outcome: outcome, Code: code, Status: status, URL: "https://CRM.example.ru:443/x?y=1"}}
		for _, c := range change {
			c(a)
		}
		return a
	}
	crm := func(code gonets.Code, status int) gonets.Cause {
		return gonets.Cause{Scenario: "lead", Host: "crm.example.ru", Code: code, Status: status}
	}
	goesOn := []gonets.StepResult{{Path: "deal", State: gonets.StepFailed, Attempt: 2}}
	uncharged := func(a *gonets.Attempt) { a.Charged = false }
	for name, c := range map[string]struct {
		run  *gonets.Run
		t    gonets.Transition
		want []gonets.Signal
	}{
		"all is well": {run(), gonets.Transition{State: gonets.RunSucceeded, Attempt: attempt(gonets.OutcomeOK, "", 200)}, nil},
		"the first failure": {run(), gonets.Transition{State: gonets.RunWaiting, Reason: gonets.CodeHTTPStatus, Attempt: attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 503)},
			[]gonets.Signal{{Kind: gonets.SignalFailed, Cause: crm(gonets.CodeHTTPStatus, 503), RunID: "r1", N: 2, Path: "deal", Runs: 1, At: at}}},
		"the same failure again": {run(func(r *gonets.Run) { r.Reason = gonets.CodeHTTPStatus }),
			gonets.Transition{State: gonets.RunWaiting, Reason: gonets.CodeHTTPStatus, Attempt: attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 503)},
			[]gonets.Signal{{Kind: gonets.SignalFailed, Cause: crm(gonets.CodeHTTPStatus, 503), RunID: "r1", N: 2, Path: "deal", At: at}}},
		"the tries are used up": {run(func(r *gonets.Run) { r.Reason = gonets.CodeTimeout }),
			gonets.Transition{State: gonets.RunPaused, Reason: gonets.CodeTriesUsedUp, Attempt: attempt(gonets.OutcomeUnknown, gonets.CodeTimeout, 0)},
			[]gonets.Signal{{Kind: gonets.SignalEnded, Cause: crm(gonets.CodeTimeout, 0), RunID: "r1", N: 2, Path: "deal", Ended: 1, At: at}}},
		"a request that could not be built": {run(), gonets.Transition{State: gonets.RunPaused, Reason: gonets.CodeTemplateFailed,
			Attempt: attempt(gonets.OutcomeTemplate, gonets.CodeTemplateFailed, 0, uncharged, func(a *gonets.Attempt) { a.URL = "" })},
			[]gonets.Signal{{Kind: gonets.SignalEnded, Cause: gonets.Cause{Scenario: "lead", Code: gonets.CodeTemplateFailed}, RunID: "r1", N: 2, Path: "deal", Runs: 1, Ended: 1, At: at}}},
		"a step that fails the run": {run(), gonets.Transition{State: gonets.RunFailed, Reason: gonets.CodeStepFailed, Cursor: "no"},
			[]gonets.Signal{{Kind: gonets.SignalEnded, Cause: gonets.Cause{Scenario: "lead", Code: gonets.CodeStepFailed}, RunID: "r1", N: 1, Path: "no", Runs: 1, Ended: 1, At: at}}},
		"an answer that the author expects": {run(), gonets.Transition{State: gonets.RunRunning, KeepLease: true, Results: goesOn, Attempt: attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 404)}, nil},
		"a service that is down, although the run goes on": {run(),
			gonets.Transition{State: gonets.RunSucceeded, Results: goesOn, Attempt: attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 502)},
			[]gonets.Signal{{Kind: gonets.SignalFailed, Cause: crm(gonets.CodeHTTPStatus, 502), RunID: "r1", N: 2, Path: "deal", Runs: 1, At: at}}},
		"nobody there, although the run goes on to its bad end": {run(),
			gonets.Transition{State: gonets.RunFailed, Reason: gonets.CodeStepFailed, Results: goesOn, Attempt: attempt(gonets.OutcomeNetwork, gonets.CodeRefused, 0)},
			[]gonets.Signal{{Kind: gonets.SignalFailed, Cause: crm(gonets.CodeRefused, 0), RunID: "r1", N: 2, Path: "deal", Runs: 1, At: at},
				{Kind: gonets.SignalEnded, Cause: gonets.Cause{Scenario: "lead", Code: gonets.CodeStepFailed}, RunID: "r1", N: 2, Runs: 1, Ended: 1, At: at}}},
		"cut by a stop":     {run(), gonets.Transition{State: gonets.RunQueued, Attempt: attempt(gonets.OutcomeCancelled, gonets.CodeCancelled, 0, uncharged)}, nil},
		"not counted":       {run(), gonets.Transition{State: gonets.RunQueued, Attempt: attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 503, uncharged)}, nil},
		"stopped by people": {run(), gonets.Transition{State: gonets.RunPaused, Reason: gonets.CodeByPerson}, nil},
		"a check of a person": {run(func(r *gonets.Run) { r.Mark = gonets.MarkCheck }),
			gonets.Transition{State: gonets.RunPaused, Reason: gonets.CodeHTTPStatus, Attempt: attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 400)}, nil},
	} {
		c.t.RunID, c.t.At = c.run.ID, at
		if d := cmp.Diff(c.want, Of(c.run, &c.t)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestSuccessEndsTheTroublesOfItsStepAndHost(t *testing.T) {
	t.Parallel()
	reply := func(n int, outcome gonets.Outcome, host string) *gonets.Attempt {
		return &gonets.Attempt{N: n, Path: "deal", Exchange: gonets.Exchange{Outcome: outcome, URL: "https://" + host + "/"}}
	}
	done := func(state gonets.StepState, n int) gonets.Progress {
		return gonets.Progress{"other": {Path: "other", State: state, Attempt: n}}
	}
	crm := Watched{ID: "crm", Host: "crm.ru", Path: "deal"}
	none := Watched{ID: "none", Path: "names"}
	for name, c := range map[string]struct {
		watched Watched
		work    Work
		want    bool
	}{
		"the step that failed":        {crm, Work{Transition: &gonets.Transition{State: gonets.RunRunning, Attempt: reply(2, gonets.OutcomeOK, "crm.ru")}}, true},
		"the step at another host":    {crm, Work{Transition: &gonets.Transition{State: gonets.RunRunning, Attempt: reply(2, gonets.OutcomeOK, "old.ru")}}, false},
		"the step fails again":        {crm, Work{Transition: &gonets.Transition{State: gonets.RunWaiting, Attempt: reply(2, gonets.OutcomeHTTP, "crm.ru")}}, false},
		"a run that was at the host":  {crm, Work{&gonets.Transition{State: gonets.RunSucceeded}, done(gonets.StepDone, 1), map[int]*gonets.Attempt{1: reply(1, gonets.OutcomeOK, "crm.ru")}}, true},
		"a run that was not":          {crm, Work{&gonets.Transition{State: gonets.RunSucceeded}, done(gonets.StepDone, 1), map[int]*gonets.Attempt{1: reply(1, gonets.OutcomeOK, "old.ru")}}, false},
		"a run that goes on in spite": {crm, Work{&gonets.Transition{State: gonets.RunSucceeded}, done(gonets.StepFailed, 1), map[int]*gonets.Attempt{1: reply(1, gonets.OutcomeHTTP, "crm.ru")}}, false},
		"a run on its way":            {crm, Work{&gonets.Transition{State: gonets.RunRunning}, done(gonets.StepDone, 1), map[int]*gonets.Attempt{1: reply(1, gonets.OutcomeOK, "crm.ru")}}, false},
		"no host, the run succeeds":   {none, Work{Transition: &gonets.Transition{State: gonets.RunSucceeded}}, true},
		"no host, the step is done":   {none, Work{Transition: &gonets.Transition{State: gonets.RunWaiting}, Done: gonets.Progress{"names": {State: gonets.StepDone}}}, true},
		"no host, the step fails":     {none, Work{Transition: &gonets.Transition{State: gonets.RunPaused}, Done: gonets.Progress{"names": {State: gonets.StepDone}}}, false},
	} {
		if got := Recovered([]Watched{c.watched}, c.work); (len(got) == 1) != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSignalsOfACommitAreMerged(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	crm, old := gonets.Cause{Scenario: "lead", Host: "crm.ru"}, gonets.Cause{Scenario: "lead", Host: "old.ru"}
	got := Merge([]gonets.Signal{
		{Kind: gonets.SignalFailed, Cause: crm, RunID: "a", Runs: 1, At: at.Add(2)}, {Kind: gonets.SignalFailed, Cause: old, RunID: "b", Runs: 1, At: at},
		{Kind: gonets.SignalFailed, Cause: crm, RunID: "c", Runs: 1, At: at}, {Kind: gonets.SignalEnded, Cause: crm, RunID: "d", Ended: 1, At: at},
		{Kind: gonets.SignalFailed, Cause: crm, RunID: "e", Runs: 1, At: at.Add(3)},
	})
	want := []gonets.Signal{{Kind: gonets.SignalFailed, Cause: crm, RunID: "e", Runs: 3, At: at.Add(3)}, {Kind: gonets.SignalFailed, Cause: old, RunID: "b", Runs: 1, At: at},
		{Kind: gonets.SignalEnded, Cause: crm, RunID: "d", Ended: 1, At: at}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestOnlyRunsThatSucceedAreDone(t *testing.T) {
	t.Parallel()
	run := &gonets.Run{ID: "r", Scenario: "lead", Attempts: 2}
	for _, state := range []gonets.RunState{gonets.RunSucceeded, gonets.RunFailed, gonets.RunSkipped, gonets.RunWaiting} {
		for _, mark := range []gonets.Mark{"", gonets.MarkCheck} {
			s, ok := Done(run, &gonets.Transition{State: state, Mark: mark})
			if want := state == gonets.RunSucceeded && mark == ""; ok != want || ok && (s.Kind != gonets.SignalDone || s.Runs != 1 || s.RunID != "r") {
				t.Errorf("%s %q: %+v, %v", state, mark, s, ok)
			}
		}
	}
}
