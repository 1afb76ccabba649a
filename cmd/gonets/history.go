package main

import (
	"context"

	"gonets"
	"gonets/api"
	"gonets/internal/rehearse"
	"gonets/internal/search"
	"gonets/internal/seek"
	"gonets/internal/store"
)

// history is what was: runs, and beside them checks, which only those find who
// ask for them.
type history struct {
	*store.Store
	live  *live
	clock gonets.Clock
}

// Runs finds runs by a value however a person types it.
func (h history) Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	if f.Mark == gonets.MarkCheck {
		return h.Checks(ctx, f)
	}
	f.Value = search.Normalize(f.Value)
	if f.Text != "" {
		return seek.Runs(ctx, seek.History{Runs: h.Store.Runs, Carried: h.Carried, Mask: h.live.Mask, Clock: h.clock}, f)
	}
	return h.Store.Runs(ctx, f)
}

// CountRuns counts runs by a value however a person types it.
func (h history) CountRuns(ctx context.Context, f gonets.RunFilter) (gonets.RunCount, error) {
	if f.Mark == gonets.MarkCheck {
		return gonets.RunCount{More: true}, nil
	}
	f.Value = search.Normalize(f.Value)
	return h.Store.CountRuns(ctx, f)
}

// ChartRuns tells how runs went over time; checks are no part of that.
func (h history) ChartRuns(ctx context.Context, f gonets.RunFilter, spans []gonets.RunTally) ([]gonets.RunTally, error) {
	if f.Mark == gonets.MarkCheck {
		return spans, nil
	}
	f.Value = search.Normalize(f.Value)
	return h.Store.ChartRuns(ctx, f, spans)
}

// Run is everything about a run or a check.
func (h history) Run(ctx context.Context, id string) (gonets.RunDetail, error) {
	d, err := h.Store.Run(ctx, id)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return h.Check(ctx, id)
	}
	return d, err
}

// Data are the values by which people recognise events.
func (h history) Data(ctx context.Context, ids []string) (map[string][]api.Datum, error) {
	events, err := h.EventsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]api.Datum, len(events))
	for id, ev := range events {
		for _, t := range search.Tell(h.live.Event(&ev)) {
			out[id] = append(out[id], api.Datum(t))
		}
	}
	return out, nil
}

// Usual are the fields that a source usually sends, by its preset.
func (l *live) Usual(name string) []rehearse.Usual {
	b, err := l.binding(name)
	if err != nil {
		return nil
	}
	out := make([]rehearse.Usual, 0, len(b.Preset.Fields))
	for _, f := range b.Preset.Fields {
		out = append(out, rehearse.Usual{Path: f.Path, Type: f.Type, Ru: f.LabelRu, En: f.LabelEn})
	}
	return out
}
