package texts_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/query"
	"gonets/internal/texts"
)

// codes are the values of all constants of type Code in error.go, but for
// those of single mistakes, which have one sentence and no more.
func codes(tb testing.TB) []gonets.Code {
	tb.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../error.go", nil, 0)
	if err != nil {
		tb.Fatal(err)
	}
	var all []gonets.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || fmt.Sprint(spec.Type) != "Code" {
			return true
		}
		for _, v := range spec.Values {
			s, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				tb.Fatal(err)
			}
			if !strings.HasPrefix(s, "invalid.") {
				all = append(all, gonets.Code(s))
			}
		}
		return true
	})
	return all
}

// gaps says what the catalogue lacks: a text, a language, or plain sentences.
func gaps(all []gonets.Code, explain func(gonets.Code) (texts.Explanation, bool)) []string {
	var found []string
	for _, c := range all {
		e, ok := explain(c)
		if !ok {
			found = append(found, string(c)+": no text")
			continue
		}
		for lang, text := range map[string]texts.Text{"en": e.En, "ru": e.Ru} {
			v := reflect.ValueOf(text)
			for i := range v.NumField() {
				place := fmt.Sprintf("%s: %s %s", c, lang, v.Type().Field(i).Name)
				if what := badSentence(lang, v.Field(i).String()); what != "" {
					found = append(found, place+" "+what)
				}
			}
		}
	}
	return found
}

var (
	cyrillic = regexp.MustCompile(`\p{Cyrillic}`)
	// mixed is a Latin letter that stands in for a Cyrillic one, or the reverse.
	mixed = regexp.MustCompile(`\p{Cyrillic}[a-zA-Z]|[a-zA-Z]\p{Cyrillic}`)
)

func badSentence(lang, s string) string {
	switch {
	case s == "":
		return "is missing"
	case !strings.HasSuffix(s, "."):
		return "is no sentence"
	case strings.Contains(s, "!"):
		return "shouts"
	case cyrillic.MatchString(s) != (lang == "ru"):
		return "is in the wrong language"
	case mixed.MatchString(s):
		return "mixes alphabets in a word"
	}
	return ""
}

func TestEveryCodeIsExplainedInBothLanguages(t *testing.T) {
	t.Parallel()
	all := codes(t)
	if len(all) < 50 {
		t.Fatalf("only %d codes were found in error.go", len(all))
	}
	for _, gap := range gaps(all, texts.Explain) {
		t.Error(gap)
	}
}

// TestGapsAreFound plants gaps into the catalogue.
func TestGapsAreFound(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*texts.Explanation){
		"English is missing":   func(e *texts.Explanation) { e.En = texts.Text{} },
		"Russian is missing":   func(e *texts.Explanation) { e.Ru.Todo = "" },
		"Russian is English":   func(e *texts.Explanation) { e.Ru = e.En },
		"English is Russian":   func(e *texts.Explanation) { e.En.What = e.Ru.What },
		"a word is mixed":      func(e *texts.Explanation) { e.Ru.What = "Cервис занят." },
		"it is not a sentence": func(e *texts.Explanation) { e.En.Todo = "retry" },
		"it shouts":            func(e *texts.Explanation) { e.En.Todo = "Retry! Now." },
	} {
		spoiled := func(c gonets.Code) (texts.Explanation, bool) {
			e, ok := texts.Explain(c)
			spoil(&e)
			return e, ok
		}
		if len(gaps([]gonets.Code{gonets.CodeBusy}, spoiled)) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
	if got := gaps([]gonets.Code{"no.such.code"}, texts.Explain); len(got) != 1 {
		t.Errorf("a code without a text: %v", got)
	}
}

func TestTheFiltersOfASearchAreAllNamed(t *testing.T) {
	t.Parallel()
	e, _ := texts.Explain(gonets.CodeQueryKey)
	for _, todo := range []string{e.En.Todo, e.Ru.Todo} {
		if all := strings.Join(query.Keys(), ", ") + "."; !strings.Contains(todo, ": "+all) {
			t.Errorf("%q does not name %s", todo, all)
		}
	}
}
