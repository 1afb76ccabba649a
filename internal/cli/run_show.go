package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/moment"
	"gonets/internal/cli/retries"
	"gonets/internal/cli/words"
	"gonets/internal/client"
)

func (a *app) runsShow() *cobra.Command {
	var full bool
	c := a.printing(&cobra.Command{
		Use: "show ID", Short: "Tell the whole story of a run", Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			run, err := client.Run(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(run, func() { a.printRun(&run, full) })
		}),
	})
	c.Flags().BoolVar(&full, "full", false, "show long bodies whole")
	return c
}

// printRun tells what came, what was done step by step, and what is next.
func (a *app) printRun(r *api.Run, full bool) {
	a.printf("%s %s\n", a.paint(bold, "Run "+r.ID), a.paint(stateColour(string(r.State)), words.Waiting(&r.RunSummary)))
	rows := [][]cell{}
	add := func(name, what string) {
		if what != "" {
			rows = append(rows, []cell{{"  " + name, grey}, text(what)})
		}
	}
	scenario := r.Scenario
	if r.Version > 0 {
		scenario += fmt.Sprintf(", version %d", r.Version)
	}
	add("Scenario", scenario)
	add("Why", words.Because(r.Reason))
	add("Made", a.at(r.CreatedAt))
	if r.FinishedAt != nil {
		add("Ended", a.at(*r.FinishedAt))
	}
	add("Next", a.next(r))
	if r.Retry != nil {
		add("Retries", retries.Words(&r.Retry.RetryPlan)+"; changed by "+cmp.Or(safeLine(r.Retry.By), "somebody")+" at "+a.at(r.Retry.At))
	}
	if r.State == gonets.RunQueued {
		add("Queue", r.Lane+", "+cmp.Or(words.Wait(r.Wait), "its turn comes"))
	}
	add("Mark", words.Mark(r.Mark))
	add("You can", strings.Join(r.Actions, ", "))
	add("Its step", safeLine(words.Lost(r)))
	add("Damaged", words.Unread(r.Unread))
	a.table("", rows)
	a.printf("\n")
	a.printEvent(&r.Event, full)
	for i := range r.Steps {
		a.printf("\n")
		a.printStep(i+1, &r.Steps[i], r, full)
	}
	for i := range r.Acts {
		if i == 0 {
			a.printf("\n%s\n", a.paint(bold, "What people did"))
		}
		a.printf("  %s  %s\n", a.at(r.Acts[i].At), actWords(&r.Acts[i]))
	}
}

// actWords say what somebody did to a run.
func actWords(act *api.RunAct) string {
	words := cmp.Or(safeLine(act.By), "somebody") + ": " + act.Action
	switch {
	case act.FromVersion > 0:
		words += fmt.Sprintf(", from version %d to %d", act.FromVersion, act.ToVersion)
	case act.ToVersion > 0:
		words += fmt.Sprintf(", with version %d", act.ToVersion)
	}
	if act.Made != "" {
		words += ", new run " + act.Made
	}
	if act.MadeOf != "" {
		words += ", made of " + act.MadeOf
	}
	if act.Retry != nil {
		words += ", " + retries.Words(act.Retry)
	}
	if act.Bulk != "" {
		words += ", mass action " + act.Bulk
	}
	return words
}

// next says what the server, or the reader, does next.
func (a *app) next(r *api.Run) string {
	switch r.State {
	case gonets.RunWaiting:
		if r.NextTryAt == nil {
			return ""
		}
		what := "goes on"
		if r.Tries > 0 {
			what = fmt.Sprintf("attempt %d", r.Tries+1)
			if r.TriesMax > 0 {
				what += fmt.Sprintf(" of %d", r.TriesMax)
			}
		}
		if r.Asks {
			what = "asks whether the request was done"
		}
		if r.Wait == nil || r.Wait.Until != nil && r.NextTryAt.After(a.Clock.Now()) {
			what += " at " + a.at(*r.NextTryAt)
		}
		if r.QuietUntil != nil {
			what += ", when the quiet hours end"
		}
		if r.Wait != nil {
			what += "; " + words.Wait(r.Wait)
		}
		return what
	case gonets.RunPaused:
		return "nothing until you act: mend the cause, then gonets runs resume " + r.ID
	case gonets.RunHeld:
		return "gonets scenarios start " + r.Scenario + " --release-held"
	}
	return ""
}

func (a *app) printStep(n int, s *api.Step, r *api.Run, full bool) {
	words, c := stepWords(s, r)
	title := ""
	if s.Title != "" {
		title = " “" + safeLine(s.Title) + "”"
	}
	kind := ""
	if s.Kind != "" {
		kind = " (" + s.Kind + ")"
	}
	a.printf("%s%s%s: %s\n", a.paint(bold, fmt.Sprintf("Step %d  %s", n, safeLine(s.Path))), kind, title, a.paint(c, words))
	a.printValue(s)
	for i := range s.Attempts {
		a.printAttempt(&s.Attempts[i], full)
	}
}

// printValue shows what a step gave: one line for a variable.
func (a *app) printValue(s *api.Step) {
	if len(s.Value) == 0 {
		return
	}
	var rows gonets.Rows
	if s.Kind != gonets.KindSet || json.Unmarshal(s.Value, &rows) != nil {
		indented(a.Stdout, "  ", safe(pretty(string(s.Value))))
		return
	}
	for _, row := range rows {
		v, err := json.Marshal(gonets.Tree{Value: row.Value})
		if err != nil {
			continue
		}
		a.printf("  %s = %s\n", safeLine(row.Name), safeLine(string(bytes.TrimSpace(v))))
	}
}

// took is how long an attempt took; its timings know it better than in whole
// milliseconds.
func took(at *api.Attempt) time.Duration {
	if at.Timings != nil && at.Timings.Total > 0 {
		return time.Duration(at.Timings.Total) * time.Microsecond
	}
	return time.Duration(at.DurationMS) * time.Millisecond
}

func (a *app) printAttempt(at *api.Attempt, full bool) {
	a.printf("  %s, %s, took %s: %s\n", a.paint(bold, fmt.Sprintf("Attempt %d", at.N)),
		at.StartedAt.In(a.Zone).Format("2006-01-02 15:04:05 MST"), moment.Span(took(at)),
		a.paint(outcomeColour(at.Outcome), safeLine(words.Outcome(at))))
	if at.Error != "" && at.Outcome != gonets.OutcomeOK && !at.Erased {
		a.printf("    %s\n", safeLine(at.Error))
	}
	if !at.Charged {
		a.printf("    It is not counted.\n")
	}
	if at.Fenced {
		a.printf("    Its result came too late to change anything.\n")
	}
	if why := words.Gone(at); why != "" {
		a.printf("    %s\n", why)
	}
	if at.Request.URL != "" && !at.Erased {
		a.printMessage("    > ", message{at.Request.Method + " " + at.Request.URL, at.Request.Headers, at.Request.Content}, full)
	}
	for _, hop := range at.Redirects {
		a.printf("    %d to %s\n", hop.Status, safeLine(hop.URL))
	}
	if at.Response == nil || at.Erased {
		return
	}
	line := cmp.Or(at.Response.StatusLine, fmt.Sprintf("HTTP %d", at.Response.Status))
	a.printMessage("    < ", message{line, at.Response.Headers, at.Response.Content}, full)
	if at.Response.Mark != "" {
		a.printf("    %s.\n", words.Mark(at.Response.Mark))
	}
	if at.Response.Cut {
		a.printf("    The reply was longer; this is what was kept.\n")
	}
}

// stepWords say how a step stands.
func stepWords(s *api.Step, run *api.Run) (string, colour) {
	switch s.State {
	case string(gonets.StepDone):
		return "done", green
	case string(gonets.StepSkipped):
		if len(s.Attempts) > 0 || len(s.Value) > 0 {
			return "skipped by a person", grey
		}
		return "skipped, its condition said no", grey
	case string(gonets.StepFailed):
		return "failed; the run went on", red
	case api.StepActive:
		return "the run stands here", stateColour(string(run.State))
	}
	return "not reached", grey
}
