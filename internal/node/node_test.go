package node

import (
	"context"
	"errors"
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
		beats: make(chan struct{}, 100), rescues: make(chan struct{}, 100)}
	freed, changed = make(chan struct{}, 100), make(chan struct{}, 100)
	k = New(Options{Store: f, Real: clock, Log: slog.New(slog.DiscardHandler), Freed: func() { freed <- struct{}{} },
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
	c := &Clock{Clock: testkit.NewClock()}
	c.Steer(3 * time.Second)
	c.Steer(3*time.Second + time.Millisecond)
	if got := c.Now().Sub(testkit.Start()); got != 3*time.Second {
		t.Errorf("ahead by %v", got)
	}
}
