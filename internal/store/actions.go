package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"gonets/internal/store/deeds"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/routes"
	"gonets/internal/store/tally"

	"gonets"
)

// Act does what a person wants with a run, when its state allows it
// (CodeRunState otherwise). Whoever works on the run at that moment loses the
// lease: a result that comes later is fenced. A repeat under the same key finds
// the run as it is by then.
func (s *Store) Act(ctx context.Context, a gonets.Action) (gonets.Run, error) {
	var run gonets.Run
	wish := deeds.Wish{Actor: a.Actor, Key: a.Key, What: fmt.Sprintf("%s run/%s v%d %s%s", a.Kind, a.RunID, a.Version, a.Value, a.Retry)}
	err := s.commits.run(ctx, queue.Complete, func(t *txn) error {
		_, done, err := wish.Done(t)
		if err != nil {
			return err
		}
		if done {
			run, err = t.runByID(a.RunID)
			return err
		}
		if run, err = t.act(&a); err != nil {
			return err
		}
		if err := t.Audit(a.Actor, string(a.Kind), "run/"+a.RunID, a.Retry.String()); err != nil {
			return err
		}
		return wish.Keep(t, a.RunID)
	})
	return run, err
}

func (t *txn) act(a *gonets.Action) (gonets.Run, error) {
	run, err := t.runByID(a.RunID)
	if err != nil {
		return run, err
	}
	from := a.Kind.From()
	refused := gonets.Errorf(gonets.CodeRunState, "%s is not possible while the run is %s", a.Kind, run.State)
	if len(from) > 0 && !slices.Contains(from, run.State) {
		return run, refused
	}
	set, args, err := t.actionChange(a, &run)
	if err != nil {
		return run, err
	}
	acted, err := t.change(a.Kind, set, args, []string{run.ID})
	if err != nil {
		return run, err
	}
	if len(acted) == 0 {
		return run, refused
	}
	now, err := t.runByID(a.RunID)
	if err == nil && run.Version > 0 && run.Version != now.Version {
		err = deeds.Follow(t, &t.s.routes, &now, run.Version)
	}
	t.acted(a, run.Version, now.Version, run.ID)
	return now, err
}

// acted remembers what somebody did to runs.
func (t *txn) acted(a *gonets.Action, from, to int, runs ...string) {
	id, _ := t.s.ids.Next(t.now)
	for _, run := range runs {
		t.later(deeds.Acts, deeds.Act{Action: a, ID: id, At: t.now, From: from, To: to}.Row(run))
	}
}

// actionChange is what an action sets.
func (t *txn) actionChange(a *gonets.Action, run *gonets.Run) (set string, args []any, err error) {
	now := t.orNow(a.At).UnixMilli()
	if set, args := deeds.Simple(a.Kind, now); set != "" {
		return set, args, nil
	}
	switch a.Kind {
	case gonets.ActionSkip, gonets.ActionRetryPolicy:
		doc, at, err := t.standsAt(run)
		if err != nil {
			return "", nil, err
		}
		timed := *a
		timed.At = t.orNow(a.At)
		if a.Kind == gonets.ActionRetryPolicy {
			return deeds.ChangeRetries(&timed, run, doc, at)
		}
		result, err := deeds.Skip(&timed, run, doc, at)
		if err != nil {
			return "", nil, err
		}
		err = t.exec(pack.Results.Each, pack.Result(run.ID, result)...)
		return deeds.GoBehind, []any{now, pack.Unsure(run.Doubts, run.Asked), string(run.Doubts)}, err
	case gonets.ActionResume:
		version, lane, err := t.resumeAt(a, run)
		return deeds.GoOnAsVia, []any{now, version, lane}, err
	}
	return "", nil, gonets.Errorf(gonets.CodeInvalid, "%q is not an action; there are resume, skip, send-now, retry-policy, cancel and cancel-retries", a.Kind)
}

// standsAt is the run's own version and the path of the step that it would do.
func (t *txn) standsAt(run *gonets.Run) (*gonets.Scenario, string, error) {
	if err := t.fresh(); err != nil {
		return nil, "", err
	}
	doc, err := t.s.routes.Version(t, run.Scenario, run.Version)
	if err != nil {
		return nil, "", err
	}
	results, err := pack.LoadResults(t, []string{run.ID})
	if err != nil {
		return nil, "", err
	}
	return doc, gonets.StandsAt(doc, gonets.NewProgress(results[run.ID])), nil
}

// resumeAt is the version with which a run goes on and its lane. A held run
// gets both only now.
func (t *txn) resumeAt(a *gonets.Action, run *gonets.Run) (version int, lane string, err error) {
	if run.State == gonets.RunHeld {
		if err := t.fresh(); err != nil {
			return 0, "", err
		}
		r, err := t.asked(run.Scenario, max(a.Version, 0))
		if err != nil {
			return 0, "", err
		}
		lane, err = t.laneOf(r, run.EventID)
		return r.Version, lane, err
	}
	if version = run.Version; a.Version == gonets.VersionFit {
		_, at, err := t.standsAt(run)
		if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
			return 0, "", err
		}
		version, err = deeds.FitVersion(t, &t.s.routes, run, at)
		return version, run.Lane, err
	}
	if a.Version != gonets.VersionSame && a.Version != run.Version {
		if err := t.fresh(); err != nil {
			return 0, "", err
		}
		r, err := t.asked(run.Scenario, max(a.Version, 0))
		if err != nil {
			return 0, "", err
		}
		version = r.Version
	}
	return version, run.Lane, nil
}

// laneOf asks where a run would queue, without taking a place.
func (t *txn) laneOf(r *routes.Route, eventID string) (string, error) {
	e, err := pack.EventHead(t, eventID)
	if err != nil {
		return "", err
	}
	lane, reserved := t.place(r.Doc, &e)
	if reserved {
		t.unplaceLast()
	}
	return lane, nil
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
	return gonets.Errorf(gonets.CodeNotFound, "there is no run %q; it may have been removed by the retention, or its data erased", id)
}

// Rerun makes a new run of an old run's event, or of another event that a
// person made of it, from the start. Like a run of Accept it may be born leased;
// then the caller hands the job to the engine. The run that a repeat finds is not
// leased for him.
func (s *Store) Rerun(ctx context.Context, r gonets.Rerun) (gonets.Job, error) {
	wish := deeds.Wish{Actor: r.Actor, Key: r.Key, What: fmt.Sprintf("rerun run/%s v%d", r.RunID, r.Version)}
	var edited *acceptOp
	if r.Event != nil {
		edited = &acceptOp{items: make([]acceptItem, 1)}
		in := []gonets.Acceptance{{Event: *r.Event}}
		edited.items[0] = acceptItem{Acceptance: &in[0], row: pack.NewEvent(r.Event)}
		wish.What += fmt.Sprintf(" %x", sha256.Sum256(append([]byte(r.Event.RawQuery+r.Event.Path+r.Event.ContentType), r.Event.Body...)))
	}
	for range maxLookups {
		job, again, err := s.rerun(ctx, &r, &wish, edited)
		if !again {
			return job, err
		}
		if err := s.finder.Renew(&edited.items[0].found, edited.items[0].Acceptance); err != nil {
			return gonets.Job{}, err
		}
	}
	return gonets.Job{}, errUnsettled
}

// rerun tries it; again is true when values were worked out for paths of the
// past, and then nothing was stored.
func (s *Store) rerun(ctx context.Context, r *gonets.Rerun, wish *deeds.Wish, edited *acceptOp) (job gonets.Job, again bool, err error) {
	err = s.commits.lease(ctx, func(t *txn) ([]gonets.Run, error) {
		job, again = gonets.Job{}, false
		made, done, err := wish.Done(t)
		if err != nil {
			return nil, err
		}
		if done {
			job.Run, err = t.runByID(made)
			job.Run.Lease = gonets.Lease{}
			return nil, err
		}
		old, err := t.runByID(r.RunID)
		if err != nil {
			return nil, err
		}
		if err := t.fresh(); err != nil {
			return nil, err
		}
		to, err := t.rerunAs(&old, r.Version)
		if err != nil {
			return nil, err
		}
		if edited == nil {
			job, err = t.runAgain(&old, to)
		} else {
			it := edited.items[0].Acceptance
			it.Scenario, it.Version = to.Name, to.Version
			if err = t.acceptAll([]*acceptOp{edited}); err == nil && edited.stale {
				again = true
				return nil, errUnsettled // nothing may be kept
			}
			if err == nil {
				job = gonets.Job{Event: it.Event, Run: edited.results[0].Runs[0]}
			}
		}
		if err != nil {
			return nil, err
		}
		t.later(deeds.Reruns, []any{job.Run.ID, old.ID})
		t.acted(&gonets.Action{Kind: gonets.ActionRerun, Actor: r.Actor}, old.Version, job.Run.Version, job.Run.ID)
		if err := t.Audit(r.Actor, "rerun", "run/"+old.ID, fmt.Sprintf(`{"run":%q}`, job.Run.ID)); err != nil {
			return nil, err
		}
		return []gonets.Run{job.Run}, wish.Keep(t, job.Run.ID)
	})
	if err != nil {
		return gonets.Job{}, again, err
	}
	return job, false, nil
}

// rerunAs is the route of a new run of an old one's event.
func (t *txn) rerunAs(old *gonets.Run, version int) (*routes.Route, error) {
	if version == gonets.VersionSame {
		version = old.Version
	}
	if _, err := t.s.routes.Scenario(t, old.Scenario); gonets.CodeOf(err) == gonets.CodeNotFound {
		return nil, deeds.Orphaned(old.Scenario)
	}
	return t.asked(old.Scenario, max(version, 0))
}

// runAgain makes a run of the event of an old one.
func (t *txn) runAgain(old *gonets.Run, to *routes.Route) (job gonets.Job, err error) {
	// Locked, because retention of another node may be about to remove it.
	kept, err := pack.Texts(t, `SELECT id FROM events WHERE id = ? AND mark <> 'erased'`+t.s.dialect.ReadLock, old.EventID)
	if err == nil && len(kept) == 0 {
		err = noRun(old.ID)
	}
	if err != nil {
		return job, err
	}
	bodies := int64(-1)
	if t.waits {
		bodies = 0 // nobody is handed the job
	}
	found, err := pack.LoadEvents(t, kept, bodies)
	if err != nil {
		return job, err
	}
	job = gonets.Job{Event: found[old.EventID]}
	if job.Run, err = t.insertRun(&job.Event, to, ""); err != nil {
		return job, err
	}
	t.tally.At(tally.KeyOf(job.Event.Source, job.Event.ReceivedAt)).Runs++
	return job, t.exec(`INSERT INTO run_values (value, run) SELECT value, ? FROM run_values WHERE run = ?`, job.Run.ID, old.ID)
}
