package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gonets/api"
	"gonets/internal/cli/moment"
	"gonets/internal/client"
	"gonets/internal/config"
	"gonets/internal/document"
)

func (a *app) serveCommand() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "Run the server", Args: cobra.NoArgs}
	texts, lists := map[string]*string{}, map[string]*[]string{}
	for _, f := range config.Fields() {
		if f.Flag == "" {
			continue
		}
		help := f.Help.En + " (" + f.Env + ")"
		if f.List {
			lists[f.Name] = c.Flags().StringSlice(f.Flag, nil, help)
		} else {
			texts[f.Name] = c.Flags().String(f.Flag, f.Default, help)
		}
		if f.Hidden {
			// The flag was made one line above.
			_ = c.Flags().MarkHidden(f.Flag)
		}
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		in := config.Input{Flags: map[string]string{}, Getenv: a.Getenv, DecodeFile: document.Flat}
		for _, f := range config.Fields() {
			if f.Flag == "" || !c.Flags().Changed(f.Flag) {
				continue
			}
			if f.List {
				in.Flags[f.Name] = strings.Join(*lists[f.Name], ",")
			} else {
				in.Flags[f.Name] = *texts[f.Name]
			}
		}
		cfg, err := config.Load(in)
		if err != nil {
			return usageError{err}
		}
		return a.Serve(c.Context(), cfg)
	}
	return c
}

// toolCommands are the verbs that run servers of their own.
func (a *app) toolCommands() []*cobra.Command {
	inJSON := func() (bool, error) {
		if a.output == outputYAML {
			return false, usagef("the report is written as table or json")
		}
		return a.output == outputJSON, a.checkOutput()
	}
	return []*cobra.Command{a.printing(a.DrillCommand(inJSON)), a.printing(a.BenchCommand(inJSON))}
}

func (a *app) versionCommand() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "version", Short: "Say which version this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.checkOutput(); err != nil {
				return err
			}
			return a.print(api.Version{Name: "gonets", Version: a.Version}, func() { a.printf("gonets %s\n", a.Version) })
		},
	})
}

func (a *app) settingsCommand() *cobra.Command {
	show := a.printing(&cobra.Command{
		Use: "show", Short: "Show the settings as a document", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			if a.output == outputJSON {
				settings, err := client.Settings(c.Context())
				if err != nil {
					return err
				}
				return a.printJSON(settings, "  ")
			}
			data, err := client.Export(c.Context(), document.KindSettings, "")
			if err != nil {
				return err
			}
			_, err = a.Stdout.Write(data)
			return err
		}),
	})
	return a.remote(group("settings", "Show the settings; change them with apply", show))
}

func (a *app) secretCommand() *cobra.Command {
	return a.remote(group("secret", "Set, list and delete secrets; their values are never shown",
		a.secretSet(), a.secretUntil(), a.secretList(), a.secretDelete()))
}

func (a *app) secretSet() *cobra.Command {
	var file, until string
	c := &cobra.Command{
		Use: "set NAME [-]", Short: "Set a secret from a file or the standard input", Args: cobra.RangeArgs(1, 2),
		Long: "Set a secret. Its value is read from --value-file, or from the standard input; never from\n" +
			"the command line, where other people of the machine could see it. One line end at its end is dropped.\n" +
			"A JSON Web Token tells its end by itself; of another value say it with --until.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			if len(args) == 2 && (args[1] != "-" || file != "") {
				return usagef("a value does not stand on the command line; use --value-file FILE, or - for the standard input")
			}
			if file == "" && len(args) == 1 && a.StdinTerminal {
				return usagef("give the value with --value-file FILE, or - to type it and end it with Ctrl+D")
			}
			data, err := a.readFile(cmp.Or(file, "-"))
			if err != nil {
				return err
			}
			value := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
			if value == "" {
				return usagef("the value is empty; to remove a secret: gonets secret delete %s", args[0])
			}
			var end *time.Time
			if until != "" {
				if end, err = moment.End(until, a.Zone); err != nil {
					return usagef("--until %v", err)
				}
			}
			if err := client.SetSecret(c.Context(), args[0], api.SecretValue{Value: value, SecretEnd: api.SecretEnd{ValidUntil: end}}); err != nil {
				return err
			}
			if until != "" && end == nil { // never, whatever the value tells
				if err := client.SetSecretEnd(c.Context(), args[0], api.SecretEnd{}); err != nil {
					return err
				}
			}
			a.printf("Secret %s is set.\n", safeLine(args[0]))
			return nil
		}),
	}
	c.Flags().StringVar(&file, "value-file", "", "file with the value; - is the standard input")
	c.Flags().StringVar(&until, "until", "", "until when the value is good: 2027-03-01, 2027-03-01T12:00:00Z, or never; without it, what the value tells (a JSON Web Token)")
	return c
}

func (a *app) secretUntil() *cobra.Command {
	return &cobra.Command{
		Use: "until NAME DATE", Short: "Say until when a secret's value is good", Args: cobra.ExactArgs(2),
		Long: "Say until when a secret's value is good: 2027-03-01 (to its end), 2027-03-01T12:00:00Z, or never.\nPeople are told two weeks before, three days before, and when it has ended.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			end, err := moment.End(args[1], a.Zone)
			if err != nil {
				return usagef("%v", err)
			}
			if err := client.SetSecretEnd(c.Context(), args[0], api.SecretEnd{ValidUntil: end}); err != nil {
				return err
			}
			a.printf("Secret %s: its end is set.\n", safeLine(args[0]))
			return nil
		}),
	}
}

func (a *app) secretList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "list", Short: "List the names of secrets", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			l, err := client.Secrets(c.Context())
			if err != nil {
				return err
			}
			return a.print(l, func() {
				var rows [][]cell
				for _, s := range l.Items {
					until := cell{"", map[string]colour{api.EndingSoon: yellow, api.EndingPast: red}[s.Ending]}
					if s.ValidUntil != nil {
						until.text = a.at(*s.ValidUntil)
					}
					rows = append(rows, []cell{text(s.Name), text(a.ago(s.UpdatedAt)), text(s.Actor), until})
				}
				a.table("NAME SET BY UNTIL", rows)
			})
		}),
	})
}

func (a *app) secretDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME...", Short: "Delete secrets", Args: cobra.MinimumNArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, names []string) error {
			for _, name := range names {
				if err := client.DeleteSecret(c.Context(), name); err != nil {
					return fmt.Errorf("secret %s: %w", name, err)
				}
				a.printf("Secret %s is deleted.\n", safeLine(name))
			}
			return nil
		}),
	}
}
