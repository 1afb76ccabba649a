package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/words"
	"gonets/internal/client"
)

func (a *app) bulkCommand() *cobra.Command {
	return a.remote(group("bulk", "Look at mass actions and steer them",
		a.bulkList(),
		a.bulkOne("show", "Show how far it is", func(c *cobra.Command, client *client.Client, id string) (api.Bulk, error) {
			return client.Bulk(c.Context(), id)
		}),
		a.bulkSteer("pause", "Hold it"), a.bulkSteer("go-on", "Let it go on"), a.bulkSteer("stop", "End it; what it did stays")))
}

func (a *app) bulkList() *cobra.Command {
	var page gonets.Page
	return pageFlags(a.printing(&cobra.Command{
		Use: "list", Short: "List mass actions, newest first", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			l, err := client.Bulks(c.Context(), page)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				if len(l.Items) == 0 {
					a.printf("No mass actions yet.\n")
					return
				}
				var rows [][]cell
				for i := range l.Items {
					b := &l.Items[i]
					rows = append(rows, []cell{text(b.ID), text(b.Action), text(bulkState(b)), text(a.ago(b.CreatedAt)), text(bulkTally(b))})
				}
				a.table("ID ACTION STATE MADE DONE", rows)
				a.more(l.Next)
			})
		}),
	}), &page)
}

func (a *app) bulkSteer(verb, short string) *cobra.Command {
	return a.bulkOne(verb, short, func(c *cobra.Command, client *client.Client, id string) (api.Bulk, error) {
		return client.SteerBulk(c.Context(), id, verb)
	})
}

// bulkOne is a verb about one mass action.
func (a *app) bulkOne(verb, short string, do func(*cobra.Command, *client.Client, string) (api.Bulk, error)) *cobra.Command {
	return a.printing(&cobra.Command{
		Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			b, err := do(c, client, args[0])
			if err != nil {
				return err
			}
			return a.print(b, func() { a.printBulk(&b) })
		}),
	})
}

// beginBulk lets the server do one thing to all runs that match.
func (a *app) beginBulk(c *cobra.Command, client *client.Client, b api.NewBulk) error {
	made, err := client.NewBulk(c.Context(), b)
	if err != nil {
		return err
	}
	return a.print(made, func() {
		a.printBulk(&made)
		a.printf("The server works on it. Look at it again: gonets bulk show %s\n", made.ID)
	})
}

// bulkLook is how often a mass action is looked at while somebody waits for it.
const bulkLook = 300 * time.Millisecond

// bulkTold is after how many runs a word is said about them.
const bulkTold = 5_000

// doBulk begins a mass action and waits until every run has had its turn. What
// a person breaks off here goes on at the server.
func (a *app) doBulk(c *cobra.Command, client *client.Client, b api.NewBulk) error {
	made, err := client.NewBulk(c.Context(), b)
	if err != nil {
		return err
	}
	for told := 0; made.State == "running" && (made.AtMost || made.Done < made.Total); {
		timer := a.Clock.NewTimer(bulkLook)
		select {
		case <-c.Context().Done():
			timer.Stop()
			fmt.Fprintf(a.Stderr, "The server goes on with it. Look at it: gonets bulk show %[1]s; end it: gonets bulk stop %[1]s\n", made.ID)
			return c.Context().Err()
		case <-timer.C():
		}
		if made, err = client.Bulk(c.Context(), made.ID); err != nil {
			return err
		}
		if made.Done-told >= bulkTold {
			told = made.Done
			fmt.Fprintf(a.Stderr, "%d of %d\n", told, made.Total)
		}
	}
	return a.print(made, func() { a.printBulk(&made) })
}

func (a *app) printBulk(b *api.Bulk) {
	a.printf("Mass action %s, %s of %s: %s\n  %s\n", b.ID, b.Action, count(b.Total, "run"), bulkState(b), bulkTally(b))
	if b.FirstRun != "" && b.State == "waits_for_you" {
		a.printf("  The first one is %s. Then: gonets bulk go-on %s\n", b.FirstRun, b.ID)
	}
}

func bulkState(b *api.Bulk) string {
	switch b.State {
	case "waits_for_you":
		return "waits for you after the first one"
	case "paused":
		return "held"
	}
	if b.ETA != nil && b.State == "running" {
		return fmt.Sprintf("running, about %d s left", *b.ETA)
	}
	return b.State
}

func bulkTally(b *api.Bulk) string {
	parts := []string{fmt.Sprintf("%d of %d", b.Done, b.Total)}
	if b.AtMost {
		parts[0] = fmt.Sprintf("%d of at most %d", b.Done, b.Total)
	}
	for _, p := range []struct {
		n    int
		word string
	}{{b.Succeeded, "succeeded"}, {b.Working, "on their way"}, {b.Retrying, "retrying"}, {b.Paused, "waiting for you"}, {b.Failed, "failed"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	return strings.Join(parts, ", ") + words.LeftAlone(b)
}
