package documents

import (
	"context"
	"database/sql"
	"errors"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/pack"
	"gonets/setting"
)

func (t *txn) applySettings(n named, ifMatch string) (document.Applied, error) {
	out := document.Applied{Kind: n.kind, Name: n.name, Change: changeUpdated}
	text, _, err := encode(n.doc)
	if err != nil {
		return out, err
	}
	var old string
	err = t.Row(`SELECT document FROM settings WHERE name = ?`, []any{document.SettingsName}, &old)
	if errors.Is(err, sql.ErrNoRows) {
		out.Change, err = changeCreated, nil
	}
	if err != nil {
		return out, err
	}
	if old == text {
		out.Change = changeNone
		return out, nil
	}
	if err := sameSettings(old, ifMatch); err != nil {
		return out, err
	}
	return out, t.Exec(`INSERT INTO settings (name, document, updated_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
		document.SettingsName, text, t.Now().UnixMilli())
}

// sameSettings refuses who changes other settings than those that are there.
func sameSettings(old, ifMatch string) error {
	if ifMatch == "" || ifMatch == anyETag {
		return nil
	}
	var now setting.Settings
	if old != "" {
		var damage error
		if now, damage = pack.Document[setting.Settings](document.SettingsName, old); damage != nil {
			return nil //nolint:nilerr // nobody can have read them, so nobody's change is lost
		}
	}
	if now.ETag() != ifMatch {
		return gonets.Errorf(gonets.CodeDraftConflict, "the settings were changed meanwhile; nothing was saved. Read them again and make your change there")
	}
	return nil
}

// Settings returns the installation's settings; the zero value when there are
// none.
func (d *Documents) Settings(ctx context.Context) (out setting.Settings, err error) {
	var text string
	err = d.base.Read(ctx).Row(`SELECT document FROM settings WHERE name = ?`, []any{document.SettingsName}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err == nil {
		out, err = pack.Document[setting.Settings]("the settings", text)
	}
	return out, d.base.Wrap(err)
}
