package stage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gonets"
	"gonets/internal/script"
	"gonets/internal/stage"
	"gonets/internal/step"
	"gonets/setting"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// scene is a scenario on an event, with services that answer by scripts.
func scene(t *testing.T, steps string, scripts map[string]string) stage.Scene {
	t.Helper()
	sc := stage.Scene{
		Scenario: &gonets.Scenario{Name: "lead"}, At: noon,
		Event: gonets.Event{ID: "e", Method: "POST", Body: []byte(`{"name":"Anna"}`), ContentType: "application/json", ReceivedAt: noon},
		Env: &step.Env{
			Reader:    step.Always(func(ev *gonets.Event) map[string]any { return map[string]any{"body": map[string]any{"name": "Anna"}} }),
			Settings:  func() setting.Settings { return setting.Settings{} },
			PublicURL: func() string { return "https://g.example.org" },
		},
		Scripts: map[string][]script.Step{},
	}
	if err := json.Unmarshal([]byte(steps), &sc.Scenario.Steps); err != nil {
		t.Fatal(err)
	}
	for path, text := range scripts {
		parsed, err := script.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		sc.Scripts[path] = parsed
	}
	return sc
}

// told is a story as one would tell it, times from its beginning without their
// random part.
func told(s *stage.Story) string {
	since := func(at time.Time) string { return at.Sub(s.Began).Round(time.Second).String() }
	var out []string
	for _, l := range s.Lines {
		text := since(l.At) + " " + string(l.Kind)
		switch l.Kind {
		case stage.Attempt:
			text += fmt.Sprintf(" %s %d/%d %s", l.Path, l.N, l.Of, l.Attempt.Outcome)
			if l.Attempt.Status != 0 {
				text += fmt.Sprint(" ", l.Attempt.Status)
			}
		case stage.Letter:
			text += " " + string(l.Letter)
			if l.Over {
				text += " over"
			}
		case stage.End:
			text += " " + string(l.State) + " " + string(l.Reason)
		}
		if !l.Next.IsZero() {
			text += " → " + string(l.Why)
		}
		out = append(out, strings.TrimSpace(text))
	}
	return strings.Join(out, "\n")
}

const deal = `[{"id":"deal","http":{"url":"https://crm.example.ru/deals","body":{"json":{"n":"{{ name }}"}},"retry":{"delays":["10s","1m"]}}}]`

func TestWhatHappens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps   string
		scripts map[string]string
		want    string
	}{
		"all is well": {deal, nil, `0s attempt deal 1/3 ok 200
0s end succeeded`},
		"a service that is back soon": {deal, map[string]string{"": "refused for 30s"}, `0s attempt deal 1/3 network → delay
10s attempt deal 2/3 network → delay
20s letter first_failure
1m11s attempt deal 3/3 ok 200
1m11s end succeeded
1m15s letter recovered over`},
		"a service that is away for longer than there are tries": {deal, map[string]string{"deal": "refused for 3h"}, `0s attempt deal 1/3 network → delay
10s attempt deal 2/3 network → delay
20s letter first_failure
1m11s attempt deal 3/3 network
1m11s end paused tries.used_up
1m35s letter bad_end`},
		"a reply that was lost": {deal, map[string]string{"": "cut,200"}, `0s attempt deal 1/3 unknown → delay
10s attempt deal 2/3 ok 200
10s end succeeded
20s letter first_failure over`},
		"a service that says when": {deal, map[string]string{"": "429:300,200"}, `0s attempt deal 1/3 http 429 → retry_after
20s letter first_failure
5m0s attempt deal 2/3 ok 200
5m0s end succeeded
5m0s letter recovered over`},
		"no answer within the timeout, then a slow one": {deal, map[string]string{"": "hang,delay:20s"}, `0s attempt deal 1/3 unknown → delay
40s attempt deal 2/3 ok 200
1m0s end succeeded
1m5s letter first_failure over`},
		"quiet hours": {`[{"id":"d","http":{"url":"https://crm.example.ru/","retry":{"delays":["5s","30s","1m","30m"],"quiet":{"from":"12:10","to":"18:00","zone":"UTC"}}}}]`,
			map[string]string{"": "503 for 3h"}, `0s attempt d 1/5 http 503 → delay
5s attempt d 2/5 http 503 → delay
20s letter first_failure
35s attempt d 3/5 http 503 → delay
1m36s attempt d 4/5 http 503 → quiet
6h0m0s attempt d 5/5 ok 200
6h0m0s end succeeded
6h0m0s letter recovered over`},
		"a deadline": {`[{"id":"d","http":{"url":"https://crm.example.ru/","retry":{"delays":["5s","30m"],"deadline":"10m"}}}]`, map[string]string{"": "503"}, `0s attempt d 1/3 http 503 → delay
5s attempt d 2/3 http 503
5s end paused tries.deadline
20s letter bad_end`},
		"a delay, then a step whose failure is data": {`[{"id":"d","http":{"url":"https://crm.example.ru/"}},{"id":"w","delay":"1h"},
{"id":"e","http":{"url":"https://tg.example.ru/","on_failure":"continue","retry":{"delays":["1s"]}}},{"id":"r","if":"status == 0","then":[{"id":"f","fail":{"message":"no"}}]}]`,
			map[string]string{"e": "refused"}, `0s attempt d 1/6 ok 200
0s wait → step
1h0m0s attempt e 1/2 network → delay
1h0m1s attempt e 2/2 network
1h0m1s end failed step.failed
1h0m20s letter first_failure
1h0m25s letter bad_end`},
		"a step that cannot be built": {`[{"id":"d","http":{"url":"https://crm.example.ru/{{ name + 1 }}"}}]`, nil, `0s attempt d 0/0 template
0s end paused template.failed
20s letter bad_end`},
		"a reply that was lost, and a step that asks first": {`[{"id":"d","http":{"url":"https://crm.example.ru/","retry":{"delays":["10s","1m"],"ask":{"url":"https://crm.example.ru/find","done":"body.total > 0"}}}}]`,
			map[string]string{"d": "cut for 30s", "d:ask": `json:{"total":0},json:{"total":1}`}, `0s attempt d 1/3 unknown → delay
10s attempt d 0/0 ok 200
10s attempt d 2/3 unknown → delay
20s letter first_failure
1m11s attempt d 0/0 ok 200
1m11s end succeeded
1m15s letter recovered over`},
		"a login that is too old": {`[{"id":"login","http":{"url":"https://a.example.ru/"}},{"id":"d","http":{"url":"https://crm.example.ru/","renew":{"when":"status == 401","step":"login"}}}]`,
			map[string]string{"d": "401,200"}, `0s attempt login 1/6 ok 200
0s attempt d 0/0 http 401
0s attempt login 2/6 ok 200
0s attempt d 1/6 ok 200
0s end succeeded`},
		"so many tries within a minute that the queue is closed": {`[{"id":"d","http":{"url":"https://crm.example.ru/","retry":{"exponential":{"first":"3s","factor":1,"max":"3s","tries":22}}}}]`,
			map[string]string{"": "503 for 3h"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story, err := stage.Play(t.Context(), scene(t, c.steps, c.scripts))
			if err != nil {
				t.Fatal(err)
			}
			got := told(story)
			if c.want == "" {
				if !strings.Contains(got, "queue →") {
					t.Errorf("no queue was closed:\n%s", got)
				}
				return
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestServicesAnswerAsTheyUsuallyDo(t *testing.T) {
	t.Parallel()
	sc := scene(t, `[{"id":"deal","http":{"url":"https://crm.example.ru/deals","save":{"body":"deal"}}},{"id":"r","respond":{"json":{"id":"{{ deal.id }}"}}}]`, map[string]string{"": "503,200"})
	sc.Usual = map[string]script.Step{"deal": {Status: 201, RetryAfter: -1, Media: script.MediaJSON, Body: `{"id":7}`}}
	story, err := stage.Play(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if story.Answer == nil || string(story.Answer.Body) != `{"id":7}` || story.State != gonets.RunSucceeded || len(story.Sent) != 2 || story.Sent[1].Path != "deal" {
		t.Errorf("%+v", story)
	}
}

// TestManyEventsCloseTheQueue: what a single run would lose its tries to, the
// queue keeps from the others.
func TestManyEventsCloseTheQueue(t *testing.T) {
	t.Parallel()
	const steps = `[{"id":"d","http":{"url":"https://crm.example.ru/"}}]`
	sc := scene(t, steps, map[string]string{"": "refused for 3h"})
	sc.Every, sc.More = 5*time.Minute, 39
	story, err := stage.Play(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	o := story.Others
	if o.Events != 39 || o.Done < 35 || o.Done+o.Waiting != 39 || o.Attempts > 100 || o.Last.Before(noon.Add(3*time.Hour)) || o.Last.After(noon.Add(6*time.Hour)) {
		t.Errorf("%+v\n%s", o, told(story))
	}
	if got := told(story); strings.Count(got, "queue →") < 2 || strings.Count(got, "attempt d") != 6 || len(story.Sent) != 6 || !strings.HasSuffix(got, "letter recovered over") {
		t.Error(got)
	}
	// Where queues are to stay open, every run uses up its tries.
	sc = scene(t, steps, map[string]string{"": "refused for 3h"})
	sc.Every, sc.More = 5*time.Minute, 39
	sc.Env.Settings = func() setting.Settings {
		return setting.Settings{Lanes: map[string]gonets.LaneLimits{"https://crm.example.ru": {Open: true}}}
	}
	if story, err = stage.Play(t.Context(), sc); err != nil || story.Others.Waiting < 5 || strings.Contains(told(story), "queue") {
		t.Errorf("%v %+v", err, story.Others)
	}
}

func TestARecordedPlayEndsWhereNothingIsRecorded(t *testing.T) {
	t.Parallel()
	sc := scene(t, `[{"id":"a","http":{"url":"https://a.test/"}},{"id":"w","delay":"3h"},{"id":"b","http":{"url":"https://b.test/{{ steps.a.body.id }}/{{ run.id }}"}},{"id":"c","http":{"url":"https://c.test/"}}]`, nil)
	sc.Recorded, sc.Run = true, "00000000-0000-7000-8000-00000000abcd"
	sc.Usual = map[string]script.Step{"a": stage.Recorded(&gonets.Attempt{Exchange: gonets.Exchange{Status: 201, ReplyBody: []byte(`{"id":7}`)}})}
	story, err := stage.Play(t.Context(), sc)
	if err != nil || story.Silent != "b" || len(story.Sent) != 2 || len(story.Results) != 2 {
		t.Fatalf("%+v %v", story, err)
	}
	if url := story.Sent[1].Request.URL; url != "https://b.test/7/00000000-0000-7000-8000-00000000abcd" {
		t.Error(url)
	}
	// What failed then fails again, as often as the step tries it; nobody is told.
	sc.Usual["b"] = script.Step{Status: 503, RetryAfter: -1}
	if story, err = stage.Play(t.Context(), sc); err != nil || story.Silent != "" || story.State != gonets.RunPaused || strings.Contains(told(story), "letter") {
		t.Errorf("%v %s", err, told(story))
	}
}

func TestAPlayIsTheSameEachTimeAndEndsWithItsReader(t *testing.T) {
	t.Parallel()
	sc := scene(t, deal, map[string]string{"": "500,cut,200"})
	a, err := stage.Play(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	b, err := stage.Play(t.Context(), sc)
	if err != nil || len(a.Lines) != len(b.Lines) {
		t.Fatal(err, told(a), told(b))
	}
	for i := range a.Lines {
		if !a.Lines[i].At.Equal(b.Lines[i].At) {
			t.Errorf("line %d: %v and %v", i, a.Lines[i].At, b.Lines[i].At)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	// Its end may come first; it never hangs.
	_, _ = stage.Play(gone, sc)
}

func TestARecordedPlayKeepsTheLastTryOnly(t *testing.T) {
	t.Parallel()
	sc := scene(t, `[{"id":"a","http":{"url":"https://crm.test/","retry":{"exponential":{"first":"1s","factor":1,"tries":100}}}}]`, nil)
	sc.Recorded, sc.Usual = true, map[string]script.Step{"a": {Status: 503, RetryAfter: -1, Body: "away"}}
	story, err := stage.Play(t.Context(), sc)
	if err != nil || story.State != gonets.RunPaused {
		t.Fatalf("%+v %v", story, err)
	}
	tries := 0
	for _, l := range story.Lines {
		if l.Attempt != nil {
			tries++
		}
	}
	if last := story.Lines[len(story.Lines)-2].Attempt; len(story.Sent) != 1 || tries != 1 || last == nil || last.N != 100 {
		t.Errorf("%d requests and %d replies of 100 tries are kept, the last %+v", len(story.Sent), tries, last)
	}
}
