package alert_test

import (
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/setting"
)

func off() setting.Rule { no := false; return setting.Rule{On: &no} }
func on() setting.Rule  { yes := true; return setting.Rule{On: &yes} }

// rule sets one.
func (b *bench) rule(name string, r setting.Rule) {
	if b.set.Notices == nil {
		b.set.Notices = &setting.Notices{}
	}
	if b.set.Notices.Rules == nil {
		b.set.Notices.Rules = map[string]setting.Rule{}
	}
	b.set.Notices.Rules[name] = r
}

func TestRulesSayWhatIsToldAndWhere(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		o := newOthers(b.T)
		b.with(o)
		b.rule(setting.RuleFirstFailure, off())
		b.rule(setting.RuleBadEnd, setting.Rule{Channels: []string{"ops"}, Scenarios: []string{"lead"}})
		b.scenarios("lead", "order")
		runs := b.runs(1)
		for _, run := range runs {
			b.attempt(run, waits())
		}
		b.pass(time.Minute)
		b.want()
		// It is over before anybody knew of it.
		for _, run := range b.claim() {
			b.attempt(run, ok())
		}
		b.pass(time.Hour)
		b.want()
		// Of two bad ends one is told, by one channel.
		for _, run := range b.runs(1) {
			b.attempt(run, stalls())
		}
		b.pass(time.Minute)
		b.want()
		hooks, texts := o.got()
		if len(hooks) != 1 || len(texts) != 0 {
			b.Fatalf("webhooks %+v, messages %q", hooks, texts)
		}
		data, _ := hooks[0].body["data"].(map[string]any)
		if text, _ := data["text"].(string); !strings.Contains(text, "lead") || strings.Contains(text, "order") {
			b.Errorf("the webhook says %q", text)
		}
		if n := b.notices(); len(n) != 1 || n[0].Kind != news.NoticeBadEnd || len(n[0].Deliveries) != 1 {
			b.Errorf("notices %+v", n)
		}
	})
}

func TestBadEndThatIsNotToldIsAFailureLikeOthers(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.rule(setting.RuleBadEnd, off())
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		b.want("отвечает 400")
		if n := b.notices(); len(n) != 1 || n[0].Kind != news.NoticeFirstFailure {
			b.Errorf("notices %+v", n)
		}
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		b.attempt(b.runs(1)[0], ok())
		b.pass(time.Minute)
		b.want("отвечает 400", "снова работает")
	})
}

func TestRecoveryOfWhatNobodyWasToldOfIsNoNews(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.rule(setting.RuleBadEnd, off())
		b.rule(setting.RuleFirstFailure, off())
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		// From now on it would be told.
		b.rule(setting.RuleFirstFailure, on())
		b.attempt(b.runs(1)[0], ok())
		b.pass(time.Minute)
		b.want()
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		b.attempt(b.runs(1)[0], ok())
		b.pass(time.Hour)
		b.want("отвечает 400", "снова работает")
	})
}

// The clock begins at 9:00 UTC.
func TestQuietHoursCollectWhatIsNotUrgent(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.set.TimeZone = "Europe/Moscow"
		b.set.Notices = &setting.Notices{QuietHours: &setting.QuietHours{From: "11:30", To: "13:00"}}
		b.rule(setting.RuleBadEnd, setting.Rule{Urgent: true})
		b.scenarios("lead")
		for _, host := range []string{"a.example", "b.example"} {
			b.attempt(b.runs(1)[0], waits().at(host))
		}
		b.attempt(b.runs(1)[0], stalls().at("c.example"))
		b.pass(50 * time.Minute)
		b.want("c.example: отвечает 400")
		b.pass(20 * time.Minute)
		b.want("c.example: отвечает 400", "(и ещё 1)")
		// By day it is told at once.
		b.attempt(b.runs(1)[0], waits().at("d.example"))
		b.pass(time.Minute)
		b.want("c.example: отвечает 400", "(и ещё 1)", "d.example: отвечает 503")
	})
}

// The clock begins at 9:00 UTC, in the quiet hours.
func TestNewsSaysWhenItGoesAndThatQuietHoursHoldIt(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.set.Notices = &setting.Notices{QuietHours: &setting.QuietHours{From: "08:30", To: "13:00"}}
		b.rule(setting.RuleBadEnd, setting.Rule{Urgent: true})
		b.scenarios("lead")
		began := b.clock.Now()
		b.attempt(b.runs(1)[0], waits().at("a.example"))
		b.attempt(b.runs(1)[0], stalls().at("b.example"))
		goes := func(why string) {
			b.Helper()
			n := b.notices()
			for i := range n {
				if n[i].State != news.LetterPending {
					continue
				}
				at, quiet := n[i].Goes(&b.set)
				held := n[i].Kind == news.NoticeFirstFailure
				if held && !at.Equal(began.Add(4*time.Hour)) || !held && at.Sub(began) > time.Minute || quiet != held {
					b.Errorf("%s, %s goes at %s, held by quiet hours: %v", why, n[i].Kind, at, quiet)
				}
			}
			if len(n) != 2 {
				b.Errorf("%s there are %d notices", why, len(n))
			}
		}
		b.pass(5 * time.Second)
		goes("at once")
		b.pass(time.Hour)
		goes("an hour later")
		b.want("b.example: отвечает 400")
		b.pass(3*time.Hour + time.Minute)
		b.want("b.example: отвечает 400", "a.example: отвечает 503")
	})
}

// event comes from the source.
func (b *bench) event() {
	b.Helper()
	b.must1(b.store.Accept(b.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "form", ReceivedAt: b.clock.Now(), Method: "POST"}}}))
}

func TestSilentSourceIsToldByAFixedTime(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.rule(setting.RuleSilent, setting.Rule{After: gonets.Duration(10 * time.Minute)})
		b.pass(20 * time.Minute)
		b.want() // a source that was never heard is not silent
		b.event()
		b.pass(9 * time.Minute)
		b.want()
		b.pass(5 * time.Minute)
		b.want("form молчит")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "Последнее событие пришло 02.03.2026 09:20:00 UTC") || strings.Contains(text, "Обычно") {
			b.Errorf("the letter:\n%s", text)
		}
		b.pass(5 * time.Minute)
		b.event()
		b.pass(3 * time.Minute)
		b.want("form молчит", "form снова присылает")
		if n := b.notices(); len(n) != 2 || n[1].Kind != news.NoticeSilent || n[1].Source != "form" || n[1].RecoveredAt.IsZero() {
			b.Errorf("notices %+v", n)
		}
	})
}

func TestUsualSilenceOfASourceIsLearned(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		// Eight days with an event every four hours.
		for range 48 {
			b.event()
			b.clock.Advance(4 * time.Hour)
		}
		b.event()
		b.pass(5*time.Hour + 55*time.Minute)
		b.want()
		b.pass(11 * time.Minute)
		b.want("form молчит")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "Обычно молчит не дольше 4 ч.") {
			b.Errorf("the letter:\n%s", text)
		}
	})
}

func TestSourceOfAFewDaysIsNotKnownWell(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		for range 30 {
			b.event()
			b.clock.Advance(4 * time.Hour)
		}
		b.pass(8 * time.Hour)
		b.want()
	})
}

func TestClosedQueueIsToldWhenThatIsWanted(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.closed = []string{"https://crm.example"}
		b.pass(5 * time.Minute)
		b.want()
		b.rule(setting.RuleLaneClosed, on())
		b.pass(3 * time.Minute)
		b.want("crm.example: очередь закрыта")
		b.closed = nil
		b.pass(3 * time.Minute)
		b.want("crm.example: очередь закрыта", "crm.example: очередь снова открыта")
	})
}
