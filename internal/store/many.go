package store

import (
	"errors"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/pack"
)

// actMany does one thing to many runs, as far as their states allow it, and
// gives the ids of the runs in which it shows: those, or the new ones of a rerun.
// Runs that are treated alike are changed together. Whoever works on one of them
// loses the lease.
func (t *txn) actMany(a *gonets.Action, ids []string) ([]string, error) {
	switch a.Kind {
	case gonets.ActionRerun:
		return t.rerunMany(a, ids)
	case gonets.ActionSkip:
		return t.skipMany(a, ids)
	}
	now := t.orNow(a.At).UnixMilli()
	if set, args := deeds.Simple(a.Kind, now); set != "" {
		acted, err := t.change(a.Kind, set, args, ids)
		t.acted(a, 0, 0, acted...)
		return acted, err
	}
	if a.Kind != gonets.ActionResume {
		return t.actEach(a, ids)
	}
	alike, each, err := t.alike(a, ids)
	if err != nil {
		return nil, err
	}
	acted, err := t.actEach(a, each)
	for v, ids := range alike {
		if err != nil {
			break
		}
		var more []string
		more, err = t.change(a.Kind, deeds.GoOnAs, []any{now, v[1]}, ids)
		t.acted(a, v[0], v[1], more...)
		acted = append(acted, more...)
	}
	return acted, err
}

// change sets the same in all runs whose state allows the action.
func (t *txn) change(kind gonets.ActionKind, set string, args []any, ids []string) ([]string, error) {
	from := kind.From()
	args = append(append(args, pack.Args(ids)...), pack.States(from)...)
	return pack.Texts(t, `UPDATE runs SET `+set+deeds.Unlease+` WHERE id IN (`+pack.In(len(ids))+`) AND state IN (`+pack.In(len(from))+`) RETURNING id`, args...)
}

// actEach does it to one run after the other.
func (t *txn) actEach(a *gonets.Action, ids []string) (acted []string, err error) {
	for _, id := range ids {
		one := *a
		one.RunID = id
		_, err := t.act(&one)
		switch {
		case err == nil:
			acted = append(acted, id)
		case !itsOwn(err) && gonets.CodeOf(err) != gonets.CodeRunState:
			return nil, err
		}
	}
	return acted, nil
}

// alike finds the paused runs that go on alike: from one version to another in
// which no step was renamed. Of the others each one has to be looked at.
func (t *txn) alike(a *gonets.Action, ids []string) (alike map[[2]int][]string, each []string, err error) {
	if err := t.fresh(); err != nil {
		return nil, nil, err
	}
	found, err := deeds.Standings(t, ids)
	if err != nil {
		return nil, nil, err
	}
	type kind struct {
		scenario, at string
		version      int
	}
	versions, alike := map[kind]int{}, map[[2]int][]string{}
	for i := range found {
		s := &found[i]
		k := kind{s.Scenario, s.Cursor, s.Version}
		version, known := versions[k]
		switch {
		case s.State == gonets.RunHeld, a.Version == gonets.VersionFit && (s.Passed || s.Cursor == ""):
			each = append(each, s.ID)
			continue
		case s.State != gonets.RunPaused:
			continue
		case !known:
			if version, err = t.versionFor(a, &s.Run); err != nil {
				return nil, nil, err
			}
			versions[k] = version
		}
		if version == apart {
			each = append(each, s.ID)
		} else if version > 0 {
			v := [2]int{s.Version, version}
			alike[v] = append(alike[v], s.ID)
		}
	}
	return alike, each, nil
}

// apart is the version of runs that do not go on alike.
const apart = -1

// versionFor is the version with which a paused run goes on; 0 when there is
// none.
func (t *txn) versionFor(a *gonets.Action, run *gonets.Run) (version int, err error) {
	switch a.Version {
	case gonets.VersionFit:
		version, err = deeds.FitVersion(t, &t.s.routes, run, run.Cursor)
	case gonets.VersionSame:
		return run.Version, nil
	default:
		version, _, err = t.resumeAt(a, run)
	}
	if err == nil && version != run.Version {
		var names deeds.Renames
		if names, err = deeds.RenamesOf(t, &t.s.routes, run, version); err == nil && !names.None() {
			version = apart
		}
	}
	if err != nil && itsOwn(err) {
		return 0, nil
	}
	return version, err
}

// skipMany lets paused runs go on behind the steps at which they stand.
func (t *txn) skipMany(a *gonets.Action, ids []string) (acted []string, err error) {
	if err := t.fresh(); err != nil {
		return nil, err
	}
	runs, err := pack.Collect(t, deeds.PausedSQL(len(ids))+t.s.dialect.Lock, pack.Args(ids), pack.ScanRun)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	a.At = t.orNow(a.At)
	behind, results, err := deeds.SkipMany(t, &t.s.routes, a, runs)
	for _, b := range behind {
		if err != nil {
			break
		}
		var more []string
		more, err = t.change(a.Kind, deeds.GoBehind, []any{a.At.UnixMilli(), b.Unsure, string(b.Doubts)}, b.Runs)
		for _, id := range more {
			t.later(pack.Results, results[id])
		}
		t.acted(a, b.Version, b.Version, more...)
		acted = append(acted, more...)
	}
	return acted, err
}

// rerunMany makes a new run of each one's event. They are queued: places in the
// lanes are for what comes in.
func (t *txn) rerunMany(a *gonets.Action, ids []string) (made []string, err error) {
	if err := t.fresh(); err != nil {
		return nil, err
	}
	olds, err := pack.Collect(t, `SELECT `+pack.RunColumns+` FROM runs r WHERE r.id IN (`+pack.In(len(ids))+`) AND r.state <> 'held' ORDER BY r.id`,
		pack.Args(ids), pack.ScanRun)
	if err != nil {
		return nil, err
	}
	for i := range olds {
		old := &olds[i]
		to, err := t.rerunAs(old, a.Version)
		var e *gonets.Error
		if errors.As(err, &e) {
			continue // the scenario is gone, or has no such version
		}
		if err != nil {
			return nil, err
		}
		t.waits = true
		job, err := t.runAgain(old, to)
		t.waits = false
		if gonets.CodeOf(err) == gonets.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		t.later(deeds.Reruns, []any{job.Run.ID, old.ID})
		t.acted(a, old.Version, job.Run.Version, job.Run.ID)
		made = append(made, job.Run.ID)
	}
	return made, nil
}
