package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/secret"
)

// drill is a drill under way.
type drill struct {
	opts     *Options
	state    state
	progress io.Writer

	nursery  *child.Nursery
	sink     *sink
	producer *producer
	// servers are by number; the last one that was killed is nil.
	servers []*child.Process
	ports   []int
	// died is when the one that stays dead was killed, takeover how long it took
	// until the others had done its work.
	died     time.Time
	takeover time.Duration
}

// base is the address of server n.
func (d *drill) base(n int) string { return "http://127.0.0.1:" + strconv.Itoa(d.ports[n]) }

// Run runs a drill and reports what it found; the error is [Report.Err] or
// what kept the drill from its end. Progress lines go to progress, which may
// be nil. Everything happens on loopback and in Options.Dir. When ctx ends
// early, the state file, if there is one, lets a later Run go on.
func Run(ctx context.Context, o Options, progress io.Writer) (Report, error) {
	if progress == nil {
		progress = io.Discard
	}
	if err := o.complete(); err != nil {
		return Report{}, err
	}
	st, found, err := loadState(o.State)
	if err != nil {
		return Report{}, err
	}
	if found {
		err = o.resume(&st)
	} else {
		st.Temporary, err = o.prepare()
	}
	if err != nil {
		return Report{}, err
	}
	st.Seed, st.Store, st.Dir, st.LedgerDir, st.ClockSpeed = o.Seed, o.Store, o.Dir, o.LedgerDir, o.ClockSpeed
	st.Nodes = o.Nodes
	d := &drill{opts: &o, state: st, progress: progress}
	d.say("seed %d, folder %s", o.Seed, o.Dir)
	report, err := d.run(ctx)
	report.Kills, report.Seed, report.ReadyMs = d.state.Kills, o.Seed, d.state.ready()
	report.TakeoverMs = float64(d.takeover.Microseconds()) / 1000
	if err == nil {
		err = report.Err()
	}
	if err == nil && d.state.Temporary {
		return report, errors.Join(d.clean(), os.RemoveAll(o.Dir))
	}
	report.Dir = o.Dir
	return report, err
}

// clean removes the state file of a drill whose temporary folder goes.
func (d *drill) clean() error {
	if d.opts.State == "" {
		return nil
	}
	return os.Remove(d.opts.State)
}

func (d *drill) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.progress, format+"\n", args...)
}

func (d *drill) run(ctx context.Context) (report Report, err error) {
	if err := d.open(); err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.load(ctx); err != nil {
		return Report{}, err
	}
	d.say("%d kills done; waiting until everything is settled", d.state.Kills)
	if err := d.settle(ctx); err != nil {
		return Report{}, err
	}
	return d.report(ctx)
}

// open starts the sink and the thread from which servers are started.
func (d *drill) open() error {
	seen := map[string]int{}
	if d.state.SinkPort != 0 {
		e, err := readLedgers(d.opts.sentFile(), d.opts.arriveFile())
		if err != nil {
			return err
		}
		for id, list := range e.arrivals {
			seen[id] = len(list)
		}
		// The numbers of an interrupted part are not used again.
		d.state.Next = max(d.state.Next, highest(e))
	}
	var err error
	if d.sink, err = startSink(d.opts, d.state.SinkPort, seen); err != nil {
		return err
	}
	d.state.SinkPort = d.sink.port
	d.nursery = child.NewNursery()
	d.servers = make([]*child.Process, d.opts.Nodes)
	for range d.opts.Nodes {
		port, err := child.FreePort()
		if err != nil {
			return errors.Join(err, d.close())
		}
		d.ports = append(d.ports, port)
	}
	if d.opts.Nodes > 1 {
		// It is made when missing.
		if _, err = secret.Open(d.opts.keyFile()); err != nil {
			return errors.Join(err, d.close())
		}
	}
	return nil
}

// highest is the number after the last one that was to be sent.
func highest(e *evidence) int64 {
	next := int64(0)
	for id := range e.intents {
		var seed uint64
		var n int64
		if _, err := fmt.Sscanf(id, "%x-%d", &seed, &n); err == nil {
			next = max(next, n+1)
		}
	}
	return next
}

func (d *drill) close() error {
	var errs []error
	if d.producer != nil {
		d.producer.drop()
		_, err := d.producer.stop(0)
		errs = append(errs, err)
		d.producer = nil
	}
	for _, s := range d.servers {
		if s != nil {
			s.Stop(gonets.StopSoftDeadline + 5*time.Second)
		}
	}
	if d.sink != nil {
		errs = append(errs, d.sink.stop())
		d.sink = nil
	}
	d.nursery.Close()
	return errors.Join(errs...)
}

// lastLoad is how long, at most, the load goes on after the last kill, so that
// the revived server is seen at work.
const lastLoad = 1500 * time.Millisecond

// load runs the events and the kills.
func (d *drill) load(ctx context.Context) error {
	for n := range d.servers {
		if err := d.launch(n); err != nil {
			return err
		}
		if _, err := d.servers[n].AwaitReady(ctx, d.base(n)); err != nil {
			return err
		}
	}
	a, err := newAPI(d.opts, d.base(0))
	if err != nil {
		return err
	}
	address, err := a.apply(ctx, d.sink.url())
	if err != nil {
		return err
	}
	if err := d.state.save(d.opts.State); err != nil {
		return err
	}
	addresses := make([]string, len(d.servers))
	for n := range addresses {
		addresses[n] = strings.Replace(address, d.base(0), d.base(n), 1)
	}
	if d.producer, err = startProducer(ctx, d.opts, addresses, d.state.Next); err != nil {
		return err
	}
	if len(d.servers) > 1 {
		err = d.killsOfNodes(ctx)
	} else {
		err = d.kills(ctx)
	}
	if err != nil {
		return err
	}
	if err := d.live(ctx, min(lastLoad, d.opts.MaxUptime)); err != nil {
		return err
	}
	return d.stopLoad()
}

// launch starts server n.
func (d *drill) launch(n int) (err error) {
	o := d.opts
	env := child.Env(o.Database)
	if o.Nodes > 1 {
		env = append(env, "GONETS_SECRET_KEY_FILE="+o.keyFile())
	}
	d.servers[n], err = d.nursery.Start(child.Command{
		Path: o.Binary, Env: env, Dir: o.Dir, Log: o.logFile(n), ReadyLimit: o.ReadyLimit,
		Args: append([]string{
			"serve", "--data", o.dataDir(n), "--listen", "127.0.0.1:" + strconv.Itoa(d.ports[n]),
			"--allow-network", "127.0.0.0/8", "--clock-speed", strconv.Itoa(o.ClockSpeed), "--ballast", "0",
		}, o.ServerArgs...),
	})
	return err
}

func (d *drill) stopLoad() error {
	p := d.producer
	d.producer = nil
	next, err := p.stop(30 * time.Second)
	d.state.Next = next
	return errors.Join(err, d.state.save(d.opts.State))
}

// livePause is the pause between two looks at whether the servers live.
const livePause = 10 * time.Millisecond

// live lets the servers work for a while; the end of one by itself is a failure.
func (d *drill) live(ctx context.Context, span time.Duration) error {
	timer, look := time.NewTimer(span), time.NewTicker(livePause)
	defer timer.Stop()
	defer look.Stop()
	for {
		for _, s := range d.servers {
			if s != nil && s.Gone() {
				return s.Unexpected()
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		case <-timer.C:
			return d.sink.failure()
		}
	}
}

// heldLoad is how long nothing is answered before the last kill.
const heldLoad = 400 * time.Millisecond

// killsOfNodes kills one of several servers at a time, while the others work.
func (d *drill) killsOfNodes(ctx context.Context) error {
	for d.state.Kills < d.opts.Kills {
		plan := plan(d.opts, d.state.Kills)
		if err := d.live(ctx, plan.AfterReady); err != nil {
			return err
		}
		last := d.state.Kills+1 == d.opts.Kills
		if last {
			// So that it dies with requests on their way.
			defer d.sink.hold()()
			if err := d.live(ctx, heldLoad); err != nil {
				return err
			}
		}
		n := plan.victim(d.opts.Nodes, last)
		d.servers[n].Kill()
		d.killed(plan.AfterReady)
		if err := d.state.save(d.opts.State); err != nil {
			return err
		}
		if last {
			d.servers[n], d.died = nil, time.Now()
			d.say("server %d stays dead; the others take its runs over", n+1)
			return nil
		}
		if err := d.launch(n); err != nil {
			return err
		}
		if err := d.awaitReady(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// killed counts a kill.
func (d *drill) killed(after time.Duration) {
	d.state.Kills++
	if d.state.Kills <= 50 || d.state.Kills%10 == 0 {
		d.say("kill %d of %d, after %d ms; %d acknowledged, %d deliveries",
			d.state.Kills, d.opts.Kills, after.Milliseconds(), d.producer.acked.Load(), d.sink.count.Load())
	}
}

// kills kills the server again and again. It begins and ends with a ready one.
func (d *drill) kills(ctx context.Context) error {
	for ready := true; d.state.Kills < d.opts.Kills; ready = false {
		plan := plan(d.opts, d.state.Kills)
		span := plan.Early
		if span == 0 {
			span = plan.AfterReady
			if !ready {
				if err := d.awaitReady(ctx, 0); err != nil {
					return err
				}
			}
		}
		if err := d.live(ctx, span); err != nil {
			return err
		}
		d.servers[0].Kill()
		d.killed(span)
		if err := d.state.save(d.opts.State); err != nil {
			return err
		}
		if err := d.launch(0); err != nil {
			return err
		}
	}
	return d.awaitReady(ctx, 0)
}

// awaitReady waits for a server that was started after a kill and notes how
// long it took.
func (d *drill) awaitReady(ctx context.Context, n int) error {
	took, err := d.servers[n].AwaitReady(ctx, d.base(n))
	if err == nil {
		d.state.ReadyMs = append(d.state.ReadyMs, float64(took.Microseconds())/1000)
	}
	return err
}

// settlePause is the pause between two looks at what is unfinished.
const settlePause = 200 * time.Millisecond

// settle waits until no run is queued, running or waiting, or until nothing
// has happened for Options.Settle.
func (d *drill) settle(ctx context.Context) error {
	a, err := newAPI(d.opts, d.base(0))
	if err != nil {
		return err
	}
	last, quiet := d.sink.count.Load(), time.Now()
	for {
		active, err := a.anyOf(ctx, gonets.RunQueued, gonets.RunRunning)
		if err != nil {
			return err
		}
		if !active && !d.died.IsZero() && d.takeover == 0 {
			d.takeover = time.Since(d.died)
		}
		waiting, err := a.anyOf(ctx, gonets.RunWaiting)
		if err != nil || !active && !waiting {
			return err
		}
		if now := d.sink.count.Load(); now != last {
			last, quiet = now, time.Now()
		}
		if time.Since(quiet) > d.opts.Settle {
			d.say("nothing has happened for %v; judging what there is", d.opts.Settle)
			return nil
		}
		if err := d.live(ctx, settlePause); err != nil {
			return err
		}
	}
}

func (d *drill) report(ctx context.Context) (Report, error) {
	// Deliveries that still hang at the sink are written down first.
	err := d.sink.stop()
	d.sink = nil
	if err != nil {
		return Report{}, err
	}
	e, err := readLedgers(d.opts.sentFile(), d.opts.arriveFile())
	if err != nil {
		return Report{}, err
	}
	a, err := newAPI(d.opts, d.base(0))
	if err != nil {
		return Report{}, err
	}
	if err := a.runs(ctx, e); err != nil {
		return Report{}, err
	}
	e.known = func(eventID string) string { return a.known(ctx, eventID) }
	return judge(e), nil
}
