package store

import (
	"context"
	"encoding/json"

	"gonets"
)

// Finish makes durable what a worker did to a run. Fenced is true when the
// lease is no longer the run's: then only the attempt is recorded, as fenced.
func (s *Store) Finish(ctx context.Context, tr gonets.Transition) (fenced bool, err error) {
	attempt, err := packAttempt(tr.Attempt)
	if err != nil {
		return false, s.dialect.Wrap(err)
	}
	var answer []byte
	if tr.Answer != nil {
		if answer, err = json.Marshal(tr.Answer); err != nil {
			return false, s.dialect.Wrap(err)
		}
	}
	o := &op{class: classComplete, bytes: attempt.bytes()}
	o.apply = func(t *txn) error {
		fenced, err = t.finish(&tr, attempt, answer)
		return err
	}
	err = s.commits.do(ctx, o)
	return fenced, err
}

func (t *txn) finish(tr *gonets.Transition, attempt *attemptRow, answer []byte) (fenced bool, err error) {
	n, err := t.moveRun(tr)
	if err != nil {
		return false, err
	}
	if n == 0 {
		return true, t.storeFenced(tr.RunID, attempt)
	}
	for i := range tr.Results {
		r := &tr.Results[i]
		err := t.exec(`INSERT INTO step_results (run, path, state, value, attempt, finished_at) VALUES (?, ?, ?, ?, ?, ?)`,
			tr.RunID, r.Path, string(r.State), []byte(r.Value), r.Attempt, r.FinishedAt)
		if err != nil {
			return false, err
		}
	}
	if attempt != nil {
		if err := attempt.store(t, tr.RunID, false); err != nil {
			return false, err
		}
	}
	if answer != nil {
		return false, t.exec(`UPDATE events SET answer = ? WHERE id = ? AND answer IS NULL`, answer, tr.EventID)
	}
	return false, nil
}

// moveRun changes the run's row under its lease and counts the rows it met.
func (t *txn) moveRun(tr *gonets.Transition) (int64, error) {
	at := tr.At
	if at.IsZero() {
		at = t.now
	}
	due, lane := tr.DueAt, any(nil)
	if tr.Lane != "" {
		lane = tr.Lane
	}
	if due.IsZero() && (tr.State == gonets.RunQueued || tr.State == gonets.RunWaiting) {
		due = at
	}
	var finished, node, epoch, mark any
	if tr.State.Final() {
		finished = at.UnixMilli()
	}
	if tr.KeepLease {
		node, epoch = tr.Lease.Node, tr.Lease.Epoch
	}
	if tr.Mark != "" {
		mark = string(tr.Mark)
	}
	parked := "0"
	if !tr.KeepLease && (tr.State == gonets.RunQueued || tr.State == gonets.RunWaiting) {
		parked = parkedIfStopped
	}
	attempts := 0
	if tr.Attempt != nil {
		attempts = tr.Attempt.N
	}
	return t.changed(`UPDATE runs SET state = ?, reason = ?, lane = COALESCE(?, lane), due_at = ?, node = ?, node_epoch = ?,
			cursor_path = ?, tries = ?, step_at = ?, mark = COALESCE(?, mark), finished_at = ?,
			attempts = CASE WHEN attempts < ? THEN ? ELSE attempts END, parked = `+parked+`
		WHERE id = ? AND node = ? AND node_epoch = ? AND lease_seq = ?`,
		string(tr.State), string(tr.Reason), lane, ms(due), node, epoch, tr.Cursor, tr.Tries, ms(tr.StepAt), mark,
		finished, attempts, attempts, tr.RunID, tr.Lease.Node, tr.Lease.Epoch, tr.Lease.Seq)
}

// storeFenced records an attempt that was made under a lease of the past,
// unless its run is gone.
func (t *txn) storeFenced(runID string, attempt *attemptRow) error {
	if attempt == nil {
		return nil
	}
	known, err := collectText(t, `SELECT id FROM runs WHERE id = ?`, runID)
	if err != nil || len(known) == 0 {
		return err
	}
	if err := t.forgetUnknown(runID, attempt.N); err != nil {
		return err
	}
	return attempt.store(t, runID, true)
}

// Release gives leases back: the runs are queued again, uncharged. Runs whose
// lease is no longer the given one are left alone.
func (s *Store) Release(ctx context.Context, runs []gonets.Run) error {
	if len(runs) == 0 {
		return nil
	}
	return s.commits.do(ctx, &op{class: classComplete, isolated: true, apply: func(t *txn) error {
		for i := range runs {
			r := &runs[i]
			err := t.exec(`UPDATE runs SET state = 'queued', node = NULL, node_epoch = NULL, due_at = COALESCE(due_at, ?),
					parked = `+parkedIfStopped+`
				WHERE id = ? AND node = ? AND node_epoch = ? AND lease_seq = ?`,
				t.now.UnixMilli(), r.ID, r.Lease.Node, r.Lease.Epoch, r.Lease.Seq)
			if err != nil {
				return err
			}
		}
		return nil
	}})
}
