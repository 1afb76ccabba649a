// Package setting is the part of the glossary for what one installation is set to: its
// own choices, how people are told of errors, and how long history is kept.
package setting

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"gonets"
)

// Settings are the installation's own choices; one document.
type Settings struct {
	Title string `json:"title,omitempty"`
	// PublicURL is the address under which the outside reaches this server.
	PublicURL string `json:"public_url,omitempty"`
	// TimeZone is the IANA zone in which dates are shown and parsed.
	TimeZone string `json:"time_zone,omitempty"`
	// AllowNetworks are the CIDRs of private networks that requests may reach.
	AllowNetworks []string  `json:"allow_networks,omitempty"`
	Retention     Retention `json:"retention,omitzero"`
	// Masking says what people are not shown.
	Masking Masking `json:"masking,omitzero"`
	// Env are constants that templates read as env.NAME.
	Env map[string]string `json:"env,omitempty"`
	// Contact is whom to write to when something is blocked or refused.
	Contact string `json:"contact,omitempty"`
	// Mail is how people are told of errors; nil tells nobody.
	Mail *Mail `json:"mail,omitempty"`
	// Notices are what else there is to say about telling people.
	Notices *Notices `json:"notices,omitempty"`
	// Lanes are the limits of destinations, by their origin
	// (https://crm.example.ru).
	Lanes map[string]gonets.LaneLimits `json:"lanes,omitempty"`
}

// Zone is the one that dates are of; UTC when there is none.
func (s *Settings) Zone() *time.Location {
	if zone, err := time.LoadLocation(s.TimeZone); err == nil {
		return zone // without a name it is UTC
	}
	return time.UTC
}

// Quiet are the hours in which only urgent news is told, by the settings' clocks; nil
// when there are none.
func (s *Settings) Quiet() *gonets.Quiet {
	if s.Notices == nil || s.Notices.QuietHours == nil {
		return nil
	}
	return &gonets.Quiet{From: s.Notices.QuietHours.From, To: s.Notices.QuietHours.To, Zone: s.Zone().String()}
}

// ETag names this state of the settings.
func (s *Settings) ETag() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "" // what was read from JSON can be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Retention bounds the history of final runs.
type Retention struct {
	// Age is how long final runs are kept; zero is [gonets.RetentionAge].
	Age gonets.Duration `json:"age,omitempty"`
	// Size is how many bytes the database may take before the oldest final
	// runs go; 0 is without limit.
	Size int64 `json:"size,omitempty"`
}

// Masking hides values from whoever looks at what came, was sent and was replied.
// What is stored and sent stays as it is.
type Masking struct {
	// Fields are paths whose names match at any depth, in capital or small letters:
	// phone, *.passport, headers.x-token. At most [gonets.MaxMaskedFields].
	Fields []string `json:"fields,omitempty"`
}
