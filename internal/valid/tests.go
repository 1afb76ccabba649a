package valid

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gonets"
	"gonets/internal/trial"
	"gonets/setting"
)

const (
	// maxTests, maxReplies and maxTestSpan bound what a scenario's tests try.
	maxTests    = 100
	maxReplies  = 100
	maxTestSpan = 365 * 24 * time.Hour
)

// letterKinds are the news of a single run.
var letterKinds = []string{setting.RuleFirstFailure, setting.RuleBadEnd, setting.RuleRecovered}

// tests checks the tests of a scenario.
func (v *validator) tests(s *gonets.Scenario) {
	if len(s.Tests) > maxTests {
		v.add("/tests", gonets.CodeTooMany, "%d tests; a scenario has %d at most", len(s.Tests), maxTests)
		return
	}
	tests, err := trial.Read(s.Tests)
	if err != nil {
		return // the document's reader has told
	}
	var sends []string
	gonets.WalkSteps(s.Steps, func(path string, st *gonets.Step) {
		if !st.IsRequest() {
			return
		}
		sends = append(sends, path)
		// Whether a saved request asks is known where it is kept.
		if h := st.Sends(); h == nil || h.Retry != nil && h.Retry.Ask != nil {
			sends = append(sends, trial.Question(path))
		}
	})
	seen := map[string]bool{}
	for i := range tests {
		t, p := &tests[i], fmt.Sprintf("/tests/%d", i)
		switch {
		case t.Name == "":
			v.missing(p+"/name", "the test has no name")
		case seen[t.Name]:
			v.add(p+"/name", gonets.CodeTwice, "%q stands twice", t.Name)
		}
		seen[t.Name] = true
		v.title(p+"/name", t.Name)
		if _, err := time.Parse(time.RFC3339, t.At); t.At != "" && err != nil {
			v.add(p+"/at", codeMoment, "%q is not a time; write one such as %s", t.At, trial.UsualAt)
		}
		v.testEvent(p+"/event", &t.Event)
		if t.Down != nil {
			v.within(p+"/down", "the time without an answer", *t.Down, span{time.Millisecond, maxTestSpan})
		}
		for _, path := range slices.Sorted(maps.Keys(t.Replies)) {
			at := p + "/replies/" + gonets.EscapePointer(path)
			v.sender(at, path, sends)
			v.replies(at, t.Replies[path])
		}
		v.expect(p+"/expect", &t.Expect, sends)
	}
}

// codeMoment is what should be a time of the calendar and is none.
const codeMoment gonets.Code = "invalid.moment"

// sender checks the path of a step that sends.
func (v *validator) sender(p, path string, sends []string) {
	switch {
	case slices.Contains(sends, path):
	case len(sends) == 0:
		v.add(p, gonets.CodeBadChoice, "%s is %q; it must be %s", "step", path, gonets.Choice([]string{"http"}))
	default:
		v.oneOf(p, "step", path, sends...)
	}
}

func (v *validator) testEvent(p string, e *trial.Event) {
	v.headers(p+"/headers", e.Headers)
	v.oneBody(p, e.Body, e.Text)
	if e.Form != nil && (e.Body != nil || e.Text != nil) {
		v.add(p+"/form", gonets.CodeNotBoth, "a body is %s or %s, not both", "body", "form")
	}
}

// oneBody checks that a body is JSON or text.
func (v *validator) oneBody(p string, body *gonets.Tree, text *string) {
	if body != nil && text != nil {
		v.add(p+"/text", gonets.CodeNotBoth, "a body is %s or %s, not both", "body", "text")
	}
	if body != nil {
		v.tree(p+"/body", body.Value, 1)
	}
}

func (v *validator) replies(p string, list trial.Replies) {
	if len(list) > maxReplies {
		v.add(p, gonets.CodeTooMany, "%d replies; %d at most", len(list), maxReplies)
	}
	for i := range list {
		r, at := &list[i], p
		if len(list) > 1 {
			at = fmt.Sprintf("%s/%d", p, i)
		}
		if r.Status != 0 && (r.Status < 200 || r.Status > 599) {
			v.add(at+"/status", gonets.CodeBadNumber, "the status is %d; it must be between %d and %d", r.Status, 200, 599)
		}
		v.headers(at+"/headers", r.Headers)
		v.oneBody(at, r.Body, r.Text)
		v.oneOf(at+"/error", "error", r.Error, "", "refused", "lost", "timeout")
		if r.Error != "" && r.Status != 0 {
			v.add(at+"/status", gonets.CodeNotBoth, "a reply has %s or %s, not both", "error", "status")
		}
		for key, d := range map[string]*gonets.Duration{"after": r.After, "for": r.For} {
			if d != nil {
				v.within(at+"/"+key, "the time", *d, span{time.Millisecond, maxTestSpan})
			}
		}
	}
}

func (v *validator) expect(p string, e *trial.Expect, sends []string) {
	states := []string{""}
	for _, s := range []gonets.RunState{gonets.RunSucceeded, gonets.RunFailed, gonets.RunSkipped, gonets.RunPaused} {
		states = append(states, string(s))
	}
	v.oneOf(p+"/state", "state", string(e.State), states...)
	for i := range e.Sent {
		s, at := &e.Sent[i], fmt.Sprintf("%s/sent/%d", p, i)
		v.sender(at+"/step", s.Step, sends)
		v.oneBody(at, s.Body, s.Text)
		if s.Times != nil && *s.Times < 0 {
			v.add(at+"/times", gonets.CodeNegative, "the number is below 0")
		}
	}
	if a := e.Answer; a != nil {
		v.oneBody(p+"/answer", a.Body, a.Text)
	}
	for i, kind := range e.Letters {
		v.oneOf(fmt.Sprintf("%s/letters/%d", p, i), "letter", kind, letterKinds...)
	}
}
