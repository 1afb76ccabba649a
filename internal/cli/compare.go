package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"gonets/api"
	"gonets/internal/cli/bundle"
	"gonets/internal/cli/compared"
	"gonets/internal/client"
)

func (a *app) compareCommand() *cobra.Command {
	var exitCode bool
	c := a.printing(a.remote(&cobra.Command{
		Use: "compare FILE...", Short: "Play the last events through scenarios and tell what would be sent otherwise", Long: compared.Help, Args: filesArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, files []string) error {
			b, err := bundle.Read(a.Stdin, files)
			if err != nil {
				return err
			}
			reports, err := compared.Read(c.Context(), client, b.Text)
			if err != nil {
				return a.report(b, err)
			}
			if exitCode && compared.Differ(reports) {
				err = reported{errors.New("other requests would be sent")}
			}
			return errors.Join(a.print(api.List[compared.Report]{Items: reports}, func() {
				a.printf("%s", safe(compared.Text(reports, a.at)))
			}), err)
		}),
	}))
	c.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 1 when anything would be sent otherwise, or could not be built")
	return c
}
