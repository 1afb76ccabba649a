package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/routes"

	"gonets"
)

// Act does what a person wants with a run, when its state allows it
// (CodeRunState otherwise). Whoever works on the run at that moment loses the
// lease: a result that comes later is fenced.
func (s *Store) Act(ctx context.Context, a gonets.Action) (gonets.Run, error) {
	var run gonets.Run
	err := s.commits.run(ctx, queue.Complete, func(t *txn) (err error) {
		run, err = t.act(&a)
		return err
	})
	return run, err
}

func (t *txn) act(a *gonets.Action) (gonets.Run, error) {
	run, err := t.runByID(a.RunID)
	if err != nil {
		return run, err
	}
	set, args, err := t.actionChange(a, &run)
	if err != nil {
		return run, err
	}
	from := a.Kind.From()
	args = append(args, a.RunID)
	for _, st := range from {
		args = append(args, string(st))
	}
	n, err := t.changed(`UPDATE runs SET `+set+`, node = NULL, node_epoch = NULL, lease_seq = lease_seq + 1
		WHERE id = ? AND state IN (`+pack.In(len(from))+`)`, args...)
	if err != nil {
		return run, err
	}
	if n == 0 {
		return run, gonets.Errorf(gonets.CodeRunState, "%s is not possible while the run is %s", a.Kind, run.State)
	}
	if err := t.audit(a.Actor, string(a.Kind), "run/"+a.RunID, ""); err != nil {
		return run, err
	}
	return t.runByID(a.RunID)
}

// actionChange is what an action sets.
func (t *txn) actionChange(a *gonets.Action, run *gonets.Run) (set string, args []any, err error) {
	now := t.orNow(a.At).UnixMilli()
	byPerson := string(gonets.CodeByPerson)
	switch a.Kind {
	case gonets.ActionCancel:
		return `state = 'cancelled', parked = 0, reason = ?, due_at = NULL, finished_at = ?`, []any{byPerson, now}, nil
	case gonets.ActionCancelRetries:
		return `state = 'paused', parked = 0, reason = ?, due_at = NULL`, []any{byPerson}, nil
	case gonets.ActionSendNow:
		return `state = 'queued', due_at = ?, parked = ` + pack.ParkedIfStopped, []any{now}, nil
	case gonets.ActionResume:
		version, lane, err := t.resumeAt(a, run)
		return `state = 'queued', reason = '', due_at = ?, tries = 0, step_at = NULL, version = ?, lane = ?, parked = ` + pack.ParkedIfStopped,
			[]any{now, version, lane}, err
	}
	return "", nil, gonets.Errorf(gonets.CodeInvalid, "%q is not an action; there are resume, send-now, cancel and cancel-retries", a.Kind)
}

// resumeAt is the version with which a run goes on and its lane. A held run
// gets both only now.
func (t *txn) resumeAt(a *gonets.Action, run *gonets.Run) (version int, lane string, err error) {
	if run.State != gonets.RunHeld && a.Version == 0 {
		return run.Version, run.Lane, nil
	}
	if err := t.fresh(); err != nil {
		return 0, "", err
	}
	r, err := t.asked(run.Scenario, a.Version)
	if err != nil || run.State != gonets.RunHeld {
		return a.Version, run.Lane, err
	}
	lane, err = t.laneOf(r, run.EventID)
	return r.Version, lane, err
}

// laneOf asks where a run would queue, without taking a place.
func (t *txn) laneOf(r *routes.Route, eventID string) (string, error) {
	e, err := scanEventHead(t, eventID)
	if err != nil {
		return "", err
	}
	lane, reserved := t.place(r.Doc, &e)
	if reserved {
		t.unplaceLast()
	}
	return lane, nil
}

// scanEventHead reads an event without its body.
func scanEventHead(q pack.Reader, id string) (gonets.Event, error) {
	found, err := pack.LoadEvents(q, []string{id}, 0)
	if err != nil {
		return gonets.Event{}, err
	}
	e, ok := found[id]
	if !ok {
		return e, gonets.Errorf(gonets.CodeNotFound, "there is no event %q", id)
	}
	return e, nil
}

func (t *txn) runByID(id string) (gonets.Run, error) {
	var run gonets.Run
	dest, fill := pack.RunDest(&run)
	err := t.Row(`SELECT `+pack.RunColumns+` FROM runs r WHERE r.id = ?`, []any{id}, dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return run, noRun(id)
	}
	fill()
	return run, err
}

func noRun(id string) error {
	return gonets.Errorf(gonets.CodeNotFound, "there is no run %q; it may have been removed by the retention", id)
}

// Rerun makes a new run of an old run's event, from the start. Like a run of
// Accept it may be born leased; then the caller hands the job to the engine.
func (s *Store) Rerun(ctx context.Context, r gonets.Rerun) (gonets.Job, error) {
	var job gonets.Job
	err := s.commits.lease(ctx, func(t *txn) ([]gonets.Run, error) {
		old, err := t.runByID(r.RunID)
		if err != nil {
			return nil, err
		}
		if err := t.fresh(); err != nil {
			return nil, err
		}
		to, err := t.asked(old.Scenario, r.Version)
		if err != nil {
			return nil, err
		}
		// Locked, because retention of another node may be about to remove it.
		kept, err := pack.Texts(t, `SELECT id FROM events WHERE id = ?`+t.s.dialect.ReadLock, old.EventID)
		if err == nil && len(kept) == 0 {
			err = noRun(r.RunID)
		}
		if err != nil {
			return nil, err
		}
		found, err := pack.LoadEvents(t, kept, -1)
		if err != nil {
			return nil, err
		}
		job = gonets.Job{Event: found[old.EventID]}
		if job.Run, err = t.insertRun(&job.Event, to, ""); err != nil {
			return nil, err
		}
		if err := t.exec(`INSERT INTO run_values (value, run) SELECT value, ? FROM run_values WHERE run = ?`, job.Run.ID, r.RunID); err != nil {
			return nil, err
		}
		return []gonets.Run{job.Run}, t.audit(r.Actor, "rerun", "run/"+r.RunID, fmt.Sprintf(`{"run":%q}`, job.Run.ID))
	})
	if err != nil {
		return gonets.Job{}, err
	}
	return job, nil
}
