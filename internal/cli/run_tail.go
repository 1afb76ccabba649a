package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/client"
)

const (
	// reconnectAfter is the pause before a lost stream is opened again.
	reconnectAfter = time.Second
	// tailWindow is how many of the newest runs are read again at a hint.
	tailWindow = 100
	// tailLookups bounds how many events are looked up for one message of
	// hints; what is left out shows with its next change.
	tailLookups = 50
	// tailMemory bounds how many runs are remembered as shown.
	tailMemory = 10_000
)

func (a *app) runsTail() *cobra.Command {
	var flags runFlags
	var once bool
	var n int
	c := flags.add(a.printing(&cobra.Command{
		Use: "tail", Short: "Follow runs as they are made and change", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) error {
			if a.output == outputYAML {
				return usagef("tail writes table or json, one line a change")
			}
			filter, err := flags.read(a)
			if err != nil {
				return err
			}
			t := &tail{app: a, client: client, filter: filter, shown: map[string]string{}}
			filter.Page.Limit = n
			if flags.since != "" && !c.Flags().Changed("lines") {
				filter.Page.Limit = gonets.MaxPageSize
			}
			if _, err := t.show(c.Context(), filter); err != nil || once {
				return err
			}
			return t.follow(c.Context())
		}),
	}))
	c.Flags().IntVarP(&n, "lines", "n", 10, "how many of the newest runs to show at the start")
	c.Flags().BoolVar(&once, "once", false, "show them and leave")
	return c
}

// tail follows runs. Hints tell when to look, the list tells what is true.
type tail struct {
	app    *app
	client *client.Client
	filter gonets.RunFilter
	// shown is the last face of each run, so that a change shows once.
	shown map[string]string
}

// show prints those of the newest runs that look different from before, the
// oldest first, and tells which ones it looked at.
func (t *tail) show(ctx context.Context, f gonets.RunFilter) (listed map[string]bool, err error) {
	l, err := t.client.Runs(ctx, f)
	if err != nil {
		return nil, err
	}
	listed = make(map[string]bool, len(l.Items))
	slices.Reverse(l.Items)
	if len(t.shown) > tailMemory {
		kept := make(map[string]string, len(l.Items))
		for _, r := range l.Items {
			if face, known := t.shown[r.ID]; known {
				kept[r.ID] = face
			}
		}
		t.shown = kept
	}
	for i := range l.Items {
		listed[l.Items[i].ID] = true
		if err := t.print(&l.Items[i]); err != nil {
			return nil, err
		}
	}
	return listed, nil
}

func (t *tail) print(r *api.RunSummary) error {
	face := fmt.Sprintf("%s %d %d", r.State, r.Attempts, r.Version)
	if t.shown[r.ID] == face {
		return nil
	}
	t.shown[r.ID] = face
	a := t.app
	if a.output == outputJSON {
		return a.printJSON(r, "")
	}
	state := a.paint(stateColour(string(r.State)), fmt.Sprintf("%-9s", r.State))
	line := fmt.Sprintf("%s  %s  %s  %s", a.Clock.Now().In(a.Zone).Format(time.TimeOnly), r.ID, state, safeLine(r.Scenario))
	if note := a.runNote(r); note != "" {
		line += "  " + safeLine(note)
	}
	a.printf("%s\n", line)
	return nil
}

// follow prints changes until the context ends, which is no failure.
func (t *tail) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		err := t.stream(ctx)
		if gonets.CodeOf(err) == gonets.CodeUnauthorized {
			return err
		}
		t.pause(ctx, err)
	}
	return nil
}

// pause says what broke the stream and waits before the next one.
func (t *tail) pause(ctx context.Context, broken error) {
	if ctx.Err() != nil {
		return
	}
	fmt.Fprintf(t.app.Stderr, "The connection is lost (%s); trying again.\n", safeLine(broken.Error()))
	timer := t.app.Clock.NewTimer(reconnectAfter)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C():
	}
}

func (t *tail) stream(ctx context.Context) error {
	for changes, err := range t.client.Changes(ctx) {
		if err != nil {
			return err
		}
		if err := t.look(ctx, changes); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// look reads what the hints may be about: the newest runs, and older ones by
// the events that were named. The server applies the same filter to both.
func (t *tail) look(ctx context.Context, changes api.Changes) error {
	filter := t.filter
	filter.Page.Limit = tailWindow
	listed, err := t.show(ctx, filter)
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, c := range changes.Changes {
		if c.Kind != "run" || c.Event == "" || listed[c.ID] || asked[c.Event] || len(asked) == tailLookups {
			continue
		}
		asked[c.Event] = true
		filter.EventID = c.Event
		if _, err := t.show(ctx, filter); err != nil {
			return err
		}
	}
	return nil
}
