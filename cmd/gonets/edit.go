package main

import (
	"context"

	"gonets"
)

// edits changes documents one at a time and puts them into force before it
// answers, so that the next event already meets them.
type edits struct{ documents }

func (e edits) CreateSource(ctx context.Context, n gonets.NewDocument[gonets.Source]) (string, error) {
	name, err := e.Store.CreateSource(ctx, n)
	return name, e.inForce(ctx, err)
}

func (e edits) SaveSource(ctx context.Context, c gonets.SourceChange) error {
	return e.inForce(ctx, e.Store.SaveSource(ctx, c))
}

func (e edits) DeleteSource(ctx context.Context, name, actor string) error {
	return e.inForce(ctx, e.Store.DeleteSource(ctx, name, actor))
}

func (e edits) AddAddress(ctx context.Context, source, actor string) error {
	return e.inForce(ctx, e.Store.AddAddress(ctx, source, actor))
}

func (e edits) RetireAddress(ctx context.Context, source string, n int, actor string) error {
	return e.inForce(ctx, e.Store.RetireAddress(ctx, source, n, actor))
}

func (e edits) CreateScenario(ctx context.Context, n gonets.NewDocument[gonets.Scenario]) (string, error) {
	name, err := e.Store.CreateScenario(ctx, n)
	return name, e.inForce(ctx, err)
}

// Publish lets the engine follow a scenario that starts.
func (s scenarios) Publish(ctx context.Context, p gonets.Publish) (gonets.ScenarioInfo, error) {
	info, err := s.Store.Publish(ctx, p)
	if err == nil {
		s.follow(p.Scenario.Name, info.State)
	}
	return info, err
}

// drafts are the edits of scenarios; publishing one may start it.
type drafts struct {
	edits
	states scenarios
}

func (d drafts) Publish(ctx context.Context, p gonets.Publish) (gonets.ScenarioInfo, error) {
	info, err := d.states.Publish(ctx, p)
	return info, d.inForce(ctx, err)
}

func (d drafts) DeleteScenario(ctx context.Context, name, actor string) error {
	return d.inForce(ctx, d.Store.DeleteScenario(ctx, name, actor))
}
