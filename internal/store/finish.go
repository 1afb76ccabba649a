package store

import (
	"context"
	"encoding/json"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/tally"
)

// finishOp is one call of Finish.
type finishOp struct {
	*gonets.Transition
	attempt *pack.Attempt
	answer  []byte
	fenced  bool
	// bare keeps nothing of what the run carried.
	bare bool
	// news is true when its signals are to be kept: it was neither fenced nor
	// stored before.
	news bool
}

// Finish makes durable what a worker did to a run. Fenced is true when the
// lease is no longer the run's: then only the attempt is recorded, as fenced.
func (s *Store) Finish(ctx context.Context, tr gonets.Transition) (fenced bool, err error) {
	f := &finishOp{Transition: &tr}
	o := &op{Class: queue.Complete, Do: &work{finish: f}}
	if f.bare = tr.State == gonets.RunSucceeded && s.opt.Room.Low(); f.bare {
		tr = pack.Bare(tr)
	}
	if tr.Attempt != nil {
		if f.attempt, err = pack.NewAttempt(tr.Attempt, s.opt.Sealer.Seal); err != nil {
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
	var signals []gonets.Signal
	for len(ops) > 0 {
		var again []*finishOp
		moves := &dialect.Part{Many: pack.Moves}
		moved := make([]*finishOp, 0, len(ops))
		seen := make(map[string]bool, len(ops))
		for _, f := range ops {
			if seen[f.RunID] {
				again = append(again, f)
				continue
			}
			seen[f.RunID] = true
			moved = append(moved, f)
			moves.Rows = append(moves.Rows, pack.Move(f.Transition, t.now))
		}
		if err := t.expect(moves); err != nil {
			return err
		}
		for i, f := range moved {
			if err := t.finish(f, moves.Hit[i]); err != nil {
				return err
			}
			if f.news {
				signals = append(signals, f.Signals...)
			}
		}
		ops = again
	}
	t.tell(signals)
	return nil
}

// tell keeps what people may have to be told of, in the commit of what it is
// about. There is nothing of it while all goes well.
func (t *txn) tell(signals []gonets.Signal) {
	for _, row := range pack.SignalRows(signals) {
		t.later(pack.Signals, row)
	}
}

// finish keeps what belongs to a run that was moved, or not because of its lease.
func (t *txn) finish(f *finishOp, moved bool) error {
	f.news = moved
	if !moved {
		repeated, err := t.repeated(f)
		if err != nil || repeated {
			return err
		}
	}
	if f.fenced = !moved; f.fenced {
		return t.storeFenced(f)
	}
	if moved && f.State == gonets.RunSucceeded {
		t.tally.At(tally.KeyOf(f.Source, f.ReceivedAt)).Done++
	}
	for _, path := range f.Forget {
		t.later(pack.Forgets, []any{f.RunID, path})
	}
	for i := range f.Results {
		t.later(pack.Results, pack.Result(f.RunID, &f.Results[i]))
	}
	if f.attempt != nil {
		t.storeAttempt(f.attempt, f.RunID, false)
	}
	if f.answer != nil {
		t.later(pack.Answers, []any{f.EventID, f.answer})
	}
	if f.bare {
		return pack.Strip(t, f.RunID)
	}
	return nil
}

func (t *txn) storeAttempt(a *pack.Attempt, run string, fenced bool) {
	t.later(pack.Attempts, a.Row(run, fenced))
	for _, row := range a.Bodies(run) {
		t.later(pack.Bodies, row)
	}
}

// repeated tells whether this very move was made already: the answer of its
// commit was lost. What belongs to it is stored then too. Nobody else can have
// moved a run under the same lease.
func (t *txn) repeated(f *finishOp) (bool, error) {
	f.fenced = false
	if f.KeepLease {
		return false, nil
	}
	same, err := pack.Texts(t, `SELECT id FROM runs WHERE id = ? AND node IS NULL AND lease_seq = ? AND state = ?
			AND cursor_path = ? AND tries = ?`, f.RunID, f.Lease.Seq, string(f.State), f.Cursor, f.Tries)
	if err != nil || len(same) == 0 || f.Attempt == nil {
		return len(same) > 0, err
	}
	kept, err := pack.Texts(t, `SELECT run FROM attempts WHERE run = ? AND n = ? AND fenced = 0 AND started_at = ?`,
		f.RunID, f.Attempt.N, f.Attempt.StartedAt.UnixMilli())
	return len(kept) > 0, err
}

// storeFenced records an attempt that was made under a lease of the past,
// unless its run is gone.
func (t *txn) storeFenced(f *finishOp) error {
	if f.attempt == nil {
		return nil
	}
	late, err := t.s.Late(t, f.RunID, f.attempt)
	if err != nil || late == nil {
		return err
	}
	if err := t.forgetUnknown(f.RunID, late.N); err != nil {
		return err
	}
	t.storeAttempt(late, f.RunID, true)
	return nil
}

// Release gives leases back: the runs are queued again, uncharged. Runs whose
// lease is no longer the given one are left alone.
func (s *Store) Release(ctx context.Context, runs []gonets.Run) error {
	if len(runs) == 0 {
		return nil
	}
	return s.commits.do(ctx, &op{Class: queue.Complete, Do: &work{isolated: true, leased: runs,
		apply: released(runs)}})
}

// released queues runs again.
func released(runs []gonets.Run) func(*txn) error {
	return func(t *txn) error {
		for i := range runs {
			t.later(pack.Releases, pack.Release(&runs[i], t.now))
		}
		return nil
	}
}
