package account

import (
	"net/netip"
	"time"

	"gonets"
)

// NewUser describes a user who is to be made.
type NewUser struct {
	Login    string
	Email    string
	Language string
	Password string
}

// Credentials are what somebody says to log in, and from where he says it.
type Credentials struct {
	Login    string
	Password string
	From     netip.Addr
}

// Setup makes the first user, who proves himself with the set-up code.
type Setup struct {
	NewUser
	Code string
	From netip.Addr
}

// Visit is a session that a request proved.
type Visit struct {
	User gonets.User
	// Session is the hash of its token, ExpiresAt when it ends unless it is used.
	Session   []byte
	ExpiresAt time.Time
	// Token is set when the session was made just now. Renewed says that its
	// end moved.
	Token   string
	Renewed bool
}

// Profile is a change that a user makes to himself. Nil members stay.
type Profile struct {
	Visit Visit
	From  netip.Addr

	Login    *string
	Email    *string
	Language *string
	Theme    *string
	Password *string
	// Current is the password until now; a new login or password needs it.
	Current string
}
