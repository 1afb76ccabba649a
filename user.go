package gonets

import (
	"strings"
	"time"
)

// Right is what a caller must be allowed to do.
type Right string

// The rights, from the least to the most.
const (
	// RightNone is open to everybody.
	RightNone Right = "none"
	// RightView reads scenarios and history.
	RightView Right = "view"
	// RightOperate starts, stops, repeats and cancels.
	RightOperate Right = "operate"
	// RightEdit changes documents.
	RightEdit Right = "edit"
	// RightAdmin changes settings, secrets and people.
	RightAdmin Right = "admin"
)

// Role is what a user is in the installation.
type Role string

// RoleOwner may do everything. There is one owner.
const RoleOwner Role = "owner"

// May tells whether a role has a right. A role that is not known has none but
// what is open to everybody.
func (r Role) May(right Right) bool {
	switch right {
	case RightNone:
		return true
	case RightView, RightOperate, RightEdit, RightAdmin:
		return r == RoleOwner
	}
	return false
}

// User is a person who may log in. His password is no part of it.
type User struct {
	ID    string
	Login string
	// Email is where notices go; empty for none.
	Email string
	// Language is ru, en or empty for the browser's; Theme is system, light or
	// dark.
	Language  string
	Theme     string
	Role      Role
	CreatedAt time.Time
	UpdatedAt time.Time
}

// The themes of the interface and the languages of people.
const (
	ThemeSystem = "system"
	ThemeLight  = "light"
	ThemeDark   = "dark"

	LanguageRussian = "ru"
	LanguageEnglish = "en"
)

// LoginKey is the form of a login in which two are compared: nobody should
// lose an account to a capital letter, or take one by it.
func LoginKey(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// Session is one browser's proof that a person logged in. The store knows the
// SHA-256 of its token only.
type Session struct {
	Hash      []byte
	UserID    string
	CreatedAt time.Time
	// SeenAt is when it was last used, exact to an hour.
	SeenAt    time.Time
	ExpiresAt time.Time
}

// Account is a user with what proves him.
type Account struct {
	User
	// Password is an argon2id hash in PHC form.
	Password string
}

// AccountChange is a change of a user. Nil members stay.
type AccountChange struct {
	UserID string
	// Actor is who changes it.
	Actor string
	At    time.Time

	Login    *string
	Email    *string
	Language *string
	Theme    *string
	Password *string
	// Keep is the hash of the one session that outlives a new password;
	// KeepSessions keeps all: the password is the old one, hashed anew.
	Keep         []byte
	KeepSessions bool
}
