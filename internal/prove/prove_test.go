package prove_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gonets/internal/document"
	"gonets/internal/prove"
	"gonets/internal/source"
	"gonets/internal/step"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const steps = `apiVersion: gonets/v1
kind: Scenario
name: lead
steps:
  - {id: deal, http: {url: "https://crm.example.ru/d?x={{ name }}", headers: {X-A: "{{ name }}"}, body: {json: {lead.name: "{{ name }}", n: 1.0, tags: [a, b]}}, retry: {delays: [1m]}}}
  - {id: form, http: {url: "https://tg.example.ru/f", body: {form: {chat: 7, text: "{{ name }}"}}}}
  - {id: plain, http: {url: "https://tg.example.ru/p", body: {text: "hello {{ name }}"}}}
  - {id: answer, respond: {status: 202, json: {ok: true}}}
tests:
  - name: t
    event: {body: {name: Anna}}
    replies: {deal: REPLY}
    expect: EXPECT
`

// try is the report of the scenario's test.
func try(t *testing.T, reply, expect string) prove.Report {
	t.Helper()
	catalog, err := source.Presets()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("REPLY", reply, "EXPECT", expect).Replace(steps)
	set, err := document.Parse([]byte(text), document.Checks{Scenario: step.Check})
	if err != nil {
		t.Fatal(err)
	}
	report, err := prove.Run(t.Context(), prove.Documents{Scenarios: set.Scenarios, Catalog: catalog})
	if err != nil || len(report) != 1 {
		t.Fatalf("%v %v", report, err)
	}
	return report
}

func TestWhatATestWantsIsComparedWithWhatHappens(t *testing.T) {
	t.Parallel()
	for expect, want := range map[string][]string{
		`{}`: nil,
		`{state: succeeded, sent: [{step: deal, method: post, url: "https://crm.example.ru/d?x=Anna", headers: {x-a: Anna}, body: {lead: {name: Anna}, n: 1, tags: [a, b]}, times: 2}], answer: {status: 202, body: {ok: true}}, letters: [first_failure, recovered], within: 2m}`: nil,
		`{sent: [{step: deal, body: {lead.name: Anna, "tags[1]": b}}, {step: form, body: {chat: 7, text: Anna}}, {step: plain, text: hello Anna}]}`:                                                                                                                                nil,
		`{state: paused, reason: tries.used_up}`: {"state: want paused, it is succeeded", "reason: want tries.used_up, it is none"},
		`{sent: [{step: deal, method: PUT, url: "https://crm.example.ru/d", headers: {x-a: Ann, X-B: b}, times: 1}]}`: {"deal: want it sent once, it was sent 2 times", "deal: method: want PUT, sent POST",
			"deal: url: want https://crm.example.ru/d, sent https://crm.example.ru/d?x=Anna", `deal: header x-a: want "Ann", sent "Anna"`, `deal: header X-B: want "b", sent ""`},
		`{sent: [{step: deal, body: {lead: {name: 1, phone: 2}, n: 2, tags: [a]}}]}`:                       {`deal: body lead name: want 1, it is "Anna"`, "deal: body lead: phone is missing", "deal: body n: want 2, it is 1.0", `deal: body tags: want ["a"], it is ["a","b"]`},
		`{sent: [{step: deal, body: {lead: []}}]}`:                                                         {`deal: body lead: want [], it is {"name":"Anna"}`},
		`{sent: [{step: form, body: {chat: 8}}, {step: plain, body: {a: 1}}, {step: plain, text: hello}]}`: {`form: body chat: want 8, it is "7"`, `plain: body: want JSON, it is "hello Anna"`, `plain: body: want "hello", it is "hello Anna"`},
		`{answer: {status: 200, text: no}, letters: [], within: 1s}`:                                       {"letters: want none, there are first_failure, recovered", "within: want 1s, it took 1m5s"},
	} {
		got := try(t, "[{error: lost}, {status: 201}]", expect)[0].Differences
		if strings.Contains(expect, "answer: {status: 200") {
			want = append([]string{"answer: status: want 200, it is 202", `answer: body: want "no", it is "{\"ok\":true}"`}, want...)
		}
		if len(want) > 0 && strings.HasPrefix(want[len(want)-1], "within") && len(got) > 0 {
			got[len(got)-1] = want[len(want)-1] // the random part of a delay
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", expect, diff)
		}
	}
}

func TestAStepThatNeverCameSentNothing(t *testing.T) {
	t.Parallel()
	got := try(t, "{status: 404, for: 1h}", "{sent: [{step: deal, times: 2}, {step: form, times: 0}, {step: plain}], answer: {}, state: succeeded}")
	if diff := cmp.Diff([]string{"state: want succeeded, it is paused (tries.used_up)", "plain: nothing was sent", "answer: the scenario answered nothing"}, got[0].Differences); diff != "" {
		t.Error(diff)
	}
	var table, junit bytes.Buffer
	if err := got.Table(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"FAIL  lead: t", "      what happened:\n        +0s       deal (1 of 2): http 404 http.status, goes on at +1m", "1 test: 0 passed, 1 failed\n"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("%q is not in\n%s", want, table.String())
		}
	}
	if err := got.JUnit(&junit); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(junit.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if s := read.Suites[0]; s.Name != "lead" || s.Failures != 1 || s.Cases[0].Name != "t" || !strings.Contains(s.Cases[0].Failure, "plain: nothing was sent\n") {
		t.Errorf("%+v", read)
	}
}
