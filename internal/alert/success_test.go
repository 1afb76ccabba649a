package alert_test

import (
	"strings"
	"testing"
	"time"

	"gonets/internal/news"
	"gonets/setting"
)

func TestSuccessIsToldAtOnceThenCounted(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		rule := on()
		rule.Scenarios = []string{"lead"}
		b.rule(setting.RuleSuccess, rule)
		b.scenarios("lead", "shop")
		b.Tick(b.Context())
		done := func(n int) {
			for _, run := range b.runs(n) {
				b.attempt(run, ok())
			}
		}
		// Each event makes a run of both scenarios.
		done(1)
		b.pass(time.Minute)
		b.want("lead: выполнено, операций: 1")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "/runs/"+b.notices()[0].RunID) || !strings.Contains(text, "всё реже") || strings.Contains(text, "Что делать") {
			t.Errorf("the letter:\n%s", text)
		}
		for range 100 {
			done(1)
			b.clock.Advance(time.Minute)
			b.Tick(b.Context())
		}
		b.want("операций: 1", "операций: 15", "операций: 28", "операций: 56")
		if text := b.mail.Letters()[2].Text; !strings.Contains(text, "/runs?scenario=lead&state=succeeded") {
			t.Errorf("the letter:\n%s", text)
		}
		// What comes seldom is told at once again.
		b.pass(8 * time.Hour)
		letters := len(b.subjects())
		done(1)
		b.pass(2 * time.Minute)
		if got := b.subjects(); len(got) != letters+1 || !strings.Contains(got[letters], "операций: 1") {
			t.Errorf("letters %q", got)
		}
	})
}

func TestSuccessIsToldOnlyToThoseWhoWantIt(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.scenarios("lead")
		b.Tick(b.Context())
		for _, run := range b.runs(5) {
			b.attempt(run, ok())
		}
		b.pass(5 * time.Minute)
		// It is wanted and, before there is a letter, no longer.
		b.rule(setting.RuleSuccess, on())
		b.Tick(b.Context())
		b.rule(setting.RuleSuccess, off())
		for _, run := range b.runs(5) {
			b.attempt(run, ok())
		}
		b.pass(5 * time.Minute)
		b.want()
		if n := b.notices(); len(n) > 0 {
			t.Errorf("notices %+v", n)
		}
	})
}

// A success that is told ends a trouble as any other does.
func TestSuccessThatIsToldIsNoTrouble(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.rule(setting.RuleSuccess, on())
		b.scenarios("lead")
		b.Tick(b.Context())
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		b.attempt(b.runs(1)[0], ok())
		b.pass(2 * time.Minute)
		kinds := map[news.NoticeKind]int{}
		for _, n := range b.notices() {
			kinds[n.Kind]++
		}
		if len(kinds) != 3 || kinds[news.NoticeSuccess] != 1 || kinds[news.NoticeRecovered] != 1 || kinds[news.NoticeBadEnd] != 1 {
			t.Errorf("notices %v, letters %q", kinds, b.subjects())
		}
	})
}
