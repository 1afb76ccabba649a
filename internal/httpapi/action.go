package httpapi

import (
	"context"
	"sync"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
	"gonets/internal/rehearse"
)

// KeyInput recognises a repeat of a wish.
type KeyInput struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"Recognises a repeat within a day: it changes nothing and is answered alike"`
}

// ActInput names a run on which somebody acts.
type ActInput struct {
	ID string `path:"id"`
	KeyInput
}

type resumeInput struct {
	ActInput
	Body *api.PickVersion
}

type skipInput struct {
	ActInput
	Body *api.Skip
}

type rerunInput struct {
	ActInput
	Body *api.NewRerun
}

func (s *server) resumeRun(ctx context.Context, in *resumeInput) (*output[api.RunSummary], error) {
	a := gonets.Action{Kind: gonets.ActionResume}
	if in.Body != nil {
		a.Version = in.Body.Version.Number()
	}
	return s.actOnce(ctx, in.ActInput, a)
}

func (s *server) skipStep(ctx context.Context, in *skipInput) (*output[api.RunSummary], error) {
	a := gonets.Action{Kind: gonets.ActionSkip}
	if in.Body != nil {
		a.Value = in.Body.Value
	}
	return s.actOnce(ctx, in.ActInput, a)
}

type retryPolicyInput struct {
	ActInput
	Body api.RetryPlan
}

func (s *server) changeRetries(ctx context.Context, in *retryPolicyInput) (*output[api.RunSummary], error) {
	change, err := shape.RetryChange(&in.Body, "")
	if err != nil {
		return nil, err
	}
	return s.actOnce(ctx, in.ActInput, gonets.Action{Kind: gonets.ActionRetryPolicy, Retry: change})
}

func (s *server) sendRunNow(ctx context.Context, in *ActInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, *in, gonets.Action{Kind: gonets.ActionSendNow})
}

func (s *server) cancelRun(ctx context.Context, in *ActInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, *in, gonets.Action{Kind: gonets.ActionCancel})
}

func (s *server) cancelRetries(ctx context.Context, in *ActInput) (*output[api.RunSummary], error) {
	return s.actOnce(ctx, *in, gonets.Action{Kind: gonets.ActionCancelRetries})
}

func (s *server) actOnce(ctx context.Context, in ActInput, a gonets.Action) (*output[api.RunSummary], error) {
	a.RunID, a.Key = in.ID, in.Key
	run, err := s.act(ctx, a)
	if err != nil {
		return nil, err
	}
	return s.acted(ctx, run), nil
}

// acted shows a run that somebody acted on. What is done is answered, even where the
// step at which it stands cannot be read now.
func (s *server) acted(ctx context.Context, run gonets.Run) *output[api.RunSummary] {
	summary := gonets.RunSummary{Run: run}
	shown, err := s.listed(ctx, []gonets.RunSummary{summary})
	if err != nil {
		return &output[api.RunSummary]{Body: shape.Listed(summary, shape.Tries{Unread: true}, s.reader())}
	}
	return &output[api.RunSummary]{Body: shown[0]}
}

func (s *server) rerun(ctx context.Context, in *rerunInput) (*output[api.RunSummary], error) {
	again := gonets.Rerun{RunID: in.ID, Key: in.Key}
	if in.Body != nil {
		again.Version = in.Body.Version.Number()
		if in.Body.Event != nil {
			old, err := s.Runs.Run(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			if err := s.Masks.Unmask(&old.Event, in.Body.Event); err != nil {
				return nil, err
			}
			ev, err := rehearse.Edited(&old.Event, in.Body.Event)
			if err != nil {
				return nil, err
			}
			ev.Actor, ev.ReceivedAt = actorOf(ctx), s.Clock.Now()
			again.Event = &ev
		}
	}
	run, err := s.runAgain(ctx, again)
	if err != nil {
		return nil, err
	}
	return s.acted(ctx, run), nil
}

// act does one thing to one run and tells the engine and the readers.
func (s *server) act(ctx context.Context, a gonets.Action) (gonets.Run, error) {
	if a.Kind == gonets.ActionRerun {
		return s.runAgain(ctx, gonets.Rerun{RunID: a.RunID, Key: a.Key, Version: a.Version})
	}
	a.Actor, a.At = actorOf(ctx), s.Clock.Now()
	run, err := s.Runs.Act(ctx, a)
	if err != nil {
		return run, err
	}
	switch a.Kind {
	case gonets.ActionCancel, gonets.ActionCancelRetries:
		s.Engine.Abort(a.RunID)
	default:
		s.Engine.Nudge(run.Lane)
	}
	s.Bus.Publish(gonets.Change{Kind: "run", ID: run.ID, Event: run.EventID, State: run.State})
	return run, nil
}

func (s *server) runAgain(ctx context.Context, r gonets.Rerun) (gonets.Run, error) {
	r.Actor, r.At = actorOf(ctx), s.Clock.Now()
	job, err := s.Runs.Rerun(ctx, r)
	if err != nil {
		return job.Run, err
	}
	if job.Run.Lease.Held() {
		s.Engine.Offer([]gonets.Job{job})
	} else {
		s.Engine.Nudge(job.Run.Lane)
	}
	s.Bus.Publish(gonets.Change{Kind: "run", ID: job.Run.ID, Event: job.Run.EventID, State: job.Run.State})
	return job.Run, nil
}

type runsActionInput struct {
	KeyInput
	Body api.RunsAction
}

// bulkWorkers act at once, so that they share commits.
const bulkWorkers = 16

func (s *server) actOnRuns(ctx context.Context, in *runsActionInput) (*output[api.RunsActionResult], error) {
	ids := in.Body.IDs
	retry, err := shape.RetryOf(in.Body.Action, in.Body.Retry)
	if err != nil {
		return nil, err
	}
	out := &output[api.RunsActionResult]{Body: api.RunsActionResult{Failed: []api.RunFailed{}}}
	var (
		mu   sync.Mutex
		wait sync.WaitGroup
	)
	next := make(chan string)
	for range min(bulkWorkers, len(ids)) {
		wait.Go(func() {
			for id := range next {
				a := gonets.Action{Kind: gonets.ActionKind(in.Body.Action), RunID: id, Version: in.Body.Version.Number(), Retry: retry}
				if in.Key != "" {
					// Each run is a wish of its own: what failed is tried anew.
					a.Key = in.Key + "/" + id
				}
				_, err := s.act(ctx, a)
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
