package cli

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/moment"
	"gonets/internal/client"
)

func (a *app) lanesCommand() *cobra.Command {
	return a.remote(group("lanes", "Queues to services: limits, pauses, what waits",
		a.lanesList(), a.lanesShow(), a.lanesSet(),
		a.lanesAct("pause ADDRESS", "Send nothing to a service until the queue is resumed"),
		a.lanesAct("resume ADDRESS", "Send to a service again"),
		a.lanesAct("try ADDRESS", "Let one request find out now whether a service is well"),
		a.lanesDrain()))
}

func (a *app) lanesList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "list", Short: "List the services to which requests go", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			l, err := client.Lanes(c.Context())
			if err != nil {
				return err
			}
			return a.print(l, func() {
				if len(l.Items) == 0 {
					a.printf("No requests have gone to any service yet.\n")
					return
				}
				a.printLanes(l.Items)
			})
		}),
	})
}

func (a *app) printLanes(items []api.Lane) {
	var rows [][]cell
	for i := range items {
		l := &items[i]
		oldest := "-"
		if l.OldestAt != nil {
			oldest = moment.Span(a.Clock.Now().Sub(*l.OldestAt))
		}
		waiting := strconv.Itoa(l.Waiting)
		if l.Waiting > 10_000 {
			waiting = "10000+"
		}
		rows = append(rows, []cell{text(l.Host), a.laneState(l), text(fmt.Sprintf("%d of %d", l.Active, l.Limit)), text(waiting),
			text(oldest), text(fmt.Sprintf("%d/%d", l.OK24h, l.Failed24h)), text(laneLimits(l))})
	}
	a.table("SERVICE STATE NOW WAITING OLDEST OK/FAILED_24H LIMITS", rows)
}

// laneState says how a lane is, and until when or by whom.
func (a *app) laneState(l *api.Lane) cell {
	switch {
	case l.State == api.LaneClosed && l.ClosedUntil != nil:
		return cell{"closed until " + l.ClosedUntil.In(a.Zone).Format("15:04:05"), red}
	case l.State == api.LanePaused:
		return cell{"paused by " + cmp.Or(l.PausedBy, "?"), yellow}
	case l.Drain != "":
		return cell{l.State + ", drains at " + string(l.Drain), yellow}
	case l.State == api.LaneOpen:
		return cell{l.State, green}
	}
	return cell{l.State, yellow}
}

func laneLimits(l *api.Lane) string {
	var parts []string
	if n := l.Limits.Concurrency; n > 0 {
		parts = append(parts, fmt.Sprintf("%d at once", n))
	}
	if l.Limits.Rate != "" {
		parts = append(parts, string(l.Limits.Rate))
	}
	if l.Limits.Open {
		parts = append(parts, "never closes")
	}
	return cmp.Or(strings.Join(parts, ", "), "-")
}

// printLane is what a command about one lane answers with.
func (a *app) printLane(l *api.Lane) error {
	return a.print(l, func() { a.printLanes([]api.Lane{*l}) })
}

func (a *app) lanesShow() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "show ADDRESS", Short: "Show the queue to one service", Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			l, err := client.Lane(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.printLane(&l)
		}),
	})
}

func (a *app) lanesSet() *cobra.Command {
	set := api.LaneSet{}
	var rate string
	c := a.printing(&cobra.Command{
		Use: "set ADDRESS", Short: "Set how much a service gets at once", Args: cobra.ExactArgs(1),
		Long: "Set the limits of a service. They apply at once, to all servers of one database together,\n" +
			"and are kept in the settings. Without a flag the service has the usual limits again.",
		Example: "  gonets lanes set https://crm.example.ru --concurrency 4 --rate 10/s",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			set.Lane, set.Rate = args[0], gonets.Rate(rate)
			l, err := client.LimitLane(c.Context(), set)
			if err != nil {
				return err
			}
			return a.printLane(&l)
		}),
	})
	c.Flags().IntVar(&set.Concurrency, "concurrency", 0, "requests at once; 0 is the usual number")
	c.Flags().BoolVar(&set.Open, "open", false, "never close it, however often the service fails")
	c.Flags().StringVar(&rate, "rate", "", "requests in a second, minute or hour, such as 10/s, 30/m or 100/h")
	return c
}

func (a *app) lanesAct(use, short string) *cobra.Command {
	c := a.printing(&cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1)})
	action := c.Name()
	c.RunE = a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
		l, err := client.ActOnLane(c.Context(), api.LaneAction{Lane: args[0], Action: action})
		if err != nil {
			return err
		}
		return a.printLane(&l)
	})
	return c
}

func (a *app) lanesDrain() *cobra.Command {
	var rate string
	c := a.lanesAct("drain ADDRESS", "Work off what waits for a service at a pace, then go on as usual")
	c.RunE = a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
		l, err := client.ActOnLane(c.Context(), api.LaneAction{Lane: args[0], Action: "drain", Rate: gonets.Rate(rate)})
		if err != nil {
			return err
		}
		return a.printLane(&l)
	})
	c.Flags().StringVar(&rate, "rate", "5/s", "requests in a second, minute or hour, such as 5/s or 30/m")
	return c
}
