package valid

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"gonets"
	"gonets/setting"
)

// chat is a Telegram chat: a number, negative for groups, or a channel's name.
var chat = regexp.MustCompile(`^(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63})$`)

// notices checks what people are told and by which channels.
func (v *validator) notices(n *setting.Notices) {
	const at = "/notices"
	if len(n.Channels) > setting.MaxChannels {
		v.add(at+"/channels", gonets.CodeTooMany, "%d channels; there may be %d", len(n.Channels), setting.MaxChannels)
	}
	seen := map[string]bool{}
	for i := range n.Channels {
		c, p := &n.Channels[i], at+"/channels/"+strconv.Itoa(i)
		v.name(p+"/name", c.Name)
		switch {
		case c.Name == setting.ChannelMail:
			v.add(p+"/name", gonets.CodeReservedName, "%q is the channel of the mail settings; choose another name", c.Name)
		case seen[c.Name]:
			v.add(p+"/name", gonets.CodeTwice, "%q stands twice", c.Name)
		}
		seen[c.Name] = true
		v.channel(p, c)
	}
	seen[setting.ChannelMail] = true
	for name, r := range n.Rules {
		v.rule(at+"/rules/"+gonets.EscapePointer(name), name, &r, seen)
	}
	if q := n.QuietHours; q != nil {
		v.hour(at+"/quiet_hours/from", q.From)
		v.hour(at+"/quiet_hours/to", q.To)
		if q.From == q.To {
			v.add(at+"/quiet_hours/to", gonets.CodeTwice, "%q stands twice", q.To)
		}
	}
}

// maxLeast is how many runs there may have to be before a share of them counts.
const maxLeast = 1_000_000

// rules are all of them, in the order in which people see them.
func rules() []string {
	return []string{setting.RuleFirstFailure, setting.RuleBadEnd, setting.RuleRecovered, setting.RuleRejected, setting.RuleSilent, setting.RuleDrift, setting.RuleErrorShare,
		setting.RuleCertificate, setting.RuleDiskLow, setting.RuleLaneClosed, setting.RuleSuccess, setting.RuleDigest}
}

// rule checks when and where people are told of one kind of news.
func (v *validator) rule(p, name string, r *setting.Rule, channels map[string]bool) {
	v.oneOf(p, "rule", name, rules()...)
	for i, c := range r.Channels {
		if !channels[c] {
			v.add(p+"/channels/"+strconv.Itoa(i), gonets.CodeBadChoice, "%s is %q; it must be %s", "channel", c, gonets.Choice(slices.Sorted(maps.Keys(channels))))
		}
	}
	for i, s := range r.Scenarios {
		v.name(p+"/scenarios/"+strconv.Itoa(i), s)
	}
	for i, s := range r.Sources {
		v.name(p+"/sources/"+strconv.Itoa(i), s)
	}
	bySource := name == setting.RuleSilent || name == setting.RuleRejected || name == setting.RuleDrift
	v.foreign(p+"/scenarios", "scenarios", len(r.Scenarios) > 0 && (bySource || name == setting.RuleLaneClosed || name == setting.RuleDiskLow || name == setting.RuleCertificate))
	v.foreign(p+"/sources", "sources", len(r.Sources) > 0 && !bySource)
	v.foreign(p+"/after", "after", r.After != 0 && name != setting.RuleSilent)
	v.foreign(p+"/new", "new", r.New && name != setting.RuleDrift)
	shared := name == setting.RuleErrorShare
	v.foreign(p+"/share", "share", r.Share != 0 && !shared)
	v.foreign(p+"/least", "least", r.Least != 0 && !shared)
	v.foreign(p+"/within", "within", r.Within != 0 && !shared)
	if shared {
		if r.Share < 0 || r.Share > 100 {
			v.add(p+"/share", gonets.CodeBadNumber, "%d in a hundred; it must be between %d and %d", r.Share, 1, 100)
		}
		if r.Least < 0 || r.Least > maxLeast {
			v.add(p+"/least", gonets.CodeBadNumber, "%d runs; it must be between %d and %d", r.Least, 1, maxLeast)
		}
		if r.Within != 0 {
			v.within(p+"/within", "the time in which runs are counted", r.Within, span{setting.MinShareWithin, setting.MaxShareWithin})
		}
	}
	digest := name == setting.RuleDigest
	v.foreign(p+"/at", "at", r.At != "" && !digest)
	v.foreign(p+"/day", "day", r.Day != "" && !digest)
	v.foreign(p+"/empty", "empty", r.Empty && !digest)
	v.foreign(p+"/urgent", "urgent", r.Urgent && digest)
	if r.At != "" && digest {
		v.hour(p+"/at", r.At)
	}
	if digest {
		v.oneOf(p+"/day", "day", r.Day, "", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
	}
	if r.After != 0 {
		v.within(p+"/after", "the silence of a source", r.After, span{time.Minute, 90 * 24 * time.Hour})
	}
}

func (v *validator) hour(p, text string) {
	if _, err := time.Parse("15:04", text); err != nil || len(text) != len("15:04") {
		v.add(p, gonets.CodeBadHour, "%q is no time of day; write it like 22:00", text)
	}
}

func (v *validator) channel(p string, c *setting.Channel) {
	v.oneOf(p+"/kind", "kind", string(c.Kind), string(setting.ChannelWebhook), string(setting.ChannelTelegram))
	switch c.Kind {
	case setting.ChannelWebhook:
		v.receiver(p+"/url", c.URL)
		if c.Key == nil {
			v.missing(p+"/key", "the key that signs is missing; write key: {secret: notices-key} and set that secret to whsec_…")
		} else {
			v.secret(p+"/key/secret", c.Key.Secret)
		}
		v.foreign(p+"/token", "token", c.Token != nil)
		v.foreign(p+"/chat", "chat", c.Chat != "")
	case setting.ChannelTelegram:
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
		v.add(p, gonets.CodeUnknownKey, "%q means nothing here", member)
	}
}
