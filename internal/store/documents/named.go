package documents

import (
	"database/sql"
	"errors"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/pack"
)

// named is a document that its table keeps by name, without versions.
type named struct {
	kind, table string
	// called is the word for one.
	called, name string
	doc          any
}

func namedSource(src *gonets.Source) named {
	return named{document.KindSource, "sources", "source", src.Name, src}
}

func namedRequest(r *gonets.SavedRequest) named {
	return named{document.KindRequest, "saved_requests", "saved request", r.Name, r}
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
	if _, err := t.put(n); err != nil {
		return err
	}
	if err := t.Audit(actor, "save", n.kind+"/"+n.name, ""); err != nil {
		return err
	}
	return t.BumpConfig()
}
