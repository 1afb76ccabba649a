package document_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/document"
)

func TestADraftKeepsWhatIsIncomplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, kept string
		yaml           bool
		problems       []string
	}{
		{"nothing yet", `{}`, `{}`, false, []string{"/sources missing", "/steps missing"}},
		{"an empty address", `{"sources":["s"],"steps":[{"id":"a","http":{"url":""}}]}`, `{"sources":["s"],"steps":[{"id":"a","http":{"url":""}}]}`, false,
			[]string{"/steps/0/http/url missing"}},
		{"an empty condition with its branches", `{"sources":["s"],"steps":[{"id":"a","if":"","then":[{"id":"b","stop":{}}],"else":[]}]}`,
			`{"sources":["s"],"steps":[{"id":"a","if":"","then":[{"id":"b","stop":{}}],"else":[]}]}`, false, []string{"/steps/0/if missing"}},
		{"an empty delay and an empty path", `{"sources":["s"],"steps":[{"id":"a","delay":""},{"id":"b","http":{"url":"http://x/","body":{"path":""}}}]}`,
			`{"sources":["s"],"steps":[{"id":"a","delay":""},{"id":"b","http":{"url":"http://x/","body":{"path":""}}}]}`, false,
			[]string{"/steps/0/delay missing", "/steps/1/http/body/path missing"}},
		{"rows without names, and one that is off", `{"sources":["s"],"steps":[{"id":"a","http":{"url":"http://x/","headers":[{"name":"","value":""},{"name":"B","value":"c","on":false}]}}]}`,
			`{"sources":["s"],"steps":[{"id":"a","http":{"url":"http://x/","headers":[{"name":"","value":""},{"name":"B","value":"c","on":false}]}}]}`, false,
			[]string{"/steps/0/http/headers/0 missing"}},
		{"what stands in the head is not kept twice", `{"apiVersion":"gonets/v1","kind":"Scenario","name":"x","sources":["s"],"steps":[{"id":"a","stop":{}}]}`,
			`{"sources":["s"],"steps":[{"id":"a","stop":{}}]}`, false, nil},
		{"YAML becomes what its types write", "sources: [s]\ntitle:\nsteps:\n- id: a\n  http: {url: http://x/, success: {codes: [200]}}\n- {id: b, stop: }\n",
			`{"sources":["s"],"steps":[{"id":"a","http":{"url":"http://x/","success":{"codes":["200"]}}},{"id":"b","stop":{}}]}`, true, nil},
		{"tests with one reply and with several", "sources: [s]\nsteps: [{id: a, http: {url: http://x/}}]\ntests:\n- name: 1\n  event:\n  replies: {a: {status: 200, body: {lead: {id: 7}}}}\n  expect: {sent: [{step: a, times: 1, body: {x: 1}}]}\n- {name: b, replies: {a: [{body: {id: 7}}, {error: lost}]}, expect: {letters: []}}\n",
			`{"sources":["s"],"steps":[{"id":"a","http":{"url":"http://x/"}}],"tests":[{"name":"1","replies":{"a":{"status":200,"body":{"lead":{"id":7}}}},"expect":{"sent":[{"step":"a","times":1,"body":{"x":1}}]}},{"name":"b","replies":{"a":[{"body":{"id":7}},{"error":"lost"}]},"expect":{"letters":[]}}]}`, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := document.ReadDraft([]byte(c.in), "x", c.yaml, document.Checks{})
			if err != nil {
				t.Fatal(err)
			}
			if string(d.Document) != c.kept || d.Scenario.Name != "x" {
				t.Errorf("kept %s", d.Document)
			}
			var got []string
			for _, p := range d.Problems {
				got = append(got, p.Pointer+" "+string(p.Code))
			}
			if diff := cmp.Diff(c.problems, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			text, err := document.DraftYAML("x", d.Document, "")
			if err != nil {
				t.Fatal(err)
			}
			again, err := document.ReadDraft(text, "x", true, document.Checks{})
			if err != nil || string(again.Document) != c.kept {
				t.Errorf("through YAML: %v\n%s", err, text)
			}
		})
	}
}

func TestADraftOfAnotherShapeIsRefused(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"stepz":[]}`: "/stepz", `{"steps":{}}`: "/steps", `{"steps":[{"id":"a","http":{"url":[]}}]}`: "/steps/0/http/url",
		`{"name":"y"}`: "/name", `{"kind":"Source"}`: "/kind", `[]`: "", `{`: "", "a: b: c": "", `{"steps":[],"steps":[]}`: "",
	} {
		_, err := document.ReadDraft([]byte(in), "x", !json.Valid([]byte(in)), document.Checks{})
		var e *gonets.Error
		if gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0].Pointer != want || want == "" && e.Problems[0].Message == "" {
			t.Errorf("%s: %v", in, err)
		}
	}
}

const commentedText = `# What comes from the site.
apiVersion: gonets/v1
kind: Scenario
name: x
sources: [s] # the form
steps:
  # Only the first of a day.
  - id: check
    if: first
  - id: send
    http:
      # moved in May
      url: http://old.example/
# the end
`

func TestCommentsStayWhereWhatTheySpeakOfStays(t *testing.T) {
	t.Parallel()
	doc := json.RawMessage(`{"sources":["s"],"steps":[{"id":"send","http":{"url":"http://new.example/"}},{"id":"check","if":"first"},{"id":"end","stop":{}}]}`)
	text, err := document.DraftYAML("x", doc, commentedText)
	if err != nil {
		t.Fatal(err)
	}
	for comment, before := range map[string]string{"# What comes from the site.": "apiVersion", "# the form": "", "# Only the first of a day.": "- id: check", "# moved in May": "url: http://new.example/"} {
		i := strings.Index(string(text), comment)
		if i < 0 {
			t.Errorf("%s is lost\n%s", comment, text)
			continue
		}
		if rest := strings.TrimSpace(string(text)[i+len(comment):]); !strings.HasPrefix(rest, before) {
			t.Errorf("%s stands elsewhere now\n%s", comment, text)
		}
	}
	d, err := document.ReadDraft(text, "x", true, document.Checks{})
	if err != nil || string(d.Document) != string(doc) {
		t.Errorf("%v %s", err, d.Document)
	}
	plain, err := document.DraftYAML("x", doc, "kind: Scenario\nsteps: []\n")
	if err != nil || strings.Contains(string(plain), "#") || !strings.HasPrefix(string(plain), "apiVersion: gonets/v1\nkind: Scenario\nname: x\nsources:\n") {
		t.Errorf("%v\n%s", err, plain)
	}
}

func TestChangesAreToldInStepsAndFields(t *testing.T) {
	t.Parallel()
	const old = `{"title":"A","sources":["s"],"steps":[{"id":"a","set":{"x":"1"}},{"id":"b","title":"Deal","http":{"url":"http://x/","headers":{"A":"1","B":"2"}}},
		{"id":"c","if":"y","then":[{"id":"d","stop":{}}]},{"id":"e","delay":"1s"}]}`
	for _, c := range []struct {
		name, now string
		want      []string
	}{
		{"nothing", old, nil},
		{"the title", strings.Replace(old, `"A","sources`, `"B","sources`, 1), []string{`changed  /title "A" → "B"`}},
		{"a field of a step", strings.Replace(old, "http://x/", "http://y/", 1), []string{`changed b Deal/http/url "http://x/" → "http://y/"`}},
		{"a row that is gone and one that is new", strings.Replace(old, `"B":"2"`, `"C":"3"`, 1),
			[]string{`added b Deal/http/headers/C null → "3"`, `removed b Deal/http/headers/B "2" → null`}},
		{"a row switched off", strings.Replace(old, `{"A":"1","B":"2"}`, `[{"name":"A","value":"1"},{"name":"B","value":"2","on":false}]`, 1),
			[]string{`changed b Deal/http/headers/B "2" → {"value":"2","on":false}`}},
		{"a new step", strings.Replace(old, `{"id":"e"`, `{"id":"f","stop":{}},{"id":"e"`, 1), []string{`added f f null → {"id":"f","stop":{}}`}},
		{"a step that is gone", strings.Replace(old, `,{"id":"e","delay":"1s"}`, ``, 1), []string{`removed e e {"id":"e","delay":"1s"} → null`}},
		{"a step that went to the front", strings.Replace(strings.Replace(old, `,{"id":"e","delay":"1s"}`, ``, 1), `"steps":[`, `"steps":[{"id":"e","delay":"1s"},`, 1),
			[]string{`moved e e "e" → "e"`}},
		{"a step that went into a branch", strings.Replace(strings.Replace(old, `,{"id":"e","delay":"1s"}`, ``, 1), `[{"id":"d"`, `[{"id":"e","delay":"2s"},{"id":"d"`, 1),
			[]string{`moved c/e e "e" → "c/e"`, `changed c/e e/delay "1s" → "2s"`}},
		{"another short name", strings.Replace(old, `"id":"b"`, `"id":"deal","was":"b"`, 1), []string{`changed deal Deal/id "b" → "deal"`}},
		{"another short name and address", strings.Replace(strings.Replace(old, `"id":"b"`, `"id":"deal","was":"b"`, 1), "http://x/", "http://y/", 1),
			[]string{`changed deal Deal/id "b" → "deal"`, `changed deal Deal/http/url "http://x/" → "http://y/"`}},
		{"another short name of what holds steps", strings.Replace(old, `"id":"c"`, `"id":"ask","was":"c"`, 1), []string{`changed ask ask/id "c" → "ask"`}},
		{"a first name that holds and was not there", strings.Replace(strings.Replace(old, `"id":"c"`, `"id":"c","was":"z"`, 1), `"stop":{}`, `"delay":"2s"`, 1),
			[]string{`added c/d d/delay null → "2s"`, `removed c/d d/stop {} → null`}},
		{"another kind", strings.Replace(old, `"delay":"1s"`, `"stop":{}`, 1), []string{`added e e/stop null → {}`, `removed e e/delay "1s" → null`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, changesOf(t, old, c.now)); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// changesOf are the changes between two states, a line each.
func changesOf(t *testing.T, old, now string) (lines []string) {
	t.Helper()
	changes, err := document.Changes(json.RawMessage(old), json.RawMessage(now))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range changes {
		before, _ := gonets.PlainJSON(x.Before)
		after, _ := gonets.PlainJSON(x.After)
		lines = append(lines, x.Change+" "+x.Step+" "+x.Title+x.Field+" "+string(before)+" → "+string(after))
	}
	return lines
}

func TestALostFirstNameMakesNoOtherStep(t *testing.T) {
	t.Parallel()
	const kept, lost = `{"steps":[{"id":"ask","was":"c","if":"y","then":[{"id":"tell","was":"d","stop":{}}]},{"id":"c2","delay":"1s"}]}`,
		`{"steps":[{"id":"ask","if":"y","then":[{"id":"tell","stop":{}}]},{"id":"c2","delay":"1s"}]}`
	if got := append(changesOf(t, kept, lost), changesOf(t, lost, kept)...); len(got) > 0 {
		t.Error(got)
	}
	moved := `{"steps":[{"id":"ask","if":"y"},{"id":"tell","stop":{}},{"id":"c2","delay":"1s"}]}`
	if d := cmp.Diff([]string{`moved tell tell "ask/tell" → "tell"`}, changesOf(t, kept, moved)); d != "" {
		t.Error(d)
	}
}

func TestNamesAreMadeOfTitles(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Заявка с сайта → amoCRM": "zayavka-s-sayta-amocrm", "  Ещё раз! ": "esche-raz", "订单": "scenario", "": "scenario", "Объём": "obem",
		"Order №7": "order-7", "--a--": "a", strings.Repeat("щ", 40): strings.Repeat("sch", 16), "über": "ber",
	} {
		if got := document.Slug(title, "scenario"); got != want || !gonets.ValidName(got) {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	all := slices.Repeat([]string{"я "}, 100)
	if got := document.Slug(strings.Join(all, ""), "x"); !gonets.ValidName(got) {
		t.Errorf("%q", got)
	}
}
