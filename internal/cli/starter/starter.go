// Package starter is the verb init: a first scenario file for those who work
// with files, which runs as it is.
package starter

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// name is the file's own.
const name = "scenario.yaml"

//go:embed scenario.yaml
var scenario []byte

const help = `Write a first scenario with its source into the file scenario.yaml of a folder (this one, unless
another is named). It runs as it is: its requests go to the server's own test receiver. No server
is needed for it, and a file that is there already is never written over.`

// Command is the verb init.
func Command() *cobra.Command {
	return &cobra.Command{
		Use: "init [DIR]", Short: "Write a first scenario file that runs as it is", Long: help, Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file := name
			if len(args) == 1 {
				file = filepath.Join(args[0], name)
			}
			if err := write(file); err != nil {
				return err
			}
			c.Printf("%s is written. Look at it, change it, and then:\n"+
				"  gonets validate %[1]s\n  gonets apply %[1]s\n  gonets events send first-form --body '{\"name\": \"Anna\"}'\n  gonets runs tail\n", file)
			return nil
		},
	}
}

// write makes the file, which may not be there before; what was written of it
// goes again when the disk takes only a part.
func write(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return fmt.Errorf("the folder cannot be made: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and was not changed. Name another folder: gonets init DIR", file)
	}
	if err == nil {
		_, err = f.Write(scenario)
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(file)
		}
	}
	if err != nil {
		return fmt.Errorf("the file cannot be written: %w", err)
	}
	return nil
}
