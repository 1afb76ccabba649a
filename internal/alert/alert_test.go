package alert_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"gonets"
	"gonets/internal/news"
	"gonets/internal/reconciliation"
	"gonets/internal/testkit"
	"gonets/setting"
)

func TestThousandFailuresOfOneCauseAreOneLetter(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.scenarios("lead")
		var all sync.WaitGroup
		places := make(chan struct{}, 100)
		for _, run := range b.runs(1000) {
			places <- struct{}{}
			all.Go(func() {
				b.attempt(run, waits())
				<-places
			})
		}
		all.Wait()
		b.pass(time.Minute)
		b.want("crm.example: отвечает 503, операций: 1000")
		l := b.mail.Letters()[0]
		for _, want := range []string{"Обработка: lead", "https://g.example.org/runs?scenario=lead&state=waiting,paused", "Что делать:"} {
			if !strings.Contains(l.Text, want) {
				t.Errorf("%q is not in\n%s", want, l.Text)
			}
		}
		n := b.notices()
		if len(n) != 1 || n[0].Kind != news.NoticeFirstFailure || n[0].Runs != 1000 || n[0].State != news.LetterSent || n[0].SentAt.Sub(n[0].At) > time.Minute {
			t.Errorf("notices %+v", n)
		}
	})
}

func TestCauseIsQuietWhileItLastsAndToldWhenItIsOver(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.scenarios("lead")
		run := b.runs(1)[0]
		b.attempt(run, waits())
		b.pass(time.Minute)
		b.want("отвечает 503")
		// It fails again and again, until the tries are used up.
		for range 3 {
			b.pass(10 * time.Minute)
			b.attempt(b.claim()[0], waits())
		}
		b.want("отвечает 503")
		b.pass(time.Minute)
		b.attempt(b.claim()[0], gaveUp())
		b.pass(time.Minute)
		b.want("отвечает 503", "отвечает 503")
		if text := b.mail.Letters()[1].Text; !strings.Contains(text, "Операций: 1, из них не доведены до конца: 1") || !strings.Contains(text, "/runs/"+run.ID) {
			t.Errorf("the bad end's letter:\n%s", text)
		}
		// A person mends it and resumes.
		b.must1(b.store.Act(b.Context(), gonets.Action{RunID: run.ID, Kind: gonets.ActionResume, At: b.clock.Now()}))
		b.attempt(b.claim()[0], ok())
		b.pass(time.Minute)
		b.want("отвечает 503", "отвечает 503", "crm.example снова работает")
		b.pass(time.Hour)
		kinds := []news.NoticeKind{news.NoticeRecovered, news.NoticeBadEnd, news.NoticeFirstFailure}
		for i, n := range b.notices() {
			if i >= len(kinds) || n.Kind != kinds[i] || n.RecoveredAt.IsZero() {
				t.Errorf("notice %d: %+v", i, n)
			}
		}
		b.want("отвечает 503", "отвечает 503", "crm.example снова работает")
	})
}

func TestFailureAndBadEndThatComeTogetherAreOneLetter(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], waits())
		b.clock.Advance(2 * time.Second)
		b.Tick(b.Context())
		b.attempt(b.claim()[0], gaveUp())
		b.pass(2 * time.Minute)
		b.want("отвечает 503")
		if n := b.notices(); len(n) != 1 || n[0].Kind != news.NoticeBadEnd || n[0].Ended != 1 || n[0].Runs != 1 {
			t.Errorf("notices %+v", n)
		}
	})
}

func TestWhatIsOverAtOnceIsOneLetter(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], waits())
		b.clock.Advance(2 * time.Second)
		b.attempt(b.claim()[0], ok())
		b.pass(2 * time.Minute)
		b.want("отвечает 503")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "Снова работает с") {
			t.Errorf("the letter:\n%s", text)
		}
	})
}

func TestSuccessOnAnotherNodeIsNoticed(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], waits())
		b.pass(time.Minute)
		// Another node, which knows of no trouble yet, has the success.
		there := *b
		there.Service = b.service(b.store)
		there.attempt(b.claim()[0], ok())
		b.pass(time.Minute)
		b.want("отвечает 503", "снова работает")
	})
}

func TestWhatComesAndGoesWritesEverMoreSeldom(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.scenarios("lead")
		for range 60 {
			b.attempt(b.runs(1)[0], stalls())
			b.clock.Advance(30 * time.Second)
			b.Tick(b.Context())
			b.attempt(b.runs(1)[0], ok())
			b.clock.Advance(30 * time.Second)
			b.Tick(b.Context())
		}
		if n := len(b.subjects()); n < 3 || n > 6 {
			t.Errorf("%d letters in an hour: %q", n, b.subjects())
		}
	})
}

func TestScenariosOnOneHostShareALetter(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.scenarios("lead", "order")
		for _, run := range b.runs(1) {
			b.attempt(run, waits())
		}
		b.pass(time.Minute)
		b.want("(и ещё 1)")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "Обработка: lead") || !strings.Contains(text, "Обработка: order") {
			t.Errorf("the letter:\n%s", text)
		}
	})
}

func TestManyCausesAtOnceAreOneLetter(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.scenarios("lead")
		for i, run := range b.runs(40) {
			b.attempt(run, stalls().at("h"+string(rune('a'+i%26))+string(rune('a'+i/26))+".example"))
		}
		b.pass(time.Minute)
		b.want("(и ещё 39)")
		if n := b.notices(); len(n) != 40 || n[0].State != news.LetterSent {
			t.Errorf("%d notices", len(n))
		}
	})
}

func TestKilledServerStillTells(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*bench){
		"before anything was looked at":   func(*bench) {},
		"when the news was not yet told":  func(b *bench) { b.look() },
		"when the letter was written":     func(b *bench) { b.clock.Advance(30 * time.Second); b.look() },
		"while the letter was being sent": func(b *bench) { b.clock.Advance(30 * time.Second); b.look(); b.claimLetter() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, dir, server := testkit.NewClock(), t.TempDir(), testkit.Mail(t, secure())
			first := testkit.StoreIn(t, dir, clock, nil)
			b := newBench(t, first, clock, server)
			b.scenarios("lead")
			b.attempt(b.runs(1)[0], stalls())
			before(b)
			b.must(first.Close(context.Background()))
			b = newBench(t, testkit.StoreIn(t, dir, clock, nil), clock, server)
			b.pass(10 * time.Minute)
			b.want("отвечает 400")
		})
	}
}

// look is a look of a server that ends before it sends.
func (b *bench) look() {
	b.Helper()
	set := b.set
	b.must1(b.store.AlertRound(b.Context(), func(r *news.Round) { b.DecideFor(set, r) }))
}

func (b *bench) claimLetter() {
	b.Helper()
	l, err := b.store.ClaimLetter(b.Context(), setting.ChannelMail, b.clock.Now().Add(time.Minute))
	if err != nil || l == nil {
		b.Fatalf("no letter: %v", err)
	}
}

func TestTwoNodesSendOneLetter(t *testing.T) {
	t.Parallel()
	address, clock := cluster.Database(t), testkit.NewClock()
	server := testkit.Mail(t, secure())
	a := newBench(t, testkit.SharedStore(t, testkit.Member{Address: address, Name: "a", Clock: clock}), clock, server)
	other := *a
	other.Service = a.service(testkit.SharedStore(t, testkit.Member{Address: address, Name: "b", Clock: clock}))
	a.scenarios("lead")
	for _, run := range a.runs(20) {
		a.attempt(run, stalls())
	}
	for range 30 {
		clock.Advance(5 * time.Second)
		var both sync.WaitGroup
		both.Go(func() { a.Tick(t.Context()) })
		both.Go(func() { other.Tick(t.Context()) })
		both.Wait()
	}
	a.want("отвечает 400, операций: 20")
}

func TestLetterIsTriedUntilItIsTaken(t *testing.T) {
	refusal := func(code int, text string) error { return &smtp.SMTPError{Code: code, Message: text} }
	for name, c := range map[string]struct {
		change func(o *testkit.MailOptions, n func() int)
		// came is how many letters the server has in the end, and tries after
		// how many goes the letter counts as sent.
		came, tries int
	}{
		"greylisting": {func(o *testkit.MailOptions, n func() int) {
			o.Rcpt = func(string) error {
				if n() < 4 {
					return refusal(451, "come back later")
				}
				return nil
			}
		}, 1, 4},
		"the connection cut in the letter": {func(o *testkit.MailOptions, n func() int) {
			o.Begin = func(int) error {
				if n() < 3 {
					return testkit.ErrCut
				}
				return nil
			}
		}, 1, 3},
		"the connection cut before the answer": {func(o *testkit.MailOptions, n func() int) {
			o.Data = func(int) error {
				if n() < 3 {
					return testkit.ErrCut
				}
				return nil
			}
		}, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			o := secure()
			var mu sync.Mutex
			count := 0
			c.change(&o, func() int {
				mu.Lock()
				defer mu.Unlock()
				count++
				return count
			})
			t.Parallel()
			clock := testkit.NewClock()
			b := newBench(t, testkit.Store(t, clock, nil), clock, testkit.Mail(t, o))
			b.scenarios("lead")
			b.attempt(b.runs(1)[0], stalls())
			b.pass(30 * time.Minute)
			n := b.notices()
			if len(n) != 1 || n[0].State != news.LetterSent || n[0].Tries != c.tries {
				t.Fatalf("notices %+v", n)
			}
			got := b.mail.Letters()
			if len(got) != c.came {
				t.Fatalf("%d letters came", len(got))
			}
			for _, l := range got {
				if l.Header.Get("Message-Id") != got[0].Header.Get("Message-Id") || l.Text != got[0].Text {
					t.Error("a repeat is not the same letter")
				}
			}
		})
	}
}

func TestLetterThatNobodyTakesIsGivenUpAndShown(t *testing.T) {
	o := secure()
	o.Rcpt = func(to string) error {
		if to == "anna@example.org" {
			return &smtp.SMTPError{Code: 550, Message: "no such user"}
		}
		return nil
	}
	onOne(t, o, func(b *bench) {
		b.set.Mail.To = append(b.set.Mail.To, "boris@example.org")
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		// The other one has it, and gets it once.
		b.want("отвечает 400")
		n := b.notices()[0]
		if n.State != news.LetterPending || !strings.Contains(n.LastError, "550 5.0.0 no such user") || !strings.Contains(n.LastError, "Check the address in To") {
			t.Errorf("notice %+v", n)
		}
		b.pass(3*24*time.Hour + 2*time.Hour)
		if n = b.notices()[0]; n.State != news.LetterFailed || n.Tries < 70 || n.Tries > 85 {
			t.Errorf("notice %+v", n)
		}
		b.want("отвечает 400")
	})
}

func TestNothingIsForgottenUntilMailIsSetUp(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		set := b.set
		b.set = setting.Settings{}
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Hour)
		b.want()
		if n := b.notices(); len(n) != 1 || n[0].State != news.LetterPending {
			t.Errorf("notices %+v", n)
		}
		b.set = set
		b.pass(time.Minute)
		b.want("отвечает 400")
	})
}

func TestRejectedRequestsAreToldInNumbers(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		for minute := range 200 {
			for range 7 {
				b.Rejected("form")
			}
			b.clock.Advance(time.Minute)
			b.Tick(b.Context())
			if minute == 2 {
				b.want("form: отвергнуто запросов:")
			}
		}
		// At once, after an hour, after two more.
		b.want("запросов: 14", "запросов: 4", "запросов: 8")
	})
}

// failing is a store that takes no signals while err is there.
type failing struct {
	keeper
	err error
}

func (f *failing) KeepRejected(ctx context.Context, server, batch string, signals []gonets.Signal) error {
	if f.err != nil {
		return f.err
	}
	return f.keeper.KeepRejected(ctx, server, batch, signals)
}

// deaf is a store of which some answers are lost: what it said that it could not do
// is done.
type deaf struct {
	keeper
	lost int
}

func (d *deaf) KeepRejected(ctx context.Context, server, batch string, signals []gonets.Signal) error {
	err := d.keeper.KeepRejected(ctx, server, batch, signals)
	if d.lost > 0 && err == nil {
		d.lost--
		return errors.New("the connection was cut")
	}
	return err
}

func TestRejectedRequestsAreNotForgotten(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		f := &failing{b.store, errors.New("the disk is full")}
		b.Service = b.service(f)
		for range 3 {
			b.Rejected("form")
		}
		b.Tick(b.Context())
		f.err = nil
		b.Rejected("form")
		b.Tick(b.Context())
		// What is counted after the last look is stored by the end.
		b.Rejected("form")
		b.must(b.Stop(b.Context()))
		b.Service = b.service(b.store)
		b.pass(2 * time.Minute)
		b.want("запросов: 5")
	})
}

func TestRejectedRequestsAreCountedOnceWhenAnAnswerIsLost(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		f := &deaf{keeper: b.store, lost: 2}
		b.Service = b.service(f)
		for range 3 {
			b.Rejected("form")
		}
		b.Tick(b.Context())
		b.Rejected("form")
		b.Tick(b.Context())
		b.Rejected("form")
		b.pass(2 * time.Minute)
		b.want("запросов: 5")
		if f.lost > 0 {
			t.Error("no answer was lost")
		}
		now := b.clock.Now().UTC()
		day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
		days, err := b.store.Reconcile(b.Context(), reconciliation.Question{From: day, Until: day.AddDate(0, 0, 1), Zone: time.UTC})
		if b.must(err); len(days) != 1 || days[0].Rejected != 5 {
			t.Errorf("in the books: %+v", days)
		}
	})
}

func TestTestLetterProvesTheSettings(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		ready := func(want bool) {
			t.Helper()
			if got, err := b.MailReady(b.Context()); err != nil || got != want {
				t.Errorf("ready is %v (%v), want %v", got, err, want)
			}
		}
		ready(false)
		// What is not stored yet may be tried, too.
		set := *b.set.Mail
		b.set.Mail = nil
		if _, err := b.TestMail(b.Context(), news.MailTest{}); gonets.CodeOf(err) != gonets.CodeMailUnset {
			t.Errorf("without settings: %v", err)
		}
		got, err := b.TestMail(b.Context(), news.MailTest{Mail: &set, Password: password})
		if err != nil || got.Host != set.Host || got.Said == "" || !got.At.Equal(b.clock.Now()) {
			t.Errorf("got %+v, %v", got, err)
		}
		ready(false)
		b.set.Mail = &set
		ready(true)
		b.want("Пробное сообщение от Gonets")
		if n := b.notices(); len(n) != 1 || n[0].Kind != news.NoticeTest || n[0].State != news.LetterSent {
			t.Errorf("notices %+v", n)
		}
		// Another password, and another host, are not proved.
		b.must(b.store.SetSecret(b.Context(), "smtp-password", "other", time.Time{}, "test"))
		ready(false)
		_, err = b.TestMail(b.Context(), news.MailTest{})
		var e *gonets.Error
		if !errors.As(err, &e) || e.Code != gonets.CodeMailRefused || e.Problems[0].Code != gonets.CodeMailLogin {
			t.Errorf("with a wrong password: %v", err)
		}
		if n := b.notices(); len(n) != 2 || n[0].State != news.LetterFailed || !strings.Contains(n[0].LastError, "535") {
			t.Errorf("notices %+v", n)
		}
		b.must(b.store.DeleteSecret(b.Context(), "smtp-password", "test"))
		ready(false)
		if _, err := b.TestMail(b.Context(), news.MailTest{}); err == nil || !strings.Contains(err.Error(), "smtp-password") {
			t.Errorf("without the secret: %v", err)
		}
		bad := setting.Mail{Host: "x", From: "a@b.c\r\nBcc: x@y.z", To: []string{"c@d.e"}}
		if _, err := b.TestMail(b.Context(), news.MailTest{Mail: &bad}); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("a header of its own: %v", err)
		}
	})
}

func TestOwnerIsToldWhereTheSettingsNameNobody(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.set.Mail.To = nil
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Hour)
		b.want()
		if _, err := b.TestMail(b.Context(), news.MailTest{}); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("a test letter to nobody: %v", err)
		}
		b.owner = "owner@example.org"
		b.must1(b.TestMail(b.Context(), news.MailTest{}))
		if ready, err := b.MailReady(b.Context()); err != nil || !ready {
			t.Errorf("ready is %v, %v", ready, err)
		}
		b.pass(time.Minute)
		b.want("Пробное сообщение", "отвечает 400")
		for _, l := range b.mail.Letters() {
			if l.To != "owner@example.org" {
				t.Errorf("a letter to %v", l.To)
			}
		}
		// Whom the settings name is told instead.
		b.set.Mail.To = []string{"anna@example.org"}
		if ready, err := b.MailReady(b.Context()); err != nil || ready {
			t.Errorf("ready is %v, %v", ready, err)
		}
	})
}

func TestPasswordStandsNowhere(t *testing.T) {
	o := secure()
	o.Password = "another"
	onOne(t, o, func(b *bench) {
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(2 * time.Minute)
		n := b.notices()[0]
		if !strings.Contains(n.LastError, "535") || !strings.Contains(b.log.String(), "535") {
			t.Fatalf("the refusal is not there: %+v\n%s", n, b.log.String())
		}
		if strings.Contains(n.LastError+b.log.String(), password) {
			t.Errorf("the password stands in %s\n%s", n.LastError, b.log.String())
		}
	})
}

func TestServiceEndsWhileAMailServerKeepsSilent(t *testing.T) {
	t.Parallel()
	o := secure()
	reached, ended := make(chan struct{}), make(chan struct{})
	o.Rcpt = func(string) error {
		close(reached)
		<-ended
		return nil
	}
	clock := testkit.NewClock()
	b := newBench(t, testkit.Store(t, clock, nil), clock, testkit.Mail(t, o))
	b.scenarios("lead")
	b.attempt(b.runs(1)[0], stalls())
	clock.Advance(30 * time.Second)
	b.look()
	b.must(b.Start(t.Context()))
	clock.AwaitTimers(2)
	clock.Advance(5 * time.Second)
	<-reached
	b.must(b.Stop(t.Context()))
	close(ended)
	if n := b.notices()[0]; n.State != news.LetterPending || n.Tries != 1 {
		t.Errorf("notice %+v", n)
	}
}

// A refusal counts where it came, not where it was looked at: the protection of its
// source may have been changed in between.
func TestARefusalIsKnownByItsOwnTime(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.Service.Rejected("form", b.clock.Now())
		changed := b.clock.Now().Add(time.Second)
		b.pass(time.Minute)
		books := b.store.(interface {
			Refused(ctx context.Context, source string, since time.Time) (int64, time.Time, error)
		})
		for since, want := range map[time.Time]int64{changed: 0, changed.Add(-time.Second): 1} {
			if n, _, err := books.Refused(b.Context(), "form", since); err != nil || n != want {
				b.Errorf("since %s: %d, %v; want %d", since, n, err, want)
			}
		}
	})
}
