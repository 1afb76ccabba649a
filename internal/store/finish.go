package store

import (
	"context"
	"encoding/json"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
)

// finishOp is one call of Finish.
type finishOp struct {
	*gonets.Transition
	attempt *pack.Attempt
	answer  []byte
	fenced  bool
}

// Finish makes durable what a worker did to a run. Fenced is true when the
// lease is no longer the run's: then only the attempt is recorded, as fenced.
func (s *Store) Finish(ctx context.Context, tr gonets.Transition) (fenced bool, err error) {
	f := &finishOp{Transition: &tr}
	o := &op{Class: queue.Complete, Do: &work{finish: f}}
	if tr.Attempt != nil {
		if f.attempt, err = pack.NewAttempt(tr.Attempt); err != nil {
			return false, s.dialect.Wrap(err)
		}
		o.Bytes = f.attempt.Weight()
	}
	if tr.Answer != nil {
		if f.answer, err = json.Marshal(tr.Answer); err != nil {
			return false, s.dialect.Wrap(err)
		}
	}
	err = s.commits.do(ctx, o)
	return f.fenced, err
}

// finishAll moves the runs of a batch together. Of a run that comes twice, the
// second move waits for the first one's outcome.
func (t *txn) finishAll(ops []*finishOp) error {
	for len(ops) > 0 {
		var again []*finishOp
		moves := &dialect.Part{Many: moveRuns}
		moved := make([]*finishOp, 0, len(ops))
		seen := make(map[string]bool, len(ops))
		for _, f := range ops {
			if seen[f.RunID] {
				again = append(again, f)
				continue
			}
			seen[f.RunID] = true
			moved = append(moved, f)
			moves.Rows = append(moves.Rows, t.move(f.Transition))
		}
		if err := t.send(moves); err != nil {
			return err
		}
		for i, f := range moved {
			if err := t.finish(f, moves.Hit[i]); err != nil {
				return err
			}
		}
		ops = again
	}
	return nil
}

// finish keeps what belongs to a run that was moved, or not because of its lease.
func (t *txn) finish(f *finishOp, moved bool) error {
	if f.fenced = !moved; f.fenced {
		return t.storeFenced(f)
	}
	for i := range f.Results {
		if err := t.later(pack.Results, pack.Result(f.RunID, &f.Results[i])); err != nil {
			return err
		}
	}
	if f.attempt != nil {
		if err := t.storeAttempt(f.attempt, f.RunID, false); err != nil {
			return err
		}
	}
	if f.answer != nil {
		return t.later(answerEvents, []any{f.EventID, f.answer})
	}
	return nil
}

func (t *txn) storeAttempt(a *pack.Attempt, run string, fenced bool) error {
	if err := t.later(pack.Attempts, a.Row(run, fenced)); err != nil {
		return err
	}
	for _, row := range a.Bodies(run) {
		if err := t.later(pack.Bodies, row); err != nil {
			return err
		}
	}
	return nil
}

// answerEvents keeps the first answer of each event.
var answerEvents = dialect.Update(dialect.Change{
	Table: "events", Columns: dialect.Columns{dialect.Text("id"), dialect.Bytes("answer")},
	Set: "answer = v.answer", Where: "events.id = v.id AND events.answer IS NULL",
})

// moveRuns changes runs under their leases; a run without the lease is not met.
var moveRuns = dialect.Update(dialect.Change{Table: "runs", Key: "id", Columns: dialect.Columns{
	dialect.Text("id"), dialect.Text("held_by"), dialect.Int("held_epoch"), dialect.Int("held_seq"),
	dialect.Text("state"), dialect.Text("reason"), dialect.Text("lane"), dialect.Int("due_at"), dialect.Text("node"),
	dialect.Int("node_epoch"), dialect.Text("cursor_path"), dialect.Int("tries"), dialect.Int("step_at"),
	dialect.Text("mark"), dialect.Int("finished_at"), dialect.Int("attempts"), dialect.Int("may_park"),
}, Set: `state = v.state, reason = v.reason, lane = COALESCE(v.lane, runs.lane), due_at = v.due_at, node = v.node,
		node_epoch = v.node_epoch, cursor_path = v.cursor_path, tries = v.tries, step_at = v.step_at,
		mark = COALESCE(v.mark, runs.mark), finished_at = v.finished_at,
		attempts = CASE WHEN runs.attempts < v.attempts THEN v.attempts ELSE runs.attempts END,
		parked = CASE WHEN v.may_park = 0 THEN 0 ELSE ` + parkedIfStopped + ` END`,
	Where: `runs.id = v.id AND runs.node = v.held_by AND runs.node_epoch = v.held_epoch AND runs.lease_seq = v.held_seq`})

// move is a row of [moveRuns].
func (t *txn) move(tr *gonets.Transition) []any {
	at := t.orNow(tr.At)
	due, attempts, mayPark := tr.DueAt, 0, 0
	waits := tr.State == gonets.RunQueued || tr.State == gonets.RunWaiting
	if due.IsZero() && waits {
		due = at
	}
	if waits && !tr.KeepLease {
		mayPark = 1
	}
	var finished, node, epoch any
	if tr.State.Final() {
		finished = at.UnixMilli()
	}
	if tr.KeepLease {
		node, epoch = tr.Lease.Node, tr.Lease.Epoch
	}
	if tr.Attempt != nil {
		attempts = tr.Attempt.N
	}
	return []any{tr.RunID, tr.Lease.Node, tr.Lease.Epoch, tr.Lease.Seq,
		string(tr.State), string(tr.Reason), pack.NullText(tr.Lane), pack.MS(due), node,
		epoch, tr.Cursor, tr.Tries, pack.MS(tr.StepAt), pack.NullText(string(tr.Mark)), finished, attempts, mayPark}
}

// storeFenced records an attempt that was made under a lease of the past,
// unless its run is gone.
func (t *txn) storeFenced(f *finishOp) error {
	if f.attempt == nil {
		return nil
	}
	known, err := pack.Texts(t, `SELECT id FROM runs WHERE id = ?`, f.RunID)
	if err != nil || len(known) == 0 {
		return err
	}
	if err := t.forgetUnknown(f.RunID, f.attempt.N); err != nil {
		return err
	}
	return t.storeAttempt(f.attempt, f.RunID, true)
}

// releaseRuns queues runs again, under the same lease only.
var releaseRuns = dialect.Update(dialect.Change{
	Table: "runs",
	Columns: dialect.Columns{dialect.Text("id"), dialect.Text("node"), dialect.Int("node_epoch"), dialect.Int("lease_seq"),
		dialect.Int("now")},
	Set:   `state = 'queued', node = NULL, node_epoch = NULL, due_at = COALESCE(runs.due_at, v.now), parked = ` + parkedIfStopped,
	Where: `runs.id = v.id AND runs.node = v.node AND runs.node_epoch = v.node_epoch AND runs.lease_seq = v.lease_seq`,
})

// Release gives leases back: the runs are queued again, uncharged. Runs whose
// lease is no longer the given one are left alone.
func (s *Store) Release(ctx context.Context, runs []gonets.Run) error {
	if len(runs) == 0 {
		return nil
	}
	return s.commits.do(ctx, &op{Class: queue.Complete, Do: &work{isolated: true, apply: func(t *txn) error {
		for i := range runs {
			r := &runs[i]
			err := t.later(releaseRuns, []any{r.ID, r.Lease.Node, r.Lease.Epoch, r.Lease.Seq, t.now.UnixMilli()})
			if err != nil {
				return err
			}
		}
		return nil
	}}})
}
