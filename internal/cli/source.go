package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/internal/cli/saved"
	"gonets/internal/client"
)

func (a *app) sourcesCommand() *cobra.Command {
	return a.remote(group("sources", "List sources and what came in", a.sourcesList(), a.sourcesSamples()))
}

func (a *app) requestCommand() *cobra.Command {
	s := saved.Screen{Out: a.Stdout, Print: a.print, Safe: safeLine}
	s.Verb = func(c *cobra.Command, run func(*cobra.Command, *client.Client, []string) error) *cobra.Command {
		c.RunE = a.withClient(run)
		return a.printing(c)
	}
	return a.remote(group("request", "List, show, try and delete saved requests", s.Verbs()...))
}

func (a *app) sourcesList() *cobra.Command {
	var page gonets.Page
	return pageFlags(a.printing(&cobra.Command{
		Use: "list", Short: "List sources with their addresses", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			l, err := client.Sources(c.Context(), page)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				if len(l.Items) == 0 {
					a.printf("There are no sources yet; make one with: gonets apply FILE\n")
					return
				}
				var rows [][]cell
				for _, s := range l.Items {
					feeds := cmp.Or(strings.Join(s.Scenarios, ", "), "-")
					rows = append(rows, []cell{text(s.Name), orDamaged(s.Damaged, text(s.Preset)), text(feeds), text(s.URL)})
				}
				a.table("NAME PRESET FEEDS ADDRESS", rows)
				a.more(l.Next)
			})
		}),
	}), &page)
}

func (a *app) sourcesSamples() *cobra.Command {
	var limit int
	c := a.printing(&cobra.Command{
		Use: "samples NAME", Short: "Show a source's last events", Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			l, err := client.Samples(c.Context(), args[0], limit)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				if len(l.Items) == 0 {
					a.printf("Nothing has come in yet. Send something to the source's address, or: gonets events send %s --body '{}'\n", safeLine(args[0]))
				}
				for i, ev := range l.Items {
					if i > 0 {
						a.printf("\n")
					}
					a.printEvent(&ev, false)
				}
			})
		}),
	})
	c.Flags().IntVarP(&limit, "limit", "n", 3, "how many, 50 at most")
	return c
}
