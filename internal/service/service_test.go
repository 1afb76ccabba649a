package service

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary collects what services do, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

// all is what was done so far.
func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

type fake struct {
	*diary
	name     string
	startErr error
	stopErr  error
	// busy is how long Stop takes; forever ignores its deadline.
	busy    time.Duration
	forever bool
	fatal   chan error
	health  error
}

func (f *fake) Name() string        { return f.name }
func (f *fake) Fatal() <-chan error { return f.fatal }
func (f *fake) Health() error       { return f.health }

func (f *fake) Start(context.Context) error {
	f.add("start " + f.name)
	return f.startErr
}

func (f *fake) Stop(ctx context.Context) error {
	f.add("stop " + f.name)
	if f.forever {
		time.Sleep(time.Hour)
	}
	select {
	case <-time.After(f.busy):
		return f.stopErr
	case <-ctx.Done():
		f.add("hurried " + f.name)
		return ctx.Err()
	}
}

func TestGroupStartsInOrderAndStopsInReverse(t *testing.T) {
	t.Parallel()
	d := &diary{}
	boom := errors.New("boom")
	g := NewGroup("server", &fake{diary: d, name: "store", stopErr: boom}, &fake{diary: d, name: "engine"}, &fake{diary: d, name: "http"})
	if g.Health() == nil {
		t.Error("a group is healthy before its start")
	}
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Health(); err != nil {
		t.Errorf("health after start: %v", err)
	}
	err := g.Stop(t.Context())
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "store") {
		t.Errorf("stop: %v", err)
	}
	want := []string{"start store", "start engine", "start http", "stop http", "stop engine", "stop store"}
	if diff := cmp.Diff(want, d.all()); diff != "" {
		t.Error(diff)
	}
	if err := g.Stop(t.Context()); err != nil || len(d.all()) != len(want) {
		t.Errorf("a second stop did something: %v, %v", err, d.all())
	}
}

func TestFailedStartStopsThoseThatRan(t *testing.T) {
	t.Parallel()
	d := &diary{}
	boom := errors.New("boom")
	g := NewGroup("server", &fake{diary: d, name: "store"}, &fake{diary: d, name: "engine", startErr: boom}, &fake{diary: d, name: "http"})
	if err := g.Start(t.Context()); !errors.Is(err, boom) || !strings.Contains(err.Error(), "engine did not start") {
		t.Errorf("start: %v", err)
	}
	if diff := cmp.Diff([]string{"start store", "start engine", "stop store"}, d.all()); diff != "" {
		t.Error(diff)
	}
}

func TestCancelledStartGoesNoFurther(t *testing.T) {
	t.Parallel()
	d := &diary{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := NewGroup("server", &fake{diary: d, name: "store"}).Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("start: %v", err)
	}
	if len(d.all()) != 0 {
		t.Errorf("did %v", d.all())
	}
}

func TestFatalFailureEndsTheGroup(t *testing.T) {
	t.Parallel()
	d := &diary{}
	store := &fake{diary: d, name: "store", fatal: make(chan error, 1)}
	other := &fake{diary: d, name: "other", fatal: make(chan error)}
	close(other.fatal) // means nothing
	boom := errors.New("fsync failed")
	store.fatal <- boom
	err := NewGroup("server", store, other, &fake{diary: d, name: "quiet"}).Run(t.Context(), time.Minute)
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "store failed") {
		t.Errorf("run: %v", err)
	}
	if got := d.all()[len(d.all())-1]; got != "stop store" {
		t.Errorf("last was %q", got)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	d := &diary{}
	g := NewGroup("server", &fake{diary: d, name: "store", fatal: make(chan error)})
	cancel()
	if err := g.Run(ctx, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("run with a context that is over: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := NewGroup("server", &fake{diary: &diary{}, name: "store"}).Run(ctx, time.Minute); err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

func TestStopKeepsItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		g := NewGroup("server", &fake{diary: d, name: "store"}, &fake{diary: d, name: "slow", busy: time.Hour},
			&fake{diary: d, name: "deaf", forever: true})
		if err := g.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := g.Stop(ctx)
		if took := time.Since(begin); took > 5*time.Second+3*grace {
			t.Errorf("stop took %v", took)
		}
		if err == nil || !strings.Contains(err.Error(), "deaf did not stop cleanly") {
			t.Errorf("stop: %v", err)
		}
		time.Sleep(2 * time.Hour) // for the deaf one to end, as its process would
		if !cmp.Equal(d.all()[3:6], []string{"stop deaf", "stop slow", "hurried slow"}) || d.all()[6] != "stop store" {
			t.Errorf("did %v", d.all())
		}
	})
}

func TestHealthNamesTheSickService(t *testing.T) {
	t.Parallel()
	d := &diary{}
	g := NewGroup("server", &fake{diary: d, name: "store"}, &fake{diary: d, name: "engine", health: errors.New("no heartbeat")})
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Health(); err == nil || err.Error() != "engine: no heartbeat" {
		t.Errorf("health: %v", err)
	}
	if err := g.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
