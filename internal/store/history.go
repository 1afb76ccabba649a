package store

import (
	"cmp"
	"context"
	"slices"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// summaryFrom joins the run's last attempt.
const summarySelect = `SELECT ` + pack.RunColumns + `, r.source,
		COALESCE(a.status, 0), COALESCE(a.outcome, ''), a.error
	FROM runs r LEFT JOIN attempts a ON a.run = r.id AND a.n = r.attempts `

func scanSummary(scan func(...any) error) (sum gonets.RunSummary, err error) {
	dest, fill := pack.RunDest(&sum.Run)
	var text []byte
	if err = scan(append(dest, &sum.Source, &sum.LastStatus, &sum.LastOutcome, &text)...); err == nil {
		fill()
		sum.LastError = string(text)
	}
	return sum, err
}

// Runs lists runs, newest first unless Ascending. Pages stay true while runs
// are added. The last page of an ascending list has a Next too, so that a
// follower can go on from there; it is empty only when the page is.
func (s *Store) Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	var out gonets.List[gonets.RunSummary]
	queries, err := filter.Runs(f)
	if err != nil {
		return out, err
	}
	size := f.Page.Size()
	for _, q := range queries {
		items, err := pack.Collect(s.reader(ctx), q.Text(summarySelect, f), append(q.Args, size+1), scanSummary)
		if err != nil {
			return out, s.dialect.Wrap(err)
		}
		out.Items = append(out.Items, items...)
	}
	if len(queries) > 1 {
		slices.SortFunc(out.Items, func(a, b gonets.RunSummary) int {
			if f.Ascending {
				return cmp.Compare(a.ID, b.ID)
			}
			return cmp.Compare(b.ID, a.ID)
		})
	}
	more := len(out.Items) > size
	if more {
		out.Items = out.Items[:size]
	}
	if n := len(out.Items); n > 0 && (more || f.Ascending) {
		out.Next = filter.Cursor{ID: out.Items[n-1].ID}.String()
	}
	return out, nil
}

// Run returns everything that is kept about a run, as far as it can be read;
// what is damaged is left out and logged.
func (s *Store) Run(ctx context.Context, id string) (gonets.RunDetail, error) {
	out, err := s.runDetail(ctx, id)
	return out, s.dialect.Wrap(err)
}

func (s *Store) runDetail(ctx context.Context, id string) (out gonets.RunDetail, err error) {
	q := s.reader(ctx)
	tolerate := func(err error) error {
		if err == nil || !s.unreadable(ctx, err) {
			return err
		}
		s.opt.Logger.Error("a part of a run cannot be read", "run", id, "error", err)
		return nil
	}
	sums, err := pack.Collect(q, summarySelect+`WHERE r.id = ?`, []any{id}, scanSummary)
	if err != nil {
		return out, err
	}
	if len(sums) == 0 {
		return out, noRun(id)
	}
	out.Run = sums[0]
	events, err := pack.LoadEvents(q, []string{out.Run.EventID}, -1)
	if err := tolerate(err); err != nil {
		return out, err
	}
	out.Event = events[out.Run.EventID]
	results, err := pack.LoadResults(q, []string{id})
	if err := tolerate(err); err != nil {
		return out, err
	}
	out.Results = results[id]
	out.Attempts, err = pack.LoadAttempts(q, id, nil)
	if err := tolerate(err); err != nil || out.Run.Version == 0 {
		return out, err
	}
	out.Version, err = s.Version(ctx, out.Run.Scenario, out.Run.Version)
	return out, tolerate(err)
}
