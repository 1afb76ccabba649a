package hindsight_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gonets"
	"gonets/api"
	"gonets/internal/hindsight"
	"gonets/internal/mask"
	"gonets/internal/outbound"
	"gonets/internal/rehearse"
	"gonets/internal/step"
	"gonets/internal/testkit"
	"gonets/setting"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// history holds runs, the newest last.
type history struct {
	rehearse.Store
	runs []gonets.RunDetail
	fail error
}

func (h *history) Runs(_ context.Context, f gonets.RunFilter) (l gonets.List[gonets.RunSummary], err error) {
	for i := len(h.runs) - 1; i >= 0; i-- {
		if f.EventID == "" || f.EventID == h.runs[i].Run.EventID {
			l.Items = append(l.Items, h.runs[i].Run)
		}
	}
	return l, h.fail
}

func (h *history) Run(_ context.Context, id string) (gonets.RunDetail, error) {
	for i := range h.runs {
		if h.runs[i].Run.ID == id {
			return h.runs[i], nil
		}
	}
	return gonets.RunDetail{}, gonets.Errorf(gonets.CodeNotFound, "no run %s", id)
}

// sender shows requests and sends none.
type sender struct{}

func (sender) Do(context.Context, *gonets.Request) *gonets.Exchange { panic("something was sent") }

func (sender) Preview(r *gonets.Request) *gonets.Exchange {
	x := &gonets.Exchange{Outcome: gonets.OutcomeOK, Method: r.Method, URL: outbound.MaskURL(r.URL), RequestHeaders: outbound.MaskHeaders(r.Headers), RequestBody: r.Body}
	if strings.Contains(r.URL, "closed") {
		x.Outcome, x.Code, x.Error = gonets.OutcomeBlocked, gonets.CodeBlockedAddress, "nothing may be sent there"
	}
	return x
}

func steps(t *testing.T, text string) *gonets.Scenario {
	t.Helper()
	sc := &gonets.Scenario{Name: "lead", Missing: gonets.MissingError}
	if err := json.Unmarshal([]byte(text), &sc.Steps); err != nil {
		t.Fatal(err)
	}
	return sc
}

const (
	body = `{"name":"Anna","sum":"15000","phone":"79991234567"}`
	// now is what is published: one step reads what the other one was replied.
	now = `[{"id":"deal","http":{"method":"POST","url":"https://crm.test/deals","headers":{"Authorization":"Bearer k1","X-Api-Key":"k1"},` +
		`"body":{"json":{"name":"{{ event.body.name }}","sum":"{{ event.body.sum }}","phone":"{{ event.body.phone }}","at":"{{ now }}","run":"{{ run.id }}"}}}},` +
		`{"id":"tell","if":"true","then":[{"id":"chat","http":{"url":"https://chat.test/{{ steps.deal.body.id }}"}}]},` +
		`{"id":"answer","respond":{"status":202,"json":{"deal":"{{ steps.deal.body.id }}"}}}]`
)

// looker looks back at runs that the published version made.
func looker(h *history) *hindsight.Looker {
	l := hindsight.New(rehearse.New(rehearse.Options{Store: h, Sender: sender{}, Clock: testkit.NewClock(), Env: &step.Env{
		Reader: step.Always(func(ev *gonets.Event) map[string]any {
			var v any
			_ = json.Unmarshal(ev.Body, &v)
			return map[string]any{"body": v}
		}),
		Settings: func() setting.Settings { return setting.Settings{} }, PublicURL: func() string { return "https://g.test" }, Version: "2",
	}, Masks: func() *mask.Rules { return mask.New([]string{"phone"}) }}))
	l.PerEvent = time.Minute // of a machine that does much else
	return l
}

func replied(path string, n, status int, text string) gonets.Attempt {
	return gonets.Attempt{N: n, Path: path, Charged: true, Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Method: "POST", URL: "https://crm.test/deals",
		RequestHeaders: []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "User-Agent", Value: "gonets/1"}},
		RequestBody:    []byte(`{"name":"Anna","sum":"15000","phone":"79991234567","at":"2026-03-01T12:00:00.123Z","run":"r0"}`),
		Status:         status, ReplyHeaders: []gonets.Header{{Name: "Content-Type", Value: "application/json"}}, ReplyBody: []byte(text)}}
}

// run is a run of version 3 that went through.
func run(t *testing.T, n int) gonets.RunDetail {
	t.Helper()
	chat := replied("tell/chat", 2, 200, `{}`)
	chat.Method, chat.URL, chat.RequestBody = "GET", "https://chat.test/7", nil
	return gonets.RunDetail{
		Run: gonets.RunSummary{Run: gonets.Run{ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", n), EventID: fmt.Sprint("e", n), Scenario: "lead", Version: 3,
			State: gonets.RunSucceeded, CreatedAt: time.Date(2026, 3, 1, 12, n, 0, 0, time.UTC), Attempts: 2}},
		Event:    gonets.Event{ID: fmt.Sprint("e", n), Source: "site", Method: "POST", ContentType: "application/json", Body: []byte(body)},
		Version:  &gonets.Version{N: 3, Scenario: *steps(t, now)},
		Attempts: []gonets.Attempt{replied("deal", 1, 201, `{"id":7}`), chat},
	}
}

// told is what came of an event, in a line.
func told(e *api.EventPlayed) string {
	out := e.Outcome
	if e.Step != "" {
		out += " at " + e.Step
	}
	if e.Problem != nil {
		out += fmt.Sprintf(" %s %s", e.Problem.Pointer, e.Problem.Code)
	}
	if e.Why != "" {
		out += " " + e.Why
	}
	for _, d := range e.Differences {
		shown := func(text *string) string {
			if text == nil {
				return "-"
			}
			return *text
		}
		out += fmt.Sprintf("; %s %s %s: %s > %s", d.Step, d.Part, d.Name, shown(d.Was), shown(d.Becomes))
	}
	return out
}

func TestWhatWouldBeSentIsCompared(t *testing.T) {
	t.Parallel()
	changed := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(now) }
	for name, c := range map[string]struct {
		draft string
		edit  func(*gonets.RunDetail)
		want  string
	}{
		"nothing":                  {now, nil, "same"},
		"members in another order": {changed(`"name":"{{ event.body.name }}","sum":"{{ event.body.sum }}"`, `"sum":"{{ event.body.sum }}","name":"{{ event.body.name }}"`), nil, "same"},
		"a number for a text":      {changed(`"{{ event.body.sum }}"`, `"{{ number(event.body.sum) }}"`), nil, `differs; deal body sum: "15000" > 15000`},
		"credentials":              {changed("Bearer k1", "Bearer k2", `"X-Api-Key":"k1"`, `"X-Api-Key":"k2"`), nil, "same"},
		"a field that is hidden":   {changed(`{{ event.body.name }}`, `{{ event.body.phone }}`), nil, `differs; deal body name: "Anna" > "***"`},
		"another address":          {changed("crm.test/deals", "crm.test/leads"), nil, "differs; deal address : https://crm.test/deals > https://crm.test/leads"},
		"a new name":               {changed(`"id":"deal"`, `"id":"order","was":"deal"`, "steps.deal", "steps.order"), nil, "same"},
		"a new name and a change":  {changed(`"id":"deal"`, `"id":"order","was":"deal"`, "steps.deal", "steps.order", "chat.test/", "chat.test/x"), nil, "differs; tell/chat address : https://chat.test/7 > https://chat.test/x7"},
		"a step less":              {changed(`"if":"true"`, `"if":"false"`), nil, "differs; tell/chat request : GET https://chat.test/7 > -"},
		"a step more": {changed(`{"id":"tell"`, `{"id":"new","http":{"url":"https://new.test/"}},{"id":"tell"`), nil,
			"differs at new; new request : - > GET https://new.test/"},
		"another answer":   {changed("202", "200"), nil, "differs;  status : 202 > 200"},
		"a delay":          {changed(`{"id":"tell"`, `{"id":"wait","delay":"3h"},{"id":"tell"`), nil, "same"},
		"a field too many": {changed("event.body.name", "event.body.surname"), nil, "unbuilt at deal /steps/0/http/body/json/name template.missing"},
		"a set that fails": {changed(`{"id":"tell"`, `{"id":"s","set":{"x":"{{ event.body.nope }}"}},{"id":"tell"`), nil, "unbuilt at s /steps/1/set/x template.missing"},
		"nothing may be sent there": {changed("https://chat.test/", "https://closed.test/"), nil,
			"unbuilt at tell/chat /steps/1/then/0/http/url blocked.address; tell/chat address : https://chat.test/7 > https://closed.test/7"},
		"the service never answered": {now, func(d *gonets.RunDetail) { d.Attempts[0].Status = 0 }, "unanswered at deal"},
		"its reply was cut":          {now, func(d *gonets.RunDetail) { d.Attempts[0].ReplyCut = true }, "unanswered at deal"},
		"its reply broke off":        {now, func(d *gonets.RunDetail) { d.Attempts[0].Outcome = gonets.OutcomeUnknown }, "unanswered at deal"},
		"that is not kept":           {now, func(d *gonets.RunDetail) { d.Attempts[0].NotKept = true }, "unanswered at deal"},
		"it refused":                 {now, func(d *gonets.RunDetail) { d.Attempts[0].Status = 400 }, "same"},
		"the event is erased":        {now, func(d *gonets.RunDetail) { d.Event.Mark = gonets.MarkErased }, "unplayed erased"},
		"an attempt is erased":       {now, func(d *gonets.RunDetail) { d.Attempts[1].RequestHeaders = nil }, "unanswered at tell/chat"},
		"the run is damaged":         {now, func(d *gonets.RunDetail) { d.Unread = []string{"attempts"} }, "unplayed damaged"},
		"the run is of an older version": {changed(`"sum":"{{ event.body.sum }}"`, `"sum":1`), func(d *gonets.RunDetail) {
			d.Run.Version, d.Attempts[0].RequestBody = 2, []byte(`{"sum":0}`)
		}, `differs; deal body sum: "15000" > 1`},
		"what was sent is told": {changed(`"sum":"{{ event.body.sum }}"`, `"sum":1`), func(d *gonets.RunDetail) {
			d.Attempts[0].RequestBody = []byte(`{"name":"Anna","sum":0,"phone":"79991234567"}`)
		}, "differs; deal body sum: 0 > 1"},
		"what was sent is kept no more": {changed(`"sum":"{{ event.body.sum }}"`, `"sum":1`), func(d *gonets.RunDetail) {
			a := &d.Attempts[0]
			a.RequestHeaders, a.RequestBody = append(a.RequestHeaders, gonets.Header{Name: "Content-Length", Value: "9"}), nil
		}, `differs; deal body sum: "15000" > 1`},
		"what was sent is no text": {changed(`"sum":"{{ event.body.sum }}"`, `"sum":1`), func(d *gonets.RunDetail) {
			d.Attempts[0].RequestBody = []byte{0xff}
		}, `differs; deal body sum: "15000" > 1`},
		"what was sent differs in more than is told": {changed(`"sum":"{{ event.body.sum }}"`, `"sum":1`), func(d *gonets.RunDetail) {
			var many []string
			for i := range 300 {
				many = append(many, fmt.Sprintf(`"f%03d":1`, i))
			}
			d.Attempts[0].RequestBody = []byte("{" + strings.Join(many, ",") + "}")
		}, `differs; deal body sum: "15000" > 1`},
		"what is as it was sent is none": {changed(`"sum":"{{ event.body.sum }}"`, `"sum":1`), func(d *gonets.RunDetail) {
			d.Attempts[0].RequestBody = []byte(`{"name":"Anna","sum":1,"phone":"79991234567"}`)
		}, "same"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &history{runs: []gonets.RunDetail{run(t, 1)}}
			if c.edit != nil {
				c.edit(&h.runs[0])
			}
			got, err := looker(h).Look(t.Context(), hindsight.Ask{Draft: steps(t, c.draft), Now: &gonets.Version{N: 3, Scenario: *steps(t, now)}})
			if err != nil || len(got.Items) != 1 || got.Version != 3 {
				t.Fatalf("%+v %v", got, err)
			}
			if line := told(&got.Items[0]); line != c.want {
				t.Errorf("got  %s\nwant %s", line, c.want)
			}
			if raw, err := json.Marshal(got); err != nil || strings.Contains(string(raw), "79991234567") || strings.Contains(string(raw), "k2") {
				t.Errorf("%s %v", raw, err)
			}
		})
	}
}

func TestBeforeTheFirstVersionThereIsNothingToCompareWith(t *testing.T) {
	t.Parallel()
	held := run(t, 1)
	held.Run.Version, held.Version, held.Attempts, held.Run.State = 0, nil, nil, gonets.RunHeld
	got, err := looker(&history{runs: []gonets.RunDetail{held}}).Look(t.Context(), hindsight.Ask{Draft: steps(t, now)})
	if err != nil || got.Version != 0 || told(&got.Items[0]) != "unanswered at deal" {
		t.Errorf("%+v %v", got, err)
	}
	got, err = looker(&history{runs: []gonets.RunDetail{held}}).Look(t.Context(), hindsight.Ask{Draft: steps(t, `[{"id":"a","set":{"x":"1"}}]`)})
	if err != nil || told(&got.Items[0]) != "built" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestTheNewestRunSpeaksForItsEvent(t *testing.T) {
	t.Parallel()
	first, again, edited := run(t, 1), run(t, 2), run(t, 3)
	first.Reruns, again.Event.ID, again.Run.EventID = []string{again.Run.ID}, first.Event.ID, first.Run.EventID
	again.Reruns = []string{edited.Run.ID}
	got, err := looker(&history{runs: []gonets.RunDetail{first, again, edited}}).Look(t.Context(),
		hindsight.Ask{Draft: steps(t, now), Now: &gonets.Version{N: 3, Scenario: *steps(t, now)}})
	if err != nil || len(got.Items) != 2 || got.Items[0].Run != edited.Run.ID || got.Items[1].Run != again.Run.ID {
		t.Errorf("%+v %v", got, err)
	}
}

func TestADraftWithMistakesIsNotPlayed(t *testing.T) {
	t.Parallel()
	_, err := looker(&history{}).Look(t.Context(), hindsight.Ask{Draft: steps(t, `[{"id":"a","http":{"url":"{{ x"}}]`)})
	if gonets.CodeOf(err) != gonets.CodeInvalid {
		t.Errorf("%v", err)
	}
	_, err = looker(&history{fail: gonets.Errorf(gonets.CodeStoreAway, "away")}).Look(t.Context(), hindsight.Ask{Draft: steps(t, now)})
	if gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Errorf("%v", err)
	}
}
