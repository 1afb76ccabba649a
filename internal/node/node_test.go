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
	"gonets/internal/hint"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// fake is a shared database that tests steer.
type fake struct {
	mu    sync.Mutex
	clock *testkit.Clock
	pulse hint.Pulse
	// ahead is how far its clock is ahead of the one that nobody sets.
	ahead  time.Duration
	away   error
	config int64
	beats  chan struct{}
	// rescues tells of each whether others were judged; hold keeps them back.
	rescues chan bool
	hold    chan struct{}
	// changed and silent count calls of the keeper.
	changed, silent chan struct{}
	// journey happens during a beat.
	journey func()
	told    chan hint.Hint
	// lines are connections for hints; each ends when its channel is closed.
	lines chan chan hint.Hint
}

func (f *fake) Tell(_ context.Context, h hint.Hint) error {
	f.told <- h
	return nil
}

func (f *fake) Listen(ctx context.Context, heard func(hint.Hint)) error {
	line := make(chan hint.Hint)
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

func (f *fake) Beat(context.Context) (hint.Pulse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journey != nil {
		f.journey()
	}
	select {
	case f.beats <- struct{}{}:
	default:
	}
	p := f.pulse
	p.Now = f.clock.Now().Add(f.ahead)
	return p, f.away
}

// steady is how long the clock that nobody sets has been running.
func (f *fake) steady() time.Duration { return f.clock.Now().Sub(testkit.Start()) }

func (f *fake) ConfigEpoch(context.Context) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.config, f.away
}

func (f *fake) Rescue(_ context.Context, d gonets.Death) (gonets.RescueReport, error) {
	f.mu.Lock()
	hold := f.hold
	f.mu.Unlock()
	f.rescues <- d.Others
	if hold != nil {
		<-hold
	}
	return gonets.RescueReport{Released: 1}, nil
}

func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func newFake(clock *testkit.Clock) *fake {
	return &fake{clock: clock, pulse: hint.Pulse{Epoch: 1}, ahead: time.Hour, config: 1,
		beats: make(chan struct{}, 100), rescues: make(chan bool, 100), changed: make(chan struct{}, 100), silent: make(chan struct{}, 100),
		told: make(chan hint.Hint, 100), lines: make(chan chan hint.Hint)}
}

// start runs a keeper in made time.
func start(t *testing.T) (k *Keeper, f *fake, clock *testkit.Clock, freed chan struct{}) {
	t.Helper()
	clock, freed = testkit.NewClock(), make(chan struct{}, 100)
	f = newFake(clock)
	k = New(Options{Store: f, Real: clock, Steady: f.steady, Log: slog.New(slog.DiscardHandler), Freed: func() { freed <- struct{}{} },
		Heard:   func(h hint.Hint) { f.told <- h },
		Silent:  func() { f.silent <- struct{}{} },
		Changed: func(context.Context) error { f.changed <- struct{}{}; return nil }}, 1)
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Relieve()
	<-f.beats
	// What changed while the server was being built is known now.
	<-f.changed
	t.Cleanup(func() {
		if err := k.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return k, f, clock, freed
}

// sleepers are the timers of a keeper that has nothing to do: of the heartbeat,
// of the silence and of the look at the configuration.
const sleepers = 3

func TestNodeThatCannotBeatStopsBeforeOthersTakeOver(t *testing.T) {
	t.Parallel()
	k, f, clock, _ := start(t)
	f.set(func() { f.away = errors.New("away") })
	second := func() {
		clock.AwaitTimers(sleepers)
		clock.Advance(time.Second)
	}
	for range 19 {
		if !k.Alive(1) {
			t.Fatal("dead too early")
		}
		second()
	}
	second()
	second()
	if k.Alive(1) {
		t.Fatalf("alive %v after the last beat", 21*time.Second)
	}
	if len(f.silent) > 0 {
		t.Fatal("what is on its way was cut too early")
	}
	for range 4 {
		second()
	}
	<-f.silent
	f.set(func() { f.away = nil })
	for !k.Alive(1) {
		second()
	}
	if k.Epoch() != 1 {
		t.Error("a silence alone began a new life")
	}
	f.set(func() { f.pulse.Epoch = 2 })
	for k.Epoch() == 1 {
		second()
	}
	if k.Alive(1) || !k.Alive(2) {
		t.Error("the work of the life that others took over goes on")
	}
}

// TestNodeJudgesOthersOnlyWhenItsOwnBeatsAreSteady: after the database was away
// every node looks dead until it beats again.
func TestNodeJudgesOthersOnlyWhenItsOwnBeatsAreSteady(t *testing.T) {
	t.Parallel()
	_, f, clock, freed := start(t)
	beat := func(d time.Duration) bool {
		t.Helper()
		clock.AwaitTimers(sleepers)
		clock.Advance(d)
		judged := <-f.rescues
		<-freed
		return judged
	}
	steady := func() {
		t.Helper()
		for n := 2; n <= Steady; n++ {
			if judged := beat(gonets.NodeBeat); judged != (n == Steady) {
				t.Errorf("judged after %d beats: %v", n, judged)
			}
		}
	}
	steady()
	f.set(func() { f.away = errors.New("away") })
	clock.AwaitTimers(sleepers)
	clock.Advance(gonets.NodeBeat)
	clock.AwaitTimers(sleepers)
	f.set(func() { f.away = nil })
	if beat(time.Second) {
		t.Error("judged with the first beat after the database was away")
	}
	steady()
	// The machine slept; nothing failed.
	clock.AwaitTimers(sleepers)
	clock.Advance(time.Minute)
	if <-f.rescues {
		t.Error("judged with the first beat after a sleep")
	}
}

// wall is a machine's clock that somebody sets.
type wall struct {
	*testkit.Clock
	set time.Duration
}

func (w *wall) Now() time.Time { return w.Clock.Now().Add(w.set) }

// TestADatabaseWhoseClockWasSetIsNoticed: nobody is judged until all had the time
// to beat by the new one.
func TestADatabaseWhoseClockWasSetIsNoticed(t *testing.T) {
	t.Parallel()
	machine := &wall{Clock: testkit.NewClock()}
	f := newFake(machine.Clock)
	var slept time.Duration
	var jumps []time.Duration
	k := New(Options{Store: f, Real: machine, Log: slog.New(slog.DiscardHandler), Steady: func() time.Duration { return f.steady() - slept },
		Changed: func(context.Context) error { return nil }, Jumped: func(by time.Duration) { jumps = append(jumps, by) }}, 1)
	const least = 2 * time.Minute
	for _, c := range []struct {
		name                    string
		database, machine, took time.Duration
		sleeps, notices, steady bool
	}{
		{name: "nothing", steady: true},
		{name: "put right bit by bit", database: 4 * time.Second, steady: true},
		{name: "a leap second of the database's", database: -time.Second, steady: true},
		{name: "a leap second of this machine's", machine: -time.Second, steady: true},
		{name: "a long journey", took: 3 * time.Second, steady: true},
		{name: "a sleep", sleeps: true},
		{name: "this machine's ahead", machine: time.Hour},
		{name: "this machine's back", machine: -time.Hour},
		{name: "both ahead, because they are one", database: time.Hour, machine: time.Hour},
		{name: "both back, because they are one", database: -time.Hour, machine: -time.Hour},
		{name: "the database's ahead", database: least, notices: true},
		{name: "the database's back", database: -3 * time.Hour, notices: true},
		{name: "the database's ahead, a long journey", database: least, took: 3 * time.Second, notices: true},
		{name: "the database's back, a long journey", database: -least, took: 3 * time.Second, notices: true},
	} {
		beat := func() {
			machine.Advance(gonets.NodeBeat)
			k.pulse()
		}
		for k.steady.Load() < Steady {
			beat()
		}
		jumps = nil
		if c.sleeps {
			machine.Advance(least)
			slept += least
		}
		f.ahead += c.database
		machine.set += c.machine
		f.journey = func() { machine.Advance(c.took) }
		beat()
		f.journey = nil
		if noticed := len(jumps) == 1 && (jumps[0]-c.database).Abs() < 10*time.Second; noticed != c.notices || len(jumps) > 1 {
			t.Errorf("%s: noticed %v", c.name, jumps)
		}
		if k.Settled() != c.steady {
			t.Errorf("%s: settled: %v", c.name, !c.steady)
		}
		after := time.Duration(0)
		for ; k.steady.Load() < Steady; after += gonets.NodeBeat {
			beat()
		}
		if c.steady != (after == 0) || !c.steady && after < gonets.NodeDead {
			t.Errorf("%s: others are judged %v after it", c.name, after)
		}
	}
}

// TestADatabaseThatIsPutRightBitByBitIsNotNoticed: for two days its clock goes as much
// slower as a time service may let it, and a leap second is taken off it bit by bit, while
// this machine's takes its own at once.
func TestADatabaseThatIsPutRightBitByBitIsNotNoticed(t *testing.T) {
	t.Parallel()
	machine := &wall{Clock: testkit.NewClock()}
	f := newFake(machine.Clock)
	var jumps []time.Duration
	k := New(Options{Store: f, Real: machine, Log: slog.New(slog.DiscardHandler), Steady: f.steady,
		Changed: func(context.Context) error { return nil }, Jumped: func(by time.Duration) { jumps = append(jumps, by) }}, 1)
	const days = 48 * time.Hour
	for now := time.Duration(0); now < days; now += gonets.NodeBeat {
		machine.Advance(gonets.NodeBeat)
		f.ahead -= gonets.NodeBeat/2_000 + gonets.NodeBeat/(24*time.Hour/time.Second)
		if now == days/2 {
			machine.set -= time.Second
		}
		k.pulse()
		if len(jumps) > 0 || now > Steady*gonets.NodeBeat && !k.Settled() {
			t.Fatalf("after %v: %v are told as jumps, settled: %v", now, jumps, k.Settled())
		}
	}
}

// TestLongTakeOverKeepsNoNodeFromBeating plants a rescue that does not end.
func TestLongTakeOverKeepsNoNodeFromBeating(t *testing.T) {
	t.Parallel()
	k, f, clock, _ := start(t)
	f.set(func() { f.hold = make(chan struct{}) })
	defer close(f.hold)
	beat := func() {
		clock.AwaitTimers(sleepers)
		clock.Advance(gonets.NodeBeat)
		<-f.beats
	}
	beat()
	<-f.rescues // it has begun
	for range 10 {
		beat()
	}
	clock.AwaitTimers(sleepers)
	if !k.Alive(1) || len(f.rescues) != 0 {
		t.Errorf("alive: %v, %d rescues more", k.Alive(1), len(f.rescues))
	}
}

func TestClockIsNotSteeredByALongJourney(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		took   time.Duration
		steers int
	}{{steerWithin / 2, 1}, {steerWithin + time.Millisecond, 0}} {
		steers := 0
		clock := testkit.NewClock()
		f := newFake(clock)
		f.journey = func() { clock.Advance(c.took) }
		k := New(Options{Store: f, Real: clock, Steady: f.steady, Log: slog.New(slog.DiscardHandler),
			Changed: func(context.Context) error { return nil }, Steer: func(time.Duration) { steers++ }}, 1)
		steered, err := k.beat(t.Context())
		if err != nil || steers != c.steers || steered != (c.steers > 0) {
			t.Errorf("after %v steered %d times: %v", c.took, steers, err)
		}
	}
}

func TestNodeNoticesWhatOthersPublish(t *testing.T) {
	t.Parallel()
	_, f, clock, _ := start(t)
	f.set(func() { f.config = 2 })
	clock.AwaitTimers(sleepers)
	clock.Advance(ConfigPoll)
	<-f.changed
	clock.AwaitTimers(sleepers)
	clock.Advance(ConfigPoll)
	clock.AwaitTimers(sleepers)
	if len(f.changed) > 0 {
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
	k, f, clock, _ := start(t)
	k.Tell(hint.Hint{Config: true})
	if h := <-f.told; !h.Config || h.Work {
		t.Errorf("the first hint goes out as it is and at once: %+v", h)
	}
	clock.AwaitTimers(sleepers + 1)
	for i := range 1000 {
		k.Tell(hint.Hint{Work: true, Ended: []string{fmt.Sprint(i)}})
	}
	if len(f.told) != 0 {
		t.Fatalf("%d hints went out before the pause", len(f.told))
	}
	clock.Advance(HintPause)
	h := <-f.told
	if !h.Work || h.Config || len(h.Ended) != hint.MaxHintIDs {
		t.Errorf("%+v", h)
	}
	clock.AwaitTimers(sleepers + 1)
	clock.Advance(HintPause)
	clock.AwaitTimers(sleepers)
	if len(f.told) != 0 {
		t.Errorf("%d hints more than there is to tell", len(f.told))
	}
}

func TestNodeHearsOthersAgainAfterALostConnection(t *testing.T) {
	t.Parallel()
	_, f, clock, _ := start(t)
	line := <-f.lines
	line <- hint.Hint{Work: true}
	if h := <-f.told; !h.Work {
		t.Errorf("%+v", h)
	}
	// The configuration is looked at now, not at the next poll.
	f.set(func() { f.config = 2 })
	line <- hint.Hint{Config: true}
	<-f.changed
	<-f.told
	close(line)
	clock.AwaitTimers(sleepers + 1)
	clock.Advance(relisten)
	line = <-f.lines
	line <- hint.Hint{Ended: []string{"r"}}
	if h := <-f.told; len(h.Ended) != 1 {
		t.Errorf("%+v", h)
	}
}
