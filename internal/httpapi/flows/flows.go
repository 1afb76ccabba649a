// Package flows is the room of the interface for how runs went from step to step.
package flows

import (
	"cmp"
	"context"
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/flow"
)

// Book counts runs.
type Book interface {
	Flow(ctx context.Context, scenario string) (flow.Flow, error)
}

// Scenarios knows what versions called their steps.
type Scenarios interface {
	Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error)
	Version(ctx context.Context, scenario string, n int) (*gonets.Version, error)
}

// Room is what the operation needs.
type Room struct {
	Book      Book
	Scenarios Scenarios
}

// Question names a scenario.
type Question struct {
	Name string `path:"name"`
}

// Answer is its flow.
type Answer struct{ Body api.ScenarioFlow }

// Read tells how a scenario's runs went. Steps of several versions are one when
// only their names differ.
func (r Room) Read(ctx context.Context, in *Question) (*Answer, error) {
	if _, err := r.Scenarios.Scenario(ctx, in.Name); err != nil {
		return nil, err
	}
	found, err := r.Book.Flow(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	out := api.ScenarioFlow{Since: found.Since, More: found.More, Sources: []api.SourceFlow{}, Steps: []api.StepFlow{}}
	for _, s := range found.Sources {
		out.Sources = append(out.Sources, api.SourceFlow{Source: s.Name, Runs: s.Runs})
	}
	firsts, at := map[int]map[string]string{}, map[string]int{}
	for _, s := range found.Steps {
		first, known := firsts[s.Version]
		if !known {
			v, err := r.Scenarios.Version(ctx, in.Name, s.Version)
			// Of a version that cannot be read the names are taken as they are.
			if code := gonets.CodeOf(err); err != nil && code != gonets.CodeNotFound && code != gonets.CodeDamaged {
				return nil, err
			}
			if v != nil {
				first = gonets.FirstPaths(v.Scenario.Steps)
			}
			firsts[s.Version] = first
		}
		path := cmp.Or(first[s.Path], s.Path)
		if _, known := at[path]; !known {
			at[path] = len(out.Steps)
			out.Steps = append(out.Steps, api.StepFlow{Path: path})
		}
		sum := &out.Steps[at[path]]
		sum.Runs, sum.Waiting = sum.Runs+s.Runs, sum.Waiting+s.Waiting
	}
	slices.SortFunc(out.Steps, func(a, b api.StepFlow) int { return cmp.Compare(a.Path, b.Path) })
	return &Answer{out}, nil
}
