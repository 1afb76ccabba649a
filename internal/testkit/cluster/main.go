// Command cluster runs a command with a PostgreSQL server of its own, fsync on,
// and ends the server after it: cluster [-keep FOLDER] -- COMMAND ARGUMENT… . An
// argument {} stands for the address of an empty database. With -keep its data stay in
// the folder until the command ends well, so that the same line goes on with them.
package main

import (
	"context"
	"errors"
	"flag"
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
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	keep := flags.String("keep", "", "keep the data in this folder until the command ends well")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if args = flags.Args(); len(args) == 0 {
		return errors.New("say which command to run: cluster -- COMMAND ARGUMENT…")
	}
	// What PostgreSQL has as installed; the tests run many in little memory.
	cluster := testkit.Cluster{Settings: []string{"shared_buffers=128MB"}, Folder: *keep}
	err := within(ctx, &cluster, args)
	cluster.Stop()
	if err == nil && *keep != "" {
		err = os.RemoveAll(*keep)
	}
	return err
}

// within runs a command while the server is there.
func within(ctx context.Context, cluster *testkit.Cluster, args []string) error {
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
