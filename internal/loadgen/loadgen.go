// Package loadgen measures the real server from outside: it starts one, sends
// it events, receives what it delivers, and says how fast and how dear that
// was, how much of it got lost, and how far it is from the same path without a
// store.
//
// Callers, server and receiver share the machine, as figures of others do.
package loadgen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"gonets"
	"gonets/internal/child"
)

// Options choose what is measured.
type Options struct {
	// Binary is the server's program; empty is the running one.
	Binary string
	// Connections is how many callers send at once; 64 when 0.
	Connections int
	// Rate is how many events a second are sent; 0 sends as fast as answers
	// come. The ceiling is always measured as fast as answers come.
	Rate int
	// Duration is how long events are sent in each turn; 10 s when 0.
	Duration time.Duration
	// Rounds is how often the server and the ceiling take turns; 3 when 0.
	Rounds int
	// Store is the kind of database; sqlite.
	Store string
	// Patience is how long nothing may arrive before what is missing counts as
	// lost; 10 s when 0.
	Patience time.Duration
}

const (
	maxConnections = 1_000
	maxRate        = 1_000_000
	maxDuration    = time.Hour
	maxRounds      = 100
)

func (o *Options) complete() error {
	o.Connections = cmp.Or(o.Connections, 64)
	o.Duration = cmp.Or(o.Duration, 10*time.Second)
	o.Rounds = cmp.Or(o.Rounds, 3)
	o.Store = cmp.Or(o.Store, "sqlite")
	o.Patience = cmp.Or(o.Patience, 10*time.Second)
	if o.Binary == "" {
		exe, err := os.Executable()
		if err != nil {
			return fmt.Errorf("the running program cannot be found: %w", err)
		}
		o.Binary = exe
	}
	switch {
	case o.Store != "sqlite":
		return invalid("a bench on store %q is not possible; choose sqlite", o.Store)
	case o.Connections < 1 || o.Connections > maxConnections:
		return invalid("%d connections are not possible; choose 1 to %d", o.Connections, maxConnections)
	case o.Rate < 0 || o.Rate > maxRate:
		return invalid("%d events a second are not possible; choose 1 to %d, or 0 for as many as there can be", o.Rate, maxRate)
	case o.Duration < 0 || o.Duration > maxDuration:
		return invalid("a duration of %v is not possible; choose up to %v", o.Duration, maxDuration)
	case o.Rounds < 1 || o.Rounds > maxRounds:
		return invalid("%d rounds are not possible; choose 1 to %d", o.Rounds, maxRounds)
	}
	return nil
}

func invalid(format string, args ...any) error {
	return gonets.Errorf(gonets.CodeInvalid, format, args...)
}

// Run measures and reports; the error is [Report.Err] or what kept the bench
// from its end. Progress lines go to progress, which may be nil.
func Run(ctx context.Context, o Options, progress io.Writer) (report Report, err error) {
	if progress == nil {
		progress = io.Discard
	}
	if err := o.complete(); err != nil {
		return Report{}, err
	}
	nursery := child.NewNursery()
	defer nursery.Close()
	var server, ceiling []turn
	for round := range o.Rounds {
		for _, kind := range []struct {
			name  string
			kept  *[]turn
			serve func(*stage) (string, error)
			rate  int
		}{{"server", &server, (*stage).real, o.Rate}, {"ceiling", &ceiling, (*stage).ceiling, 0}} {
			s := &stage{ctx: ctx, o: &o, nursery: nursery}
			t, err := s.play(kind.serve, kind.rate)
			if err != nil {
				return Report{}, fmt.Errorf("%s, round %d: %w", kind.name, round+1, err)
			}
			*kind.kept = append(*kind.kept, t)
			_, _ = fmt.Fprintf(progress, "round %d of %d, %s: %.0f/s delivered\n", round+1, o.Rounds, kind.name, t.delivered)
		}
	}
	report = summarize(server, ceiling)
	return report, report.Err()
}

// turn is what one life of a server showed.
type turn struct {
	accepted, delivered float64
	ack, delivery       Quantiles
	cpu, rss            *float64
	lost, duplicates    int64
	refused, failed     int64
}

func summarize(server, ceiling []turn) Report {
	var r Report
	mid := func(turns []turn, of func(*turn) float64) float64 {
		values := make([]float64, len(turns))
		for i := range turns {
			values[i] = of(&turns[i])
		}
		slices.Sort(values)
		return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	}
	perhaps := func(of func(*turn) *float64) *float64 {
		for i := range server {
			if of(&server[i]) == nil {
				return nil
			}
		}
		v := mid(server, func(t *turn) float64 { return *of(t) })
		return &v
	}
	r.Accepted = mid(server, func(t *turn) float64 { return t.accepted })
	r.Delivered = mid(server, func(t *turn) float64 { return t.delivered })
	r.Ceiling = mid(ceiling, func(t *turn) float64 { return t.delivered })
	r.Ratio = r.Delivered / r.Ceiling
	r.Ack = Quantiles{mid(server, func(t *turn) float64 { return t.ack.P50 }), mid(server, func(t *turn) float64 { return t.ack.P99 })}
	r.Delivery = Quantiles{mid(server, func(t *turn) float64 { return t.delivery.P50 }), mid(server, func(t *turn) float64 { return t.delivery.P99 })}
	r.CPU = perhaps(func(t *turn) *float64 { return t.cpu })
	r.RSS = perhaps(func(t *turn) *float64 { return t.rss })
	for i := range server {
		r.Lost += server[i].lost
		r.Duplicates += server[i].duplicates
		r.Refused += server[i].refused
		r.Failed += server[i].failed
		r.rounds = append(r.rounds, Round{server[i].delivered, ceiling[i].delivered})
	}
	return r
}

// stage is one turn under way.
type stage struct {
	ctx     context.Context
	o       *Options
	nursery *child.Nursery
	dir     string
	sink    *sink
	process *child.Process
}

// stopLimit is how long a server may take to stop.
const stopLimit = 10 * time.Second

// play runs one life of a server in a folder of its own: it warms up, then it
// is measured.
func (s *stage) play(serve func(*stage) (string, error), rate int) (t turn, err error) {
	if s.dir, err = os.MkdirTemp("", "gonets-bench-"); err != nil {
		return turn{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	if s.sink, err = startSink(); err != nil {
		return turn{}, err
	}
	defer func() { err = errors.Join(err, s.sink.stop()) }()
	defer func() {
		if s.process != nil {
			s.process.Stop(stopLimit)
		}
	}()
	address, err := serve(s)
	if err != nil {
		return turn{}, err
	}
	to, err := url.Parse(address)
	if err != nil {
		return turn{}, err
	}
	warm := newTracker()
	if err := s.phase(&load{to, s.o.Connections, rate, warm}, min(s.o.Duration/5, 2*time.Second)); err != nil {
		return turn{}, err
	}
	before, known := cpuSeconds(s.process.PID())
	measured := newTracker()
	if err := s.phase(&load{to, s.o.Connections, rate, measured}, s.o.Duration); err != nil {
		return turn{}, err
	}
	t = sum(measured)
	t.lost += first(warm.judge())
	if after, also := cpuSeconds(s.process.PID()); known && also && measured.arrived.Load() > 0 {
		cpu := (after - before) / float64(measured.arrived.Load()) * 1000
		t.cpu = &cpu
	}
	if rss, known := peakMiB(s.process.PID()); known {
		t.rss = &rss
	}
	if n := measured.strange.Load(); n > 0 {
		return turn{}, fmt.Errorf("%d deliveries were of events that nobody had sent", n)
	}
	return t, nil
}

func first(a, _ int64) int64 { return a }

// sum reads a tracker when all is quiet.
func sum(m *tracker) turn {
	per := func(n int64, span int64) float64 {
		if span == 0 {
			return 0
		}
		return float64(n) / time.Duration(span).Seconds()
	}
	ms := func(h *histogram) Quantiles {
		return Quantiles{float64(h.quantile(0.5).Microseconds()) / 1000, float64(h.quantile(0.99).Microseconds()) / 1000}
	}
	t := turn{
		accepted: per(m.acked.Load(), m.lastAck.Load()), delivered: per(m.arrived.Load(), m.lastArrival.Load()),
		ack: ms(&m.acks), delivery: ms(&m.deliveries), refused: m.refused.Load(), failed: m.failed.Load(),
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

// start starts a child of the program and waits until it is ready.
func (s *stage) start(args ...string) (base string, err error) {
	port, err := child.FreePort()
	if err != nil {
		return "", err
	}
	listen := "127.0.0.1:" + strconv.Itoa(port)
	s.process, err = s.nursery.Start(child.Command{Path: s.o.Binary, Dir: s.dir, Log: filepath.Join(s.dir, "server.log"),
		Args: append(args, "--data", s.data(), "--listen", listen)})
	if err != nil {
		return "", err
	}
	base = "http://" + listen
	_, err = s.process.AwaitReady(s.ctx, base)
	return base, err
}

// real starts the server and gives it the documents by its API.
func (s *stage) real() (address string, err error) {
	base, err := s.start("serve", "--allow-network", "127.0.0.0/8")
	if err != nil {
		return "", err
	}
	api, err := child.NewAPI(s.data(), base)
	if err != nil {
		return "", err
	}
	return api.Apply(s.ctx, documents(s.sink.url()), documentName)
}

// CeilingToken is the address of the ceiling's only source.
const CeilingToken = "bench"

// ceiling starts the path without a store, with the same documents.
func (s *stage) ceiling() (address string, err error) {
	if err := os.WriteFile(s.documents(), documents(s.sink.url()), 0o600); err != nil {
		return "", err
	}
	base, err := s.start("bench", "ceiling", "--documents", s.documents())
	return base + "/in/" + CeilingToken, err
}

// documentName names the bench's source and scenario.
const documentName = "bench"

// documents are a source and a scenario with one request to the sink, as most
// scenarios have.
func documents(sinkURL string) []byte {
	return fmt.Appendf(nil, `apiVersion: gonets/v1
kind: Source
name: %[1]s
preset: generic
---
apiVersion: gonets/v1
kind: Scenario
name: %[1]s
sources: [%[1]s]
steps:
  - id: send
    http:
      method: POST
      url: %[2]s
      body:
        json:
          id: "{{ event.body.id }}"
          name: "{{ event.body.name }}"
          amount: "{{ event.body.amount }}"
          fill: "{{ event.body.fill }}"
`, documentName, sinkURL)
}
