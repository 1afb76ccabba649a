// Package loadgen measures the real server from outside: it starts one, sends
// it events, receives what it delivers, and says how fast and how dear that
// was, how much of it got lost, and how far it is from the same path without a
// store and from a bare relay.
//
// Callers, server and receiver share the machine, as figures of others do.
package loadgen

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"gonets/internal/child"
)

// Options choose what is measured.
type Options struct {
	// Subject is the server's program and its database. On PostgreSQL each turn
	// has a database of its own, made on the server of the address.
	child.Subject
	// Scratch makes such a database.
	Scratch func(ctx context.Context, address string) (Scratch, error)
	// Connections is how many callers send at once; 64 when 0.
	Connections int
	// Rate is how many events a second are sent; 0 sends as fast as answers
	// come. The ceiling and the relay are always measured as fast as answers come.
	Rate int
	// Duration is how long events are sent in each turn; 10 s when 0.
	Duration time.Duration
	// Rounds is how often the server, the ceiling and the relay take turns; 3 when 0.
	Rounds int
	// Patience is how long nothing may arrive before what is missing counts as
	// lost; 10 s when 0.
	Patience time.Duration
	// Profiles is a folder for a profile of each turn's CPU; empty for none.
	Profiles string
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
	o.Patience = cmp.Or(o.Patience, 10*time.Second)
	if err := o.Subject.Complete(); err != nil {
		return err
	}
	switch {
	case o.Connections < 1 || o.Connections > maxConnections:
		return child.Invalid("%d connections are not possible; choose 1 to %d", o.Connections, maxConnections)
	case o.Rate < 0 || o.Rate > maxRate:
		return child.Invalid("%d events a second are not possible; choose 1 to %d, or 0 for as many as there can be", o.Rate, maxRate)
	case o.Duration < 0 || o.Duration > maxDuration:
		return child.Invalid("a duration of %v is not possible; choose up to %v", o.Duration, maxDuration)
	case o.Rounds < 1 || o.Rounds > maxRounds:
		return child.Invalid("%d rounds are not possible; choose 1 to %d", o.Rounds, maxRounds)
	}
	return nil
}

// Scratch is an empty PostgreSQL database for one turn.
type Scratch interface {
	Address() string
	// Name is the database's name; no other one has it.
	Name() string
	// Size is in bytes.
	Size(ctx context.Context) (int64, error)
	Drop(ctx context.Context) error
}

// kind is what takes its turn.
type kind struct {
	name string
	// open starts it and gives the address for events.
	open func(*stage) (string, error)
	// rate is as in [Options]; what is only compared with goes as fast as it can.
	rate int
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
	var all turns
	if o.Profiles, err = folder(o.Profiles); err != nil {
		return Report{}, err
	}
	for round := range o.Rounds {
		for _, k := range []struct {
			kind
			kept *[]turn
		}{
			{kind{"server", (*stage).real, o.Rate}, &all.server},
			{kind{"ceiling", (*stage).ceiling, 0}, &all.ceiling},
			{kind{"relay", (*stage).relay, 0}, &all.relay},
		} {
			s := &stage{ctx: ctx, o: &o, nursery: nursery, name: fmt.Sprintf("%s-%d", k.name, round+1)}
			t, err := s.play(k.kind)
			if err != nil {
				return Report{}, fmt.Errorf("%s, round %d: %w", k.name, round+1, err)
			}
			*k.kept = append(*k.kept, t)
			_, _ = fmt.Fprintf(progress, "round %d of %d, %s: %.0f/s delivered\n", round+1, o.Rounds, k.name, t.delivered)
		}
	}
	report = all.summarize()
	return report, report.Err()
}

// turns are those of all rounds, in order.
type turns struct{ server, ceiling, relay []turn }

// turn is what one life of a server showed.
type turn struct {
	accepted, delivered float64
	ack, delivery       Quantiles
	// cpu and database are seconds for 1000 events, of the process and of
	// PostgreSQL; idle and rss are MiB; disk is in bytes for an event.
	cpu, database, idle, rss, disk *float64
	start                          Start
	lost, duplicates               int64
	refused, failed                int64
}
