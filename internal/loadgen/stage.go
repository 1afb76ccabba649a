package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gonets/internal/child"
)

// stage is one turn under way.
type stage struct {
	ctx     context.Context
	o       *Options
	nursery *child.Nursery
	dir     string
	// name is that of the turn.
	name    string
	sink    *sink
	process *child.Process
	// scratch is the database of a turn on PostgreSQL.
	scratch Scratch
	opened  opened
}

// opened is what the server showed on an empty folder.
type opened struct {
	start Start
	idle  *float64
	// size is in bytes.
	size int64
}

// stopLimit is how long a server may take to stop.
const stopLimit = 10 * time.Second

// play runs one life of a server in a folder of its own: it warms up, then it
// is measured.
func (s *stage) play(k kind) (t turn, err error) {
	if s.dir, err = os.MkdirTemp("", "gonets-bench-"); err != nil {
		return turn{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	if s.sink, err = startSink(); err != nil {
		return turn{}, err
	}
	defer func() { err = errors.Join(err, s.sink.stop()) }()
	defer func() { err = errors.Join(err, s.clear()) }()
	address, err := k.open(s)
	if err != nil {
		return turn{}, err
	}
	to, err := url.Parse(address)
	if err != nil {
		return turn{}, err
	}
	warm := newTracker()
	if err := s.phase(&load{address: to, connections: s.o.Connections, rate: k.rate, t: warm}, min(s.o.Duration/5, 2*time.Second)); err != nil {
		return turn{}, err
	}
	before := s.used()
	measured := newTracker()
	if err := s.phase(&load{address: to, connections: s.o.Connections, rate: k.rate, t: measured}, s.o.Duration); err != nil {
		return turn{}, err
	}
	t = sum(measured)
	t.start, t.idle = s.opened.start, s.opened.idle
	t.lost += first(warm.judge())
	after := s.used()
	t.cpu = perThousand(before.server, after.server, measured)
	t.database = perThousand(before.database, after.database, measured)
	t.rss = figure(peakMiB(s.process.PID()))
	if n := measured.strange.Load(); n > 0 {
		return turn{}, fmt.Errorf("%d deliveries were of events that nobody had sent", n)
	}
	if s.opened.size > 0 {
		t.disk, err = s.grown(warm.acked.Load() + measured.acked.Load())
	}
	return t, err
}

// clear ends the server and drops its database.
func (s *stage) clear() error {
	if s.process != nil {
		s.process.Stop(stopLimit)
	}
	if s.scratch == nil {
		return nil
	}
	// It goes also when the bench was interrupted.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), stopLimit)
	defer cancel()
	return s.scratch.Drop(ctx)
}

// usage is CPU seconds; nil where the system does not tell.
type usage struct{ server, database *float64 }

func (s *stage) used() usage {
	u := usage{server: figure(cpuSeconds(s.process.PID()))}
	if s.scratch != nil {
		u.database = figure(postgresSeconds(s.scratch.Name()))
	}
	return u
}

func figure(v float64, known bool) *float64 {
	if !known {
		return nil
	}
	return &v
}

func perThousand(before, after *float64, m *tracker) *float64 {
	n := m.arrived.Load()
	if before == nil || after == nil || n == 0 {
		return nil
	}
	return figure((*after-*before)/float64(n)*1000, true)
}

// grown ends the server, so that all is where it stays, and gives the bytes
// that the disk took for each of n events.
func (s *stage) grown(n int64) (*float64, error) {
	s.process.Stop(stopLimit)
	size, err := s.size()
	if err != nil || n == 0 {
		return nil, err
	}
	return figure(float64(size-s.opened.size)/float64(n), true), nil
}

// size is how many bytes the data folder and the database take.
func (s *stage) size() (bytes int64, err error) {
	if s.scratch != nil {
		if bytes, err = s.scratch.Size(s.ctx); err != nil {
			return 0, err
		}
	}
	err = filepath.WalkDir(s.data(), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

func first(a, _ int64) int64 { return a }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func quantiles(h *histogram) Quantiles { return Quantiles{ms(h.quantile(0.5)), ms(h.quantile(0.99))} }

// sum reads a tracker when all is quiet.
func sum(m *tracker) turn {
	per := func(n int64, span int64) float64 {
		if span == 0 {
			return 0
		}
		return float64(n) / time.Duration(span).Seconds()
	}
	t := turn{
		accepted: per(m.acked.Load(), m.lastAck.Load()), delivered: per(m.arrived.Load(), m.lastArrival.Load()),
		ack: quantiles(&m.acks), delivery: quantiles(&m.deliveries), refused: m.refused.Load(), failed: m.failed.Load(),
	}
	t.lost, t.duplicates = m.judge()
	return t
}

// look is the pause between two looks at what is missing.
const look = 5 * time.Millisecond

// phase sends events for a time and waits until all have arrived or nothing
// has for Options.Patience.
func (s *stage) phase(l *load, span time.Duration) error {
	l.t.began = time.Now()
	s.sink.phase.Store(l.t)
	if err := l.run(s.ctx, span); err != nil {
		return err
	}
	seen, quiet := l.t.arrived.Load(), time.Now()
	for l.t.pending() > 0 && time.Since(quiet) < s.o.Patience {
		pause(s.ctx, look)
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-s.process.Exited():
			return s.process.Unexpected()
		default:
		}
		if now := l.t.arrived.Load(); now != seen {
			seen, quiet = now, time.Now()
		}
	}
	return nil
}

func (s *stage) data() string      { return filepath.Join(s.dir, "data") }
func (s *stage) documents() string { return filepath.Join(s.dir, "documents.yaml") }

// start starts a child of the program, with the environment that it needs, and
// waits until it is ready.
func (s *stage) start(env []string, args ...string) (base string, ready time.Duration, err error) {
	port, err := child.FreePort()
	if err != nil {
		return "", 0, err
	}
	listen := "127.0.0.1:" + strconv.Itoa(port)
	s.process, err = s.nursery.Start(child.Command{Path: s.o.Binary, Env: append(env, s.profiled()...), Dir: s.dir, Log: filepath.Join(s.dir, "server.log"),
		Args: append(args, "--listen", listen)})
	if err != nil {
		return "", 0, err
	}
	base = "http://" + listen
	ready, err = s.process.AwaitReady(s.ctx, base)
	return base, ready, err
}

// real starts the server twice: on an empty folder, until it has acknowledged
// and delivered one event, and again for the load. What is stored is counted
// between the lives, when nothing is on its way.
func (s *stage) real() (address string, err error) {
	if s.o.Database != "" {
		made, err := s.o.Scratch(s.ctx, s.o.Database)
		if err != nil {
			return "", err
		}
		s.scratch = made
	}
	address, ready, err := s.serve()
	if err != nil {
		return "", err
	}
	to, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	one := newTracker()
	// At this rate one event is due within a nanosecond.
	if err := s.phase(&load{address: to, connections: 1, rate: 1, t: one}, time.Nanosecond); err != nil {
		return "", err
	}
	if lost, _ := one.judge(); lost > 0 || one.acked.Load() != 1 {
		return "", errors.New("the first event was not taken and delivered")
	}
	s.opened.start = Start{ms(ready), ms(one.began.Sub(s.process.Born()) + time.Duration(one.lastAck.Load()))}
	s.opened.idle = figure(residentMiB(s.process.PID()))
	s.process.Stop(stopLimit)
	if s.opened.size, err = s.size(); err != nil {
		return "", err
	}
	address, _, err = s.serve()
	return address, err
}

// serve starts the server and gives it the documents by its API.
func (s *stage) serve() (address string, ready time.Duration, err error) {
	var env []string
	if s.scratch != nil {
		env = child.Env(s.scratch.Address())
	}
	base, ready, err := s.start(env, "serve", "--allow-network", "127.0.0.0/8", "--ballast", "0", "--data", s.data())
	if err != nil {
		return "", 0, err
	}
	api, err := child.NewAPI(s.data(), base)
	if err != nil {
		return "", 0, err
	}
	address, err = api.Apply(s.ctx, s.work().Documents(), documentName)
	return address, ready, err
}

// CeilingToken is the address of the ceiling's only source.
const CeilingToken = "bench"

// ceiling starts the path without a store, with the same documents.
func (s *stage) ceiling() (address string, err error) {
	if err := os.WriteFile(s.documents(), s.work().Documents(), 0o600); err != nil {
		return "", err
	}
	base, _, err := s.start(nil, "bench", "ceiling", "--documents", s.documents(), "--data", s.data())
	return base + "/in/" + CeilingToken, err
}

// relay starts a bare relay.
func (s *stage) relay() (address string, err error) {
	base, _, err := s.start(nil, "bench", "relay", "--target", s.sink.url())
	return base + "/in/", err
}

// documentName names the bench's source and scenario.
const documentName = "bench"

// work is one request to the sink, as most scenarios have.
func (s *stage) work() *child.Work {
	return &child.Work{Name: documentName, URL: s.sink.url(), Members: [][2]string{
		{"id", "event.body.id"}, {"name", "event.body.name"}, {"amount", "event.body.amount"}, {"fill", "event.body.fill"},
	}}
}
