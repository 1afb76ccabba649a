package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"gonets"
	"gonets/internal/child"
)

// drill is a drill under way.
type drill struct {
	opts     *Options
	state    state
	progress io.Writer

	nursery  *child.Nursery
	sink     *sink
	producer *producer
	server   *child.Process
	port     int
	base     string
}

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
	d := &drill{opts: &o, state: st, progress: progress}
	d.say("seed %d, folder %s", o.Seed, o.Dir)
	report, err := d.run(ctx)
	report.Kills, report.Seed, report.ReadyMs = d.state.Kills, o.Seed, d.state.ready()
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
	if d.port, err = child.FreePort(); err != nil {
		return errors.Join(err, d.close())
	}
	d.base = "http://127.0.0.1:" + strconv.Itoa(d.port)
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
	if d.server != nil {
		d.server.Stop(gonets.StopSoftDeadline + 5*time.Second)
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
	var err error
	if d.server, err = d.launch(); err != nil {
		return err
	}
	if _, err = d.server.AwaitReady(ctx, d.base); err != nil {
		return err
	}
	a, err := newAPI(d.opts, d.base)
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
	if d.producer, err = startProducer(ctx, d.opts, address, d.state.Next); err != nil {
		return err
	}
	if err := d.kills(ctx); err != nil {
		return err
	}
	if err := d.live(ctx, min(lastLoad, d.opts.MaxUptime)); err != nil {
		return err
	}
	return d.stopLoad()
}

// launch starts the server.
func (d *drill) launch() (*child.Process, error) {
	o := d.opts
	return d.nursery.Start(child.Command{
		Path: o.Binary, Env: child.Env(o.Database), Dir: o.Dir, Log: o.logFile(), ReadyLimit: o.ReadyLimit,
		Args: append([]string{
			"serve", "--data", o.dataDir(), "--listen", "127.0.0.1:" + strconv.Itoa(d.port),
			"--allow-network", "127.0.0.0/8", "--clock-speed", strconv.Itoa(o.ClockSpeed),
		}, o.ServerArgs...),
	})
}

func (d *drill) stopLoad() error {
	p := d.producer
	d.producer = nil
	next, err := p.stop(30 * time.Second)
	d.state.Next = next
	return errors.Join(err, d.state.save(d.opts.State))
}

// live lets the server work for a while; its own end is a failure.
func (d *drill) live(ctx context.Context, span time.Duration) error {
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-d.server.Exited():
		return d.server.Unexpected()
	case <-timer.C:
		return d.sink.failure()
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
				if err := d.awaitReady(ctx); err != nil {
					return err
				}
			}
		}
		if err := d.live(ctx, span); err != nil {
			return err
		}
		d.server.Kill()
		d.state.Kills++
		if d.state.Kills <= 50 || d.state.Kills%10 == 0 {
			d.say("kill %d of %d, after %d ms; %d acknowledged, %d deliveries",
				d.state.Kills, d.opts.Kills, span.Milliseconds(), d.producer.acked.Load(), d.sink.count.Load())
		}
		if err := d.state.save(d.opts.State); err != nil {
			return err
		}
		var err error
		if d.server, err = d.launch(); err != nil {
			return err
		}
	}
	return d.awaitReady(ctx)
}

// awaitReady waits for a server that was started after a kill and notes how
// long it took.
func (d *drill) awaitReady(ctx context.Context) error {
	took, err := d.server.AwaitReady(ctx, d.base)
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
	a, err := newAPI(d.opts, d.base)
	if err != nil {
		return err
	}
	last, quiet := d.sink.count.Load(), time.Now()
	for {
		busy := false
		for _, s := range []gonets.RunState{gonets.RunQueued, gonets.RunRunning, gonets.RunWaiting} {
			any, err := a.anyIn(ctx, s)
			if err != nil {
				return err
			}
			busy = busy || any
		}
		if !busy {
			return nil
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
	a, err := newAPI(d.opts, d.base)
	if err != nil {
		return Report{}, err
	}
	if err := a.runs(ctx, e); err != nil {
		return Report{}, err
	}
	e.known = func(eventID string) string { return a.known(ctx, eventID) }
	return judge(e), nil
}
