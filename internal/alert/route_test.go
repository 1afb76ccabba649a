package alert_test

import (
	"strings"
	"testing"
	"time"

	"gonets/internal/news"
	"gonets/setting"
)

func TestNewsForChannelsThatAreNotSetUpIsShownAndHoldsUpNothing(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		o := newOthers(b.T)
		b.with(o)
		b.set.Mail = nil
		b.rule(setting.RuleBadEnd, setting.Rule{Channels: []string{setting.ChannelMail}})
		b.rule(setting.RuleRejected, setting.Rule{Channels: []string{setting.ChannelMail}})
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.Rejected("form")
		b.pass(2 * time.Minute)
		n := b.notices()
		if len(n) != 2 || n[0].State != news.LetterFailed || n[1].State != news.LetterFailed || !strings.Contains(n[0].LastError, "nothing was set up") {
			b.Fatalf("notices %+v", n)
		}
		if due, err := b.store.AlertsDue(b.Context(), b.clock.Now()); err != nil || due.Signals || due.Notices {
			b.Errorf("there is something to do: %+v, %v", due, err)
		}
		// Nobody knows that it was broken, so nobody is told that it works.
		b.attempt(b.runs(1)[0], ok())
		b.pass(time.Hour)
		// What comes now is told by the channels that work, what was given up stays so.
		b.rule(setting.RuleRejected, setting.Rule{})
		b.pass(2 * time.Hour)
		b.Rejected("form")
		b.Rejected("form")
		b.pass(2 * time.Hour)
		if hooks, texts := o.got(); len(hooks) != 1 || len(texts) != 1 || !strings.Contains(texts[0], "запросов: 2") {
			b.Errorf("webhooks %+v, messages %q", hooks, texts)
		}
	})
}

// The clock begins at 9:00 UTC.
func TestRejectedRequestsAfterTheQuietHoursAreToldAsBefore(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.set.Notices = &setting.Notices{QuietHours: &setting.QuietHours{From: "10:00", To: "19:30"}}
		for range 15 * 12 {
			b.Rejected("form")
			b.clock.Advance(5 * time.Minute)
			b.Tick(b.Context())
		}
		// At once, at the end of the quiet hours, and then twice as long after as
		// there was to their beginning: not twice as long as they were.
		b.want("запросов: 2", "запросов: 124", "запросов: 18", "запросов: 34")
	})
}
