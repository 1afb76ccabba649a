package valid_test

import (
	"testing"
	"time"

	"gonets"
	"gonets/internal/valid"
)

func TestChannelsAreChecked(t *testing.T) {
	t.Parallel()
	good := func() gonets.Notices {
		return gonets.Notices{Channels: []gonets.Channel{
			{Name: "ops", Kind: gonets.ChannelWebhook, URL: "https://ops.example/hook?a=b", Key: &gonets.SecretName{Secret: "notices-key"}},
			{Name: "duty", Kind: gonets.ChannelTelegram, Token: &gonets.SecretName{Secret: "bot"}, Chat: "-100123"},
		}, Rules: map[string]gonets.Rule{gonets.RuleSilent: {After: gonets.Duration(3 * time.Hour), Sources: []string{"shop"}, Channels: []string{"mail"}},
			gonets.RuleErrorShare: {Share: 100, Least: 1, Within: gonets.Duration(gonets.MaxShareWithin), Scenarios: []string{"lead"}},
			gonets.RuleDigest:     {At: "18:30", Day: "friday", Empty: true, Scenarios: []string{"lead"}}},
			QuietHours: &gonets.QuietHours{From: "22:00", To: "08:00"}}
	}
	n := good()
	if p := valid.Settings(&gonets.Settings{Notices: &n}); len(p) > 0 {
		t.Errorf("good channels: %v", p)
	}
	for _, c := range []struct {
		pointer string
		change  func(n *gonets.Notices)
	}{
		{"/notices/channels/0/name", func(n *gonets.Notices) { n.Channels[0].Name = "mail" }},
		{"/notices/channels/1/name", func(n *gonets.Notices) { n.Channels[1].Name = "ops" }},
		{"/notices/channels/0/kind", func(n *gonets.Notices) { n.Channels[0].Kind = "sms" }},
		{"/notices/channels/0/url", func(n *gonets.Notices) { n.Channels[0].URL = "ops.example" }},
		{"/notices/channels/0/url", func(n *gonets.Notices) { n.Channels[0].URL = "" }},
		{"/notices/channels/0/key", func(n *gonets.Notices) { n.Channels[0].Key = nil }},
		{"/notices/channels/0/chat", func(n *gonets.Notices) { n.Channels[0].Chat = "5" }},
		{"/notices/channels/1/token/secret", func(n *gonets.Notices) { n.Channels[1].Token.Secret = "A B" }},
		{"/notices/channels/1/chat", func(n *gonets.Notices) { n.Channels[1].Chat = "anna" }},
		{"/notices/rules/anything", func(n *gonets.Notices) { n.Rules["anything"] = gonets.Rule{} }},
		{"/notices/rules/bad_end/channels/0", func(n *gonets.Notices) { n.Rules["bad_end"] = gonets.Rule{Channels: []string{"sms"}} }},
		{"/notices/rules/bad_end/after", func(n *gonets.Notices) { n.Rules["bad_end"] = gonets.Rule{After: gonets.Duration(time.Hour)} }},
		{"/notices/rules/lane_closed/scenarios", func(n *gonets.Notices) { n.Rules["lane_closed"] = gonets.Rule{Scenarios: []string{"x"}} }},
		{"/notices/rules/error_share/share", func(n *gonets.Notices) { n.Rules["error_share"] = gonets.Rule{Share: 101} }},
		{"/notices/rules/error_share/least", func(n *gonets.Notices) { n.Rules["error_share"] = gonets.Rule{Least: -1} }},
		{"/notices/rules/error_share/within", func(n *gonets.Notices) { n.Rules["error_share"] = gonets.Rule{Within: gonets.Duration(time.Minute)} }},
		{"/notices/rules/error_share/sources", func(n *gonets.Notices) { n.Rules["error_share"] = gonets.Rule{Sources: []string{"form"}} }},
		{"/notices/rules/bad_end/share", func(n *gonets.Notices) { n.Rules["bad_end"] = gonets.Rule{Share: 5} }},
		{"/notices/rules/certificate_expiring/scenarios", func(n *gonets.Notices) { n.Rules["certificate_expiring"] = gonets.Rule{Scenarios: []string{"x"}} }},
		{"/notices/rules/digest/at", func(n *gonets.Notices) { n.Rules["digest"] = gonets.Rule{At: "9 am"} }},
		{"/notices/rules/digest/day", func(n *gonets.Notices) { n.Rules["digest"] = gonets.Rule{Day: "Monday"} }},
		{"/notices/rules/digest/urgent", func(n *gonets.Notices) { n.Rules["digest"] = gonets.Rule{Urgent: true} }},
		{"/notices/rules/bad_end/empty", func(n *gonets.Notices) { n.Rules["bad_end"] = gonets.Rule{Empty: true} }},
		{"/notices/quiet_hours/from", func(n *gonets.Notices) { n.QuietHours.From = "10 pm" }},
		{"/notices/quiet_hours/to", func(n *gonets.Notices) { n.QuietHours.To = "22:00" }},
		{"/notices/channels/1/url", func(n *gonets.Notices) { n.Channels[1].URL = "ftp://x" }},
	} {
		n := good()
		c.change(&n)
		if p := valid.Settings(&gonets.Settings{Notices: &n}); len(p) != 1 || p[0].Pointer != c.pointer {
			t.Errorf("%s: %v", c.pointer, p)
		}
	}
}
