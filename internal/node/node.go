// Package node keeps a server known among those that share its database, and
// keeps it from working when the others must believe that it is dead.
package node

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gonets"
)

// Store is what a node asks of the shared database.
type Store interface {
	Beat(ctx context.Context) (gonets.Pulse, error)
	ConfigEpoch(ctx context.Context) (int64, error)
	Tell(ctx context.Context, h gonets.Hint) error
	Listen(ctx context.Context, heard func(gonets.Hint)) error
	Rescue(ctx context.Context, d gonets.Death) (gonets.RescueReport, error)
}

// Options are a node's parts; all but Steer are needed.
type Options struct {
	Store Store
	// Real is real time, whatever speed the server's clock has.
	Real gonets.Clock
	// Changed is called when another node may have changed the configuration.
	Changed func(ctx context.Context) error
	// Freed is called when there is work that dead nodes left.
	Freed func()
	// Heard is called with the hints of other nodes.
	Heard func(h gonets.Hint)
	// Steer is told how far the database's clock is ahead of this machine's.
	Steer func(ahead time.Duration)
	Log   *slog.Logger
}

// Keeper is a node's heart. It is a service; start it after the engine, which
// alone knows what was in flight when the node's last life ended.
type Keeper struct {
	Options
	stop  context.CancelFunc
	ctx   context.Context
	loops sync.WaitGroup

	epoch atomic.Int64
	last  atomic.Pointer[moment]

	mu sync.Mutex
	// news are what the others are not told yet.
	news gonets.Hint
	// speak and look wake those who tell and those who look at the configuration.
	speak, look chan struct{}
}

// moment is a time on both clocks: the monotonic one may stand still while the
// machine sleeps, the wall clock may be set.
type moment struct {
	watch gonets.Stopwatch
	wall  time.Time
}

// New makes a keeper; the registration of the store counts as its first beat.
func New(o Options, epoch int64) *Keeper {
	k := &Keeper{Options: o, speak: make(chan struct{}, 1), look: make(chan struct{}, 1)}
	k.ctx, k.stop = context.WithCancel(context.Background())
	k.epoch.Store(epoch)
	k.last.Store(k.now())
	return k
}

func (k *Keeper) now() *moment { return &moment{gonets.StartStopwatch(), k.Real.Now()} }

// Epoch is this node's present life.
func (k *Keeper) Epoch() int64 { return k.epoch.Load() }

// Alive tells whether work under a lease of that epoch may still be done: the
// node was heard of recently enough that nobody takes its runs over.
func (k *Keeper) Alive(epoch int64) bool {
	const limit = gonets.NodeDead - gonets.NodeMargin
	last := k.last.Load()
	since := time.Duration(last.watch.Microseconds()) * time.Microsecond
	return epoch == k.epoch.Load() && since < limit && k.Real.Now().Sub(last.wall) < limit
}

// Name names the service.
func (k *Keeper) Name() string { return "node" }

// Start makes the first beat and goes on beating.
func (k *Keeper) Start(ctx context.Context) error {
	config, err := k.Store.ConfigEpoch(ctx)
	if err != nil {
		return err
	}
	if err := k.beat(ctx); err != nil {
		return err
	}
	k.loops.Go(func() {
		for k.pause(gonets.NodeBeat) {
			k.pulse()
		}
	})
	k.loops.Go(func() { k.watch(config) })
	k.loops.Go(k.tell)
	k.loops.Go(k.listen)
	return nil
}

// Stop ends the heartbeat. The others take over what is still leased after the
// limit; a server that stops in order has given its leases back.
func (k *Keeper) Stop(context.Context) error {
	k.stop()
	k.loops.Wait()
	return nil
}

// pulse beats, again each second while the database is away, and looks for dead
// nodes.
func (k *Keeper) pulse() {
	for k.beat(k.ctx) != nil {
		if !k.pause(time.Second) {
			return
		}
	}
	report, err := k.Store.Rescue(k.ctx, gonets.Death{})
	if err != nil {
		if k.ctx.Err() == nil {
			k.Log.Warn("it is unknown whether other nodes died; asking again", "error", err)
		}
		return
	}
	if report.Released > 0 {
		k.Log.Info("took over what a dead node left", "runs", report.Released)
		k.Freed()
	}
}

func (k *Keeper) beat(ctx context.Context) error {
	begun := k.now()
	p, err := k.Store.Beat(ctx)
	if err != nil {
		return err
	}
	if k.Steer != nil {
		// The database read its clock somewhere in the middle of the call.
		half := time.Duration(begun.watch.Microseconds()) * time.Microsecond / 2
		k.Steer(p.Now.Sub(begun.wall.Add(half)))
	}
	if old := k.epoch.Swap(p.Epoch); old != p.Epoch {
		k.Log.Warn("this node was silent for so long that others took its runs over; it begins anew", "epoch", p.Epoch)
	}
	k.last.Store(begun)
	return nil
}
