package store

import (
	"context"
	"math"
	"time"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
)

// Prune removes up to limit final runs that finished before a time, with all
// that belongs to them, and events that have no run (left). Runs that are not
// final stay whatever their age, but for those that were held longer than
// [gonets.RetentionAge] for a scenario that never ran. It also forgets keys whose window is over and
// gives freed pages back to the disk. It works in batches of
// [gonets.RetentionBatch] and returns how many runs it removed.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := s.KeepUses(ctx); err != nil {
		return 0, err
	}
	total := 0
	for total < limit {
		want, n := min(limit-total, gonets.RetentionBatch), 0
		err := s.commits.run(ctx, queue.Maintain, func(t *txn) (err error) {
			n, err = t.pruneRuns(before, want)
			return err
		})
		total += n
		if err != nil {
			return total, err
		}
		if n < want {
			break
		}
	}
	held := 0
	err := s.commits.run(ctx, queue.Maintain, func(t *txn) (err error) {
		if held, err = t.pruneHeld(min(limit-total, gonets.RetentionBatch)); err != nil {
			return err
		}
		if err := t.pruneOrphans(before); err != nil {
			return err
		}
		if err := deeds.Forget(t); err != nil {
			return err
		}
		return t.pruneKeys()
	})
	if err != nil {
		return total, err
	}
	if err := s.PruneBulks(ctx, before); err != nil {
		return total + held, err
	}
	checks, err := s.PruneChecks(ctx, before, limit)
	if err != nil {
		return total + held, err
	}
	return total + held + checks, s.freePages(ctx)
}

// freePages gives what is free back to the disk, a part in each commit.
func (s *Store) freePages(ctx context.Context) error {
	for before := int64(math.MaxInt64); s.dialect.FreePages != ""; {
		var free int64
		err := s.commits.run(ctx, queue.Maintain, func(t *txn) error {
			_, err := pack.Collect(t, s.dialect.FreePages, nil, func(func(...any) error) (struct{}, error) {
				return struct{}{}, nil
			})
			if err != nil {
				return err
			}
			return t.Row(s.dialect.UnusedBytes, nil, &free)
		})
		if err != nil || free == 0 || free >= before {
			return err
		}
		before = free
	}
	return nil
}

// pruneRuns removes one batch of final runs.
func (t *txn) pruneRuns(before time.Time, limit int) (int, error) {
	return t.removeRuns(pack.FinalSQL(&t.s.dialect), before.UnixMilli(), limit)
}

// pruneHeld removes old held runs of scenarios that never ran: nobody waits
// for them. Those of a scenario that was stopped stay for its next start.
func (t *txn) pruneHeld(limit int) (total int, err error) {
	names, err := pack.Texts(t, `SELECT name FROM scenarios WHERE started_at IS NULL`)
	border := t.now.Add(-gonets.RetentionAge)
	for _, name := range names {
		if total >= limit {
			break
		}
		n, err := t.removeRuns(pack.HeldSQL(&t.s.dialect), name, pack.From(border), border.UnixMilli(), limit-total)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, err
}

// removeRuns removes the runs that a query finds with all that is theirs.
func (t *txn) removeRuns(find string, args ...any) (int, error) {
	var runs []string
	events, err := pack.Collect(t, find, args, func(scan func(...any) error) (g pack.Gone, err error) {
		var run string
		err = scan(&run, &g.Event, &g.Owner)
		runs = append(runs, run)
		return g, err
	})
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		for _, m := range []*dialect.Many{pack.AttemptsGone, pack.ResultsGone, pack.RunBodiesGone, pack.ValuesGone, deeds.RerunsGone, pack.RunGone} {
			t.later(m, []any{run})
		}
	}
	return len(runs), t.removeEvents(events)
}

// removeEvents removes events that have no run. The bodies go last: events of
// one request share theirs. Another node may be about to run an event again: what
// is not locked here stays for a later turn, what is may have a run by now.
func (t *txn) removeEvents(events []pack.Gone) error {
	events, err := pack.LockGone(t, &t.s.dialect, events)
	if err != nil {
		return err
	}
	for _, g := range events {
		t.later(pack.EventGone, []any{g.Event})
	}
	for _, g := range events {
		t.later(pack.EventBodiesGone, []any{g.Owner})
	}
	return nil
}

// pruneOrphans looks through one batch of old events for those without runs,
// beginning where it ended the last time.
func (t *txn) pruneOrphans(before time.Time) error {
	from, err := filter.ParseCursor(t.s.orphans)
	if err != nil {
		return err
	}
	type row struct {
		pack.Gone
		at     int64
		orphan bool
	}
	rows, err := pack.Collect(t, pack.OrphansSQL,
		[]any{before.UnixMilli(), from.At, from.ID, gonets.RetentionBatch},
		func(scan func(...any) error) (r row, err error) {
			err = scan(&r.at, &r.Event, &r.Owner, &r.orphan)
			return r, err
		})
	if err != nil {
		return err
	}
	t.s.orphans = ""
	var orphans []pack.Gone
	for i, r := range rows {
		if r.orphan {
			orphans = append(orphans, r.Gone)
		}
		if i+1 == gonets.RetentionBatch {
			t.s.orphans = filter.Cursor{At: r.at, ID: r.Event}.String()
		}
	}
	return t.removeEvents(orphans)
}

func (t *txn) pruneKeys() error {
	type row struct {
		source string
		key    []byte
	}
	rows, err := pack.Collect(t, `SELECT source, idem_key FROM dedupe WHERE expires_at <= ? LIMIT ?`,
		[]any{t.now.UnixMilli(), 10 * gonets.RetentionBatch}, func(scan func(...any) error) (r row, err error) {
			err = scan(&r.source, &r.key)
			return r, err
		})
	if err != nil {
		return err
	}
	for _, r := range rows {
		t.later(pack.KeyGone, []any{r.source, r.key, t.now.UnixMilli()})
	}
	return nil
}

// maxCount is where counting stops.
const maxCount = 10_000

// countable are the unfinished states with the condition of the index that
// counts them.
var countable = [...]struct {
	state gonets.RunState
	index string
}{
	{gonets.RunHeld, indexedState}, {gonets.RunQueued, indexedState}, {gonets.RunRunning, "node IS NOT NULL"},
	{gonets.RunWaiting, indexedState}, {gonets.RunPaused, indexedState},
}

// Stats counts unfinished runs, each state up to 10 000, and the bytes of the
// database: SizeBytes is what live data takes, so that it falls as rows are
// removed; FreeBytes is what the file holds beyond that, to be used again. The
// log counts in neither.
func (s *Store) Stats(ctx context.Context) (gonets.StoreStats, error) {
	out := gonets.StoreStats{Runs: map[gonets.RunState]int{}}
	q, end := s.ask(ctx)
	defer end()
	for _, c := range countable {
		var n int
		err := q.Row(`SELECT count(*) FROM (SELECT 1 FROM runs WHERE state = ? AND `+c.index+` LIMIT ?) c`,
			[]any{string(c.state), maxCount}, &n)
		if err != nil {
			return out, q.wrap(err)
		}
		out.Runs[c.state] = n
	}
	err := q.Row(s.dialect.UnusedBytes, nil, &out.FreeBytes)
	if err == nil {
		err = q.Row(s.dialect.UsedBytes, nil, &out.SizeBytes)
	}
	return out, q.wrap(err)
}
