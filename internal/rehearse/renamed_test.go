package rehearse_test

import (
	"strings"
	"testing"

	"gonets/api"
	"gonets/internal/rehearse"
)

// asked is a scenario whose second step shows what it reads of the first one.
const asked = `[{"id":"a","http":{"url":"URL/a"}},{"id":"b","http":{"url":"URL/b","body":{"json":{"p":"{{ steps.a.body.path }}"}}}}]`

// called are the same steps after the first one was given another name.
func called(name, was string) string {
	if was != "" {
		name += `","was":"` + was
	}
	named := strings.Replace(asked, `"id":"a"`, `"id":"`+name+`"`, 1)
	return strings.Replace(named, "steps.a.", "steps."+strings.Split(name, `"`)[0]+".", 1)
}

// reads is what the step b would send.
func (w *world) reads(t *testing.T, steps string) string {
	t.Helper()
	ask := w.ask(t, steps)
	ask.Step = "b"
	p, err := w.Preview(t.Context(), ask)
	if err != nil || p.Request == nil {
		t.Fatalf("%+v %v", p, err)
	}
	return p.Request.Body
}

// sends tries a step really.
func (w *world) sends(t *testing.T, steps, path string) {
	t.Helper()
	if _, err := w.check(t.Context(), rehearse.Order{Ask: w.ask(t, steps), Really: []string{path}}); err != nil {
		t.Fatal(err)
	}
}

func TestARenamedStepKeepsItsReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sends(t, asked, "a")
	const a, none = `{"p":"/a"}`, `{"p":null}`
	for name, c := range map[string]struct{ steps, want string }{
		"as it ran":             {asked, a},
		"renamed":               {called("deal", "a"), a},
		"renamed by hand alone": {called("deal", ""), none},
		"another step's name":   {called("deal", "b"), none},
		"beside a new step":     {strings.Replace(called("deal", "a"), `[{`, `[{"id":"new","http":{"url":"URL/new"}},{`, 1), a},
	} {
		if got := w.reads(t, c.steps); got != c.want {
			t.Errorf("%s: reads %s, want %s", name, got, c.want)
		}
	}
	// What it learns under its new name is newer, by whatever name it is asked for.
	w.sends(t, strings.Replace(called("deal", "a"), "URL/a", "URL/newer", 1), "deal")
	for name, steps := range map[string]string{"back": asked, "again": called("order", "a"), "as it is": called("deal", "a"), "by a file without the first name": called("deal", "")} {
		if got := w.reads(t, steps); got != `{"p":"/newer"}` {
			t.Errorf("renamed %s it reads %s", name, got)
		}
	}
}

func TestStepsOfARenamedStepKeepTheirReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	within := func(name, steps string) string { return `[{"id":` + name + `,"if":"true","then":` + steps + `}]` }
	w.sends(t, within(`"yes"`, asked), "yes/a")
	ask := w.ask(t, within(`"only","was":"yes"`, called("deal", "a")))
	ask.Step = "only/b"
	p, err := w.Preview(t.Context(), ask)
	if err != nil || p.Request.Body != `{"p":"/a"}` {
		t.Errorf("%+v %v", p, err)
	}
}

func TestARenamedStepKeepsItsExample(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keep := func(steps, url, path string) {
		t.Helper()
		w.sends(t, strings.Replace(steps, "URL/a", url, 1), path)
		kept, err := w.Keep(t.Context(), "x", api.NewExample{Run: w.last(t).Run.ID, Attempt: 1}, "anna")
		if err != nil || kept.Step != "a" {
			t.Fatalf("%+v %v", kept, err)
		}
		// Whatever came since is not what a person kept.
		w.sends(t, strings.Replace(steps, "URL/a", "URL/later", 1), path)
	}
	keep(asked, "URL/a", "a")
	if got := w.reads(t, called("deal", "a")); got != `{"p":"/a"}` {
		t.Errorf("renamed it reads %s", got)
	}
	// One that is kept under the new name takes the place of the old one.
	keep(called("deal", "a"), "URL/second", "deal")
	for _, steps := range []string{asked, called("deal", "a")} {
		if got := w.reads(t, steps); got != `{"p":"/second"}` {
			t.Errorf("%s reads %s", steps, got)
		}
	}
	if err := w.Drop(t.Context(), "x", "a"); err != nil {
		t.Fatal(err)
	}
	if got := w.reads(t, called("deal", "a")); got != `{"p":"/later"}` {
		t.Errorf("after it was dropped: %s", got)
	}
}
