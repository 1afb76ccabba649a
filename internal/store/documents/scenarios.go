package documents

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/value"
)

const scenarioQuery = `SELECT s.name, s.state, s.published_version, s.etag, s.created_at, s.updated_at,
		COALESCE(v.document, s.draft),
		(SELECT count(*) FROM (SELECT 1 FROM runs WHERE state = 'held' AND ` + filter.IndexedState + `
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
func (d *Documents) Scenarios(ctx context.Context, p gonets.Page) (gonets.List[gonets.ScenarioInfo], error) {
	var out gonets.List[gonets.ScenarioInfo]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	out.Items, err = pack.Collect(d.base.Read(ctx), scenarioQuery+`WHERE s.name > ? ORDER BY s.name LIMIT ?`,
		[]any{from.ID, p.Size() + 1}, scanScenario)
	if size := p.Size(); len(out.Items) > size {
		out.Items = out.Items[:size]
		out.Next = filter.Cursor{ID: out.Items[size-1].Name}.String()
	}
	return out, d.base.Wrap(err)
}

// Scenario returns one scenario. Held counts up to a little over 10 000.
func (d *Documents) Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error) {
	items, err := pack.Collect(d.base.Read(ctx), scenarioQuery+`WHERE s.name = ?`, []any{name}, scanScenario)
	if err != nil {
		return gonets.ScenarioInfo{}, d.base.Wrap(err)
	}
	if len(items) == 0 {
		return gonets.ScenarioInfo{}, gonets.Errorf(gonets.CodeNotFound, "there is no scenario %q", name)
	}
	return items[0], nil
}

// SetState makes a scenario run or stop. Starting needs a published version.
// What follows for its runs is the store's.
func (d *Documents) SetState(ctx context.Context, c gonets.StateChange) error {
	if c.State != gonets.ScenarioRunning && c.State != gonets.ScenarioStopped {
		return gonets.Errorf(gonets.CodeInvalid, "a scenario is started or stopped, not %q", c.State)
	}
	return d.change(ctx, func(t *txn) error { return t.setState(&c) })
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
	now, started, action := orNow(c.At, t).UnixMilli(), any(nil), "stop"
	if c.State == gonets.ScenarioRunning {
		started, action = now, "start"
	}
	err = t.Exec(`UPDATE scenarios SET state = ?, updated_at = ?, started_at = COALESCE(started_at, ?) WHERE name = ?`,
		string(c.State), now, started, c.Name)
	if err != nil {
		return err
	}
	if err := t.Audit(c.Actor, action, "Scenario/"+c.Name, ""); err != nil {
		return err
	}
	return t.BumpConfig()
}

// orNow is at, or the transaction's time when the caller gave none.
func orNow(at time.Time, t *txn) time.Time {
	if at.IsZero() {
		return t.Now()
	}
	return at
}

// knownSources refuses a scenario that names a source that does not exist.
func (t *txn) knownSources(sc *gonets.Scenario) error {
	known, err := pack.Texts(t, `SELECT name FROM sources WHERE name IN (`+pack.In(len(sc.Sources))+`)`, pack.Args(sc.Sources)...)
	if err != nil {
		return err
	}
	have := make(map[string]bool, len(known))
	for _, name := range known {
		have[name] = true
	}
	var problems []gonets.Problem
	for i, name := range sc.Sources {
		if !have[name] {
			problems = append(problems, gonets.Problem{Pointer: fmt.Sprintf("/sources/%d", i), Code: gonets.CodeInvalid,
				Message: fmt.Sprintf("there is no source %q", name)})
		}
	}
	if problems == nil {
		return nil
	}
	all, err := pack.Texts(t, `SELECT name FROM sources ORDER BY name LIMIT 1000`)
	if err != nil {
		return err
	}
	for i := range problems {
		var at int
		if _, err := fmt.Sscanf(problems[i].Pointer, "/sources/%d", &at); err != nil {
			continue
		}
		problems[i].Suggestion = value.Nearest(sc.Sources[at], all)
	}
	return &gonets.Error{Code: gonets.CodeInvalid, Problems: problems,
		Message: fmt.Sprintf("the scenario %q names a source that does not exist", sc.Name)}
}

// scenarioRow is what is stored of a scenario.
type scenarioRow struct {
	exists  bool
	state   gonets.ScenarioState
	draft   sql.NullString
	version int
	// published is the document of version.
	published string
}

func (t *txn) readScenario(name string) (row scenarioRow, err error) {
	err = t.Row(`SELECT state, draft, published_version FROM scenarios WHERE name = ?`, []any{name},
		&row.state, &row.draft, &row.version)
	if errors.Is(err, sql.ErrNoRows) {
		return row, nil
	}
	row.exists = true
	if err == nil && row.version > 0 {
		err = t.Row(`SELECT document FROM versions WHERE scenario = ? AND n = ?`, []any{name, row.version}, &row.published)
	}
	return row, err
}

func (t *txn) applyScenario(a *gonets.Apply, sc *gonets.Scenario) (gonets.Applied, error) {
	out := gonets.Applied{Kind: "Scenario", Name: sc.Name}
	text, etag, err := encode(sc)
	if err != nil {
		return out, err
	}
	old, err := t.readScenario(sc.Name)
	if err != nil {
		return out, err
	}
	next := old
	if a.Draft {
		next.draft = sql.NullString{String: text, Valid: true}
		if !old.exists {
			next.state = gonets.ScenarioDraft
		}
	} else {
		t.publish(a, &next, text)
	}
	out.Version, out.State, out.Change = next.version, next.state, changeUpdated
	if old.exists && next == old {
		out.Change = changeNone
		return out, nil
	}
	if !old.exists {
		out.Change = changeCreated
	}
	return out, t.writeScenario(a, sc, scenarioChange{old, next, etag})
}

// publish makes the text the published document. A scenario that was never
// published starts now, unless the caller wants it stopped.
func (t *txn) publish(a *gonets.Apply, row *scenarioRow, text string) {
	if row.version == 0 {
		row.state = gonets.ScenarioRunning
		if a.Stopped {
			row.state = gonets.ScenarioStopped
		}
		row.draft = sql.NullString{}
	}
	if row.published != text {
		row.version, row.published = row.version+1, text
	}
	if row.draft.String == text {
		row.draft = sql.NullString{}
	}
}

type scenarioChange struct {
	old, next scenarioRow
	etag      string
}

func (t *txn) writeScenario(a *gonets.Apply, sc *gonets.Scenario, c scenarioChange) error {
	now, started := t.Now().UnixMilli(), any(nil)
	if c.next.state == gonets.ScenarioRunning {
		started = now
	}
	err := t.Exec(`INSERT INTO scenarios (name, state, draft, published_version, etag, created_at, updated_at, started_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET state = excluded.state, draft = excluded.draft,
			published_version = excluded.published_version, etag = excluded.etag, updated_at = excluded.updated_at,
			started_at = COALESCE(scenarios.started_at, excluded.started_at)`,
		sc.Name, string(c.next.state), c.next.draft, c.next.version, c.etag, now, now, started)
	if err != nil {
		return err
	}
	if c.next.version != c.old.version {
		err := t.Exec(`INSERT INTO versions (scenario, n, document, created_at, actor, note) VALUES (?, ?, ?, ?, ?, ?)`,
			sc.Name, c.next.version, c.next.published, now, a.Actor, a.Note)
		if err != nil {
			return err
		}
	}
	if a.Draft && c.next.version > 0 {
		return nil // events follow the published document
	}
	if err := t.Exec(`DELETE FROM subscriptions WHERE scenario = ?`, sc.Name); err != nil {
		return err
	}
	for _, source := range sc.Sources {
		err := t.Exec(`INSERT INTO subscriptions (source, scenario) VALUES (?, ?)
			ON CONFLICT (source, scenario) DO NOTHING`, source, sc.Name)
		if err != nil {
			return err
		}
	}
	return nil
}
