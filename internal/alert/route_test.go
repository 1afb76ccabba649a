package alert_test

import (
	"strings"
	"testing"
	"time"

	"gonets/internal/alert"
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

// Where clocks are put forward at midnight that is no midnight, and where they are put
// back some hours are there twice.
func TestQuietHoursEndWhereClocksChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, from, to, now, end string }{
		"a midnight left out":       {"America/Santiago", "22:00", "00:00", "2026-09-05T23:30:00-04:00", "2026-09-06T01:00:00-03:00"},
		"half an hour behind it":    {"Asia/Beirut", "22:00", "00:30", "2026-03-28T23:30:00+02:00", "2026-03-29T01:00:00+03:00"},
		"no midnight in between":    {"America/Asuncion", "22:00", "08:00", "2023-09-30T23:30:00-04:00", "2023-10-01T08:00:00-03:00"},
		"the second of two hours":   {"Europe/Berlin", "22:00", "02:30", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
		"a day like any other":      {"Europe/Moscow", "22:00", "08:00", "2026-09-05T23:30:00+03:00", "2026-09-06T08:00:00+03:00"},
		"outside of the quiet ones": {"America/Santiago", "22:00", "00:00", "2026-09-06T01:00:00-03:00", "2026-09-06T01:00:00-03:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		set := setting.Settings{TimeZone: c.zone, Mail: &setting.Mail{Host: "smtp.example", To: []string{"owner@example.org"}},
			Notices: &setting.Notices{QuietHours: &setting.QuietHours{From: c.from, To: c.to}}}
		n := &news.Notice{Kind: news.NoticeRejected, At: now, DueAt: now}
		(&alert.Service{}).DecideFor(set, &news.Round{Now: now, Notices: []*news.Notice{n}})
		if end, _ := time.Parse(time.RFC3339, c.end); !n.DueAt.Equal(end) {
			t.Errorf("%s: it is told at %s, want %s", name, n.DueAt.Format(time.RFC3339), c.end)
		}
	}
}
