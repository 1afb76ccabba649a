package shape

import (
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/content"
	"gonets/internal/document"
	"gonets/setting"
)

// Reader is when and where somebody reads: texts name times for him.
type Reader struct {
	// Zone is that of the times; nil is UTC.
	Zone *time.Location
	Now  time.Time
	// Contact is whom he may write to, as the settings say.
	Contact string
	// Wait is why a run of a lane waits for it; nil when nobody knows.
	Wait func(lane string) *api.LaneWait
	// Published is the version that is published now; nil when the scenario is
	// gone.
	Published *gonets.Version
}

// NewReader is a reader by the settings: in their zone, else in UTC.
func NewReader(settings *setting.Settings, now time.Time) Reader {
	return Reader{Zone: settings.Zone(), Now: now, Contact: settings.Contact}
}

// Listed shows a run in a list to a reader; tries are what the step says at which it
// stands.
func Listed(run gonets.RunSummary, tries Tries, r Reader) api.RunSummary {
	policy := run.Policy(run.Cursor, tries.Retry)
	wait, due := r.heldUp(&run, policy.Quiet)
	run.DueAt = due
	out := RunSummary(run)
	out.Wait, out.Asks = wait, tries.Asks(&run.Run, run.Cursor)
	if run.Tries > 0 {
		out.TriesMax = tries.Max(&run.Run)
	}
	return out
}

// RunSummary shows a run by itself.
func RunSummary(r gonets.RunSummary) api.RunSummary {
	tries := r.Tries
	if r.State.Final() && tries == 0 {
		tries = r.LastTries // it stands at no step any more
	}
	return api.RunSummary{
		ID: r.ID, EventID: r.EventID, Source: r.Source, Scenario: r.Scenario, Version: r.Version,
		State: r.State, Reason: r.Reason, Lane: r.Lane, Mark: r.Mark,
		CreatedAt: r.CreatedAt, FinishedAt: instant(r.FinishedAt), NextTryAt: nextTry(&r.Run),
		Tries: tries, Attempts: r.Attempts,
		LastStatus: r.LastStatus, LastOutcome: r.LastOutcome, LastError: r.LastError,
		Actions: actions(&r.Run, r.Orphan), ScenarioDeleted: r.Orphan,
	}
}

// instant leaves out a time that is not set.
func instant(t time.Time) *time.Time {
	if t.IsZero() || t.UnixMilli() == 0 {
		return nil
	}
	return &t
}

func nextTry(r *gonets.Run) *time.Time {
	if r.State != gonets.RunWaiting {
		return nil
	}
	return instant(r.DueAt)
}

// actions are what a person can do to a run in its state; nothing to a check. Of
// one whose scenario was deleted no new run is made.
func actions(r *gonets.Run, orphan bool) []string {
	out, state := []string{}, r.State
	if r.Mark == gonets.MarkCheck && r.Version == 0 {
		return out
	}
	for _, a := range []gonets.ActionKind{gonets.ActionResume, gonets.ActionSkip, gonets.ActionSendNow, gonets.ActionRetryPolicy, gonets.ActionCancelRetries, gonets.ActionCancel} {
		if a == gonets.ActionRetryPolicy && state == gonets.RunWaiting && !r.Retrying() {
			continue // it waits for its time
		}
		for _, from := range a.From() {
			if from == state {
				out = append(out, string(a))
			}
		}
	}
	if state != gonets.RunHeld && !orphan {
		out = append(out, api.ActionRerun)
	}
	return out
}

// Run shows a run with all that it did, every failure explained. What is secret
// in the event is masked already.
func Run(d *gonets.RunDetail, r Reader) api.Run {
	scenario, active := scenarioOf(d), activeStep(d)
	st, policy, held := d.Version.Sends(active), gonets.Retry{}, *d
	if st != nil {
		policy = policyOf(d, active, st)
	}
	wait, due := r.heldUp(&d.Run, policy.Quiet)
	held.Run.DueAt, d = due, &held
	// Of attempts that cannot be read [api.Run.Unread] tells; one that failed before any step has no path either.
	held.Attempts = slices.DeleteFunc(slices.Clone(d.Attempts), func(a gonets.Attempt) bool { return a.Sealed && a.StartedAt.IsZero() })
	out := api.Run{RunSummary: RunSummary(d.Run), Event: Event(d.Event)}
	out.Wait = wait
	if d.Event.Mark == gonets.MarkErased {
		out.Actions = slices.DeleteFunc(out.Actions, func(a string) bool { return a == api.ActionRerun })
	}
	if st != nil {
		out.TriesMax, out.QuietUntil = triesMax(&policy), quietUntil(&d.Run.Run, &policy)
		out.RetryNow = retryNow(&d.Run.Run, d.Run.Policy(active, st.Retry))
		tries := Tries{Sends: true, Retry: st.Retry}
		out.Asks = tries.Asks(&d.Run.Run, active)
		if c := d.Run.Retry; c != nil && c.Path == active {
			out.Retry = &api.RetryChanged{RetryPlan: *api.RetryPlanOf(c), By: c.By, At: c.At}
		}
	}
	if d.Run.Mark == gonets.MarkCheck {
		active = ""
	}
	out.RerunOf, out.Reruns, out.Acts, out.Unread = d.RerunOf, d.Reruns, acts(d.Acts), d.Unread
	if r.Published != nil {
		out.CurrentVersion = r.Published.N
		if active != "" && r.Published.N != d.Run.Version {
			out.StepChanged, out.StepLost = document.FateOf(scenario, &r.Published.Scenario, active).Told()
		}
	}
	out.NextTries = nextTries(d, active)
	out.Steps = steps(d, active, failedStep(d))
	explainAll(&out, d, r)
	return out
}

// acts are what people did to a run.
func acts(of []gonets.RunAct) (out []api.RunAct) {
	for _, a := range of {
		shown := api.RunAct{At: a.At, By: a.By, Action: string(a.Kind), Bulk: a.Bulk, Made: a.Other}
		if a.Begins {
			shown.Made, shown.MadeOf = "", a.Other
		}
		if a.From != a.To {
			shown.FromVersion, shown.ToVersion = a.From, a.To
		}
		if a.Retry != nil {
			shown.Retry = api.RetryPlanOf(a.Retry)
		}
		out = append(out, shown)
	}
	return out
}

// scenarioOf is what the run works through; nil when it is not known.
func scenarioOf(d *gonets.RunDetail) *gonets.Scenario {
	if d.Version == nil {
		return nil
	}
	return &d.Version.Scenario
}

// activeStep is the path at which an unfinished run stands.
func activeStep(d *gonets.RunDetail) string {
	if d.Run.State.Final() || d.Run.State == gonets.RunHeld {
		return ""
	}
	return standsAt(d)
}

// standsAt is the path of the first step that the run has not done.
func standsAt(d *gonets.RunDetail) string {
	run, scenario := d.Run.Run, scenarioOf(d)
	if scenario == nil {
		return ""
	}
	// Where it stands does not depend on why it stands.
	run.State, run.DueAt = gonets.RunRunning, time.Time{}
	return gonets.Next(scenario, &run, gonets.NewProgress(d.Results), run.CreatedAt).Path
}

// policyOf is the policy under which the run's last try at a step was made. What
// a person set while the run was paused holds from its resume on.
func policyOf(d *gonets.RunDetail, path string, st *gonets.HTTPStep) gonets.Retry {
	run := d.Run.Run
	if n := len(d.Attempts); run.State == gonets.RunPaused && run.Retry != nil && n > 0 {
		if last := &d.Attempts[n-1]; run.Retry.At.After(last.StartedAt.Add(last.Duration)) {
			run.Retry = nil
		}
	}
	return run.Policy(path, st.Retry)
}

// quietUntil is when the quiet hours end for which a run waits.
func quietUntil(run *gonets.Run, policy *gonets.Retry) *time.Time {
	if run.State != gonets.RunWaiting || !run.Retrying() || policy.Quiet.Until(run.DueAt.Add(-time.Millisecond)).IsZero() {
		return nil
	}
	return instant(run.DueAt)
}

// Place is a step of a version.
type Place struct {
	Scenario string
	Version  int
	Path     string
}

// PlaceOf is where a run stands.
func PlaceOf(r *gonets.Run) Place { return Place{r.Scenario, r.Version, r.Cursor} }

// Tries is what a step of a version says of its tries. The zero value is a step
// that sends nothing.
type Tries struct {
	Sends bool
	Retry *gonets.Retry
	// Unread is true where the version was not read.
	Unread bool
}

// TriesOf is what the step at a path says.
func TriesOf(v *gonets.Version, path string) Tries {
	if v == nil {
		return Tries{Unread: true}
	}
	st := v.Sends(path)
	if st == nil {
		return Tries{}
	}
	return Tries{Sends: true, Retry: st.Retry}
}

// Max counts the tries that the step allows a run of a list that stands at it.
func (t *Tries) Max(run *gonets.Run) int {
	if !t.Sends {
		return 0
	}
	policy := run.Policy(run.Cursor, t.Retry)
	return triesMax(&policy)
}

// Asks tells whether a run's request at the step's path may have been done, so that
// its service is asked before it is sent again. Of a step that was not read the doubt
// is told rather than nothing.
func (t *Tries) Asks(run *gonets.Run, path string) bool {
	return !run.State.Final() && run.Doubts.Of(path) && (t.Unread || t.Retry != nil && t.Retry.Ask != nil)
}

// triesMax counts the tries of a policy, the first one included.
func triesMax(r *gonets.Retry) int {
	policy := r.OrDefault()
	if policy.Exponential != nil {
		return policy.Exponential.Tries
	}
	return len(policy.Delays) + 1
}

// failedStep is the path of the step that ended the run as failed without a
// result of its own: where its last attempt was made, or where it stood.
func failedStep(d *gonets.RunDetail) string {
	if d.Run.State != gonets.RunFailed {
		return ""
	}
	done := gonets.NewProgress(d.Results)
	for i := range slices.Backward(d.Attempts) {
		a := &d.Attempts[i]
		if _, finished := done[a.Path]; a.Fenced || finished {
			continue
		}
		return a.Path
	}
	if d.Run.Mark == gonets.MarkCheck {
		return "" // it may have been of one step only
	}
	return standsAt(d)
}

// steps lists the scenario's steps in its order, then what the run did
// at places that this version does not have (it was resumed with another).
func steps(d *gonets.RunDetail, active, failed string) []api.Step {
	results := gonets.NewProgress(d.Results)
	attempts := make(map[string][]api.Attempt)
	sc := scenarioOf(d)
	for i := range d.Attempts {
		a := &d.Attempts[i]
		attempts[a.Path] = append(attempts[a.Path], attempt(a, d.Version.Sends(a.Path)))
	}
	var first map[string]string
	rows, seen := []api.Step{}, make(map[string]bool)
	add := func(path string, st *gonets.Step) {
		if seen[path] {
			return
		}
		seen[path] = true
		row := api.Step{Path: path, State: api.StepPending, Attempts: attempts[path]}
		if row.Attempts == nil {
			row.Attempts = []api.Attempt{}
		}
		if st != nil {
			row.Kind, row.Title, row.Request = st.Kind(), st.Title, st.Request
			if was := first[path]; was != path {
				row.Was = was
			}
		}
		switch path {
		case active:
			row.State = api.StepActive
		case failed:
			row.State = string(gonets.StepFailed)
		}
		if r, done := results[path]; done {
			if d.Run.State == gonets.RunFailed && st != nil && st.Fail != nil && r.State == gonets.StepDone {
				r.State = gonets.StepFailed // it was made to end the run so
			}
			row.State, row.FinishedAt = string(r.State), instant(time.UnixMilli(r.FinishedAt).UTC())
			if len(r.Value) > 0 {
				row.Value = r.Value
			}
		}
		rows = append(rows, row)
	}
	if sc != nil {
		first = gonets.FirstPaths(sc.Steps)
		gonets.WalkSteps(sc.Steps, add)
	}
	for _, r := range d.Results {
		add(r.Path, nil)
	}
	for i := range d.Attempts {
		add(d.Attempts[i].Path, nil)
	}
	return rows
}

// attempt shows one attempt of a step, without its explanation. The step is nil
// when it is not known.
func attempt(a *gonets.Attempt, st *gonets.HTTPStep) api.Attempt {
	out := unmarked(a, st)
	if out.Response != nil && st != nil {
		if a.Purpose.Asks() { // however the step reads its own replies
			st = &gonets.HTTPStep{ResponseCharset: st.ResponseCharset}
		}
		out.Response.Mark = content.Mark(st, &a.Exchange)
	}
	return out
}

// unmarked is an attempt without what is unusual about its reply: to find that, all
// of the reply is read.
func unmarked(a *gonets.Attempt, st *gonets.HTTPStep) api.Attempt {
	sent, came := content.Exchange(st, a.Purpose, &a.Exchange)
	out := api.Attempt{
		N: a.N, Outcome: a.Outcome, Code: a.Code, Error: a.Error,
		StartedAt: a.StartedAt, DurationMS: a.Duration.Milliseconds(), Charged: a.Charged, Fenced: a.Fenced,
		NotKept: a.NotKept, Erased: a.Erased, Sealed: a.Sealed, Purpose: a.Purpose,
		Remote: a.Remote, HTTPVersion: a.HTTPVersion, TLSVersion: a.TLSVersion, Redirects: a.Hops,
		Request: api.Request{Method: a.Method, URL: a.URL, Headers: Headers(a.RequestHeaders), Content: sent, Size: len(a.RequestBody), Gzip: a.Gzip,
			Parts: content.Parts(a.RequestHeaders, a.RequestBody)},
	}
	if a.Timings != (gonets.Timings{}) {
		timings := a.Timings
		out.Timings = &timings
	}
	if a.Status != 0 {
		out.Response = &api.Response{
			Status: a.Status, StatusLine: strings.TrimSpace(a.StatusLine), Headers: Headers(a.ReplyHeaders), Size: len(a.ReplyBody), Cut: a.ReplyCut,
			Content: came,
		}
	}
	return out
}
