package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

// unreadable fails so many times before it can be read.
type unreadable struct {
	Store
	times int
	err   error
}

func (s *unreadable) fail() error {
	if s.times--; s.times >= 0 {
		return s.err
	}
	return nil
}

func (s *unreadable) Version(ctx context.Context, scenario string, n int) (*gonets.Version, error) {
	if err := s.fail(); err != nil {
		return nil, err
	}
	return s.Store.Version(ctx, scenario, n)
}

// A request made without the source's event would have empty values.
func TestARunWaitsForWhatCannotBeReadForAMoment(t *testing.T) {
	t.Parallel()
	for name, unread := range map[string]func(*rig, *unreadable){
		"its version": func(r *rig, f *unreadable) { r.Engine.Store = f },
		"its source": func(r *rig, f *unreadable) {
			read := r.Env.Reader
			r.Env.Reader = func(source string) (func(*gonets.Event) map[string]any, error) {
				if err := f.fail(); err != nil {
					return nil, err
				}
				return read(source)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			unread(r, &unreadable{Store: r.store, times: 2, err: gonets.Errorf(gonets.CodeStoreAway, "away")})
			r.apply(httpStep("deal", "http://a.test/{{ event.body.n }}"))
			run := r.event("7")
			for range 2 {
				r.clock.AwaitTimers(1)
				if n := r.sender.count(); n != 0 {
					t.Fatalf("%d requests were made of what nobody could read", n)
				}
				r.clock.Advance(time.Second)
			}
			r.workers.Wait()
			if d := r.wantState(run, gonets.RunSucceeded); len(d.Attempts) != 1 || r.sender.sent[0].URL != "http://a.test/7" {
				t.Errorf("%d attempts, the first to %s", len(d.Attempts), r.sender.sent[0].URL)
			}
		})
	}
}

func TestARunWhoseSourceIsDamagedAsksAPerson(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Env.Reader = func(string) (func(*gonets.Event) map[string]any, error) {
		return nil, gonets.Errorf(gonets.CodeDamaged, "the source in is damaged")
	}
	r.apply(httpStep("deal", "http://a.test/{{ event.body.n }}"))
	run := r.event("7")
	r.workers.Wait()
	if d := r.wantState(run, gonets.RunPaused); d.Run.Reason != gonets.CodeDamaged || r.sender.count() != 0 {
		t.Errorf("paused for %s after %d requests", d.Run.Reason, r.sender.count())
	}
}

func TestARunThatWaitsForTheStoreIsGivenBackByAStop(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	places := newPlaces(clock)
	r := rigOn(t, clock, places, testkit.Store(t, clock, places))
	r.Engine.Store = &unreadable{Store: r.store, times: 1_000, err: errors.Join(gonets.Errorf(gonets.CodeStoreAway, "away"))}
	r.apply(httpStep("deal", "http://a.test/"))
	run := r.event("7")
	r.clock.AwaitTimers(1)
	r.stop()
	r.workers.Wait()
	r.wantState(run, gonets.RunQueued)
}
