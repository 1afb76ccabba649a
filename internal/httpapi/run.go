package httpapi

import (
	"context"
	"strings"
	"time"

	"gonets"
	"gonets/api"
)

// runShape shows a run in a list.
func runShape(r gonets.RunSummary) api.RunSummary {
	return api.RunSummary{
		ID: r.ID, EventID: r.EventID, Source: r.Source, Scenario: r.Scenario, Version: r.Version,
		State: r.State, Reason: r.Reason, Lane: r.Lane, Mark: r.Mark,
		CreatedAt: r.CreatedAt, FinishedAt: instant(r.FinishedAt), NextTryAt: nextTry(&r.Run),
		Tries: r.Tries, Attempts: r.Attempts,
		LastStatus: r.LastStatus, LastOutcome: r.LastOutcome, LastError: r.LastError,
		Actions: actions(&r.Run),
	}
}

// instant leaves out a time that is not set.
func instant(t time.Time) *time.Time {
	if t.IsZero() || t.UnixMilli() == 0 {
		return nil
	}
	return &t
}

func nextTry(r *gonets.Run) *time.Time {
	if r.State != gonets.RunWaiting {
		return nil
	}
	return instant(r.DueAt)
}

// actions are what a person can do to a run in its state; nothing to a check.
func actions(r *gonets.Run) []string {
	out, state := []string{}, r.State
	if r.Mark == gonets.MarkCheck && r.Version == 0 {
		return out
	}
	for _, a := range []gonets.ActionKind{gonets.ActionResume, gonets.ActionSendNow, gonets.ActionCancelRetries, gonets.ActionCancel} {
		for _, from := range a.From() {
			if from == state {
				out = append(out, string(a))
			}
		}
	}
	if state != gonets.RunHeld {
		out = append(out, api.ActionRerun)
	}
	return out
}

type runsInput struct {
	State    []string  `query:"state" enum:"held,queued,running,waiting,paused,succeeded,failed,skipped,cancelled" doc:"Only runs in one of these states, separated by commas"`
	Scenario string    `query:"scenario"`
	Source   string    `query:"source"`
	Event    string    `query:"event" doc:"Only runs of this event"`
	Value    string    `query:"value" doc:"Only runs whose event holds this value in a place that the scenario's search names"`
	Since    time.Time `query:"since" doc:"Only runs made at or after this time"`
	Until    time.Time `query:"until" doc:"Only runs made before this time"`
	Mark     string    `query:"mark" enum:"check,template.missing" doc:"Only runs with this mark; checks are listed only when they are asked for"`
	Order    string    `query:"order" enum:"asc,desc" default:"desc" doc:"By the time of making"`
	PageInput
}

func (in *runsInput) filter() gonets.RunFilter {
	f := gonets.RunFilter{
		Scenario: in.Scenario, Source: in.Source, EventID: in.Event, Value: in.Value,
		Mark: gonets.Mark(in.Mark), Since: in.Since, Until: in.Until, Ascending: in.Order == "asc", Page: in.page(),
	}
	for _, state := range in.State {
		f.States = append(f.States, gonets.RunState(state))
	}
	return f
}

func (s *server) listRuns(ctx context.Context, in *runsInput) (*list[api.RunSummary], error) {
	l, err := s.Runs.Runs(ctx, in.filter())
	if err != nil {
		return nil, err
	}
	out := listOf(l, runShape)
	if s.Data == nil || len(l.Items) == 0 {
		return out, nil
	}
	events := make([]string, 0, len(l.Items))
	for i := range l.Items {
		events = append(events, l.Items[i].EventID)
	}
	data, err := s.Data(ctx, events)
	if err != nil {
		return nil, err
	}
	for i := range out.Body.Items {
		out.Body.Items[i].Data = data[out.Body.Items[i].EventID]
	}
	return out, nil
}

func (s *server) getRun(ctx context.Context, in *idInput) (*output[api.Run], error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return nil, err
	}
	return &output[api.Run]{Body: s.runDetail(d, zone)}, nil
}

func (s *server) runDetail(d gonets.RunDetail, zone *time.Location) api.Run {
	out := api.Run{RunSummary: runShape(d.Run), Event: s.eventShape(d.Event)}
	active := ""
	var scenario *gonets.Scenario
	if d.Version != nil {
		scenario = &d.Version.Scenario
		active = activeStep(scenario, d)
		if st := gonets.FindStep(scenario.Steps, active); st != nil && st.HTTP != nil {
			out.TriesMax = triesMax(st.HTTP.Retry)
		}
	}
	if d.Run.Mark == gonets.MarkCheck {
		active = ""
	}
	out.NextTries = nextTries(scenario, &d, active)
	out.Steps = stepShapes(scenario, d, active)
	s.explainAll(&out, scenario, &d, zone)
	return out
}

// activeStep is the path at which an unfinished run stands.
func activeStep(scenario *gonets.Scenario, d gonets.RunDetail) string {
	run := d.Run.Run
	if run.State.Final() || run.State == gonets.RunHeld {
		return ""
	}
	// Where it stands does not depend on why it stands.
	run.State, run.DueAt = gonets.RunRunning, time.Time{}
	return gonets.Next(scenario, &run, gonets.NewProgress(d.Results), run.CreatedAt).Path
}

// triesMax counts the tries of a policy, the first one included.
func triesMax(r *gonets.Retry) int {
	policy := r.OrDefault()
	if policy.Exponential != nil {
		return policy.Exponential.Tries
	}
	return len(policy.Delays) + 1
}

// stepShapes lists the scenario's steps in its order, then what the run did
// at places that this version does not have (it was resumed with another).
func stepShapes(scenario *gonets.Scenario, d gonets.RunDetail, active string) []api.Step {
	results := gonets.NewProgress(d.Results)
	attempts := make(map[string][]api.Attempt)
	for i := range d.Attempts {
		a := &d.Attempts[i]
		attempts[a.Path] = append(attempts[a.Path], attemptShape(a))
	}
	steps, seen := []api.Step{}, make(map[string]bool)
	add := func(path string, st *gonets.Step) {
		if seen[path] {
			return
		}
		seen[path] = true
		row := api.Step{Path: path, State: api.StepPending, Attempts: attempts[path]}
		if row.Attempts == nil {
			row.Attempts = []api.Attempt{}
		}
		if st != nil {
			row.Kind, row.Title = st.Kind(), st.Title
		}
		if path == active {
			row.State = api.StepActive
		}
		if r, done := results[path]; done {
			row.State, row.FinishedAt = string(r.State), instant(time.UnixMilli(r.FinishedAt).UTC())
			if len(r.Value) > 0 {
				row.Value = r.Value
			}
		}
		steps = append(steps, row)
	}
	if scenario != nil {
		gonets.WalkSteps(scenario.Steps, add)
	}
	for _, r := range d.Results {
		add(r.Path, nil)
	}
	for i := range d.Attempts {
		add(d.Attempts[i].Path, nil)
	}
	return steps
}

func attemptShape(a *gonets.Attempt) api.Attempt {
	out := api.Attempt{
		N: a.N, Outcome: a.Outcome, Code: a.Code, Error: a.Error,
		StartedAt: a.StartedAt, DurationMS: a.Duration.Milliseconds(), Charged: a.Charged, Fenced: a.Fenced,
		Remote: a.Remote, HTTPVersion: a.HTTPVersion, TLSVersion: a.TLSVersion, Redirects: a.Hops,
		Request: api.Request{Method: a.Method, URL: a.URL, Headers: headers(a.RequestHeaders), Content: content(a.RequestBody)},
	}
	if a.Timings != (gonets.Timings{}) {
		timings := a.Timings
		out.Timings = &timings
	}
	if a.Status != 0 {
		out.Response = &api.Response{
			Status: a.Status, StatusLine: strings.TrimSpace(a.StatusLine), Headers: headers(a.ReplyHeaders),
			Content: content(a.ReplyBody), Cut: a.ReplyCut,
		}
	}
	return out
}
