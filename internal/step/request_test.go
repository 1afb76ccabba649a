package step_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/step"
	"gonets/setting"
)

// notice is a saved request with a parameter of each fate: given, usual, left out.
func notice() gonets.SavedRequest {
	text := gonets.Tree{Value: gonets.Rows{
		{Name: "given", Value: "{{ params.given }}"}, {Name: "usual", Value: "{{ params.usual }}"}, {Name: "none", Value: "{{ params.none }}"},
	}}
	return gonets.SavedRequest{Name: "notice", Params: []gonets.Param{
		{Name: "given", Required: true}, {Name: "usual", Type: gonets.ParamNumber, Default: &gonets.Tree{Value: "{{ 1 + 1 }}"}}, {Name: "none"},
	}, HTTP: gonets.HTTPStep{URL: "https://x.test/{{ params.given }}", Body: &gonets.HTTPBody{JSON: &text},
		Success: &gonets.Success{When: "body.said == params.given"}}}
}

func TestASavedRequestIsFilledInByTheStep(t *testing.T) {
	t.Parallel()
	sc := gonets.Scenario{Name: "x", Steps: []gonets.Step{
		{ID: "tell", Request: "notice", Method: "PUT", With: gonets.Rows{{Name: "given", Value: "{{ 40 + 2 }}"}}, Save: &gonets.HTTPSave{Status: "told"}},
	}}
	if problems := step.CheckUses(&sc, []gonets.SavedRequest{notice()}); len(problems) > 0 {
		t.Fatal(problems)
	}
	p, err := step.Compile(&sc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := step.NewScope(&gonets.Job{Run: gonets.Run{ID: "r", Scenario: "x"}}, p, &step.Env{
		Reader:    step.Always(func(*gonets.Event) map[string]any { return map[string]any{} }),
		Settings:  func() setting.Settings { return setting.Settings{} },
		PublicURL: func() string { return "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := p.HTTP("tell")
	req, err := h.Build("tell", s, p)
	if err != nil {
		t.Fatal(err)
	}
	if req.Method != http.MethodPut || req.URL != "https://x.test/42" || string(req.Body) != `{"given":42,"usual":2,"none":null}` {
		t.Errorf("%s %s %s", req.Method, req.URL, req.Body)
	}
	if key := gonets.HeaderValue(req.Headers, "Idempotency-Key"); key != "r-tell" {
		t.Errorf("key %q", key)
	}
	if missing := s.Missing(); len(missing) > 0 {
		t.Errorf("missing %v", missing)
	}
	if _, there := s.Lookup("params"); there {
		t.Error("other steps see the parameters")
	}
	for said, want := range map[string]gonets.Outcome{"42": gonets.OutcomeOK, "43": gonets.OutcomeBody} {
		x := &gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200, ReplyBody: []byte(`{"said":` + said + `}`)}
		if h.Judge(x, s); x.Outcome != want {
			t.Errorf("%s is %s: %s", said, x.Outcome, x.Error)
		}
	}
}

func TestWhatDoesNotFitASavedRequestIsFound(t *testing.T) {
	t.Parallel()
	sc := gonets.Scenario{Name: "x", Steps: []gonets.Step{
		{ID: "a", Request: "notise"},
		{ID: "b", If: "true", Then: []gonets.Step{{ID: "c", Request: "notice", With: gonets.Rows{{Name: "gifen", Value: "x"}, {Name: "usual", Value: "many"}}}}},
	}}
	var got []string
	for _, p := range step.CheckUses(&sc, []gonets.SavedRequest{notice()}) {
		got = append(got, strings.Join([]string{p.Pointer, string(p.Code), p.Suggestion}, " "))
	}
	want := []string{
		"/steps/0/request invalid.no_request notice", "/steps/1/then/0/with/gifen request.unknown_param given",
		"/steps/1/then/0/with/usual request.param_type ", "/steps/1/then/0/with request.missing_param ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r := notice()
	r.HTTP.URL = "https://x.test/{{ params.gifen }}"
	r.HTTP.Headers = gonets.Rows{{Name: "X", Value: "{{ params.usual + }}"}}
	problems := step.CheckRequest(&r)
	if len(problems) != 2 || problems[0].Pointer != "/http/url" || problems[0].Suggestion != "given" || problems[1].Pointer != "/http/headers/X" {
		t.Errorf("%v", problems)
	}
}

// One that is there and cannot be read is not told to be missing.
func TestADamagedSavedRequestIsToldAsDamaged(t *testing.T) {
	t.Parallel()
	sc := gonets.Scenario{Name: "x", Steps: []gonets.Step{{ID: "tell", Request: "notice"}}}
	broken := gonets.SavedRequest{Name: "notice", Damage: gonets.Errorf(gonets.CodeDamaged, "not JSON")}
	problems := step.CheckUses(&sc, []gonets.SavedRequest{broken})
	if len(problems) != 1 || problems[0].Code != "request.damaged" || problems[0].Pointer != "/steps/0/request" {
		t.Errorf("%+v", problems)
	}
	if sent := sc.Steps[0].Sends(); sent != nil || len(sc.Uses([]gonets.SavedRequest{broken})) > 0 {
		t.Errorf("nobody knows what it sends: %+v", sent)
	}
	if _, err := step.Compile(&sc); err != nil {
		t.Errorf("what runs embeds its own: %v", err)
	}
}

func TestARequestThatCannotBeSentIsRefusedBeforeItsTextIsKnown(t *testing.T) {
	t.Parallel()
	sc := gonets.Scenario{Name: "x", Steps: []gonets.Step{{ID: "a", Request: "notice", Method: "CONNECT", With: gonets.Rows{{Name: "given", Value: "x"}}}}}
	for _, known := range []bool{false, true} {
		if known {
			sc.Use([]gonets.SavedRequest{notice()})
		}
		if problems := step.Check(&sc); len(problems) != 1 || problems[0].Pointer != "/steps/0/method" || problems[0].Code != "request.connect" {
			t.Errorf("known %v: %v", known, problems)
		}
	}
}

func TestADefaultReadsNoParameters(t *testing.T) {
	t.Parallel()
	r := notice()
	r.Params[1].Default = &gonets.Tree{Value: "{{ params.given }}"}
	if problems := step.CheckRequest(&r); len(problems) != 1 || problems[0].Pointer != "/params/1/default" || problems[0].Code != "request.param_in_default" {
		t.Errorf("%v", problems)
	}
}

func TestWhatIsMissingInTheStepIsMissingInTheRequest(t *testing.T) {
	t.Parallel()
	r := notice()
	r.HTTP.Headers = gonets.Rows{{Name: "Accept", Value: "{{ params.given }}"}}
	r.HTTP.URL = "https://x.test/"
	form := gonets.Rows{{Name: "name", Value: "{{ params.given }}"}, {Name: "none", Value: "{{ params.none }}"}}
	r.HTTP.Body = &gonets.HTTPBody{Form: form}
	own := r.HTTP
	own.Headers, own.Success = gonets.Rows{{Name: "Accept", Value: "{{ nobody }}"}}, nil
	own.Body = &gonets.HTTPBody{Form: gonets.Rows{{Name: "name", Value: "{{ nobody }}"}, {Name: "none", Value: nil}}}
	sc := gonets.Scenario{Name: "x", Steps: []gonets.Step{
		{ID: "saved", Request: "notice", With: gonets.Rows{{Name: "given", Value: "{{ nobody }}"}}}, {ID: "own", HTTP: &own},
	}}
	sc.Use([]gonets.SavedRequest{r})
	p, err := step.Compile(&sc)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"saved", "own"} {
		s, err := step.NewScope(&gonets.Job{Run: gonets.Run{ID: "r", Scenario: "x"}}, p, &step.Env{
			Reader:    step.Always(func(*gonets.Event) map[string]any { return map[string]any{} }),
			Settings:  func() setting.Settings { return setting.Settings{} },
			PublicURL: func() string { return "" },
		})
		if err != nil {
			t.Fatal(err)
		}
		req, err := p.HTTP(id).Build(id, s, p)
		if err != nil {
			t.Fatal(err)
		}
		if accept := gonets.HeaderValue(req.Headers, "Accept"); accept != "*/*" || string(req.Body) != "name=" {
			t.Errorf("%s: %q %q", id, accept, req.Body)
		}
		if missing := s.Missing(); len(missing) == 0 || missing[0].Path != "nobody" {
			t.Errorf("%s: %v", id, missing)
		}
	}
}
