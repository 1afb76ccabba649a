package engine

import (
	"log/slog"
	"strconv"

	"gonets"
	"gonets/internal/news"
)

// tell writes into the server's log what went wrong: a failed attempt as a
// warning, a run that ends badly or waits for a person as an error. Neither
// contents nor addresses beyond the host stand there: both may be secret.
func (w *jobWork) tell(t *gonets.Transition) {
	a := t.Attempt
	failed := a != nil && a.Outcome != gonets.OutcomeOK && a.Outcome != gonets.OutcomeCancelled
	ended := (t.State == gonets.RunPaused || t.State == gonets.RunFailed) && t.Reason != gonets.CodeByPerson && t.Reason != gonets.CodeCancelled
	if !failed && !ended {
		return
	}
	about := []any{"run", t.RunID, "scenario", w.run.Scenario, "step", t.Cursor}
	cause := w.run.Scenario + " " + string(t.Reason)
	if failed {
		host := news.HostOf(a.URL)
		about = append(about, "host", host, "code", a.Code, "status", a.Status, "attempt", a.N)
		cause = w.run.Scenario + " " + host + " " + string(a.Code) + " " + strconv.Itoa(a.Status)
	}
	level, what := slog.LevelWarn, "an attempt failed; its run goes on"
	switch {
	case ended && t.State == gonets.RunPaused:
		level, what = slog.LevelError, "a run waits for a person"
	case ended:
		level, what = slog.LevelError, "a run failed"
	case t.State == gonets.RunWaiting:
		what = "an attempt failed; the next one is made by itself"
		about = append(about, "next_try", t.DueAt)
	}
	if ended {
		about = append(about, "reason", t.Reason)
	}
	w.few.Log(level, level.String()+" "+cause, what, about...)
}
