package gonets

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
