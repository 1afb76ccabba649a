package httpapi

import (
	"context"
	"slices"
	"sync"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
)

type actInput struct {
	ID   string `path:"id"`
	Body *api.PickVersion
}

func (in *actInput) version() int {
	if in.Body == nil {
		return 0
	}
	return in.Body.Version
}

func (s *server) resumeRun(ctx context.Context, in *actInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, string(gonets.ActionResume), in.ID, in.version())
}

func (s *server) sendRunNow(ctx context.Context, in *idInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, string(gonets.ActionSendNow), in.ID, 0)
}

func (s *server) cancelRun(ctx context.Context, in *idInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, string(gonets.ActionCancel), in.ID, 0)
}

func (s *server) cancelRetries(ctx context.Context, in *idInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, string(gonets.ActionCancelRetries), in.ID, 0)
}

func (s *server) rerun(ctx context.Context, in *actInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, api.ActionRerun, in.ID, in.version())
}

func (s *server) actOnce(ctx context.Context, action, id string, version int) (*output[api.RunSummary], error) {
	run, err := s.act(ctx, action, id, version)
	if err != nil {
		return nil, err
	}
	return &output[api.RunSummary]{Body: shape.RunSummary(gonets.RunSummary{Run: run})}, nil
}

// act does one thing to one run and tells the engine and the readers.
func (s *server) act(ctx context.Context, action, id string, version int) (gonets.Run, error) {
	var run gonets.Run
	if action == api.ActionRerun {
		job, err := s.Runs.Rerun(ctx, gonets.Rerun{RunID: id, Version: version, Actor: actorOf(ctx), At: s.Clock.Now()})
		if err != nil {
			return run, err
		}
		run = job.Run
		if run.Lease.Held() {
			s.Engine.Offer([]gonets.Job{job})
		} else {
			s.Engine.Nudge(run.Lane)
		}
	} else {
		kind := gonets.ActionKind(action)
		var err error
		run, err = s.Runs.Act(ctx, gonets.Action{RunID: id, Kind: kind, Version: version, Actor: actorOf(ctx), At: s.Clock.Now()})
		if err != nil {
			return run, err
		}
		switch kind {
		case gonets.ActionCancel, gonets.ActionCancelRetries:
			s.Engine.Abort(id)
		default:
			s.Engine.Nudge(run.Lane)
		}
	}
	s.Bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: run.EventID, State: run.State})
	return run, nil
}

type runsActionInput struct {
	Body api.RunsAction
}

// bulkWorkers act at once, so that they share commits.
const bulkWorkers = 16

func (s *server) actOnRuns(ctx context.Context, in *runsActionInput) (*output[api.RunsActionResult], error) {
	ids, more, err := s.chosen(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	out := &output[api.RunsActionResult]{Body: api.RunsActionResult{Failed: []api.RunFailed{}, More: more}}
	var (
		mu   sync.Mutex
		wait sync.WaitGroup
	)
	next := make(chan string)
	for range min(bulkWorkers, len(ids)) {
		wait.Go(func() {
			for id := range next {
				_, err := s.act(ctx, in.Body.Action, id, in.Body.Version)
				mu.Lock()
				if err == nil {
					out.Body.Done++
				} else {
					p := newProblem(err)
					out.Body.Failed = append(out.Body.Failed, api.RunFailed{ID: id, Code: p.body.Code, Detail: p.body.Detail})
				}
				mu.Unlock()
			}
		})
	}
	for _, id := range ids {
		next <- id
	}
	close(next)
	wait.Wait()
	return out, nil
}

// chosen are the ids of the runs that the caller means.
func (s *server) chosen(ctx context.Context, a *api.RunsAction) (ids []string, more bool, err error) {
	f := a.Filter
	switch {
	case len(a.IDs) > 0 && f != nil:
		return nil, false, invalid("/filter", gonets.CodeNotBoth, "%s and %s were both given; use one of them", "ids", "filter")
	case len(a.IDs) > 0:
		return a.IDs, false, nil
	case f == nil:
		return nil, false, invalid("", gonets.CodeMissing, "neither ids nor filter was given; say which runs are meant")
	case len(f.States) == 0 && f.Scenario == "" && f.Source == "" && f.Event == "" && f.Value == "" && f.Since == nil && f.Until == nil:
		// A slip must not cancel everything.
		return nil, false, invalid("/filter", gonets.CodeMissing, "an empty filter means every run; name at least one member")
	}
	filter := gonets.RunFilter{Scenario: f.Scenario, Source: f.Source, EventID: f.Event, Value: f.Value, Ascending: true}
	if f.Since != nil {
		filter.Since = *f.Since
	}
	if f.Until != nil {
		filter.Until = *f.Until
	}
	if filter.States, err = possible(a.Action, f.States); err != nil {
		return nil, false, err
	}
	filter.Page.Limit = a.Limit
	if a.Limit == 0 {
		filter.Page.Limit = gonets.MaxPageSize
	}
	// All ids are read before the first act, which would move the page. A page may
	// be short where few of many runs match.
	size := filter.Page.Size()
	for {
		l, err := s.Runs.Runs(ctx, filter)
		if err != nil {
			return nil, false, err
		}
		for i := range l.Items {
			ids = append(ids, l.Items[i].ID)
		}
		if l.Next == "" || len(ids) >= size {
			return ids, l.Next != "", nil
		}
		filter.Page.Cursor, filter.Page.Limit = l.Next, size-len(ids)
	}
}

// possible narrows the wanted states to those in which the action can be done.
func possible(action string, wanted []string) ([]gonets.RunState, error) {
	from := gonets.ActionKind(action).From()
	if action == api.ActionRerun {
		from = gonets.RunStates()[1:] // all but held
	}
	if len(wanted) == 0 {
		return from, nil
	}
	var states []gonets.RunState
	for _, w := range wanted {
		state := gonets.RunState(w)
		if !slices.Contains(gonets.RunStates(), state) {
			return nil, invalid("/filter/states", codeNoState, "there is no state %s of a run", w)
		}
		if slices.Contains(from, state) {
			states = append(states, state)
		}
	}
	if len(states) == 0 {
		return nil, gonets.Errorf(gonets.CodeRunState, "%s is not possible for runs in these states; it is for: %s", action, join(from))
	}
	return states, nil
}

func join(states []gonets.RunState) string {
	text := ""
	for i, s := range states {
		if i > 0 {
			text += ", "
		}
		text += string(s)
	}
	return text
}
