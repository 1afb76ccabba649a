package words_test

import (
	"fmt"
	"testing"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/words"
)

func TestARunWaitsForAnAttemptOrForItsTime(t *testing.T) {
	t.Parallel()
	const attempt, ask, itsTime = "waiting for its next attempt", "waiting to ask whether the request was done", "waiting for its time"
	for want, runs := range map[string][]api.RunSummary{
		attempt: {{Tries: 1}, {Reason: gonets.CodeNetwork, LastOutcome: gonets.OutcomeUnknown}},
		ask:     {{Asks: true}, {Asks: true, Tries: 1, Reason: gonets.CodeNetwork}},
		// A delay behind a step that ended so, and for which the scenario goes on.
		itsTime: {{}, {LastOutcome: gonets.OutcomeUnknown}, {LastOutcome: gonets.OutcomeHTTP, Attempts: 3}},
	} {
		for _, run := range runs {
			run.State = gonets.RunWaiting
			if got := words.Waiting(&run); got != want {
				t.Errorf("%+v: %q, want %q", run, got, want)
			}
		}
	}
	if got := words.Waiting(&api.RunSummary{State: gonets.RunQueued, Tries: 1}); got != words.State(gonets.RunQueued) {
		t.Error(got)
	}
}

// TestAPlanThatKnowsOnlySomeRunsSaysSo: of many runs it tells the newest apart.
func TestAPlanThatKnowsOnlySomeRunsSaysSo(t *testing.T) {
	t.Parallel()
	plan := &api.BulkPlan{Groups: []api.BulkGroup{{Scenario: "leads", Step: "deal", StepTitle: "Make a deal", Runs: 2}, {Scenario: "leads", Runs: 1}}}
	const known = "deal “Make a deal” of leads (2), its first step of leads (1)"
	for total, want := range map[int]string{3: known, 4: known + " and others"} {
		if got := words.Stand(plan, total); got != want {
			t.Errorf("of %d runs: %q", total, got)
		}
	}
}

// TestAMistakeIsToldOnce: somebody who typed a command knows no JSON pointers.
func TestAMistakeIsToldOnce(t *testing.T) {
	t.Parallel()
	one := gonets.Problem{Pointer: "/q", Line: 1, Column: 3, Message: "there is no filter stat:", Expression: "stat", Suggestion: "state"}
	for want, err := range map[string]error{
		`no: there is no filter stat: (did you mean "state"?)`: fmt.Errorf("no: %w", &gonets.Error{Message: one.Message, Problems: []gonets.Problem{one}}),
		"it is wrong\n/a: so": &gonets.Error{Message: "it is wrong", Problems: []gonets.Problem{{Pointer: "/a", Message: "so"}}},
		"plain":               fmt.Errorf("plain"),
		"bad in `x`":          &gonets.Error{Message: "bad", Problems: []gonets.Problem{{Pointer: "/a", Message: "bad", Expression: "x"}}},
	} {
		if got := words.Mistake(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestARunBehindAnotherNamesIt(t *testing.T) {
	t.Parallel()
	for state, want := range map[gonets.RunState]string{
		gonets.RunPaused:  "it is behind r1, a run with the same order key that waits for you",
		gonets.RunWaiting: "it is behind r1, a run with the same order key that is not done yet",
	} {
		if got := words.Wait(&api.LaneWait{Why: api.WaitOrder, Run: "r1", RunState: state}); got != want {
			t.Errorf("%s: %q", state, got)
		}
	}
}
