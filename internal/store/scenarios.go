package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
)

// maxCount is where counting stops.
const maxCount = 10_000

const scenarioQuery = `SELECT s.name, s.state, s.published_version, s.etag, s.created_at, s.updated_at,
		COALESCE(v.document, s.draft),
		(SELECT count(*) FROM (SELECT 1 FROM runs WHERE state = 'held' AND ` + indexedState + `
			AND scenario = s.name LIMIT 10001) h)
	FROM scenarios s LEFT JOIN versions v ON v.scenario = s.name AND v.n = s.published_version `

func scanScenario(scan func(...any) error) (gonets.ScenarioInfo, error) {
	var out gonets.ScenarioInfo
	var name, text string
	var created, updated sql.NullInt64
	if err := scan(&name, &out.State, &out.Version, &out.ETag, &created, &updated, &text, &out.Held); err != nil {
		return out, err
	}
	out.CreatedAt, out.UpdatedAt = pack.FromMS(created), pack.FromMS(updated)
	return out, json.Unmarshal([]byte(text), &out.Scenario)
}

// Scenarios lists scenarios by name.
func (s *Store) Scenarios(ctx context.Context, p gonets.Page) (gonets.List[gonets.ScenarioInfo], error) {
	var out gonets.List[gonets.ScenarioInfo]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	out.Items, err = pack.Collect(s.reader(ctx), scenarioQuery+`WHERE s.name > ? ORDER BY s.name LIMIT ?`,
		[]any{from.ID, p.Size() + 1}, scanScenario)
	if size := p.Size(); len(out.Items) > size {
		out.Items = out.Items[:size]
		out.Next = filter.Cursor{ID: out.Items[size-1].Name}.String()
	}
	return out, s.dialect.Wrap(err)
}

// Scenario returns one scenario. Held counts up to a little over 10 000.
func (s *Store) Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error) {
	return scenarioInfo(s, s.reader(ctx), name)
}

func scenarioInfo(s *Store, q pack.Reader, name string) (gonets.ScenarioInfo, error) {
	items, err := pack.Collect(q, scenarioQuery+`WHERE s.name = ?`, []any{name}, scanScenario)
	if err != nil {
		return gonets.ScenarioInfo{}, s.dialect.Wrap(err)
	}
	if len(items) == 0 {
		return gonets.ScenarioInfo{}, gonets.Errorf(gonets.CodeNotFound, "there is no scenario %q", name)
	}
	return items[0], nil
}

// SetScenarioState starts or stops a scenario. Starting needs a published
// version. Runs of a stopped scenario keep their state, but those that are
// queued or wait are not claimed until it is started again. With ReleaseHeld the runs that were held are queued, oldest first,
// in several commits: a death in between leaves the rest held.
func (s *Store) SetScenarioState(ctx context.Context, c gonets.StateChange) (gonets.ScenarioInfo, error) {
	if c.State != gonets.ScenarioRunning && c.State != gonets.ScenarioStopped {
		return gonets.ScenarioInfo{}, gonets.Errorf(gonets.CodeInvalid, "a scenario is started or stopped, not %q", c.State)
	}
	err := s.commits.run(ctx, queue.Maintain, func(t *txn) error { return t.setState(&c) })
	if err != nil {
		return gonets.ScenarioInfo{}, err
	}
	// What is decided is carried out, also when the caller does not wait.
	ctx = context.WithoutCancel(ctx)
	if err := s.settleParked(ctx, c.Name); err != nil {
		return gonets.ScenarioInfo{}, err
	}
	if c.State == gonets.ScenarioRunning && c.ReleaseHeld {
		if err := s.releaseHeld(ctx, c.Name); err != nil {
			return gonets.ScenarioInfo{}, err
		}
	}
	return s.Scenario(ctx, c.Name)
}

func (t *txn) setState(c *gonets.StateChange) error {
	row, err := t.readScenario(c.Name)
	if err != nil {
		return err
	}
	if !row.exists {
		return gonets.Errorf(gonets.CodeNotFound, "there is no scenario %q", c.Name)
	}
	if row.version == 0 {
		return gonets.Errorf(gonets.CodeConflict, "the scenario %q was never published; publish it first", c.Name)
	}
	if row.state == c.State {
		return nil
	}
	now, started, action := t.orNow(c.At).UnixMilli(), any(nil), "stop"
	if c.State == gonets.ScenarioRunning {
		started, action = now, "start"
	}
	err = t.exec(`UPDATE scenarios SET state = ?, updated_at = ?, started_at = COALESCE(started_at, ?) WHERE name = ?`,
		string(c.State), now, started, c.Name)
	if err != nil {
		return err
	}
	if err := t.audit(c.Actor, action, "Scenario/"+c.Name, ""); err != nil {
		return err
	}
	return t.bumpConfig()
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
			row, err := t.readScenario(scenario)
			if err != nil {
				return err
			}
			park := 0
			if row.state == gonets.ScenarioStopped {
				park = 1
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
func (s *Store) releaseHeld(ctx context.Context, scenario string) error {
	for after := ""; ; {
		var n int
		err := s.commits.run(ctx, queue.Maintain, func(t *txn) (err error) {
			n, after, err = t.releaseBatch(scenario, after)
			return err
		})
		if err != nil || n < gonets.RetentionBatch {
			return err
		}
	}
}

func (t *txn) releaseBatch(scenario, after string) (n int, last string, err error) {
	if err := t.fresh(); err != nil {
		return 0, after, err
	}
	r, err := t.asked(scenario, 0)
	if err != nil {
		return 0, after, err
	}
	held, err := pack.Collect(t, `SELECT `+pack.RunColumns+` FROM runs r WHERE r.state = 'held' AND `+indexedState+`
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
		last = run.ID
	}
	return len(held), last, nil
}

const versionQuery = `SELECT n, document, created_at, actor, note FROM versions WHERE scenario = ? `

func scanVersion(scan func(...any) error) (gonets.Version, error) {
	var v gonets.Version
	var text string
	var created sql.NullInt64
	if err := scan(&v.N, &text, &created, &v.Actor, &v.Note); err != nil {
		return v, err
	}
	v.CreatedAt = pack.FromMS(created)
	return v, json.Unmarshal([]byte(text), &v.Scenario)
}

// Versions lists a scenario's published versions, newest first.
func (s *Store) Versions(ctx context.Context, scenario string, p gonets.Page) (gonets.List[gonets.Version], error) {
	var out gonets.List[gonets.Version]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	below := int64(math.MaxInt64)
	if from.ID != "" {
		below = from.At
	}
	out.Items, err = pack.Collect(s.reader(ctx), versionQuery+`AND n < ? ORDER BY n DESC LIMIT ?`,
		[]any{scenario, below, p.Size() + 1}, scanVersion)
	if size := p.Size(); len(out.Items) > size {
		out.Items = out.Items[:size]
		out.Next = filter.Cursor{At: int64(out.Items[size-1].N), ID: scenario}.String()
	}
	return out, s.dialect.Wrap(err)
}

// Version returns a published version.
func (s *Store) Version(ctx context.Context, scenario string, n int) (*gonets.Version, error) {
	items, err := pack.Collect(s.reader(ctx), versionQuery+`AND n = ?`, []any{scenario, n}, scanVersion)
	if err != nil {
		return nil, s.dialect.Wrap(err)
	}
	if len(items) == 0 {
		return nil, gonets.Errorf(gonets.CodeNotFound, "the scenario %q has no version %d", scenario, n)
	}
	return &items[0], nil
}
