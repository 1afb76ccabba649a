package store

import (
	"context"
	"slices"

	"gonets"
	"gonets/internal/store/blame"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
)

// Rescue frees what dead servers left leased, uncharged: this one's earlier
// lives and, on a shared database when d.Others says so, other nodes that were
// silent for too long.
//
// Where it is known which requests were in flight, each gets an attempt with
// the outcome unknown, and [gonets.Blame] says what becomes of its run. Where
// nobody knows (another node died, or this machine did), every run that was
// leased and had a request ahead gets one: it may have been sent. That attempt
// keeps the number that the lost one had; when a node that was only frozen
// brings the real one after all, it takes that place, fenced.
//
// Rescue also ends what a death in the middle of a start or stop of a scenario
// left undone.
func (s *Store) Rescue(ctx context.Context, d gonets.Death) (gonets.RescueReport, error) {
	var report gonets.RescueReport
	ctx = context.WithoutCancel(ctx)
	if d.Known {
		err := s.commits.run(ctx, queue.Complete, func(t *txn) (err error) {
			report, err = t.rescueKnown(&d)
			return err
		})
		if err != nil {
			return report, err
		}
	}
	for {
		var released, unknown int
		err := s.commits.run(ctx, queue.Complete, func(t *txn) (err error) {
			released, unknown, err = t.rescueUnknown(d.Others)
			return err
		})
		if err != nil {
			return report, err
		}
		report.Released += released
		report.Unknown += unknown
		if released < rescueBatch {
			break
		}
	}
	names, err := pack.Texts(s.reader(ctx), pack.UnsettledSQL)
	if err != nil {
		return report, s.dialect.Wrap(err)
	}
	for _, name := range names {
		if err := s.settleParked(ctx, name); err != nil {
			return report, err
		}
	}
	return report, nil
}

// rescueBatch is how many runs are freed in one commit, so that a node with a
// full memory that died does not hold up everybody's commits.
const rescueBatch = 500

// freed is what becomes of a run whose lease is void.
const freed = `state = 'queued', node = NULL, node_epoch = NULL, due_at = ?, parked = ` + pack.ParkedIfStopped

// rescueKnown frees what this node's last life left, all in one commit: which
// runs were in flight together tells which one to blame. They are locked first,
// because another node may be about to take some over.
func (t *txn) rescueKnown(d *gonets.Death) (gonets.RescueReport, error) {
	var report gonets.RescueReport
	const mine = `r.node = ? AND r.node_epoch <> ?`
	me := []any{t.s.opt.Node, t.s.Epoch()}
	runs, err := pack.Collect(t, `SELECT `+pack.RunColumns+` FROM runs r WHERE `+mine+` ORDER BY r.id`+t.s.dialect.Lock, me, pack.ScanRun)
	if err != nil {
		return report, err
	}
	left := make(map[string]*gonets.Run, len(runs))
	for i := range runs {
		left[runs[i].ID] = &runs[i]
	}
	var suspects []*gonets.Run
	for _, f := range d.InFlight {
		run := left[f.RunID]
		// An attempt that was finished before the death was not in flight.
		if run == nil || f.Attempt <= run.Attempts {
			continue
		}
		if err := t.recordUnknown(run, f, f.Path, "the server died while the request was on its way; it may have been sent"); err != nil {
			return report, err
		}
		report.Unknown++
		if !slices.Contains(suspects, run) {
			suspects = append(suspects, run)
		}
	}
	n, err := t.changed(`UPDATE runs AS r SET `+freed+` WHERE `+mine, append([]any{t.now.UnixMilli()}, me...)...)
	if err != nil {
		return report, err
	}
	report.Released = int(n)
	return report, t.judge(suspects, d.OwnFault, &report)
}

// rescueUnknown frees a batch of runs whose servers are gone without a word.
func (t *txn) rescueUnknown(others bool) (released, unknown int, err error) {
	if err := t.fresh(); err != nil {
		return 0, 0, err
	}
	if others = others && t.s.dialect.Shared; others {
		if err := t.exec(pack.VoidSQL(&t.s.dialect), t.s.opt.Node); err != nil {
			return 0, 0, err
		}
	}
	void, args := pack.VoidLeases(&t.s.dialect, t.s.opt.Node, t.s.Epoch(), others)
	runs, err := pack.Collect(t, pack.RescueSQL(&t.s.dialect, void), append(args, rescueBatch), pack.ScanRun)
	if err == nil && len(runs) == 0 && others {
		err = t.exec(pack.ForgetSQL(&t.s.dialect))
	}
	if err != nil || len(runs) == 0 {
		return 0, 0, err
	}
	ids := make([]string, len(runs))
	for i := range runs {
		ids[i] = runs[i].ID
	}
	done, err := pack.LoadResults(t, ids)
	if err != nil {
		return 0, 0, err
	}
	for i := range runs {
		run := &runs[i]
		path, err := t.effectAhead(run, done[run.ID])
		if err != nil {
			return 0, 0, err
		}
		if path == "" {
			continue
		}
		err = t.recordUnknown(run, gonets.InFlight{RunID: run.ID, Attempt: run.Attempts + 1, Path: path}, pack.Doubted(run, path),
			"the server "+run.Lease.Node+" went away while it had this run; nobody knows whether it had sent the request")
		if err != nil {
			return 0, 0, err
		}
		unknown++
	}
	_, err = t.changed(`UPDATE runs SET `+freed+` WHERE id IN (`+pack.In(len(ids))+`)`, append([]any{t.now.UnixMilli()}, pack.Args(ids)...)...)
	return len(runs), unknown, err
}

// effectAhead is the path of the request that a run was about to make, as far
// as its document tells; empty when it has none ahead.
func (t *txn) effectAhead(run *gonets.Run, done []gonets.StepResult) (path string, err error) {
	doc, err := t.s.routes.Known(t, run)
	if doc != nil {
		_, path = gonets.NextHTTP(doc, gonets.NewProgress(done))
	}
	return path, err
}

// recordUnknown stores an attempt of which nothing came back, and which step is
// doubted.
func (t *txn) recordUnknown(run *gonets.Run, f gonets.InFlight, doubt, why string) error {
	// It began no earlier than the run was due.
	started := run.DueAt
	if started.IsZero() {
		started = t.orNow(run.StepAt)
	}
	purpose, err := t.purposeAt(run, f.Path)
	if err != nil {
		return err
	}
	row, err := pack.NewAttempt(&gonets.Attempt{RunID: run.ID, N: f.Attempt, Path: f.Path, StartedAt: started, Purpose: purpose,
		Exchange: gonets.Exchange{Outcome: gonets.OutcomeUnknown, Code: gonets.CodeServerDied, Error: why}}, nil)
	if err != nil {
		return err
	}
	t.storeAttempt(row, run.ID, false)
	run.Attempts, run.Doubts = f.Attempt, run.Doubts.With(doubt)
	t.later(pack.Doubts, []any{run.ID, f.Attempt, string(run.Doubts)})
	return nil
}

// purposeAt is why a run made the request that was lost.
func (t *txn) purposeAt(run *gonets.Run, path string) (gonets.Purpose, error) {
	if run.Doubts == "" && run.Renewal == nil {
		return "", nil
	}
	if err := t.fresh(); err != nil {
		return "", err
	}
	doc, err := t.s.routes.Known(t, run)
	if doc == nil {
		return "", err
	}
	return run.PurposeAt(path, gonets.FindStep(doc.Steps, path)), nil
}

// forgetUnknown makes room for what really became of an attempt.
func (t *txn) forgetUnknown(runID string, n int) error {
	return t.exec(`DELETE FROM attempts WHERE run = ? AND n = ? AND outcome = 'unknown' AND code = ?`,
		runID, n, string(gonets.CodeServerDied))
}

// judge writes down what is decided about the runs that were in flight.
func (t *txn) judge(inflight []*gonets.Run, ownFault bool, report *gonets.RescueReport) error {
	before := make([]gonets.Run, len(inflight))
	for i, r := range inflight {
		before[i] = *r
	}
	blame.Judge(inflight, ownFault)
	for i, r := range inflight {
		if *r == before[i] {
			continue
		}
		set, args := `crashes = ?, lane = ?`, []any{r.Crashes, r.Lane}
		if r.State == gonets.RunPaused {
			report.Poisoned = append(report.Poisoned, r.ID)
			t.tell([]gonets.Signal{pack.EndSignal(r, t.now)})
			set, args = set+`, state = 'paused', parked = 0, due_at = NULL, reason = ?`, append(args, string(r.Reason))
		} else if r.Lane == gonets.LaneQuarantine {
			report.Quarantined = append(report.Quarantined, r.ID)
		}
		if err := t.exec(`UPDATE runs SET `+set+` WHERE id = ?`, append(args, r.ID)...); err != nil {
			return err
		}
	}
	return nil
}
