package filter

import (
	"slices"
	"testing"

	"gonets"
)

// TestListOfSeveralStatesNamesEveryRunOnce: a run may move between the questions
// for two states.
func TestListOfSeveralStatesNamesEveryRunOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ascending    bool
		border, want string
	}{{false, "", "dcba"}, {false, "b", "dcb"}, {true, "", "abcd"}, {true, "c", "abc"}} {
		var found []gonets.RunSummary
		for i, r := range "cabdb" {
			var s gonets.RunSummary
			s.ID, s.Attempts = string(r), i
			found = append(found, s)
		}
		q := Query{Ascending: c.ascending}
		got := ""
		merged := q.Merge(found, c.border)
		for _, s := range merged {
			got += s.ID
		}
		if b := slices.IndexFunc(merged, func(s gonets.RunSummary) bool { return s.ID == "b" }); got != c.want || merged[b].Attempts != 2 {
			t.Errorf("ascending %v, border %q: %s, want %s", c.ascending, c.border, got, c.want)
		}
	}
}
