package main

import (
	"context"
	"log/slog"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/mask"
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
		s, err := seek.Runs(ctx, h.bodies(ctx), f)
		if s.Damage != nil {
			slog.Error("runs are left out of a search: what they carried cannot be read", "runs", s.Unread, "error", s.Damage)
		}
		return s.List, err
	}
	return h.Store.Runs(ctx, f)
}

// Carrying looks through the next stretch of runs for a text.
func (h history) Carrying(ctx context.Context, f gonets.RunFilter, most time.Duration) (seek.Stretch, error) {
	f.Value = search.Normalize(f.Value)
	return seek.Walk(ctx, h.bodies(ctx), f, most)
}

// bodies are where texts are looked for.
func (h history) bodies(ctx context.Context) seek.History {
	version := h.versions(ctx)
	carried := func(ctx context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error) {
		out, err := h.Carried(ctx, runs)
		for i := range out {
			if unknown := h.hides(&out[i].Event); unknown != nil {
				return out[:i], unknown
			}
			v, damage := version(&out[i].Run.Run)
			if damage != nil && gonets.CodeOf(damage) != gonets.CodeDamaged {
				return out[:i], damage
			}
			out[i].Version = v // it tells in which encodings its steps wrote and read
		}
		return out, err
	}
	return seek.History{Runs: h.Store.Runs, Carried: carried, Mask: masks{h.live}.Run, Clock: h.clock}
}

// versions reads the versions of runs, each once; nil is one that is gone.
func (h history) versions(ctx context.Context) func(run *gonets.Run) (*gonets.Version, error) {
	type place struct {
		scenario string
		n        int
	}
	type read struct {
		version *gonets.Version
		err     error
	}
	known := map[place]read{}
	return func(run *gonets.Run) (*gonets.Version, error) {
		at := place{run.Scenario, run.Version}
		r, ok := known[at]
		if !ok && run.Version > 0 {
			if r.version, r.err = h.Version(ctx, run.Scenario, run.Version); gonets.CodeOf(r.err) == gonets.CodeNotFound {
				r.err = nil
			}
			known[at] = r
		}
		return r.version, r.err
	}
}

// hides fails while it cannot be read what an event's source hides: then a run would
// show what it must not, and lack what it holds.
func (h history) hides(ev *gonets.Event) error {
	if _, err := h.live.binding(ev.Source); gonets.Passing(err) {
		return err
	}
	return nil
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
		d, err = h.Check(ctx, id)
	}
	if err == nil {
		err = h.hides(&d.Event)
	}
	return d, err
}

// Data fills in the values by which people recognise runs: those that the
// scenario names as it is published now, or else what looks telling. What an error
// quotes is hidden as on the run's page.
func (h history) Data(ctx context.Context, runs []api.RunSummary) error {
	ids, paths := make([]string, len(runs)), map[string][]string{}
	for i := range runs {
		ids[i] = runs[i].EventID
		if _, known := paths[runs[i].Scenario]; known {
			continue
		}
		info, err := h.Scenario(ctx, runs[i].Scenario)
		if code := gonets.CodeOf(err); err != nil && code != gonets.CodeNotFound && code != gonets.CodeDamaged {
			return err
		}
		paths[runs[i].Scenario] = info.Data
	}
	events, err := h.EventsByID(ctx, ids)
	if err != nil {
		return err
	}
	rules := h.live.masks.Load()
	for i := range runs {
		run, cover := &runs[i], rules.Cover()
		if ev, ok := events[run.EventID]; ok {
			if err := h.tell(run, ev, paths[run.Scenario], cover); err != nil {
				return err
			}
		}
		switch {
		case run.LastError == "":
		case rules.Empty():
			run.LastError = cover.Line(run.LastError)
		default:
			run.LastError, err = h.live.quotes.get(h.live.quotation(run), func() (string, error) { return h.lastError(ctx, run.ID) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// tell fills in by what people recognise a run, and lets cover know what its event
// holds. Where a damaged source hides that, an error that may quote it is not shown.
func (h history) tell(run *api.RunSummary, ev gonets.Event, paths []string, cover *mask.Cover) error {
	b, err := h.live.binding(ev.Source)
	if gonets.Passing(err) {
		return err
	}
	if err != nil {
		run.LastError = ""
		return nil //nolint:nilerr // the other runs of the list are shown
	}
	// A scenario may name any place: what is secret there stays hidden.
	ev = masked(b, ev)
	event := b.Event(&ev)
	cover.Learn("event", event) // credentials in headers are hidden without rules, too
	if !h.live.masks.Load().Empty() {
		event, _ = cover.Value([]string{"event"}, event).(map[string]any)
	}
	for _, t := range search.TellBy(event, paths) {
		run.Data = append(run.Data, api.Datum(t))
	}
	return nil
}

// Outlines are what it takes to tell of runs' last attempts, as people see them.
// What fields hide may come from anywhere in a run: then all of it is read, as of a
// check, and of a version that cannot be read.
func (h history) Outlines(ctx context.Context, runs []gonets.RunSummary) (out []gonets.RunDetail, err error) {
	whole := func(id string) error {
		d, err := h.Run(ctx, id)
		if err == nil {
			out = append(out, outline(masks{h.live}.Run(d)))
		}
		if gonets.CodeOf(err) == gonets.CodeNotFound {
			return nil // removed since
		}
		return err
	}
	var few []gonets.RunSummary
	for i := range runs {
		if h.live.masks.Load().Empty() && runs[i].Mark != gonets.MarkCheck {
			few = append(few, runs[i])
		} else if err := whole(runs[i].ID); err != nil {
			return nil, err
		}
	}
	read, err := h.Store.Outlines(ctx, few)
	if err != nil {
		return nil, err
	}
	version := h.versions(ctx)
	for i := range read {
		if err := h.hides(&read[i].Event); err != nil {
			return nil, err
		}
		v, err := version(&read[i].Run.Run)
		if err != nil {
			if err := whole(read[i].Run.ID); err != nil {
				return nil, err
			}
			continue
		}
		read[i].Version = v
		out = append(out, masks{h.live}.Run(read[i]))
	}
	return out, nil
}

// outline keeps of a run what tells of its last attempt: a page of whole ones may be
// larger than the memory.
func outline(d gonets.RunDetail) gonets.RunDetail {
	out := gonets.RunDetail{Run: d.Run, Version: d.Version}
	for i := range d.Attempts {
		if a := d.Attempts[i]; a.N == d.Run.Attempts {
			a.RequestBody, a.ReplyBody = nil, nil
			out.Attempts = append(out.Attempts, a)
		}
	}
	return out
}

// lastError is a run's last error without what is hidden: a value may have come
// with the event, from a service, or out of a step. Of a run that is gone it is
// empty.
func (h history) lastError(ctx context.Context, id string) (string, error) {
	d, err := h.Run(ctx, id)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return masks{h.live}.Run(d).Run.LastError, nil
}

// Usual are the fields that a source usually sends, by its preset.
func (l *live) Usual(name string) []rehearse.Usual {
	b, err := l.binding(name)
	if err != nil {
		return nil
	}
	fields := b.Preset.Usual()
	out := make([]rehearse.Usual, 0, len(fields))
	for _, f := range fields {
		out = append(out, rehearse.Usual{Path: f.Path, Type: f.Type, Ru: f.LabelRu, En: f.LabelEn})
	}
	return out
}
