package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// fake is a shared database that tests steer.
type fake struct {
	mu      sync.Mutex
	pulse   gonets.Pulse
	away    error
	config  int64
	beats   chan struct{}
	rescues chan struct{}
	told    chan gonets.Hint
	// lines are connections for hints; each ends when its channel is closed.
	lines chan chan gonets.Hint
}

func (f *fake) Tell(_ context.Context, h gonets.Hint) error {
	f.told <- h
	return nil
}

func (f *fake) Listen(ctx context.Context, heard func(gonets.Hint)) error {
	line := make(chan gonets.Hint)
	select {
	case f.lines <- line:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case h, open := <-line:
			if !open {
				return errors.New("lost")
			}
			heard(h)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fake) Beat(context.Context) (gonets.Pulse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case f.beats <- struct{}{}:
	default:
	}
	return f.pulse, f.away
}

func (f *fake) ConfigEpoch(context.Context) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.config, f.away
}

func (f *fake) Rescue(context.Context, gonets.Death) (gonets.RescueReport, error) {
	f.rescues <- struct{}{}
	return gonets.RescueReport{Released: 1}, nil
}

func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// start runs a keeper in made time. freed and changed tell what it noticed.
func start(t *testing.T) (k *Keeper, f *fake, clock *testkit.Clock, freed, changed chan struct{}) {
	t.Helper()
	clock = testkit.NewClock()
	f = &fake{pulse: gonets.Pulse{Epoch: 1, Now: testkit.Start().Add(time.Hour)}, config: 1,
		beats: make(chan struct{}, 100), rescues: make(chan struct{}, 100),
		told: make(chan gonets.Hint, 100), lines: make(chan chan gonets.Hint)}
	freed, changed = make(chan struct{}, 100), make(chan struct{}, 100)
	k = New(Options{Store: f, Real: clock, Log: slog.New(slog.DiscardHandler), Freed: func() { freed <- struct{}{} },
		Heard:   func(h gonets.Hint) { f.told <- h },
		Changed: func(context.Context) error { changed <- struct{}{}; return nil }}, 1)
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-f.beats
	t.Cleanup(func() {
		if err := k.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return k, f, clock, freed, changed
}

func TestNodeThatCannotBeatStopsBeforeOthersTakeOver(t *testing.T) {
	t.Parallel()
	k, f, clock, freed, _ := start(t)
	f.set(func() { f.away = errors.New("away") })
	for range 19 {
		if !k.Alive(1) {
			t.Fatal("dead too early")
		}
		clock.AwaitTimers(2)
		clock.Advance(time.Second)
	}
	clock.AwaitTimers(2)
	clock.Advance(2 * time.Second)
	if k.Alive(1) {
		t.Fatalf("alive %v after the last beat", 21*time.Second)
	}
	f.set(func() { f.away = nil })
	for !k.Alive(1) {
		clock.AwaitTimers(1)
		clock.Advance(time.Second)
	}
	<-f.rescues
	<-freed
	f.set(func() { f.pulse.Epoch = 2 })
	for k.Epoch() == 1 {
		clock.AwaitTimers(1)
		clock.Advance(time.Second)
	}
	if k.Alive(1) || !k.Alive(2) {
		t.Error("the work of the life that others took over goes on")
	}
}

func TestNodeNoticesWhatOthersPublish(t *testing.T) {
	t.Parallel()
	_, f, clock, _, changed := start(t)
	f.set(func() { f.config = 2 })
	clock.AwaitTimers(2)
	clock.Advance(gonets.ConfigPoll)
	<-changed
	clock.AwaitTimers(2)
	clock.Advance(gonets.ConfigPoll)
	clock.AwaitTimers(2)
	if len(changed) > 0 {
		t.Error("the same change was noticed twice")
	}
}

func TestClockFollowsTheDatabase(t *testing.T) {
	t.Parallel()
	machine := testkit.NewClock()
	c := &Clock{Clock: machine, Real: machine}
	c.Steer(3 * time.Second)
	c.Steer(3*time.Second + time.Millisecond)
	if got := c.Now().Sub(testkit.Start()); got != 3*time.Second {
		t.Errorf("ahead by %v", got)
	}
}

func TestNodesOfAFastClockAgreeAboutTheTime(t *testing.T) {
	t.Parallel()
	origin := testkit.Start().Add(-24 * time.Hour)
	database := testkit.NewClock()
	database.Advance(time.Minute)
	var clocks []*Clock
	var machines []*testkit.Clock
	// The machines' clocks differ, and the nodes start one after another.
	for _, off := range []time.Duration{0, time.Hour, -3 * time.Hour} {
		machine := testkit.NewClock()
		machine.Advance(24*time.Hour + off)
		c := &Clock{Clock: machine, Real: machine, Speed: 100}
		c.Begin(origin, database.Now())
		clocks, machines = append(clocks, c), append(machines, machine)
		for _, m := range machines {
			m.Advance(time.Second)
		}
		database.Advance(time.Second)
	}
	want := origin.Add(100 * database.Now().Sub(origin))
	for i, c := range clocks {
		if got := c.Now(); !got.Equal(want) {
			t.Errorf("node %d is at %v, want %v", i, got, want)
		}
	}
	// The second machine's clock is set; the next heartbeat puts it right.
	machines[1].Advance(time.Minute)
	clocks[1].Steer(database.Now().Sub(machines[1].Now()))
	if got := clocks[1].Now(); !got.Equal(want) {
		t.Errorf("after a change of the machine's clock %v, want %v", got, want)
	}
}

func TestStormOfHintsIsOneHint(t *testing.T) {
	t.Parallel()
	k, f, clock, _, _ := start(t)
	k.Tell(gonets.Hint{Config: true})
	if h := <-f.told; !h.Config || h.Work {
		t.Errorf("the first hint goes out as it is and at once: %+v", h)
	}
	clock.AwaitTimers(3)
	for i := range 1000 {
		k.Tell(gonets.Hint{Work: true, Ended: []string{fmt.Sprint(i)}})
	}
	if len(f.told) != 0 {
		t.Fatalf("%d hints went out before the pause", len(f.told))
	}
	clock.Advance(gonets.HintPause)
	h := <-f.told
	if !h.Work || h.Config || len(h.Ended) != gonets.MaxHintIDs {
		t.Errorf("%+v", h)
	}
	clock.AwaitTimers(3)
	clock.Advance(gonets.HintPause)
	clock.AwaitTimers(2)
	if len(f.told) != 0 {
		t.Errorf("%d hints more than there is to tell", len(f.told))
	}
}

func TestNodeHearsOthersAgainAfterALostConnection(t *testing.T) {
	t.Parallel()
	_, f, clock, _, changed := start(t)
	line := <-f.lines
	line <- gonets.Hint{Work: true}
	if h := <-f.told; !h.Work {
		t.Errorf("%+v", h)
	}
	// The configuration is looked at now, not at the next poll.
	f.set(func() { f.config = 2 })
	line <- gonets.Hint{Config: true}
	<-changed
	<-f.told
	close(line)
	clock.AwaitTimers(3)
	clock.Advance(relisten)
	line = <-f.lines
	line <- gonets.Hint{Ended: []string{"r"}}
	if h := <-f.told; len(h.Ended) != 1 {
		t.Errorf("%+v", h)
	}
}
