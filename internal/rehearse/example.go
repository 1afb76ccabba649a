package rehearse

import (
	"cmp"
	"context"

	"gonets"
	"gonets/api"
)

// Keep makes the reply to an attempt what later previews and checks of its step
// read, until another one is kept or it is dropped.
func (r *Room) Keep(ctx context.Context, scenario string, in api.NewExample, actor string) (api.Example, error) {
	var none api.Example
	d, err := r.Store.Run(ctx, in.Run)
	if err != nil {
		return none, err
	}
	if d.Run.Scenario != scenario {
		return none, gonets.Errorf(gonets.CodeNotFound, "the scenario %q has no run %s", scenario, in.Run)
	}
	for i := range d.Attempts {
		a := &d.Attempts[i]
		if a.N != in.Attempt || a.Status == 0 || !a.Kept() || a.Fenced || a.Purpose.Asks() {
			continue
		}
		e := gonets.Example{Scenario: scenario, EventID: d.Event.ID, Attempt: *a, SavedAt: r.Clock.Now().UTC(), SavedBy: actor}
		if d.Event.Mark == gonets.MarkCheck {
			e.EventID = "" // it was made up
		}
		e.Attempt.Path = cmp.Or(firstPaths(&d)[a.Path], a.Path)
		return example(&e), r.Examples.SaveExample(ctx, e)
	}
	return none, gonets.Errorf(gonets.CodeNotFound, "the run %s has no attempt %d whose reply was kept", in.Run, in.Attempt)
}

// Kept are the examples of a scenario's steps, the newest first. A step is named
// by its first path, which all versions have in common.
func (r *Room) Kept(ctx context.Context, scenario string) ([]api.Example, error) {
	list, err := r.Examples.Examples(ctx, scenario)
	out := make([]api.Example, 0, len(list))
	for i := range list {
		out = append(out, example(&list[i]))
	}
	return out, err
}

// Drop lets the last reply of a step be read again.
func (r *Room) Drop(ctx context.Context, scenario, path string) error {
	return r.Examples.DropExample(ctx, scenario, path)
}

func example(e *gonets.Example) api.Example {
	return api.Example{Step: e.Attempt.Path, Status: e.Attempt.Status, SavedAt: e.SavedAt, SavedBy: e.SavedBy}
}
