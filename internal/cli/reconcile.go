package cli

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"gonets/api"
	"gonets/internal/client"
)

func (a *app) reconcileCommand() *cobra.Command {
	var days client.Days
	var csv bool
	var language string
	c := a.printing(a.remote(&cobra.Command{
		Use: "reconcile", Short: "Count what came in and what became of it, day by day", Args: cobra.NoArgs,
		Long: "Count the events of each source and day and what became of them: all that was received is done, was\n" +
			"skipped, waits, failed or was cancelled. Days are those of the server's time zone.\n" +
			"The exit code is 1 when something does not add up.",
		Example: "  gonets reconcile --from 2026-11-01 --to 2026-11-22\n  gonets reconcile --source site --csv > november.csv",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			r, err := client.Reconciliation(c.Context(), days)
			if err != nil {
				return err
			}
			if csv {
				err = client.ExportReconciliation(c.Context(), days, language, a.Stdout)
			} else {
				err = a.print(r, func() { a.printReconciliation(&r) })
			}
			if err == nil && !r.Total.AddsUp {
				err = errors.New("it does not add up: runs are gone of which nothing is known. Was the database restored or changed by hand? " +
					"The history of the day shows what is there; ask the sender to send the rest again")
			}
			return err
		}),
	}))
	f := c.Flags()
	f.StringVar(&days.From, "from", "", "the first day, as 2026-11-22")
	f.StringVar(&days.To, "to", "", "the last day; left out, today")
	f.IntVar(&days.Span, "days", 7, "how many days up to the last one, when --from is left out")
	f.StringVar(&days.Source, "source", "", "only what came from this source")
	f.BoolVar(&csv, "csv", false, "write a table for spreadsheets")
	f.StringVar(&language, "lang", "en", "language of that table; ru also separates by semicolons")
	return c
}

func (a *app) printReconciliation(r *api.Reconciliation) {
	if len(r.Items) == 0 {
		a.printf("Nothing came from %s to %s (%s).\n", r.From, r.To, r.Zone)
		return
	}
	line := func(day, source string, c *api.Counts) []cell {
		row := []cell{text(day), text(source)}
		for _, n := range []int64{c.Received, c.Done, c.Skipped, c.Waiting + c.Held, c.Paused, c.Failed, c.Cancelled, c.Unused + c.Expired, c.Repeats, c.Rejected} {
			row = append(row, text(strconv.FormatInt(n, 10)))
		}
		if c.AddsUp {
			return append(row, cell{"yes", green})
		}
		return append(row, cell{"no, " + strconv.FormatInt(c.Missing, 10) + " missing", red})
	}
	var rows [][]cell
	for i := range r.Items {
		rows = append(rows, line(r.Items[i].Day, r.Items[i].Source, &r.Items[i].Counts))
	}
	a.table("DAY SOURCE RECEIVED DONE SKIPPED WAITING PAUSED FAILED CANCELLED UNUSED REPEATS REJECTED ADDS_UP", append(rows, line("all", "", &r.Total)))
}
