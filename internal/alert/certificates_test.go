package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

func TestCertificateIsToldOfThreeTimesAndWhenItIsRenewed(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.set.TimeZone = "Europe/Moscow"
		day := 24 * time.Hour
		b.shown = map[string]time.Time{"crm.example": b.clock.Now().Add(15 * day), "far.example": b.clock.Now().Add(90 * day)}
		other := *b
		other.Service = b.service(b.store)
		tick := func(d time.Duration) {
			for end := b.clock.Now().Add(d); b.clock.Now().Before(end); {
				b.clock.Advance(30 * time.Minute)
				b.Tick(b.Context())
				other.Tick(b.Context())
			}
			// What was decided is told.
			b.pass(time.Minute)
		}
		tick(20 * time.Hour)
		b.want()
		tick(10 * time.Hour)
		b.want("crm.example: сертификат истекает 17.03.2026")
		for _, want := range []string{"Он действует до 17.03.2026 12:00:00 MSK.", "Осталось: 14 д.", "Что делать:"} {
			if text := b.mail.Letters()[0].Text; !strings.Contains(text, want) || strings.Contains(text, "Пока это продолжается") {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		tick(9 * day)
		b.want("истекает 17.03.2026")
		tick(4 * day)
		b.want("истекает", "истекает")
		tick(3 * day)
		b.want("истекает", "истекает", "crm.example: сертификат истёк 17.03.2026")
		b.shown["crm.example"] = b.clock.Now().Add(90 * day)
		tick(2 * time.Hour)
		b.want("истекает", "истекает", "истёк", "crm.example: сертификат обновлён")
		if n := b.notices()[0]; n.Kind != news.NoticeRecovered || n.Code != gonets.CodeCertificate || n.RecoveredAt.IsZero() {
			t.Errorf("the end: %+v", n)
		}
		tick(2 * day)
		b.want("истекает", "истекает", "истёк", "обновлён")
	})
}

func TestCertificateOfAHostThatIsNoLongerCalledIsDropped(t *testing.T) {
	for name, end := range map[string]func(*bench){
		"nothing is sent there": func(b *bench) { b.shown = nil; b.pass(8 * 24 * time.Hour) },
		"the rule is off":       func(b *bench) { b.rule(setting.RuleCertificate, off()); b.pass(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.shown = map[string]time.Time{"crm.example": b.clock.Now().Add(10 * 24 * time.Hour)}
				b.pass(2 * time.Minute)
				b.want("истекает")
				end(b)
				open, err := b.store.Conditions(b.Context())
				b.must(err)
				if len(open) > 0 {
					t.Errorf("it lasts: %+v", open)
				}
				if letters := b.subjects(); len(letters) > 2 || strings.Contains(strings.Join(letters, ""), "обновлён") {
					t.Errorf("letters %q", letters)
				}
			})
		})
	}
}

// An event may name the host that is called.
func TestHostsThatAreRememberedAreBounded(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		const most = 10_000
		var seen []news.Certificate
		end := b.clock.Now().Add(time.Hour).Truncate(time.Millisecond)
		for i := range most + 5 {
			seen = append(seen, news.Certificate{Host: fmt.Sprintf("h%05d.example", i), End: end})
		}
		b.must(b.store.KeepCertificates(b.Context(), seen))
		b.clock.Advance(time.Hour)
		b.must(b.store.KeepCertificates(b.Context(), []news.Certificate{{Host: "h00000.example", End: end}, {Host: "further.example", End: end}}))
		found, err := b.store.Certificates(b.Context(), b.clock.Now().Add(-2*time.Hour))
		b.must(err)
		seenAt := map[string]time.Time{}
		for _, c := range found {
			seenAt[c.Host] = c.SeenAt
		}
		if _, further := seenAt["further.example"]; len(seenAt) != most || further || !seenAt["h00000.example"].Equal(b.clock.Now()) {
			t.Errorf("%d hosts, one beyond them: %v, the first at %v", len(seenAt), further, seenAt["h00000.example"])
		}
		b.clock.Advance(31 * 24 * time.Hour)
		b.must(b.store.KeepCertificates(b.Context(), []news.Certificate{{Host: "further.example", End: end}}))
		if found, err := b.store.Certificates(b.Context(), time.Time{}); err != nil || len(found) != 1 {
			t.Errorf("after a month: %d, %v", len(found), err)
		}
		for i := range 20 {
			b.clock.Advance(time.Second)
			b.must(b.store.KeepCertificates(b.Context(), []news.Certificate{{Host: "further.example", End: end.Add(time.Duration(i) * time.Hour)}}))
		}
		if found, err := b.store.Certificates(b.Context(), time.Time{}); err != nil || len(found) != 8 {
			t.Errorf("of one host: %d, %v", len(found), err)
		}
	})
}

func TestTwoCertificatesOfAHostAreOneTrouble(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		day := 24 * time.Hour
		soon, far := b.clock.Now().Add(10*day), b.clock.Now().Add(80*day)
		// Some connections meet the one, some the other.
		both := func(d time.Duration) {
			for end := b.clock.Now().Add(d); b.clock.Now().Before(end); {
				for _, c := range []time.Time{soon, far} {
					b.shown = map[string]time.Time{"crm.example": c}
					b.clock.Advance(5 * time.Minute)
					b.Tick(b.Context())
				}
			}
		}
		both(8 * time.Hour)
		b.want("истекает 12.03.2026")
		// All of them are renewed.
		b.shown["crm.example"] = far.Add(5 * day)
		b.pass(5 * time.Hour)
		b.want("истекает", "обновлён")
	})
}

func TestShortLivedCertificateIsToldOfWhenItIsLate(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		day := 24 * time.Hour
		b.lives = 6 * day
		// It is renewed when a third of its life is left.
		for range 2 {
			b.shown = map[string]time.Time{"crm.example": b.clock.Now().Add(6 * day)}
			b.pass(4 * day)
		}
		b.want()
		b.pass(day)
		b.want("истекает")
		b.pass(13 * time.Hour)
		b.want("истекает", "истекает")
		b.shown["crm.example"] = b.clock.Now().Add(6 * day)
		b.pass(5 * time.Hour)
		b.want("истекает", "истекает", "обновлён")
	})
}

func TestOneCertificateHidesNoOther(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		day := 24 * time.Hour
		first, second := b.clock.Now().Add(9*day), b.clock.Now().Add(16*day)
		both := func(d time.Duration) {
			for end := b.clock.Now().Add(d); b.clock.Now().Before(end); {
				for _, c := range []time.Time{first, second} {
					b.shown = map[string]time.Time{"crm.example": c}
					b.clock.Advance(30 * time.Minute)
					b.Tick(b.Context())
				}
			}
		}
		both(day)
		b.want("истекает 11.03.2026")
		both(3 * day)
		b.want("истекает 11.03.2026")
		// The first one is renewed, the second is not.
		first = b.clock.Now().Add(90 * day)
		both(day)
		b.want("истекает 11.03.2026", "истекает 18.03.2026")
	})
}
