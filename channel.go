package gonets

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
