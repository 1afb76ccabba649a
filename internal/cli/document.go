package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/words"
	"gonets/internal/client"
)

// bundle is several files as one text, so that they are applied in one
// commit; it knows which line came from which file.
type bundle struct {
	text  []byte
	parts []part
}

type part struct {
	file string
	// line is where the file's first line stands in the text.
	line int
}

// bundled reads files; - is the standard input.
func (a *app) bundled(files []string) (*bundle, error) {
	b := &bundle{}
	var text bytes.Buffer
	for i, file := range files {
		data, err := a.documentFile(file)
		if err != nil {
			return nil, err
		}
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		if empty(data) {
			return nil, gonets.Errorf(gonets.CodeInvalid, "%s holds no documents; each one begins with apiVersion: gonets/v1", fileName(file))
		}
		if i > 0 {
			if text.Len() > 0 && !bytes.HasSuffix(text.Bytes(), []byte("\n")) {
				text.WriteByte('\n')
			}
			if !bytes.HasPrefix(data, []byte("---")) {
				text.WriteString("---\n")
			}
		}
		b.parts = append(b.parts, part{file, bytes.Count(text.Bytes(), []byte("\n")) + 1})
		text.Write(data)
		if text.Len() > gonets.MaxDocumentBytes {
			return nil, gonets.Errorf(gonets.CodeInvalid,
				"the files up to %s are larger than %d MiB together, the most that documents of one call may be; nothing was sent. Use several calls", file, gonets.MaxDocumentBytes>>20)
		}
	}
	b.text = text.Bytes()
	return b, nil
}

// empty tells whether a file holds nothing but comments and separators.
func empty(data []byte) bool {
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && !bytes.Equal(line, []byte("---")) {
			return false
		}
	}
	return true
}

// fileName names a file of the command line in a message.
func fileName(file string) string {
	if file == "-" {
		return "the standard input"
	}
	return "the file " + file
}

// documentFile reads a file of documents. It refuses one that the server would
// not take, and reads no more of it than is needed to know that.
func (a *app) documentFile(name string) ([]byte, error) {
	in := a.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("the file cannot be read: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, gonets.MaxDocumentBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", fileName(name), err)
	}
	if len(data) > gonets.MaxDocumentBytes {
		return nil, gonets.Errorf(gonets.CodeInvalid,
			"%s is larger than %d MiB, the most that documents of one call may be; nothing was sent", fileName(name), gonets.MaxDocumentBytes>>20)
	}
	return data, nil
}

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

// place is the file and line of a line of the text.
func (b *bundle) place(line int) (file string, at int) {
	file, at = b.parts[0].file, line
	for _, p := range b.parts {
		if line >= p.line {
			file, at = p.file, line-p.line+1
		}
	}
	return file, at
}

// report prints the mistakes of documents, one a line, the way compilers do.
func (a *app) report(b *bundle, err error) error {
	var e *gonets.Error
	if !errors.As(err, &e) || len(e.Problems) == 0 {
		return err
	}
	for _, p := range e.Problems {
		file, line := b.place(p.Line)
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
			b, err := a.bundled(files)
			if err != nil {
				return err
			}
			v, err := client.Validate(c.Context(), b.text)
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
			b, err := a.bundled(files)
			if err != nil {
				return err
			}
			l, err := client.Diff(c.Context(), b.text)
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
		Long: "Apply all documents of all files in one commit: scenarios are published, and new ones start.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, files []string) error {
			b, err := a.bundled(files)
			if err != nil {
				return err
			}
			l, err := client.Apply(c.Context(), b.text, o)
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
