package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"gonets/internal/cli/bundle"
)

// ErrTestsFailed says that a test did not pass; the report has told which.
var ErrTestsFailed = errors.New("a test failed")

// TestOptions are what the verb test tries.
type TestOptions struct {
	// Text are the documents.
	Text []byte
	// JUnit takes the report for programs.
	JUnit io.Writer
}

const testHelp = `Try the tests that stand in scenarios (their member tests): an event, what the services
answer, and what has to come of it. No server is needed and nothing is sent; hours of
retries pass in milliseconds, by the server's own rules. Give the files of sources and
settings, too, where a scenario needs them.

Exit codes: 0 all passed, 1 a test failed or there was none, 5 a document has mistakes.`

func (a *app) testCommand() *cobra.Command {
	var junit string
	c := &cobra.Command{
		Use: "test FILE...", Short: "Try the tests of scenarios, without a server and without sending", Long: testHelp, Args: filesArgs,
		RunE: func(c *cobra.Command, files []string) error { return a.test(c.Context(), files, junit) },
	}
	c.Flags().StringVar(&junit, "junit", "", "also write the report as JUnit XML into this file")
	return c
}

func (a *app) test(ctx context.Context, files []string, junit string) error {
	b, err := bundle.Read(a.Stdin, files)
	if err != nil {
		return err
	}
	var report bytes.Buffer
	err = a.Test(ctx, TestOptions{Text: b.Text, JUnit: &report}, a.Stdout)
	if junit != "" && report.Len() > 0 {
		if err := os.WriteFile(junit, report.Bytes(), 0o600); err != nil {
			return fmt.Errorf("the report cannot be written: %w", err)
		}
	}
	if errors.Is(err, ErrTestsFailed) {
		return reported{err}
	}
	return a.report(b, err)
}
