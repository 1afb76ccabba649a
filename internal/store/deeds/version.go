package deeds

import (
	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
	"gonets/internal/store/routes"
)

// Standing is a paused run as far as it decides about its version.
type Standing struct {
	gonets.Run
	// Passed is true when the step at its cursor is finished.
	Passed bool
}

// StandingsSQL asks for one step of each run: a database that knows nothing of the
// steps might read them all for what only EXISTS.
func StandingsSQL(runs int) string {
	return `SELECT r.id, r.state, r.scenario, COALESCE(r.version, 0), r.cursor_path,
			(SELECT s.path FROM step_results s WHERE s.run = r.id AND s.path = r.cursor_path) IS NOT NULL
		FROM runs r WHERE r.id IN (` + pack.In(runs) + `)`
}

// Standings are those of so many runs.
func Standings(q pack.Reader, ids []string) ([]Standing, error) {
	return pack.Collect(q, StandingsSQL(len(ids)), pack.Args(ids), func(scan func(...any) error) (s Standing, err error) {
		err = scan(&s.ID, &s.State, &s.Scenario, &s.Version, &s.Cursor, &s.Passed)
		return s, err
	})
}

// FitVersion is the version with which a run that stands at a step goes on when
// nobody chose one.
func FitVersion(q pack.Reader, c *routes.Cache, run *gonets.Run, at string) (int, error) {
	now, err := c.Scenario(q, run.Scenario)
	switch {
	case gonets.CodeOf(err) == gonets.CodeNotFound:
		return run.Version, nil
	case err != nil:
		return 0, err
	case now.Version == 0:
		return run.Version, nil
	case now.Version == run.Version:
		return run.Version, now.Damage // by a damaged one it would pause again at once
	}
	own, err := c.Version(q, run.Scenario, run.Version)
	if gonets.CodeOf(err) == gonets.CodeDamaged {
		return now.Version, now.Damage
	}
	// One that is not there any more is done as it was: the published one would pass it by.
	if err == nil && at != "" && document.FateOf(own, now.Doc, at) == gonets.StepChanged {
		return now.Version, nil
	}
	return run.Version, err
}

// RenamesOf are those between a run's version and another one.
func RenamesOf(q pack.Reader, c *routes.Cache, run *gonets.Run, version int) (Renames, error) {
	was, err := c.Known(q, run)
	if err != nil {
		return Renames{}, err
	}
	now, err := c.Version(q, run.Scenario, version)
	if err != nil {
		return Renames{}, err
	}
	return NewRenames(was, now), nil
}

// Follow makes what a run did with a version known by the paths of the one that it
// has now, so that it does nothing again.
func Follow(t floor.Txn, c *routes.Cache, run *gonets.Run, version int) error {
	was := *run
	was.Version = version
	names, err := RenamesOf(t, c, &was, run.Version)
	if err != nil || names.None() {
		return err
	}
	return names.apply(t, run)
}
