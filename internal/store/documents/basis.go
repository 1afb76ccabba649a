package documents

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/pack"
)

// appliedWithin is how long after its version the entry of the audit may stand that
// tells of it: ids may run ahead of a clock that was set back.
const appliedWithin = time.Minute

// changeOf is what the audit keeps of an applied document.
type changeOf struct {
	Change  string `json:"change"`
	Version int    `json:"version"`
	BasedOn string `json:"based_on,omitempty"`
}

// meanwhile refuses a document that would take the place of what somebody else has
// published, or typed into the draft, since it was made. Of a version whose place is
// taken without that question it tells.
func (t *txn) meanwhile(a *document.Apply, old *scenarioRow, sc *gonets.Scenario) (*document.Replaced, error) {
	base, based := a.Based[sc.Name]
	// What an editor saved stands nowhere else.
	if typed := old.draft.Valid && old.document.Valid; typed && (a.Draft || based && old.version == 0) {
		if same, err := says(old.draft.String, base); err != nil || same && old.version == 0 {
			return nil, err
		}
		return nil, outdated(a, sc.Name, gonets.Mistake("/based_on", codeNewerDraft,
			"the draft of the scenario %q was changed by %s at %s, and that would be lost; nothing was applied. Publish or drop the draft first, or replace it with gonets apply --draft --force",
			sc.Name, old.draftBy, pack.FromMS(old.draftAt).Format(time.RFC3339)))
	}
	if old.version == 0 {
		return nil, nil
	}
	now, err := t.version(sc.Name, old.version)
	if err != nil {
		return nil, err
	}
	if based {
		newer, err := t.newer(base, now)
		if err != nil {
			return nil, err
		}
		if newer == isNewer {
			return nil, outdated(a, sc.Name, gonets.Mistake("/based_on", codeNewer,
				"version %d of the scenario %q, published by %s at %s, is newer than the file; nothing was applied. See gonets diff, then take it over with gonets export, or replace it with gonets apply --force",
				now.n, sc.Name, now.actor, pack.FromMS(now.at).Format(time.RFC3339)))
		}
		if newer == isKnown {
			return nil, nil
		}
	}
	if a.Draft {
		return nil, nil // the version stays what is published
	}
	return &document.Replaced{Version: now.n, By: now.actor, At: pack.FromMS(now.at)}, nil
}

// outdated is the refusal of a document in which nothing is wrong but its age.
func outdated(a *document.Apply, scenario string, p gonets.Problem) error {
	if a.Locate != nil {
		p = a.Locate("Scenario", scenario, p)
	}
	return &gonets.Error{Code: gonets.CodeDraftConflict, Message: "somebody has changed meanwhile what this would replace; nothing was applied", Problems: []gonets.Problem{p}}
}

// versionRow is a version as it is asked about here.
type versionRow struct {
	scenario, document, actor string
	n                         int
	at                        sql.NullInt64
}

func (t *txn) version(scenario string, n int) (v versionRow, err error) {
	v.scenario, v.n = scenario, n
	err = t.Row(`SELECT document, actor, created_at FROM versions WHERE scenario = ? AND n = ?`, []any{scenario, n}, &v.document, &v.actor, &v.at)
	return v, err
}

type age int

const (
	// isKnown: the version that is published is the file's own, or came from it.
	isKnown age = iota
	isNewer
	// isElsewhere: the file was made from something that this server never had.
	isElsewhere
)

// newer compares the published version with the state that a file was made from. A
// file that is edited and applied again and again goes on naming the state that it was
// made from, so what was applied from there is the file's own; that nothing else came
// between was asked then.
func (t *txn) newer(base document.Basis, now versionRow) (age, error) {
	if same, err := says(now.document, base); err != nil || same {
		return isKnown, err
	}
	own, err := t.appliedFrom(now)
	if err != nil || own == base.String() {
		return isKnown, err
	}
	if base.Version == 0 {
		return isNewer, nil // drafts are not kept
	}
	was, err := t.version(now.scenario, base.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return isElsewhere, nil
	}
	if err != nil {
		return isNewer, err
	}
	if same, err := says(was.document, base); err != nil || same {
		return isNewer, err
	}
	return isElsewhere, nil
}

// says tells whether a document that is stored says what a file was made from. One
// that is damaged says nothing.
func says(text string, base document.Basis) (bool, error) {
	sc, damage := pack.Document[gonets.Scenario]("", text)
	if damage != nil {
		return false, nil //nolint:nilerr // nobody can have made a file of it
	}
	b, err := document.BasisOf(base.Version, &sc)
	return b == base, err
}

// appliedFrom is what the file was based on from which a version was applied, as the
// audit tells; empty when it was published otherwise.
func (t *txn) appliedFrom(v versionRow) (string, error) {
	at := pack.FromMS(v.at)
	details, err := pack.Texts(t, `SELECT detail FROM audit WHERE id >= ? AND id < ? AND action = 'apply' AND object = ? ORDER BY id`,
		pack.From(at), pack.From(at.Add(appliedWithin)), "Scenario/"+v.scenario)
	for _, detail := range details {
		var c changeOf
		if json.Unmarshal([]byte(detail), &c) == nil && c.Version == v.n {
			return c.BasedOn, nil
		}
	}
	return "", err
}
