package store

import (
	"errors"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/pack"
)

// actMany does one thing to many runs, as far as their states allow it, and
// gives the ids of the runs in which it shows: those, or the new ones of a rerun;
// the others are counted by why they were left alone. Runs that are treated alike
// are changed together. Whoever works on one of them loses the lease.
func (t *txn) actMany(a *gonets.Action, ids []string) ([]string, map[gonets.Code]int, error) {
	m := deeds.NewMany(a)
	acted, err := t.actAll(m, ids)
	return acted, m.LeftOf(len(ids), len(acted)), err
}

func (t *txn) actAll(m *deeds.Many, ids []string) ([]string, error) {
	a := m.Action
	switch a.Kind {
	case gonets.ActionRerun:
		return t.rerunMany(m, ids)
	case gonets.ActionSkip:
		return t.skipMany(m, ids)
	}
	now := t.orNow(a.At).UnixMilli()
	if set, args := deeds.Simple(a.Kind, now); set != "" {
		acted, err := t.change(a.Kind, set, args, ids)
		t.acted(a, 0, 0, acted...)
		return acted, err
	}
	if a.Kind != gonets.ActionResume {
		return t.actEach(m, ids)
	}
	alike, each, err := t.alike(m, ids)
	if err != nil {
		return nil, err
	}
	acted, err := t.actEach(m, each)
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
func (t *txn) actEach(m *deeds.Many, ids []string) (acted []string, err error) {
	for _, id := range ids {
		one := *m.Action
		one.RunID = id
		_, err := t.act(&one)
		switch {
		case err == nil:
			acted = append(acted, id)
		case !deeds.ItsOwn(err) && gonets.CodeOf(err) != gonets.CodeRunState:
			return nil, err
		default:
			m.Leave(err)
		}
	}
	return acted, nil
}

// alike finds the paused runs that go on alike: from one version to another in
// which no step was renamed. Of the others each one has to be looked at.
func (t *txn) alike(m *deeds.Many, ids []string) (alike map[[2]int][]string, each []string, err error) {
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
	type goal struct {
		version int
		why     error
	}
	versions, alike := map[kind]goal{}, map[[2]int][]string{}
	for i := range found {
		s := &found[i]
		k := kind{s.Scenario, s.Cursor, s.Version}
		to, known := versions[k]
		switch {
		case s.State == gonets.RunHeld, m.Version == gonets.VersionFit && (s.Passed || s.Cursor == ""):
			each = append(each, s.ID)
			continue
		case s.State != gonets.RunPaused:
			continue
		case !known:
			if to.version, to.why = t.versionFor(m.Action, &s.Run); to.why != nil && !deeds.ItsOwn(to.why) {
				return nil, nil, to.why
			}
			versions[k] = to
		}
		switch {
		case to.why != nil:
			m.Leave(to.why)
		case to.version == apart:
			each = append(each, s.ID)
		case to.version > 0:
			v := [2]int{s.Version, to.version}
			alike[v] = append(alike[v], s.ID)
		}
	}
	return alike, each, nil
}

// apart is the version of runs that do not go on alike.
const apart = -1

// versionFor is the version with which a paused run goes on.
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
	return version, err
}

// skipMany lets paused runs go on behind the steps at which they stand.
func (t *txn) skipMany(m *deeds.Many, ids []string) (acted []string, err error) {
	if err := t.fresh(); err != nil {
		return nil, err
	}
	runs, err := pack.Collect(t, deeds.PausedSQL(len(ids))+t.s.dialect.Lock, pack.Args(ids), pack.ScanRun)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	a := m.Action
	a.At = t.orNow(a.At)
	behind, results, err := m.Skip(t, &t.s.routes, runs)
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
func (t *txn) rerunMany(m *deeds.Many, ids []string) (made []string, err error) {
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
		to, err := t.rerunAs(old, m.Version)
		var e *gonets.Error
		if errors.As(err, &e) {
			m.Leave(err) // the scenario is gone, or has no such version
			continue
		}
		if err != nil {
			return nil, err
		}
		t.waits = true
		job, err := t.runAgain(old, to)
		t.waits = false
		if gonets.CodeOf(err) == gonets.CodeNotFound {
			m.Leave(err)
			continue
		}
		if err != nil {
			return nil, err
		}
		t.later(deeds.Reruns, []any{job.Run.ID, old.ID})
		t.acted(m.Action, old.Version, job.Run.Version, job.Run.ID)
		made = append(made, job.Run.ID)
	}
	return made, nil
}
