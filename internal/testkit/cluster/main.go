// Command cluster runs a command with a PostgreSQL server of its own, fsync on,
// and ends the server after it: cluster -- COMMAND ARGUMENT… . An argument {}
// stands for the address of an empty database.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"gonets/internal/testkit"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		os.Exit(max(1, ended.ExitCode()))
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return errors.New("say which command to run: cluster -- COMMAND ARGUMENT…")
	}
	// What PostgreSQL has as installed; the tests run many in little memory.
	cluster := testkit.Cluster{Settings: []string{"shared_buffers=128MB"}}
	defer cluster.Stop()
	address, err := cluster.New()
	if err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	for i := range args {
		if args[i] == "{}" {
			args[i] = address
		}
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// It ends in its own time; the server is needed until then.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd.Run()
}
