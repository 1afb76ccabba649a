package step_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/step"
)

func draft(t testing.TB, steps string) *step.Draft {
	t.Helper()
	sc := gonets.Scenario{Name: "s"}
	if err := json.Unmarshal([]byte(steps), &sc.Steps); err != nil {
		t.Fatal(err)
	}
	return step.CompileDraft(&sc)
}

func TestADraftGoesAsFarAsItCan(t *testing.T) {
	t.Parallel()
	const steps = `[{"id":"a","delay":"{{ x"},
		{"id":"b","http":{"url":"{{ x","headers":{"X":"{{ event.body.name }}"},"body":{"json":"{{ y"}}},
		{"id":"c","respond":{"status":"{{","text":"{{","headers":{"X":"{{"}}},
		{"id":"d","set":{"a":"{{","b":{"c":"{{"}}},{"id":"","if":"{{"},{"id":"e"},
		{"id":"good","set":{"x":1}}]`
	d := draft(t, steps)
	for _, path := range []string{"a", "b", "c", "d", "", "e"} {
		if !d.Broken(path) {
			t.Errorf("the step %q is not broken", path)
		}
	}
	if d.Broken("good") {
		t.Error("a good step beside broken ones is broken")
	}
	unsaid := gonets.Problem{Pointer: "/steps/5", Code: gonets.CodeMissing, Message: "it is not said yet what the step does"}
	if diff := cmp.Diff(append(step.Check(d.Scenario), unsaid), d.Problems); diff != "" {
		t.Errorf("a draft has other problems than the same scenario when it is checked:\n%s", diff)
	}
	got := d.Values("b", scope(t, d.Program, event))
	if len(got) != 1 || got[0].Pointer != "/steps/1/http/headers/X" || got[0].Text() != "Анна & Co" {
		t.Errorf("the values of a broken step that can be filled in: %+v", got)
	}
}

func TestAFieldWithoutANameIsMissingIt(t *testing.T) {
	t.Parallel()
	d := draft(t, `[{"id":"a","http":{"url":"https://x.test","body":{"json":[{"name":"a","value":1},{"name":"","value":2}]}}}]`)
	want := []gonets.Problem{{Pointer: "/steps/0/http/body/json/1", Code: gonets.CodeMissing, Message: "the row has no name"}}
	if diff := cmp.Diff(want, d.Problems); diff != "" {
		t.Error(diff)
	}
}

func TestValuesOfADraftAreThoseOfARun(t *testing.T) {
	t.Parallel()
	d := draft(t, `[{"id":"s","when":"event.body.id > 1","set":{"a":"{{ name }}","b":{"in":"{{ a }}!"},"c":"{{ b.in }}","d":7}},
		{"id":"h","http":{"url":"https://x.test/{{ event.body.path }}","query":[{"name":"q","value":"{{ nme }}"},{"name":"off","value":"{{ name }}","on":false}],
			"body":{"json":"{\"id\":{{ id }}}"}}},
		{"id":"i","if":"price > 5","then":[{"id":"p","http":{"url":"https://x.test","body":{"path":"event.body.address"}}}]}]`)
	s := scope(t, d.Program, event)
	texts := map[string]string{}
	var missing []string
	for _, path := range []string{"s", "h", "i", "i/p"} {
		for _, v := range d.Values(path, s) {
			if v.Err != nil {
				t.Error(v.Pointer, v.Err)
			}
			texts[v.Pointer] = v.Text()
			for _, m := range v.Missing {
				missing = append(missing, v.Pointer+" "+m.Path+" "+m.Nearest[0])
			}
		}
	}
	want := map[string]string{
		"/steps/0/when": "true", "/steps/0/set/a": "Анна & Co", "/steps/0/set/b/in": "Анна & Co!", "/steps/0/set/c": "Анна & Co!", "/steps/0/set/d": "7",
		"/steps/1/http/url": "https://x.test/..%2Fx%20y", "/steps/1/http/query/0/value": "", "/steps/1/http/body/json": `{"id":9007199254740993}`,
		"/steps/2/if": "true", "/steps/2/then/0/http/url": "https://x.test", "/steps/2/then/0/http/body/path": `{"city":"Псков","flat":7}`,
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/steps/1/http/query/0/value nme name"}, missing); diff != "" {
		t.Error(diff)
	}
	if _, found := s.Lookup("a"); found {
		t.Error("looking at a set step changed the scope")
	}
}
