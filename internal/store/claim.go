package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// The texts of the partial indexes' conditions: SQLite uses such an index only
// when the query says the same.
const (
	unleased     = `state IN ('queued', 'waiting') AND node IS NULL`
	indexedState = filter.IndexedState
)

// fitting is how many of the due runs fit into the claim's bytes.
func (t *txn) fitting(c *gonets.Claim) (int, error) {
	limit := min(c.Limit, gonets.ClaimBatch)
	if c.Bytes <= 0 || limit <= 1 {
		return limit, nil
	}
	sizes, err := pack.Collect(t, pack.SizesSQL(&t.s.dialect), []any{c.Lane, c.Now.UnixMilli(), limit},
		func(scan func(...any) error) (n int64, err error) {
			err = scan(&n)
			return n, err
		})
	left := c.Bytes
	for i, size := range sizes {
		if left -= size; left < 0 {
			return max(i, 1), err
		}
	}
	return limit, err
}

// Claim takes up to c.Limit due runs of a lane for a node and returns them
// with all that their next step needs. The claim is durable. A run that cannot
// be read is paused with CodeInternal; the others are returned.
func (s *Store) Claim(ctx context.Context, c gonets.Claim) ([]gonets.Job, error) {
	var runs []gonets.Run
	err := s.commits.lease(ctx, func(t *txn) (_ []gonets.Run, err error) {
		limit, err := t.fitting(&c)
		if err != nil {
			return nil, err
		}
		now := c.Now.UnixMilli()
		runs, err = pack.Collect(t, pack.ClaimSQL(&s.dialect),
			[]any{c.Node, c.Epoch, now, c.Lane, now, limit}, pack.ScanRun)
		return runs, err
	})
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	slices.SortFunc(runs, func(a, b gonets.Run) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	// The leases are ours now: a caller that went away must not keep them.
	ctx = context.WithoutCancel(ctx)
	jobs, err := loadJobs(s.reader(ctx), runs)
	if err != nil {
		return s.loadEach(ctx, runs)
	}
	return jobs, nil
}

// loadEach reads runs one by one, so that one that cannot be read keeps none
// of the others. That one is paused; when it is the database that cannot be
// read, what is left is given back.
func (s *Store) loadEach(ctx context.Context, runs []gonets.Run) (jobs []gonets.Job, failure error) {
	for i := range runs {
		one := runs[i : i+1]
		job, err := loadJobs(s.reader(ctx), one)
		if err == nil {
			jobs = append(jobs, job...)
			continue
		}
		s.opt.Logger.Error("a claimed run could not be read", "run", one[0].ID, "lane", one[0].Lane, "error", err)
		if s.unreadable(ctx, err) {
			_, err = s.Finish(ctx, gonets.PauseUnreadable(&one[0], err, s.opt.Clock.Now()))
		} else {
			failure = errors.Join(failure, s.dialect.Wrap(err))
			err = s.Release(ctx, one)
		}
		failure = errors.Join(failure, err)
	}
	return jobs, failure
}

// unreadable tells whether an error is about the rows that were read, and not
// about the database or the caller.
func (s *Store) unreadable(ctx context.Context, err error) bool {
	return ctx.Err() == nil && s.dialect.Classify(err) == dialect.FaultOperation
}

// loadJobs reads what runs need for their next step.
func loadJobs(q pack.Reader, runs []gonets.Run) ([]gonets.Job, error) {
	ids := make([]string, len(runs))
	events := make([]string, len(runs))
	for i := range runs {
		ids[i], events[i] = runs[i].ID, runs[i].EventID
	}
	found, err := pack.LoadEvents(q, events, -1)
	if err != nil {
		return nil, err
	}
	results, err := pack.LoadResults(q, ids)
	if err != nil {
		return nil, err
	}
	jobs := make([]gonets.Job, len(runs))
	for i, r := range runs {
		ev, ok := found[r.EventID]
		if !ok {
			return nil, fmt.Errorf("the event %s is not there", r.EventID)
		}
		jobs[i] = gonets.Job{Run: r, Event: ev, Results: results[r.ID]}
		if jobs[i].Replies, err = pack.LoadReplies(q, r.ID, jobs[i].Results); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// Backlog lists the lanes that have unleased work, with the time of their
// first. It hops from lane to lane, so a lane with a million runs costs as
// much as one with a single run.
func (s *Store) Backlog(ctx context.Context) ([]gonets.LaneBacklog, error) {
	out, err := pack.Collect(s.reader(ctx), pack.BacklogSQL, nil, func(scan func(...any) error) (b gonets.LaneBacklog, err error) {
		var due sql.NullInt64
		err = scan(&b.Lane, &due)
		b.NextDue = pack.FromMS(due)
		return b, err
	})
	return out, s.dialect.Wrap(err)
}

// audit records who did what, in the same commit as the deed.
func (t *txn) audit(actor, action, object, detail string) error {
	id, _ := t.s.ids.Next(t.now)
	return t.exec(`INSERT INTO audit (id, at, actor, action, object, detail) VALUES (?, ?, ?, ?, ?, ?)`,
		id, t.now.UnixMilli(), actor, action, object, detail)
}

// orNow is at, or the transaction's time when the caller gave none.
func (t *txn) orNow(at time.Time) time.Time {
	if at.IsZero() {
		return t.now
	}
	return at
}
