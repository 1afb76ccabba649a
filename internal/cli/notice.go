package cli

import (
	"cmp"
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/internal/cli/words"
	"gonets/internal/client"
	"gonets/setting"
)

func (a *app) noticesCommand() *cobra.Command {
	return a.remote(group("notices", "Show what people were told of errors, try the mail", a.noticesList(), a.noticesTest()))
}

func (a *app) noticesList() *cobra.Command {
	var page gonets.Page
	return pageFlags(a.printing(&cobra.Command{
		Use: "list", Short: "List what people were told, newest first", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			l, err := client.Notices(c.Context(), page)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				if len(l.Items) == 0 {
					a.printf("There was nothing to tell yet. Try the mail with: gonets notices test\n")
					return
				}
				var rows [][]cell
				for i := range l.Items {
					n := &l.Items[i]
					rows = append(rows, []cell{
						text(a.ago(n.At)), text(n.Kind), {text: words.Letter(n, a.Clock.Now(), a.Zone), colour: letterColour(n.State)}, text(strconv.Itoa(n.Runs)),
						text(cmp.Or(n.Host, n.Source, "-")), text(cmp.Or(n.Scenario, "-")), text(cmp.Or(words.Told(n), "-")),
					})
				}
				a.table("WHEN WHAT LETTER RUNS HOST SCENARIO CAUSE", rows)
				a.more(l.Next)
			})
		}),
	}), &page)
}

func letterColour(state string) colour {
	switch state {
	case "sent":
		return green
	case "failed":
		return red
	}
	return plain
}

func (a *app) noticesTest() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "test [CHANNEL]", Short: "Send a test letter, or a test through a channel of the settings", Args: cobra.MaximumNArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			if len(args) == 1 && args[0] != setting.ChannelMail {
				return a.testChannel(c.Context(), client, args[0])
			}
			got, err := client.TestMail(c.Context())
			if err != nil {
				return err
			}
			return a.print(got, func() {
				a.printf("%s accepted the test letter: %s\n", safeLine(got.Host), safeLine(got.Said))
			})
		}),
	})
}

func (a *app) testChannel(ctx context.Context, client *client.Client, name string) error {
	got, err := client.TestChannel(ctx, name)
	if err != nil {
		return err
	}
	return a.print(got, func() {
		a.printf("%s accepted the test: %s\n", safeLine(got.Channel), safeLine(got.Said))
	})
}
