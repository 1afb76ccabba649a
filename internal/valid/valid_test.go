package valid_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/trial"
	"gonets/internal/valid"
	"gonets/setting"
)

func validScenario() *gonets.Scenario {
	return &gonets.Scenario{Name: "a", Sources: []string{"s"}, Steps: []gonets.Step{
		{ID: "call", HTTP: &gonets.HTTPStep{URL: "https://x.test/", Body: &gonets.HTTPBody{None: true}, Retry: &gonets.Retry{}, Success: &gonets.Success{}, Save: &gonets.HTTPSave{}}},
		{ID: "branch", If: "true", Then: []gonets.Step{{ID: "x", Stop: &gonets.StopStep{}}}, Else: []gonets.Step{{ID: "y", Stop: &gonets.StopStep{}}}},
		{ID: "answer", Respond: &gonets.RespondStep{}},
	}}
}

// pointers are the places of problems, each with its message.
func pointers(problems []gonets.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s (%s)\n", p.Pointer, p.Message)
	}
	return b.String()
}

// written are tests as a document holds them.
func written(tests ...trial.Test) gonets.Tests {
	out := make(gonets.Tests, len(tests))
	for i := range tests {
		raw, err := gonets.PlainJSON(&tests[i])
		if err == nil {
			err = json.Unmarshal(raw, &out[i])
		}
		if err != nil {
			panic(err)
		}
	}
	return out
}

func TestScenarioMistakesAreFoundWhereTheyAre(t *testing.T) {
	t.Parallel()
	if got := valid.Scenario(validScenario()); len(got) > 0 {
		t.Fatalf("the sound scenario has problems:\n%s", pointers(got))
	}
	long := strings.Repeat("x", gonets.MaxBodyTemplate+1)
	second := gonets.Duration(time.Second)
	deep := any("x")
	for range gonets.MaxJSONDepth {
		deep = []any{deep}
	}
	for _, tc := range []struct {
		want  string
		plant func(*gonets.Scenario)
	}{
		{"/name", func(s *gonets.Scenario) { s.Name = "Ä" }},
		{"/title", func(s *gonets.Scenario) { s.Title = strings.Repeat("я", 201) }},
		{"/sources/0", func(s *gonets.Scenario) { s.Sources = []string{""} }},
		{"/sources/1", func(s *gonets.Scenario) { s.Sources = []string{"a", "a"} }},
		{"/tags", func(s *gonets.Scenario) { s.Tags = strings.Split("a b c d e f g h i j k l m n o p q r s t u", " ") }},
		{"/tags/0", func(s *gonets.Scenario) { s.Tags = []string{strings.Repeat("я", 41)} }},
		{"/tags/0", func(s *gonets.Scenario) { s.Tags = []string{" "} }},
		{"/tags/0", func(s *gonets.Scenario) { s.Tags = []string{"a\nb"} }},
		{"/tags/1", func(s *gonets.Scenario) { s.Tags = []string{"a", "a"} }},
		{"/syntax", func(s *gonets.Scenario) { s.Syntax = "jinja" }},
		{"/missing", func(s *gonets.Scenario) { s.Missing = "warm" }},
		{"/data", func(s *gonets.Scenario) { s.Data = []string{"a", "b", "c", "d"} }},
		{"/data/1", func(s *gonets.Scenario) { s.Data = []string{"a", ""} }},
		{"/search", func(s *gonets.Scenario) { s.Search = strings.Split("a a a a a a a a a", " ") }},
		{"/search/0", func(s *gonets.Scenario) { s.Search = []string{""} }},
		{"/steps", func(s *gonets.Scenario) { s.Steps = nil }},
		{"/steps/0/when", func(s *gonets.Scenario) { s.Steps[0].When = long[:gonets.MaxTemplateSource+1] }},
		{"/steps/1/else/0/id", func(s *gonets.Scenario) { s.Steps[1].Else[0].ID = "x" }},
		{"/steps/0/was", func(s *gonets.Scenario) { s.Steps[0].Was = "Deal" }},
		{"/steps/2/was", func(s *gonets.Scenario) { s.Steps[2].Was = "call" }},
		{"/steps/2/was", func(s *gonets.Scenario) { s.Steps[0].Was, s.Steps[2].Was = "deal", "deal" }},
		{"/steps/1/else/0/id", func(s *gonets.Scenario) { s.Steps[1].Then[0].Was = "y" }},
		{"/steps/1/then/0", func(s *gonets.Scenario) { s.Steps[1].Then[0].Stop = nil }},
		{"/steps/2/then", func(s *gonets.Scenario) { s.Steps[2].Then = s.Steps[1].Then }},
		{"/steps/2/respond", func(s *gonets.Scenario) { s.Steps[2].Set = gonets.Rows{} }},
		{"/steps/0/http/url", func(s *gonets.Scenario) { s.Steps[0].HTTP.URL = "/relative" }},
		{"/steps/0/http/query/0", func(s *gonets.Scenario) { s.Steps[0].HTTP.Query = gonets.Rows{{Value: "x"}} }},
		{"/steps/0/http/headers/0", func(s *gonets.Scenario) { s.Steps[0].HTTP.Headers = gonets.Rows{{Name: "a:b"}} }},
		{"/steps/0/http/body", func(s *gonets.Scenario) { s.Steps[0].HTTP.Body = &gonets.HTTPBody{} }},
		{"/steps/0/http/body/text", func(s *gonets.Scenario) { s.Steps[0].HTTP.Body = &gonets.HTTPBody{Text: &long} }},
		{"/steps/0/http/body/json", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Body = &gonets.HTTPBody{JSON: &gonets.Tree{Value: deep}}
		}},
		{"/steps/0/http/reply_limit", func(s *gonets.Scenario) { s.Steps[0].HTTP.ReplyLimit = -1 }},
		{"/steps/0/http/response_charset", func(s *gonets.Scenario) { s.Steps[0].HTTP.ResponseCharset = "klingon" }},
		{"/steps/0/http/response_charset", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Response, s.Steps[0].HTTP.ResponseCharset = "binary", "koi8-r"
		}},
		{"/steps/0/http/lists", func(s *gonets.Scenario) { s.Steps[0].HTTP.Lists = "semicolons" }},
		{"/steps/0/http/body/nested", func(s *gonets.Scenario) { s.Steps[0].HTTP.Body = &gonets.HTTPBody{Path: "event", Nested: true} }},
		{"/steps/0/http/body/charset", func(s *gonets.Scenario) { s.Steps[0].HTTP.Body = &gonets.HTTPBody{Path: "event", Charset: "koi8-r"} }},
		{"/steps/0/http/body/charset", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Body = &gonets.HTTPBody{Form: gonets.Rows{}, Charset: "utf-16le"}
		}},
		{"/steps/0/http/body/charset", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Headers = gonets.Rows{{Name: "content-type", Value: "text/plain; charset=UTF-8"}}
			s.Steps[0].HTTP.Body = &gonets.HTTPBody{Text: new(string), Charset: "cp1251"}
		}},
		{"/steps/0/http/body/charset", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Headers = gonets.Rows{{Name: "Content-Type", Value: "application/x-www-form-urlencoded; charset=cp1251"}}
			s.Steps[0].HTTP.Body = &gonets.HTTPBody{Form: gonets.Rows{{Name: "a", Value: "1"}}}
		}},
		{"/steps/0/http/retry/ask/body/charset", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Retry.Ask = &gonets.Ask{URL: "https://x.test/", Done: "true", Body: &gonets.HTTPBody{Form: gonets.Rows{}, Charset: "none"}}
		}},
		{"/steps/0/http/body/gzip", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Headers = gonets.Rows{{Name: "content-encoding", Value: "br"}}
			s.Steps[0].HTTP.Body = &gonets.HTTPBody{Path: "event", Gzip: true}
		}},
		{"/steps/0/http/success/codes/0", func(s *gonets.Scenario) { s.Steps[0].HTTP.Success.Codes = []string{"all"} }},
		{"/steps/0/http/retry/delays", func(s *gonets.Scenario) {
			for range gonets.MaxRetries + 1 {
				s.Steps[0].HTTP.Retry.Delays = append(s.Steps[0].HTTP.Retry.Delays, second)
			}
		}},
		{"/steps/0/http/retry/exponential", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Retry = &gonets.Retry{Delays: []gonets.Duration{}, Exponential: &gonets.Exponential{First: second, Factor: 2, Tries: 2}}
		}},
		{"/steps/0/http/retry/ask/done", func(s *gonets.Scenario) { s.Steps[0].HTTP.Retry.Ask = &gonets.Ask{URL: "https://x.test/"} }},
		{"/steps/0/http/retry/ask/url", func(s *gonets.Scenario) { s.Steps[0].HTTP.Retry.Ask = &gonets.Ask{Done: "true"} }},
		{"/steps/0/http/retry/ask/method", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Retry.Ask = &gonets.Ask{URL: "https://x.test/", Done: "true", Method: "a b"}
		}},
		{"/steps/0/http/retry/ask/body/text", func(s *gonets.Scenario) {
			text := "a"
			s.Steps[0].HTTP.Retry.Ask = &gonets.Ask{URL: "https://x.test/", Done: "true", Body: &gonets.HTTPBody{Text: &text, Form: gonets.Rows{{Name: "a"}}}}
		}},
		{"/steps/0/http/retry/ask/codes/0", func(s *gonets.Scenario) {
			s.Steps[0].HTTP.Retry.Ask = &gonets.Ask{URL: "https://x.test/", Done: "true", Codes: []string{"all"}}
		}},
		{"/steps/0/http/renew/step", func(s *gonets.Scenario) { s.Steps[0].HTTP.Renew = &gonets.Renew{When: "true", Step: "call"} }},
		{"/steps/1/then/0/http/renew/when", func(s *gonets.Scenario) {
			s.Steps[1].Then[0] = gonets.Step{ID: "x", HTTP: &gonets.HTTPStep{URL: "https://x.test/", Renew: &gonets.Renew{Step: "call"}}}
		}},
		{"/steps/1/then/0/renew/when", func(s *gonets.Scenario) {
			s.Steps[1].Then[0] = gonets.Step{ID: "x", Request: "notice", Renew: &gonets.Renew{Step: "call"}}
		}},
		{"/steps/1/then/0/renew/step", func(s *gonets.Scenario) {
			s.Steps[1].Then[0] = gonets.Step{ID: "x", Request: "notice", Renew: &gonets.Renew{When: "true", Step: "branch"}}
		}},
		{"/steps/1/then/0/http/renew/step", func(s *gonets.Scenario) {
			s.Steps[1].Then[0] = gonets.Step{ID: "x", HTTP: &gonets.HTTPStep{URL: "https://x.test/", Renew: &gonets.Renew{When: "true", Step: "branch"}}}
		}},
		{"/steps/0/http/save/headers", func(s *gonets.Scenario) { s.Steps[0].HTTP.Save.Headers = "headers" }},
		{"/steps/2/respond/status", func(s *gonets.Scenario) {
			s.Steps[2].Respond.Status = &gonets.Tree{Value: json.Number("20")}
		}},
		{"/tests", func(s *gonets.Scenario) { s.Tests = make(gonets.Tests, 101) }},
		{"/tests/0/name", func(s *gonets.Scenario) { s.Tests = written(trial.Test{}) }},
		{"/tests/1/name", func(s *gonets.Scenario) { s.Tests = written(trial.Test{Name: "a"}, trial.Test{Name: "a"}) }},
		{"/tests/0/at", func(s *gonets.Scenario) { s.Tests = written(trial.Test{Name: "a", At: "noon"}) }},
		{"/tests/0/down", func(s *gonets.Scenario) { s.Tests = written(trial.Test{Name: "a", Down: new(gonets.Duration)}) }},
		{"/tests/0/event/text", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Event: trial.Event{Text: new(string), Body: &gonets.Tree{Value: "x"}}})
		}},
		{"/tests/0/event/form", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Event: trial.Event{Text: new(string), Form: gonets.Rows{{Name: "a"}}}})
		}},
		{"/tests/0/replies/coll", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Replies: map[string]trial.Replies{"coll": {{}}}})
		}},
		{"/tests/0/replies/call/1/status", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Replies: map[string]trial.Replies{"call": {{}, {Status: 99}}}})
		}},
		{"/tests/0/replies/call/error", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Replies: map[string]trial.Replies{"call": {{Error: "gone"}}}})
		}},
		{"/tests/0/replies/call/status", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Replies: map[string]trial.Replies{"call": {{Error: "lost", Status: 200}}}})
		}},
		{"/tests/0/expect/state", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Expect: trial.Expect{State: "done"}})
		}},
		{"/tests/0/expect/sent/0/step", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Expect: trial.Expect{Sent: []trial.Sent{{Step: "answer"}}}})
		}},
		{"/tests/0/expect/letters/0", func(s *gonets.Scenario) {
			s.Tests = written(trial.Test{Name: "a", Expect: trial.Expect{Letters: []string{"spam"}}})
		}},
	} {
		t.Run(tc.want, func(t *testing.T) {
			t.Parallel()
			s := validScenario()
			tc.plant(s)
			if got := valid.Scenario(s); len(got) != 1 || got[0].Pointer != tc.want || !rightCode(&got[0]) {
				t.Errorf("want one problem at %s, got:\n%s", tc.want, pointers(got))
			}
		})
	}
}

// rightCode tells what is missing from what is wrong, which has a code of its own.
func rightCode(p *gonets.Problem) bool {
	for _, what := range []string{"has no name", "has no kind", "does nothing", "has no steps", "has no id", "is missing", "is empty", "is not said"} {
		if strings.Contains(p.Message, what) {
			return p.Code == gonets.CodeMissing
		}
	}
	return strings.HasPrefix(string(p.Code), "invalid.")
}

func TestScenariosHaveAnEnd(t *testing.T) {
	t.Parallel()
	many := validScenario()
	for i := range gonets.MaxStepsPerScenario {
		many.Steps = append(many.Steps, gonets.Step{ID: fmt.Sprintf("s%d", i), Stop: &gonets.StopStep{}})
	}
	if got := pointers(valid.Scenario(many)); !strings.HasPrefix(got, "/steps (205 steps") {
		t.Errorf("too many steps: %s", got)
	}
	nested := []gonets.Step{{ID: "a", Stop: &gonets.StopStep{}}}
	for range gonets.MaxStepDepth - 1 {
		nested = []gonets.Step{{ID: "a", If: "x", Then: nested}}
	}
	s := &gonets.Scenario{Name: "a", Steps: nested}
	if got := valid.Scenario(s); len(got) > 0 {
		t.Errorf("the allowed depth: %s", pointers(got))
	}
	s.Steps = []gonets.Step{{ID: "a", If: "x", Else: nested}}
	if got := pointers(valid.Scenario(s)); !strings.Contains(got, "nested deeper than 16") {
		t.Errorf("one deeper: %s", got)
	}
}

func TestAFormerIDIsToldWithTheStepThatHadIt(t *testing.T) {
	t.Parallel()
	renamed, fresh := gonets.Step{ID: "deal", Was: "call", Stop: &gonets.StopStep{}}, gonets.Step{ID: "call", Stop: &gonets.StopStep{}}
	for at, steps := range map[string][]gonets.Step{"/steps/1/id": {renamed, fresh}, "/steps/1/was": {fresh, renamed}} {
		got := valid.Scenario(&gonets.Scenario{Name: "a", Steps: steps})
		if len(got) != 1 || got[0].Pointer != at || got[0].Code != gonets.CodeFormerStepID || !slices.Equal(got[0].Values, []any{"call", "deal"}) {
			t.Errorf("%s: %+v", at, got)
		}
	}
}

func TestTemplatesAreLeftToThoseWhoKnowThem(t *testing.T) {
	t.Parallel()
	for _, syntax := range []gonets.Syntax{"", gonets.SyntaxLeadConverter, gonets.SyntaxQnext, gonets.SyntaxSmartbot} {
		variable := map[gonets.Syntax]string{"": "{{ a }}", gonets.SyntaxLeadConverter: "({a})", gonets.SyntaxQnext: "${a}", gonets.SyntaxSmartbot: "%a%"}[syntax]
		s := validScenario()
		s.Syntax = syntax
		s.Steps[0].HTTP.URL = variable + "/path"
		s.Steps[0].HTTP.Headers = gonets.Rows{{Name: variable + " x", Value: "1"}}
		s.Steps[2].Respond.Status = &gonets.Tree{Value: variable}
		s.Steps = append(s.Steps, gonets.Step{ID: "wait", Delay: variable})
		if got := valid.Scenario(s); len(got) > 0 {
			t.Errorf("%s: %s", syntax, pointers(got))
		}
	}
}

func TestSourceAndSettingsInCleanStateHaveNoProblems(t *testing.T) {
	t.Parallel()
	s := gonets.Source{Name: "a", Preset: "vk_callback", Verify: &gonets.Verify{Secret: "x"}, ID: &gonets.SourceID{}, CORS: "https://a.test"}
	if got := valid.Source(&s); len(got) > 0 {
		t.Errorf("%s", pointers(got))
	}
	s.Verify = &gonets.Verify{Kind: "none", Secret: "My Secret"}
	if got := pointers(valid.Source(&s)); !strings.HasPrefix(got, "/verify/secret") {
		t.Errorf("none with a secret: %s", got)
	}
	if got := valid.Settings(&setting.Settings{}); len(got) > 0 {
		t.Errorf("%s", pointers(got))
	}
}
