package ingest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gonets"
	"gonets/internal/source"
)

// eventStatus is the answer of status and retry.
type eventStatus struct {
	Success bool   `json:"success"`
	EventID string `json:"event_id"`
	// Status is the state that needs attention most among the runs' states;
	// accepted when there is no run.
	Status     string      `json:"status"`
	ReceivedAt string      `json:"received_at"`
	Runs       []runStatus `json:"runs"`
}

type runStatus struct {
	ID       string          `json:"id"`
	Scenario string          `json:"scenario"`
	State    gonets.RunState `json:"state"`
	Reason   gonets.Code     `json:"reason,omitempty"`
	Attempts int             `json:"attempts"`
	// LastStatus is the HTTP status of the last attempt; 0 when no reply came.
	LastStatus int    `json:"last_status,omitempty"`
	LastError  string `json:"last_error,omitempty"`
	// NextAt is when a waiting run goes on.
	NextAt string `json:"next_at,omitempty"`
}

// attention orders the states of runs: the first one found is the event's.
var attention = [...]gonets.RunState{
	gonets.RunPaused, gonets.RunFailed, gonets.RunWaiting, gonets.RunRunning, gonets.RunQueued, gonets.RunHeld,
	gonets.RunCancelled, gonets.RunSucceeded, gonets.RunSkipped,
}

// status tells what became of an event, by its id or its key.
func (x *exchange) status() error {
	ev, runs, err := x.find()
	if err != nil {
		return err
	}
	x.writeJSON(http.StatusOK, describe(&ev, runs))
	return nil
}

// find admits the caller and finds the event that the address names.
func (x *exchange) find() (gonets.Event, []gonets.RunSummary, error) {
	in, hold, err := x.incoming()
	defer hold.release()
	if err != nil {
		return gonets.Event{}, nil, err
	}
	if _, err := x.admit(in); err != nil {
		return gonets.Event{}, nil, err
	}
	ctx := x.r.Context()
	ev, err := x.h.o.Store.FindEvent(ctx, x.b.Source.Name, source.Key(x.addr.arg))
	if err == nil && ev.Source != x.b.Source.Name {
		err = gonets.Errorf(gonets.CodeNotFound, "the source has no such event")
	}
	if err != nil {
		return gonets.Event{}, nil, err
	}
	runs, err := x.h.runs(ctx, ev.ID)
	return ev, runs, err
}

func (h *Handler) runs(ctx context.Context, eventID string) ([]gonets.RunSummary, error) {
	list, err := h.o.Store.Runs(ctx, gonets.RunFilter{EventID: eventID, Ascending: true})
	if err != nil {
		return nil, err
	}
	runs := slices.Clone(list.Items)
	for i := range runs {
		r, said := &runs[i], ""
		if r.LastError != "" && h.o.LastError != nil {
			if said, err = h.o.LastError(ctx, r.ID); err != nil {
				return nil, err
			}
		}
		r.LastError = said
	}
	return runs, nil
}

func describe(ev *gonets.Event, runs []gonets.RunSummary) eventStatus {
	out := eventStatus{
		Success: true, EventID: ev.ID, Status: source.StatusAccepted,
		ReceivedAt: ev.ReceivedAt.UTC().Format(time.RFC3339Nano), Runs: make([]runStatus, 0, len(runs)),
	}
	there := map[gonets.RunState]bool{}
	for i := range runs {
		r := &runs[i]
		there[r.State] = true
		one := runStatus{
			ID: r.ID, Scenario: r.Scenario, State: r.State, Reason: r.Reason, Attempts: r.Attempts,
			LastStatus: r.LastStatus, LastError: clip(r.LastError, 500),
		}
		if r.State == gonets.RunWaiting && !r.DueAt.IsZero() {
			one.NextAt = r.DueAt.UTC().Format(time.RFC3339Nano)
		}
		out.Runs = append(out.Runs, one)
	}
	for _, s := range attention {
		if there[s] {
			out.Status = string(s)
			break
		}
	}
	return out
}

// retry has an event's runs tried again: paused ones go on from the step that
// failed, waiting ones do not wait longer, and of a scenario whose last run
// failed there is a new one.
func (x *exchange) retry() error {
	ev, runs, err := x.find()
	if err != nil {
		return err
	}
	ctx := context.WithoutCancel(x.r.Context())
	actor, now := "source:"+x.b.Source.Name, x.h.o.Clock.Now()
	last := map[string]string{}
	for i := range runs {
		last[runs[i].Scenario] = runs[i].ID
	}
	tried := 0
	for i := range runs {
		r := &runs[i]
		var err error
		switch {
		case r.State == gonets.RunPaused:
			_, err = x.h.o.Control.Act(ctx, gonets.Action{RunID: r.ID, Kind: gonets.ActionResume, Actor: actor, At: now})
		case r.State == gonets.RunWaiting:
			_, err = x.h.o.Control.Act(ctx, gonets.Action{RunID: r.ID, Kind: gonets.ActionSendNow, Actor: actor, At: now})
		case r.State == gonets.RunFailed && last[r.Scenario] == r.ID:
			err = x.h.rerun(ctx, gonets.Rerun{RunID: r.ID, Actor: actor, At: now})
		default:
			continue
		}
		if gonets.CodeOf(err) == gonets.CodeRunState {
			// Somebody else was quicker.
			continue
		}
		if err != nil {
			return err
		}
		tried++
		x.h.o.Bus.Publish(gonets.Change{Kind: "run", ID: r.ID, Event: ev.ID, State: gonets.RunQueued})
	}
	if tried == 0 {
		return gonets.Errorf(gonets.CodeRunState, "nothing of this event waits for another try")
	}
	if runs, err = x.h.runs(ctx, ev.ID); err != nil {
		return err
	}
	x.writeJSON(http.StatusOK, describe(&ev, runs))
	return nil
}

func (h *Handler) rerun(ctx context.Context, r gonets.Rerun) error {
	job, err := h.o.Control.Rerun(ctx, r)
	if err == nil && job.Run.Lease.Held() {
		h.o.Engine.Offer([]gonets.Job{job})
	}
	return err
}
