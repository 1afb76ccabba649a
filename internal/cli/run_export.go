package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gonets/internal/client"
	"gonets/internal/export"
)

// questionHelp tells how runs are asked for in words.
const questionHelp = "A question chooses them: state:, scenario:, source:, event:, status: (HTTP), code:, lane:, mark:, bulk:, " +
	"after:, before:, text:\"…\"; other words are an exact value such as a phone number, an id, or the Idempotency-Key or traceparent of a request. Put it in single quotes."

func (a *app) runsExport() *cobra.Command {
	var flags runFlags
	var e client.Export
	var path string
	c := flags.add(&cobra.Command{
		Use: "export [QUESTION]", Short: "Write runs into a file for other programs",
		Long: "Write runs into a file for other programs, the newest first, secrets as ***. " + questionHelp,
		Example: "  gonets runs export 'state:failed after:-24h' --format csv --out failed.csv\n" +
			"  gonets runs export 'scenario:crm status:5xx' --format har --out crm.har\n" +
			"  gonets runs export 'state:paused' --columns time,state,address,request,reply --out paused.csv",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, words []string) (err error) {
			f, err := flags.read(a)
			if err != nil {
				return err
			}
			to, done := a.Stdout, func(err error) error { return err }
			if path != "" && path != "-" {
				if to, done, err = intoFile(path); err != nil {
					return err
				}
			}
			more, err := client.ExportRuns(c.Context(), strings.Join(words, " "), f, e, to)
			if err := done(err); err != nil {
				return err
			}
			if more {
				fmt.Fprintf(a.Stderr, "More runs match than the file holds; narrow the question by after: and before:.\n")
			}
			return nil
		}),
	})
	f := c.Flags()
	f.StringVar(&e.Format, "format", "csv", "csv (at most 100000 runs), jsonl (everything about a run in a line, at most 10000) or har (HTTP exchanges, at most 1000 runs)")
	f.StringVar(&e.Language, "lang", "en", "language of a table; ru also separates by semicolons, as spreadsheets in Russian want it")
	f.StringSliceVar(&e.Columns, "columns", nil, "columns of a csv, in their order: "+strings.Join(export.Columns(), ", ")+
		"; left out, all but the last three. Those are of the last attempt; with request or reply a file holds at most 10000 runs")
	f.IntVarP(&e.Limit, "limit", "n", 0, "at most this many runs")
	f.StringVar(&path, "out", "", "the file to write; left out, standard output")
	return c
}

// intoFile writes beside a file and puts what was written into its place when
// it is whole.
func intoFile(path string) (io.Writer, func(error) error, error) {
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, usagef("the file cannot be written: %v", err)
	}
	return file, func(err error) error {
		if closed := file.Close(); err == nil {
			err = closed
		}
		if err != nil {
			_ = os.Remove(part) // what is left is no file of ours
			return err
		}
		return os.Rename(part, path)
	}, nil
}
