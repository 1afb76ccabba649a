package documents

import (
	"cmp"
	"database/sql"
	"errors"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/pack"
)

// meanwhile refuses a scenario that would take the place of what somebody else has
// published, or typed into the draft, since it was made. Of a version whose place is
// taken without that question it tells.
func (c *call) meanwhile(old *scenarioRow, sc *gonets.Scenario) (*document.Replaced, error) {
	id := document.ID{Kind: document.KindScenario, Name: sc.Name}
	if !old.exists {
		return c.deleted(id)
	}
	base, based := c.a.Based[id]
	// What an editor saved stands nowhere else.
	if typed := old.draft.Valid && old.document.Valid; typed && (c.a.Draft || based && old.version == 0) {
		if same, err := says(old.draft.String, base); err != nil || same && old.version == 0 {
			return nil, err
		}
		return nil, c.outdated(id, gonets.Mistake("/based_on", codeNewerDraft,
			"the draft of the scenario %q was changed by %s at %s, and that would be lost; nothing was applied. Publish or drop the draft first, or replace it with gonets apply --draft --force",
			sc.Name, old.draftBy, when(old.draftAt)))
	}
	if old.version == 0 {
		return nil, nil
	}
	now, err := c.version(sc.Name, old.version)
	if err != nil {
		return nil, err
	}
	if based {
		newer, err := c.newer(base, now)
		if err != nil {
			return nil, err
		}
		if newer == isNewer {
			return nil, c.outdated(id, gonets.Mistake("/based_on", codeNewer,
				"version %d of the scenario %q, published by %s at %s, is newer than the file; nothing was applied. See gonets diff, then take it over with gonets export, or replace it with gonets apply --force",
				now.n, sc.Name, now.actor, when(now.at)))
		}
		if newer == isKnown {
			return nil, nil
		}
	}
	if c.a.Draft {
		return nil, nil // the version stays what is published
	}
	return &document.Replaced{Version: now.n, By: now.actor, At: pack.FromMS(now.at)}, nil
}

// overtaken is the same for a document without versions, of which old stood there.
func (c *call) overtaken(n *named, old *standing) (*document.Replaced, error) {
	id := n.id()
	base, based := c.a.Based[id]
	if based && old.state == base {
		return nil, nil
	}
	if !old.there {
		return c.deleted(id)
	}
	last, err := c.lastOf(id, old.at)
	if err != nil || based && last.BasedOn == base.String() {
		return nil, err
	}
	if based {
		if had, err := c.had(id, base); err != nil {
			return nil, err
		} else if had {
			return nil, c.outdated(id, changed(id, last.by(), when(old.at)))
		}
	}
	return &document.Replaced{By: last.actor, At: pack.FromMS(old.at)}, nil
}

// deleted is the same for a document that is not there: it may have been.
func (c *call) deleted(id document.ID) (*document.Replaced, error) {
	past, err := c.changesOf(id)
	if err != nil || len(past) == 0 || past[len(past)-1].action != actDelete {
		return nil, err
	}
	last := &past[len(past)-1]
	if base, based := c.a.Based[id]; based {
		if had, err := c.had(id, base); err != nil {
			return nil, err
		} else if had {
			return nil, c.outdated(id, gone(id, last.by(), when(last.at)))
		}
	}
	return &document.Replaced{Deleted: true, By: last.actor, At: pack.FromMS(last.at)}, nil
}

// had tells whether this server ever had the state that a file was made from, or took
// such a file.
func (c *call) had(id document.ID, base document.Basis) (bool, error) {
	if id.Kind == document.KindScenario {
		return c.hadVersion(id.Name, base)
	}
	past, err := c.changesOf(id)
	for i := range past {
		if past[i].Was == base.String() || past[i].BasedOn == base.String() {
			return true, nil
		}
	}
	return false, err
}

func (t *txn) hadVersion(scenario string, base document.Basis) (bool, error) {
	if base.Version == 0 {
		return true, nil // drafts are not kept
	}
	was, err := t.version(scenario, base.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return says(was.document, base)
}

func changed(id document.ID, by, at string) gonets.Problem {
	switch id.Kind {
	case document.KindSource:
		return gonets.Mistake("/based_on", codeNewerSource,
			"the source %q was changed by %s at %s, after the file was exported; nothing was applied. See gonets diff, then take it over with gonets export, or replace it with gonets apply --force", id.Name, by, at)
	case document.KindRequest:
		return gonets.Mistake("/based_on", codeNewerRequest,
			"the saved request %q was changed by %s at %s, after the file was exported; nothing was applied. See gonets diff, then take it over with gonets export, or replace it with gonets apply --force", id.Name, by, at)
	}
	return gonets.Mistake("/based_on", codeNewerSettings,
		"the settings were changed by %s at %s, after the file was exported; nothing was applied. See gonets diff, then take them over with gonets export, or replace them with gonets apply --force", by, at)
}

// gone is of all but the settings, which nobody deletes.
func gone(id document.ID, by, at string) gonets.Problem {
	switch id.Kind {
	case document.KindSource:
		return gonets.Mistake("/based_on", codeGoneSource,
			"the source %q was deleted by %s at %s, after the file was exported; nothing was applied. Take it out of the file, or bring it back, with a new address, by gonets apply --force", id.Name, by, at)
	case document.KindRequest:
		return gonets.Mistake("/based_on", codeGoneRequest,
			"the saved request %q was deleted by %s at %s, after the file was exported; nothing was applied. Take it out of the file, or bring it back with gonets apply --force", id.Name, by, at)
	}
	return gonets.Mistake("/based_on", codeGoneScenario,
		"the scenario %q was deleted by %s at %s, after the file was exported; nothing was applied. Take it out of the file, or bring it back with gonets apply --force", id.Name, by, at)
}

func when(at sql.NullInt64) string { return pack.FromMS(at).Format(time.RFC3339) }

// outdated is the refusal of a document in which nothing is wrong but its age.
func (c *call) outdated(id document.ID, p gonets.Problem) error {
	if c.a.Locate != nil {
		p = c.a.Locate(id.Kind, id.Name, p)
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
	if had, err := t.hadVersion(now.scenario, base); err != nil || had {
		return isNewer, err
	}
	return isElsewhere, nil
}

// says tells whether a scenario that is stored says what a file was made from.
func says(text string, base document.Basis) (bool, error) {
	b, err := stateOf[gonets.Scenario](base.Version, text)
	return b.Sum != "" && b == base, err
}

// stateOf is the state of a document that is stored. One that is damaged has none:
// nobody can have made a file of it.
func stateOf[T any](version int, text string) (document.Basis, error) {
	doc, damage := pack.Document[T]("", text)
	if damage != nil {
		return document.Basis{}, nil //nolint:nilerr // it says nothing
	}
	return document.BasisOf(version, &doc)
}

// appliedFrom is what the file was based on from which a version was applied, as the
// audit tells; empty when it was published otherwise.
func (t *txn) appliedFrom(v versionRow) (string, error) {
	told, err := t.changesAt(document.ID{Kind: document.KindScenario, Name: v.scenario}, v.at)
	for i := range told {
		if told[i].action == actApply && told[i].Version == v.n {
			return told[i].BasedOn, nil
		}
	}
	return "", err
}

// lastOf is the change that a document without versions has stood since; empty when
// the audit does not tell.
func (t *txn) lastOf(id document.ID, at sql.NullInt64) (change, error) {
	told, err := t.changesAt(id, at)
	if err != nil || len(told) == 0 {
		return change{}, err
	}
	return told[len(told)-1], nil
}

// by names who did it.
func (c *change) by() string { return cmp.Or(c.actor, "—") }
