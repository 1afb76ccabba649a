package store

import (
	"context"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// Runs lists runs, newest first unless Ascending. Pages stay true while runs are added. A page may
// hold fewer runs than there is room for, even none, when few of many match: as long as there is a
// Next, the list goes on. The last page of an ascending list has a Next too, so that a follower can
// go on from there; it is empty only when the page is.
func (s *Store) Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	var out gonets.List[gonets.RunSummary]
	queries, err := filter.Runs(f)
	if err != nil {
		return out, err
	}
	ask, end := s.ask(ctx)
	defer end()
	size := f.Page.Size()
	// Runs beyond the nearest border may have others between them that were not
	// looked for yet.
	border := ""
	for _, q := range queries {
		want := filter.Want[gonets.RunSummary]{Size: size, Part: s.walkPart, Columns: pack.SummaryColumns, Join: pack.SummaryJoin, Scan: pack.ScanSummary}
		items, at, err := filter.Page(ask, &q, want)
		if dialect.Corrupt(err) && ctx.Err() == nil { // what is damaged of an attempt hides no run
			want.Columns, want.Join = pack.BareColumns, ""
			if items, at, err = filter.Page(ask, &q, want); err == nil {
				err = pack.LoadLast(ask, items)
			}
		}
		if err != nil {
			return out, ask.wrap(err)
		}
		if at != "" && (border == "" || q.Farther(border, at)) {
			border = at
		}
		out.Items = append(out.Items, items...)
	}
	if len(queries) > 1 {
		out.Items = queries[0].Merge(out.Items, border)
	}
	switch n := len(out.Items); {
	case n > size:
		out.Items = out.Items[:size]
		out.Next = filter.Cursor{ID: out.Items[size-1].ID}.String()
	case border != "":
		out.Next, out.Reached = filter.Cursor{ID: border}.String(), filter.At(border)
	case n > 0 && f.Ascending:
		out.Next = filter.Cursor{ID: out.Items[n-1].ID}.String()
	}
	return out, ask.wrap(pack.LoadFronts(ask, out.Items))
}

// Run returns everything that is kept about a run, as far as it can be read;
// what is damaged is left out and logged.
func (s *Store) Run(ctx context.Context, id string) (gonets.RunDetail, error) {
	ask, end := s.ask(ctx)
	defer end()
	out, err := s.runDetail(ask, id)
	return out, ask.wrap(err)
}

func (s *Store) runDetail(q reader, id string) (out gonets.RunDetail, err error) {
	damaged := func(err error) bool { return s.dialect.Damage(q.ctx, err) }
	tolerate := func(part string, err error) error {
		if err == nil || !damaged(err) {
			return err
		}
		s.opt.Logger.Error("a part of a run cannot be read", "run", id, "part", part, "error", err)
		out.Unread = append(out.Unread, part)
		return nil
	}
	sums, err := pack.Collect(q, `SELECT `+pack.BareColumns+` FROM runs r WHERE r.id = ?`, []any{id}, pack.ScanSummary)
	if err != nil {
		return out, err
	}
	if len(sums) == 0 {
		return out, noRun(id)
	}
	out.Run = sums[0]
	if err := tolerate("acts", deeds.Link(q, &out)); err != nil {
		return out, err
	}
	events, err := pack.LoadEvents(q, []string{out.Run.EventID}, -1)
	if out.Event = events[out.Run.EventID]; err == nil && out.Event.ID == "" {
		out.Unread = append(out.Unread, "event")
	}
	if err := tolerate("event", err); err != nil {
		return out, err
	}
	results, err := pack.LoadResults(q, []string{id})
	if err := tolerate("results", err); err != nil {
		return out, err
	}
	out.Results = results[id]
	out.Attempts, err = pack.LoadTried(q, &out.Run, damaged)
	if err := tolerate("attempts", err); err != nil || out.Run.Version == 0 {
		return out, err
	}
	out.Version, err = s.Version(q.ctx, out.Run.Scenario, out.Run.Version)
	return out, tolerate("version", err)
}

// pageBodies is how many bytes of large bodies [Store.EventsByID] reads.
const pageBodies = 1 << 20

// EventsByID returns the events that are still there, by id, as far as they can
// be read; large bodies are left out when there are many.
func (s *Store) EventsByID(ctx context.Context, ids []string) (map[string]gonets.Event, error) {
	ask, end := s.ask(ctx)
	defer end()
	found, err := pack.LoadEvents(ask, ids, pageBodies)
	if err != nil && found != nil && s.dialect.Damage(ask.ctx, err) {
		s.opt.Logger.Error("events cannot be read whole", "error", err)
		return found, nil
	}
	return found, ask.wrap(err)
}
