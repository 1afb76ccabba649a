package deeds

import (
	"encoding/json"

	"gonets"
	"gonets/internal/store/pack"
)

// Unlease takes the run from whoever works on it.
const Unlease = `, node = NULL, node_epoch = NULL, lease_seq = lease_seq + 1`

// The changes of actions that begin a run's tries anew: with its own version,
// with another one, and by another lane as well.
const (
	GoOn      = `state = 'queued', reason = '', due_at = ?, tries = 0, step_at = NULL, parked = ` + pack.ParkedIfStopped
	GoOnAs    = GoOn + `, version = ?`
	GoOnAsVia = GoOnAs + `, lane = ?`
)

// Simple is what an action sets that treats all runs alike; empty for one that
// does not.
func Simple(kind gonets.ActionKind, now int64) (set string, args []any) {
	byPerson := string(gonets.CodeByPerson)
	switch kind {
	case gonets.ActionCancel:
		return `state = 'cancelled', parked = 0, reason = ?, due_at = NULL, finished_at = ?`, []any{byPerson, now}
	case gonets.ActionCancelRetries:
		return `state = 'paused', parked = 0, reason = ?, due_at = NULL`, []any{byPerson}
	case gonets.ActionSendNow:
		return `state = 'queued', due_at = ?, reason = '', parked = ` + pack.ParkedIfStopped, []any{now}
	}
	return "", nil
}

// ChangeRetries sets the rest of the tries of a run that stands at a step of its
// version. Of one that waits for a retry, the last try counts as the first of the
// new ones. The action's time is set.
func ChangeRetries(a *gonets.Action, run *gonets.Run, doc *gonets.Scenario, at string) (set string, args []any, err error) {
	st, now := gonets.FindStep(doc.Steps, at), a.At
	switch {
	case a.Retry == nil || len(a.Retry.Delays) == 0:
		return "", nil, gonets.Errorf(gonets.CodeInvalid, "name at least one delay")
	case st == nil || st.HTTP == nil:
		return "", nil, gonets.Errorf(gonets.CodeRunState, "the run stands at a step that sends no request, so nothing is tried again there")
	case run.State == gonets.RunWaiting && run.Tries == 0:
		return "", nil, gonets.Errorf(gonets.CodeRunState, "the run waits for its time, not for a retry")
	}
	change := *a.Retry
	change.Path, change.By, change.At = at, a.Actor, now.UTC()
	text, err := json.Marshal(change)
	if err != nil {
		return "", nil, err
	}
	if run.State == gonets.RunPaused {
		return `policy = ?`, []any{string(text)}, nil
	}
	own := *run
	own.Retry = &change
	policy := own.Policy(at, st.HTTP.Retry)
	return `policy = ?, tries = 1, due_at = ?`, []any{string(text), own.RetryAgain(&policy, now).UnixMilli()}, nil
}
