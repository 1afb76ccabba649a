package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"gonets/internal/cli/words"
	"gonets/internal/client"
)

func (a *app) readyCommand() *cobra.Command {
	return a.printing(a.remote(&cobra.Command{
		Use: "ready NAME", Short: "Tell whether a scenario can be left to work by itself", Args: cobra.ExactArgs(1),
		Long: "Judge eight points by what the server saw. The exit code is 1 when one of them is not as it should be.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			r, err := client.Readiness(c.Context(), args[0])
			if err != nil {
				return err
			}
			missing, rows := 0, make([][]cell, len(r.Points))
			for i, p := range r.Points {
				rows[i] = []cell{{"yes", green}, text(p.Point), text(""), text(words.Ready(&p))}
				if !p.OK {
					rows[i][0], missing = cell{"no", yellow}, missing+1
				}
				if p.At != nil {
					rows[i][2] = text(a.at(*p.At))
				}
			}
			if err = a.print(r, func() { a.table("OK POINT SEEN FACT", rows) }); err == nil && missing > 0 {
				err = fmt.Errorf("%s is not ready: %d of %d points are as they should be", args[0], len(rows)-missing, len(rows))
			}
			return err
		}),
	}))
}
