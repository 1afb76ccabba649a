package gonets_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gonets"
	"gonets/internal/testkit"
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
		if st.HTTP.Retry != nil && rapid.IntRange(0, 3).Draw(t, "ask") > 0 {
			st.HTTP.Retry.Ask = &gonets.Ask{}
		}
		if *n > 1 && rapid.IntRange(0, 2).Draw(t, "renew") == 0 {
			st.HTTP.Renew = &gonets.Renew{Step: fmt.Sprintf("s%d", rapid.IntRange(1, *n-1).Draw(t, "renewed"))}
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
	heard    func(gonets.Purpose, *gonets.Exchange, gonets.Retry, gonets.Try) gonets.Verdict
	arrive   func(*gonets.Run, string) bool
	replan   func(*gonets.Run, gonets.RetryChange, *gonets.Retry) bool
	anew     func(*gonets.Renewal)
	request  func(r *gonets.Run, path, first string) string
}

// real are the rules themselves.
func real() rules {
	return rules{gonets.Next, gonets.Classify, gonets.Heard, (*gonets.Run).Arrive, (*gonets.Run).Change, (*gonets.Renewal).Anew, (*gonets.Run).RequestAt}
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

	doubt   map[string]bool // requests that may have been done
	asked   map[string]int  // questions without an answer
	renewed map[string]int  // for which steps older ones were done again
	older   string          // what was done again last

	names map[string]string // of the requests of steps
	used  map[string]bool   // the names of those that were done again since
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
		doubt: map[string]bool{}, asked: map[string]int{}, renewed: map[string]int{},
		names: map[string]string{}, used: map[string]bool{},
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
	for _, r := range w.pending {
		w.doubt[r.Path] = false
		i := slices.IndexFunc(w.durable, func(d gonets.StepResult) bool { return d.Path == r.Path })
		if i < 0 {
			w.durable = append(w.durable, r)
			continue
		}
		w.durable[i] = r // it was done again
	}
	w.pending, w.saved = nil, w.run
	if w.saved.State.Final() {
		w.ends++
	}
}

// person acts on the run now and then, and always on a paused one in the end.
func (w *world) person() error {
	for _, kind := range []gonets.ActionKind{gonets.ActionSendNow, gonets.ActionRetryPolicy, gonets.ActionCancelRetries, gonets.ActionCancel, gonets.ActionSkip, gonets.ActionResume} {
		if !slices.Contains(kind.From(), w.saved.State) {
			continue
		}
		resumes := kind == gonets.ActionResume && w.saved.State == gonets.RunPaused
		changes := kind == gonets.ActionRetryPolicy && w.saved.Retrying() && w.chance(20)
		if !w.chance(40) && !resumes && !changes && (kind != gonets.ActionSkip || !w.chance(3)) {
			continue
		}
		w.restart() // the action's new lease fences the worker
		switch kind {
		case gonets.ActionSendNow:
			w.run.State, w.run.DueAt, w.due = gonets.RunQueued, time.Time{}, time.Time{}
		case gonets.ActionRetryPolicy:
			if err := w.changeRetries(); err != nil {
				return err
			}
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
			w.run.Asked = 0
			w.newRound()
			if w.chance(3) {
				w.change()
			}
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

// changeRetries gives the tries of the step at which the run stands another policy.
func (w *world) changeRetries() error {
	at := gonets.StandsAt(w.scenario, w.progress())
	st := gonets.FindStep(w.scenario.Steps, at)
	// A run keeps one change: that of the step that it left for this one, by which tries were counted, would be gone.
	if st == nil || st.HTTP == nil || w.run.State == gonets.RunWaiting && !w.run.Retrying() || w.run.Renewal.Pending() {
		return nil
	}
	c := gonets.RetryChange{Path: at, At: w.now, Retry: gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Minute), gonets.Duration(time.Second)}}}
	if w.chance(2) {
		c.Retry = gonets.Retry{Exponential: &gonets.Exponential{First: gonets.Duration(time.Minute), Factor: 1, Tries: 3}}
	}
	if w.chance(3) {
		c.On = []string{"5xx"}
	}
	if was := w.run.Tries; !w.replan(&w.run, c, st.HTTP.Retry) || w.run.Tries > was {
		return fmt.Errorf("a change of the tries of %s is refused, or uses up %d of them", at, w.run.Tries-was)
	}
	if w.run.State == gonets.RunWaiting {
		w.due = w.now.Add(time.Minute)
		// The last try is the first of the new ones, and so is the last question.
		w.tries[at], w.asked[at] = min(w.tries[at], 1), min(w.asked[at], 1)
	}
	return nil
}

// most is how many tries a policy allows.
func most(p *gonets.Retry) int {
	if p.Exponential != nil {
		return p.Exponential.Tries
	}
	return 1 + len(p.Delays)
}

// skip counts the step at which a paused run stands as skipped: nothing of it is
// done any more, and the run goes on behind it.
func (w *world) skip() error {
	at := gonets.StandsAt(w.scenario, w.progress())
	if at == "" {
		return nil
	}
	w.done(at, gonets.StepSkipped, json.RawMessage("true"))
	w.run.State, w.run.Reason = gonets.RunQueued, ""
	w.newRound()
	w.arrive(&w.run, w.next(w.scenario, &w.run, w.progress(), w.now).Path)
	if a := w.next(w.scenario, &w.run, w.progress(), w.now); a.Kind == gonets.NextRunStep && a.Path == at {
		return fmt.Errorf("%s is asked for again after it was skipped", at)
	} else if a.Kind == gonets.NextRunStep && strings.HasPrefix(a.Path, at+"/") {
		return fmt.Errorf("%s is inside of a step that was skipped", a.Path)
	}
	return nil
}

// newRound is what a person does: the tries begin anew.
func (w *world) newRound() {
	w.due = time.Time{}
	clear(w.tries)
	clear(w.asked)
	if r := w.run.Renewal; r.Pending() {
		begun := *r
		w.anew(&begun)
		w.run.Renewal = &begun
		return
	}
	w.run.Renewal = nil
	clear(w.renewed)
}

// forgotten is the state of a result that is to come again.
const forgotten gonets.StepState = "forgotten"

func (w *world) progress() gonets.Progress {
	p := gonets.NewProgress(slices.Concat(w.durable, w.pending))
	for path, r := range p {
		if r.State == forgotten {
			delete(p, path)
		}
	}
	return p
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
		if w.arrive(&w.run, a.Path) {
			return nil
		}
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
	w.run.Passed(path, gonets.FindStep(w.scenario.Steps, path))
	w.run.DueAt = time.Time{}
	delete(w.asked, path)
	delete(w.renewed, path)
	if r := w.run.Renewal; !r.Pending() || r.Path != path {
		delete(w.tries, path)
	}
}

// attempt makes one try of an HTTP step.
func (w *world) attempt(a gonets.ActionNext) error {
	if w.now.Before(w.due) {
		return fmt.Errorf("%s is tried at %v, due at %v", a.Path, w.now, w.due)
	}
	if w.run.StepAt.IsZero() {
		w.run.StepAt = w.now
	}
	if err := w.named(a.Path); err != nil {
		return err
	}
	if a.Asks {
		return w.ask(a)
	}
	if policy := a.Step.HTTP.Retry; w.doubt[a.Path] && policy != nil && policy.Ask != nil {
		return fmt.Errorf("%s is sent again though it may have been done", a.Path)
	}
	if w.run.Tries != w.tries[a.Path] {
		return fmt.Errorf("%s has had %d tries and counts %d", a.Path, w.tries[a.Path], w.run.Tries)
	}
	// What was asked, and that an older step was done again, is durable by now.
	w.run.State = gonets.RunRunning
	w.commit()
	w.run.Attempts++
	x := gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200}
	switch {
	case w.chance(12):
		w.crash(a, true)
		return nil
	case w.chance(6):
		x = gonets.Exchange{Outcome: gonets.OutcomeUnknown, Code: gonets.CodeTimeout}
	case a.Step.HTTP.Renew != nil && w.chance(3):
		x = gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 401, Code: gonets.CodeExpired}
	case w.chance(8):
		x = gonets.Exchange{Outcome: gonets.OutcomeCancelled}
	case w.chance(12):
		x = gonets.Exchange{Outcome: gonets.OutcomeBlocked, Code: gonets.CodeBlockedAddress}
	case w.chance(2):
		x = gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 503, Code: gonets.CodeHTTPStatus}
	}
	if x.Outcome.MayBeDone() {
		w.run.Doubts, w.doubt[a.Path] = w.run.Doubts.With(a.Path), true
	}
	policy := w.run.Policy(a.Path, a.Step.HTTP.Retry)
	older := w.renewable(a)
	try := gonets.Try{
		RunID: w.run.ID, Attempt: w.run.Attempts, Tries: w.run.Tries + 1, First: w.run.StepAt, Now: w.now, Renews: older != "",
	}
	v := w.classify(&x, policy, a.Step.HTTP.OnFailure, try)
	if v.Kind == gonets.VerdictRenew {
		return w.renew(a, cmp.Or(older, w.older))
	}
	w.older = ""
	if x.Outcome != gonets.OutcomeCancelled {
		w.run.Tries++
		w.tries[a.Path]++
	}
	if got, most := w.tries[a.Path], most(&policy); got > most {
		return fmt.Errorf("%s has had %d tries of %d", a.Path, got, most)
	}
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
		if err := play(stories().Draw(t, "story"), real()); err != nil {
			t.Fatal(err)
		}
	})
}

// eventful is a story in which much happens: a generator prefers short tapes.
func eventful(seed int) story {
	s := stories().Example(seed)
	s.Tape = make([]byte, 300)
	chance := rand.New(rand.NewPCG(uint64(seed), 0))
	for i := range s.Tape {
		s.Tape[i] = byte(chance.Uint32())
	}
	return s
}

func TestEveryEventfulRunComesToItsOneEnd(t *testing.T) {
	t.Parallel()
	first := int(testkit.Seed(t) >> 2) // whatever is added to it, it stays a positive number
	for n := range 2_000 {
		if err := play(eventful(first+n), real()); err != nil {
			t.Fatalf("story %d: %v", n, err)
		}
	}
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
		"sends again without asking": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				a := gonets.Next(s, run, done, now)
				a.Asks = false
				return a
			}
		},
		"takes no answer for a no": func(r *rules) {
			r.heard = func(_ gonets.Purpose, x *gonets.Exchange, p gonets.Retry, try gonets.Try) gonets.Verdict {
				return gonets.Heard(gonets.PurposeAskNot, x, p, try)
			}
		},
		"asks for ever": func(r *rules) {
			r.heard = func(why gonets.Purpose, x *gonets.Exchange, p gonets.Retry, try gonets.Try) gonets.Verdict {
				try.Tries = min(try.Tries, 1)
				return gonets.Heard(why, x, p, try)
			}
		},
		"does older steps again for ever": func(r *rules) {
			r.classify = func(x *gonets.Exchange, p gonets.Retry, onFailure string, try gonets.Try) gonets.Verdict {
				if x.Code == gonets.CodeExpired {
					return gonets.Verdict{Kind: gonets.VerdictRenew}
				}
				return gonets.Classify(x, p, onFailure, try)
			}
		},
		"asks about a step that nobody sent": func(r *rules) {
			r.next = func(s *scenario, run *gonets.Run, done gonets.Progress, now time.Time) next {
				other := *run
				if other.Doubts != "" {
					other.Doubts = gonets.DoubtAny
				}
				return gonets.Next(s, &other, done, now)
			}
		},
		"asks again with what is too old": func(r *rules) {
			r.heard = func(why gonets.Purpose, x *gonets.Exchange, p gonets.Retry, try gonets.Try) gonets.Verdict {
				try.Renews = false
				return gonets.Heard(why, x, p, try)
			}
		},
		"keeps the old tries when a person begins anew": func(r *rules) { r.anew = func(*gonets.Renewal) {} },
		"does a step again under its old name": func(r *rules) {
			r.request = func(_ *gonets.Run, _, first string) string { return first }
		},
		"gives each attempt a name": func(r *rules) {
			r.request = func(run *gonets.Run, _, first string) string { return first + strconv.Itoa(run.Attempts) }
		},
		"forgets the tries of a step that was left": func(r *rules) {
			r.arrive = func(run *gonets.Run, path string) bool {
				yes := run.Arrive(path)
				if yes {
					run.Tries = 0
				}
				return yes
			}
		},
		"counts a try that was not made when the tries change": func(r *rules) {
			r.replan = func(run *gonets.Run, c gonets.RetryChange, own *gonets.Retry) bool {
				yes := run.Change(c, own)
				if run.State == gonets.RunWaiting {
					run.Tries = 1
				}
				return yes
			}
		},
		"keeps its time when the tries change": func(r *rules) {
			r.replan = func(run *gonets.Run, c gonets.RetryChange, own *gonets.Retry) bool {
				due := run.DueAt
				yes := run.Change(c, own)
				run.DueAt = due
				return yes
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
			r := real()
			plant(&r)
			for seed := range 2_000 {
				if play(eventful(seed), r) != nil {
					return
				}
			}
			t.Error("2 000 stories did not notice it")
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
			st, path := gonets.NextHTTP(s, gonets.NewProgress(tc.done))
			if st != nil {
				got = st.ID
			}
			if want := strings.Replace("choice/"+tc.want, "choice/last", "last", 1); got != tc.want || tc.want != "" && path != want || tc.want == "" && path != "" {
				t.Errorf("got %q at %q, want %q", got, path, tc.want)
			}
		})
	}
}

func TestOnlyAStepWithARequestIsTheOneThatIsDoubted(t *testing.T) {
	t.Parallel()
	for want, st := range map[gonets.Doubts]gonets.Step{"b *": {Set: gonets.Rows{}}, "b": {HTTP: &gonets.HTTPStep{}}} {
		run := gonets.Run{Doubts: "b *"}
		if run.Passed("a", &st); run.Doubts != want {
			t.Errorf("after %+v %q is doubted, want %q", st, run.Doubts, want)
		}
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

func TestAnUnfinishedRunStandsAtItsNextStep(t *testing.T) {
	t.Parallel()
	old := &gonets.Scenario{Steps: []gonets.Step{{ID: "choice", If: "x", Then: []gonets.Step{{ID: "send", HTTP: &gonets.HTTPStep{}}}}}}
	done := gonets.NewProgress([]gonets.StepResult{{Path: "choice", State: gonets.StepDone, Value: json.RawMessage("true")}})
	if at := gonets.StandsAt(old, done); at != "choice/send" {
		t.Errorf("it stands at %q", at)
	}
}
