package alert_test

import (
	"strings"
	"testing"
	"time"

	"gonets/internal/news"
	"gonets/setting"
)

// halves lets time go by with a look every half an hour, of several servers.
func (b *bench) halves(d time.Duration, others ...*bench) {
	b.Helper()
	for end := b.clock.Now().Add(d); b.clock.Now().Before(end); {
		b.clock.Advance(30 * time.Minute)
		b.Tick(b.Context())
		for _, o := range others {
			o.Tick(b.Context())
		}
	}
}

// daily switches the digest on.
func (b *bench) daily(r setting.Rule) {
	b.Helper()
	r.On = on().On
	b.rule(setting.RuleDigest, r)
}

// The clock begins on a Monday at 9:00 UTC.
func TestDigestTellsOfADayOnce(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.daily(setting.Rule{At: "20:00"})
		b.rule(setting.RuleBadEnd, off())
		b.rule(setting.RuleFirstFailure, off())
		b.scenarios("lead")
		other := *b
		other.Service = b.service(b.store)
		// Before the first hour there is none, nor of what came before it.
		b.halves(time.Hour, &other)
		b.want()
		b.attempt(b.runs(1)[0], stalls())
		b.work("lead", news.Outcomes{Done: 120, Bad: 3})
		other.work("lead", news.Outcomes{Done: 2})
		b.work("shop", news.Outcomes{Done: 7})
		b.halves(10*time.Hour, &other)
		b.want("Сводка: выполнено 129, не удалось 3, ждут вас 1")
		for _, want := range []string{"С 01.03.2026 20:00:00 UTC по 02.03.2026 20:00:00 UTC.", "lead: выполнено 122, не удалось 3, ждут вас 1\nshop: выполнено 7\n",
			"/runs?state=paused", "Неполадки сейчас:\n– crm.example: отвечает 400, операций: 1 (с 02.03.2026 10:00:00 UTC)"} {
			if text := b.mail.Letters()[0].Text; !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		if n := b.notices(); len(n) != 1 || n[0].Kind != news.NoticeDigest || n[0].State != news.LetterSent || n[0].Runs != 129 || n[0].Ended != 3 {
			t.Errorf("notices %+v", n)
		}
		// A server that begins anew tells nothing again; the next day only what waits.
		b.Service = b.service(b.store)
		b.halves(20*time.Hour, &other)
		b.want("выполнено 129")
		b.halves(4*time.Hour, &other)
		b.want("выполнено 129", "Сводка: выполнено 0, не удалось 0, ждут вас 1")
	})
}

func TestDigestOfNothingComesOnlyWhereItIsWanted(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.daily(setting.Rule{At: "20:00"})
		b.halves(36 * time.Hour)
		b.want()
		b.daily(setting.Rule{At: "20:00", Empty: true})
		b.halves(24 * time.Hour)
		b.want("Сводка: выполнено 0")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "ни одна операция") {
			t.Errorf("the letter:\n%s", text)
		}
		// It is switched off for a while: what came meanwhile is no digest.
		b.rule(setting.RuleDigest, off())
		b.halves(72 * time.Hour)
		b.daily(setting.Rule{At: "20:00", Empty: true})
		b.halves(2 * time.Hour)
		b.want("выполнено 0")
	})
}

func TestOneDigestTellsOfDaysWithoutAServer(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.daily(setting.Rule{Day: "tuesday", At: "12:00"})
		b.work("lead", news.Outcomes{Done: 5})
		b.halves(2 * time.Hour)
		b.clock.Advance(18 * 24 * time.Hour)
		b.halves(time.Hour)
		b.want()
		b.work("lead", news.Outcomes{Done: 8})
		b.halves(4 * 24 * time.Hour)
		b.want("Сводка: выполнено 8")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "С 17.03.2026 12:00:00 UTC по 24.03.2026 12:00:00 UTC.") {
			t.Errorf("the letter:\n%s", text)
		}
	})
}

func TestDigestGoesByItsChannelsAndOfItsScenarios(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		o := newOthers(b.T)
		b.with(o)
		b.daily(setting.Rule{At: "20:00", Channels: []string{"ops"}, Scenarios: []string{"lead"}})
		b.halves(time.Hour)
		b.work("lead", news.Outcomes{Done: 4})
		b.work("shop", news.Outcomes{Done: 7})
		b.halves(11 * time.Hour)
		b.want()
		hooks, texts := o.got()
		if len(hooks) != 1 || len(texts) != 0 {
			t.Fatalf("webhooks %+v, messages %q", hooks, texts)
		}
		data, _ := hooks[0].body["data"].(map[string]any)
		digest, _ := data["digest"].(map[string]any)
		rows, _ := digest["scenarios"].([]any)
		if hooks[0].body["type"] != "gonets.digest" || len(rows) != 1 || rows[0].(map[string]any)["done"] != 4.0 || digest["to"] != "2026-03-02T20:00:00Z" {
			t.Errorf("webhook %+v", hooks[0].body)
		}
	})
}

// Nobody is there to be told: the hour passes, and no letter waits for days.
func TestDigestWithoutAChannelIsLeftOut(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		mail := b.set.Mail
		b.set.Mail = nil
		b.daily(setting.Rule{At: "20:00", Empty: true})
		b.halves(36 * time.Hour)
		b.set.Mail = mail
		b.halves(4 * time.Hour)
		b.want()
		b.halves(24 * time.Hour)
		b.want("Сводка")
	})
}
