// Package people is the room of the store for those who log in: users and
// their sessions.
package people

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gonets"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// People is the room.
type People struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *People { return &People{b} }

const userColumns = `id, login, email, language, theme, role, created_at, updated_at`

// userInto are the places of userColumns; the times need [times] afterwards.
func userInto(u *gonets.User, created, updated *int64) []any {
	return []any{&u.ID, &u.Login, &u.Email, &u.Language, &u.Theme, &u.Role, created, updated}
}

func times(u *gonets.User, created, updated int64) {
	u.CreatedAt, u.UpdatedAt = fromMS(created), fromMS(updated)
}

func fromMS(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// codeTaken is the code of a login that somebody else has.
const codeTaken gonets.Code = "login.taken"

// Note writes into the audit what the database knows nothing else of.
func (p *People) Note(ctx context.Context, actor, action, object, detail string) error {
	return p.base.Change(ctx, func(t floor.Txn) error { return t.Audit(actor, action, object, detail) })
}

func noUser() error { return gonets.Errorf(gonets.CodeNotFound, "there is no such user") }

// HasOwner tells whether somebody owns the installation.
func (p *People) HasOwner(ctx context.Context) (bool, error) {
	var n int
	err := p.base.Read(ctx).Row(`SELECT COUNT(*) FROM users WHERE role = 'owner'`, nil, &n)
	return n > 0, p.base.Wrap(err)
}

// CreateOwner stores the first owner; of several at once one is stored.
func (p *People) CreateOwner(ctx context.Context, a gonets.Account, actor string) error {
	return p.base.Change(ctx, func(t floor.Txn) error {
		n, err := t.Changed(`INSERT INTO users (id, login, login_key, email, language, theme, role, password, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			a.ID, a.Login, []byte(gonets.LoginKey(a.Login)), a.Email, a.Language, a.Theme, gonets.RoleOwner, a.Password,
			a.CreatedAt.UnixMilli(), a.UpdatedAt.UnixMilli())
		if err != nil {
			return err
		}
		if n == 0 {
			return gonets.Errorf(gonets.CodeSetupDone, "this server has an owner already; log in")
		}
		return t.Audit(actor, "user.create", "User/"+a.ID, "")
	})
}

// Account finds a user with his password by the key of a login.
func (p *People) Account(ctx context.Context, key string) (a gonets.Account, err error) {
	var created, updated int64
	err = p.base.Read(ctx).Row(`SELECT password, `+userColumns+` FROM users WHERE login_key = ?`, []any{[]byte(key)},
		append([]any{&a.Password}, userInto(&a.User, &created, &updated)...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return gonets.Account{}, noUser()
	}
	times(&a.User, created, updated)
	return a, p.base.Wrap(err)
}

// Users lists all users by login.
func (p *People) Users(ctx context.Context) ([]gonets.User, error) {
	out, err := pack.Collect(p.base.Read(ctx), `SELECT `+userColumns+` FROM users ORDER BY login_key`, nil,
		func(scan func(...any) error) (u gonets.User, err error) {
			var created, updated int64
			err = scan(userInto(&u, &created, &updated)...)
			times(&u, created, updated)
			return u, err
		})
	return out, p.base.Wrap(err)
}

// ChangeAccount changes what is not nil. A new password ends the user's
// sessions, but for those that the change keeps.
func (p *People) ChangeAccount(ctx context.Context, c gonets.AccountChange) (u gonets.User, err error) {
	err = p.base.Change(ctx, func(t floor.Txn) error {
		var created, updated int64
		u = gonets.User{}
		err := t.Row(`SELECT `+userColumns+` FROM users WHERE id = ?`, []any{c.UserID}, userInto(&u, &created, &updated)...)
		if errors.Is(err, sql.ErrNoRows) {
			return noUser()
		}
		if err != nil {
			return err
		}
		for _, m := range []struct{ to, from *string }{
			{&u.Login, c.Login}, {&u.Email, c.Email}, {&u.Language, c.Language}, {&u.Theme, c.Theme},
		} {
			if m.from != nil {
				*m.to = *m.from
			}
		}
		times(&u, created, updated)
		u.UpdatedAt = fromMS(c.At.UnixMilli())
		if err := free(t, &u); err != nil {
			return err
		}
		err = t.Exec(`UPDATE users SET login = ?, login_key = ?, email = ?, language = ?, theme = ?, updated_at = ? WHERE id = ?`,
			u.Login, []byte(gonets.LoginKey(u.Login)), u.Email, u.Language, u.Theme, c.At.UnixMilli(), u.ID)
		if err == nil {
			err = setPassword(t, &c)
		}
		if err == nil {
			err = t.Audit(c.Actor, what(&c), "User/"+u.ID, "")
		}
		return err
	})
	return u, err
}

// free refuses a login that another user has.
func free(t floor.Txn, u *gonets.User) error {
	var other string
	err := t.Row(`SELECT id FROM users WHERE login_key = ?`, []any{[]byte(gonets.LoginKey(u.Login))}, &other)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case other == u.ID:
		return nil
	}
	return &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{
		gonets.Mistake("/login", codeTaken, "somebody else has this login"),
	}}
}

func setPassword(t floor.Txn, c *gonets.AccountChange) error {
	if c.Password == nil {
		return nil
	}
	if err := t.Exec(`UPDATE users SET password = ? WHERE id = ?`, *c.Password, c.UserID); err != nil || c.KeepSessions {
		return err
	}
	return t.Exec(`DELETE FROM sessions WHERE user_id = ? AND hash <> ?`, c.UserID, append([]byte{}, c.Keep...))
}

func what(c *gonets.AccountChange) string {
	if c.Password != nil && !c.KeepSessions {
		return "user.password"
	}
	return "user.change"
}
