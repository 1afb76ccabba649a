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

// TestAClockThatIsPutRightBitByBitIsNone: for a day a time service goes as much faster or
// slower as it may, or takes a leap second off bit by bit, or at once.
func TestAClockThatIsPutRightBitByBitIsNone(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, set := range map[string]func(now time.Duration) time.Duration{
		"faster":                    func(now time.Duration) time.Duration { return now / 2_000 },
		"slower":                    func(now time.Duration) time.Duration { return -now / 2_000 },
		"a leap second, bit by bit": func(now time.Duration) time.Duration { return -now / (day / time.Second) },
		"a leap second, at once": func(now time.Duration) time.Duration {
			if now < day/2 {
				return 0
			}
			return -time.Second
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &wall{Clock: testkit.NewClock()}
			steady := func() time.Duration { return clock.Clock.Now().Sub(testkit.Start()) }
			var told []time.Duration
			w := jump.New(jump.Options{Wall: clock, Steady: steady, Jumped: func(_ context.Context, j jump.Jump) { told = append(told, j.By) }})
			for range day / jump.Every {
				clock.Advance(jump.Every)
				clock.set = set(steady())
				w.Look(t.Context())
			}
			if len(told) > 0 || w.Lately() != "" {
				t.Errorf("%v in all are told as jumps of %v: %s", clock.set, told, w.Lately())
			}
			clock.set += time.Minute
			w.Look(t.Context())
			if len(told) != 1 {
				t.Errorf("of a minute more is told: %v", told)
			}
		})
	}
}

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
