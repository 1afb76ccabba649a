package api

import (
	"time"

	"gonets"
)

// Session tells the interface who uses it and how it is reached.
type Session struct {
	// SetupNeeded is true until there is an owner.
	SetupNeeded bool   `json:"setup_needed" doc:"There is no owner yet; POST /setup makes one"`
	User        *User  `json:"user" doc:"Who is logged in; null when nobody is"`
	Version     string `json:"version"`
	PlainHTTP   bool   `json:"plain_http" doc:"The caller came over http and from another machine"`
	// UntrustedProxy is the address that --trusted-proxy lacks.
	UntrustedProxy string  `json:"untrusted_proxy" doc:"A proxy whose forwarded headers were not believed; name it with --trusted-proxy"`
	Notices        Notices `json:"notices"`
	PublicURL      string  `json:"public_url" doc:"Where other services reach this server"`
	Reach          string  `json:"reach" enum:"unset,private,http,open" doc:"What that address says of being reached from outside: unset, nobody has set one; private, it leads into a network of one's own; http, it has no TLS; open, nothing stands in the way"`
	TimeZone       string  `json:"time_zone" doc:"The settings' time zone, in which the interface and the server name times; empty while none is chosen or nobody is logged in"`
}

// Notices tells whether people can be told of errors.
type Notices struct {
	Mail bool `json:"mail" doc:"A test was accepted, by mail or by another channel, with the present settings"`
}

// User is a person as the interface shows him.
type User struct {
	Login    string `json:"login"`
	Email    string `json:"email"`
	Language string `json:"language" enum:"ru,en," doc:"Empty for the browser's"`
	Theme    string `json:"theme" enum:"system,light,dark"`
}

// View is a question of the history that a person keeps under a name.
type View struct {
	Name string `json:"name" minLength:"1" maxLength:"60"`
	Q    string `json:"q" minLength:"1" maxLength:"4096"`
}

// Views are what a person keeps, in his order.
type Views struct {
	Items []View `json:"items" nullable:"false" maxItems:"20"`
}

// UserInfo is a user in the list of users.
type UserInfo struct {
	ID string `json:"id"`
	User
	Role      gonets.Role `json:"role"`
	CreatedAt time.Time   `json:"created_at"`
	UpdatedAt time.Time   `json:"updated_at"`
}

// Setup makes the owner in a browser.
type Setup struct {
	Code     string `json:"code" doc:"The set-up code of the link that the server prints at its start"`
	Login    string `json:"login" doc:"An e-mail address, which then gets the notices, or a name"`
	Password string `json:"password" doc:"10 characters or more"`
	Language string `json:"language,omitempty" doc:"ru, en, or empty for the browser's"`
}

// LogIn is a login with its password.
type LogIn struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// Profile is what a user may change of himself; what is left out stays.
type Profile struct {
	Language *string `json:"language,omitempty" doc:"ru, en, or empty for the browser's"`
	Theme    *string `json:"theme,omitempty" doc:"system, light or dark"`
	Email    *string `json:"email,omitempty"`
	Login    *string `json:"login,omitempty" doc:"Needs current_password"`
	Password *string `json:"password,omitempty" doc:"10 characters or more; needs current_password and ends the other sessions"`
	// CurrentPassword proves that the browser is not only borrowed.
	CurrentPassword string `json:"current_password,omitempty"`
}

// NewUser makes a user.
type NewUser struct {
	Login    string      `json:"login"`
	Role     gonets.Role `json:"role" enum:"owner" doc:"There is one owner"`
	Email    string      `json:"email,omitempty" doc:"The login when that is an e-mail address"`
	Language string      `json:"language,omitempty"`
	Password string      `json:"password" doc:"10 characters or more"`
}

// NewPassword replaces a password that is forgotten.
type NewPassword struct {
	Password string `json:"password" doc:"10 characters or more; all sessions of the user end"`
}
