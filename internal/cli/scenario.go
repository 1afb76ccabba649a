package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/client"
)

// pageFlags let a list be read on.
func pageFlags(c *cobra.Command, p *gonets.Page) *cobra.Command {
	c.Flags().IntVarP(&p.Limit, "limit", "n", 50, "how many, 1000 at most")
	c.Flags().StringVar(&p.Cursor, "cursor", "", "go on where the page before ended")
	return c
}

// more says that a list goes on.
func (a *app) more(next string) {
	if next != "" {
		a.printf("There are more: --cursor %s\n", safeLine(next))
	}
}

func (a *app) scenariosCommand() *cobra.Command {
	return a.remote(group("scenarios", "List, start and stop scenarios",
		a.scenariosList(), a.scenariosStart(), a.scenariosStop(), a.scenariosVersions()))
}

func (a *app) scenariosList() *cobra.Command {
	var page gonets.Page
	return pageFlags(a.printing(&cobra.Command{
		Use: "list", Short: "List scenarios", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			l, err := client.Scenarios(c.Context(), page)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				if len(l.Items) == 0 {
					a.printf("There are no scenarios yet; make one with: gonets apply FILE\n")
					return
				}
				var rows [][]cell
				for _, s := range l.Items {
					rows = append(rows, []cell{text(s.Name), orDamaged(s.Damaged, scenarioState(s.State)), number(s.Version), number(s.Held),
						text(strings.Join(s.Sources, ", ")), text(a.ago(s.UpdatedAt)), text(s.Title)})
				}
				a.table("NAME STATE VERSION HELD SOURCES CHANGED TITLE", rows)
				a.more(l.Next)
			})
		}),
	}), &page)
}

func scenarioState(s gonets.ScenarioState) cell {
	c := grey
	if s == gonets.ScenarioRunning {
		c = green
	}
	return cell{string(s), c}
}

// orDamaged is what is shown of a document, unless it cannot be read.
func orDamaged(damaged bool, c cell) cell {
	if damaged {
		return cell{"damaged: apply it again", red}
	}
	return c
}

// number leaves a zero out.
func number(n int) cell {
	if n == 0 {
		return text("-")
	}
	return text(strconv.Itoa(n))
}

func (a *app) scenariosStart() *cobra.Command {
	var release bool
	c := a.printing(&cobra.Command{
		Use: "start NAME", Short: "Start a scenario", Args: cobra.ExactArgs(1),
		Long: "Start a scenario. New events are worked on, and runs that the stop interrupted go on.\n" +
			"What was held while it did not run stays held unless --release-held is given.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			s, err := client.StartScenario(c.Context(), args[0], release)
			if err != nil {
				return err
			}
			return a.print(s, func() {
				a.printf("Scenario %s is running.\n", safeLine(s.Name))
				if s.Held > 0 {
					verb, them := "stay", "them"
					if s.Held == 1 {
						verb, them = "stays", "it"
					}
					a.printf("%s from before the start %s held; work on %s with: gonets scenarios start %s --release-held\n",
						count(s.Held, "run"), verb, them, safeLine(s.Name))
				}
			})
		}),
	})
	c.Flags().BoolVar(&release, "release-held", false, "also work on what was held while it did not run")
	return c
}

func (a *app) scenariosStop() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "stop NAME", Short: "Stop a scenario; what comes in is held", Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			s, err := client.StopScenario(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(s, func() {
				a.printf("Scenario %s is stopped. New events are held, and unfinished runs go on after its start.\n", safeLine(s.Name))
			})
		}),
	})
}

func (a *app) scenariosVersions() *cobra.Command {
	var page gonets.Page
	return pageFlags(a.printing(&cobra.Command{
		Use: "versions NAME", Short: "List a scenario's versions, newest first", Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			l, err := client.Versions(c.Context(), args[0], page)
			if err != nil {
				return err
			}
			return a.print(l, func() { a.printVersions(l) })
		}),
	}), &page)
}

func (a *app) printVersions(l api.List[api.ScenarioVersion]) {
	var rows [][]cell
	for _, v := range l.Items {
		rows = append(rows, []cell{number(v.Version), text(a.at(v.CreatedAt)), text(v.Actor), text(v.Note)})
	}
	a.table("VERSION PUBLISHED BY NOTE", rows)
	a.more(l.Next)
}
