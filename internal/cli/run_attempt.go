package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/words"
	"gonets/internal/client"
)

// attemptCommand makes a verb about one attempt of a run: the last one, unless
// another is named.
func (a *app) attemptCommand(c *cobra.Command, show func(ctx context.Context, client *client.Client, at client.AttemptRef) error) *cobra.Command {
	var at client.AttemptRef
	c.Use, c.Args = c.Use+" RUN", cobra.ExactArgs(1)
	c.RunE = a.withClient(func(c *cobra.Command, client *client.Client, ids []string) error {
		at.Run = ids[0]
		if at.N == 0 {
			run, err := client.Run(c.Context(), at.Run)
			if err != nil {
				return err
			}
			if at.N = lastSent(&run); at.N == 0 {
				return gonets.Errorf(gonets.CodeNotFound, "the run %s has sent no request yet", at.Run)
			}
		}
		return show(c.Context(), client, at)
	})
	c.Flags().IntVar(&at.N, "attempt", 0, "which attempt, by the number that runs show tells; the last one when left out")
	return c
}

// lastSent is the number of the last attempt that has a request to show.
func lastSent(r *api.Run) (n int) {
	for i := range r.Steps {
		for j := range r.Steps[i].Attempts {
			if at := &r.Steps[i].Attempts[j]; at.Request.URL != "" {
				n = max(n, at.N)
			}
		}
	}
	return n
}

// runsFile is a verb that prints an attempt in another form.
func (a *app) runsFile(c *cobra.Command, form string) *cobra.Command {
	return a.attemptCommand(c, func(ctx context.Context, client *client.Client, at client.AttemptRef) error {
		file, err := client.AttemptFile(ctx, at, form)
		if err != nil {
			return err
		}
		if a.Terminal {
			file = []byte(safe(strings.TrimRight(string(file), "\n")) + "\n")
		}
		_, err = a.Stdout.Write(file)
		return err
	})
}

func (a *app) runsCurl() *cobra.Command {
	return a.runsFile(&cobra.Command{
		Use: "curl", Short: "Print what an attempt sent as a command for bash, secrets as ***",
		Long: "Print the request of an attempt as a curl command for bash. Secrets stand there as ***: put them in before you run it.\n" +
			"Running it sends the request once more.",
		Example: "  gonets runs curl 01a201e4-4ea9-7000-a762-672e4e7e57a9 --attempt 2",
	}, "curl")
}

func (a *app) runsOneC() *cobra.Command {
	return a.runsFile(&cobra.Command{
		Use: "1c", Short: "Print what an attempt sent as code for 1C:Enterprise, secrets as ***",
		Long:    "Print the request of an attempt as code for 1C:Enterprise. Secrets stand there as ***: put them in before you run it.",
		Example: "  gonets runs 1c 01a201e4-4ea9-7000-a762-672e4e7e57a9 > request.bsl",
	}, "onec")
}

func (a *app) runsReply() *cobra.Command {
	return a.runsFile(&cobra.Command{
		Use: "reply", Short: "Write the body of the reply to an attempt, byte for byte",
		Example: "  gonets runs reply 01a201e4-4ea9-7000-a762-672e4e7e57a9 --attempt 2 > reply.pdf",
	}, "reply")
}

func (a *app) runsCompare() *cobra.Command {
	return a.attemptCommand(a.printing(&cobra.Command{
		Use: "compare", Short: "Tell in what an attempt differs from the last other one of its step that went well",
		Long: "Tell in what an attempt differs from the last other one of the same step that went well, among the last runs of the scenario:\n" +
			"its address, query, headers, body and the reply's status. What is masked in both is not compared.",
		Example: "  gonets runs compare 01a201e4-4ea9-7000-a762-672e4e7e57a9",
	}), func(ctx context.Context, client *client.Client, at client.AttemptRef) error {
		found, err := client.CompareAttempt(ctx, at)
		if err != nil {
			return err
		}
		return a.print(found, func() { a.printComparison(&found, at.N) })
	})
}

func (a *app) printComparison(c *api.Comparison, n int) {
	if c.With == nil {
		a.printf("No other attempt of this step that went well and is kept is among the last runs of the scenario: there is nothing to compare with.\n")
		return
	}
	a.printf("Attempt %d beside attempt %d of run %s, which went well at %s\n", n, c.With.N, c.With.Run, a.at(c.With.At))
	if len(c.Differences) == 0 && c.Body == "" {
		a.printf("They sent the same and were answered with the same status.\n")
	}
	for i := range c.Differences {
		d := &c.Differences[i]
		a.printf("  %s\n    went well: %s\n    this one:  %s\n", a.paint(bold, safeLine(words.Difference(d, c.Lines))), safeLine(words.Side(d.Good)), safeLine(words.Side(d.Bad)))
	}
	if c.More {
		a.printf("  There are more differences than these.\n")
	}
	if why := words.Uncompared(c.Body); why != "" {
		a.printf("  %s\n", why)
	}
}
