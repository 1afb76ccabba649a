package engine

import (
	"maps"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/step"
)

// over ends a step with the reply of the attempt that was just made.
func (w *jobWork) over(next gonets.ActionNext, h *step.HTTP, r gonets.StepResult) {
	w.add(r)
	h.Finish(next.Step, r, w.attempt, w.scope)
	w.run.Passed(next.Path, next.Step)
	w.freeze()
}

// heard does what follows from asking whether the step's request was done; it
// returns true when the run goes on. Asking uses up no tries of the step.
func (w *jobWork) heard(next gonets.ActionNext, h *step.HTTP, a *gonets.Attempt, found []byte) bool {
	w.attempt, w.run.Attempts = a, a.N
	if !a.Charged {
		w.giveBack()
		return false
	}
	a.Charged = false
	older := w.renewable(next)
	verdict := gonets.Heard(a.Purpose, &a.Exchange, w.run.Policy(next.Path, h.Retry()), gonets.Try{
		RunID: w.run.ID, Attempt: a.N, Tries: w.run.Asked + 1, First: w.run.FirstTry(next.Path), Now: w.Clock.Now(), Renews: older != "",
	})
	switch verdict.Kind {
	case gonets.VerdictDone:
		w.over(next, h, gonets.StepResult{Path: next.Path, State: gonets.StepDone, Attempt: a.N, Value: found})
		return true
	case gonets.VerdictSend:
		// Before it is sent again, this is committed: see http.
		w.run.Doubts, w.run.Asked = w.run.Doubts.Without(next.Path), 0
		return true
	case gonets.VerdictRenew:
		a.Purpose = gonets.PurposeExpired
		return w.renew(next, older)
	case gonets.VerdictRetry:
		w.run.Asked++
		t := w.transition(gonets.RunWaiting)
		t.DueAt, t.Reason = verdict.At, verdict.Reason
		w.commit(t)
	default:
		t := w.transition(gonets.RunPaused)
		t.Reason = verdict.Reason
		w.commit(t)
	}
	return false
}

// renewable is the path of the step that can be done again when an answer says
// that what it gave is too old: once in a round of tries.
func (w *jobWork) renewable(next gonets.ActionNext) string {
	r := next.Step.Sends().Renew
	if r == nil || w.run.Renewal != nil {
		return ""
	}
	return renewPath(w.done, next.Path, r.Step)
}

// renewPath is the path of the step that the one at a path renews: the nearest of
// that id outwards that was done; empty when there is none.
func renewPath(done gonets.Progress, path, id string) string {
	for {
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
		at := gonets.StepPath(path, id)
		if r, ok := done[at]; ok && r.State != gonets.StepSkipped {
			return at
		}
		if path == "" {
			return ""
		}
	}
}

// renew leaves a step for an older one that has to be done again. That its result
// is forgotten and where the run goes on afterwards is one commit.
func (w *jobWork) renew(next gonets.ActionNext, older string) bool {
	w.run.Leave(next.Path, older)
	delete(w.done, older)
	w.results = slices.DeleteFunc(w.results, func(r gonets.StepResult) bool { return r.Path == older })
	t := w.transition(gonets.RunRunning)
	t.KeepLease, t.Forget = true, []string{older}
	if !w.commit(t) {
		return false
	}
	w.rebuild()
	w.freeze()
	return true
}

// rebuild makes the scope anew of what is done.
func (w *jobWork) rebuild() {
	job := gonets.Job{Run: w.run, Event: *w.event, Replies: maps.Clone(w.scope.Replies())}
	for _, r := range w.done {
		job.Results = append(job.Results, r)
	}
	w.scope = w.scope.Anew(&job, w.program)
}
