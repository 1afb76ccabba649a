package store

import (
	"context"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
)

// SetScenarioState starts or stops a scenario. Starting needs a published
// version. Runs of a stopped scenario keep their state, but those that are
// queued or wait are not claimed until it is started again. With ReleaseHeld the runs that were held are queued, oldest first,
// in several commits: a death in between leaves the rest held.
func (s *Store) SetScenarioState(ctx context.Context, c gonets.StateChange) (gonets.ScenarioInfo, error) {
	if err := s.SetState(ctx, c); err != nil {
		return gonets.ScenarioInfo{}, err
	}
	return s.follow(ctx, c.Name, c.State == gonets.ScenarioRunning && c.ReleaseHeld, c.Actor)
}

// Publish makes a scenario's draft its next version and lets it run when that
// is wanted, in one commit. Held runs are released in commits of their own: a
// death in between leaves the rest held.
func (s *Store) Publish(ctx context.Context, p gonets.Publish) (gonets.ScenarioInfo, error) {
	if err := s.Documents.Publish(ctx, p); err != nil {
		return gonets.ScenarioInfo{}, err
	}
	return s.follow(ctx, p.Scenario.Name, p.ReleaseHeld, p.Actor)
}

// follow makes a scenario's runs follow its state.
func (s *Store) follow(ctx context.Context, name string, release bool, actor string) (gonets.ScenarioInfo, error) {
	// What is decided is carried out, also when the caller does not wait.
	ctx = context.WithoutCancel(ctx)
	if err := s.settleParked(ctx, name); err != nil {
		return gonets.ScenarioInfo{}, err
	}
	info, err := s.Scenario(ctx, name)
	if gonets.CodeOf(err) == gonets.CodeDamaged && !release {
		err = nil // it was started or stopped all the same
	}
	if err != nil || !release || info.State != gonets.ScenarioRunning {
		return info, err
	}
	if err := s.releaseHeld(ctx, name, actor); err != nil {
		return gonets.ScenarioInfo{}, err
	}
	return s.Scenario(ctx, name)
}

// What DeleteScenario asks of a scenario's runs: those that somebody works on,
// and those that wait.
const (
	workedOnSQL = `SELECT EXISTS (SELECT 1 FROM runs WHERE scenario = ? AND node IS NOT NULL)`
	abandonSQL  = `UPDATE runs SET state = 'cancelled', parked = 0, reason = ?, due_at = NULL, finished_at = ?, lease_seq = lease_seq + 1
	WHERE id IN (SELECT id FROM runs r WHERE `
	abandonEnd   = ` LIMIT ?)`
	waitingOfSQL = unleased + ` AND scenario = ?`
	restingOfSQL = `state IN ('held', 'paused') AND ` + filter.IndexedStateOf + ` AND scenario = ?`
)

// DeleteScenario deletes a scenario that does not work and cancels what of it
// still waits. Its history stays.
func (s *Store) DeleteScenario(ctx context.Context, name, actor string) error {
	for {
		done := false
		err := s.commits.run(ctx, queue.Maintain, func(t *txn) (err error) {
			done, err = t.deleteScenario(name, actor)
			return err
		})
		if err != nil || done {
			return err
		}
	}
}

// deleteScenario cancels a batch, and deletes the scenario after the last one.
func (t *txn) deleteScenario(name, actor string) (done bool, err error) {
	if err := t.s.CheckStopped(t, name); err != nil {
		return false, err
	}
	busy := false
	if err := t.Row(workedOnSQL, []any{name}, &busy); err != nil {
		return false, err
	}
	if busy {
		return false, gonets.Errorf(gonets.CodeScenarioRunning, "a last request of the scenario %q is still on its way; try again in a moment", name)
	}
	for _, which := range []string{waitingOfSQL, restingOfSQL} {
		n, err := t.changed(abandonSQL+which+abandonEnd, string(gonets.CodeScenarioGone), t.now.UnixMilli(), name, gonets.RetentionBatch)
		if err != nil || n == gonets.RetentionBatch {
			return false, err
		}
	}
	if err := t.s.DropExamples(t, name); err != nil {
		return false, err
	}
	return true, t.s.RemoveScenario(t, name, actor)
}

// parkSQL parks or frees up to a number of a scenario's runs.
const parkSQL = `UPDATE runs SET parked = ? WHERE id IN (SELECT id FROM runs
	WHERE scenario = ? AND parked = ? AND ` + unleased + ` LIMIT ?)`

// settleParked makes the runs of a scenario that nobody holds follow its state,
// batch by batch. Whoever changes the state meanwhile is followed too.
func (s *Store) settleParked(ctx context.Context, scenario string) error {
	for {
		var n int64
		err := s.commits.run(ctx, queue.Maintain, func(t *txn) error {
			var park int
			err := t.Row(`SELECT CASE WHEN EXISTS (SELECT 1 FROM scenarios WHERE name = ? AND state = 'stopped') THEN 1 ELSE 0 END`,
				[]any{scenario}, &park)
			if err != nil {
				return err
			}
			n, err = t.changed(parkSQL, park, scenario, 1-park, gonets.RetentionBatch)
			return err
		})
		if err != nil || n < gonets.RetentionBatch {
			return err
		}
	}
}

// releaseHeld queues held runs batch by batch, so that a scenario with a
// hundred thousand of them does not hold up everybody's commits.
func (s *Store) releaseHeld(ctx context.Context, scenario, actor string) error {
	for after := ""; ; {
		var n int
		err := s.commits.run(ctx, queue.Maintain, func(t *txn) (err error) {
			n, after, err = t.releaseBatch(scenario, after, actor)
			return err
		})
		if err != nil || n < gonets.RetentionBatch {
			return err
		}
	}
}

func (t *txn) releaseBatch(scenario, after, actor string) (n int, last string, err error) {
	if err := t.fresh(); err != nil {
		return 0, after, err
	}
	r, err := t.asked(scenario, 0)
	if err != nil {
		return 0, after, err
	}
	held, err := pack.Collect(t, `SELECT `+pack.RunColumns+` FROM runs r WHERE r.state = 'held' AND `+filter.IndexedStateOf+`
		AND r.scenario = ? AND r.id > ? ORDER BY r.id LIMIT ?`, []any{scenario, after, gonets.RetentionBatch}, pack.ScanRun)
	if err != nil {
		return 0, after, err
	}
	for _, run := range held {
		lane, err := t.laneOf(r, run.EventID)
		if err != nil {
			return 0, after, err
		}
		err = t.exec(`UPDATE runs SET state = 'queued', reason = '', version = ?, lane = ?, due_at = ?,
				parked = `+pack.ParkedIfStopped+` WHERE id = ? AND state = 'held'`, r.Version, lane, t.now.UnixMilli(), run.ID)
		if err != nil {
			return 0, after, err
		}
		t.acted(&gonets.Action{Kind: gonets.ActionResume, Actor: actor}, 0, r.Version, run.ID)
		last = run.ID
	}
	return len(held), last, nil
}
