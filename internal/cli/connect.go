package cli

import (
	"github.com/spf13/cobra"

	"gonets/internal/cli/target"
	"gonets/internal/client"
)

// remote adds the flags by which a verb finds its server.
func (a *app) remote(c *cobra.Command) *cobra.Command {
	f := c.PersistentFlags()
	f.StringVar(&a.target.Server, "server", "", "address of the server, such as http://127.0.0.1:7070")
	f.StringVar(&a.target.TokenFile, "token-file", "", "file with the owner's token")
	f.StringVar(&a.target.Data, "data", "", "data folder of a server on this machine, instead of both (default "+target.DataFolder()+")")
	return c
}

// printing adds the flag that chooses the form of the answer.
func (a *app) printing(c *cobra.Command) *cobra.Command {
	c.Flags().StringVarP(&a.output, "output", "o", outputTable, "form of the answer: table, json or yaml")
	return c
}

// withClient is a verb's body that needs the server.
func (a *app) withClient(run func(c *cobra.Command, api *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		if err := a.checkOutput(); err != nil {
			return err
		}
		api, err := a.target.Connect()
		if err != nil {
			return err
		}
		return run(c, api, args)
	}
}
