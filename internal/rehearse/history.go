package rehearse

import (
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/mask"
	"gonets/internal/step"
)

// Variables are what became known with each step of a run: first what it began
// with, under an empty path. It is empty for a run that has no version yet, and leaves
// out what was erased and what may hold cookies that cannot be opened.
func (r *Room) Variables(d gonets.RunDetail) ([]api.StepVariables, error) {
	out := []api.StepVariables{}
	if d.Version == nil || d.Event.Mark == gonets.MarkErased {
		return out, nil
	}
	c := &check{Room: r, draft: step.CompileDraft(&d.Version.Scenario), event: d.Event, run: d, told: map[string]string{}}
	job := gonets.Job{Run: d.Run.Run, Event: d.Event, Replies: replies(d.Attempts)}
	first, err := step.NewScope(&job, c.draft.Program, r.Env)
	if err != nil {
		return nil, err
	}
	scope := func(results []gonets.StepResult) {
		after := job
		after.Results = results
		c.scope = first.Anew(&after, c.draft.Program)
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
		return out, nil // what its steps made known was not kept
	}
	done, unchecked := gonets.NewProgress(d.Results), mask.Unchecked(d.Attempts)
	var so []gonets.StepResult
	gonets.WalkSteps(d.Version.Scenario.Steps, func(path string, _ *gonets.Step) {
		result, finished := done[path]
		erased := func(a gonets.Attempt) bool { return a.Erased && a.N == result.Attempt }
		if !finished || unchecked(&result) || slices.ContainsFunc(d.Attempts, erased) {
			return
		}
		so = append(so, result)
		scope(so)
		tell(path)
	})
	return out, nil
}

func replies(attempts []gonets.Attempt) map[int]*gonets.Attempt {
	m := make(map[int]*gonets.Attempt, len(attempts))
	for i := range attempts {
		m[attempts[i].N] = &attempts[i]
	}
	return m
}
