package document

import (
	"fmt"
	"strings"
	"testing"

	"gonets"
)

// placesText is a scenario whose marked places checks point at.
const placesText = `apiVersion: gonets/v1
kind: Scenario
name: a
steps:
  - id: one
    http:
      url: https://x.test/{{ plain }}
      query: {q: "{{ quoted }}"}
      headers:
        - name: X-A
          value: a
        - {name: X-B, value: "{{ \"b\" }}"}
      body:
        json:
          lead/name: a
          text: |
            first
            {{ literal }}
          "": null
`

func TestProblemsOfChecksGetThePlaceInTheFile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   gonets.Problem
		line int
		col  int
	}{
		{"plain scalar", gonets.Problem{Pointer: "/steps/0/http/url"}, 7, 12},
		{"column in a plain scalar", gonets.Problem{Pointer: "/steps/0/http/url", Line: 1, Column: 19}, 7, 30},
		{"column in a quoted scalar", gonets.Problem{Pointer: "/steps/0/http/query/q", Line: 1, Column: 4}, 8, 22},
		{"escapes move columns, so the beginning is named", gonets.Problem{Pointer: "/steps/0/http/headers/1/value", Line: 1, Column: 4}, 12, 30},
		{"line in a literal block", gonets.Problem{Pointer: "/steps/0/http/body/json/text", Line: 2, Column: 4}, 18, 1},
		{"map row by number", gonets.Problem{Pointer: "/steps/0/http/query/0/value", Line: 1, Column: 1}, 8, 19},
		{"list row by name", gonets.Problem{Pointer: "/steps/0/http/headers/X-A"}, 10, 11},
		{"escaped name", gonets.Problem{Pointer: "/steps/0/http/body/json/lead~1name"}, 15, 22},
		{"null is where its key is", gonets.Problem{Pointer: "/steps/0/http/body/json/"}, 19, 11},
		{"what is not there is what is around it", gonets.Problem{Pointer: "/steps/0/http/retry/delays/0", Line: 1, Column: 5}, 7, 7},
		{"the document", gonets.Problem{}, 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.in.Message = "planted"
			_, err := Parse([]byte("# one line more\n"+placesText), Checks{Scenario: func(s *gonets.Scenario) []gonets.Problem {
				return []gonets.Problem{tc.in}
			}})
			p := problemsOf(t, err)
			if len(p) != 1 || p[0].Line != tc.line+1 || p[0].Column != tc.col || p[0].Message != "planted" || p[0].Document != 1 {
				t.Errorf("got %v, want line %d column %d", p, tc.line+1, tc.col)
			}
		})
	}
}

func TestChecksSeeOnlyWhatWasReadWhole(t *testing.T) {
	t.Parallel()
	seen := 0
	checks := Checks{
		Scenario: func(s *gonets.Scenario) []gonets.Problem {
			seen++
			return []gonets.Problem{{Pointer: "/name", Message: "in other words"}, {Pointer: "/steps/0/stop", Message: "planted 1"}, {Pointer: "/steps/0/stop", Message: "planted 2"}}
		},
		Source: func(s *gonets.Source) []gonets.Problem {
			seen++
			return []gonets.Problem{{Pointer: "/preset", Message: "planted 3"}}
		},
	}
	const header = "apiVersion: gonets/v1\nkind: "
	_, err := Parse([]byte(header+"Scenario\nname: A\nsteps: [{id: a, stop: {}}]\n---\n"+header+"Source\nname: a\npreset: none\n---\n"+
		header+"Source\nname: b\npreset: none\ntitel: x\n"), checks)
	var said []string
	for _, p := range problemsOf(t, err) {
		said = append(said, fmt.Sprintf("%d:%d %s", p.Document, p.Line, p.Message))
	}
	got := strings.Join(said, "\n")
	for _, want := range []string{"1:3 \"A\" cannot", "1:4 planted 1", "1:4 planted 2", "2:9 planted 3", "3:15 unknown key `titel`"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "in other words") || seen != 2 || len(said) != 5 {
		t.Errorf("checks ran %d times:\n%s", seen, got)
	}
}

func TestLaterProblemsAreLocated(t *testing.T) {
	t.Parallel()
	set, err := Parse([]byte(placesText+"---\napiVersion: gonets/v1\nkind: Source\nname: a\npreset: generic\n"), Checks{})
	if err != nil {
		t.Fatal(err)
	}
	p := set.Locate(KindSource, "a", gonets.Problem{Pointer: "/preset"})
	if p.Line != 24 || p.Document != 2 {
		t.Errorf("Locate = %+v", p)
	}
	if p := set.Locate(KindSource, "unknown", gonets.Problem{Pointer: "/preset"}); p.Line != 0 {
		t.Errorf("an unknown document has a place: %+v", p)
	}
}

func TestSmallFilesDoNotGrowIntoLargeTrees(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: gonets/v1\nkind: Scenario\nname: a\nsteps:\n  - id: a\n    set:\n"
	laughs := head + "      a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		laughs += fmt.Sprintf("      a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	long := head + "      a: &a " + strings.Repeat("x", 100_000) + "\n      b: [" + strings.Repeat("*a, ", 50) + "*a]\n"
	deep := head + "      a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "\n"
	for name, tc := range map[string]struct{ text, want string }{
		"aliases of aliases": {laughs, "aliases repeat more than"},
		"long aliases":       {long, "aliases repeat more than"},
		"depth":              {deep, "nested deeper than"},
		"too deep for JSON":  {head + "      a: " + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "\n", "nested deeper than 64"},
		"JSON depth":         {`{"apiVersion": ` + strings.Repeat("[", 200), "nested too deep"},
		"bytes":              {strings.Repeat("#", gonets.MaxDocumentBytes+1), "bytes long"},
		"documents":          {strings.Repeat("---\na: 1\n", 1001), "more than 50 mistakes"},
		"problems":           {head + strings.Repeat("      - x\n", 100), "more than 50 mistakes"},
		"not UTF-8":          {"a: b\nc: \xcf\xf0\n", "save it as UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(tc.text), Checks{})
			if p := problemsOf(t, err); len(p) > maxProblems || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%d problems: %.500v", len(p), err)
			}
		})
	}
}

func TestAliasesAreWrittenOut(t *testing.T) {
	t.Parallel()
	const text = "apiVersion: gonets/v1\nkind: Scenario\nname: a\nsteps:\n  - id: a\n    set: &v {x: &k y}\n  - id: b\n    set: *v\n  - id: c\n    set: {*k : 1}\n"
	set, err := Parse([]byte(text), Checks{})
	if err != nil {
		t.Fatal(err)
	}
	steps := set.Scenarios[0].Steps
	if steps[1].Set[0] != (gonets.Row{Name: "x", Value: "y"}) || steps[2].Set[0].Name != "y" {
		t.Errorf("%+v", steps)
	}
}
