// Command gonets is the whole product in one binary: the server and the tools
// that talk to it. This package only puts the parts together.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	// Time zones must be known on machines that have no zone files.
	_ "time/tzdata"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/cli"
	"gonets/internal/cli/tools"
	"gonets/internal/config"
	"gonets/internal/drill"
	"gonets/internal/loadgen"
)

// version is set by the linker.
var version = "dev"

func main() {
	tuneCollector()
	endProfile, err := loadgen.Profile(config.Environment(loadgen.ProfileVariable))
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}, config.Environment)
	stop()
	if err := endProfile(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// streams are a process's standard streams.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run is the program without the process around it; it returns the exit code.
func run(ctx context.Context, args []string, std streams, getenv func(string) string) int {
	return cli.Execute(ctx, cli.Env{
		Args: args, Stdin: std.in, Stdout: std.out, Stderr: std.err, Getenv: getenv,
		Terminal: isTerminal(std.out), StdinTerminal: isTerminal(std.in), ReadPassword: readPassword(std.in),
		Clock: gonets.SystemClock{}, Zone: time.Local, Version: version,
		Serve: func(ctx context.Context, c config.Config) error { return serve(ctx, c, std.out) },
		Test:  runTests,
		Tools: tools.Tools{
			Drill: func(ctx context.Context, o tools.DrillOptions, out io.Writer) error {
				return runDrill(ctx, o, out, std.err)
			},
			Bench: func(ctx context.Context, o tools.BenchOptions, out io.Writer) error {
				return runBench(ctx, o, out, std.err)
			},
			Ceiling: ceiling,
			Relay:   relay,
		},
	})
}

// isTerminal tells whether a stream is a screen or a keyboard.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// runDrill prints the report also when the drill found a loss: that is what it
// is for.
func runDrill(ctx context.Context, o tools.DrillOptions, out, progress io.Writer) error {
	report, err := drill.Run(ctx, drill.Options{
		Subject: child.Subject{Store: o.Store, Database: o.Database},
		Kills:   o.Kills, Nodes: o.Nodes, Seed: o.Seed, Rate: o.Rate, Dir: o.Data, State: o.State,
	}, progress)
	if o.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return errors.Join(err, e.Encode(report))
	}
	return errors.Join(err, report.Table(out))
}
