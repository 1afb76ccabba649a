package cli

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/words"
	"gonets/internal/client"
	"gonets/internal/query"
)

const (
	// reconnectAfter is the pause before a lost stream is opened again.
	reconnectAfter = time.Second
	// tailWindow is how many of the newest runs are read again at a hint.
	tailWindow = 100
	// tailLookups bounds how many events are looked up for one message of
	// hints, and how many runs are read whole for one list; what is left out
	// shows with its next change.
	tailLookups = 50
	// tailMemory bounds how many runs are remembered as shown.
	tailMemory = 10_000
)

func (a *app) runsTail() *cobra.Command {
	var flags runFlags
	var once bool
	var n int
	c := flags.add(a.printing(&cobra.Command{
		Use: "tail [QUESTION]", Short: "Follow runs as they are made and change", Long: "Follow runs as they are made and change. " + questionHelp,
		Example: "  gonets runs tail 'scenario:crm status:5xx'",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, words []string) error {
			if a.output == outputYAML {
				return usagef("tail writes table or json, one line a change")
			}
			filter, err := flags.read(a)
			if err != nil {
				return err
			}
			t := &tail{app: a, client: client, question: strings.Join(words, " "), filter: filter, shown: map[string]face{}}
			if flags.since != "" && !c.Flags().Changed("lines") {
				n = gonets.MaxPageSize
			}
			if filter.Page.Limit = n; !once {
				filter.Page.Limit = max(n, tailWindow)
			}
			if err := t.begin(c.Context(), filter, n); err != nil || once {
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
	// question and filter choose the runs together.
	question string
	filter   gonets.RunFilter
	// lookups counts the runs that were read whole for the list at hand.
	lookups int
	// shown is the last face of each run, so that a change shows once.
	shown map[string]face
}

// face is what a tail shows of a run.
type face struct {
	line string
	// attempts is how many of the run's attempts have been shown.
	attempts int
}

// begin prints the n newest runs, the oldest first. The others of the list
// show when they change.
func (t *tail) begin(ctx context.Context, f gonets.RunFilter, n int) error {
	if n <= 0 && f.Page.Limit <= 0 {
		return nil
	}
	l, err := t.client.FindRuns(ctx, t.question, f)
	if err != nil {
		return err
	}
	for i := len(l.Items) - 1; i >= 0; i-- {
		r := &l.Items[i]
		if i >= n {
			t.shown[r.ID] = face{line: faceLine(r), attempts: r.Attempts}
			continue
		}
		if err := t.print(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// faceLine is what has to change of a run for it to be shown again.
func faceLine(r *api.RunSummary) string {
	return fmt.Sprintf("%s %d %d", r.State, r.Attempts, r.Version)
}

// show prints those of the newest runs that look different from before, the
// oldest first, and tells which ones it looked at.
func (t *tail) show(ctx context.Context, f gonets.RunFilter) (listed map[string]bool, err error) {
	l, err := t.client.FindRuns(ctx, t.question, f)
	if err != nil {
		return nil, err
	}
	listed = make(map[string]bool, len(l.Items))
	slices.Reverse(l.Items)
	if len(t.shown) > tailMemory {
		kept := make(map[string]face, len(l.Items))
		for _, r := range l.Items {
			if old, known := t.shown[r.ID]; known {
				kept[r.ID] = old
			}
		}
		t.shown = kept
	}
	t.lookups = 0
	for i := range l.Items {
		listed[l.Items[i].ID] = true
		if err := t.print(ctx, &l.Items[i]); err != nil {
			return nil, err
		}
	}
	return listed, nil
}

func (t *tail) print(ctx context.Context, r *api.RunSummary) error {
	old := t.shown[r.ID]
	now := face{line: faceLine(r), attempts: old.attempts}
	if old.line == now.line {
		return nil
	}
	t.shown[r.ID] = now
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
	return t.printAttempts(ctx, r)
}

// printAttempts shows the requests that went out since the run was shown last.
func (t *tail) printAttempts(ctx context.Context, r *api.RunSummary) error {
	seen := t.shown[r.ID]
	if r.Attempts <= seen.attempts || t.lookups == tailLookups {
		return nil
	}
	t.lookups++
	run, err := t.client.Run(ctx, r.ID)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	var rows []attemptRow
	for i := range run.Steps {
		for j := range run.Steps[i].Attempts {
			if at := &run.Steps[i].Attempts[j]; at.N > seen.attempts {
				rows = append(rows, attemptRow{run.Steps[i].Path, at})
			}
		}
	}
	slices.SortFunc(rows, func(x, y attemptRow) int { return x.N - y.N })
	for _, row := range rows {
		seen.attempts = row.N
		t.app.printf("          %s\n", t.app.attemptLine(row))
	}
	t.shown[r.ID] = seen
	return nil
}

// attemptRow is an attempt with the path of its step.
type attemptRow struct {
	path string
	*api.Attempt
}

// attemptLine is an attempt in one line.
func (a *app) attemptLine(row attemptRow) string {
	target, words := row.Request.URL, words.Outcome(row.Attempt)
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		target = u.Host + u.Path
	}
	if row.Response != nil && (row.Outcome == gonets.OutcomeOK || row.Outcome == gonets.OutcomeHTTP) {
		words = fmt.Sprintf("HTTP %d", row.Response.Status)
	}
	return safeLine(row.path) + "  " + safeLine(row.Request.Method+" "+target) + "  " + a.paint(outcomeColour(row.Outcome), safeLine(words))
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
	if t.namesEvent() {
		return nil // all its runs are listed
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

// namesEvent tells that the question, or the filter, is about one event.
func (t *tail) namesEvent() bool {
	terms, err := query.Split(t.question)
	return t.filter.EventID != "" || err == nil && slices.ContainsFunc(terms, func(term query.Term) bool { return term.Key == query.KeyEvent })
}
