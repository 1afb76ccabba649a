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
	"gonets/internal/hint"
	"gonets/internal/jump"
)

// Store is what a node asks of the shared database.
type Store interface {
	Beat(ctx context.Context) (hint.Pulse, error)
	ConfigEpoch(ctx context.Context) (int64, error)
	Tell(ctx context.Context, h hint.Hint) error
	Listen(ctx context.Context, heard func(hint.Hint)) error
	Rescue(ctx context.Context, d gonets.Death) (gonets.RescueReport, error)
}

// Options are a node's parts; all but Steer and Jumped are needed.
type Options struct {
	Store Store
	// Real is real time, whatever speed the server's clock has.
	Real gonets.Clock
	// Steady is how long a clock has been running that nobody can set.
	Steady func() time.Duration
	// Changed is called when another node may have changed the configuration.
	Changed func(ctx context.Context) error
	// Freed is called when there is work that dead nodes left.
	Freed func()
	// Heard is called with the hints of other nodes.
	Heard func(h hint.Hint)
	// Silent is called, again and again, while the node was silent for
	// [Cut]: what is on its way must end before others make it again.
	Silent func()
	// Jumped is called with how far the database's clock went ahead of this machine's;
	// below 0, back.
	Jumped func(by time.Duration)
	// Steer is told how far the database's clock is ahead of this machine's.
	Steer func(ahead time.Duration)
	Log   *slog.Logger
}

// Keeper is a node's heart. It is a service; start it before the engine, which
// needs its clock, and let it relieve others after that, because the engine alone
// knows what was in flight when the node's last life ended.
type Keeper struct {
	Options
	stop  context.CancelFunc
	ctx   context.Context
	loops sync.WaitGroup

	epoch atomic.Int64
	last  atomic.Pointer[moment]
	// steady is how many heartbeats came one after another, each in time; below 0,
	// how many more it takes.
	steady atomic.Int64
	// shown is what the database's clock showed last; only heartbeats use it.
	shown shown
	// beaten wakes who looks for dead nodes: only a node that beats may judge.
	beaten chan struct{}

	mu sync.Mutex
	// news are what the others are not told yet.
	news hint.Hint
	// speak and look wake those who tell and those who look at the configuration.
	speak, look chan struct{}
}

// moment is a time on both clocks: the monotonic one may stand still while the
// machine sleeps, the wall clock may be set.
type moment struct {
	steady time.Duration
	wall   time.Time
}

// shown is what the database's clock showed so long after a moment at most; zero is
// nothing yet.
type shown struct {
	moment
	now  time.Time
	took time.Duration
}

// New makes a keeper; the registration of the store counts as its first beat.
func New(o Options, epoch int64) *Keeper {
	k := &Keeper{Options: o, beaten: make(chan struct{}, 1), speak: make(chan struct{}, 1), look: make(chan struct{}, 1)}
	k.ctx, k.stop = context.WithCancel(context.Background())
	k.epoch.Store(epoch)
	k.last.Store(k.now())
	return k
}

func (k *Keeper) now() *moment { return &moment{k.Steady(), k.Real.Now()} }

// since is how long a moment is ago, by the clock on which it is longer.
func (k *Keeper) since(m *moment) time.Duration {
	return max(k.Steady()-m.steady, k.Real.Now().Sub(m.wall))
}

// Epoch is this node's present life.
func (k *Keeper) Epoch() int64 { return k.epoch.Load() }

// Alive tells whether work under a lease of that epoch may still be done: the
// node was heard of recently enough that nobody takes its runs over.
func (k *Keeper) Alive(epoch int64) bool {
	return epoch == k.epoch.Load() && k.since(k.last.Load()) < gonets.NodeDead-Margin
}

// Settled is false while others may look dead because a clock was set.
func (k *Keeper) Settled() bool { return k.steady.Load() > 0 }

// Judges tells whether others that seem silent are: the beats here came in time for long
// enough that theirs would have come too.
func (k *Keeper) Judges() bool { return k.steady.Load() >= Steady }

// Name names the service.
func (k *Keeper) Name() string { return "node" }

// startBeats is how often a start asks for the time on a slow network.
const startBeats = 3

// Start makes the first beat and goes on beating. The clock is steered and the
// configuration known when it returns.
func (k *Keeper) Start(ctx context.Context) error {
	config, err := k.Store.ConfigEpoch(ctx)
	if err != nil {
		return err
	}
	for range startBeats {
		steered, err := k.beat(ctx)
		if err != nil {
			return err
		}
		if steered {
			break
		}
	}
	k.steady.Store(1)
	// It may have changed since the server read it.
	if err := k.Changed(ctx); err != nil {
		return err
	}
	k.loops.Go(func() {
		for k.pause(gonets.NodeBeat) {
			k.pulse()
		}
	})
	k.loops.Go(k.fallSilent)
	k.loops.Go(func() { k.watch(config) })
	k.loops.Go(k.tell)
	k.loops.Go(k.listen)
	return nil
}

// Relieve begins to take over what dead nodes left, and what this one's own
// earlier lives did. It goes on beside the heartbeat: however much there is to
// take over, this node does not look dead meanwhile.
func (k *Keeper) Relieve() { k.loops.Go(k.relieve) }

// Stop ends the heartbeat. The others take over what is still leased after the
// limit; a server that stops in order has given its leases back.
func (k *Keeper) Stop(context.Context) error {
	k.stop()
	k.loops.Wait()
	return nil
}

// pulse beats, again each second while the database is away.
func (k *Keeper) pulse() {
	for {
		late := k.since(k.last.Load()) > 2*gonets.NodeBeat
		_, err := k.beat(k.ctx)
		if err == nil {
			if late {
				k.steady.Store(min(k.steady.Load(), 0))
			}
			break
		}
		k.steady.Store(min(k.steady.Load(), 0))
		if !k.pause(time.Second) {
			return
		}
	}
	k.steady.Add(1)
	select {
	case k.beaten <- struct{}{}:
	default:
	}
}

// relieve looks for dead nodes after each beat. It judges others only when its
// own beats were steady for a while: after a silence of the database, or of this
// machine, the others need the time to beat first.
func (k *Keeper) relieve() {
	for {
		select {
		case <-k.ctx.Done():
			return
		case <-k.beaten:
		}
		report, err := k.Store.Rescue(k.ctx, gonets.Death{Others: k.Judges()})
		if err != nil && k.ctx.Err() == nil {
			k.Log.Warn("it is unknown whether other nodes died; asking again", "error", err)
		}
		if report.Released > 0 {
			k.Log.Info("took over what a dead node left", "runs", report.Released)
			k.Freed()
		}
	}
}

// fallSilent tells when the node was silent for so long that it must keep still.
func (k *Keeper) fallSilent() {
	for {
		left := Cut - k.since(k.last.Load())
		if left <= 0 {
			k.Silent()
			left = time.Second
		}
		if !k.pause(left) {
			return
		}
	}
}

// steerWithin is the longest journey of a beat by which the clock is steered:
// nobody knows where on a longer one the database read its own.
const steerWithin = time.Second

func (k *Keeper) beat(ctx context.Context) (steered bool, err error) {
	begun := k.now()
	p, err := k.Store.Beat(ctx)
	if err != nil {
		return false, err
	}
	took := k.since(begun)
	if steered = took <= steerWithin; steered && k.Steer != nil {
		// The database read its clock somewhere in the middle of the call.
		k.Steer(p.Now.Sub(begun.wall.Add(took / 2)))
	}
	k.compare(shown{*begun, p.Now, k.Steady() - begun.steady})
	if old := k.epoch.Swap(p.Epoch); old != p.Epoch {
		k.Log.Warn("this node was silent for so long that another one took its runs over; it begins anew", "epoch", p.Epoch)
	}
	k.last.Store(begun)
	return steered, nil
}

// driftOf is which part of a long time clocks may go apart that nobody set.
const driftOf = 1000

// compare notices that the database's clock went otherwise than one of this machine's.
// How long others were silent is known again when they had the time to beat by the
// new one. It is told only when it went otherwise than both: the monotonic one may
// stand still in a sleep, the wall clock may be set, together with the database's
// where they share a machine.
func (k *Keeper) compare(s shown) {
	last := k.shown
	k.shown = s
	if last.now.IsZero() {
		return
	}
	steady, wall, went := s.steady-last.steady, s.wall.Sub(last.wall), s.now.Sub(last.now)
	limit := jump.Least + max(last.took, s.took) + max(steady, wall)/driftOf
	least, most := went-steady, went-wall
	if most.Abs() < least.Abs() {
		least, most = most, least
	}
	if most.Abs() <= limit {
		return
	}
	k.steady.Store(Steady - 1 - int64(gonets.NodeDead/gonets.NodeBeat))
	if least.Abs() > limit && k.Jumped != nil {
		k.Jumped(least)
	}
}
