package shape_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
)

func TestUpcomingTriesAreThePolicysWithoutJitter(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	span := func(d time.Duration) *gonets.Duration { v := gonets.Duration(d); return &v }
	def := gonets.DefaultRetry()
	short := gonets.Retry{Delays: def.Delays, Deadline: span(2 * time.Minute)}
	growing := gonets.Retry{Exponential: &gonets.Exponential{First: gonets.Duration(time.Second), Factor: 2, Max: gonets.Duration(3 * time.Second), Tries: 5}}
	tests := map[string]struct {
		policy gonets.Retry
		tries  int
		due    time.Duration
		want   []time.Duration
	}{
		"all that is left":                 {def, 3, 63 * time.Second, []time.Duration{time.Minute, 31 * time.Minute, 151 * time.Minute}},
		"the service asked for a longer":   {def, 4, time.Hour, []time.Duration{time.Hour, 3 * time.Hour}},
		"the last one":                     {def, 5, 2 * time.Hour, []time.Duration{2 * time.Hour}},
		"none behind the deadline":         {short, 2, 30 * time.Second, []time.Duration{30 * time.Second, 90 * time.Second}},
		"growing pauses":                   {growing, 1, time.Second, []time.Duration{time.Second, 3 * time.Second, 6 * time.Second, 9 * time.Second}},
		"sent now, whatever the policy is": {def, 9, time.Second, []time.Duration{time.Second}},
	}
	for name, tt := range tests {
		var got []time.Duration
		u := shape.Upcoming{Policy: tt.policy, Tries: tt.tries, First: start, Last: start, Due: start.Add(tt.due)}
		for _, at := range u.Times() {
			got = append(got, at.Sub(start))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// waiting is a run that waits for its second try at a step with quiet hours.
func waiting(due time.Time) *gonets.RunDetail {
	retry := &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute)}, Quiet: &gonets.Quiet{From: "22:00", To: "08:00", Zone: "UTC"}}
	began := due.Add(-time.Minute)
	return &gonets.RunDetail{
		Run: gonets.RunSummary{Run: gonets.Run{ID: "r1", State: gonets.RunWaiting, Reason: gonets.CodeHTTPStatus, Version: 1, Cursor: "deal",
			Tries: 1, Attempts: 1, CreatedAt: began, StepAt: began, DueAt: due}},
		Version: &gonets.Version{N: 1, Scenario: gonets.Scenario{Name: "lead", Steps: []gonets.Step{{ID: "deal", HTTP: &gonets.HTTPStep{Retry: retry}}}}},
		Attempts: []gonets.Attempt{{RunID: "r1", N: 1, Path: "deal", StartedAt: began, Charged: true,
			Exchange: gonets.Exchange{Outcome: gonets.OutcomeNetwork, Code: gonets.CodeDNS, URL: "https://crm.example.ru/"}}},
	}
}

func TestATryWaitsForItsQueueAndThenForItsQuietHours(t *testing.T) {
	t.Parallel()
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC) }
	never := time.Time{}
	for name, c := range map[string]struct {
		now, due, closed time.Time
		next, quiet      time.Time
	}{
		"no queue is in the way":             {at(1, 21, 50), at(1, 21, 59), never, at(1, 21, 59), never},
		"the queue opens before the night":   {at(1, 21, 50), at(1, 21, 55), at(1, 21, 58), at(1, 21, 58), never},
		"the queue opens in quiet hours":     {at(1, 21, 50), at(1, 21, 59), at(1, 22, 3), at(2, 8, 0), at(2, 8, 0)},
		"the quiet hours end behind that":    {at(1, 22, 1), at(2, 8, 0), at(1, 22, 3), at(2, 8, 0), at(2, 8, 0)},
		"the queue opens behind quiet hours": {at(2, 7, 59), at(2, 8, 0), at(2, 8, 4), at(2, 8, 4), never},
	} {
		reader := shape.Reader{Now: c.now, Wait: func(string) *api.LaneWait {
			if c.closed.IsZero() {
				return &api.LaneWait{Why: api.LaneBusy}
			}
			return &api.LaneWait{Why: api.LaneClosed, Until: &c.closed}
		}}
		d := waiting(c.due)
		run, listed := shape.Run(d, reader), shape.Listed(d.Run, shape.TriesOf(d.Version, "deal"), reader)
		quiet := never
		if run.QuietUntil != nil {
			quiet = *run.QuietUntil
		}
		if !run.NextTryAt.Equal(c.next) || !listed.NextTryAt.Equal(c.next) || !run.NextTries[0].Equal(c.next) || !quiet.Equal(c.quiet) {
			t.Errorf("%s: tried at %s, in lists at %s, of %v, quiet until %s; want %s, %s", name, run.NextTryAt, listed.NextTryAt, run.NextTries, quiet, c.next, c.quiet)
		}
		if !d.Run.DueAt.Equal(c.due) {
			t.Errorf("%s: what is kept of the run has moved to %s", name, d.Run.DueAt)
		}
	}
}

func TestAnExplanationNamesNoTimeThatIsForTheQueueToSay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	soon, past := now.Add(time.Hour), now.Add(-time.Second)
	for name, c := range map[string]struct {
		wait  *api.LaneWait
		due   time.Duration
		names bool
	}{
		"no queue":                     {nil, time.Minute, true},
		"a queue that is closed":       {&api.LaneWait{Why: api.LaneClosed, Until: &soon}, -time.Minute, true},
		"one that is being tried out":  {&api.LaneWait{Why: api.LaneClosed, Until: &past}, -time.Minute, false},
		"one that a person has paused": {&api.LaneWait{Why: api.LanePaused}, time.Minute, false},
		"one that is full":             {&api.LaneWait{Why: api.LaneBusy}, -time.Minute, false},
	} {
		reader := shape.Reader{Now: now}
		if c.wait != nil {
			reader.Wait = func(string) *api.LaneWait { return c.wait }
		}
		run := shape.Run(waiting(now.Add(c.due)), reader)
		told := run.Steps[0].Attempts[0].Explain.En.Todo
		if got := strings.Contains(told, "We try again at"); got != c.names {
			t.Errorf("%s: %s", name, told)
		}
		if !strings.Contains(told, "by itself") {
			t.Errorf("%s: it does not say that it goes on: %s", name, told)
		}
	}
}

func TestTheRunInFrontIsWhyAnotherWaitsAndNotTheQueue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	reader := shape.Reader{Now: now, Wait: func(string) *api.LaneWait { return &api.LaneWait{Why: api.LaneClosed, Until: &now} }}
	for name, c := range map[string]struct {
		state gonets.RunState
		due   time.Duration
		why   string
	}{
		"a queued one":                      {gonets.RunQueued, 0, api.WaitOrder},
		"one whose further try is due":      {gonets.RunWaiting, -time.Minute, api.WaitOrder},
		"one that waits for its time still": {gonets.RunWaiting, time.Minute, ""},
	} {
		d := waiting(now.Add(c.due))
		d.Run.State, d.Run.Front = c.state, gonets.RunFront{ID: "r0", State: gonets.RunPaused}
		run, listed := shape.Run(d, reader), shape.Listed(d.Run, shape.TriesOf(d.Version, "deal"), reader)
		for _, wait := range []*api.LaneWait{run.Wait, listed.Wait} {
			if wait == nil && c.why != "" || wait != nil && (wait.Why != c.why || wait.Run != "r0" || wait.RunState != gonets.RunPaused || wait.Until != nil) {
				t.Errorf("%s: %+v", name, wait)
			}
		}
	}
}

func TestADoubtIsToldOfAStepThatWasNotRead(t *testing.T) {
	t.Parallel()
	asking := gonets.Retry{Ask: &gonets.Ask{}}
	for name, c := range map[string]struct {
		tries shape.Tries
		asks  bool
	}{
		"a step that asks":       {shape.Tries{Sends: true, Retry: &asking}, true},
		"a step that never asks": {shape.Tries{Sends: true, Retry: &gonets.Retry{}}, false},
		"one that was not read":  {shape.Tries{Unread: true}, true},
		"one that is gone":       {shape.TriesOf(nil, "deal"), true},
	} {
		run := gonets.RunSummary{Run: gonets.Run{State: gonets.RunWaiting, Cursor: "deal", Doubts: "deal"}}
		if got := shape.Listed(run, c.tries, shape.Reader{}).Asks; got != c.asks {
			t.Errorf("%s: %v", name, got)
		}
	}
}
