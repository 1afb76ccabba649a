package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gonets"
	"gonets/internal/store/blame"
	"gonets/internal/store/pack"
)

// unleased is the text of a partial index' condition: SQLite uses such an index
// only when the query says the same.
const unleased = `state IN ('queued', 'waiting') AND node IS NULL`

// claiming is a claim as far as it has come.
type claiming struct {
	*gonets.Claim
	// bytes are left of the claim's.
	bytes int64
	runs  []gonets.Run
}

// fitting is how many of a scenario's due runs fit into what is left of the
// claim's bytes. The first run of a claim always fits.
func (t *txn) fitting(c *claiming, scenario string, limit int) (int, error) {
	first := len(c.runs) == 0
	if c.Bytes <= 0 || first && limit <= 1 {
		return limit, nil
	}
	sizes, err := pack.Collect(t, pack.SizesSQL(&t.s.dialect), []any{c.Lane, scenario, c.Now.UnixMilli(), limit},
		func(scan func(...any) error) (n int64, err error) {
			err = scan(&n)
			return n, err
		})
	for i, size := range sizes {
		if c.bytes -= size; c.bytes < 0 {
			if first {
				i = max(i, 1)
			}
			return i, err
		}
	}
	return limit, err
}

// maxTurns bounds the scenarios that share one claim; the others have the next.
const maxTurns = 32

// claim takes due runs of all of a lane's scenarios in equal parts; what one
// leaves over the others get.
func (t *txn) claim(claim *gonets.Claim) (_ []gonets.Run, err error) {
	c := &claiming{Claim: claim, bytes: claim.Bytes}
	turns := c.Scenarios
	if turns == nil {
		if turns, err = pack.Texts(t, pack.ClaimableSQL, c.Lane, c.Lane, maxClaimable); err != nil {
			return nil, err
		}
	}
	if n := len(turns); n > 1 {
		t.s.claims++
		from := t.s.claims % n
		turns = slices.Concat(turns[from:], turns[:from])[:min(n, maxTurns)]
	}
	now := c.Now.UnixMilli()
	for left := min(c.Limit, gonets.ClaimBatch); len(turns) > 0 && left > 0; {
		var more []string
		for i, scenario := range turns {
			want := max(1, left/(len(turns)-i))
			limit, err := t.fitting(c, scenario, want)
			if err != nil {
				return nil, err
			}
			if limit == 0 {
				return c.runs, nil
			}
			got, err := pack.Collect(t, pack.ClaimSQL(&t.s.dialect),
				[]any{c.Node, c.Epoch, now, c.Lane, scenario, now, limit}, pack.ScanRun)
			if err != nil {
				return nil, err
			}
			c.runs = append(c.runs, got...)
			if left -= len(got); len(got) == want {
				more = append(more, scenario)
			}
			if limit < want || left == 0 {
				return c.runs, nil
			}
		}
		turns = more
	}
	return c.runs, nil
}

// maxClaimable bounds the scenarios of a lane that a claim looks up.
const maxClaimable = 1_000

// Claim takes up to c.Limit due runs of a lane for a node and returns them
// with all that their next step needs. The claim is durable. A run that cannot
// be read is paused with CodeInternal, or is Unread when that cannot be; the
// others are returned.
func (s *Store) Claim(ctx context.Context, c gonets.Claim) ([]gonets.Job, error) {
	var runs []gonets.Run
	err := s.commits.lease(ctx, func(t *txn) (_ []gonets.Run, err error) {
		runs, err = t.claim(&c)
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
	jobs, err := pack.LoadJobs(s.reader(ctx), runs)
	if err != nil {
		return s.loadEach(ctx, runs)
	}
	return jobs, nil
}

// loadEach reads runs one by one, so that one that cannot be read keeps none
// of the others. That one is paused, where a page is damaged after a few tries. One that
// the database cannot give or pause now is left to the caller, who gives it back later.
func (s *Store) loadEach(ctx context.Context, runs []gonets.Run) (jobs []gonets.Job, failure error) {
	for i := range runs {
		one := runs[i : i+1]
		job, err := pack.LoadJobs(s.reader(ctx), one)
		if err == nil {
			s.damaged.Read(one[0].ID)
			jobs = append(jobs, job...)
			continue
		}
		s.opt.Logger.Error("a claimed run could not be read", "run", one[0].ID, "lane", one[0].Lane, "error", err)
		if s.dialect.Unreadable(ctx, err) || s.dialect.Damage(ctx, err) && s.damaged.Ends(one[0].ID) {
			_, err = s.Finish(ctx, blame.Unreadable(s.reader(ctx), &one[0], err, s.opt.Clock.Now()))
		}
		if err != nil {
			jobs = append(jobs, gonets.Job{Run: one[0], Unread: true})
			failure = errors.Join(failure, s.dialect.Wrap(err))
		}
	}
	return jobs, failure
}

// Backlog lists the lanes that have unleased work, with the time of their first and their scenarios.
// It hops from one to the next: a lane with a million runs costs as much as one with a single run.
func (s *Store) Backlog(ctx context.Context) (out []gonets.LaneBacklog, err error) {
	_, err = pack.Collect(s.reader(ctx), pack.BacklogSQL, nil, func(scan func(...any) error) (none struct{}, err error) {
		var lane, scenario string
		var at sql.NullInt64
		if err = scan(&lane, &scenario, &at); err != nil || !at.Valid {
			return none, err
		}
		due, n := pack.FromMS(at), len(out)
		if n == 0 || out[n-1].Lane != lane {
			out = append(out, gonets.LaneBacklog{Lane: lane, NextDue: due, Scenarios: []string{scenario}})
			return none, nil
		}
		b := &out[n-1]
		if b.Scenarios = append(b.Scenarios, scenario); due.Before(b.NextDue) {
			b.NextDue = due
		}
		return none, nil
	})
	return out, s.dialect.Wrap(err)
}

// Audit records who did what, in the same commit as the deed.
func (t *txn) Audit(actor, action, object, detail string) error {
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
