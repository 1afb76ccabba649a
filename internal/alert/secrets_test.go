package alert_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

const day = 24 * time.Hour

// web is a token as services give it out; it ends then.
func web(until time.Time) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"alg":"RS256"}`) + "." + part(fmt.Sprintf(`{"sub":"canary-of-a-token","exp":%d}`, until.Unix())) + ".signature-of-a-token"
}

func TestASecretIsToldOfThreeTimesAndWhenItIsReplaced(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.set.TimeZone = "Europe/Moscow"
		first, second := web(b.clock.Now().Add(15*day)), web(b.clock.Now().Add(200*day))
		b.must(b.store.SetSecret(b.Context(), "crm-token", first, time.Time{}, "anna"))
		b.must(b.store.SetSecret(b.Context(), "far", web(b.clock.Now().Add(90*day)), time.Time{}, "anna"))
		b.pass(20 * time.Hour)
		b.want()
		b.pass(10 * time.Hour)
		b.want("crm-token: секрет истекает 17.03.2026")
		for _, want := range []string{"Он действует до 17.03.2026 12:00:00 MSK.", "Осталось: 14 д.", "Что делать: Возьмите", "https://g.example.org/settings/secrets"} {
			if text := b.mail.Letters()[0].Text; !strings.Contains(text, want) || strings.Contains(text, "Пока это продолжается") {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		b.pass(9 * day)
		b.want("истекает 17.03.2026")
		b.pass(4 * day)
		b.want("истекает", "истекает")
		b.pass(3 * day)
		b.want("истекает", "истекает", "crm-token: секрет истёк 17.03.2026")
		b.must(b.store.SetSecret(b.Context(), "crm-token", second, time.Time{}, "anna"))
		b.pass(10 * time.Minute)
		b.want("истекает", "истекает", "истёк", "crm-token: срок секрета больше не подходит к концу")
		if n := b.notices()[0]; n.Kind != news.NoticeRecovered || n.Code != gonets.CodeSecretEnds || n.Host != "crm-token" || n.RecoveredAt.IsZero() {
			t.Errorf("the end: %+v", n)
		}
		b.pass(2 * day)
		b.want("истекает", "истекает", "истёк", "больше не")
		told := b.log.String() + fmt.Sprintf("%+v", b.notices())
		for _, l := range b.mail.Letters() {
			told += l.Subject + l.Text
		}
		for _, value := range []string{first, second} {
			for _, part := range append(strings.Split(value, "."), "canary-of-a-token") {
				if strings.Contains(told, part) {
					t.Errorf("%q of a secret's value was told", part)
				}
			}
		}
	})
}

func TestASecretEndsWhenAPersonSaysSo(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		until := func(name string, d time.Duration) {
			b.must(b.store.SetSecretEnd(b.Context(), name, b.clock.Now().Add(d), "anna"))
		}
		b.must(b.store.SetSecret(b.Context(), "key", "s3cr3t", time.Time{}, "anna"))
		b.pass(time.Hour)
		b.want()
		until("key", 10*day)
		b.pass(2 * time.Minute)
		b.want("key: секрет истекает 12.03.2026")
		until("key", 8*day) // it was misread
		b.pass(2 * time.Minute)
		b.want("12.03.2026", "key: секрет истекает 10.03.2026")
		until("key", 100*day)
		b.pass(2 * time.Minute)
		b.want("12.03.2026", "10.03.2026", "больше не")
		// Without an end it is over, too.
		until("key", 86*day+time.Hour)
		b.pass(7 * time.Hour)
		b.must(b.store.SetSecret(b.Context(), "key", "another", b.clock.Now().Add(3*day+time.Hour), "anna"))
		b.pass(2 * time.Minute)
		b.want("12.03.2026", "10.03.2026", "больше не", "секрет истекает")
		b.must(b.store.SetSecret(b.Context(), "key", "third", time.Time{}, "anna"))
		b.pass(10 * time.Minute)
		b.want("12.03.2026", "10.03.2026", "больше не", "секрет истекает", "больше не")
	})
}

func TestASecretThatNobodyKeepsIsDropped(t *testing.T) {
	for name, end := range map[string]func(*bench){
		"it is deleted":   func(b *bench) { b.must(b.store.DeleteSecret(b.Context(), "key", "anna")) },
		"the rule is off": func(b *bench) { b.rule(setting.RuleCertificate, off()) },
	} {
		t.Run(name, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.must(b.store.SetSecret(b.Context(), "key", "v", b.clock.Now().Add(10*day), "anna"))
				b.pass(2 * time.Minute)
				b.want("истекает")
				end(b)
				b.pass(20 * time.Minute)
				b.want("истекает")
				if open, err := b.store.Conditions(b.Context()); err != nil || len(open) > 0 {
					t.Errorf("it lasts: %+v, %v", open, err)
				}
			})
		})
	}
}
