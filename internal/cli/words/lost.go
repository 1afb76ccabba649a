package words

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonets"
	"gonets/api"
)

// Unchosen ends the help of a choice of versions: what happens without one.
func Unchosen(action string) string {
	if action == api.ActionRerun {
		return "; the current one when left out"
	}
	return "; its own when left out, or the current one if the step has changed there"
}

// Lost says with which version a run goes on whose step the current one does not have
// at its place; empty when it has it.
func Lost(r *api.Run) string {
	if r.StepLost == "" || !slices.Contains(r.Actions, string(gonets.ActionResume)) {
		return ""
	}
	step := "the step"
	for i := range r.Steps {
		if s := &r.Steps[i]; s.State == api.StepActive {
			step = stepName(s.Path, s.Title)
		}
	}
	return fmt.Sprintf("%s %s; resume sends it with version %d. With --version current %s", step, lostFrom(r.StepLost, r.CurrentVersion), r.Version, lostThen(r.StepLost))
}

// LostMany says it of the runs that a mass action would resume, as far as its plan
// tells them apart, in sentences that go before another one.
func LostMany(b *api.NewBulk, p *api.BulkPlan) string {
	if p == nil || b.Action != string(gonets.ActionResume) || b.Version != "" && b.Version != api.VersionCurrent {
		return ""
	}
	var parts []string
	for i := range p.Groups {
		g := &p.Groups[i]
		if g.StepLost == "" {
			continue
		}
		then := "it is sent with each run's own version"
		if b.Version == api.VersionCurrent {
			then = lostThen(g.StepLost)
		}
		parts = append(parts, fmt.Sprintf("%s of %s %s: %s (%d).", stepName(g.Step, g.StepTitle), g.Scenario, lostFrom(g.StepLost, g.CurrentVersion), then, g.Runs))
	}
	if len(parts) > maxStand {
		parts = append(parts[:maxStand], "The same goes for other steps.")
	}
	return strings.Join(append(parts, ""), " ")
}

func lostFrom(lost string, version int) string {
	if lost == api.StepMoved {
		return fmt.Sprintf("stands elsewhere in the current version %d", version)
	}
	return fmt.Sprintf("was removed in the current version %d", version)
}

func lostThen(lost string) string {
	if lost == api.StepMoved {
		return "it is sent anew, if the run comes to where it is now"
	}
	return "it will not be sent"
}

func stepName(path, title string) string {
	name := cmp.Or(path, "its first step")
	if title != "" {
		name += " “" + title + "”"
	}
	return name
}
