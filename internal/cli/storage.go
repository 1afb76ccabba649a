package cli

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gonets/api"
	"gonets/internal/cli/moment"
	"gonets/internal/client"
)

func (a *app) storageCommand() *cobra.Command {
	return a.remote(group("storage", "Show how much room there is, remove old history now", a.storageShow(), a.storageClean()))
}

func (a *app) storageShow() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "show", Short: "Show how much room there is, what the history takes and what goes next", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			s, err := client.Storage(c.Context())
			if err != nil {
				return err
			}
			return a.print(s, func() { a.printStorage(&s) })
		}),
	})
}

func (a *app) storageClean() *cobra.Command {
	return &cobra.Command{
		Use: "clean", Short: "Remove now what is older or more than the settings keep", Args: cobra.NoArgs,
		Long: "Remove what is older or more than the settings keep, instead of within ten minutes. How long that is stands in\n" +
			"retention of the settings: gonets settings show, and gonets apply to change it.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			if err := client.CleanStorage(c.Context()); err != nil {
				return err
			}
			a.printf("The server removes old history now.\n")
			return nil
		}),
	}
}

func (a *app) printStorage(s *api.Storage) {
	level := map[string]string{"ok": "enough", "low": a.paint(yellow, "low: what succeeded runs send and receive is not kept"),
		"full": a.paint(red, "full: nothing new is accepted or sent")}[s.Disk.Level]
	a.printf("Disk      %s\n", level)
	if s.Disk.TotalBytes > 0 {
		a.printf("Free      %s of %s; below %s it is low\n", size(s.Disk.FreeBytes), size(s.Disk.TotalBytes), size(s.Disk.LowBelowBytes))
	}
	switch {
	case !s.Disk.HoldsDatabase:
		a.printf("          This is the disk of the data folder; PostgreSQL's own is not known.\n")
	case s.Disk.BallastWanted == 0:
		a.printf("Ballast   none\n")
	default:
		a.printf("Ballast   %s of %s, given up when the disk is full\n", size(s.Disk.BallastBytes), size(s.Disk.BallastWanted))
	}
	a.printf("Database  %s, of which %s are in use\n", size(s.DatabaseBytes), size(s.DataBytes))
	r := &s.Retention
	a.printf("Kept for  %s", moment.Span(time.Duration(r.AgeSeconds)*time.Second))
	if r.SizeBytes > 0 {
		a.printf(", at most %s", size(r.SizeBytes))
	}
	a.printf("\nGoes      %s runs within 24 hours, %s within 7 days", countOf(r.Next24h), countOf(r.Next7d))
	if r.OverBytes > 0 {
		a.printf("; about %d of the oldest because of the size", r.OverRuns)
	}
	a.printf("\n")
	if len(s.Scenarios) == 0 {
		return
	}
	a.printf("\nAbout %d runs; what they take is an estimate from %d events.\n", s.Runs, s.Sampled)
	var rows [][]cell
	for _, sc := range s.Scenarios {
		rows = append(rows, []cell{text(sc.Scenario), text(strconv.FormatInt(sc.Runs, 10)), text(size(sc.Bytes))})
	}
	a.table("SCENARIO RUNS TAKES", rows)
}

func countOf(c api.RunCount) string {
	if c.More {
		return fmt.Sprintf("%d+", c.Count)
	}
	return strconv.Itoa(c.Count)
}
