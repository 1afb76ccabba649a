package rehearse

import (
	"gonets"
	"gonets/internal/step"
)

// Failure is why a step of a draft cannot be done with what a run had before it, as
// people see it; nil when nothing keeps it from being done.
func (r *Room) Failure(sc *gonets.Scenario, job *gonets.Job, path string) (*gonets.Problem, error) {
	d := step.CompileDraft(sc)
	s, err := step.NewScope(job, d.Program, r.Env)
	if err != nil {
		return nil, err
	}
	s.At(job.Run.StepAt)
	if err = attempt(d, s, path); err == nil {
		return nil, nil
	}
	p := step.Problems(d.PointerOf(path), err)[0]
	if p.Pointer == d.PointerOf(path) {
		for _, v := range d.Values(path, s) {
			if v.Err != nil || len(v.Missing) > 0 {
				p.Pointer = v.Pointer
				break
			}
		}
	}
	p = r.cover(s).Problem(p)
	return &p, nil
}

// attempt does a step as far as nothing is sent.
func attempt(d *step.Draft, s *step.Scope, path string) error {
	if _, err := d.When(path, s); err != nil {
		return err
	}
	if h := d.HTTP(path); h != nil {
		_, err := h.Build(path, s, d.Program)
		return err
	}
	_, err := d.Run(path, s)
	return err
}
