package people

import (
	"context"
	"database/sql"
	"errors"

	"gonets"
	"gonets/internal/store/floor"
)

// AddSession stores a session and drops those that have expired.
func (p *People) AddSession(ctx context.Context, s gonets.Session) error {
	return p.base.Change(ctx, func(t floor.Txn) error {
		if err := t.Exec(`DELETE FROM sessions WHERE expires_at <= ?`, s.CreatedAt.UnixMilli()); err != nil {
			return err
		}
		err := t.Exec(`INSERT INTO sessions (hash, user_id, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
			s.Hash, s.UserID, s.CreatedAt.UnixMilli(), s.SeenAt.UnixMilli(), s.ExpiresAt.UnixMilli())
		if err != nil {
			return err
		}
		return t.Audit(s.UserID, "session.begin", "User/"+s.UserID, "")
	})
}

// Session finds a session and its user.
func (p *People) Session(ctx context.Context, hash []byte) (s gonets.Session, u gonets.User, err error) {
	var created, updated, began, seen, expires int64
	err = p.base.Read(ctx).Row(`SELECT s.created_at, s.seen_at, s.expires_at, u.id, u.login, u.email, u.language, u.theme, u.role,
			u.created_at, u.updated_at
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = ?`, []any{hash},
		append([]any{&began, &seen, &expires}, userInto(&u, &created, &updated)...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return gonets.Session{}, gonets.User{}, gonets.Errorf(gonets.CodeNotFound, "there is no such session")
	}
	times(&u, created, updated)
	s = gonets.Session{Hash: hash, UserID: u.ID, CreatedAt: fromMS(began), SeenAt: fromMS(seen), ExpiresAt: fromMS(expires)}
	return s, u, p.base.Wrap(err)
}

// TouchSession notes a session's last use and its new end. One that was ended
// meanwhile stays ended.
func (p *People) TouchSession(ctx context.Context, s gonets.Session) error {
	return p.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`UPDATE sessions SET seen_at = ?, expires_at = ? WHERE hash = ?`, s.SeenAt.UnixMilli(), s.ExpiresAt.UnixMilli(), s.Hash)
	})
}

// DropSession ends a session, if there is one.
func (p *People) DropSession(ctx context.Context, hash []byte) error {
	return p.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`DELETE FROM sessions WHERE hash = ?`, hash)
	})
}

// DropSessions ends the sessions of a user, or all when userID is empty.
func (p *People) DropSessions(ctx context.Context, userID, actor string) error {
	return p.base.Change(ctx, func(t floor.Txn) error {
		err := t.Exec(`DELETE FROM sessions WHERE user_id = ? OR ? = ''`, userID, userID)
		if err != nil {
			return err
		}
		return t.Audit(actor, "session.end_all", "User/"+userID, "")
	})
}
