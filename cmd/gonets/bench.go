package main

import (
	"context"
	"errors"
	"io"

	"gonets/internal/child"
	"gonets/internal/cli/tools"
	"gonets/internal/loadgen"
	"gonets/internal/store/scratch"
)

// runBench prints the report also when a figure can't be believed.
func runBench(ctx context.Context, o tools.BenchOptions, out, progress io.Writer) error {
	options := loadgen.Options{
		Subject:     child.Subject{Store: o.Store, Database: o.Database},
		Connections: o.Connections, Rate: o.Rate, Duration: o.Duration, Rounds: o.Rounds, Profiles: o.Profiles,
		Scratch: func(ctx context.Context, address string) (loadgen.Scratch, error) { return scratch.New(ctx, address) },
	}
	report, err := loadgen.Run(ctx, options, progress)
	if report.Delivered == 0 {
		return err
	}
	if o.History != "" && err == nil {
		err = report.Append(o.History, version, options)
	}
	if o.JSON {
		return errors.Join(err, report.JSON(out))
	}
	return errors.Join(err, report.Table(out))
}

// relay runs what a bench compares the server with.
func relay(ctx context.Context, o tools.RelayOptions) error {
	return loadgen.Relay(ctx, o.Listen, o.Target)
}
