package document

import (
	"slices"
	"strconv"

	"gonets"
	"gonets/internal/value"
)

// UnknownSources are the references of scenarios to sources that are neither
// in the set nor among those that the server has.
func (s *Set) UnknownSources(stored []string) []gonets.Problem {
	known := slices.Clone(stored)
	for _, src := range s.Sources {
		known = append(known, src.Name)
	}
	var problems []gonets.Problem
	for _, sc := range s.Scenarios {
		for i, name := range sc.Sources {
			if slices.Contains(known, name) {
				continue
			}
			p := gonets.Mistake("/sources/"+strconv.Itoa(i), gonets.CodeNoSource,
				"there is no source %q; add its document to the call or correct the name", name)
			p.Suggestion = value.Nearest(name, known)
			problems = append(problems, s.Locate(KindScenario, sc.Name, p))
		}
	}
	return problems
}
