package engine

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

// askStep is a request that asks before it is sent again.
func askStep(delays ...time.Duration) gonets.Step {
	st := httpStep("deal", "http://a.test/deals")
	st.HTTP.Save = &gonets.HTTPSave{Body: "deal"}
	st.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{}, Ask: &gonets.Ask{
		URL: "http://b.test/find", Query: gonets.Rows{{Name: "key", Value: "{{ run.idempotency_key }}"}},
		Done: "body.total > 0", Result: "body.items[0]",
	}}
	for _, d := range delays {
		st.HTTP.Retry.Delays = append(st.HTTP.Retry.Delays, gonets.Duration(d))
	}
	return st
}

func cut(int, *gonets.Request) gonets.Exchange {
	return gonets.Exchange{Outcome: gonets.OutcomeUnknown, Code: gonets.CodeTimeout, Method: "POST", URL: "http://a.test/deals"}
}

type answers []func(int, *gonets.Request) gonets.Exchange

// inTurn answers one request after the other; the last answer stays.
func inTurn(a ...func(int, *gonets.Request) gonets.Exchange) func(int, *gonets.Request) gonets.Exchange {
	return func(n int, r *gonets.Request) gonets.Exchange { return answers(a)[min(n, len(a))-1](n, r) }
}

// sentTo are the hosts of the requests, in order.
func (r *rig) sentTo() string {
	r.sender.mu.Lock()
	defer r.sender.mu.Unlock()
	var hosts []string
	for _, s := range r.sender.sent {
		hosts = append(hosts, s.URL[len("http://"):len("http://x")])
	}
	return strings.Join(hosts, "")
}

// keys are the requests' Idempotency-Keys, in order.
func (r *rig) keys() (keys []string) {
	r.sender.mu.Lock()
	defer r.sender.mu.Unlock()
	for _, s := range r.sender.sent {
		keys = append(keys, gonets.HeaderValue(s.Headers, "Idempotency-Key"))
	}
	return keys
}

// resume is what a person does to a run, by its current version.
func (r *rig) resume(run string) {
	r.t.Helper()
	if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionResume, Version: gonets.VersionCurrent, At: r.clock.Now()}); err != nil {
		r.t.Fatal(err)
	}
	r.work()
}

func purposes(d gonets.RunDetail) string {
	var out []string
	for _, a := range d.Attempts {
		out = append(out, string(a.Purpose))
	}
	return strings.Join(out, ",")
}

// wait lets the time pass until a run goes on.
func (r *rig) wait(run string) {
	r.t.Helper()
	d := r.wantState(run, gonets.RunWaiting)
	r.clock.Advance(d.Run.DueAt.Sub(r.clock.Now()))
	r.work()
}

func TestARequestThatMayHaveBeenDoneIsNotSentAgainBeforeThatIsAsked(t *testing.T) {
	t.Parallel()
	found := ok(`{"total":1,"items":[{"id":77}]}`)
	none := ok(`{"total":0,"items":[]}`)
	for _, c := range []struct {
		name   string
		answer func(int, *gonets.Request) gonets.Exchange
		// sent are the hosts: a is the service, b who is asked, c the next step's.
		sent, purposes, next string
		state                gonets.RunState
		reason               gonets.Code
	}{
		{"it was done", inTurn(cut, found, ok(`{}`)), "abc", ",ask.done,", "http://c.test/77", gonets.RunSucceeded, ""},
		{"it was not", inTurn(cut, none, ok(`{"id":5}`)), "abac", ",ask.not_done,,", "http://c.test/5", gonets.RunSucceeded, ""},
		{"nothing is there", inTurn(cut, status(404, `{}`), ok(`{"id":5}`)), "abac", ",ask.not_done,,", "http://c.test/5", gonets.RunSucceeded, ""},
		{"no answer at first", inTurn(cut, status(500, ``), found, ok(`{}`)), "abbc", ",ask,ask.done,", "http://c.test/77", gonets.RunSucceeded, ""},
		{"never an answer", inTurn(cut, status(500, ``)), "abbb", ",ask,ask,ask", "", gonets.RunPaused, gonets.CodeAskFailed},
		{"the page of a proxy", inTurn(cut, ok(`hello`)), "ab", ",ask", "", gonets.RunPaused, gonets.CodeAskFailed},
		{"done, and no result", inTurn(cut, ok(`{"total":1}`)), "ab", ",ask", "", gonets.RunPaused, gonets.CodeAskFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.apply(askStep(time.Minute, time.Hour), httpStep("tell", "http://c.test/{{ deal.id }}"))
			r.sender.answer = c.answer
			run := r.event("x")
			r.work()
			for r.run(run).Run.State == gonets.RunWaiting {
				r.wait(run)
			}
			d := r.wantState(run, c.state)
			if d.Run.Reason != c.reason || r.sentTo() != c.sent || purposes(d) != c.purposes {
				t.Fatalf("%s: sent to %s, want %s; attempts for %q, want %q", d.Run.Reason, r.sentTo(), c.sent, purposes(d), c.purposes)
			}
			asked := r.sender.sent[1]
			if key := run + "-deal"; asked.Method != http.MethodGet || asked.URL != "http://b.test/find?key="+key || gonets.HeaderValue(asked.Headers, "Idempotency-Key") != "" {
				t.Errorf("asked %s %s %v", asked.Method, asked.URL, asked.Headers)
			}
			if last := r.sender.sent[len(r.sender.sent)-1]; c.next != "" && last.URL != c.next {
				t.Errorf("the next step went to %s, want %s", last.URL, c.next)
			}
			for _, a := range d.Attempts {
				if a.Purpose.Asks() && a.Charged {
					t.Errorf("asking used up a try: %+v", a)
				}
			}
		})
	}
}

func TestAskingSurvivesADeath(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	places := newPlaces(clock)
	st := testkit.Store(t, clock, places)
	r := rigOn(t, clock, places, st)
	r.apply(askStep(time.Minute))
	r.sender.answer = cut
	run := r.event("x")
	r.work()
	r.wantState(run, gonets.RunWaiting)
	// Another server takes the run up with nothing but what is stored.
	r.sender.answer = status(500, ``)
	r.wait(run)
	if d := r.wantState(run, gonets.RunWaiting); d.Run.Doubts != "deal" || d.Run.Asked != 1 || d.Run.Tries != 1 {
		t.Fatalf("doubt of %q, asked %d times after %d tries", d.Run.Doubts, d.Run.Asked, d.Run.Tries)
	}
	again := rigOn(t, clock, newPlaces(clock), st)
	again.sender.answer = ok(`{"total":1,"items":[{}]}`)
	again.clock.Advance(time.Hour)
	again.work()
	again.wantState(run, gonets.RunSucceeded)
	if again.sentTo() != "b" {
		t.Errorf("sent to %s", again.sentTo())
	}
}

func TestWhatAskingLacksIsNotAskedFor(t *testing.T) {
	t.Parallel()
	lacking := gonets.Rows{{Name: "key", Value: "{{ event.body.nothing }}"}}
	for name, change := range map[string]func(*gonets.Ask){
		"query": func(a *gonets.Ask) { a.Query = lacking },
		"form":  func(a *gonets.Ask) { a.Body = &gonets.HTTPBody{Form: lacking} },
		"json":  func(a *gonets.Ask) { a.Body = &gonets.HTTPBody{JSON: &gonets.Tree{Value: lacking}} },
		"path":  func(a *gonets.Ask) { a.Body = &gonets.HTTPBody{Path: "event.body.nothing"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			st := askStep(time.Minute)
			change(st.HTTP.Retry.Ask)
			r.apply(st)
			r.sender.answer = cut
			run := r.event("x")
			r.work()
			r.wait(run)
			if d := r.wantState(run, gonets.RunPaused); d.Run.Reason != gonets.CodeTemplateMissing || r.sentTo() != "a" {
				t.Errorf("paused for %s, sent to %s", d.Run.Reason, r.sentTo())
			}
		})
	}
}

// A check request with a body is a POST; each time that it is asked again it is the same.
func TestAskingWithABody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	st := askStep(time.Minute)
	st.HTTP.Retry.Ask.Query = nil
	st.HTTP.Retry.Ask.Body = &gonets.HTTPBody{JSON: &gonets.Tree{Value: gonets.Rows{{Name: "filter.key", Value: "{{ run.idempotency_key }}"}}}}
	r.apply(st)
	r.sender.answer = inTurn(cut, status(500, ``), ok(`{"total":1,"items":[{"id":77}]}`))
	run := r.event("x")
	r.work()
	for range 2 {
		r.wait(run)
	}
	if r.wantState(run, gonets.RunSucceeded); r.sentTo() != "abb" {
		t.Fatalf("sent to %s", r.sentTo())
	}
	for _, q := range r.sender.sent[1:] {
		if q.Method != http.MethodPost || string(q.Body) != `{"filter":{"key":"`+run+`-deal"}}` || gonets.HeaderValue(q.Headers, "Content-Type") != "application/json" || gonets.HeaderValue(q.Headers, "Idempotency-Key") != "" {
			t.Errorf("asked %s %s %s %v", q.Method, q.URL, q.Body, q.Headers)
		}
	}
}

func TestAResumedRunAsksFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(askStep())
	r.sender.answer = inTurn(cut, status(500, ``), ok(`{"total":0}`), ok(`{}`))
	run := r.event("x")
	r.work()
	r.wantState(run, gonets.RunPaused)
	for range 2 {
		if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionResume, At: r.clock.Now()}); err != nil {
			t.Fatal(err)
		}
		r.work()
	}
	if r.wantState(run, gonets.RunSucceeded); r.sentTo() != "abba" {
		t.Errorf("sent to %s", r.sentTo())
	}
}

// expiring are a login and a request that uses it.
func expiring() []gonets.Step {
	login := httpStep("login", "http://a.test/login")
	login.HTTP.Save = &gonets.HTTPSave{Body: "access"}
	between := httpStep("note", "http://c.test/note/{{ access.token }}")
	send := httpStep("send", "http://b.test/send/{{ access.token }}")
	send.HTTP.Renew = &gonets.Renew{When: "status == 401 || body.error == 'expired_token'", Step: "login"}
	return []gonets.Step{login, between, send}
}

func TestWhatIsTooOldIsDoneAgainOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, expired string
		status        int
		steps         func([]gonets.Step)
	}{
		{name: "by its status", expired: `{}`, status: http.StatusUnauthorized},
		{name: "by what it says", expired: `{"error":"expired_token"}`, status: http.StatusOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.apply(expiring()...)
			logins := 0
			r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
				if strings.HasPrefix(req.URL, "http://a.test") {
					logins++
					return ok(`{"token":"t`+string(rune('0'+logins))+`"}`)(n, req)
				}
				if req.URL == "http://b.test/send/t1" {
					return status(c.status, c.expired)(n, req)
				}
				return ok(`{}`)(n, req)
			}
			run := r.event("x")
			r.work()
			d := r.wantState(run, gonets.RunSucceeded)
			if r.sentTo() != "acbab" || purposes(d) != ",,expired,renew," {
				t.Fatalf("sent to %s for %q", r.sentTo(), purposes(d))
			}
			// The login of old would be answered by a service that heeds keys.
			if keys := r.keys(); keys[3] != run+"-login-3" || keys[2] != run+"-send" || keys[4] != keys[2] {
				t.Errorf("keys %q", keys)
			}
			old := d.Attempts[2]
			if old.Charged || old.Code != gonets.CodeExpired || len(d.Results) != 3 {
				t.Errorf("the refused attempt: %+v; results %+v", old, d.Results)
			}
			if c := d.Attempts[2].Outcome; c == gonets.OutcomeOK {
				t.Error("a refusal is a success")
			}
		})
	}
}

func TestWhatStaysTooOldIsAFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	steps := expiring()
	steps[2].HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute), gonets.Duration(time.Minute)}}
	r.apply(steps...)
	r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
		if strings.HasPrefix(req.URL, "http://b.test") {
			return status(http.StatusUnauthorized, `{}`)(n, req)
		}
		return ok(`{"token":"t"}`)(n, req)
	}
	run := r.event("x")
	r.work()
	// Renewed once, in the first of three tries.
	r.wait(run)
	r.wait(run)
	d := r.wantState(run, gonets.RunPaused)
	if d.Run.Reason != gonets.CodeTriesUsedUp || r.sentTo() != "acbabbb" || d.Run.Tries != 3 {
		t.Fatalf("%s after %d tries, sent to %s for %q", d.Run.Reason, d.Run.Tries, r.sentTo(), purposes(d))
	}
	// A person begins a new round.
	if _, err := r.store.Act(context.Background(), gonets.Action{RunID: run, Kind: gonets.ActionResume, At: r.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	r.work()
	if r.wantState(run, gonets.RunWaiting); r.sentTo() != "acbabbb"+"bab" {
		t.Errorf("sent to %s", r.sentTo())
	}
}

func TestARenewalSurvivesADeath(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	places := newPlaces(clock)
	st := testkit.Store(t, clock, places)
	r := rigOn(t, clock, places, st)
	steps := expiring()
	steps[2].HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute)}}
	r.apply(steps...)
	r.sender.answer = func(n int, req *gonets.Request) gonets.Exchange {
		switch n {
		case 3:
			return status(http.StatusBadGateway, ``)(n, req)
		case 4:
			return status(http.StatusUnauthorized, `{}`)(n, req)
		case 5: // the login that is done again
			return gonets.Exchange{Outcome: gonets.OutcomeNetwork, Code: gonets.CodeRefused}
		}
		return ok(`{"token":"t"}`)(n, req)
	}
	run := r.event("x")
	r.work()
	r.wait(run)
	d := r.wantState(run, gonets.RunWaiting)
	if left := d.Run.Renewal; !left.Pending() || left.Step != "login" || left.Path != "send" || left.Tries != 1 || d.Run.Cursor != "login" || len(d.Results) != 1 {
		t.Fatalf("%+v at %s, results %+v", left, d.Run.Cursor, d.Results)
	}
	again := rigOn(t, clock, newPlaces(clock), st)
	again.clock.Advance(time.Hour)
	again.sender.answer = inTurn(ok(`{"token":"new"}`), status(http.StatusBadGateway, ``))
	again.work()
	if before, after := r.keys(), again.keys(); before[0] == after[0] || before[4] != after[0] || before[3] != after[1] {
		t.Errorf("keys %q, then %q", before, after)
	}
	// The request counts on from where it was: its two tries are used up.
	d = again.wantState(run, gonets.RunPaused)
	if again.sentTo() != "ab" || again.sender.sent[1].URL != "http://b.test/send/new" || d.Run.Tries != 2 || d.Run.Reason != gonets.CodeTriesUsedUp {
		t.Errorf("sent to %s, %d tries, paused for %s", again.sentTo(), d.Run.Tries, d.Run.Reason)
	}
}

func TestAQuestionWithAnOldTokenIsAskedAgainWithANewOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sent, purposes string
		// old is the answer to who has an old token, last the one after a new login.
		old, last func(int, *gonets.Request) gonets.Exchange
		state     gonets.RunState
	}{
		{"by its status", "abcac", ",,expired,renew,ask.done", status(http.StatusUnauthorized, `{}`), ok(`{"total":1}`), gonets.RunSucceeded},
		// It has no total: that would be taken for a no, and the request sent again.
		{"by what it says", "abcac", ",,expired,renew,ask.done", ok(`{"error":"expired_token"}`), ok(`{"total":1}`), gonets.RunSucceeded},
		{"it stays too old", "abcacc", ",,expired,renew,ask,ask", ok(`{"error":"expired_token"}`), ok(`{"error":"expired_token"}`), gonets.RunPaused},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			steps := expiring()
			send := steps[2]
			send.HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute)}, On: []string{"unknown", "body", "4xx"},
				Ask: &gonets.Ask{URL: "http://c.test/find/{{ access.token }}", Done: "body.total > 0"}}
			r.apply(steps[0], send)
			r.sender.answer = inTurn(ok(`{"token":"t1"}`), cut, c.old, ok(`{"token":"t2"}`), c.last)
			run := r.event("x")
			r.work()
			for r.run(run).Run.State == gonets.RunWaiting {
				r.wait(run)
			}
			d := r.wantState(run, c.state)
			if r.sentTo() != c.sent || purposes(d) != c.purposes || r.sender.sent[4].URL != "http://c.test/find/t2" {
				t.Errorf("sent to %s for %q, %+v", r.sentTo(), purposes(d), d.Run.Reason)
			}
		})
	}
}

func TestAResumeWhileAStepIsDoneAgainBeginsTheTriesAnew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	steps := expiring()
	for _, i := range []int{0, 2} {
		steps[i].HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute)}}
	}
	r.apply(steps...)
	gone, old, in := status(http.StatusBadGateway, ``), status(http.StatusUnauthorized, `{}`), ok(`{"token":"t"}`)
	// The request fails once, is too old then, and the login fails till a person resumes.
	r.sender.answer = inTurn(in, in, gone, old, gone, gone, in, gone, in)
	run := r.event("x")
	r.work()
	r.wait(run)
	r.wait(run)
	if d := r.wantState(run, gonets.RunPaused); d.Run.Renewal == nil || d.Run.Renewal.Tries != 1 {
		t.Fatalf("left %+v", d.Run.Renewal)
	}
	r.resume(run)
	if d := r.wantState(run, gonets.RunWaiting); d.Run.Tries != 1 || r.sentTo() != "acbbaaab" {
		t.Fatalf("%d tries, sent to %s", d.Run.Tries, r.sentTo())
	}
	r.wait(run)
	r.wantState(run, gonets.RunSucceeded)
}

func TestADoubtBelongsToItsStep(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(askStep())
	r.sender.answer = inTurn(cut, ok(`{}`), ok(`{"total":0}`), ok(`{}`))
	run := r.event("x")
	r.work()
	r.wantState(run, gonets.RunPaused)
	// The version with which it goes on has another request before it, and asks too.
	first := askStep()
	first.ID, first.HTTP.URL = "first", "http://c.test/"
	r.apply(first, askStep())
	r.resume(run)
	if d := r.wantState(run, gonets.RunSucceeded); r.sentTo() != "acba" || purposes(d) != ",,ask.not_done," {
		t.Errorf("sent to %s for %q", r.sentTo(), purposes(d))
	}
}
