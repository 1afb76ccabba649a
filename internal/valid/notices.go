package valid

import (
	"net/url"
	"regexp"
	"strconv"

	"gonets"
)

// chat is a Telegram chat: a number, negative for groups, or a channel's name.
var chat = regexp.MustCompile(`^(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63})$`)

// notices checks what people are told and by which channels.
func (v *validator) notices(n *gonets.Notices) {
	const at = "/notices"
	if len(n.Channels) > gonets.MaxChannels {
		v.add(at+"/channels", gonets.CodeTooMany, "%d channels; there may be %d", len(n.Channels), gonets.MaxChannels)
	}
	seen := map[string]bool{}
	for i := range n.Channels {
		c, p := &n.Channels[i], at+"/channels/"+strconv.Itoa(i)
		v.name(p+"/name", c.Name)
		switch {
		case c.Name == gonets.ChannelMail:
			v.add(p+"/name", gonets.CodeReservedName, "%q is the channel of the mail settings; choose another name", c.Name)
		case seen[c.Name]:
			v.add(p+"/name", gonets.CodeTwice, "%q stands twice", c.Name)
		}
		seen[c.Name] = true
		v.channel(p, c)
	}
}

func (v *validator) channel(p string, c *gonets.Channel) {
	v.oneOf(p+"/kind", "kind", string(c.Kind), string(gonets.ChannelWebhook), string(gonets.ChannelTelegram))
	switch c.Kind {
	case gonets.ChannelWebhook:
		v.receiver(p+"/url", c.URL)
		if c.Key == nil {
			v.missing(p+"/key", "the key that signs is missing; write key: {secret: notices-key} and set that secret to whsec_…")
		} else {
			v.secret(p+"/key/secret", c.Key.Secret)
		}
		v.foreign(p+"/token", "token", c.Token != nil)
		v.foreign(p+"/chat", "chat", c.Chat != "")
	case gonets.ChannelTelegram:
		if c.URL != "" {
			v.receiver(p+"/url", c.URL)
		}
		if c.Token == nil {
			v.missing(p+"/token", "the bot's token is missing; write token: {secret: telegram-bot} and set that secret")
		} else {
			v.secret(p+"/token/secret", c.Token.Secret)
		}
		switch {
		case c.Chat == "":
			v.missing(p+"/chat", "the chat is missing; write its number")
		case !chat.MatchString(c.Chat):
			v.add(p+"/chat", gonets.CodeBadChat, "%q is no chat; write its number, like -1001234567890, or @name of a channel", c.Chat)
		}
		v.foreign(p+"/key", "key", c.Key != nil)
	}
}

// receiver checks an address that messages are sent to.
func (v *validator) receiver(p, raw string) {
	if raw == "" {
		v.missing(p, "the address is missing; write url: https://example.org/hook")
		return
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		v.add(p, gonets.CodeBadAddress, "%q is not an address; it begins with http:// or https://", raw)
	}
}

// foreign finds a member that belongs to another kind.
func (v *validator) foreign(p, member string, there bool) {
	if there {
		v.add(p, gonets.CodeUnknownKey, "%q means nothing for this kind of channel", member)
	}
}
