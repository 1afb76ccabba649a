package deeds

import "gonets"

// Many is one thing that is done to many runs.
type Many struct {
	*gonets.Action
	left map[gonets.Code]int
}

// NewMany is one that has left nobody out.
func NewMany(a *gonets.Action) *Many { return &Many{a, map[gonets.Code]int{}} }

// Leave says why it is not done to one of them.
func (m *Many) Leave(why error) { m.left[gonets.CodeOf(why)]++ }

// LeftOf counts by their reasons those of so many runs to which it was not done:
// whoever gave no other one was in a state that does not allow it.
func (m *Many) LeftOf(all, acted int) map[gonets.Code]int {
	rest := all - acted
	for _, n := range m.left {
		rest -= n
	}
	if rest > 0 {
		m.left[gonets.CodeRunState] += rest
	}
	return m.left
}

// Orphaned is why no new run is made for a scenario that was deleted.
func Orphaned(scenario string) error {
	return gonets.Errorf(gonets.CodeScenarioGone, "the scenario %q was deleted; its runs stay in the history, and no new ones are made of them", scenario)
}

// ItsOwn tells whether an error is about the run that is wanted: its scenario or
// version is not there, or damaged. Others do not suffer from it.
func ItsOwn(err error) bool {
	switch gonets.CodeOf(err) {
	case gonets.CodeNotFound, gonets.CodeConflict, gonets.CodeDamaged:
		return true
	}
	return false
}
