package documents

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
	"gonets/internal/value"
)

// ScenarioSQL reads scenarios, with how many runs each holds.
const ScenarioSQL = `SELECT s.name, s.state, s.published_version, s.etag, s.created_at, s.updated_at,
		COALESCE(v.document, s.draft), v.requests, s.updated_by,
		CASE WHEN s.draft <> COALESCE(v.document, '') THEN 1 ELSE 0 END,
		(SELECT count(*) FROM (SELECT 1 FROM runs WHERE state = 'held' AND ` + filter.IndexedStateOf + `
			AND scenario = s.name LIMIT 10001) c)
	FROM scenarios s LEFT JOIN versions v ON v.scenario = s.name AND v.n = s.published_version `

func scanScenario(scan func(...any) error) (gonets.ScenarioInfo, error) {
	var out gonets.ScenarioInfo
	var name, text string
	var created, updated sql.NullInt64
	var requests sql.NullString
	err := scan(&name, &out.State, &out.Version, &out.ETag, &created, &updated, &text, &requests, &out.UpdatedBy, &out.HasDraft, &out.Held)
	if err != nil {
		return out, err
	}
	out.CreatedAt, out.UpdatedAt = pack.FromMS(created), pack.FromMS(updated)
	out.Scenario, out.Requests, out.Damage = pack.Version(fmt.Sprintf("the scenario %q", name), text, requests.String)
	out.Name = name
	return out, nil
}

// outdate tells of scenarios whose saved requests have changed since they were
// published.
func outdate(q pack.Reader, infos []gonets.ScenarioInfo) error {
	var live []gonets.SavedRequest
	for i := range infos {
		if len(infos[i].Requests) == 0 {
			continue
		}
		if live == nil {
			var err error
			if live, err = liveRequests(q); err != nil {
				return err
			}
		}
		infos[i].HasDraft = infos[i].HasDraft || len(document.Differing(infos[i].Requests, live)) > 0
	}
	return nil
}

// Scenarios lists scenarios by name, those too whose document is damaged.
func (d *Documents) Scenarios(ctx context.Context, p gonets.Page) (gonets.List[gonets.ScenarioInfo], error) {
	var out gonets.List[gonets.ScenarioInfo]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	q := d.base.Read(ctx)
	out.Items, err = pack.Collect(q, ScenarioSQL+`WHERE s.name > ? ORDER BY s.name LIMIT ?`,
		[]any{from.ID, p.Size() + 1}, scanScenario)
	if size := p.Size(); len(out.Items) > size {
		out.Items = out.Items[:size]
		out.Next = filter.Cursor{ID: out.Items[size-1].Name}.String()
	}
	if err == nil {
		err = outdate(q, out.Items)
	}
	return out, d.base.Wrap(err)
}

// Scenario returns one scenario. Held counts up to a little over 10 000. Of one
// that is damaged all but its document comes along with the error.
func (d *Documents) Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error) {
	q := d.base.Read(ctx)
	items, err := pack.Collect(q, ScenarioSQL+`WHERE s.name = ?`, []any{name}, scanScenario)
	if err == nil {
		err = outdate(q, items)
	}
	if err != nil {
		return gonets.ScenarioInfo{}, d.base.Wrap(err)
	}
	if len(items) == 0 {
		return gonets.ScenarioInfo{}, noScenario(name)
	}
	return items[0], items[0].Damage
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
	row, err := readScenario(t, c.Name)
	if err != nil {
		return err
	}
	if !row.exists {
		return noScenario(c.Name)
	}
	if row.version == 0 {
		return gonets.Refuse(gonets.CodeConflict, gonets.Mistake("", codeNoVersion, "the scenario %q was never published; publish it first", c.Name))
	}
	if row.state == c.State {
		return nil
	}
	now, started, action := orNow(c.At, t).UnixMilli(), any(nil), "stop"
	if c.State == gonets.ScenarioRunning {
		started, action = now, "start"
	}
	err = t.Exec(`UPDATE scenarios SET state = ?, updated_at = ?, updated_by = ?, started_at = COALESCE(started_at, ?) WHERE name = ?`,
		string(c.State), now, c.Actor, started, c.Name)
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

// The codes of what cannot be done as things stand.
const (
	codeNewer         gonets.Code = "scenario.newer"
	codeNewerDraft    gonets.Code = "scenario.newer_draft"
	codeGoneScenario  gonets.Code = "scenario.gone"
	codeNewerSource   gonets.Code = "source.newer"
	codeGoneSource    gonets.Code = "source.gone"
	codeNewerRequest  gonets.Code = "request.newer"
	codeGoneRequest   gonets.Code = "request.gone"
	codeNewerSettings gonets.Code = "settings.newer"
	codeUnpublished   gonets.Code = "scenario.unpublished"
	codeNoDraft       gonets.Code = "scenario.only_requests"
	codeNoVersion     gonets.Code = "scenario.no_version"
	codeAddresses     gonets.Code = "source.addresses"
	codeOnlyAddress   gonets.Code = "source.only_address"
)

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
			problems = append(problems, gonets.Mistake(fmt.Sprintf("/sources/%d", i), gonets.CodeNoSource, "there is no source %q", name))
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

func (c *call) scenario(sc *gonets.Scenario) (document.Applied, error) {
	a, out := c.a, document.Applied{Kind: document.KindScenario, Name: sc.Name}
	text, etag, err := encode(sc)
	if err != nil {
		return out, err
	}
	old, err := readScenario(c, sc.Name)
	if err != nil {
		return out, err
	}
	next := old
	if a.Draft {
		if next.draft.String != text || !next.draft.Valid {
			next.setDraft(c.txn, &gonets.DraftChange{Actor: a.Actor}, text)
		}
		switch {
		case !old.exists:
			next.state = gonets.ScenarioDraft
		case !old.draft.Valid:
			next.base = old.version
		}
	} else if err := c.publish(a, &next, sc); err != nil {
		return out, err
	}
	out.Version, out.State, out.Change = next.version, next.state, changeUpdated
	if old.exists && next == old {
		out.Change = changeNone
		return out, nil
	}
	if !old.exists {
		out.Change = changeCreated
	}
	if !a.Force {
		if out.Replaced, err = c.meanwhile(&old, sc); err != nil {
			return out, err
		}
	}
	return out, c.writeScenario(a, sc, scenarioChange{old, next, etag})
}

// publish makes the scenario the published document. One that was never
// published starts now, unless the caller wants it stopped. An open draft stays,
// unless it says the same.
func (t *txn) publish(a *document.Apply, row *scenarioRow, sc *gonets.Scenario) error {
	text, _, err := encode(sc)
	if err != nil {
		return err
	}
	if row.version == 0 {
		row.state = gonets.ScenarioRunning
		if a.Stopped {
			row.state = gonets.ScenarioStopped
		}
		if !row.document.Valid {
			row.noDraft() // what an editor saved stands nowhere else
		}
	}
	requests, err := t.embed(sc)
	if err != nil {
		return err
	}
	if row.published != text || row.requests.String != requests {
		// Numbers go on after those of a scenario of this name that was deleted.
		if err := t.Row(`SELECT COALESCE(max(n), 0) + 1 FROM versions WHERE scenario = ?`, []any{sc.Name}, &row.version); err != nil {
			return err
		}
		row.published, row.comments = text, sql.NullString{}
		row.requests = sql.NullString{String: requests, Valid: requests != ""}
	}
	if row.draft.String == text {
		row.noDraft()
	}
	return nil
}

type scenarioChange struct {
	old, next scenarioRow
	etag      string
}

func (t *txn) writeScenario(a *document.Apply, sc *gonets.Scenario, c scenarioChange) error {
	now, started, n := t.Now().UnixMilli(), any(nil), &c.next
	if n.state == gonets.ScenarioRunning {
		started = now
	}
	err := t.Exec(`INSERT INTO scenarios (name, state, draft, published_version, etag, created_at, updated_at, started_at,
			draft_document, draft_text, draft_base, draft_at, draft_by, updated_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET state = excluded.state, draft = excluded.draft,
			published_version = excluded.published_version, etag = excluded.etag, updated_at = excluded.updated_at,
			started_at = COALESCE(scenarios.started_at, excluded.started_at), draft_document = excluded.draft_document,
			draft_text = excluded.draft_text, draft_base = excluded.draft_base, draft_at = excluded.draft_at,
			draft_by = excluded.draft_by, updated_by = excluded.updated_by`,
		sc.Name, string(n.state), n.draft, n.version, c.etag, now, now, started,
		n.document, n.text, n.base, n.draftAt, n.draftBy, a.Actor)
	if err != nil {
		return err
	}
	switch {
	case n.version != c.old.version:
		err = t.Exec(`INSERT INTO versions (scenario, n, document, created_at, actor, note, text, requests) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			sc.Name, n.version, n.published, now, a.Actor, a.Note, n.comments, n.requests)
	case n.comments != c.old.comments:
		err = t.Exec(`UPDATE versions SET text = ? WHERE scenario = ? AND n = ?`, n.comments, sc.Name, n.version)
	}
	if err != nil {
		return err
	}
	if a.Draft && n.version > 0 {
		return nil // events follow the published document
	}
	return t.subscribe(sc.Name, sc.Sources)
}

// subscribe makes a scenario be fed by these sources and no others.
func (t *txn) subscribe(scenario string, sources []string) error {
	if err := t.Exec(`DELETE FROM subscriptions WHERE scenario = ?`, scenario); err != nil {
		return err
	}
	for _, source := range sources {
		err := t.Exec(`INSERT INTO subscriptions (source, scenario) VALUES (?, ?)
			ON CONFLICT (source, scenario) DO NOTHING`, source, scenario)
		if err != nil {
			return err
		}
	}
	return nil
}

// CheckStopped refuses a scenario that is not there or works.
func (d *Documents) CheckStopped(t floor.Txn, name string) error {
	row, err := readScenario(t, name)
	switch {
	case err != nil:
		return err
	case !row.exists:
		return noScenario(name)
	case row.state == gonets.ScenarioRunning:
		return gonets.Errorf(gonets.CodeScenarioRunning, "the scenario %q works; stop it before you delete it", name)
	}
	return nil
}

// RemoveScenario deletes a scenario and its draft. Its versions stay, because
// the history speaks of them.
func (d *Documents) RemoveScenario(t floor.Txn, name, actor string) error {
	for _, q := range []string{`DELETE FROM subscriptions WHERE scenario = ?`, `DELETE FROM scenarios WHERE name = ?`} {
		if err := t.Exec(q, name); err != nil {
			return err
		}
	}
	if err := t.Audit(actor, actDelete, "Scenario/"+name, ""); err != nil {
		return err
	}
	return t.BumpConfig()
}

// Stopped are the names of the stopped scenarios.
func (d *Documents) Stopped(ctx context.Context) ([]string, error) {
	names, err := pack.Texts(d.base.Read(ctx), `SELECT name FROM scenarios WHERE state = 'stopped'`)
	return names, d.base.Wrap(err)
}
