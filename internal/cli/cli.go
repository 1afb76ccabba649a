// Package cli is the command line: verbs that talk to a server, and those
// that start one. It prints for people by default and for programs with -o.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/internal/cli/starter"
	"gonets/internal/cli/target"
	"gonets/internal/cli/tools"
	"gonets/internal/cli/words"
	"gonets/internal/client"
	"gonets/internal/config"
)

// The exit codes.
const (
	ExitOK          = 0
	ExitFailure     = 1
	ExitUsage       = 2
	ExitNotFound    = 3
	ExitUnreachable = 4
	ExitInvalid     = 5
)

// Env is what the command line takes from the process.
type Env struct {
	// Args are the arguments without the program's name.
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Getenv reads an environment variable.
	Getenv func(name string) string
	// Terminal says that Stdout is a screen, so that colours make sense.
	Terminal bool
	// StdinTerminal says that Stdin is a keyboard, so that waiting for its end
	// would look like hanging.
	StdinTerminal bool
	// ReadPassword reads a line from the keyboard unseen; nil when there is no
	// keyboard.
	ReadPassword func() (string, error)
	// Clock tells what "5 min ago" counts from.
	Clock gonets.Clock
	// Zone is where times are shown; nil is UTC.
	Zone    *time.Location
	Version string
	// Serve runs the server until ctx ends.
	Serve func(ctx context.Context, c config.Config) error
	// Test tries the tests of documents and prints its report.
	Test func(ctx context.Context, o TestOptions, stdout io.Writer) error
	tools.Tools
}

// usageError is a command that was not written right.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// reported is an error whose words are printed already.
type reported struct{ error }

func (r reported) Unwrap() error { return r.error }

const rootHelp = `Gonets receives events, runs a scenario of steps for each, sends HTTP requests,
tries again for hours, and keeps the whole history.

Every verb but serve, init, test, drill, bench and version talks to a running server. It finds the
server and the owner's token in the data folder (--data, GONETS_DATA), or takes
them from --server and --token-file (GONETS_SERVER, GONETS_TOKEN_FILE).

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 no server answers,
5 a document has mistakes.`

// New builds the command tree.
func New(env Env) *cobra.Command { return newApp(env).root() }

// Execute runs the command line and returns the exit code. Errors are printed
// to Stderr.
func Execute(ctx context.Context, env Env) int {
	a := newApp(env)
	root := a.root()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitOK
	}
	var said reported
	if !errors.As(err, &said) {
		fmt.Fprintln(env.Stderr, a.words(err))
	}
	return a.exitCode(err)
}

// app is the state of one run of the command line.
type app struct {
	Env
	// started is set once the arguments were found right.
	started bool

	target target.Target
	output string
}

func newApp(env Env) *app {
	if env.Clock == nil {
		env.Clock = gonets.SystemClock{}
	}
	if env.Zone == nil {
		env.Zone = time.UTC
	}
	return &app{Env: env, target: target.Target{Getenv: env.Getenv}}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "gonets", Short: "Receive events, run scenarios, see everything that was sent", Long: rootHelp,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRun: func(*cobra.Command, []string) { a.started = true },
	}
	root.SetArgs(a.Args)
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.AddCommand(a.serveCommand(), starter.Command(), a.validateCommand(), a.diffCommand(), a.compareCommand(), a.applyCommand(), a.exportCommand(), a.testCommand(),
		a.scenariosCommand(), a.readyCommand(), a.sourcesCommand(), a.requestCommand(), a.eventsCommand(), a.runsCommand(), a.bulkCommand(), a.reconcileCommand(), a.lanesCommand(), a.noticesCommand(), a.storageCommand(), a.secretCommand(), a.userCommand(), a.auditCommand(),
		a.settingsCommand(), a.eraseCommand(), a.versionCommand())
	root.AddCommand(a.toolCommands()...)
	return root
}

// group is a verb that only holds others; without one of them it is a mistake.
func group(use, short string, sub ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: func(c *cobra.Command, args []string) error {
		var names []string
		for _, s := range sub {
			names = append(names, s.Name())
		}
		if len(args) > 0 {
			return usagef("%s has no %q; it has: %s", c.CommandPath(), args[0], strings.Join(names, ", "))
		}
		return usagef("say what to do: %s %s", c.CommandPath(), strings.Join(names, "|"))
	}}
	c.AddCommand(sub...)
	return c
}

// exitCode is the number that scripts see.
func (a *app) exitCode(err error) int {
	var usage usageError
	var unreachable *client.UnreachableError
	var e *gonets.Error
	switch {
	case !a.started, errors.As(err, &usage):
		return ExitUsage
	case errors.As(err, &unreachable):
		return ExitUnreachable
	case !errors.As(err, &e):
		return ExitFailure
	case e.Code == gonets.CodeNotFound:
		return ExitNotFound
	case e.Code.Status() == 422, e.Code == gonets.CodeBodyUnreadable:
		return ExitInvalid
	}
	return ExitFailure
}

// words says an error to a person.
func (a *app) words(err error) string {
	text := safe(words.Mistake(err))
	if usage := (usageError{}); !a.started || errors.As(err, &usage) {
		return text + "\nSee: gonets --help"
	}
	return text
}
