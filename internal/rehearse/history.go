package rehearse

import (
	"gonets"
	"gonets/api"
	"gonets/internal/step"
)

// Variables are what became known with each step of a run: first what it began
// with, under an empty path. It is empty for a run that has no version yet.
func (r *Room) Variables(d gonets.RunDetail) []api.StepVariables {
	out := []api.StepVariables{}
	if d.Version == nil {
		return out
	}
	c := &check{Room: r, draft: step.CompileDraft(&d.Version.Scenario), event: d.Event, told: map[string]string{}}
	scope := func(results []gonets.StepResult) {
		c.scope = step.NewScope(&gonets.Job{Run: d.Run.Run, Event: d.Event, Results: results, Replies: replies(d.Attempts)}, c.draft.Program, r.Env)
		c.scope.At(step.Now(&d.Run.Run, d.Run.CreatedAt))
	}
	tell := func(path string) {
		if v := c.fresh(); len(v) > 0 {
			out = append(out, api.StepVariables{Path: path, Variables: v})
		}
	}
	scope(nil)
	tell("")
	if d.Run.Mark == gonets.MarkNotKept {
		return out // what its steps made known was not kept
	}
	done := gonets.NewProgress(d.Results)
	var so []gonets.StepResult
	gonets.WalkSteps(d.Version.Scenario.Steps, func(path string, _ *gonets.Step) {
		result, finished := done[path]
		if !finished {
			return
		}
		so = append(so, result)
		scope(so)
		tell(path)
	})
	return out
}

func replies(attempts []gonets.Attempt) map[int]*gonets.Attempt {
	m := make(map[int]*gonets.Attempt, len(attempts))
	for i := range attempts {
		m[attempts[i].N] = &attempts[i]
	}
	return m
}
