package valid_test

import (
	"testing"
	"time"

	"gonets"
	"gonets/internal/valid"
	"gonets/setting"
)

func TestChannelsAreChecked(t *testing.T) {
	t.Parallel()
	good := func() setting.Notices {
		return setting.Notices{Channels: []setting.Channel{
			{Name: "ops", Kind: setting.ChannelWebhook, URL: "https://ops.example/hook?a=b", Key: &setting.SecretName{Secret: "notices-key"}},
			{Name: "duty", Kind: setting.ChannelTelegram, Token: &setting.SecretName{Secret: "bot"}, Chat: "-100123"},
		}, Rules: map[string]setting.Rule{setting.RuleSilent: {After: gonets.Duration(3 * time.Hour), Sources: []string{"shop"}, Channels: []string{"mail"}},
			setting.RuleErrorShare: {Share: 100, Least: 1, Within: gonets.Duration(setting.MaxShareWithin), Scenarios: []string{"lead"}},
			setting.RuleDigest:     {At: "18:30", Day: "friday", Empty: true, Scenarios: []string{"lead"}}},
			QuietHours: &setting.QuietHours{From: "22:00", To: "08:00"}}
	}
	n := good()
	if p := valid.Settings(&setting.Settings{Notices: &n}); len(p) > 0 {
		t.Errorf("good channels: %v", p)
	}
	for _, c := range []struct {
		pointer string
		change  func(n *setting.Notices)
	}{
		{"/notices/channels/0/name", func(n *setting.Notices) { n.Channels[0].Name = "mail" }},
		{"/notices/channels/1/name", func(n *setting.Notices) { n.Channels[1].Name = "ops" }},
		{"/notices/channels/0/kind", func(n *setting.Notices) { n.Channels[0].Kind = "sms" }},
		{"/notices/channels/0/url", func(n *setting.Notices) { n.Channels[0].URL = "ops.example" }},
		{"/notices/channels/0/url", func(n *setting.Notices) { n.Channels[0].URL = "" }},
		{"/notices/channels/0/key", func(n *setting.Notices) { n.Channels[0].Key = nil }},
		{"/notices/channels/0/chat", func(n *setting.Notices) { n.Channels[0].Chat = "5" }},
		{"/notices/channels/1/token/secret", func(n *setting.Notices) { n.Channels[1].Token.Secret = "A B" }},
		{"/notices/channels/1/chat", func(n *setting.Notices) { n.Channels[1].Chat = "anna" }},
		{"/notices/rules/anything", func(n *setting.Notices) { n.Rules["anything"] = setting.Rule{} }},
		{"/notices/rules/bad_end/channels/0", func(n *setting.Notices) { n.Rules["bad_end"] = setting.Rule{Channels: []string{"sms"}} }},
		{"/notices/rules/bad_end/after", func(n *setting.Notices) { n.Rules["bad_end"] = setting.Rule{After: gonets.Duration(time.Hour)} }},
		{"/notices/rules/lane_closed/scenarios", func(n *setting.Notices) { n.Rules["lane_closed"] = setting.Rule{Scenarios: []string{"x"}} }},
		{"/notices/rules/error_share/share", func(n *setting.Notices) { n.Rules["error_share"] = setting.Rule{Share: 101} }},
		{"/notices/rules/error_share/least", func(n *setting.Notices) { n.Rules["error_share"] = setting.Rule{Least: -1} }},
		{"/notices/rules/error_share/within", func(n *setting.Notices) { n.Rules["error_share"] = setting.Rule{Within: gonets.Duration(time.Minute)} }},
		{"/notices/rules/error_share/sources", func(n *setting.Notices) { n.Rules["error_share"] = setting.Rule{Sources: []string{"form"}} }},
		{"/notices/rules/bad_end/share", func(n *setting.Notices) { n.Rules["bad_end"] = setting.Rule{Share: 5} }},
		{"/notices/rules/certificate_expiring/scenarios", func(n *setting.Notices) { n.Rules["certificate_expiring"] = setting.Rule{Scenarios: []string{"x"}} }},
		{"/notices/rules/digest/at", func(n *setting.Notices) { n.Rules["digest"] = setting.Rule{At: "9 am"} }},
		{"/notices/rules/digest/day", func(n *setting.Notices) { n.Rules["digest"] = setting.Rule{Day: "Monday"} }},
		{"/notices/rules/digest/urgent", func(n *setting.Notices) { n.Rules["digest"] = setting.Rule{Urgent: true} }},
		{"/notices/rules/bad_end/empty", func(n *setting.Notices) { n.Rules["bad_end"] = setting.Rule{Empty: true} }},
		{"/notices/quiet_hours/from", func(n *setting.Notices) { n.QuietHours.From = "10 pm" }},
		{"/notices/quiet_hours/to", func(n *setting.Notices) { n.QuietHours.To = "22:00" }},
		{"/notices/channels/1/url", func(n *setting.Notices) { n.Channels[1].URL = "ftp://x" }},
	} {
		n := good()
		c.change(&n)
		if p := valid.Settings(&setting.Settings{Notices: &n}); len(p) != 1 || p[0].Pointer != c.pointer {
			t.Errorf("%s: %v", c.pointer, p)
		}
	}
}
