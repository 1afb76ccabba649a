//go:build linux || darwin

package disk

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// planted is a disk of 10 GiB of which a test says how much is free.
type planted struct {
	mu    sync.Mutex
	free  int64
	fails error
	asked int
}

const whole = 10 << 30

func (p *planted) ask(string) (Space, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	return Space{Free: p.free, Whole: whole}, p.fails
}

type bench struct {
	*Watch
	t       *testing.T
	disk    *planted
	clock   *testkit.Clock
	changes int
}

func open(t *testing.T, free int64, tune func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, disk: &planted{free: free}, clock: testkit.NewClock()}
	o := Options{Folder: t.TempDir(), Ballast: 3 << 20, Holds: true, Ask: b.disk.ask, Clock: b.clock, Log: slog.New(slog.DiscardHandler),
		Changed: func() { b.changes++ }}
	if tune != nil {
		tune(&o)
	}
	b.Watch = Open(o)
	return b
}

// at looks at a disk with so much room and demands the level.
func (b *bench) at(free int64, want Level) {
	b.t.Helper()
	b.disk.free = free
	b.look()
	if got := b.State().Level; got != want {
		b.t.Fatalf("%d bytes free: %s, want %s", free, got, want)
	}
}

func (b *bench) ballastIs(size int64) {
	b.t.Helper()
	st, err := os.Stat(b.ballast)
	switch {
	case size == 0 && !os.IsNotExist(err):
		b.t.Fatalf("there is a ballast: %v", err)
	case size > 0 && (err != nil || st.Size() != size || st.Sys().(*syscall.Stat_t).Blocks*512 < size):
		b.t.Fatalf("the ballast: %v %v", st, err)
	}
	if got := b.State().Ballast; got != size {
		b.t.Fatalf("the ballast is said to have %d bytes, want %d", got, size)
	}
}

func TestADiskIsLowBelowItsLimitAndDoesNotFlap(t *testing.T) {
	t.Parallel()
	b := open(t, 5<<30, nil)
	limit := int64(200 << 20)
	b.at(5<<30, OK)
	if b.Log() != 0 {
		t.Errorf("the log is bounded by %d bytes where there is plenty of room", b.Log())
	}
	b.at(limit, OK)
	if !b.Fits(limit/2) || b.Fits(limit-limit/8) {
		t.Error("what fits leaves a little")
	}
	if b.Low() || b.Full() || b.changes > 0 {
		t.Fatalf("low %t, full %t, %d changes", b.Low(), b.Full(), b.changes)
	}
	b.at(limit-1, Low)
	if !b.Low() || b.Full() || b.Log() != 3<<19 {
		t.Fatalf("low %t, full %t, log %d", b.Low(), b.Full(), b.Log())
	}
	b.at(limit+1, Low)
	b.at(limit+limit/4-1, Low)
	b.at(limit+limit/4, OK)
	b.at(limit, OK)
	if b.changes != 2 {
		t.Errorf("%d changes were told, want 2", b.changes)
	}
	if s := b.State(); s.LowBelow != limit || s.Whole != whole || s.Free != limit {
		t.Errorf("%+v", s)
	}
}

func TestTheLimitIsAPartOfASmallDisk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		whole, limit, ballast int64
	}{
		"a large disk": {1 << 40, 200 << 20, MaxBallast},
		"a small one":  {1000 << 20, 50 << 20, 20 << 20},
	} {
		w := Open(Options{Folder: t.TempDir(), Ballast: MaxBallast, Holds: true, Clock: testkit.NewClock(),
			Ask: func(string) (Space, error) { return Space{c.whole / 2, c.whole}, nil }})
		if s := w.State(); s.LowBelow != c.limit || s.Wanted != c.ballast {
			t.Errorf("%s: low below %d, a ballast of %d", name, s.LowBelow, s.Wanted)
		}
	}
}

func TestAFullDiskIsGivenTheBallastAndTakesItBackWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	b := open(t, 5<<30, nil)
	b.ballastIs(0)
	b.at(5<<30, OK)
	b.ballastIs(3 << 20)
	b.at(100, Low)
	b.ballastIs(3 << 20)
	if !b.Filled() {
		t.Fatal("a write that found no room was given none")
	}
	b.ballastIs(0)
	if !b.Full() || !b.Low() {
		t.Fatal("the disk is not full")
	}
	if b.Filled() {
		t.Fatal("room was made twice of one ballast")
	}
	if b.disk.free = 2 << 20; !b.Spare() {
		t.Error("there is room for what is under way")
	}
	if b.disk.free = 1 << 20; b.Spare() {
		t.Error("what is left for people is taken")
	}
	b.at(3<<20, Full) // what the ballast gave is no room for new work
	b.at(6<<20-1, Full)
	b.ballastIs(0)
	b.at(6<<20, Low)
	b.ballastIs(3 << 20)
	b.at(1<<30, OK)
}

func TestWithoutABallastAFullDiskEndsWithSomeRoom(t *testing.T) {
	t.Parallel()
	b := open(t, 5<<30, func(o *Options) { o.Ballast = 0 })
	b.at(0, Low)
	if b.Filled() || !b.Full() {
		t.Fatal("there was nothing to give up, and the disk is full")
	}
	b.at(scarce, Full)
	b.at(2*scarce, Low)
	b.ballastIs(0)
}

func TestAServerStartsOnAFullDisk(t *testing.T) {
	t.Parallel()
	first := open(t, 5<<30, nil)
	first.at(5<<30, OK)
	again := open(t, scarce-1, func(o *Options) { o.Folder = first.o.Folder })
	if !again.Full() {
		t.Fatal("the disk is not full")
	}
	again.ballastIs(0)
	if low := open(t, 50<<20, nil); !low.Low() || low.Full() {
		t.Fatal("a disk that is low at the start is not known to be")
	}
}

func TestABallastThatDoesNotFitIsNotMadeAndLeavesNothing(t *testing.T) {
	t.Parallel()
	b := open(t, 5<<30, func(o *Options) { o.Folder = filepath.Join(o.Folder, "gone") })
	b.at(5<<30, OK)
	b.ballastIs(0)
	if err := os.Mkdir(b.o.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	b.at(5<<30-1, OK)
	b.ballastIs(3 << 20)
	if names, err := os.ReadDir(b.o.Folder); err != nil || len(names) != 1 {
		t.Fatalf("%v %v", names, err)
	}
}

func TestADatabaseElsewhereIsOnlyTold(t *testing.T) {
	t.Parallel()
	b := open(t, 5<<30, func(o *Options) { o.Holds = false })
	b.at(5<<30, OK)
	b.ballastIs(0)
	b.at(100, Low)
	if b.Low() || b.Full() || b.Log() != 0 {
		t.Fatal("less is kept because of a disk on which nothing is kept")
	}
	b.changes = 0
	if first, again := b.Filled(), b.Filled(); first || again || b.changes != 1 {
		t.Fatalf("a full database is told %d times", b.changes)
	}
	if b.Full() || b.State().Level != Full {
		t.Fatalf("a full database elsewhere: %+v", b.State())
	}
	b.clock.Advance(fullFor)
	b.at(5<<30, OK)
}

func TestALookThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	b := open(t, 50<<20, nil)
	b.disk.fails = syscall.EIO
	b.at(5<<30, Low)
}

func TestItLooksEverySecondUntilItIsStopped(t *testing.T) {
	t.Parallel()
	b := open(t, 5<<30, nil)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.clock.AwaitTimers(1)
	b.disk.mu.Lock()
	before := b.disk.asked
	b.disk.free = 1
	b.disk.mu.Unlock()
	b.clock.Advance(time.Second)
	b.clock.AwaitTimers(1)
	b.disk.mu.Lock()
	if b.disk.asked == before {
		t.Error("it did not look")
	}
	b.disk.mu.Unlock()
	if !b.Low() {
		t.Error("the disk is not low")
	}
	if err := b.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTheRealDiskAnswers(t *testing.T) {
	t.Parallel()
	s, err := ask(t.TempDir())
	if err != nil || s.Free <= 0 || s.Whole < s.Free {
		t.Fatalf("%+v %v", s, err)
	}
	if _, err := ask("/no/such/folder"); err == nil {
		t.Fatal("a folder that is not there has room")
	}
}
