package dialect

import (
	"context"
	"database/sql"

	"gonets"
)

// KeyNames is a sealer that can name its keys. Nodes that share a database
// have to share the key that seals.
type KeyNames interface {
	// KeyID names the key that seals, Knows tells whether a key can open.
	KeyID() string
	Knows(id string) bool
}

// SameKey refuses a node that could not read what the others sealed. The key
// may be replaced by one that knows the old one too.
func (d *Dialect) SameKey(ctx context.Context, conn *sql.Conn, keys KeyNames) error {
	_, err := conn.ExecContext(ctx, d.Bind(
		`INSERT INTO meta (name, value) VALUES ('key_id', ?) ON CONFLICT (name) DO NOTHING`), keys.KeyID())
	if err != nil {
		return err
	}
	var have string
	if err := conn.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'key_id'`).Scan(&have); err != nil {
		return err
	}
	if !keys.Knows(have) {
		return gonets.Errorf(gonets.CodeStoreFailed, "this database's secrets are encrypted with the key %s, and this server has "+
			"the key %s; give every server of a database the same secret.key (GONETS_SECRET_KEY_FILE)", have, keys.KeyID())
	}
	_, err = conn.ExecContext(ctx, d.Bind(`UPDATE meta SET value = ? WHERE name = 'key_id' AND value <> ?`),
		keys.KeyID(), keys.KeyID())
	return err
}
