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
// before and a part of those that retry. moved tells whether the tally is another
// one now; look is where the next call goes on.
func (b *Jobs) SettleBulk(ctx context.Context, id string, look bulk.Look) (moved bool, next bulk.Look, err error) {
	q := b.base.Read(ctx)
	working, next1, err := b.gather(q, id, 0, look.Working)
	if err != nil {
		return false, look, b.base.Wrap(err)
	}
	retrying, next2, err := b.gather(q, id, 1, look.Retrying)
	if err != nil {
		return false, look, b.base.Wrap(err)
	}
	next = bulk.Look{Working: next1, Retrying: next2}
	if len(working)+len(retrying) == 0 {
		return b.close(ctx, id, next)
	}
	err = b.base.Change(ctx, func(t floor.Txn) error {
		j, err := lock(t, b.base, id)
		if err != nil {
			return err
		}
		for from, rows := range [][]outcome{working, retrying} {
			if err := count(t, &j, from, rows); err != nil {
				return err
			}
		}
		finish(t, &j)
		return store(t, &j)
	})
	return err == nil, next, err
}

// gather finds runs that stand elsewhere than they are counted.
func (b *Jobs) gather(q pack.Reader, id string, retrying int, after string) (out []outcome, next string, err error) {
	rows, err := pack.Collect(q, unsettledSQL, []any{id, retrying, after, settleRows}, scanOutcome)
	if err != nil {
		return nil, after, err
	}
	if len(rows) == settleRows {
		next = rows[len(rows)-1].run
	}
	for _, o := range rows {
		if place(o.state) != retrying {
			out = append(out, o)
		}
	}
	return out, next, nil
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

// count moves runs to where they belong. Those that another server has counted
// meanwhile are not met.
func count(t floor.Txn, j *bulk.Job, from int, rows []outcome) error {
	for _, to := range []int{onItsWay, retries, settled} {
		var runs []string
		states := map[string]gonets.RunState{}
		for _, o := range rows {
			if place(o.state) == to {
				runs = append(runs, o.run)
				states[o.run] = gonets.RunState(o.state.String)
			}
		}
		if len(runs) == 0 {
			continue
		}
		statement := `DELETE FROM bulk_runs`
		if to != settled {
			statement = `UPDATE bulk_runs SET retrying = 1 - retrying`
		}
		met, err := pack.Texts(t, statement+` WHERE bulk = ? AND retrying = ? AND run IN (`+pack.In(len(runs))+`) RETURNING run`,
			append([]any{j.ID, from}, pack.Args(runs)...)...)
		if err != nil {
			return err
		}
		if from == retries {
			j.Retrying -= len(met)
		}
		switch to {
		case retries:
			j.Retrying += len(met)
		case settled:
			for _, run := range met {
				tally(&j.Tally, states[run])
			}
		}
	}
	return nil
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
		"unsettled mass actions": unsettledJobsSQL}
}
