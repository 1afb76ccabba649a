package alert_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/setting"
)

// prune removes what came so long ago.
func (b *bench) prune(age time.Duration) {
	b.Helper()
	b.must1(b.store.Prune(b.Context(), b.clock.Now().Add(-age), 100_000))
}

// silenceAfter sets how long a source may be silent.
func (b *bench) silenceAfter(d time.Duration) {
	b.rule(setting.RuleSilent, setting.Rule{After: gonets.Duration(d)})
}

func TestSilenceEndsWithAnEventAndNothingElse(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.silenceAfter(10 * time.Minute)
		b.event()
		b.pass(15 * time.Minute)
		b.want("form молчит")
		// Nothing of the source is left.
		b.prune(-time.Minute)
		b.pass(10 * time.Minute)
		b.want("form молчит")
		b.event()
		b.pass(3 * time.Minute)
		b.want("form молчит", "form снова присылает")
	})
}

func TestUsualSilenceIsKnownWhenThePastIsRemoved(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		for range 48 {
			b.event()
			b.clock.Advance(4 * time.Hour)
		}
		b.event()
		b.pass(2 * time.Hour)
		b.prune(3 * 24 * time.Hour)
		b.pass(4*time.Hour + 5*time.Minute)
		b.want("form молчит")
		b.prune(2 * time.Hour)
		b.pass(70 * time.Minute)
		b.want("form молчит")
	})
}

func TestSilenceIsNotThatOfAServerThatWasAway(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.silenceAfter(30 * time.Minute)
		b.event()
		b.pass(5 * time.Minute)
		// A further server changes nothing, one after a break begins anew.
		b.Service = b.service(b.store)
		b.pass(20 * time.Minute)
		b.clock.Advance(2 * time.Hour)
		b.Service = b.service(b.store)
		b.pass(25 * time.Minute)
		b.want()
		b.pass(11 * time.Minute)
		b.want("form молчит")
		b.clock.Advance(2 * time.Hour)
		b.pass(11 * time.Minute)
		b.want("form молчит")
		b.event()
		b.pass(3 * time.Minute)
		b.want("form молчит", "form снова присылает")
		b.pass(28 * time.Minute)
		b.Service = b.service(b.store)
		b.pass(3 * time.Minute)
		b.want("form молчит", "form снова присылает", "form молчит")
	})
}

func TestOutageDoesNotMakeLongSilencesUsual(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		speak := func(days int) {
			for range 6 * days {
				b.event()
				b.clock.Advance(4 * time.Hour)
			}
			b.event()
		}
		silence := func(hours int) {
			for end := b.clock.Now().Add(time.Duration(hours) * time.Hour); b.clock.Now().Before(end); {
				b.clock.Advance(2 * time.Minute)
				b.Tick(b.Context())
			}
		}
		b.Tick(b.Context())
		speak(8)
		silence(10)
		b.want("form молчит")
		b.event()
		silence(1)
		b.want("form молчит", "form снова присылает")
		speak(2)
		silence(8)
		b.want("form молчит", "form снова присылает", "form молчит")
		// What comes often is usual.
		b.event()
		silence(1)
		speak(1)
		silence(8)
		b.want("form молчит", "form снова присылает", "form молчит", "form снова присылает")
	})
}

func TestSilenceThatAPersonFindsAllRightIsNotToldAgain(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.silenceAfter(10 * time.Minute)
		silent := func(want bool) {
			t.Helper()
			found, err := b.store.Silences(b.Context())
			b.must(err)
			if s, is := found["form"]; is != want || is && s.Since.IsZero() {
				t.Errorf("silent: %v, want %v", found, want)
			}
		}
		b.event()
		silent(false)
		b.must(b.store.AcceptSilence(b.Context(), "form", "anna"))
		b.pass(15 * time.Minute)
		b.want("form молчит")
		silent(true)
		b.must(b.store.AcceptSilence(b.Context(), "form", "anna"))
		silent(false)
		b.Service = b.service(b.store)
		b.pass(8 * time.Hour)
		b.want("form молчит")
		// The next one is another one.
		b.event()
		b.pass(5 * time.Minute)
		b.want("form молчит")
		b.pass(15 * time.Minute)
		b.want("form молчит", "form молчит")
		silent(true)
	})
}

func TestSilenceThatAPersonFindsAllRightIsUsual(t *testing.T) {
	for name, accept := range map[string]bool{"accepted": true, "not accepted": false} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, secure(), func(b *bench) {
				b.Tick(b.Context())
				for range 6 * 8 {
					b.event()
					b.clock.Advance(4 * time.Hour)
				}
				b.event()
				b.pass(12 * time.Hour)
				b.want("form молчит")
				if accept {
					b.must(b.store.AcceptSilence(b.Context(), "form", "anna"))
				}
				b.event()
				b.pass(5 * time.Minute)
				before := len(b.subjects())
				for range 6 {
					b.event()
					b.clock.Advance(4 * time.Hour)
				}
				b.event()
				b.pass(12 * time.Hour)
				if told := len(b.subjects()) > before; told == accept {
					t.Errorf("the second silence: told %v, %q", told, b.subjects())
				}
			})
		})
	}
}

func TestWhatNobodyIsToldOfAnyMoreEndsWithoutNews(t *testing.T) {
	for name, end := range map[string]func(*bench){
		"the source is deleted":   func(b *bench) { b.must(b.store.DeleteSource(b.Context(), "form", "test")) },
		"the rule is off":         func(b *bench) { b.rule(setting.RuleSilent, off()) },
		"the rule is for others":  func(b *bench) { b.rule(setting.RuleSilent, setting.Rule{Sources: []string{"crm"}}) },
		"it may last longer now":  func(b *bench) { b.silenceAfter(2 * time.Hour) },
		"the queues' rule is off": func(b *bench) { b.silenceAfter(2 * time.Hour); b.rule(setting.RuleLaneClosed, off()) },
	} {
		t.Run(name, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.silenceAfter(10 * time.Minute)
				b.rule(setting.RuleLaneClosed, on())
				b.closed = []string{"https://crm.example"}
				b.pass(time.Minute)
				b.event()
				b.pass(15 * time.Minute)
				b.want("очередь закрыта", "form молчит")
				end(b)
				b.pass(10 * time.Minute)
				b.want("очередь закрыта", "form молчит")
				open, err := b.store.Conditions(b.Context())
				b.must(err)
				for _, c := range open {
					if c.Code == gonets.CodeSourceSilent {
						t.Errorf("%+v lasts", c)
					}
				}
				if n := b.notices()[0]; !n.RecoveredAt.IsZero() {
					t.Errorf("%+v went well", n)
				}
			})
		})
	}
}

// counted counts how often it is asked for a source's past.
type counted struct {
	keeper
	asked map[string]int
	n     int
}

func (c *counted) Hours(ctx context.Context, source string, until time.Time) ([]news.Heard, []time.Time, error) {
	c.asked[source]++
	c.n++
	return c.keeper.Hours(ctx, source, until)
}

func TestStartAndLooksDoNotWaitForLearningManySources(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		c := &counted{b.store, map[string]int{}, 0}
		b.Service = b.service(c)
		const sources = 50
		for i := range sources {
			name := fmt.Sprintf("s%d", i)
			b.must1(b.store.Apply(b.Context(), document.Apply{Sources: []gonets.Source{{Name: name, Preset: "generic"}}}))
			b.must1(b.store.Accept(b.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: name, ReceivedAt: b.clock.Now(), Method: "POST"}}}))
		}
		b.clock.Advance(2 * time.Hour)
		b.must(b.Start(b.Context()))
		b.must(b.Stop(b.Context()))
		if c.n != 0 {
			t.Errorf("the start asked %d times", c.n)
		}
		for range 5 {
			before := c.n
			b.clock.Advance(time.Minute)
			b.Tick(b.Context())
			if now := c.n - before; now > 20 {
				t.Errorf("a look asked %d times", now)
			}
		}
		if c.n != sources || len(c.asked) != sources {
			t.Errorf("asked %d times, for %d of %d sources", c.n, len(c.asked), sources)
		}
	})
}
