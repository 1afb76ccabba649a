package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"gonets/internal/client"
	"gonets/internal/deed"
)

func (a *app) auditCommand() *cobra.Command {
	var f deed.Filter
	var since, until string
	c := pageFlags(a.printing(&cobra.Command{
		Use: "audit", Short: "List who did what, newest first", Args: cobra.NoArgs,
		Long: "List who did what: logins, changes of documents and settings, actions on runs. Secrets' values never stand there.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) (err error) {
			if f.Since, err = a.moment("since", since); err != nil {
				return err
			}
			if f.Until, err = a.moment("until", until); err != nil {
				return err
			}
			l, err := client.Audit(c.Context(), f)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				var rows [][]cell
				for i := range l.Items {
					e := &l.Items[i]
					rows = append(rows, []cell{text(e.At.In(a.Zone).Format("2006-01-02 15:04:05 MST")), text(cmp.Or(e.Actor, "-")), text(e.Action),
						text(cmp.Or(e.Object, "-")), text(cmp.Or(string(e.Detail), "-"))})
				}
				if a.table("WHEN WHO WHAT TO DETAIL", rows); len(rows) == 0 && l.Next == "" {
					a.printf("Nobody did anything like that.\n")
				}
				a.more(l.Next)
			})
		}),
	}), &f.Page)
	c.Flags().StringVar(&f.Actor, "actor", "", "only what this one did")
	c.Flags().StringVar(&f.Action, "action", "", "only this action, such as publish")
	c.Flags().StringVar(&f.Object, "object", "", "only what was done to this, such as Scenario/orders")
	c.Flags().StringVar(&since, "since", "", "only newer ones: 10m, 2h, 7d or a time such as 2026-03-01T12:00:00Z")
	c.Flags().StringVar(&until, "until", "", "only older ones")
	return a.remote(c)
}
