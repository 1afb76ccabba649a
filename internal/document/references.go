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

// Known are the saved requests of the set, and of those that the server has the
// others.
func (s *Set) Known(stored []gonets.SavedRequest) []gonets.SavedRequest {
	known := slices.Clone(s.Requests)
	for _, r := range stored {
		if !slices.ContainsFunc(s.Requests, func(own gonets.SavedRequest) bool { return own.Name == r.Name }) {
			known = append(known, r)
		}
	}
	return known
}

// Uses gives the scenarios the saved requests that they name, of the set or of those
// that the server has, and finds what does not fit.
func (s *Set) Uses(stored []gonets.SavedRequest, check Checks) []gonets.Problem {
	var problems []gonets.Problem
	known := s.Known(stored)
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		if check.Uses == nil {
			sc.Use(known)
			continue
		}
		for _, p := range check.Uses(sc, known) {
			problems = append(problems, s.Locate(KindScenario, sc.Name, p))
		}
	}
	return problems
}

// Differing are the names of those requests that say something else among the present
// ones. One that is gone or damaged says nothing.
func Differing(was, now []gonets.SavedRequest) (names []string) {
	for i := range was {
		j := slices.IndexFunc(now, func(r gonets.SavedRequest) bool { return r.Name == was[i].Name })
		if j >= 0 && now[j].Damage == nil && !was[i].Same(&now[j]) {
			names = append(names, was[i].Name)
		}
	}
	return names
}
