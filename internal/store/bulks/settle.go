package bulks

import (
	"context"
	"database/sql"
	"time"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// settleRows bounds how many runs one look counts.
const settleRows = 2_000

// unsettledSQL finds the runs of a job that are not counted yet, or are counted
// as retrying, with the states in which they are.
const unsettledSQL = `SELECT b.run, r.state FROM bulk_runs b LEFT JOIN runs r ON r.id = b.run
	WHERE b.bulk = ? AND b.retrying = ? AND b.run > ? ORDER BY b.run LIMIT ?`

// span is a part of a job's runs in the order of their ids, counted as retrying
// or not: those behind one, up to another.
const (
	span    = ` WHERE bulk = ? AND retrying = ? AND run > ? AND run <= ? AND `
	stateOf = `COALESCE((SELECT r.state FROM runs r WHERE r.id = bulk_runs.run), '')`
	// settledSQL takes out those of a span that are over, or gone.
	settledSQL = `DELETE FROM bulk_runs` + span + stateOf + ` NOT IN ('queued', 'running', 'waiting') RETURNING ` + stateOf
	// retryingSQL and workingSQL are for those of a span that began to wait for
	// another try, or do so no more.
	retryingSQL = `UPDATE bulk_runs SET retrying = 1` + span + stateOf + ` = 'waiting'`
	workingSQL  = `UPDATE bulk_runs SET retrying = 0` + span + stateOf + ` IN ('queued', 'running')`
)

type outcome struct {
	run   string
	state sql.NullString
}

func scanOutcome(scan func(...any) error) (o outcome, err error) {
	err = scan(&o.run, &o.state)
	return o, err
}

// UnsettledBulks are the jobs with runs whose outcome is not known yet.
func (b *Jobs) UnsettledBulks(ctx context.Context) ([]string, error) {
	ids, err := pack.Texts(b.base.Read(ctx), unsettledJobsSQL, "", maxRunning)
	return ids, b.base.Wrap(err)
}

// unsettledJobsSQL hops from job to job.
const unsettledJobsSQL = `WITH RECURSIVE jobs (bulk) AS (
		SELECT (SELECT min(bulk) FROM bulk_runs WHERE bulk > ?)
		UNION ALL
		SELECT (SELECT min(b.bulk) FROM bulk_runs b WHERE b.bulk > jobs.bulk) FROM jobs WHERE jobs.bulk IS NOT NULL)
	SELECT bulk FROM jobs WHERE bulk IS NOT NULL LIMIT ?`

// SettleBulk counts what became of a job's runs, those that were not counted
// before and a part of those that retry. changed tells whether the tally is another
// one now; look is where the next call goes on.
func (b *Jobs) SettleBulk(ctx context.Context, id string, look bulk.Look) (changed bool, next bulk.Look, err error) {
	q := b.base.Read(ctx)
	var moved []part
	for retrying, after := range []*string{&look.Working, &look.Retrying} {
		p, last, err := b.gather(q, id, part{retrying: retrying, after: *after})
		if err != nil {
			return false, look, b.base.Wrap(err)
		}
		if *after = last; p.until != "" {
			moved = append(moved, p)
		}
	}
	if len(moved) == 0 {
		return b.close(ctx, id, look)
	}
	err = b.base.Change(ctx, func(t floor.Txn) error {
		j, err := lock(t, b.base, id)
		if err != nil {
			return err
		}
		for _, p := range moved {
			if err := p.count(t, &j); err != nil {
				return err
			}
		}
		finish(t, &j)
		return store(t, &j)
	})
	return err == nil, look, err
}

// part is a span of a job's runs.
type part struct {
	retrying     int
	after, until string
}

// gather looks behind p.after for runs that stand elsewhere than they are counted.
// The part ends with the last of them, and is empty when there is none; next is
// where another look goes on.
func (b *Jobs) gather(q pack.Reader, id string, p part) (_ part, next string, err error) {
	rows, err := pack.Collect(q, unsettledSQL, []any{id, p.retrying, p.after, settleRows}, scanOutcome)
	if err != nil {
		return p, p.after, err
	}
	if len(rows) == settleRows {
		next = rows[len(rows)-1].run
	}
	for _, o := range rows {
		if place(o.state) != p.retrying {
			p.until = o.run
		}
	}
	return p, next, nil
}

const (
	onItsWay = iota
	retries
	settled
)

// place is how a run in a state is counted.
func place(state sql.NullString) int {
	switch gonets.RunState(state.String) {
	case gonets.RunQueued, gonets.RunRunning:
		return onItsWay
	case gonets.RunWaiting:
		return retries
	}
	return settled
}

// count moves the part's runs to where they belong. Those that another server has
// counted meanwhile are not met.
func (p part) count(t floor.Txn, j *bulk.Job) error {
	args := []any{j.ID, p.retrying, p.after, p.until}
	over, err := pack.Texts(t, settledSQL, args...)
	if err != nil {
		return err
	}
	for _, state := range over {
		tally(&j.Tally, gonets.RunState(state))
	}
	if p.retrying == onItsWay {
		begun, err := t.Changed(retryingSQL, args...)
		j.Retrying += int(begun)
		return err
	}
	ended, err := t.Changed(workingSQL, args...)
	j.Retrying -= int(ended) + len(over)
	return err
}

func tally(t *bulk.Tally, state gonets.RunState) {
	switch state {
	case gonets.RunSucceeded, gonets.RunSkipped:
		t.Succeeded++
	case gonets.RunPaused, gonets.RunHeld:
		t.Paused++
	default: // ended badly, or removed already
		t.Failed++
	}
}

// finish ends a job of which every run was met and none is on its way.
func finish(t floor.Txn, j *bulk.Job) bool {
	if j.State != bulk.Running || !j.Walked || j.Working() > 0 {
		return false
	}
	j.State, j.FinishedAt = bulk.Finished, t.Now()
	return true
}

// close ends a job that has nothing left to count.
func (b *Jobs) close(ctx context.Context, id string, next bulk.Look) (bool, bulk.Look, error) {
	j, err := b.Bulk(ctx, id)
	if err != nil || j.State != bulk.Running || !j.Walked || j.Working() > 0 {
		return false, next, err
	}
	err = b.base.Change(ctx, func(t floor.Txn) error {
		j, err := lock(t, b.base, id)
		if err != nil || !finish(t, &j) {
			return err
		}
		return store(t, &j)
	})
	return err == nil, next, err
}

// PruneBulks forgets jobs that were over before a time.
func (b *Jobs) PruneBulks(ctx context.Context, before time.Time) error {
	return b.base.Change(ctx, func(t floor.Txn) error {
		gone, err := pack.Texts(t, `DELETE FROM bulks WHERE finished_at < ? RETURNING id`, before.UnixMilli())
		if err != nil || len(gone) == 0 {
			return err
		}
		return t.Exec(`DELETE FROM bulk_runs WHERE bulk IN (`+pack.In(len(gone))+`)`, pack.Args(gone)...)
	})
}

// Queries are those that are asked again and again.
func Queries() map[string]string {
	return map[string]string{"mass actions": listSQL, "running mass actions": runningSQL, "unsettled runs": unsettledSQL,
		"unsettled mass actions": unsettledJobsSQL,
		"settled runs":           settledSQL, "runs that retry": retryingSQL, "runs that retry no more": workingSQL}
}
