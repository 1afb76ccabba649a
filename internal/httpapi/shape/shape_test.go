package shape_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
)

func TestARunShowsTheTriesThatAChangeWouldReplace(t *testing.T) {
	t.Parallel()
	minutes := func(n ...int) (out []gonets.Duration) {
		for _, m := range n {
			out = append(out, gonets.Duration(time.Duration(m)*time.Minute))
		}
		return out
	}
	day := gonets.Duration(24 * time.Hour)
	listed := gonets.Retry{Delays: minutes(1, 5, 30), Deadline: &day, On: []string{"5xx"}}
	night := &gonets.Quiet{From: "22:00", To: "08:00", Zone: "UTC"}
	plan := func(deadline string, delays ...string) *api.RetryPlan {
		return &api.RetryPlan{Delays: delays, Deadline: deadline, On: []string{"5xx"}, AnyTime: true}
	}
	for name, c := range map[string]struct {
		run    gonets.Run
		policy *gonets.Retry
		want   *api.RetryPlan
	}{
		"what is left, from the present pause on": {gonets.Run{State: gonets.RunWaiting, Tries: 2}, &listed, plan("1d", "5m", "30m")},
		"all of it when it begins anew":           {gonets.Run{State: gonets.RunPaused, Tries: 4}, &listed, plan("1d", "1m", "5m", "30m")},
		"a growing pause": {gonets.Run{State: gonets.RunWaiting, Tries: 2},
			&gonets.Retry{Exponential: &gonets.Exponential{First: minutes(1)[0], Factor: 2, Max: minutes(3)[0], Tries: 4}, On: listed.On, Quiet: night},
			&api.RetryPlan{Exponential: &api.RetryGrowth{First: "2m", Factor: 2, Max: "3m", Tries: 3}, On: listed.On, Quiet: night}},
		"only a question waits": {gonets.Run{State: gonets.RunWaiting, Doubts: "deal", Asked: 1}, &listed, plan("1d", "1m", "5m", "30m")},
		"what a person set": {gonets.Run{State: gonets.RunPaused, Retry: &gonets.RetryChange{Path: "deal", Retry: gonets.Retry{Delays: minutes(7), Quiet: night}}}, &listed,
			&api.RetryPlan{Delays: []string{"7m"}, On: listed.On, Quiet: night}},
		"the usual one": {gonets.Run{State: gonets.RunWaiting, Tries: 4}, nil,
			&api.RetryPlan{Delays: []string{"30m", "2h"}, On: gonets.DefaultRetry().On, AnyTime: true}},
		"it waits for its own time": {gonets.Run{State: gonets.RunWaiting}, &listed, nil},
		"it is worked on":           {gonets.Run{State: gonets.RunRunning, Tries: 1}, &listed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.run.ID, c.run.Version, c.run.Cursor = "r1", 1, "deal"
			got := shape.Run(&gonets.RunDetail{Run: gonets.RunSummary{Run: c.run},
				Version: &gonets.Version{N: 1, Scenario: gonets.Scenario{Name: "lead", Steps: []gonets.Step{{ID: "deal", HTTP: &gonets.HTTPStep{Retry: c.policy}}}}}}, shape.Reader{})
			if diff := cmp.Diff(c.want, got.RetryNow); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAPlanOfTriesIsReadOrRefused(t *testing.T) {
	t.Parallel()
	night := &gonets.Quiet{From: "22:00", To: "08:00", Zone: "UTC"}
	growth := &api.RetryGrowth{First: "1m", Factor: 3, Max: "10m", Tries: 4}
	for name, c := range map[string]struct {
		plan *api.RetryPlan
		at   string // where the mistake is; empty: what is read is shown as it was
	}{
		"pauses":                           {&api.RetryPlan{Delays: []string{"1m", "2h"}, Deadline: "1d"}, ""},
		"all of a policy":                  {&api.RetryPlan{Exponential: growth, On: []string{"network", "429", "!404"}, Quiet: night, Deadline: "6h"}, ""},
		"at any hour":                      {&api.RetryPlan{Delays: []string{"1m"}, AnyTime: true}, ""},
		"nothing":                          {&api.RetryPlan{On: []string{"5xx"}}, "/retry/delays"},
		"both kinds of pauses":             {&api.RetryPlan{Delays: []string{"1m"}, Exponential: growth}, "/retry/exponential"},
		"no time span":                     {&api.RetryPlan{Delays: []string{"1m", "soon"}}, "/retry/delays/1"},
		"a growing pause that is none":     {&api.RetryPlan{Exponential: &api.RetryGrowth{First: "later", Tries: 3}}, "/retry/exponential/first"},
		"one try":                          {&api.RetryPlan{Exponential: &api.RetryGrowth{First: "1m", Tries: 1}}, "/retry/exponential/tries"},
		"no tries":                         {&api.RetryPlan{Exponential: &api.RetryGrowth{First: "1m"}}, "/retry/exponential/tries"},
		"an outcome that is none":          {&api.RetryPlan{Delays: []string{"1m"}, On: []string{"5xx", "monday"}}, "/retry/on/1"},
		"quiet hours without their zone":   {&api.RetryPlan{Delays: []string{"1m"}, Quiet: &gonets.Quiet{From: "22:00", To: "08:00"}}, "/retry/quiet/zone"},
		"quiet hours, and none":            {&api.RetryPlan{Delays: []string{"1m"}, Quiet: night, AnyTime: true}, "/retry/any_time"},
		"an end before the growing pauses": {&api.RetryPlan{Exponential: growth, Deadline: "30s"}, "/retry/deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, err := shape.RetryChange(c.plan, "/retry")
			if c.at == "" {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.plan, api.RetryPlanOf(read)); diff != "" {
					t.Error(diff)
				}
				return
			}
			var e *gonets.Error
			if !errors.As(err, &e) || len(e.Problems) == 0 || e.Problems[0].Pointer != c.at {
				t.Errorf("%+v, want a mistake at %s", err, c.at)
			}
		})
	}
}

// TestOnlyAttemptsThatCannotBeReadAreLeftOut: one that failed before any step, whose path is
// empty as well, is shown.
func TestOnlyAttemptsThatCannotBeReadAreLeftOut(t *testing.T) {
	t.Parallel()
	got := shape.Run(&gonets.RunDetail{Run: gonets.RunSummary{Run: gonets.Run{ID: "r1", State: gonets.RunPaused, Attempts: 2}}, Unread: []string{"attempts"},
		Attempts: []gonets.Attempt{{RunID: "r1", N: 1, Sealed: true},
			{RunID: "r1", N: 2, StartedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Exchange: gonets.Exchange{Outcome: gonets.OutcomeTemplate, Error: "the event cannot be read"}}}}, shape.Reader{})
	if len(got.Unread) != 1 || len(got.Steps) != 1 || len(got.Steps[0].Attempts) != 1 || got.Steps[0].Attempts[0].N != 2 {
		t.Errorf("unread %v, steps %+v", got.Unread, got.Steps)
	}
}

func TestARunShowsWhereItStandsAndWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	detail := func(change ...func(*gonets.RunDetail)) *gonets.RunDetail {
		d := &gonets.RunDetail{
			Run: gonets.RunSummary{Run: gonets.Run{ID: "r1", State: gonets.RunWaiting, Version: 1, Cursor: "deal", Tries: 1, Attempts: 1,
				CreatedAt: at, StepAt: at, DueAt: at.Add(time.Minute)}},
			Version: &gonets.Version{N: 1, Scenario: gonets.Scenario{Name: "lead", Steps: []gonets.Step{
				{ID: "deal", HTTP: &gonets.HTTPStep{Retry: &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute)}}}}}}},
			Attempts: []gonets.Attempt{{RunID: "r1", N: 1, Path: "deal", StartedAt: at, Charged: true,
				Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, Status: 503, URL: "https://crm.example.ru/"}}},
		}
		for _, c := range change {
			c(d)
		}
		return d
	}
	type seen struct {
		State, Path string
		TriesMax    int
		Next        []time.Time
		Told        bool
		Actions     []string
	}
	for name, c := range map[string]struct {
		run  *gonets.RunDetail
		want seen
	}{
		"it waits for its second try": {detail(), seen{api.StepActive, "deal", 2, []time.Time{at.Add(time.Minute)}, true,
			[]string{"send-now", "retry-policy", "cancel-retries", "cancel", "rerun"}}},
		"it needs a person": {detail(func(d *gonets.RunDetail) { d.Run.State = gonets.RunPaused }),
			seen{api.StepActive, "deal", 2, nil, true, []string{"resume", "skip", "retry-policy", "cancel", "rerun"}}},
		"a check shows no place, even while it goes on": {detail(func(d *gonets.RunDetail) {
			d.Run.State, d.Run.Mark, d.Run.Version = gonets.RunRunning, gonets.MarkCheck, 0
		}), seen{api.StepPending, "deal", 2, nil, true, []string{}}},
		"it ended at this step": {detail(func(d *gonets.RunDetail) { d.Run.State = gonets.RunFailed }),
			seen{string(gonets.StepFailed), "deal", 0, nil, true, []string{"rerun"}}},
		"a check ended at this step": {detail(func(d *gonets.RunDetail) {
			d.Run.State, d.Run.Mark, d.Run.Version = gonets.RunFailed, gonets.MarkCheck, 0
		}), seen{string(gonets.StepFailed), "deal", 0, nil, true, []string{}}},
		"it ended behind this step": {detail(func(d *gonets.RunDetail) {
			d.Run.State, d.Results = gonets.RunFailed, []gonets.StepResult{{Path: "deal", State: gonets.StepDone, Attempt: 1, FinishedAt: at.UnixMilli()}}
		}), seen{string(gonets.StepDone), "deal", 0, nil, true, []string{"rerun"}}},
		"its version is not known": {detail(func(d *gonets.RunDetail) { d.Version = nil }),
			seen{api.StepPending, "deal", 0, []time.Time{at.Add(time.Minute)}, true, []string{"send-now", "retry-policy", "cancel-retries", "cancel", "rerun"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := shape.Run(c.run, shape.Reader{Now: at})
			got := seen{TriesMax: run.TriesMax, Next: run.NextTries, Actions: run.Actions}
			if len(run.Steps) == 1 && len(run.Steps[0].Attempts) == 1 {
				got.State, got.Path, got.Told = run.Steps[0].State, run.Steps[0].Path, run.Steps[0].Attempts[0].Explain != nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARunThatEndedTellsHowManyTriesItsLastStepTook(t *testing.T) {
	t.Parallel()
	run := gonets.RunSummary{Run: gonets.Run{State: gonets.RunSucceeded, Attempts: 5}, LastTries: 3}
	if got := shape.Listed(run, shape.Tries{}, shape.Reader{}); got.Tries != 3 || got.TriesMax != 0 {
		t.Errorf("%d of %d, want 3 of no number that could be used up", got.Tries, got.TriesMax)
	}
	run.State = gonets.RunRunning
	if got := shape.Listed(run, shape.Tries{}, shape.Reader{}); got.Tries != 0 {
		t.Errorf("%d tries of a step that was not sent yet", got.Tries)
	}
	run.State, run.Tries = gonets.RunFailed, 2
	if got := shape.Listed(run, shape.Tries{}, shape.Reader{}); got.Tries != 2 {
		t.Errorf("%d tries, want those since a person sent it on", got.Tries)
	}
}

// All of a reply is read for its mark, so a table, which does not show it, goes without.
func TestATableShowsNoMarkOfAReply(t *testing.T) {
	t.Parallel()
	d := gonets.RunDetail{
		Run:      gonets.RunSummary{Run: gonets.Run{Attempts: 1, State: gonets.RunSucceeded}},
		Version:  &gonets.Version{Scenario: gonets.Scenario{Steps: []gonets.Step{{ID: "send", HTTP: &gonets.HTTPStep{}}}}},
		Attempts: []gonets.Attempt{{N: 1, Path: "send", Exchange: gonets.Exchange{Status: 200, Outcome: gonets.OutcomeOK, ReplyBody: []byte(`{"a":1,"a":2}`)}}},
	}
	if last := shape.Last(&d, shape.Reader{}); last.Response.Mark != "" || last.Response.Body != `{"a":1,"a":2}` {
		t.Errorf("%+v", last.Response)
	}
	run := shape.Run(&d, shape.Reader{})
	if mark := run.Steps[0].Attempts[0].Response.Mark; mark != gonets.MarkDuplicateKeys {
		t.Errorf("the page's mark is %q", mark)
	}
}
