package main

import (
	"context"
	"errors"
	"io"

	"gonets"
	"gonets/internal/cli"
	"gonets/internal/document"
	"gonets/internal/prove"
	"gonets/internal/source"
)

// runTests prints the report also when a test failed.
func runTests(ctx context.Context, o cli.TestOptions, out io.Writer) error {
	catalog, err := source.Presets()
	if err != nil {
		return err
	}
	set, err := document.Parse(o.Text, checks(catalog))
	if err != nil {
		return err
	}
	if problems := set.Uses(nil, checks(catalog)); len(problems) > 0 {
		return &gonets.Error{Code: gonets.CodeInvalid, Message: "a saved request that a scenario sends has to stand in these documents too", Problems: problems}
	}
	report, err := prove.Run(ctx, prove.Documents{Scenarios: set.Scenarios, Sources: set.Sources, Settings: set.Settings, Catalog: catalog, Version: version})
	if err != nil {
		return err
	}
	if len(report) == 0 {
		return errors.New("there is no test in these documents; a scenario has them under tests")
	}
	err = errors.Join(report.Table(out), report.JUnit(o.JUnit))
	if report.Failed() > 0 {
		err = errors.Join(err, cli.ErrTestsFailed)
	}
	return err
}
