package jump_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gonets/internal/jump"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// wall is a clock that a test sets, beside one that nobody does.
type wall struct {
	*testkit.Clock
	set time.Duration
}

func (w *wall) Now() time.Time { return w.Clock.Now().Add(w.set) }

func TestAClockThatWasSetIsNoticedOnce(t *testing.T) {
	t.Parallel()
	clock := &wall{Clock: testkit.NewClock()}
	told := make(chan jump.Jump, 10)
	w := jump.New(jump.Options{Wall: clock, Steady: func() time.Duration { return clock.Clock.Now().Sub(testkit.Start()) },
		Jumped: func(_ context.Context, j jump.Jump) { told <- j }})
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []time.Duration
	said := map[time.Duration]string{}
	// Set by hand, put right bit by bit, asleep, set back, and well by then.
	for _, by := range []time.Duration{0, 4 * time.Second, time.Hour, -time.Second, 10 * time.Minute, -24 * time.Hour, 0} {
		clock.AwaitTimers(1)
		clock.set += by
		clock.Advance(jump.Every)
		clock.AwaitTimers(1)
		said[by] = w.Lately()
		if len(told) > 0 {
			j := <-told
			got = append(got, j.By)
			if j.Database {
				t.Errorf("%v of the own clock are told as the database's", j.By)
			}
		}
	}
	clock.AwaitTimers(1)
	w.Database(-2 * time.Hour)
	clock.Advance(jump.Every)
	if j := <-told; j != (jump.Jump{By: -2 * time.Hour, Database: true}) || !strings.Contains(w.Lately(), "of the database, by which this server goes, went back by 2h0m0s") {
		t.Errorf("of the database's: %+v, said %q", j, w.Lately())
	}
	if want := []time.Duration{time.Hour, 10 * time.Minute, -24 * time.Hour}; !slices.Equal(got, want) {
		t.Errorf("noticed %v, want %v", got, want)
	}
	if said[4*time.Second] != "" || !strings.Contains(said[time.Hour], "ahead by 1h0m0s") || !strings.Contains(said[-24*time.Hour], "back by 24h0m0s, 0s ago") {
		t.Errorf("said %q", said)
	}
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock.Advance(25 * time.Hour)
	if s := w.Lately(); s != "" {
		t.Errorf("still said after a day: %s", s)
	}
}
