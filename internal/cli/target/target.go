// Package target finds the server to which a verb speaks, and the token that opens it.
package target

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gonets"
	"gonets/internal/client"
	"gonets/internal/config"
)

// standard is where a server listens that was told nothing.
const standard = "http://127.0.0.1:7070"

// Target is what a person said of the server; what is empty is looked up in the
// environment, then in the data folder.
type Target struct {
	Server, TokenFile, Data string
	// Getenv reads the environment.
	Getenv func(string) string
}

// DataFolder is the one that a server uses when nobody says otherwise.
func DataFolder() string {
	for _, f := range config.Fields() {
		if f.Name == "data" {
			return f.Default
		}
	}
	return "."
}

// Connect finds the server and its token.
func (t *Target) Connect() (*client.Client, error) {
	dir := cmp.Or(t.Data, t.Getenv("GONETS_DATA"), DataFolder())
	tokenFile := cmp.Or(t.TokenFile, t.Getenv("GONETS_TOKEN_FILE"))
	server := cmp.Or(t.Server, t.Getenv("GONETS_SERVER"))
	if server == "" {
		var err error
		if server, err = running(dir); err != nil {
			if tokenFile == "" || !errors.Is(err, fs.ErrNotExist) {
				return nil, &client.UnreachableError{URL: dir, Err: err}
			}
			server = standard
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
