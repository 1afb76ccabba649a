package texts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/texts"
)

// mistakesPath is where the interface reads the sentences of mistakes from.
const mistakesPath = "../../web/src/i18n/problems.json"

// program is what the whole program says of codes.
type program struct {
	// codes are all constants of type Code: by package and name.
	codes map[string]gonets.Code
	// told are the codes with which something is told, and how many values go
	// with them at least.
	told []telling
}

type telling struct {
	place  string
	code   gonets.Code
	values int
}

// readProgram parses all code that is not a test.
func readProgram(tb testing.TB, root string) program {
	tb.Helper()
	fset, files := token.NewFileSet(), map[string]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "web" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			f, err := parser.ParseFile(fset, path, nil, 0)
			files[path] = f
			return err
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	p := program{codes: map[string]gonets.Code{}}
	for _, f := range files {
		p.constants(f)
	}
	for path, f := range files {
		p.calls(path, f)
	}
	return p
}

func (p *program) constants(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || nameOf("", spec.Type) != "gonets.Code" && (f.Name.Name != "gonets" || nameOf("", spec.Type) != ".Code") {
			return true
		}
		for i, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok {
				s, _ := strconv.Unquote(lit.Value)
				p.codes[f.Name.Name+"."+spec.Names[i].Name] = gonets.Code(s)
			}
		}
		return true
	})
}

// nameOf is a name with its package.
func nameOf(pkg string, x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return pkg + "." + x.Name
	case *ast.SelectorExpr:
		if left, ok := x.X.(*ast.Ident); ok {
			return left.Name + "." + x.Sel.Name
		}
	}
	return ""
}

// calls finds what is told with a code: it stands before a format and values.
// Errorf and wrongs of the whole have texts of their own kind.
func (p *program) calls(path string, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || strings.HasSuffix(nameOf("", call.Fun), "Errorf") {
			return true
		}
		for i, arg := range call.Args {
			code, known := p.codes[nameOf(f.Name.Name, arg)]
			if !known || i+1 >= len(call.Args) {
				continue
			}
			if lit, ok := call.Args[i+1].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				p.told = append(p.told, telling{path, code, len(call.Args) - i - 2})
			}
		}
		return true
	})
}

var placeholder = regexp.MustCompile(`\{\{(\d)[^}]*\}\}`)

// numbers are the values that a sentence names.
func numbers(s string) []int {
	var out []int
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		n, _ := strconv.Atoi(m[1])
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// flaws says which codes lack a text, and which texts are no good or name
// values that are not given.
func (p *program) flaws(mistake func(gonets.Code) (texts.Words, bool)) []string {
	var found []string
	for name, c := range p.codes {
		_, explained := texts.Explain(c)
		w, ok := mistake(c)
		if !ok && !explained {
			found = append(found, fmt.Sprintf("%s (%s) has no text", c, name))
		}
		if !ok {
			continue
		}
		for lang, text := range map[string]string{"en": w.En, "ru": w.Ru} {
			if what := badWords(lang, text); what != "" {
				found = append(found, fmt.Sprintf("%s: %s %s: %s", c, lang, what, text))
			}
		}
		if !slices.Equal(numbers(w.En), numbers(w.Ru)) {
			found = append(found, fmt.Sprintf("%s: the languages name different values", c))
		}
	}
	for _, t := range p.told {
		w, ok := mistake(t.code)
		if n := numbers(w.Ru); ok && len(n) > 0 && n[len(n)-1] >= t.values {
			found = append(found, fmt.Sprintf("%s: %s names {{%d}} and is told with %d values", t.place, t.code, n[len(n)-1], t.values))
		}
	}
	return found
}

var shouts = regexp.MustCompile(`\p{L}!`)

func badWords(lang, s string) string {
	words := placeholder.ReplaceAllString(s, " ")
	switch {
	case s == "":
		return "is missing"
	case strings.HasSuffix(s, ".") || shouts.MatchString(words):
		return "ends like a sentence"
	case cyrillic.MatchString(words) != (lang == "ru"):
		return "is in the wrong language"
	case mixed.MatchString(words):
		return "mixes alphabets in a word"
	}
	for _, m := range regexp.MustCompile(`\{\{\d\|([^}]*)\}\}`).FindAllStringSubmatch(s, -1) {
		if forms := strings.Count(m[1], "|") + 1; forms != map[string]int{"en": 2, "ru": 3}[lang] {
			return "has another number of plural forms"
		}
	}
	return ""
}

func TestEveryMistakeIsToldInBothLanguages(t *testing.T) {
	t.Parallel()
	p := readProgram(t, "../..")
	if len(p.codes) < 200 || len(p.told) < 150 {
		t.Fatalf("only %d codes were found, told in %d places", len(p.codes), len(p.told))
	}
	for _, flaw := range p.flaws(texts.Mistake) {
		t.Error(flaw)
	}
	// A text without a code is never shown.
	known := map[gonets.Code]bool{}
	for _, c := range p.codes {
		known[c] = true
	}
	for _, c := range texts.Mistakes() {
		if !known[c] {
			t.Errorf("the text of %s belongs to no code", c)
		}
	}
}

// TestFlawsOfMistakesAreFound plants them.
func TestFlawsOfMistakesAreFound(t *testing.T) {
	t.Parallel()
	p := program{codes: map[string]gonets.Code{"a.code": "planted"}, told: []telling{{"a.go", "planted", 1}}}
	for name, w := range map[string]*texts.Words{
		"no text":            nil,
		"Russian is English": {En: "Too long", Ru: "Too long"},
		"a value too many":   {En: "{{0}} and {{1}}", Ru: "{{0}} и {{1}}"},
		"different values":   {En: "It is long", Ru: "{{0}} — длинно"},
		"a plural form":      {En: "{{0|a|b}}", Ru: "Лишних {{0|знак|знака}}"},
		"mixed alphabets":    {En: "Too long", Ru: "Cлишком длинно"},
	} {
		told := func(gonets.Code) (texts.Words, bool) {
			if w == nil {
				return texts.Words{}, false
			}
			return *w, true
		}
		if len(p.flaws(told)) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
}

func TestTheInterfaceHasTheTextOfEveryMistake(t *testing.T) {
	t.Parallel()
	all := map[gonets.Code]map[string]string{}
	for _, c := range texts.Mistakes() {
		w, _ := texts.Mistake(c)
		all[c] = map[string]string{"en": w.En, "ru": w.Ru}
	}
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(all); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(mistakesPath, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(mistakesPath); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is old: run make generate (%v)", mistakesPath, err)
	}
}
