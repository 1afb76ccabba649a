package main

import (
	"context"
	"log/slog"

	"gonets"
	"gonets/api"
	"gonets/internal/drift"
	"gonets/internal/news"
	"gonets/internal/store"
	"gonets/setting"
)

// usual is how sources usually are.
type usual struct {
	*store.Store
	watch    *drift.Watch
	settings func() setting.Settings
}

// newUsual lets the fields of events be learned.
func newUsual(st *store.Store, config *live, clock gonets.Clock, log *slog.Logger) usual {
	return usual{Store: st, settings: config.Settings, watch: drift.NewWatch(drift.Options{
		Book: st, Reader: config.Reader, Clock: clock, Log: log, Scenarios: func(ctx context.Context, source string) ([]gonets.Scenario, error) {
			info, err := st.Source(ctx, source)
			if err != nil {
				return nil, err
			}
			var out []gonets.Scenario
			for _, name := range info.Scenarios {
				sc, err := st.Scenario(ctx, name)
				if code := gonets.CodeOf(err); code == gonets.CodeNotFound || code == gonets.CodeDamaged {
					continue // it was deleted between the two reads, or nobody knows what it reads
				}
				if err != nil {
					return nil, err
				}
				out = append(out, sc.Scenario)
			}
			return out, nil
		},
	})}
}

// Fields tells what is known of a source's fields.
func (u usual) Fields(ctx context.Context, source string) (api.SourceFields, error) {
	set := u.settings()
	rule := set.Notices.Rule(setting.RuleDrift)
	out := api.SourceFields{On: *rule.On && news.Fits(rule.Sources, source), Changes: []api.FieldChange{}}
	if !out.On {
		return out, nil
	}
	known, err := u.watch.Show(ctx, source)
	if err != nil {
		return out, err
	}
	out.Learned, out.Events, out.Fields = known.Learned, known.Events, known.Fields
	for i := range known.Changes {
		c := &known.Changes[i]
		one := api.FieldChange{Kind: string(c.Kind), Path: c.Path, Was: append([]string{}, c.Was.Names()...), Now: append([]string{}, c.Now.Names()...),
			Since: c.At(), Uses: []api.FieldUse{}}
		for _, use := range c.Uses {
			one.Uses = append(one.Uses, api.FieldUse(use))
		}
		out.Changes = append(out.Changes, one)
	}
	return out, nil
}

// AcceptFields makes what comes now the usual.
func (u usual) AcceptFields(ctx context.Context, source, actor string) error {
	return u.watch.Accept(ctx, source, actor)
}
