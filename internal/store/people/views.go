package people

import (
	"context"
	"database/sql"
	"errors"

	"gonets/internal/store/floor"
)

// viewsOf is where a user's own questions stand among the settings.
func viewsOf(userID string) string { return "views/" + userID }

// Views is the document of a user's own questions; nil when he keeps none.
func (p *People) Views(ctx context.Context, userID string) ([]byte, error) {
	var text string
	err := p.base.Read(ctx).Row(`SELECT document FROM settings WHERE name = ?`, []any{viewsOf(userID)}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return []byte(text), p.base.Wrap(err)
}

// KeepViews puts another document in its place.
func (p *People) KeepViews(ctx context.Context, userID string, document []byte) error {
	return p.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`INSERT INTO settings (name, document, updated_at) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
			viewsOf(userID), string(document), t.Now().UnixMilli())
	})
}
