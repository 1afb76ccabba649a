package deeds

import (
	"encoding/json"
	"time"

	"gonets"
	"gonets/internal/store/pack"
)

// Unlease takes the run from whoever works on it.
const Unlease = `, node = NULL, node_epoch = NULL, lease_seq = lease_seq + 1`

// The changes of actions that begin a run's tries anew: with its own version,
// behind the step at which it stands, with another version, and by another lane
// as well.
const (
	GoOn      = `state = 'queued', reason = '', due_at = ?, tries = 0, step_at = NULL, ` + pack.NewRound + `, parked = ` + pack.ParkedIfStopped
	GoBehind  = `state = 'queued', reason = '', due_at = ?, tries = 0, step_at = NULL, ` + pack.NewStep + `, parked = ` + pack.ParkedIfStopped
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
// version. The action's time is set.
func ChangeRetries(a *gonets.Action, run *gonets.Run, doc *gonets.Scenario, at string) (set string, args []any, err error) {
	st := gonets.FindStep(doc.Steps, at)
	switch {
	case a.Retry == nil:
		return "", nil, gonets.Errorf(gonets.CodeInvalid, "say how it is tried again")
	case st == nil || st.Sends() == nil:
		return "", nil, gonets.Errorf(gonets.CodeRunState, "the run stands at a step that sends no request, so nothing is tried again there")
	case run.State == gonets.RunWaiting && !run.Retrying():
		return "", nil, gonets.Errorf(gonets.CodeRunState, "the run waits for its time, not for a retry")
	}
	change, now := *a.Retry, *run
	change.Path, change.By, change.At = at, a.Actor, a.At.UTC()
	if !now.Change(change, st.Sends().Retry) {
		return "", nil, gonets.Errorf(gonets.CodeInvalid, "name at least one pause")
	}
	text, err := json.Marshal(change)
	if err != nil {
		return "", nil, err
	}
	if run.State == gonets.RunPaused {
		return `policy = ?`, []any{string(text)}, nil
	}
	if policy := now.Policy(at, st.Sends().Retry); policy.Deadline != nil && !policy.Quiet.Until(now.DueAt.Add(-time.Millisecond)).IsZero() && now.DueAt.After(change.At.Add(policy.Deadline.D())) {
		return "", nil, gonets.Errorf(gonets.CodeRunState, "the next attempt would be at %s, when the quiet hours end: that is behind the deadline", now.DueAt.UTC().Format(time.RFC3339))
	}
	return `policy = ?, tries = ?, unsure = ?, due_at = ?`, []any{string(text), now.Tries, pack.Unsure(now.Doubts, now.Asked), now.DueAt.UnixMilli()}, nil
}
