package documents

import (
	"database/sql"
	"errors"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/pack"
	"gonets/setting"
)

// named is a document that its table keeps by name, without versions.
type named struct {
	kind, table string
	// called is the word for one.
	called, name string
	doc          any
	// state is that of a stored one.
	state func(version int, text string) (document.Basis, error)
}

func namedSource(src *gonets.Source) named {
	return named{document.KindSource, "sources", "source", src.Name, src, stateOf[gonets.Source]}
}

func namedRequest(r *gonets.SavedRequest) named {
	return named{document.KindRequest, "saved_requests", "saved request", r.Name, r, stateOf[gonets.SavedRequest]}
}

func namedSettings(s *setting.Settings) named {
	return named{document.KindSettings, "settings", "document", document.SettingsName, s, stateOf[setting.Settings]}
}

func (n *named) id() document.ID { return document.ID{Kind: n.kind, Name: n.name} }

// standing is what the table holds of a document.
type standing struct {
	there bool
	state document.Basis
	at    sql.NullInt64
}

func (t *txn) standing(n *named) (out standing, err error) {
	var text string
	err = t.Row(`SELECT document, updated_at FROM `+n.table+` WHERE name = ?`, []any{n.name}, &text, &out.at)
	switch {
	case err == nil:
		out.there = true
	case !errors.Is(err, sql.ErrNoRows):
		return out, err
	case n.kind == document.KindSettings:
		text = "{}" // nobody has set anything yet, and that may be exported
	default:
		return out, nil
	}
	out.state, err = n.state(0, text)
	return out, err
}

// auditChange tells of what became of a document that a person changed by itself; was is the
// state that went.
func (t *txn) auditChange(actor, action string, n *named, was document.Basis) error {
	detail, err := changeOf{Was: was.String()}.String()
	if err != nil {
		return err
	}
	return t.Audit(actor, action, object(n.id()), detail)
}

// put makes the document, or puts it in the place of the one that is there.
func (t *txn) put(n named) (document.Applied, error) {
	out := document.Applied{Kind: n.kind, Name: n.name}
	text, etag, err := encode(n.doc)
	if err != nil {
		return out, err
	}
	now := t.Now().UnixMilli()
	var old string
	err = t.Row(`SELECT document FROM `+n.table+` WHERE name = ?`, []any{n.name}, &old)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		out.Change = changeCreated
		return out, t.Exec(`INSERT INTO `+n.table+` (name, document, etag, created_at, updated_at) VALUES (?, ?, ?, ?, ?)`,
			n.name, text, etag, now, now)
	case err != nil:
		return out, err
	case old == text:
		out.Change = changeNone
		return out, nil
	}
	out.Change = changeUpdated
	return out, t.Exec(`UPDATE `+n.table+` SET document = ?, etag = ?, updated_at = ? WHERE name = ?`, text, etag, now, n.name)
}

// replace puts the document in the place of the one that a person changed. It refuses
// with CodeDraftConflict who began from another one, unless the same is there already.
func (t *txn) replace(n named, ifMatch, actor string) error {
	text, _, err := encode(n.doc)
	if err != nil {
		return err
	}
	var old, etag string
	var updated sql.NullInt64
	err = t.Row(`SELECT document, etag, updated_at FROM `+n.table+` WHERE name = ?`, []any{n.name}, &old, &etag, &updated)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return gonets.Errorf(gonets.CodeNotFound, "there is no %s %q", n.called, n.name)
	case err != nil || old == text:
		return err
	case ifMatch != anyETag && ifMatch != etag:
		return gonets.Errorf(gonets.CodeDraftConflict, "the %s %q was changed at %s; nothing was saved. Read it again and make your change there",
			n.called, n.name, pack.FromMS(updated).Format(time.RFC3339))
	}
	was, err := n.state(0, old)
	if err != nil {
		return err
	}
	if _, err := t.put(n); err != nil {
		return err
	}
	if err := t.auditChange(actor, actSave, &n, was); err != nil {
		return err
	}
	return t.BumpConfig()
}
