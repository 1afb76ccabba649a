package store

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/tally"
)

// Prune removes up to limit final runs that finished before a time, with all
// that belongs to them, and events that have no run (left). Runs that are not
// final stay whatever their age, but for those that were held longer than
// [gonets.RetentionAge] for a scenario that never ran. It also forgets keys whose window is over and
// gives freed pages back to the disk. It works in small commits, and at most
// [gonets.RetentionBatch] of what is not a final run in one call, and returns
// how many runs it removed.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := s.KeepUses(ctx); err != nil {
		return 0, err
	}
	total, err := s.upkeep(ctx, &s.paces.runs, limit, func(t *txn, want int) (int, error) { return t.pruneRuns(before, want) })
	if err != nil {
		return total, err
	}
	held, err := s.upkeep(ctx, &s.paces.runs, min(limit-total, gonets.RetentionBatch), (*txn).pruneHeld)
	if total += held; err != nil {
		return total, err
	}
	_, err = s.upkeep(ctx, &s.paces.orphans, gonets.RetentionBatch, func(t *txn, want int) (int, error) { return t.pruneOrphans(before, want) })
	if err == nil {
		_, err = s.upkeep(ctx, &s.paces.keys, 10*gonets.RetentionBatch, (*txn).pruneKeys)
	}
	if err != nil {
		return total, err
	}
	if err := s.commits.run(ctx, queue.Maintain, func(t *txn) error { return deeds.Forget(t, &s.sweep) }); err != nil {
		return total, err
	}
	if err := s.PruneBulks(ctx, before); err != nil {
		return total, err
	}
	if err := s.PruneTallies(ctx); err != nil {
		return total, err
	}
	checks, err := s.PruneChecks(ctx, before, limit)
	if err != nil {
		return total, err
	}
	return total + checks, s.freePages(ctx)
}

// upkeep does up to limit of something, a part in each commit, until a part
// finds less than it wanted. The parts give way to those who wait for a commit.
func (s *Store) upkeep(ctx context.Context, p *queue.Pace, limit int, part func(*txn, int) (int, error)) (total int, err error) {
	for total < limit {
		want, n := 0, 0
		err := s.commits.run(ctx, queue.Spare, func(t *txn) (err error) {
			want = min(limit-total, p.Size(s.opt.Room.Full()))
			watch := gonets.StartStopwatch()
			if n, err = part(t, want); err == nil {
				err = t.send()
			}
			p.Learn(n, watch.Microseconds())
			return err
		})
		if err != nil {
			return total, err
		}
		if total += n; n < want {
			break
		}
	}
	return total, nil
}

// freePages gives what is free back to the disk, a part in each commit.
func (s *Store) freePages(ctx context.Context) error {
	for before := int64(math.MaxInt64); s.dialect.FreePages != ""; {
		var free int64
		err := s.commits.run(ctx, queue.Spare, func(t *txn) error {
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

// goneRun is a run that is to be removed.
type goneRun struct {
	pack.Gone
	id    string
	state gonets.RunState
	key   tally.Key
	// alone is true when its event is not there.
	alone bool
}

// removeRuns removes the runs that a query finds with all that is theirs. Those
// whose event another node uses at the moment stay for a later turn: whether they
// are its last has to be known for the counts.
func (t *txn) removeRuns(find string, args ...any) (int, error) {
	runs, err := pack.Collect(t, find, args, func(scan func(...any) error) (g goneRun, err error) {
		var source string
		var at int64
		err = scan(&g.id, &g.state, &g.Event, &g.Owner, &source, &at, &g.alone)
		g.key = tally.KeyOf(source, time.UnixMilli(at))
		return g, err
	})
	if err != nil {
		return 0, err
	}
	locked, err := t.lockEvents(runs)
	if err != nil {
		return 0, err
	}
	removed, worst := 0, map[string]goneRun{}
	for _, run := range runs {
		if !run.alone && !locked[run.Event] {
			continue
		}
		removed++
		for _, m := range []*dialect.Many{pack.AttemptsGone, pack.ResultsGone, pack.RunBodiesGone, pack.ValuesGone, deeds.RerunsGone, deeds.ActsGone, pack.RunGone} {
			t.later(m, []any{run.id})
		}
		if run.state != gonets.RunSucceeded {
			t.tally.At(run.key).Gone++
		}
		if w, known := worst[run.Event]; known {
			run.state = tally.Worse(w.state, run.state)
		}
		worst[run.Event] = run
	}
	events := make([]pack.Gone, 0, len(worst))
	for _, run := range worst {
		events = append(events, run.Gone)
	}
	return removed, t.settleEvents(events, worst)
}

// settleEvents removes events that have no run left and counts them by the worst
// of all their runs; of others it keeps what that is so far.
func (t *txn) settleEvents(events []pack.Gone, worst map[string]goneRun) error {
	fallen, err := tally.WhatFell(t, events)
	if err != nil {
		return err
	}
	gone, err := t.removeEvents(events)
	if err != nil {
		return err
	}
	for _, event := range gone {
		state := worst[event].state
		if before, ok := fallen[event]; ok {
			state = tally.Worse(before, state)
			t.later(tally.FallenGone, []any{event})
		}
		t.tally.At(worst[event].key).Removed(state)
		delete(worst, event)
	}
	for event, run := range worst {
		before, ok := fallen[event]
		if run.alone || run.state == gonets.RunSucceeded || ok && tally.Worse(before, run.state) == before {
			continue
		}
		t.later(tally.Fallen, []any{event, string(run.state)})
	}
	return nil
}

// lockEvents are the events of runs that no other node uses.
func (t *txn) lockEvents(runs []goneRun) (map[string]bool, error) {
	events := make([]pack.Gone, len(runs))
	for i := range runs {
		events[i] = runs[i].Gone
	}
	events, err := pack.LockGone(t, &t.s.dialect, events)
	locked := make(map[string]bool, len(events))
	for _, g := range events {
		locked[g.Event] = true
	}
	return locked, err
}

// removeEvents removes events that have no run and are locked, and tells which
// those were. The bodies go last: events of one request share theirs.
func (t *txn) removeEvents(events []pack.Gone) (gone []string, err error) {
	if len(events) == 0 {
		return nil, nil
	}
	slices.SortFunc(events, func(a, b pack.Gone) int { return strings.Compare(a.Event, b.Event) })
	part := &dialect.Part{Many: pack.EventGone}
	for _, g := range events {
		part.Rows = append(part.Rows, []any{g.Event})
	}
	if err := t.send(part); err != nil {
		return nil, err
	}
	for i, g := range events {
		if part.Hit[i] {
			gone = append(gone, g.Event)
		}
		t.later(pack.EventBodiesGone, []any{g.Owner})
	}
	return gone, nil
}

// pruneOrphans looks through one batch of old events for those without runs,
// beginning where it ended the last time.
func (t *txn) pruneOrphans(before time.Time, limit int) (int, error) {
	from, err := filter.ParseCursor(t.s.orphans)
	if err != nil {
		return 0, err
	}
	rows, err := pack.Orphans(t, before.UnixMilli(), from.At, from.ID, limit)
	if err != nil {
		return 0, err
	}
	t.s.orphans = ""
	var orphans []pack.Gone
	for i, r := range rows {
		if r.Orphan {
			orphans = append(orphans, r.Gone)
		}
		if i+1 == limit {
			t.s.orphans = filter.Cursor{At: r.At, ID: r.Event}.String()
		}
	}
	// Another node may be about to run an event again: what is not locked here
	// stays for a later turn.
	if orphans, err = pack.LockGone(t, &t.s.dialect, orphans); err == nil {
		_, err = t.removeEvents(orphans)
	}
	return len(rows), err
}

// pruneKeys forgets keys whose window is over.
func (t *txn) pruneKeys(limit int) (int, error) {
	rows, err := pack.OldKeys(t, t.now, limit)
	for _, row := range rows {
		t.later(pack.KeyGone, row)
	}
	return len(rows), err
}
