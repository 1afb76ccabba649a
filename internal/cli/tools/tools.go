// Package tools are the verbs that run servers of their own: the crash test and
// the bench.
package tools

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// Tools are what the verbs run.
type Tools struct {
	// Drill runs the crash test and prints its report.
	Drill func(ctx context.Context, o DrillOptions, stdout io.Writer) error
	// Bench measures the server and prints its report.
	Bench func(ctx context.Context, o BenchOptions, stdout io.Writer) error
	// Ceiling runs what a bench compares the server with until ctx ends.
	Ceiling func(ctx context.Context, o CeilingOptions) error
	// Relay runs the other thing that a bench compares the server with.
	Relay func(ctx context.Context, o RelayOptions) error
}

// DrillOptions are the flags of the verb drill.
type DrillOptions struct {
	Kills int
	Store string
	// Database is the address of an empty PostgreSQL database.
	Database string
	// Nodes is how many servers share it.
	Nodes int
	Seed  uint64
	Rate  int
	// Data is the drill's folder; empty takes a temporary one.
	Data string
	// State is a file in which a long drill remembers how far it is.
	State string
	JSON  bool
}

// BenchOptions are the flags of the verb bench.
type BenchOptions struct {
	Connections int
	// Rate is in events a second; 0 is as fast as answers come.
	Rate     int
	Duration time.Duration
	Rounds   int
	Store    string
	// Database is the address of a PostgreSQL server where the bench may make
	// databases.
	Database string
	// History is a file to which the report is added as a line.
	History string
	// Profiles is a folder for a profile of each turn's CPU.
	Profiles string
	JSON     bool
}

// CeilingOptions are the flags with which a bench starts its own other half.
type CeilingOptions struct {
	Listen, Documents, Data string
}

// RelayOptions are the flags with which a bench starts a bare relay.
type RelayOptions struct {
	Listen, Target string
}

// storeHelp is the flag of both.
const storeHelp = "the kind of database, sqlite or postgres (default: sqlite, or postgres with --database)"

// DrillCommand is the verb drill. What is nil of t is not called before a verb is
// done; inJSON tells whether the report is for programs.
func (t Tools) DrillCommand(inJSON func() (bool, error)) *cobra.Command {
	var o DrillOptions
	c := &cobra.Command{
		Use: "drill", Short: "Kill the server again and again and prove that nothing is lost", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.JSON, err = inJSON(); err != nil {
				return err
			}
			return t.Drill(c.Context(), o, c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.IntVar(&o.Kills, "kills", 20, "how often the server is killed")
	f.StringVar(&o.Store, "store", "", storeHelp)
	f.StringVar(&o.Database, "database", "", "the address of an empty PostgreSQL database for the drill")
	f.IntVar(&o.Nodes, "nodes", 1, "how many servers share the database; one of them is killed at a time")
	f.Uint64Var(&o.Seed, "seed", 0, "repeat the chances of an earlier drill (default: new ones)")
	f.IntVar(&o.Rate, "rate", 100, "how many events a second are sent")
	f.StringVar(&o.State, "state", "", "a file that remembers how far a long drill is; the same command goes on from there")
	f.StringVar(&o.Data, "data", "", "an empty folder for the drill, kept afterwards (default: a temporary one)")
	return c
}

// BenchCommand is the verb bench.
func (t Tools) BenchCommand(inJSON func() (bool, error)) *cobra.Command {
	var o BenchOptions
	c := &cobra.Command{
		Use: "bench", Short: "Measure how many events a second this machine takes and delivers", Args: cobra.NoArgs,
		Long: "Start a server of its own on this machine, send it events, receive what it delivers, and measure both.\n" +
			"In turn with it the same path without a store is measured, the ceiling, and a bare relay that keeps nothing.",
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.JSON, err = inJSON(); err != nil {
				return err
			}
			return t.Bench(c.Context(), o, c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.IntVar(&o.Connections, "connections", 64, "how many callers send at once")
	f.IntVar(&o.Rate, "rate", 0, "how many events a second are sent; 0 sends the next one when the last one is answered")
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "how long events are sent in each turn")
	f.IntVar(&o.Rounds, "rounds", 3, "how often the server, the ceiling and the relay take turns; the medians count")
	f.StringVar(&o.Store, "store", "", storeHelp)
	f.StringVar(&o.Database, "database", "", "the address of a PostgreSQL server; each turn makes a database there and drops it")
	f.StringVar(&o.History, "history", "", "a file to which the report is added as a line of JSON")
	f.StringVar(&o.Profiles, "profiles", "", "a folder for a profile of each turn's CPU, to be read with go tool pprof")
	c.AddCommand(t.ceilingCommand(), t.relayCommand())
	return c
}

// ceilingCommand is how a bench starts its own other half; it is of no use to
// people.
func (t Tools) ceilingCommand() *cobra.Command {
	var o CeilingOptions
	c := &cobra.Command{
		Use: "ceiling", Short: "The path without a store that a bench compares with", Args: cobra.NoArgs, Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error { return t.Ceiling(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", "127.0.0.1:0", "where to listen")
	f.StringVar(&o.Documents, "documents", "", "a file with one source and one scenario")
	f.StringVar(&o.Data, "data", "", "a folder for the journal of requests on their way")
	return c
}

// relayCommand is what a bench compares the figures of a machine with.
func (t Tools) relayCommand() *cobra.Command {
	var o RelayOptions
	c := &cobra.Command{
		Use: "relay", Short: "A relay that keeps nothing, which a bench compares with", Args: cobra.NoArgs, Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error { return t.Relay(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", "127.0.0.1:0", "where to listen")
	f.StringVar(&o.Target, "target", "", "where to send what comes")
	return c
}
