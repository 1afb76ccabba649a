package setting

// ChannelKind is how news leaves beside mail.
type ChannelKind string

const (
	// ChannelWebhook is a signed POST (Standard Webhooks).
	ChannelWebhook ChannelKind = "webhook"
	// ChannelTelegram is a message of a Telegram bot.
	ChannelTelegram ChannelKind = "telegram"
)

// ChannelMail is the name of mail among the channels; no other one has it.
const ChannelMail = "mail"

// MaxChannels is how many channels there may be beside mail.
const MaxChannels = 20

// TelegramAPI is where bots speak to Telegram.
const TelegramAPI = "https://api.telegram.org"

// Channel is a way by which people, or programs, are told of errors.
type Channel struct {
	Name string      `json:"name,omitempty"`
	Kind ChannelKind `json:"kind,omitempty"`
	// URL is where a webhook goes, or another server with Telegram's interface.
	URL string `json:"url,omitempty"`
	// Key is the secret that signs a webhook: whsec_ and base64.
	Key *SecretName `json:"key,omitempty"`
	// Token is the bot's secret.
	Token *SecretName `json:"token,omitempty"`
	// Chat is the id of a Telegram chat, or @name of a channel.
	Chat string `json:"chat,omitempty"`
}

// Secret is the one that the channel works with; nil when none is named.
func (c *Channel) Secret() *SecretName {
	if c.Kind == ChannelTelegram {
		return c.Token
	}
	return c.Key
}

// Notices are what people are told of and by which channels, beside mail.
type Notices struct {
	Channels []Channel `json:"channels,omitempty"`
	// Rules are by the names of [Rules].
	Rules      map[string]Rule `json:"rules,omitempty"`
	QuietHours *QuietHours     `json:"quiet_hours,omitempty"`
}

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
