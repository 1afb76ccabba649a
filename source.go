package gonets

import (
	"encoding/json"
	"regexp"
	"time"
)

// Source is where events come from: an address with a preset.
type Source struct {
	Name   string `json:"name"`
	Title  string `json:"title,omitempty"`
	Preset string `json:"preset"`
	// Verify overrides the preset's way to check who calls; nil is the preset's.
	Verify *Verify `json:"verify,omitempty"`
	// ID is the path of the value that recognises a repeat. Nil is the
	// preset's; an ID with an empty path means none.
	ID *SourceID `json:"id,omitempty"`
	// Items is the path of the elements of a request that holds many events.
	Items string `json:"items,omitempty"`
	// Order is the path of the value by which runs keep their order.
	Order  string       `json:"order,omitempty"`
	Reply  *SourceReply `json:"reply,omitempty"`
	Accept *AcceptRules `json:"accept,omitempty"`
	// CORS is the Access-Control-Allow-Origin of answers; empty is "*".
	CORS string `json:"cors,omitempty"`
	// TimeZone is the IANA zone of dates that the source sends without one.
	TimeZone     string    `json:"time_zone,omitempty"`
	DedupeWindow *Duration `json:"dedupe_window,omitempty"`
}

// Verify says how a caller proves who it is.
type Verify struct {
	// Kind is none, token, basic or hmac; empty is the preset's.
	Kind string `json:"kind,omitempty"`
	// Places are where a token may stand; any one is enough.
	Places []Place `json:"places,omitempty"`
	// Header is short for one place in a header.
	Header string `json:"header,omitempty"`
	// Secret names the secret that holds the token, password or signing key.
	Secret string `json:"secret,omitempty"`
	// User is the login of kind basic; empty accepts any.
	User string `json:"user,omitempty"`
	// Algorithm, Encoding, Prefix, Signed, Timestamp describe kind hmac.
	Algorithm string     `json:"algorithm,omitempty"`
	Encoding  string     `json:"encoding,omitempty"`
	Prefix    string     `json:"prefix,omitempty"`
	Signed    string     `json:"signed,omitempty"`
	Timestamp *Timestamp `json:"timestamp,omitempty"`
}

// Place is where a value stands in a request.
type Place struct {
	// In is header, query or body.
	In     string `json:"in"`
	Name   string `json:"name"`
	Prefix string `json:"prefix,omitempty"`
	// Scheme is Basic where the value is a login and a password.
	Scheme string `json:"scheme,omitempty"`
}

// Timestamp is the signed time of kind hmac.
type Timestamp struct {
	In        string   `json:"in"`
	Name      string   `json:"name"`
	Unit      string   `json:"unit,omitempty"`
	Tolerance Duration `json:"tolerance,omitempty"`
}

// SourceID names the value that recognises a repeat; in a document it is a
// path, or {id: null} for none.
type SourceID struct{ Path string }

// MarshalJSON writes the path as text, none as empty text: a null would read
// back as a nil *SourceID, which means the preset's.
func (id SourceID) MarshalJSON() ([]byte, error) { return json.Marshal(id.Path) }

// UnmarshalJSON reads what MarshalJSON writes, and null as none.
func (id *SourceID) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		id.Path = ""
		return nil
	}
	return json.Unmarshal(b, &id.Path)
}

// SourceReply is what an accepted request is answered with.
type SourceReply struct {
	Status int     `json:"status,omitempty"`
	Text   *string `json:"text,omitempty"`
	// JSON is answered as it stands; "{event_id}" in its strings is replaced.
	JSON json.RawMessage `json:"json,omitempty"`
	// Wait bounds how long the caller waits for a respond step.
	Wait *Duration `json:"wait,omitempty"`
}

// AcceptRules narrow what a source accepts.
type AcceptRules struct {
	Methods []string `json:"methods,omitempty"`
}

// SourceInfo is a source with what the server knows about it.
type SourceInfo struct {
	Source
	ETag      string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Tokens are the addresses that are not retired, oldest first.
	Tokens []string
	// Addresses are the same with what is known about them.
	Addresses []Address
	// Scenarios are the names of those that it feeds.
	Scenarios []string
	Damage    error // as that of [ScenarioInfo]
}

// SecretInfo is what may be shown of a secret.
type SecretInfo struct {
	Name, Actor string
	UpdatedAt   time.Time
	// From and Until bound when the value is good; zero is not known.
	From, Until time.Time
}

var slug = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

// ValidName tells whether s may name a document: small Latin letters, digits
// and hyphens, 1 to 64 of them, beginning and ending with a letter or digit.
func ValidName(s string) bool { return slug.MatchString(s) }

var stepID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// ValidStepID tells whether s may be a step's id or a variable's name.
func ValidStepID(s string) bool { return stepID.MatchString(s) }
