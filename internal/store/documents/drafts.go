package documents

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/pack"
)

// scenarioRow is what is stored of a scenario.
type scenarioRow struct {
	exists  bool
	state   gonets.ScenarioState
	version int
	// published and comments are the document of version and its text.
	published string
	comments  sql.NullString
	// requests are the saved ones that version embeds; outdated tells that they have
	// changed since.
	requests sql.NullString
	outdated bool
	// draft is what could be read of what people work on, document and text are
	// how they left it, where that is more.
	draft, document, text sql.NullString
	base                  int
	draftAt               sql.NullInt64
	draftBy               string
	updatedAt             sql.NullInt64
	updatedBy             string
}

func readScenario(q pack.Reader, name string) (row scenarioRow, err error) {
	var published sql.NullString
	err = q.Row(`SELECT s.state, s.published_version, v.document, v.text, v.requests, s.draft, s.draft_document, s.draft_text, s.draft_base,
			s.draft_at, s.draft_by, s.updated_at, s.updated_by
		FROM scenarios s LEFT JOIN versions v ON v.scenario = s.name AND v.n = s.published_version WHERE s.name = ?`,
		[]any{name}, &row.state, &row.version, &published, &row.comments, &row.requests, &row.draft, &row.document, &row.text, &row.base,
		&row.draftAt, &row.draftBy, &row.updatedAt, &row.updatedBy)
	if errors.Is(err, sql.ErrNoRows) {
		return scenarioRow{}, nil
	}
	row.exists, row.published = err == nil, published.String
	if err == nil && row.requests.Valid {
		var live []gonets.SavedRequest
		live, err = liveRequests(q)
		row.outdated = len(document.Differing(row.embedded(), live)) > 0
	}
	return row, err
}

// noDraft forgets the draft.
func (r *scenarioRow) noDraft() {
	r.draft, r.document, r.text = sql.NullString{}, sql.NullString{}, sql.NullString{}
	r.base, r.draftAt, r.draftBy = 0, sql.NullInt64{}, ""
}

// changed tells whether publishing would make a new version.
func (r *scenarioRow) changed() bool {
	return r.outdated || r.draft.Valid && r.draft.String != r.published
}

// embedded are the saved requests of the version; none when they cannot be read.
func (r *scenarioRow) embedded() []gonets.SavedRequest {
	saved, _ := pack.Requests(r.requests.String)
	return saved
}

// view is the draft as people see it.
func (r *scenarioRow) view(name string) gonets.Draft {
	out := gonets.Draft{Scenario: name, State: r.state, Version: r.version, BasedOn: r.version,
		UpdatedAt: pack.FromMS(r.updatedAt), UpdatedBy: r.updatedBy, Open: r.draft.Valid, Changed: r.changed(), Requests: r.embedded()}
	shown, text := r.published, r.comments.String
	if r.draft.Valid {
		shown, text = r.draft.String, r.text.String
		out.BasedOn = r.base
		if r.document.Valid {
			shown = r.document.String
		}
		if r.draftAt.Valid {
			out.UpdatedAt, out.UpdatedBy = pack.FromMS(r.draftAt), r.draftBy
		}
	}
	out.Document, out.Text = json.RawMessage(shown), text
	sum := sha256.Sum256([]byte(shown + "\x00" + text))
	out.ETag = hex.EncodeToString(sum[:12])
	return out
}

// anyETag matches every state.
const anyETag = "*"

// sameDraft refuses who changes another draft than the one that is there.
func sameDraft(now *gonets.Draft, ifMatch string) error {
	if ifMatch == anyETag || ifMatch == now.ETag {
		return nil
	}
	who := now.UpdatedBy
	if who == "" {
		who = "somebody"
	}
	return gonets.Errorf(gonets.CodeDraftConflict, "%s changed the scenario %q at %s; nothing was saved. Compare both and save again",
		who, now.Scenario, now.UpdatedAt.Format(time.RFC3339))
}

func noScenario(name string) error {
	return gonets.Errorf(gonets.CodeNotFound, "there is no scenario %q", name)
}

// Draft is what people work on: the published document when there is no draft.
// One that is damaged comes along with the error, for those who replace it.
func (d *Documents) Draft(ctx context.Context, name string) (gonets.Draft, error) {
	row, err := readScenario(d.base.Read(ctx), name)
	if err == nil && !row.exists {
		err = noScenario(name)
	}
	if err != nil {
		return gonets.Draft{}, d.base.Wrap(err)
	}
	out := row.view(name)
	if !json.Valid(out.Document) {
		_, err = pack.Document[gonets.Scenario](fmt.Sprintf("the draft of the scenario %q", name), string(out.Document))
	}
	return out, err
}

// SaveDraft keeps a draft, incomplete as it may be. It refuses with
// CodeDraftConflict who began from another state, unless the same is there
// already.
func (d *Documents) SaveDraft(ctx context.Context, c gonets.DraftChange) (gonets.Draft, error) {
	var out gonets.Draft
	err := d.change(ctx, func(t *txn) error {
		row, err := t.known(c.Name)
		if err != nil {
			return err
		}
		out, err = t.saveDraft(&c, row)
		return err
	})
	return out, err
}

// known is a scenario that is there.
func (t *txn) known(name string) (scenarioRow, error) {
	row, err := readScenario(t, name)
	if err == nil && !row.exists {
		err = noScenario(name)
	}
	return row, err
}

func (t *txn) saveDraft(c *gonets.DraftChange, row scenarioRow) (gonets.Draft, error) {
	now := row.view(c.Name)
	if string(c.Document) == string(now.Document) && c.Text == now.Text {
		return now, nil // a repeat, or an edit that was taken back
	}
	if err := sameDraft(&now, c.IfMatch); err != nil {
		return now, err
	}
	text, _, err := encode(c.Parsed)
	if err != nil {
		return now, err
	}
	next := row
	if !row.draft.Valid {
		next.base = row.version
	}
	next.setDraft(t, c, text)
	return next.view(c.Name), t.writeDraft(c, &row, &next)
}

func (r *scenarioRow) setDraft(t *txn, c *gonets.DraftChange, parsed string) {
	r.draft = sql.NullString{String: parsed, Valid: true}
	r.document = sql.NullString{String: string(c.Document), Valid: len(c.Document) > 0}
	r.text = sql.NullString{String: c.Text, Valid: c.Text != ""}
	r.draftAt, r.draftBy = sql.NullInt64{Int64: t.Now().UnixMilli(), Valid: true}, c.Actor
}

func (t *txn) writeDraft(c *gonets.DraftChange, old, next *scenarioRow) error {
	now := next.view(c.Name)
	err := t.Exec(`UPDATE scenarios SET draft = ?, draft_document = ?, draft_text = ?, draft_base = ?, draft_at = ?, draft_by = ?,
			etag = ?, updated_at = ?, updated_by = ? WHERE name = ?`,
		next.draft, next.document, next.text, next.base, next.draftAt, next.draftBy, now.ETag, t.Now().UnixMilli(), c.Actor, c.Name)
	if err != nil || next.version > 0 || next.draft == old.draft {
		return err
	}
	// Until something is published, events follow the draft.
	if err := t.subscribe(c.Name, c.Parsed.Sources); err != nil {
		return err
	}
	return t.BumpConfig()
}

// DropDraft forgets a draft: what is published stays. A scenario that was never
// published has nothing else.
func (d *Documents) DropDraft(ctx context.Context, name, ifMatch, actor string) error {
	return d.change(ctx, func(t *txn) error {
		row, err := t.known(name)
		if err == nil && !row.draft.Valid && row.outdated {
			return gonets.Refuse(gonets.CodeConflict, gonets.Mistake("", codeNoDraft, "the scenario %q has no draft: what changed is a saved request that it sends. Apply it, or change the request back", name))
		}
		if err != nil || !row.draft.Valid {
			return err
		}
		if row.version == 0 {
			return gonets.Refuse(gonets.CodeConflict, gonets.Mistake("", codeUnpublished, "the scenario %q was never published: its draft is all there is. Delete the scenario instead", name))
		}
		now := row.view(name)
		if err := sameDraft(&now, ifMatch); err != nil {
			return err
		}
		row.noDraft()
		if err := t.writeDraft(&gonets.DraftChange{Name: name, Actor: actor}, &row, &row); err != nil {
			return err
		}
		return t.Audit(actor, "draft.drop", "Scenario/"+name, "")
	})
}

// CreateScenario makes a scenario that is a draft, under the first free name.
func (d *Documents) CreateScenario(ctx context.Context, n gonets.NewDocument[gonets.Scenario]) (name string, err error) {
	err = d.change(ctx, func(t *txn) error {
		// What is left in the history of a scenario that was deleted is not to be
		// taken for the new one's.
		name, err = t.freeName(n.Name, `SELECT EXISTS (SELECT 1 FROM scenarios WHERE name = ?)
			OR EXISTS (SELECT 1 FROM versions WHERE scenario = ?) OR EXISTS (SELECT 1 FROM runs WHERE scenario = ?)`)
		if err != nil {
			return err
		}
		sc := *n.Parsed
		sc.Name = name
		text, _, err := encode(&sc)
		if err != nil {
			return err
		}
		next := scenarioRow{exists: true, state: gonets.ScenarioDraft}
		c := gonets.DraftChange{Name: name, Document: n.Document, Parsed: &sc, Actor: n.Actor}
		next.setDraft(t, &c, text)
		at := t.Now().UnixMilli()
		err = t.Exec(`INSERT INTO scenarios (name, state, published_version, etag, created_at, updated_at) VALUES (?, ?, 0, '', ?, ?)`,
			name, string(gonets.ScenarioDraft), at, at)
		if err == nil {
			err = t.writeDraft(&c, &scenarioRow{}, &next)
		}
		if err == nil {
			err = t.Audit(n.Actor, actCreate, "Scenario/"+name, "")
		}
		return err
	})
	return name, err
}

// freeName is the first of want, want-2, want-3 … that taken, a question with
// three names, says no to.
func (t *txn) freeName(want, taken string) (string, error) {
	name := want
	for n := 2; ; n++ {
		var is bool
		if err := t.Row(taken, []any{name, name, name}, &is); err != nil || !is {
			return name, err
		}
		suffix := fmt.Sprintf("-%d", n)
		name = want[:min(len(want), gonets.MaxNameLength-len(suffix))] + suffix
	}
}

// Publish makes the draft the next version, if it is still the one that was
// checked, and lets the scenario run when that is wanted. What follows for its
// runs is the store's.
func (d *Documents) Publish(ctx context.Context, p gonets.Publish) error {
	return d.change(ctx, func(t *txn) error {
		name := p.Scenario.Name
		old, err := t.known(name)
		if err != nil {
			return err
		}
		now := old.view(name)
		if err := sameDraft(&now, p.IfMatch); err != nil {
			return err
		}
		if err := t.knownSources(p.Scenario); err != nil {
			return err
		}
		_, etag, err := encode(p.Scenario)
		if err != nil {
			return err
		}
		a := document.Apply{Stopped: !p.Start, Actor: p.Actor, Note: p.Note}
		next := old
		if err := t.publish(&a, &next, p.Scenario); err != nil {
			return err
		}
		next.noDraft()
		next.comments = sql.NullString{String: now.Text, Valid: now.Text != ""}
		if p.Start {
			next.state = gonets.ScenarioRunning
		}
		if err := t.writeScenario(&a, p.Scenario, scenarioChange{old, next, etag}); err != nil {
			return err
		}
		if err := t.Audit(p.Actor, "publish", "Scenario/"+name, fmt.Sprintf(`{"version":%d}`, next.version)); err != nil {
			return err
		}
		return t.BumpConfig()
	})
}
