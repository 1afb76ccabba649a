package gonets_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gonets"
)

// The simulation below plays a node that works on one run: it asks Next, does
// the step, commits now and then, and dies, waits or is told what to do by a
// person, all as its tape says. The tape and the scenario are the only input,
// so every finding can be played again.

// story is one run's fate.
type story struct {
	Scenario gonets.Scenario
	// Tape is read byte by byte wherever chance decides; at its end all goes
	// well.
	Tape []byte
}

// stories draws a scenario of nested steps and a tape.
func stories() *rapid.Generator[story] {
	return rapid.Custom(func(t *rapid.T) story {
		n := 0
		s := story{Scenario: gonets.Scenario{Name: "any", Steps: drawSteps(t, &n, 3)}}
		s.Tape = rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "tape")
		return s
	})
}

func drawSteps(t *rapid.T, n *int, depth int) []gonets.Step {
	steps := make([]gonets.Step, rapid.IntRange(1, 4).Draw(t, "steps"))
	for i := range steps {
		*n++
		steps[i] = drawStep(t, n, depth)
	}
	return steps
}

func drawStep(t *rapid.T, n *int, depth int) gonets.Step {
	st := gonets.Step{ID: fmt.Sprintf("s%d", *n)}
	if rapid.IntRange(0, 4).Draw(t, "when") == 0 {
		st.When = "x"
	}
	kinds := []string{gonets.KindHTTP, gonets.KindHTTP, gonets.KindSet, gonets.KindDelay,
		gonets.KindRespond, gonets.KindIf, gonets.KindIf, gonets.KindStop, gonets.KindFail}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case gonets.KindHTTP:
		st.HTTP = &gonets.HTTPStep{
			OnFailure: rapid.SampledFrom([]string{"", "continue", "fail"}).Draw(t, "on_failure"),
			Retry:     drawRetry(t),
		}
	case gonets.KindSet:
		st.Set = gonets.Rows{{Name: "a", Value: "1"}}
	case gonets.KindDelay:
		st.Delay = "90s"
	case gonets.KindRespond:
		st.Respond = &gonets.RespondStep{}
	case gonets.KindStop:
		st.Stop = &gonets.StopStep{}
	case gonets.KindFail:
		st.Fail = &gonets.FailStep{}
	case gonets.KindIf:
		st.If = "x"
		if depth > 0 && rapid.Bool().Draw(t, "then") {
			st.Then = drawSteps(t, n, depth-1)
		}
		if depth > 0 && rapid.Bool().Draw(t, "else") {
			st.Else = drawSteps(t, n, depth-1)
		}
	}
	return st
}

func drawRetry(t *rapid.T) *gonets.Retry {
	switch rapid.IntRange(0, 2).Draw(t, "retry") {
	case 0:
		return nil
	case 1:
		return &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Second)}}
	default:
		return &gonets.Retry{Delays: []gonets.Duration{}}
	}
}

// rules are the functions under test; the planted faults replace one of them.
type rules struct {
	next     func(*gonets.Scenario, *gonets.Run, gonets.Progress, time.Time) gonets.ActionNext
	classify func(*gonets.Exchange, gonets.Retry, string, gonets.Try) gonets.Verdict
}

// world is the simulation's state. saved and durable are what a store would
// hold; the rest dies with the process.
type world struct {
	rules
	scenario *gonets.Scenario
	tape     []byte
	now      time.Time

	saved   gonets.Run
	durable []gonets.StepResult
	cancel  bool // a person cancelled the run

	run     gonets.Run
	pending []gonets.StepResult

	ends  int            // how often the run was finished
	tries map[string]int // attempts of a step since its policy started
	due   time.Time      // no attempt may be made before it
}

// chance reads the tape; true about once in n, and not for the small bytes that
// a generator prefers.
func (w *world) chance(n byte) bool {
	if len(w.tape) == 0 {
		return false
	}
	b := w.tape[0]
	w.tape = w.tape[1:]
	return b%n == n-1
}

// play runs the story to its end and returns what went against the rules.
func play(s story, r rules) error {
	w := &world{
		rules: r, scenario: &s.Scenario, tape: s.Tape, tries: map[string]int{},
		now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
	w.saved = gonets.Run{ID: "run-1", State: gonets.RunQueued}
	w.restart()
	for range 3_000 {
		if err := w.person(); err != nil {
			return err
		}
		if w.saved.State.Final() {
			return w.verdict()
		}
		if w.chance(6) {
			w.restart()
		}
		if err := w.turn(); err != nil {
			return err
		}
	}
	return fmt.Errorf("stuck in %s after %d results", w.saved.State, len(w.durable))
}

// restart is a death of the process and its start again: what was not
// committed is gone.
func (w *world) restart() {
	w.run, w.pending = w.saved, nil
	if w.run.State == gonets.RunRunning {
		w.run.State = gonets.RunQueued
	}
}

// commit makes the run's state and the pending results durable.
func (w *world) commit() {
	w.durable = append(w.durable, w.pending...)
	w.pending, w.saved = nil, w.run
	if w.saved.State.Final() {
		w.ends++
	}
}

// person acts on the run now and then, and always on a paused one in the end.
func (w *world) person() error {
	for _, kind := range []gonets.ActionKind{gonets.ActionSendNow, gonets.ActionCancelRetries, gonets.ActionCancel, gonets.ActionSkip, gonets.ActionResume} {
		if !slices.Contains(kind.From(), w.saved.State) {
			continue
		}
		resumes := kind == gonets.ActionResume && w.saved.State == gonets.RunPaused
		if !w.chance(40) && !resumes && (kind != gonets.ActionSkip || !w.chance(3)) {
			continue
		}
		w.restart() // the action's new lease fences the worker
		switch kind {
		case gonets.ActionSendNow:
			w.run.State, w.run.DueAt, w.due = gonets.RunQueued, time.Time{}, time.Time{}
		case gonets.ActionCancelRetries:
			w.run.State, w.run.Reason = gonets.RunPaused, gonets.CodeByPerson
		case gonets.ActionCancel:
			w.run.State, w.cancel = gonets.RunCancelled, true
		case gonets.ActionSkip:
			if err := w.skip(); err != nil {
				return err
			}
		case gonets.ActionResume:
			w.run.State, w.run.DueAt, w.run.Tries, w.run.Reason = gonets.RunQueued, time.Time{}, 0, ""
			w.due = time.Time{}
			clear(w.tries)
		}
		w.commit()
		if w.saved.State == gonets.RunPaused || w.saved.State.Final() {
			if a := w.next(w.scenario, &w.saved, w.progress(), w.now); a.Kind != gonets.NextNothing {
				return fmt.Errorf("a %s run is asked to go on: %+v", w.saved.State, a)
			}
		}
		return nil
	}
	return nil
}

// skip counts the step at which a paused run stands as skipped: nothing of it is
// done any more, and the run goes on behind it.
func (w *world) skip() error {
	at := gonets.StandsAt(w.scenario, w.progress())
	if at == "" {
		return nil
	}
	w.done(at, gonets.StepSkipped, json.RawMessage("true"))
	w.run.State, w.run.Reason, w.due = gonets.RunQueued, "", time.Time{}
	clear(w.tries)
	if a := w.next(w.scenario, &w.run, w.progress(), w.now); a.Kind == gonets.NextRunStep && a.Path == at {
		return fmt.Errorf("%s is asked for again after it was skipped", at)
	} else if a.Kind == gonets.NextRunStep && strings.HasPrefix(a.Path, at+"/") {
		return fmt.Errorf("%s is inside of a step that was skipped", a.Path)
	}
	return nil
}

func (w *world) progress() gonets.Progress {
	return gonets.NewProgress(slices.Concat(w.durable, w.pending))
}

// turn does the one thing that the run needs next.
func (w *world) turn() error {
	a := w.next(w.scenario, &w.run, w.progress(), w.now)
	switch a.Kind {
	case gonets.NextNothing:
		if w.run.State != gonets.RunPaused {
			return fmt.Errorf("nothing to do for a %s run", w.run.State)
		}
	case gonets.NextWait:
		if !a.Until.After(w.now) {
			return fmt.Errorf("waits at %v for %v", w.now, a.Until)
		}
		w.now = a.Until
		if w.chance(2) {
			w.now = w.now.Add(-time.Millisecond) // a timer that fires early must not matter
		}
	case gonets.NextRunStep:
		return w.step(a)
	case gonets.NextFinish:
		if !a.State.Final() {
			return fmt.Errorf("finishes as %s", a.State)
		}
		w.run.State = a.State
		w.commit()
	}
	return nil
}

// step does a step as its kind and the tape say.
func (w *world) step(a gonets.ActionNext) error {
	if _, again := w.progress()[a.Path]; again {
		return fmt.Errorf("%s runs again", a.Path)
	}
	if got := gonets.FindStep(w.scenario.Steps, a.Path); got != a.Step {
		return fmt.Errorf("%s is not the step at its path", a.Path)
	}
	w.run.State = gonets.RunRunning
	if a.Step.When != "" && w.run.StepAt.IsZero() && w.chance(2) {
		w.done(a.Path, gonets.StepSkipped, nil)
		return nil
	}
	switch a.Step.Kind() {
	case gonets.KindHTTP:
		return w.attempt(a)
	case gonets.KindDelay:
		if w.run.StepAt.IsZero() {
			w.run.StepAt, w.run.State = w.now, gonets.RunWaiting
			w.run.DueAt = w.now.Add(90 * time.Second)
			w.due = w.run.DueAt
			w.commit()
			return nil
		}
		if w.now.Before(w.due) {
			return fmt.Errorf("%s ends its delay at %v, due at %v", a.Path, w.now, w.due)
		}
	case gonets.KindIf:
		w.done(a.Path, gonets.StepDone, json.RawMessage(strconv.FormatBool(w.chance(2))))
		return nil
	}
	w.done(a.Path, gonets.StepDone, nil)
	return nil
}

func (w *world) done(path string, state gonets.StepState, value json.RawMessage) {
	w.pending = append(w.pending, gonets.StepResult{Path: path, State: state, Value: value})
	w.run.Tries, w.run.StepAt, w.run.DueAt = 0, time.Time{}, time.Time{}
}

// attempt makes one try of an HTTP step.
func (w *world) attempt(a gonets.ActionNext) error {
	if w.now.Before(w.due) {
		return fmt.Errorf("%s is tried at %v, due at %v", a.Path, w.now, w.due)
	}
	if w.run.StepAt.IsZero() {
		w.run.StepAt = w.now
	}
	w.run.Attempts++
	x := gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200}
	switch {
	case w.chance(8):
		x = gonets.Exchange{Outcome: gonets.OutcomeCancelled}
	case w.chance(12):
		x = gonets.Exchange{Outcome: gonets.OutcomeBlocked, Code: gonets.CodeBlockedAddress}
	case w.chance(2):
		x = gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 503, Code: gonets.CodeHTTPStatus}
	}
	policy := a.Step.HTTP.Retry.OrDefault()
	if x.Outcome != gonets.OutcomeCancelled {
		w.run.Tries++
		w.tries[a.Path]++
	}
	if got, most := w.tries[a.Path], 1+len(policy.Delays); got > most {
		return fmt.Errorf("%s has had %d tries of %d", a.Path, got, most)
	}
	v := w.classify(&x, policy, a.Step.HTTP.OnFailure, gonets.Try{
		RunID: w.run.ID, Attempt: w.run.Attempts, Tries: w.run.Tries, First: w.run.StepAt, Now: w.now,
	})
	switch v.Kind {
	case gonets.VerdictDone:
		w.done(a.Path, gonets.StepDone, nil)
	case gonets.VerdictContinue:
		w.done(a.Path, gonets.StepFailed, nil)
	case gonets.VerdictRetry:
		d, _ := policy.Delay(w.run.Tries)
		w.due = w.now.Add(d)
		w.run.State, w.run.DueAt = gonets.RunWaiting, v.At
	case gonets.VerdictPause:
		w.run.State, w.run.DueAt = gonets.RunPaused, time.Time{}
	case gonets.VerdictFail:
		w.run.State = gonets.RunFailed
	case gonets.VerdictRelease:
		w.run.State = gonets.RunQueued
	}
	w.run.Reason = v.Reason
	w.commit()
	return nil
}

// verdict judges a run that is over: its results must be exactly what the
// scenario's text says, read from top to bottom, given how each step ended.
func (w *world) verdict() error {
	if w.ends != 1 {
		return fmt.Errorf("finished %d times", w.ends)
	}
	got := make([]string, len(w.durable))
	for i, r := range w.durable {
		got[i] = r.Path
	}
	o := oracle{done: gonets.NewProgress(w.durable)}
	o.read("", w.scenario.Steps)
	cut := w.cancel || w.saved.State == gonets.RunFailed && w.saved.Reason != ""
	if diff := gocmp.Diff(o.order, got); diff != "" && len(got) > 0 {
		return fmt.Errorf("steps in the wrong order (-want +got):\n%s", diff)
	}
	if cut {
		return nil
	}
	if o.missing != "" {
		return fmt.Errorf("over as %s without %s", w.saved.State, o.missing)
	}
	if want := cmp.Or(o.state, gonets.RunSucceeded); w.saved.State != want {
		return fmt.Errorf("over as %s, want %s", w.saved.State, want)
	}
	return nil
}

// oracle reads a scenario the way a person does.
type oracle struct {
	done    gonets.Progress
	order   []string
	state   gonets.RunState // set by the step that ends the run
	missing string          // the first step that has no result
}

func (o *oracle) over() bool { return o.state != "" || o.missing != "" }

func (o *oracle) read(parent string, steps []gonets.Step) {
	for _, st := range steps {
		if o.over() {
			return
		}
		path := gonets.StepPath(parent, st.ID)
		r, ok := o.done[path]
		if !ok {
			o.missing = path
			return
		}
		o.order = append(o.order, path)
		if r.State == gonets.StepSkipped {
			continue
		}
		yes := string(r.Value) == "true"
		switch {
		case st.Stop != nil:
			o.state = gonets.RunSucceeded
		case st.Fail != nil:
			o.state = gonets.RunFailed
		case st.If != "" && len(st.Then)+len(st.Else) == 0 && !yes:
			o.state = gonets.RunSkipped
		case st.If != "" && yes:
			o.read(path, st.Then)
		case st.If != "":
			o.read(path, st.Else)
		}
	}
}

func TestEveryRunComesToItsOneEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if err := play(stories().Draw(t, "story"), rules{gonets.Next, gonets.Classify}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestTheSimulationCatchesFaults plants one fault after another: a simulation
// that lets one pass proves nothing about the real functions.
func TestTheSimulationCatchesFaults(t *testing.T) {
	t.Parallel()
	type scenario = gonets.Scenario
	type next = gonets.ActionNext
	faults := map[string]func(*rules){
		"goes on before its time": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, _ time.Time) next {
				return gonets.Next(s, run, done, run.DueAt)
			}
		},
		"goes on while paused": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				other := *run
				other.State = gonets.RunQueued
				return gonets.Next(s, &other, done, now)
			}
		},
		"forgets a finished step": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				delete(done, s.Steps[0].ID)
				return gonets.Next(s, run, done, now)
			}
		},
		"jumps over the first step": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				rest := *s
				rest.Steps = s.Steps[1:]
				return gonets.Next(&rest, run, done, now)
			}
		},
		"takes the wrong branch": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				for path, res := range done {
					if string(res.Value) == "true" {
						res.Value = json.RawMessage("false")
						done[path] = res
					}
				}
				return gonets.Next(s, run, done, now)
			}
		},
		"does not stop at stop and fail": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				a := gonets.Next(s, run, done, now)
				if a.Kind == gonets.NextFinish {
					a.State = gonets.RunSucceeded
				}
				return a
			}
		},
		"goes into a branch that was skipped": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				for path, res := range done {
					if res.State == gonets.StepSkipped {
						res.State = gonets.StepDone
						done[path] = res
					}
				}
				return gonets.Next(s, run, done, now)
			}
		},
		"has nothing to do": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				if len(done) > 2 {
					return next{}
				}
				return gonets.Next(s, run, done, now)
			}
		},
		"tries for ever": func(r *rules) {
			r.classify = func(x *gonets.Exchange, p gonets.Retry, onFailure string, try gonets.Try) gonets.Verdict {
				try.Tries = 1
				return gonets.Classify(x, p, onFailure, try)
			}
		},
		"tries too early": func(r *rules) {
			r.classify = func(x *gonets.Exchange, p gonets.Retry, onFailure string, try gonets.Try) gonets.Verdict {
				v := gonets.Classify(x, p, onFailure, try)
				v.At = try.Now.Add(time.Millisecond)
				return v
			}
		},
	}
	for name, plant := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rules{gonets.Next, gonets.Classify}
			plant(&r)
			for seed := range 500 {
				if play(stories().Example(seed), r) != nil {
					return
				}
			}
			t.Error("500 stories did not notice it")
		})
	}
}

func TestNextHTTPFindsWhereTheRunQueues(t *testing.T) {
	t.Parallel()
	http := func(id string) gonets.Step { return gonets.Step{ID: id, HTTP: &gonets.HTTPStep{}} }
	s := &gonets.Scenario{Steps: []gonets.Step{
		{ID: "set", Set: gonets.Rows{{Name: "a"}}},
		{ID: "choice", If: "x", Then: []gonets.Step{http("yes")}, Else: []gonets.Step{http("no")}},
		http("last"),
	}}
	result := func(path, value string) gonets.StepResult {
		return gonets.StepResult{Path: path, State: gonets.StepDone, Value: json.RawMessage(value)}
	}
	skipped := gonets.StepResult{Path: "choice", State: gonets.StepSkipped}
	for _, tc := range []struct {
		name string
		done []gonets.StepResult
		want string
	}{
		{"nothing is done", nil, "yes"},
		{"the condition said yes", []gonets.StepResult{result("choice", "true")}, "yes"},
		{"the condition said no", []gonets.StepResult{result("choice", "false")}, "no"},
		{"the condition was skipped with its branches", []gonets.StepResult{skipped}, "last"},
		{"the branch is done", []gonets.StepResult{result("choice", "true"), result("choice/yes", "")}, "last"},
		{"no request is left", []gonets.StepResult{result("choice", "true"), result("choice/yes", ""), result("last", "")}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if st := gonets.NextHTTP(s, gonets.NewProgress(tc.done)); st != nil {
				got = st.ID
			}
			path := gonets.NextHTTPPath(s, gonets.NewProgress(tc.done))
			if want := strings.Replace("choice/"+tc.want, "choice/last", "last", 1); got != tc.want || tc.want != "" && path != want || tc.want == "" && path != "" {
				t.Errorf("got %q at %q, want %q", got, path, tc.want)
			}
		})
	}
}

func TestCodeOfLooksThroughWrapping(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk")
	err := fmt.Errorf("while storing: %w", gonets.Errorf(gonets.CodeBusy, "the server is busy: %w", cause))
	if got := gonets.CodeOf(err); got != gonets.CodeBusy || !errors.Is(err, cause) {
		t.Errorf("code %q, cause kept %v", got, errors.Is(err, cause))
	}
	if got := gonets.CodeOf(cause); got != gonets.CodeInternal {
		t.Errorf("an unknown error is %q", got)
	}
	if got := gonets.CodeOf(nil); got != "" {
		t.Errorf("no error is %q", got)
	}
}

func TestAChangedStepIsSeen(t *testing.T) {
	t.Parallel()
	version := func(url, title string) *gonets.Scenario {
		return &gonets.Scenario{Title: title, Steps: []gonets.Step{
			{ID: "choice", If: "x", Then: []gonets.Step{{ID: "send", HTTP: &gonets.HTTPStep{URL: url}}}},
			{ID: "other", Set: gonets.Rows{{Name: "a", Value: title}}},
		}}
	}
	old := version("http://a", "1")
	for _, c := range []struct {
		now  *gonets.Scenario
		path string
		want bool
	}{
		{version("http://a", "2"), "choice/send", false},
		{version("http://b", "1"), "choice/send", true},
		{version("http://a", "2"), "other", true},
		{&gonets.Scenario{}, "choice/send", true},
		{version("http://a", "1"), "nowhere", false},
	} {
		if got := gonets.StepChanged(old, c.now, c.path); got != c.want {
			t.Errorf("%s: %v", c.path, got)
		}
	}
	done := gonets.NewProgress([]gonets.StepResult{{Path: "choice", State: gonets.StepDone, Value: json.RawMessage("true")}})
	if at := gonets.StandsAt(old, done); at != "choice/send" {
		t.Errorf("it stands at %q", at)
	}
}
