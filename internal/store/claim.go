package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
)

// The texts of the partial indexes' conditions: SQLite uses such an index only
// when the query says the same.
const (
	unleasedDue       = `state IN ('queued', 'waiting') AND node IS NULL`
	unfinishedOrdered = `order_key IS NOT NULL AND finished_at IS NULL AND state <> 'held'`
	indexedState      = filter.IndexedState
)

const runColumns = `r.id, r.event, r.scenario, r.version, r.state, r.reason, r.lane, r.order_key, r.due_at,
	r.node, r.node_epoch, r.lease_seq, r.cursor_path, r.tries, r.attempts, r.step_at, r.crashes, r.mark,
	r.created_at, r.finished_at`

// runDest are the places of runColumns and the function that fills the run
// once they are scanned.
func runDest(r *gonets.Run) (dest []any, fill func()) {
	var version, due, epoch, stepAt, created, finished sql.NullInt64
	var orderKey []byte
	var node sql.NullString
	dest = []any{&r.ID, &r.EventID, &r.Scenario, &version, &r.State, &r.Reason, &r.Lane, &orderKey, &due,
		&node, &epoch, &r.Lease.Seq, &r.Cursor, &r.Tries, &r.Attempts, &stepAt, &r.Crashes, &r.Mark,
		&created, &finished}
	return dest, func() {
		r.Version, r.OrderKey = int(version.Int64), string(orderKey)
		r.Lease.Node, r.Lease.Epoch = node.String, epoch.Int64
		r.DueAt, r.StepAt = fromMS(due), fromMS(stepAt)
		r.CreatedAt, r.FinishedAt = fromMS(created), fromMS(finished)
	}
}

func scanRun(scan func(...any) error) (r gonets.Run, err error) {
	dest, fill := runDest(&r)
	if err = scan(dest...); err == nil {
		fill()
	}
	return r, err
}

// claimSQL takes due runs of a lane. A run waits while an older one of its
// order key is unfinished.
func claimSQL(d *dialect.Dialect) string {
	return `UPDATE runs SET state = 'running', node = ?, node_epoch = ?, lease_seq = lease_seq + 1,
			step_at = COALESCE(step_at, ?)
		WHERE id ` + d.PickOpen + `SELECT c.id FROM runs c
			WHERE c.lane = ? AND c.due_at <= ? AND c.state IN ('queued', 'waiting') AND c.node IS NULL
				AND (c.order_key IS NULL OR NOT EXISTS (SELECT 1 FROM runs o
					WHERE o.scenario = c.scenario AND o.order_key = c.order_key AND ` + d.OrderedBefore + `
						AND o.order_key IS NOT NULL AND o.finished_at IS NULL AND o.state <> 'held'))
			ORDER BY c.due_at, c.id LIMIT ?` + d.PickClose + `
		RETURNING ` + strings.ReplaceAll(runColumns, "r.", "")
}

// Claim takes up to c.Limit due runs of a lane for a node and returns them
// with all that their next step needs. The claim is durable.
func (s *Store) Claim(ctx context.Context, c gonets.Claim) ([]gonets.Job, error) {
	var runs []gonets.Run
	err := s.commits.run(ctx, classComplete, func(t *txn) (err error) {
		now := c.Now.UnixMilli()
		runs, err = collect(t, claimSQL(&s.dialect),
			[]any{c.Node, c.Epoch, now, c.Lane, now, min(c.Limit, gonets.ClaimBatch)}, scanRun)
		return err
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
		s.opt.Logger.Error("claimed runs could not be read; they are given back", "lane", c.Lane, "error", err)
		if err := s.Release(ctx, runs); err != nil {
			return nil, err
		}
		return nil, s.dialect.Wrap(err)
	}
	return jobs, nil
}

// loadJobs reads what runs need for their next step.
func loadJobs(q querier, runs []gonets.Run) ([]gonets.Job, error) {
	ids := make([]string, len(runs))
	events := make([]string, len(runs))
	for i := range runs {
		ids[i], events[i] = runs[i].ID, runs[i].EventID
	}
	found, err := loadEvents(q, events, -1)
	if err != nil {
		return nil, err
	}
	results, err := loadResults(q, ids)
	if err != nil {
		return nil, err
	}
	jobs := make([]gonets.Job, len(runs))
	for i, r := range runs {
		jobs[i] = gonets.Job{Run: r, Event: found[r.EventID], Results: results[r.ID]}
		if jobs[i].Replies, err = loadReplies(q, r.ID, jobs[i].Results); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// loadResults reads the finished steps of runs, in the order they finished.
func loadResults(q querier, runs []string) (map[string][]gonets.StepResult, error) {
	type row struct {
		run string
		gonets.StepResult
	}
	rows, err := collect(q, `SELECT run, path, state, value, attempt, finished_at FROM step_results
		WHERE run IN (`+list(len(runs))+`)`, anys(runs), func(scan func(...any) error) (r row, err error) {
		var value []byte
		err = scan(&r.run, &r.Path, &r.State, &value, &r.Attempt, &r.FinishedAt)
		r.Value = value
		return r, err
	})
	if err != nil {
		return nil, err
	}
	out := map[string][]gonets.StepResult{}
	for _, r := range rows {
		out[r.run] = append(out[r.run], r.StepResult)
	}
	for _, rs := range out {
		slices.SortStableFunc(rs, func(a, b gonets.StepResult) int {
			return cmp.Or(cmp.Compare(a.FinishedAt, b.FinishedAt), cmp.Compare(a.Path, b.Path))
		})
	}
	return out, nil
}

// Backlog lists the lanes that have unleased work, with the time of their
// first. It hops from lane to lane, so a lane with a million runs costs as
// much as one with a single run.
func (s *Store) Backlog(ctx context.Context) ([]gonets.LaneBacklog, error) {
	out, err := collect(s.reader(ctx), backlogSQL, nil, func(scan func(...any) error) (b gonets.LaneBacklog, err error) {
		var due sql.NullInt64
		err = scan(&b.Lane, &due)
		b.NextDue = fromMS(due)
		return b, err
	})
	return out, s.dialect.Wrap(err)
}

const backlogSQL = `WITH RECURSIVE lanes (lane) AS (
		SELECT (SELECT min(lane) FROM runs WHERE ` + unleasedDue + `)
		UNION ALL
		SELECT (SELECT min(r.lane) FROM runs r WHERE r.lane > lanes.lane
				AND r.state IN ('queued', 'waiting') AND r.node IS NULL)
		FROM lanes WHERE lanes.lane IS NOT NULL)
	SELECT lane, (SELECT min(r.due_at) FROM runs r WHERE r.lane = lanes.lane
			AND r.state IN ('queued', 'waiting') AND r.node IS NULL)
	FROM lanes WHERE lane IS NOT NULL`

// laneQuarantine holds runs that may be what kills the server; its runs go one
// at a time.
const laneQuarantine = "quarantine"

// Rescue frees what earlier lives of this server left leased. For every
// request in inflight, which may have been sent, an attempt with the outcome
// unknown is recorded, uncharged. A run that was alone in flight at a death is
// suspected of it: after [gonets.PoisonCrashes] it is quarantined, after one
// more it is paused. When several were in flight, all of them are quarantined
// without blame, so that the next death tells them apart; a run that was in
// quarantine already is the one to blame.
func (s *Store) Rescue(ctx context.Context, inflight []gonets.InFlight) (gonets.RescueReport, error) {
	var report gonets.RescueReport
	err := s.commits.run(ctx, classComplete, func(t *txn) (err error) {
		report, err = t.rescue(inflight)
		return err
	})
	return report, err
}

func (t *txn) rescue(inflight []gonets.InFlight) (gonets.RescueReport, error) {
	var report gonets.RescueReport
	void, me := t.s.voidLeases()
	runs, err := collect(t, `SELECT `+runColumns+` FROM runs r WHERE `+void+` ORDER BY r.id`, me, scanRun)
	if err != nil {
		return report, err
	}
	left := make(map[string]*gonets.Run, len(runs))
	for i := range runs {
		left[runs[i].ID] = &runs[i]
	}
	var suspects []*gonets.Run
	for _, f := range inflight {
		run := left[f.RunID]
		// An attempt that was finished before the death was not in flight.
		if run == nil || f.Attempt <= run.Attempts {
			continue
		}
		if err := t.recordUnknown(run, f); err != nil {
			return report, err
		}
		report.Unknown++
		if !slices.Contains(suspects, run) {
			suspects = append(suspects, run)
		}
	}
	// What another node had in flight may still end: its attempt keeps its number.
	n, err := t.changed(`UPDATE runs AS r SET state = 'queued', node = NULL, node_epoch = NULL, due_at = ?,
		attempts = CASE WHEN node <> ? THEN attempts + 1 ELSE attempts END WHERE `+void,
		append([]any{t.now.UnixMilli(), t.s.opt.Node}, me...)...)
	if err != nil {
		return report, err
	}
	report.Released = int(n)
	return report, t.judge(suspects, &report)
}

func (t *txn) recordUnknown(run *gonets.Run, f gonets.InFlight) error {
	started := run.StepAt
	if started.IsZero() {
		started = t.now
	}
	row, err := packAttempt(&gonets.Attempt{RunID: run.ID, N: f.Attempt, Path: f.Path, StartedAt: started,
		Exchange: gonets.Exchange{Outcome: gonets.OutcomeUnknown, Code: gonets.CodeServerDied,
			Error: "the server died while the request was on its way; it may have been sent"}})
	if err != nil {
		return err
	}
	if err := row.store(t, run.ID, false); err != nil {
		return err
	}
	run.Attempts = f.Attempt
	return t.exec(`UPDATE runs SET attempts = ? WHERE id = ?`, f.Attempt, run.ID)
}

func (t *txn) judge(suspects []*gonets.Run, report *gonets.RescueReport) error {
	quarantined := func(r *gonets.Run) bool { return r.Lane == laneQuarantine }
	known := slices.ContainsFunc(suspects, quarantined)
	for _, r := range suspects {
		crashes, lane := r.Crashes, r.Lane
		switch {
		case len(suspects) == 1 || quarantined(r):
			if crashes++; crashes >= gonets.PoisonCrashes {
				lane = laneQuarantine
			}
		case !known:
			lane = laneQuarantine
		}
		if crashes > gonets.PoisonCrashes {
			report.Poisoned = append(report.Poisoned, r.ID)
			err := t.exec(`UPDATE runs SET state = 'paused', reason = ?, crashes = ?, lane = ?, due_at = NULL WHERE id = ?`,
				string(gonets.CodePoison), crashes, lane, r.ID)
			if err != nil {
				return err
			}
			continue
		}
		if lane == laneQuarantine {
			report.Quarantined = append(report.Quarantined, r.ID)
		}
		if err := t.exec(`UPDATE runs SET crashes = ?, lane = ? WHERE id = ?`, crashes, lane, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// audit records who did what, in the same commit as the deed.
func (t *txn) audit(actor, action, object, detail string) error {
	return t.exec(`INSERT INTO audit (id, at, actor, action, object, detail) VALUES (?, ?, ?, ?, ?, ?)`,
		t.s.ids.Next(t.now), t.now.UnixMilli(), actor, action, object, detail)
}

// orNow is at, or the transaction's time when the caller gave none.
func (t *txn) orNow(at time.Time) time.Time {
	if at.IsZero() {
		return t.now
	}
	return at
}
