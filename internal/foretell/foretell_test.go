package foretell_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gonets"
	"gonets/api"
	"gonets/internal/foretell"
	"gonets/internal/rehearse"
	"gonets/internal/step"
	"gonets/internal/testkit"
	"gonets/setting"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// past is a store that holds one run, which was answered.
type past struct{ rehearse.Store }

// kept holds no examples.
type kept struct{ examples }

type examples = rehearse.Examples

func (kept) ExampleReplies(context.Context, string, []string) ([]gonets.Attempt, error) {
	return nil, nil
}

func (past) Event(_ context.Context, id string) (gonets.Event, error) {
	return gonets.Event{ID: id, Method: "POST"}, nil
}

func (past) Runs(_ context.Context, f gonets.RunFilter) (l gonets.List[gonets.RunSummary], err error) {
	if f.Mark == "" {
		l.Items = []gonets.RunSummary{{Run: gonets.Run{ID: "r", Attempts: 1}}}
	}
	return l, nil
}

func (past) Run(context.Context, string) (gonets.RunDetail, error) {
	return gonets.RunDetail{Attempts: []gonets.Attempt{{N: 1, Path: "deal", Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 201,
		ReplyHeaders: []gonets.Header{{Name: "Content-Type", Value: "application/json"}}, ReplyBody: []byte(`{"id":7}`)}}}}, nil
}

func teller(set setting.Settings) foretell.Teller {
	return foretell.Teller{Room: rehearse.New(rehearse.Options{Store: past{}, Examples: kept{}, Clock: testkit.NewClock(), Env: &step.Env{
		Reader:    step.Always(func(*gonets.Event) map[string]any { return map[string]any{} }),
		Settings:  func() setting.Settings { return set },
		PublicURL: func() string { return "https://g.example.org" },
	}})}
}

func ask(t *testing.T, steps string) rehearse.Ask {
	t.Helper()
	sc := &gonets.Scenario{Name: "lead"}
	if err := json.Unmarshal([]byte(steps), &sc.Steps); err != nil {
		t.Fatal(err)
	}
	return rehearse.Ask{Scenario: sc, EventID: "e1"}
}

const steps = `[{"id":"deal","http":{"url":"https://crm.example.ru/d?token=t0p-secret"}},{"id":"check","if":"deal.status == 201 || steps.deal.body.id == 7","then":[{"id":"x","stop":{}}],"else":[{"id":"f","fail":{}}]}]`

func TestItIsToldHourByHour(t *testing.T) {
	t.Parallel()
	got, err := teller(setting.Settings{}).Foretell(t.Context(), ask(t, steps), &api.Rehearsal{Outages: []api.Outage{{Step: "deal", Script: "refused for 10m"}}})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, l := range got.Lines {
		kinds = append(kinds, l.Kind)
	}
	want := []string{"attempt", "attempt", "letter", "attempt", "attempt", "attempt", "end", "letter"}
	if !slices.Equal(kinds, want) || got.State != "succeeded" || got.Event != "e1" || got.Told {
		t.Fatalf("%v %+v", kinds, got)
	}
	first, last := got.Lines[0], got.Lines[5]
	if first.N != 1 || first.Of != 6 || first.Code != gonets.CodeRefused || first.Next == nil || first.Why != "delay" || first.Explain == nil ||
		!strings.Contains(first.Explain.Ru.What, "crm.example.ru") {
		t.Errorf("%+v", first)
	}
	if todo := first.Explain.Ru.Todo; !strings.Contains(todo, "попытка 2 из 6") || strings.Contains(todo, "проверка") {
		t.Errorf("the first failure's words: %q", todo)
	}
	// After the outage the service answers as it did last.
	if last.Status != 201 || last.Outcome != "ok" || last.Explain != nil || last.At.Sub(got.Began) < 30*time.Minute {
		t.Errorf("%+v", last)
	}
	raw, err := json.Marshal(got)
	if err != nil || strings.Contains(string(raw), "t0p-secret") {
		t.Errorf("%s %v", raw, err)
	}
	told, err := teller(setting.Settings{Mail: &setting.Mail{}}).Foretell(t.Context(), ask(t, steps), &api.Rehearsal{})
	if err != nil || !told.Told || len(told.Lines) != 2 {
		t.Errorf("%+v %v", told, err)
	}
}

func TestEventsThatComeMeanwhileAreCounted(t *testing.T) {
	t.Parallel()
	got, err := teller(setting.Settings{}).Foretell(t.Context(), ask(t, steps), &api.Rehearsal{Outages: []api.Outage{{Script: "503 for 3h"}}, Every: "5m"})
	if err != nil {
		t.Fatal(err)
	}
	if o := got.Others; o == nil || o.Events != 36 || o.Succeeded+o.Paused != 36 || o.Succeeded < 30 || o.Last == nil || got.State != "paused" {
		t.Errorf("%+v of %+v", got.Others, got)
	}
}

func TestWhatCannotBeRehearsedIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps   string
		outage  api.Outage
		pointer string
		every   string
	}{
		{steps, api.Outage{Step: "nope", Script: "503"}, "/outages/0/step", ""},
		{steps, api.Outage{Step: "check", Script: "503"}, "/outages/0/step", ""},
		{steps, api.Outage{Script: "never"}, "/outages/0/script", ""},
		{`[{"id":"a","http":{"url":"{{ x"}}]`, api.Outage{Script: "503"}, "/steps/0/http/url", ""},
		{steps, api.Outage{Script: "503"}, "/every", "often"},
		{steps, api.Outage{Script: "503"}, "/every", "1ms"},
		{steps, api.Outage{Script: "hang"}, "/every", "5m"},
	} {
		_, err := teller(setting.Settings{}).Foretell(t.Context(), ask(t, c.steps), &api.Rehearsal{Outages: []api.Outage{c.outage}, Every: c.every})
		var e *gonets.Error
		if !errors.As(err, &e) || e.Code != gonets.CodeInvalid || len(e.Problems) != 1 || e.Problems[0].Pointer != c.pointer {
			t.Errorf("%+v: %v", c.outage, err)
		}
	}
}
