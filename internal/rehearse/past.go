package rehearse

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"gonets"
	"gonets/internal/step"
)

// Past are the last replies of a scenario's steps, by the paths that they have now,
// whatever they were called when they were answered.
type Past map[string]*gonets.Attempt

// looked is how many runs and as many checks are looked through for replies.
const looked = 5

// Past finds the last replies of all of a scenario's steps.
func (r *Room) Past(ctx context.Context, sc *gonets.Scenario) (Past, error) {
	return r.past(ctx, sc, "")
}

// past finds the last replies of the HTTP steps that come before a target; all
// of the scenario's when the target is empty.
func (r *Room) past(ctx context.Context, sc *gonets.Scenario, target string) (Past, error) {
	var wanted []string
	reached := false
	gonets.WalkSteps(sc.Steps, func(path string, st *gonets.Step) {
		reached = reached || path == target && target != ""
		if st.IsRequest() && !reached {
			wanted = append(wanted, path)
		}
	})
	found := Past{}
	if len(wanted) == 0 || sc.Name == "" {
		return found, nil
	}
	// What a person kept comes before whatever came last.
	first, now := gonets.FirstPaths(sc.Steps), map[string]string{}
	for _, path := range wanted {
		now[first[path]] = path
	}
	kept, err := r.Examples.ExampleReplies(ctx, sc.Name, slices.Sorted(maps.Keys(now)))
	if err != nil {
		return nil, err
	}
	for i := range kept {
		found[now[kept[i].Path]] = &kept[i]
	}
	if len(kept) == len(wanted) {
		return found, nil
	}
	var runs []gonets.RunSummary
	for _, mark := range []gonets.Mark{gonets.MarkCheck, ""} {
		list, err := r.Store.Runs(ctx, gonets.RunFilter{Scenario: sc.Name, Mark: mark, Page: gonets.Page{Limit: looked}})
		if err != nil {
			return nil, err
		}
		for _, run := range list.Items {
			if run.Attempts > 0 {
				runs = append(runs, run)
			}
		}
	}
	slices.SortStableFunc(runs, func(a, b gonets.RunSummary) int { return b.CreatedAt.Compare(a.CreatedAt) })
	for _, run := range runs {
		detail, err := r.Store.Run(ctx, run.ID)
		if err != nil {
			return nil, err
		}
		found.take(&detail, now)
		if !slices.ContainsFunc(wanted, func(path string) bool { return found[path] == nil }) {
			break
		}
	}
	return found, nil
}

// Answered are the replies that one run had, for the steps of a scenario that may
// be another version of the run's own.
func Answered(d *gonets.RunDetail, sc *gonets.Scenario) Past {
	found, now := Past{}, map[string]string{}
	for path, first := range gonets.FirstPaths(sc.Steps) {
		now[first] = path
	}
	found.take(d, now)
	return found
}

// take keeps the replies of a run for the steps that have none yet. Now has the
// paths of the steps that matter by their first ones.
func (p Past) take(d *gonets.RunDetail, now map[string]string) {
	first := firstPaths(d)
	for i := range slices.Backward(d.Attempts) {
		a := &d.Attempts[i]
		path, matters := now[cmp.Or(first[a.Path], a.Path)]
		if !matters {
			path, matters = now[a.Path] // a file may have lost the step's first name
		}
		if matters && a.Status != 0 && !a.Fenced && a.Kept() && !a.Purpose.Asks() && p[path] == nil {
			p[path] = a
		}
	}
}

// firstPaths are the first paths of the steps of a run's version. What the run
// did at others, with an older version, is known by the path itself.
func firstPaths(d *gonets.RunDetail) map[string]string {
	if d.Version == nil {
		return nil
	}
	return gonets.FirstPaths(d.Version.Scenario.Steps)
}

// finish shows the steps after an HTTP step its last reply, if there is one.
func (p Past) finish(h *step.HTTP, path string, st *gonets.Step, s *step.Scope) (found bool) {
	a := p[path]
	if a == nil {
		return false
	}
	h.Finish(st, gonets.StepResult{Path: path, State: gonets.StepDone, Attempt: a.N}, a, s)
	return true
}
