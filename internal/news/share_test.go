package news

import (
	"testing"

	"gonets"
)

func TestOutcomesCountWhatPeopleAreToldOf(t *testing.T) {
	t.Parallel()
	attempt := func(o gonets.Outcome, code gonets.Code, status int) *gonets.Attempt {
		return &gonets.Attempt{N: 1, Path: "deal", Charged: true, Exchange: gonets.Exchange{Outcome: o, Code: code, Status: status, URL: "https://crm.example"}}
	}
	ok, down := attempt(gonets.OutcomeOK, "", 200), attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 503)
	goesOn := []gonets.StepResult{{Path: "deal", State: gonets.StepFailed, Attempt: 1}}
	for name, c := range map[string]struct {
		t    gonets.Transition
		want Outcomes
	}{
		"a success":                {gonets.Transition{State: gonets.RunSucceeded, Attempt: ok}, Outcomes{OK: 1, Done: 1}},
		"a step of several":        {gonets.Transition{State: gonets.RunRunning, Attempt: ok}, Outcomes{OK: 1}},
		"it is tried again":        {gonets.Transition{State: gonets.RunWaiting, Reason: gonets.CodeHTTPStatus, Attempt: down}, Outcomes{Failed: 1}},
		"a bad end":                {gonets.Transition{State: gonets.RunPaused, Reason: gonets.CodeHTTPStatus, Attempt: down}, Outcomes{Failed: 1, Bad: 1}},
		"a bad end by a step":      {gonets.Transition{State: gonets.RunFailed, Reason: gonets.CodeStepFailed}, Outcomes{Bad: 1}},
		"the scenario expects it":  {gonets.Transition{State: gonets.RunSucceeded, Attempt: attempt(gonets.OutcomeHTTP, gonets.CodeHTTPStatus, 404), Results: goesOn}, Outcomes{Done: 1}},
		"a condition said no":      {gonets.Transition{State: gonets.RunSkipped}, Outcomes{}},
		"a person stopped it":      {gonets.Transition{State: gonets.RunPaused, Reason: gonets.CodeByPerson}, Outcomes{}},
		"a check that people make": {gonets.Transition{State: gonets.RunSucceeded, Attempt: ok, Mark: gonets.MarkCheck}, Outcomes{}},
	} {
		run := &gonets.Run{ID: "r", Scenario: "lead"}
		if got := OutcomesOf(run, &c.t, Of(run, &c.t)); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		// The same failure of the same run counts once, the bad end by itself.
		run.Reason = gonets.CodeHTTPStatus
		c.want.Failed = 0
		if got := OutcomesOf(run, &c.t, Of(run, &c.t)); got != c.want {
			t.Errorf("%s, tried again: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestShareHasALimitToReachAndHalfOfItToLeave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o         Outcomes
		many, few bool
	}{
		{Outcomes{}, false, false},
		{Outcomes{Bad: 9}, false, false},
		{Outcomes{Bad: 2, Done: 8}, true, false},
		{Outcomes{Bad: 19, Done: 81}, false, false},
		{Outcomes{Bad: 1, Done: 9}, false, false},
		{Outcomes{Bad: 9, Done: 91}, false, true},
		{Outcomes{Done: 1}, false, true},
		{Outcomes{Done: 100, OK: 8, Failed: 2}, true, false},
		{Outcomes{Done: 100, OK: 89, Failed: 11}, false, false},
	} {
		if _, many := c.o.TooMany(20, 10); many != c.many || c.o.Few(20) != c.few {
			t.Errorf("%+v: many %v, few %v", c.o, many, c.o.Few(20))
		}
	}
	for _, s := range []Share{{12, 40, false}, {3, 7, true}, {}} {
		if got := ParseShare(s.String()); got != s {
			t.Errorf("%v is read as %v", s, got)
		}
	}
	if got := ParseShare("r1/send"); got != (Share{}) {
		t.Errorf("what is none is read as %v", got)
	}
	if worst, _ := (Outcomes{Bad: 3, Done: 7, Failed: 5, OK: 5}).TooMany(20, 10); worst != (Share{5, 10, true}) {
		t.Errorf("the worst is %v", worst)
	}
}
