package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/moment"
	"gonets/internal/cli/retries"
	"gonets/internal/cli/words"
	"gonets/internal/client"
	"gonets/internal/query"
)

func (a *app) runsCommand() *cobra.Command {
	return a.remote(group("runs", "Look at runs and act on them",
		a.runsList(), a.runsCount(), a.runsShow(), a.runsTail(), a.runsExport(), a.runsCurl(), a.runsOneC(), a.runsReply(), a.runsCompare(),
		a.runsAct(string(gonets.ActionResume), "Go on from the failed step"),
		a.runsAct(string(gonets.ActionSkip), "Go on behind the step at which paused runs stand, without its answer"),
		a.runsAct(string(gonets.ActionSendNow), "Skip the wait"),
		a.runsAct(string(gonets.ActionRetryPolicy), "Change when runs are tried again, until their step is done"),
		a.runsAct(api.ActionRerun, "Make a new run of the same event"),
		a.runsAct(string(gonets.ActionCancel), "End runs"),
		a.runsAct(string(gonets.ActionCancelRetries), "Cancel the retries; the run then waits for you")))
}

// runFlags are the flags that choose runs.
type runFlags struct {
	states       []string
	since, until string
	filter       gonets.RunFilter
}

func (r *runFlags) add(c *cobra.Command) *cobra.Command {
	f := c.Flags()
	f.StringSliceVar(&r.states, "state", nil, "only runs in these states, separated by commas")
	f.StringVar(&r.filter.Scenario, "scenario", "", "only runs of this scenario")
	f.StringVar(&r.filter.Source, "source", "", "only runs of events of this source")
	f.StringVar(&r.filter.EventID, "event", "", "only runs of this event")
	if f.Lookup("value") == nil { // one verb has another meaning for it
		f.StringVar(&r.filter.Value, "value", "", "only runs whose event holds this value (a phone, an order number)")
	}
	f.StringVar(&r.since, "since", "", "only newer ones: 10m, 2h, 7d or a time such as 2026-03-01T12:00:00Z")
	f.StringVar(&r.until, "until", "", "only older ones, written the same way")
	return c
}

// read gives the filter, checked.
func (r *runFlags) read(a *app) (gonets.RunFilter, error) {
	var err error
	r.filter.States = nil
	for _, s := range r.states {
		state := gonets.RunState(strings.TrimSpace(s))
		if !slices.Contains(gonets.RunStates(), state) {
			return r.filter, usagef("--state %s is not known; the states are %s", s, joined(gonets.RunStates()))
		}
		r.filter.States = append(r.filter.States, state)
	}
	if r.filter.Since, err = a.moment("since", r.since); err != nil {
		return r.filter, err
	}
	r.filter.Until, err = a.moment("until", r.until)
	return r.filter, err
}

// question is what the words and the flags ask for together; empty when nothing
// was asked.
func (r *runFlags) question(a *app, words []string) (string, error) {
	f, err := r.read(a)
	return strings.TrimSpace(strings.Join(words, " ") + " " + query.Of(&f)), err
}

func (r *runFlags) empty() bool {
	f := r.filter
	return len(r.states) == 0 && f.Scenario == "" && f.Source == "" && f.EventID == "" && f.Value == "" && r.since == "" && r.until == ""
}

func joined[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}

// moment reads a time span back from now, or a time.
func (a *app) moment(flag, s string) (time.Time, error) {
	t, err := moment.Read(s, a.Clock.Now())
	if err != nil {
		return t, usagef("--%s %v", flag, err)
	}
	return t, nil
}

func (a *app) runsList() *cobra.Command {
	var flags runFlags
	var checks bool
	list := flags.add(pageFlags(a.printing(&cobra.Command{
		Use: "list [QUESTION]", Short: "List runs, newest first", Long: "List runs, newest first. " + questionHelp,
		Example: "  gonets runs list 'state:paused scenario:crm status:5xx after:-24h'\n  gonets runs list 'text:\"Anna Smith\"'",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, words []string) error {
			filter, err := flags.read(a)
			if err != nil {
				return err
			}
			if checks {
				filter.Mark = gonets.MarkCheck
			}
			l, err := client.FindRuns(c.Context(), strings.Join(words, " "), filter)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				if l.Unread > 0 {
					defer a.printf("Runs that cannot be read and may match: %d.\n", l.Unread)
				}
				if len(l.Items) == 0 && l.Next == "" {
					a.printf("No runs match.\n")
					return
				}
				if l.Reached != nil {
					defer a.printf("Looked back to %s so far.\n", a.at(*l.Reached))
				}
				if len(l.Items) == 0 {
					a.printf("Nothing found yet.\n")
					a.more(l.Next)
					return
				}
				var rows [][]cell
				for i := range l.Items {
					rows = append(rows, a.runRow(&l.Items[i]))
				}
				a.table("ID SCENARIO STATE MADE WHAT", rows)
				a.more(l.Next)
			})
		}),
	}), &flags.filter.Page))
	list.Flags().BoolVar(&checks, "checks", false, "list the checks of drafts instead of the runs")
	return list
}

func (a *app) runsCount() *cobra.Command {
	var flags runFlags
	return flags.add(a.printing(&cobra.Command{
		Use: "count [QUESTION]", Short: "Count runs, up to 10 000", Long: "Count runs, up to 10 000. " + questionHelp,
		Example: "  gonets runs count 'state:paused after:-24h'",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, words []string) error {
			filter, err := flags.read(a)
			if err != nil {
				return err
			}
			n, err := client.CountRuns(c.Context(), strings.Join(words, " "), filter)
			if err != nil {
				return err
			}
			return a.print(n, func() {
				if n.More {
					a.printf("at least ")
				}
				a.printf("%d\n", n.Count)
			})
		}),
	}))
}

func (a *app) runRow(r *api.RunSummary) []cell {
	return []cell{text(r.ID), text(r.Scenario), {string(r.State), stateColour(string(r.State))}, text(a.ago(r.CreatedAt)), text(a.runNote(r))}
}

// nextInShort says what a waiting run does next, and when that is known.
func (a *app) nextInShort(r *api.RunSummary) string {
	what := "goes on"
	switch {
	case r.Asks:
		what = "outcome unknown: its service is asked"
	case r.Tries > 0:
		what = fmt.Sprintf("attempt %d", r.Tries+1)
	}
	switch {
	case r.NextTryAt == nil:
		return ""
	case r.Wait != nil && r.Wait.Until == nil:
		return what
	}
	return what + " " + a.due(*r.NextTryAt)
}

// runNote is what is worth knowing about a run in a list.
func (a *app) runNote(r *api.RunSummary) string {
	var parts []string
	if r.LastStatus > 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d", r.LastStatus))
	}
	switch r.State {
	case gonets.RunWaiting:
		parts = append(parts, a.nextInShort(r))
	case gonets.RunPaused, gonets.RunFailed, gonets.RunHeld:
		parts = append(parts, cmp.Or(words.Reason(r.Reason), string(r.Reason)))
	}
	parts = append(parts, words.Took(r), words.Wait(r.Wait))
	if r.LastStatus == 0 && r.LastError != "" && !r.State.Final() {
		parts = append(parts, r.LastError)
	}
	if r.Mark != "" {
		parts = append(parts, words.Mark(r.Mark))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// due is a time ahead; one that has passed is about to be used.
func (a *app) due(t time.Time) string {
	if !t.After(a.Clock.Now()) {
		return "now"
	}
	return a.ago(t)
}

// runsAct is a verb that does one thing to runs.
func (a *app) runsAct(action, short string) *cobra.Command {
	var flags runFlags
	var yes, oneFirst bool
	var version, body, value string
	var rate int
	var plan retries.Flags
	c := &cobra.Command{
		Use: action + " ID... | [QUESTION]", Short: short,
		Long:    short + ". Name the runs, or choose them with a question as for runs list, or flags, and --yes.",
		Example: "  gonets runs " + action + " 'scenario:crm status:5xx after:-24h' --yes",
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, words []string) error {
			var retry *api.RetryPlan
			if action == string(gonets.ActionRetryPolicy) {
				var err error
				if retry, err = plan.Read(); err != nil {
					return usagef("%w", err)
				}
			}
			which, err := whichVersion(version)
			if err != nil {
				return err
			}
			slowly := c.Flags().Changed("rate") || oneFirst
			if named(words) {
				switch {
				case !flags.empty():
					return usagef("name runs or choose them with flags, not both")
				case slowly:
					return usagef("--rate and --one-first are for runs that a question or flags choose, such as --state paused")
				case len(words) > 1 && body+value != "":
					return usagef("--body and --value are for one run: name it")
				case value != "" && !json.Valid([]byte(value)):
					return usagef("--value is not JSON")
				}
				return a.actOnNamed(c, client, api.RunsAction{Action: action, IDs: words, Version: which, Retry: retry})
			}
			if body+value != "" {
				return usagef("--body and --value are for one run: name it")
			}
			q, err := flags.question(a, words)
			if err != nil {
				return err
			}
			b := api.NewBulk{Action: action, Q: q, Version: which, Retry: retry, Rate: &rate, OneFirst: oneFirst}
			switch {
			case q == "":
				return usagef("say which runs: their IDs, a question such as status:5xx, or flags such as --state paused --scenario NAME")
			case !yes:
				return a.ask(c, client, b)
			case slowly:
				return a.beginBulk(c, client, b)
			}
			return a.doBulk(c, client, b)
		}),
	}
	f := c.Flags()
	if action == string(gonets.ActionSkip) {
		f.StringVar(&value, "value", "", "what later steps read of the step, as JSON; for one run")
	}
	flags.add(a.printing(c))
	f.BoolVar(&yes, "yes", false, "do it to all runs that match")
	f.IntVar(&rate, "rate", 0, "no more than so many a second, while the server works on it: see gonets bulk; as fast as the services take them when left out")
	f.BoolVar(&oneFirst, "one-first", false, "stop behind the first one until gonets bulk go-on")
	if action == api.ActionRerun || action == string(gonets.ActionResume) {
		f.StringVar(&version, "version", "", "with this version of the scenario: same, current or its number"+words.Unchosen(action))
	}
	if action == string(gonets.ActionRetryPolicy) {
		f.StringSliceVar(&plan.Plan.Delays, "delays", nil, retries.Help("delays"))
		f.StringVar(&plan.Growth.First, "first", "", retries.Help("first"))
		f.Float64Var(&plan.Growth.Factor, "factor", 0, retries.Help("factor"))
		f.StringVar(&plan.Growth.Max, "longest", "", retries.Help("longest"))
		f.IntVar(&plan.Growth.Tries, "tries", 0, retries.Help("tries"))
		f.StringSliceVar(&plan.Plan.On, "on", nil, retries.Help("on"))
		f.StringVar(&plan.Quiet, "quiet", "", retries.Help("quiet"))
		f.BoolVar(&plan.Plan.AnyTime, "any-time", false, retries.Help("any-time"))
		f.StringVar(&plan.Plan.Deadline, "deadline", "", retries.Help("deadline"))
	}
	if action == api.ActionRerun {
		f.StringVar(&body, "body", "", "with the body from this file instead (- is the standard input)")
	}
	return c
}

// named tells that words are the ids of runs, and no question: that has a
// condition.
func named(words []string) bool {
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, ":") })
}

// actOnNamed does one thing to the runs that were named.
func (a *app) actOnNamed(c *cobra.Command, client *client.Client, request api.RunsAction) error {
	if len(request.IDs) == 1 {
		run, err := a.actOne(c, client, &request)
		if err != nil {
			return err
		}
		return a.print(run, func() { a.printActed(request.Action, request.IDs[0], &run) })
	}
	result, err := client.ActOnRuns(c.Context(), request)
	if err != nil {
		return err
	}
	if err := a.print(result, func() { a.printActedMany(request.Action, &result) }); err != nil {
		return err
	}
	if len(result.Failed) > 0 {
		return reported{fmt.Errorf("%d failed", len(result.Failed))}
	}
	return nil
}

// whichVersion reads the flag.
func whichVersion(text string) (api.WhichVersion, error) {
	which := api.WhichVersion(text)
	if text != "" && which.Number() == gonets.VersionFit {
		return "", usagef("--version %s is no version; write same, current or a number", text)
	}
	return which, nil
}

// actOne does one thing to one run, as the flags of the verb say.
func (a *app) actOne(c *cobra.Command, client *client.Client, request *api.RunsAction) (api.RunSummary, error) {
	id := request.IDs[0]
	if request.Retry != nil {
		return client.ChangeRetries(c.Context(), id, *request.Retry)
	}
	if request.Action == string(gonets.ActionSkip) {
		value, _ := c.Flags().GetString("value")
		return client.Skip(c.Context(), id, api.Skip{Value: json.RawMessage(value)})
	}
	file, _ := c.Flags().GetString("body")
	if file == "" {
		return client.Act(c.Context(), id, request.Action, request.Version)
	}
	raw, err := a.readFile(file)
	if err != nil {
		return api.RunSummary{}, err
	}
	edited := string(raw)
	return client.Rerun(c.Context(), id, api.NewRerun{Version: request.Version, Event: &api.EditedEvent{Text: &edited}})
}

// ask tells what would be done and does nothing.
func (a *app) ask(c *cobra.Command, client *client.Client, b api.NewBulk) error {
	b.Dry = true
	plan, err := client.NewBulk(c.Context(), b)
	if err != nil {
		return err
	}
	n := count(plan.Total, "run")
	if plan.Plan != nil && plan.Plan.More {
		n = "at least " + n
	}
	if plan.AtMost {
		n = "the text is still to be looked for in " + n + ", so at most these"
	}
	if b.Action == string(gonets.ActionSkip) && plan.Total > 0 && plan.Plan != nil {
		return usagef("%s match; nothing was done. Later steps would go on without the answer of the step at which each stands: %s. Add --yes to do it",
			n, safeLine(words.Stand(plan.Plan, plan.Total)))
	}
	return usagef("%s match; nothing was done. %sAdd --yes to %s them", n, safeLine(words.LostMany(&b, plan.Plan)), b.Action)
}

func (a *app) printActed(action, id string, run *api.RunSummary) {
	if action == api.ActionRerun {
		a.printf("Run %s is a new run of %s: %s\n", run.ID, safeLine(id), words.State(run.State))
		return
	}
	a.printf("Run %s: %s\n", run.ID, words.State(run.State))
}

func (a *app) printActedMany(action string, r *api.RunsActionResult) {
	a.printf("%s: %s done", action, count(r.Done, "run"))
	if len(r.Failed) > 0 {
		a.printf(", %d not possible", len(r.Failed))
	}
	a.printf("\n")
	for _, f := range r.Failed {
		a.printf("  %s: %s\n", f.ID, safeLine(f.Detail))
	}
}
