package ingest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"gonets"
)

// away is a store of which one question gets no answer.
type away struct {
	*memory
	asked string
	err   error
}

// fails makes a question get an error instead of its answer.
func (a *away) fails(asked string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked, a.err = asked, err
}

func (a *away) fault(asked string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asked != asked {
		return nil
	}
	return a.err
}

func (a *away) SourceByToken(ctx context.Context, token string) (gonets.SourceInfo, error) {
	if err := a.fault("address"); err != nil {
		return gonets.SourceInfo{}, err
	}
	return a.memory.SourceByToken(ctx, token)
}

func (a *away) Source(ctx context.Context, name string) (gonets.SourceInfo, error) {
	if err := a.fault("source"); err != nil {
		return gonets.SourceInfo{}, err
	}
	return a.memory.Source(ctx, name)
}

func (a *away) Secret(ctx context.Context, name string) (string, error) {
	if err := a.fault("secret"); err != nil {
		return "", err
	}
	return a.memory.Secret(ctx, name)
}

func (a *away) Accept(ctx context.Context, list []gonets.Acceptance) ([]gonets.Accepted, error) {
	if err := a.fault("event"); err != nil {
		return nil, err
	}
	return a.memory.Accept(ctx, list)
}

func (a *away) Answer(ctx context.Context, eventID string) (*gonets.Answer, error) {
	if err := a.fault("answer"); err != nil {
		return nil, err
	}
	return a.memory.Answer(ctx, eventID)
}

func (a *away) FindEvent(ctx context.Context, source, idOrKey string) (gonets.Event, error) {
	if err := a.fault("found"); err != nil {
		return gonets.Event{}, err
	}
	return a.memory.FindEvent(ctx, source, idOrKey)
}

func (a *away) Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	if err := a.fault("runs"); err != nil {
		return gonets.List[gonets.RunSummary]{}, err
	}
	return a.memory.Runs(ctx, f)
}

func (a *away) Act(ctx context.Context, act gonets.Action) (gonets.Run, error) {
	if err := a.fault("act"); err != nil {
		return gonets.Run{}, err
	}
	return a.memory.Act(ctx, act)
}

func (a *away) Rerun(ctx context.Context, r gonets.Rerun) (gonets.Job, error) {
	if err := a.fault("rerun"); err != nil {
		return gonets.Job{}, err
	}
	return a.memory.Rerun(ctx, r)
}

// TestNoFaultOfTheStoreIsTakenForTheSenders: a service that hears 401, 404 or 410 may
// never come again, and one that hears 200 believes that its event is kept.
func TestNoFaultOfTheStoreIsTakenForTheSenders(t *testing.T) {
	t.Parallel()
	passing := []gonets.Code{gonets.CodeStoreAway, gonets.CodeStoreFailed, gonets.CodeBusy, gonets.CodeDiskFull, gonets.CodeStopping}
	for asked, calls := range map[string][]string{
		"address": {"POST ", "GET /ping", "POST /batch", "GET /status/key", "POST /retry/key", "HEAD ", "OPTIONS "},
		"secret":  {"POST ", "GET /ping", "POST /batch", "GET /status/key", "POST /retry/key"},
		"event":   {"POST ", "POST /batch"},
		"found":   {"GET /status/key", "POST /retry/key"},
		"runs":    {"GET /status/key", "POST /retry/key"},
		"error":   {"GET /status/key", "POST /retry/key"},
		"act":     {"POST /retry/key"},
		"rerun":   {"POST /retry/key"},
	} {
		t.Run(asked, func(t *testing.T) {
			t.Parallel()
			st := &away{}
			b := newBench(t, gonets.Source{Verify: &gonets.Verify{Kind: "token", Secret: "key"}}, func(o *Options) {
				st.memory = o.Store.(*memory)
				o.Store, o.Control = st, st
				o.LastError = func(context.Context, string) (string, error) { return "no ***", st.fault("error") }
			})
			b.store.secrets["key"] = "right"
			b.store.makes = func(ev *gonets.Event) ([]gonets.Run, bool) {
				return []gonets.Run{{ID: "r1", EventID: ev.ID, Scenario: "a"}, {ID: "r2", EventID: ev.ID, Scenario: "b"}}, false
			}
			right := []string{"X-Api-Key", "right"}
			if g := b.do(t, http.MethodPost, "", "x", append(right, "Idempotency-Key", "key")...); g.status != http.StatusOK {
				t.Fatalf("the first event: %d %s", g.status, g.text)
			}
			// One waits for a person, the other one failed.
			b.store.setState("r1", gonets.RunPaused)
			b.store.setState("r2", gonets.RunFailed)
			for event, runs := range b.store.runs {
				for i := range runs {
					b.store.runs[event][i].LastError = "no"
				}
			}
			for _, call := range calls {
				method, path, _ := strings.Cut(call, " ")
				for _, code := range passing {
					b.clock.Advance(2 * cacheFor) // what is known of the address is too old
					st.fails(asked, gonets.Errorf(code, "the disk said no"))
					g := b.do(t, method, path, `[{"n":1}]`, right...)
					if g.status != http.StatusServiceUnavailable || g.header.Get("Retry-After") == "" {
						t.Errorf("%s, %s: %d %s", call, code, g.status, g.text)
					}
					if method != http.MethodHead {
						refused(t, g, code)
					}
				}
				for _, err := range []error{errors.New("a fault that nobody knows"), context.DeadlineExceeded} {
					b.clock.Advance(2 * cacheFor)
					st.fails(asked, err)
					if g := b.do(t, method, path, `[{"n":1}]`, right...); g.status != http.StatusInternalServerError {
						t.Errorf("%s, %v: %d %s", call, err, g.status, g.text)
					}
				}
			}
			if n := len(b.store.all()); n != 1 {
				t.Errorf("%d events", n)
			}
			// What could not be read is not remembered.
			st.fails("", nil)
			if g := b.do(t, http.MethodPost, "", "x", right...); g.status != http.StatusOK {
				t.Errorf("when it is back: %d %s", g.status, g.text)
			}
		})
	}
}

// TestAnEventByHandSaysThatTheStoreIsAway: nobody is told that there is no such source.
func TestAnEventByHandSaysThatTheStoreIsAway(t *testing.T) {
	t.Parallel()
	st := &away{asked: "source", err: gonets.Errorf(gonets.CodeStoreAway, "away")}
	b := newBench(t, gonets.Source{}, func(o *Options) {
		st.memory = o.Store.(*memory)
		o.Store = st
	})
	if _, err := b.handler.Submit(t.Context(), "main", gonets.Event{Body: []byte("x")}); gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Error(err)
	}
}

// TestAScenarioAsksAgainWhenTheAnswerCannotBeRead: it would take the default answer for
// the other one's; everybody else gets that, because the event is kept.
func TestAScenarioAsksAgainWhenTheAnswerCannotBeRead(t *testing.T) {
	t.Parallel()
	wait := gonets.Duration(2 * pollEvery)
	for hops, want := range map[string]int{"1": http.StatusServiceUnavailable, "0": http.StatusOK} {
		st := &away{}
		b := newBench(t, gonets.Source{Reply: &gonets.SourceReply{Wait: &wait}}, func(o *Options) {
			st.memory = o.Store.(*memory)
			o.Store = st
		})
		b.store.makes = oneRun
		key := []string{"Gonets-Hops", hops, "Idempotency-Key", "run-1-ask"}
		a, _, answer := waiting(t, b, key...)
		b.store.setAnswer(a.Event.ID, &gonets.Answer{Status: 200, Body: []byte("tea costs 300")})
		st.fails("answer", gonets.Errorf(gonets.CodeStoreAway, "away"))
		b.clock.Advance(pollEvery)
		b.clock.AwaitTimers(2)
		b.clock.Advance(wait.D() + time.Second)
		g := <-answer
		if g.status != want {
			t.Errorf("hops %s: %d %s", hops, g.status, g.text)
		}
		st.fails("", nil)
		if g := b.do(t, http.MethodPost, "", "x", key...); g.text != "tea costs 300" {
			t.Errorf("hops %s, asked again: %d %s", hops, g.status, g.text)
		}
	}
}
