package document_test

import (
	"testing"

	"gonets"
	"gonets/internal/document"
)

func TestWhatBecameOfAStepIsSeen(t *testing.T) {
	t.Parallel()
	http := func(id, url string) gonets.Step { return gonets.Step{ID: id, HTTP: &gonets.HTTPStep{URL: url}} }
	choice := func(then, otherwise []gonets.Step) gonets.Step {
		return gonets.Step{ID: "choice", If: "x", Then: then, Else: otherwise}
	}
	scenario := func(steps ...gonets.Step) *gonets.Scenario { return &gonets.Scenario{Steps: steps} }
	named := func(s gonets.Step, id, was string) gonets.Step {
		s.ID, s.Was = id, was
		return s
	}
	send, other, deal := []gonets.Step{http("send", "http://a")}, http("other", "http://o"), http("deal", "http://d")
	old := scenario(choice(send, nil), other, deal)
	for name, c := range map[string]struct {
		now  *gonets.Scenario
		path string
		want gonets.StepFate
	}{
		"another one changed":              {scenario(choice(send, nil), http("other", "http://p"), deal), "choice/send", ""},
		"changed":                          {scenario(choice([]gonets.Step{http("send", "http://b")}, nil)), "choice/send", gonets.StepChanged},
		"among others":                     {scenario(deal, http("new", "http://n"), choice(send, nil)), "deal", ""},
		"removed":                          {scenario(choice(send, nil), other), "deal", gonets.StepRemoved},
		"removed with its condition":       {scenario(other, deal), "choice/send", gonets.StepRemoved},
		"renamed":                          {scenario(named(deal, "order", "deal")), "deal", gonets.StepChanged},
		"its condition was renamed":        {scenario(named(choice(send, nil), "only", "choice")), "choice/send", gonets.StepChanged},
		"removed, another has its name":    {scenario(named(other, "deal", "other")), "deal", gonets.StepRemoved},
		"gained a first name":              {scenario(named(deal, "deal", "order")), "deal", gonets.StepChanged},
		"into a branch":                    {scenario(choice([]gonets.Step{deal}, nil), other), "deal", gonets.StepMoved},
		"into a branch, with another name": {scenario(choice([]gonets.Step{named(deal, "order", "deal")}, nil), other), "deal", gonets.StepMoved},
		"out of a branch":                  {scenario(send[0], choice(nil, nil)), "choice/send", gonets.StepMoved},
		"into the other branch":            {scenario(choice(nil, []gonets.Step{http("send", "http://b")})), "choice/send", gonets.StepMoved},
		"nowhere":                          {old, "choice/nowhere", gonets.StepRemoved},
	} {
		if got := document.FateOf(old, c.now, c.path); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	twice := scenario(choice([]gonets.Step{deal}, nil), deal)
	if got := document.FateOf(twice, scenario(choice([]gonets.Step{deal}, nil)), "deal"); got != gonets.StepRemoved {
		t.Errorf("another one of its name stood elsewhere before: %q", got)
	}
}
