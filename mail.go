package gonets

import (
	"net/mail"
	"strconv"
	"strings"
)

// MailSecurity is how the connection to a mail server is protected.
type MailSecurity string

const (
	// MailSTARTTLS begins in the clear and is encrypted before anything is said;
	// it is the default, usually on port 587.
	MailSTARTTLS MailSecurity = "starttls"
	// MailTLS is encrypted from the first byte, usually on port 465.
	MailTLS MailSecurity = "tls"
	// MailPlain is not encrypted: for a mail server on the same machine or
	// network. A password is sent only in ways that do not show it.
	MailPlain MailSecurity = "none"
)

// maxHost bounds a host's name, in bytes.
const maxHost = 255

// MaxMailTo is how many people may be told of errors.
const MaxMailTo = 20

// SecretName refers to a stored secret.
type SecretName struct {
	Secret string `json:"secret"`
}

// Mail is how letters leave and to whom they go.
type Mail struct {
	// Host is the mail server (SMTP, RFC 5321).
	Host string `json:"host,omitempty"`
	// Port is 587 for starttls, 465 for tls and 25 for none when it is 0.
	Port     int          `json:"port,omitempty"`
	Security MailSecurity `json:"security,omitempty"`
	Username string       `json:"username,omitempty"`
	Password *SecretName  `json:"password,omitempty"`
	// From is the sender's address; many servers want it to be the login's.
	From string   `json:"from,omitempty"`
	To   []string `json:"to,omitempty"`
}

// Address is the server's host and port.
func (m *Mail) Address() (host string, port int) {
	port = m.Port
	if port == 0 {
		switch m.Security {
		case MailTLS:
			port = 465
		case MailPlain:
			port = 25
		default:
			port = 587
		}
	}
	return m.Host, port
}

// Validate finds what is wrong with mail settings. at is the pointer before
// their own.
func (m *Mail) Validate(at string) []Problem {
	var v validator
	host := m.Host
	switch {
	case host == "":
		v.missing(at+"/host", "the mail server is missing; write host: smtp.example.org")
	case len(host) > maxHost || strings.ContainsAny(host, " \t\r\n/@\\") || strings.Contains(host, "://"):
		v.add(at+"/host", CodeBadMailHost, "%q is not the name of a server; write it as smtp.example.org", host)
	case strings.Count(host, ":") == 1:
		v.add(at+"/host", CodePortInHost, "%q holds a port; write it as port", host)
	}
	if m.Port < 0 || m.Port > 65535 {
		v.add(at+"/port", CodeBadNumber, "%d is not a port, a number from %d to %d; usual ones are 587, 465 and 25", m.Port, 1, 65535)
	}
	v.oneOf(at+"/security", "security", string(m.Security), "", string(MailSTARTTLS), string(MailTLS), string(MailPlain))
	if strings.ContainsAny(m.Username, "\r\n\x00") {
		v.add(at+"/username", CodeControlChar, "the login holds a line break")
	}
	if p := m.Password; p != nil {
		if !ValidName(p.Secret) {
			v.add(at+"/password/secret", CodeBadName, "%q is not the name of a secret, which has %d characters at most; write smtp-password and set that secret", p.Secret, MaxNameLength)
		}
		if m.Username == "" {
			v.add(at+"/username", CodePasswordAlone, "there is a password and no login")
		}
	}
	v.mailAddress(at+"/from", m.From)
	if len(m.To) > MaxMailTo {
		v.add(at+"/to", CodeTooMany, "%d addresses; there may be %d", len(m.To), MaxMailTo)
	}
	seen := map[string]bool{}
	for i, to := range m.To {
		p := at + "/to/" + strconv.Itoa(i)
		v.mailAddress(p, to)
		if seen[strings.ToLower(to)] {
			v.add(p, CodeTwice, "%q stands twice", to)
		}
		seen[strings.ToLower(to)] = true
	}
	return v.problems
}

// mailAddress takes a bare address only: a name beside it would need quoting,
// and a line break in it would be a header of its own.
func (v *validator) mailAddress(at, s string) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || strings.ContainsAny(s, "\r\n\x00<>\"") || !strings.Contains(s, "@") {
		v.add(at, CodeBadEmail, "%q is not an e-mail address; write anna@example.org", s)
	}
}
