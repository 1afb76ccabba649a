package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/bundle"
	"gonets/internal/cli/words"
	"gonets/internal/client"
)

func (a *app) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.Stdin)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	}
	return data, nil
}

// report prints the mistakes of documents, one a line, the way compilers do.
func (a *app) report(b *bundle.Bundle, err error) error {
	var e *gonets.Error
	if !errors.As(err, &e) || len(e.Problems) == 0 {
		return err
	}
	for _, p := range e.Problems {
		b.Name(&p)
		file, line := b.Place(p.Line)
		where := file
		if p.Line > 0 {
			where = fmt.Sprintf("%s:%d:%d", file, line, max(p.Column, 1))
		} else if p.Pointer != "" {
			p.Message = p.Pointer + ": " + p.Message
		}
		p.Line, p.Pointer = 0, ""
		fmt.Fprintf(a.Stderr, "%s: %s\n", a.paint(bold, safeLine(where)), safe(p.String()))
	}
	return reported{err}
}

// filesArgs asks for one file at least.
func filesArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s needs at least one FILE; - is the standard input", c.CommandPath())
	}
	return nil
}

func (a *app) validateCommand() *cobra.Command {
	return a.remote(&cobra.Command{
		Use: "validate FILE...", Short: "Check documents without applying them", Args: filesArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, files []string) error {
			b, err := bundle.Read(a.Stdin, files)
			if err != nil {
				return err
			}
			v, err := client.Validate(c.Context(), b.Text)
			if err != nil {
				return a.report(b, err)
			}
			a.printf("%s: no mistakes\n", count(v.Documents, "document"))
			return nil
		}),
	})
}

func (a *app) diffCommand() *cobra.Command {
	var exitCode bool
	c := a.printing(a.remote(&cobra.Command{
		Use: "diff FILE...", Short: "Compare documents with what the server has", Args: filesArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, files []string) error {
			b, err := bundle.Read(a.Stdin, files)
			if err != nil {
				return err
			}
			l, err := client.Diff(c.Context(), b.Text)
			if err != nil {
				return a.report(b, err)
			}
			differs := false
			for _, d := range l.Items {
				differs = differs || d.Change != "unchanged"
			}
			if err := a.print(l, func() { a.printDiff(l.Items) }); err != nil {
				return err
			}
			if exitCode && differs {
				return reported{errors.New("the documents differ")}
			}
			return nil
		}),
	}))
	c.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 1 when anything differs")
	return c
}

func (a *app) printDiff(items []api.Difference) {
	for _, d := range items {
		a.printf("%s %s: %s\n", d.Kind, safeLine(d.Name), d.Change)
		for line := range strings.SplitSeq(strings.TrimRight(d.Diff, "\n"), "\n") {
			c := plain
			switch {
			case strings.HasPrefix(line, "+"):
				c = green
			case strings.HasPrefix(line, "-"):
				c = red
			case strings.HasPrefix(line, "@@"):
				c = cyan
			case line == "":
				continue
			}
			a.printf("%s\n", a.paint(c, safeLine(line)))
		}
	}
}

func (a *app) applyCommand() *cobra.Command {
	var o client.ApplyOptions
	c := a.printing(a.remote(&cobra.Command{
		Use: "apply FILE...", Short: "Apply documents in one commit", Args: filesArgs,
		Long: `Apply all documents of all files in one commit: scenarios are published, and new ones start.

A file that gonets export wrote says in based_on from which state of each document it was made. When
somebody has changed or deleted one since, nothing is applied, and you are told who and when.`,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, files []string) error {
			b, err := bundle.Read(a.Stdin, files)
			if err != nil {
				return err
			}
			l, err := client.Apply(c.Context(), b.Text, o)
			if err != nil {
				return a.report(b, err)
			}
			return a.print(l, func() { a.printApplied(l.Items, o.DryRun) })
		}),
	}))
	f := c.Flags()
	f.BoolVar(&o.Draft, "draft", false, "keep scenarios as drafts instead of publishing them")
	f.BoolVar(&o.Stopped, "stopped", false, "leave new scenarios stopped instead of starting them")
	f.BoolVar(&o.DryRun, "dry-run", false, "only tell what would change")
	f.BoolVar(&o.Force, "force", false, "replace what was changed since the files were exported, and bring back what was deleted")
	f.StringVar(&o.Note, "note", "", "why; kept with the versions")
	return c
}

func (a *app) printApplied(items []api.Applied, dryRun bool) {
	rows := make([][]cell, 0, len(items))
	for _, d := range items {
		c := green
		if d.Change == "unchanged" {
			c = grey
		}
		rows = append(rows, []cell{{d.Change, c}, text(d.Kind), text(d.Name), text(words.Applied(&d))})
		for i := range d.Absent {
			fmt.Fprintln(a.Stderr, safeLine(words.Absent(&d.Absent[i])))
		}
	}
	a.table("", rows)
	for _, d := range items {
		if r := d.Replaced; r != nil {
			a.printf("%s\n", safeLine(words.Replaced(&d, a.at(r.At))))
		}
	}
	if dryRun {
		a.printf("Nothing was changed: this was --dry-run.\n")
	}
}

func (a *app) exportCommand() *cobra.Command {
	var kind, name string
	c := a.remote(&cobra.Command{
		Use: "export", Short: "Write documents as YAML", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			data, err := client.Export(c.Context(), kind, name)
			if err != nil {
				return err
			}
			_, err = a.Stdout.Write(data)
			return err
		}),
	})
	c.Flags().StringVar(&kind, "kind", "", "only Source, Request, Scenario or Settings")
	c.Flags().StringVar(&name, "name", "", "only the document of this name; needs --kind")
	return c
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
