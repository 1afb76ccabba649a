package engine

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/lane"
	"gonets/internal/testkit"
)

func TestChangedRetriesAreKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("deal", "http://a.test/"))
	r.sender.answer = status(http.StatusBadGateway, `{}`)
	run := r.event("x")
	r.work()
	r.wantState(run, gonets.RunWaiting)
	delays := []gonets.Duration{gonets.Duration(time.Hour), gonets.Duration(2 * time.Hour)}
	_, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionRetryPolicy,
		Retry: &gonets.RetryChange{Retry: gonets.Retry{Delays: delays}}, Actor: "anna", At: r.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	from := r.clock.Now()
	for n, delay := range delays {
		d := r.wantState(run, gonets.RunWaiting)
		if wait := d.Run.DueAt.Sub(from); wait < delay.D() || wait > delay.D()*11/10+time.Millisecond {
			t.Fatalf("try %d comes after %s, want %s", n+2, wait, delay)
		}
		r.clock.Advance(d.Run.DueAt.Sub(r.clock.Now()))
		from = r.clock.Now()
		r.work()
	}
	if d := r.wantState(run, gonets.RunPaused); d.Run.Reason != gonets.CodeTriesUsedUp || len(d.Attempts) != 3 {
		t.Errorf("paused for %s after %d attempts", d.Run.Reason, len(d.Attempts))
	}
}

func TestAChangeWhileAQuestionWaitsUsesUpNoTry(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(askStep(time.Minute, time.Minute))
	stopped := func(int, *gonets.Request) gonets.Exchange {
		return gonets.Exchange{Outcome: gonets.OutcomeCancelled, Code: gonets.CodeCancelled}
	}
	r.sender.answer = inTurn(stopped, status(http.StatusInternalServerError, ``), ok(`{"total":0}`), status(http.StatusBadGateway, `{}`))
	run := r.event("x")
	r.work() // a server that stops cuts the request, which nobody counts; then it is asked in vain
	if d := r.wantState(run, gonets.RunWaiting); d.Run.Tries != 0 || d.Run.Asked != 1 {
		t.Fatalf("%d tries, asked %d times", d.Run.Tries, d.Run.Asked)
	}
	change := &gonets.RetryChange{Retry: gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Hour)}}}
	if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionRetryPolicy, Retry: change, Actor: "anna", At: r.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	r.wait(run) // it was not done: it is sent, which is the first try
	if d := r.wantState(run, gonets.RunWaiting); d.Run.Tries != 1 || d.Run.DueAt.Sub(r.clock.Now()) < time.Hour {
		t.Fatalf("after the first try that counts: %d tries, due in %v", d.Run.Tries, d.Run.DueAt.Sub(r.clock.Now()))
	}
	r.sender.answer = inTurn(status(http.StatusBadGateway, `{}`))
	r.wait(run)
	if d := r.wantState(run, gonets.RunPaused); d.Run.Reason != gonets.CodeTriesUsedUp || d.Run.Tries != 2 {
		t.Errorf("paused for %s after %d tries", d.Run.Reason, d.Run.Tries)
	}
}

func TestNothingIsTriedAgainInQuietHours(t *testing.T) {
	t.Parallel()
	for _, by := range []struct{ send, quiet bool }{{}, {send: true}, {quiet: true}} {
		r := newRig(t)
		night := r.clock.Now().Add(time.Hour).UTC()
		quiet := &gonets.Quiet{From: night.Format("15:04"), To: night.Add(8 * time.Hour).Format("15:04"), Zone: "UTC"}
		st := httpStep("deal", "http://a.test/")
		st.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(30 * time.Minute), gonets.Duration(time.Minute)}}
		if !by.quiet {
			st.HTTP.Retry.Quiet = quiet
		}
		r.apply(st)
		r.sender.answer = status(http.StatusBadGateway, `{}`)
		run := r.event("x")
		r.work()
		if by.quiet { // a person has set the hours
			change := &gonets.RetryChange{Retry: gonets.Retry{Delays: st.HTTP.Retry.Delays, Quiet: quiet}}
			if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionRetryPolicy, Retry: change, At: r.clock.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		// The server was down when the retry was due, and is back at night.
		r.clock.Advance(2 * time.Hour)
		if by.send {
			if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionSendNow, At: r.clock.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		r.work()
		d := r.wantState(run, gonets.RunWaiting)
		want := 1
		if by.send {
			want = 2 // a person who sends now means it
		}
		if r.sender.count() != want || !quiet.Until(d.Run.DueAt.Add(-time.Millisecond)).Equal(d.Run.DueAt) {
			t.Fatalf("%d requests, the next at %v; quiet from %s to %s", r.sender.count(), d.Run.DueAt, quiet.From, quiet.To)
		}
		r.clock.Advance(d.Run.DueAt.Sub(r.clock.Now()))
		r.work()
		if r.sender.count() != want+1 {
			t.Errorf("%d requests in the morning", r.sender.count())
		}
	}
}

func TestARetryWhoseTurnComesInQuietHoursWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.limit("http://a.test:80", gonets.LaneLimits{Rate: "1/h"})
	evening := r.clock.Now().Add(105 * time.Minute).UTC()
	quiet := &gonets.Quiet{From: evening.Format("15:04"), To: evening.Add(8 * time.Hour).Format("15:04"), Zone: "UTC"}
	st := httpStep("deal", "http://a.test/")
	st.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(30 * time.Minute)}, Quiet: quiet}
	r.apply(st)
	r.sender.answer = status(http.StatusBadGateway, `{}`)
	next := func() {
		r.clock.AwaitTimers(1)
		due, _ := r.clock.Next()
		r.clock.Advance(due.Sub(r.clock.Now()))
		r.workers.Wait()
	}
	run := r.event("x")
	next() // a turn an hour
	// Due before the quiet hours, with a turn within them.
	r.clock.Advance(40 * time.Minute)
	r.claimPass()
	next()
	d := r.wantState(run, gonets.RunWaiting)
	if r.sender.count() != 1 || !quiet.Until(d.Run.DueAt.Add(-time.Millisecond)).Equal(d.Run.DueAt) {
		t.Errorf("%d requests, the next at %v; quiet from %s to %s", r.sender.count(), d.Run.DueAt, quiet.From, quiet.To)
	}
}

// slowBook takes its time for turns.
type slowBook struct {
	noBook
	clock *testkit.Clock
}

func (b slowBook) BookTurns(_ context.Context, _ lane.Want, now time.Time) (time.Time, error) {
	b.clock.Advance(300 * time.Millisecond)
	return now, nil
}

func TestASlowDatabaseStopsNoLaneThatSharesItsRate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.limit("http://a.test:80", gonets.LaneLimits{Rate: "5/s"})
	r.Places.Shared = true
	r.Book = slowBook{clock: r.clock}
	r.apply(httpStep("deal", "http://a.test/"))
	run := r.event("x")
	done := make(chan struct{})
	go func() {
		r.workers.Wait()
		close(done)
	}()
	for passes := 0; ; passes++ {
		select {
		case <-done:
			r.wantState(run, gonets.RunSucceeded)
			return
		case <-r.lanes.wake:
		}
		if passes == 5 {
			t.Fatal("every turn had passed when it was booked")
		}
		r.lanePass(t.Context(), false)
	}
}

// TestNoErrorTellsOfACookie: an error goes into lists, letters and the log, where nobody
// knows any more which cookies its exchange brought.
func TestNoErrorTellsOfACookie(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	st := httpStep("send", "http://crm.test/")
	st.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{}}
	r.apply(st)
	r.sender.answer = func(int, *gonets.Request) gonets.Exchange {
		return gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 302, ReplyHeaders: []gonets.Header{{Name: "Location", Value: "/now?sid=s3ss10n%2Fx"}},
			Cookies: []gonets.Cookie{{URL: "http://crm.test/", Line: "sid=s3ss10n/x; Path=/"}}}
	}
	run := r.event("x")
	r.work()
	d := r.wantState(run, gonets.RunPaused)
	for _, text := range []string{d.Attempts[0].Error, d.Run.LastError} {
		if !strings.Contains(text, "moved to /now?sid=***") || strings.Contains(text, "s3ss10n") {
			t.Errorf("it says %q", text)
		}
	}
}

// TestNoErrorOfATemplateTellsOfACookie: a service may say a session in its reply, too, and
// a step that quotes it has no exchange of its own.
func TestNoErrorOfATemplateTellsOfACookie(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	login := httpStep("login", "http://crm.test/")
	login.HTTP.Save = &gonets.HTTPSave{Body: "session"}
	r.apply(login, gonets.Step{ID: "wait", Delay: "{{ session.id }}"})
	r.sender.answer = func(int, *gonets.Request) gonets.Exchange {
		x := ok(`{"id":"s3ss10n/x"}`)(1, nil)
		x.Cookies = []gonets.Cookie{{URL: "http://crm.test/", Line: "sid=s3ss10n/x; Path=/"}}
		return x
	}
	run := r.event("x")
	r.work()
	d := r.wantState(run, gonets.RunPaused)
	for _, text := range []string{d.Attempts[1].Error, d.Run.LastError} {
		if !strings.Contains(text, `"***" is not a time span`) {
			t.Errorf("it says %q", text)
		}
	}
}
