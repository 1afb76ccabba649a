package alert_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

// work counts how a scenario's attempts and runs ended, as the engine does.
func (b *bench) work(scenario string, o news.Outcomes) {
	b.Helper()
	run := &gonets.Run{Scenario: scenario}
	failed := gonets.Signal{Kind: gonets.SignalFailed, Cause: gonets.Cause{Scenario: scenario, Code: gonets.CodeHTTPStatus}, Runs: 1}
	bad := failed
	bad.Kind, bad.Ended = gonets.SignalEnded, 1
	for range o.OK {
		b.Happened(run, &gonets.Transition{State: gonets.RunRunning, Attempt: &gonets.Attempt{Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK}}}, nil)
	}
	for range o.Failed {
		b.Happened(run, &gonets.Transition{State: gonets.RunWaiting, Attempt: &gonets.Attempt{Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: failed.Code}}}, []gonets.Signal{failed})
	}
	for range o.Done {
		b.Happened(run, &gonets.Transition{State: gonets.RunSucceeded}, nil)
	}
	for range o.Bad {
		b.Happened(run, &gonets.Transition{State: gonets.RunPaused}, []gonets.Signal{bad})
	}
}

func TestManyErrorsAreToldOnceAndEndWithFewOnes(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.work("lead", news.Outcomes{Done: 27, Bad: 12, OK: 100, Failed: 2})
		b.work("shop", news.Outcomes{Done: 31, Bad: 7})
		b.work("rare", news.Outcomes{Bad: 9})
		b.pass(2 * time.Minute)
		b.want("lead: не удаётся 30%")
		for _, want := range []string{"Операций не доведено до конца: 12 из 39.", "/runs?scenario=lead&state=paused,failed,waiting", "Что делать:"} {
			if text := b.mail.Letters()[0].Text; !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		// It lasts, though less fails: nothing more is told.
		b.pass(18 * time.Minute)
		b.work("lead", news.Outcomes{Done: 17, Bad: 3})
		b.pass(3 * time.Minute)
		b.want("не удаётся 30%")
		b.work("lead", news.Outcomes{Done: 100})
		b.pass(3 * time.Minute)
		b.want("не удаётся 30%", "lead: ошибок снова мало")
		if n := b.notices()[0]; n.Kind != news.NoticeRecovered || n.RecoveredAt.IsZero() {
			t.Errorf("the end: %+v", n)
		}
		b.pass(time.Hour)
		b.want("не удаётся 30%", "ошибок снова мало")
	})
}

func TestFailedAttemptsAreAShareOfTheirOwn(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.rule(setting.RuleErrorShare, setting.Rule{Share: 50, Least: 4, Within: gonets.Duration(time.Hour), Scenarios: []string{"lead"}})
		b.work("other", news.Outcomes{Failed: 100})
		b.work("lead", news.Outcomes{OK: 2, Failed: 1})
		b.pass(40 * time.Minute)
		b.want()
		b.work("lead", news.Outcomes{Failed: 1})
		b.pass(3 * time.Minute)
		b.want("lead: не удаётся 50%")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "Неудачных попыток, не считая повторов: 2 из 4.") {
			t.Errorf("the letter:\n%s", text)
		}
	})
}

// What several servers count is one share, and one of them tells.
func TestServersCountErrorsTogether(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		other := *b
		other.Service = b.service(b.store)
		for range 3 {
			b.work("lead", news.Outcomes{Done: 4, Bad: 2})
			other.work("lead", news.Outcomes{Done: 4, Bad: 2})
			b.Tick(b.Context())
			other.Tick(b.Context())
			b.clock.Advance(time.Minute)
		}
		b.pass(2 * time.Minute)
		other.pass(2 * time.Minute)
		b.want("lead: не удаётся 33%")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, " из 1") && !strings.Contains(text, " из 2") {
			t.Errorf("the letter:\n%s", text)
		}
	})
}

func TestShareThatNobodyIsToldOfAnyMoreIsDropped(t *testing.T) {
	for name, end := range map[string]func(*bench){
		"the rule is off":        func(b *bench) { b.rule(setting.RuleErrorShare, off()) },
		"the rule is for others": func(b *bench) { b.rule(setting.RuleErrorShare, setting.Rule{Scenarios: []string{"shop"}}) },
		"nothing runs any more":  func(b *bench) { b.pass(25 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.work("lead", news.Outcomes{Bad: 10})
				b.pass(time.Minute)
				b.want("не удаётся 100%")
				end(b)
				b.pass(3 * time.Minute)
				open, err := b.store.Conditions(b.Context())
				b.must(err)
				if len(open) > 0 {
					t.Errorf("it lasts: %+v", open)
				}
				b.want("не удаётся 100%")
			})
		})
	}
}

// A success of the scenario does not end the trouble of its errors.
func TestOneSuccessDoesNotEndManyErrors(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.scenarios("lead")
		b.work("lead", news.Outcomes{Bad: 10})
		b.pass(time.Minute)
		b.attempt(b.runs(1)[0], ok())
		b.pass(2 * time.Minute)
		b.want("не удаётся 100%")
		if got := b.Watched("lead"); len(got) > 0 {
			t.Errorf("watched %+v", got)
		}
	})
}

// away is a store that does not take what was counted.
type away struct {
	keeper
	gone bool
	// deaf does not hear that it was stored.
	deaf bool
}

func (a *away) KeepOutcomes(ctx context.Context, server, batch string, counts map[string]news.Outcomes) error {
	if a.gone {
		return gonets.Errorf(gonets.CodeStoreAway, "the database is away")
	}
	if err := a.keeper.KeepOutcomes(ctx, server, batch, counts); err != nil || !a.deaf {
		return err
	}
	return gonets.Errorf(gonets.CodeStoreAway, "the answer was lost")
}

func TestWhatCouldNotBeStoredIsCountedLater(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		st := &away{keeper: b.store, gone: true}
		b.Service = b.service(st)
		b.work("lead", news.Outcomes{Bad: 6})
		b.Tick(b.Context())
		st.gone, st.deaf = false, true
		b.Tick(b.Context())
		st.deaf = false
		b.work("lead", news.Outcomes{Bad: 4})
		b.must(b.Stop(b.Context()))
		found, err := b.store.Outcomes(b.Context(), b.clock.Now(), time.Time{})
		b.must(err)
		if found["lead"] != (news.Outcomes{Bad: 10}) {
			t.Errorf("stored %+v", found)
		}
	})
}
