package gonets

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSignalsTellWhatPeopleHaveToKnow(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	run := func(change ...func(*Run)) *Run {
		r := &Run{ID: "r1", Scenario: "lead", State: RunRunning, Attempts: 1, Cursor: "deal"}
		for _, c := range change {
			c(r)
		}
		return r
	}
	attempt := func(outcome Outcome, code Code, status int, change ...func(*Attempt)) *Attempt {
		a := &Attempt{RunID: "r1", N: 2, Path: "deal", Charged: true,
			Exchange: Exchange{Outcome: outcome, Code: code, Status: status, URL: "https://CRM.example.ru:443/x?y=1"}}
		for _, c := range change {
			c(a)
		}
		return a
	}
	crm := func(code Code, status int) Cause {
		return Cause{Scenario: "lead", Host: "crm.example.ru", Code: code, Status: status}
	}
	goesOn := []StepResult{{Path: "deal", State: StepFailed, Attempt: 2}}
	uncharged := func(a *Attempt) { a.Charged = false }
	for name, c := range map[string]struct {
		run  *Run
		t    Transition
		want []Signal
	}{
		"all is well": {run(), Transition{State: RunSucceeded, Attempt: attempt(OutcomeOK, "", 200)}, nil},
		"the first failure": {run(), Transition{State: RunWaiting, Reason: CodeHTTPStatus, Attempt: attempt(OutcomeHTTP, CodeHTTPStatus, 503)},
			[]Signal{{Kind: SignalFailed, Cause: crm(CodeHTTPStatus, 503), RunID: "r1", N: 2, Path: "deal", Runs: 1, At: at}}},
		"the same failure again": {run(func(r *Run) { r.Reason = CodeHTTPStatus }),
			Transition{State: RunWaiting, Reason: CodeHTTPStatus, Attempt: attempt(OutcomeHTTP, CodeHTTPStatus, 503)},
			[]Signal{{Kind: SignalFailed, Cause: crm(CodeHTTPStatus, 503), RunID: "r1", N: 2, Path: "deal", At: at}}},
		"the tries are used up": {run(func(r *Run) { r.Reason = CodeTimeout }),
			Transition{State: RunPaused, Reason: CodeTriesUsedUp, Attempt: attempt(OutcomeUnknown, CodeTimeout, 0)},
			[]Signal{{Kind: SignalEnded, Cause: crm(CodeTimeout, 0), RunID: "r1", N: 2, Path: "deal", Ended: 1, At: at}}},
		"a request that could not be built": {run(), Transition{State: RunPaused, Reason: CodeTemplateFailed,
			Attempt: attempt(OutcomeTemplate, CodeTemplateFailed, 0, uncharged, func(a *Attempt) { a.URL = "" })},
			[]Signal{{Kind: SignalEnded, Cause: Cause{Scenario: "lead", Code: CodeTemplateFailed}, RunID: "r1", N: 2, Path: "deal", Runs: 1, Ended: 1, At: at}}},
		"a step that fails the run": {run(), Transition{State: RunFailed, Reason: CodeStepFailed, Cursor: "no"},
			[]Signal{{Kind: SignalEnded, Cause: Cause{Scenario: "lead", Code: CodeStepFailed}, RunID: "r1", N: 1, Path: "no", Runs: 1, Ended: 1, At: at}}},
		"an answer that the author expects": {run(), Transition{State: RunRunning, KeepLease: true, Results: goesOn, Attempt: attempt(OutcomeHTTP, CodeHTTPStatus, 404)}, nil},
		"a service that is down, although the run goes on": {run(),
			Transition{State: RunSucceeded, Results: goesOn, Attempt: attempt(OutcomeHTTP, CodeHTTPStatus, 502)},
			[]Signal{{Kind: SignalFailed, Cause: crm(CodeHTTPStatus, 502), RunID: "r1", N: 2, Path: "deal", Runs: 1, At: at}}},
		"nobody there, although the run goes on to its bad end": {run(),
			Transition{State: RunFailed, Reason: CodeStepFailed, Results: goesOn, Attempt: attempt(OutcomeNetwork, CodeRefused, 0)},
			[]Signal{{Kind: SignalFailed, Cause: crm(CodeRefused, 0), RunID: "r1", N: 2, Path: "deal", Runs: 1, At: at},
				{Kind: SignalEnded, Cause: Cause{Scenario: "lead", Code: CodeStepFailed}, RunID: "r1", N: 2, Runs: 1, Ended: 1, At: at}}},
		"cut by a stop":     {run(), Transition{State: RunQueued, Attempt: attempt(OutcomeCancelled, CodeCancelled, 0, uncharged)}, nil},
		"not counted":       {run(), Transition{State: RunQueued, Attempt: attempt(OutcomeHTTP, CodeHTTPStatus, 503, uncharged)}, nil},
		"stopped by people": {run(), Transition{State: RunPaused, Reason: CodeByPerson}, nil},
		"a check of a person": {run(func(r *Run) { r.Mark = MarkCheck }),
			Transition{State: RunPaused, Reason: CodeHTTPStatus, Attempt: attempt(OutcomeHTTP, CodeHTTPStatus, 400)}, nil},
	} {
		c.t.RunID, c.t.At = c.run.ID, at
		if d := cmp.Diff(c.want, SignalsOf(c.run, &c.t)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestSuccessEndsTheTroublesOfItsStepAndHost(t *testing.T) {
	t.Parallel()
	reply := func(n int, outcome Outcome, host string) *Attempt {
		return &Attempt{N: n, Path: "deal", Exchange: Exchange{Outcome: outcome, URL: "https://" + host + "/"}}
	}
	done := func(state StepState, n int) Progress {
		return Progress{"other": {Path: "other", State: state, Attempt: n}}
	}
	crm := Watched{ID: "crm", Host: "crm.ru", Path: "deal"}
	none := Watched{ID: "none", Path: "names"}
	for name, c := range map[string]struct {
		watched Watched
		work    Work
		want    bool
	}{
		"the step that failed":        {crm, Work{Transition: &Transition{State: RunRunning, Attempt: reply(2, OutcomeOK, "crm.ru")}}, true},
		"the step at another host":    {crm, Work{Transition: &Transition{State: RunRunning, Attempt: reply(2, OutcomeOK, "old.ru")}}, false},
		"the step fails again":        {crm, Work{Transition: &Transition{State: RunWaiting, Attempt: reply(2, OutcomeHTTP, "crm.ru")}}, false},
		"a run that was at the host":  {crm, Work{&Transition{State: RunSucceeded}, done(StepDone, 1), map[int]*Attempt{1: reply(1, OutcomeOK, "crm.ru")}}, true},
		"a run that was not":          {crm, Work{&Transition{State: RunSucceeded}, done(StepDone, 1), map[int]*Attempt{1: reply(1, OutcomeOK, "old.ru")}}, false},
		"a run that goes on in spite": {crm, Work{&Transition{State: RunSucceeded}, done(StepFailed, 1), map[int]*Attempt{1: reply(1, OutcomeHTTP, "crm.ru")}}, false},
		"a run on its way":            {crm, Work{&Transition{State: RunRunning}, done(StepDone, 1), map[int]*Attempt{1: reply(1, OutcomeOK, "crm.ru")}}, false},
		"no host, the run succeeds":   {none, Work{Transition: &Transition{State: RunSucceeded}}, true},
		"no host, the step is done":   {none, Work{Transition: &Transition{State: RunWaiting}, Done: Progress{"names": {State: StepDone}}}, true},
		"no host, the step fails":     {none, Work{Transition: &Transition{State: RunPaused}, Done: Progress{"names": {State: StepDone}}}, false},
	} {
		if got := Recovered([]Watched{c.watched}, c.work); (len(got) == 1) != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSignalsOfACommitAreMerged(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	crm, old := Cause{Scenario: "lead", Host: "crm.ru"}, Cause{Scenario: "lead", Host: "old.ru"}
	got := MergeSignals([]Signal{
		{Kind: SignalFailed, Cause: crm, RunID: "a", Runs: 1, At: at.Add(2)}, {Kind: SignalFailed, Cause: old, RunID: "b", Runs: 1, At: at},
		{Kind: SignalFailed, Cause: crm, RunID: "c", Runs: 1, At: at}, {Kind: SignalEnded, Cause: crm, RunID: "d", Ended: 1, At: at},
		{Kind: SignalFailed, Cause: crm, RunID: "e", Runs: 1, At: at.Add(3)},
	})
	want := []Signal{{Kind: SignalFailed, Cause: crm, RunID: "e", Runs: 3, At: at.Add(3)}, {Kind: SignalFailed, Cause: old, RunID: "b", Runs: 1, At: at},
		{Kind: SignalEnded, Cause: crm, RunID: "d", Ended: 1, At: at}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestMailSettingsAreChecked(t *testing.T) {
	t.Parallel()
	good := Mail{Host: "smtp.example.ru", From: "gonets@example.ru", To: []string{"anna@example.ru", "борис@пример.рф"}, Username: "u", Password: &SecretName{"smtp-password"}}
	if p := good.Validate("/mail"); len(p) > 0 {
		t.Errorf("good settings: %v", p)
	}
	for pointer, change := range map[string]func(*Mail){
		"/mail/host":            func(m *Mail) { m.Host = "https://smtp.example.ru" },
		"/mail/port":            func(m *Mail) { m.Port = 70000 },
		"/mail/security":        func(m *Mail) { m.Security = "ssl" },
		"/mail/username":        func(m *Mail) { m.Username = "a\r\nb" },
		"/mail/password/secret": func(m *Mail) { m.Password = &SecretName{"Not A Name"} },
		"/mail/from":            func(m *Mail) { m.From = "a@b.c\r\nBcc: x@y.z" },
		"/mail/to/1":            func(m *Mail) { m.To[1] = "Anna <anna@example.ru>" },
		"/mail/to/0":            func(m *Mail) { m.To[0] = "anna" },
	} {
		m := good
		m.To = append([]string(nil), good.To...)
		change(&m)
		if p := m.Validate("/mail"); len(p) != 1 || p[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, p)
		}
	}
}
