package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/internal/client"
	"gonets/internal/config"
)

// defaultServer is where a server listens that was told nothing.
const defaultServer = "http://127.0.0.1:7070"

// remote adds the flags by which a verb finds its server.
func (a *app) remote(c *cobra.Command) *cobra.Command {
	f := c.PersistentFlags()
	f.StringVar(&a.server, "server", "", "address of the server, such as http://127.0.0.1:7070")
	f.StringVar(&a.tokenFile, "token-file", "", "file with the owner's token")
	f.StringVar(&a.data, "data", "", "data folder of a server on this machine, instead of both (default "+dataDefault()+")")
	return c
}

// printing adds the flag that chooses the form of the answer.
func (a *app) printing(c *cobra.Command) *cobra.Command {
	c.Flags().StringVarP(&a.output, "output", "o", outputTable, "form of the answer: table, json or yaml")
	return c
}

// dataDefault is the folder that serve uses when nobody says otherwise.
func dataDefault() string {
	for _, f := range config.Fields() {
		if f.Name == "data" {
			return f.Default
		}
	}
	return "."
}

// connect finds the server and its token.
func (a *app) connect() (*client.Client, error) {
	dir := cmp.Or(a.data, a.Getenv("GONETS_DATA"), dataDefault())
	tokenFile := cmp.Or(a.tokenFile, a.Getenv("GONETS_TOKEN_FILE"))
	server := cmp.Or(a.server, a.Getenv("GONETS_SERVER"))
	if server == "" {
		var err error
		if server, err = running(dir); err != nil {
			if tokenFile == "" || !errors.Is(err, fs.ErrNotExist) {
				return nil, &client.UnreachableError{URL: dir, Err: err}
			}
			server = defaultServer
		}
	}
	if tokenFile == "" {
		tokenFile = filepath.Join(dir, "owner.token")
	}
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeUnauthorized,
			"the owner's token cannot be read: %w. The server wrote it to the file owner.token of its data folder; name that file with --token-file, or the folder with --data", err)
	}
	return client.New(server, strings.TrimSpace(string(token)))
}

// running reads the address that a running server left in its data folder.
func running(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "server.json"))
	if err != nil {
		return "", err
	}
	var s struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(data, &s); err != nil || s.URL == "" {
		return "", errors.New("its server.json does not name an address")
	}
	return s.URL, nil
}

// withClient is a verb's body that needs the server.
func (a *app) withClient(run func(c *cobra.Command, api *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		if err := a.checkOutput(); err != nil {
			return err
		}
		api, err := a.connect()
		if err != nil {
			return err
		}
		return run(c, api, args)
	}
}
