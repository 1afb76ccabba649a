package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/words"
	"gonets/internal/client"
)

// eraseLook is how often an erasure is looked at while somebody waits for it.
const eraseLook = 200 * time.Millisecond

func (a *app) eraseCommand() *cobra.Command {
	var value string
	var dry, cancel, yes bool
	c := a.remote(a.printing(&cobra.Command{
		Use: "erase --value VALUE", Short: "Erase one person from everything that is kept", Args: cobra.NoArgs,
		Long: "Look for a phone, an e-mail address or another exact text in events, requests, replies, step results, checks and letters, and put a\n" +
			"note in the place of the contents. Counts, states and times stay. It cannot be undone. See docs/data.md.",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			if value == "-" {
				raw, err := io.ReadAll(io.LimitReader(a.Stdin, maxErased))
				if err != nil {
					return err
				}
				value = strings.TrimSpace(string(raw))
			}
			if value == "" {
				return usagef("say what to erase with --value")
			}
			e, err := client.NewErasure(c.Context(), value)
			if err == nil {
				e, err = a.awaitErasure(c, client, e, "found")
			}
			if err != nil {
				return err
			}
			if dry || !yes {
				if _, err = client.DropErasure(c.Context(), e.ID); err != nil {
					return err
				}
			}
			switch {
			case dry:
				return a.print(e, func() { a.printErasure(&e, e.Found, "Would be erased") })
			case !yes:
				a.printErasure(&e, e.Found, "Would be erased")
				return usagef("nothing was erased; this cannot be undone. To do it, say the same with --yes")
			}
			id := e.ID
			if e, err = client.ConfirmErasure(c.Context(), id, api.ConfirmErasure{Value: value, Cancel: cancel}); err != nil {
				_, dropped := client.DropErasure(c.Context(), id)
				return errors.Join(err, dropped)
			}
			if e, err = a.awaitErasure(c, client, e, "finished"); err != nil {
				return err
			}
			return a.print(e, func() { a.printErasure(&e, e.Erased, "Erased") })
		}),
	}))
	f := c.Flags()
	f.StringVar(&value, "value", "", "a phone, an e-mail address or another exact text; - is the standard input")
	f.BoolVar(&dry, "dry-run", false, "only say what would be erased")
	f.BoolVar(&cancel, "cancel", false, "cancel runs first that carry the value and are not over")
	f.BoolVar(&yes, "yes", false, "erase without asking again")
	return c
}

// maxErased bounds what is read from the standard input, in bytes.
const maxErased = 4 << 10

// awaitErasure waits until an erasure is at a state, over, or waits for a person.
func (a *app) awaitErasure(c *cobra.Command, client *client.Client, e api.Erasure, state string) (api.Erasure, error) {
	var err error
	for err == nil && e.State != state && e.State != "found" && e.FinishedAt == nil {
		timer := a.Clock.NewTimer(eraseLook)
		select {
		case <-c.Context().Done():
			timer.Stop()
			return e, c.Context().Err()
		case <-timer.C():
		}
		e, err = client.Erasure(c.Context(), e.ID)
	}
	if err == nil && e.State == "found" && state != "found" {
		return e, gonets.Errorf(gonets.CodeConflict, "the record of this erasure is damaged and it waits for you: confirm it again in the browser, in the settings")
	}
	if err == nil && e.State != state {
		err = gonets.Errorf(gonets.CodeConflict, "somebody else ended this erasure")
	}
	return e, err
}

func (a *app) printErasure(e *api.Erasure, counts []api.ErasureCount, head string) {
	if len(counts) == 0 {
		a.printf("Nothing was found. Looked at: %d\n", e.Looked)
	} else {
		a.printf("%s:\n", head)
		for _, n := range counts {
			a.printf("  %-9s %d\n", n.Kind, n.Count)
		}
	}
	for _, line := range words.Doubts(e) {
		a.printf("%s\n", line)
	}
	for _, run := range e.Unfinished {
		a.printf("Not over: run %s of %s, %s\n", run.ID, safeLine(run.Scenario), run.State)
	}
	for _, name := range e.Mentions {
		a.printf("Change it yourself: %s\n", safeLine(name))
	}
	if e.Left > 0 {
		a.printf("Left, because their runs are not over: %d\n", e.Left)
	}
	if why := words.Rewrite(e.Because); why != "" {
		fmt.Fprintln(a.Stderr, why)
	}
}
