package house

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestTheHouseKeepsItsRules(t *testing.T) {
	t.Parallel()
	pkgs := load(t)
	if len(pkgs) < 5 {
		t.Fatalf("only %d packages were found", len(pkgs))
	}
	for _, v := range check(pkgs) {
		t.Error(v)
	}
}

// TestEveryRuleCatchesItsBreach plants breaches: a rule that lets its own one
// pass proves nothing. In plants.txtar a file stands at rule/case/its place in
// the module; the cases of "none" break no rule.
func TestEveryRuleCatchesItsBreach(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/plants.txtar")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]map[string]*pkg{}
	for _, f := range archive.Files {
		parts := strings.SplitN(f.Name, "/", 3)
		name := parts[0] + "/" + parts[1]
		if cases[name] == nil {
			cases[name] = map[string]*pkg{}
		}
		dir := path.Join(module, path.Dir(parts[2]))
		if cases[name][dir] == nil {
			cases[name][dir] = &pkg{path: dir}
		}
		parsed, _ := parse(t, path.Base(parts[2]), f.Data)
		cases[name][dir].files = append(cases[name][dir].files, parsed)
	}
	tried := map[string]bool{"lines": true, "package": true} // tried below
	for name, pkgs := range cases {
		rule, _, _ := strings.Cut(name, "/")
		tried[rule] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var list []pkg
			for _, p := range pkgs {
				list = append(list, *p)
			}
			broken(t, list, rule)
		})
	}
	for _, rule := range []string{"root", "owner", "apart", "store", "testkit", "cmd", "clock", "environment", "network",
		"sleep", "init", "global", "name", "imports", "methods", "arguments", "none"} {
		if !tried[rule] {
			t.Errorf("no breach of %s is planted", rule)
		}
	}
}

// broken fails unless check finds breaches of exactly this rule.
func broken(t *testing.T, pkgs []pkg, rule string) {
	t.Helper()
	var got []string
	for _, v := range check(pkgs) {
		if !slices.Contains(got, v.rule) {
			got = append(got, v.rule)
		}
	}
	want := []string{rule}
	if rule == "none" {
		want = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\nfound %v", diff, check(pkgs))
	}
}

func TestBudgetsCatchWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	test := sizes(901)
	test[0].name, test[0].test = "f_test.go", true
	for name, tc := range map[string]struct {
		files []file
		rule  string
	}{
		"a file at its limit":     {sizes(600), "none"},
		"a file past its limit":   {sizes(601), "lines"},
		"a test past its limit":   {test, "lines"},
		"a package at its limits": {sizes(slices.Repeat([]int{140}, 25)...), "none"},
		"too many files":          {sizes(slices.Repeat([]int{1}, 26)...), "package"},
		"too many lines":          {sizes(slices.Repeat([]int{501}, 7)...), "package"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken(t, []pkg{{path: module + "/internal/p", files: tc.files}}, tc.rule)
		})
	}
}
