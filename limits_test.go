package gonets_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

// limit is a constant's value as the page shows it: a time span, a size in
// KiB or MiB, or a number.
func limit(tb testing.TB, expr ast.Expr) string {
	tb.Helper()
	units := map[string]time.Duration{"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}
	span, size := false, false
	var eval func(ast.Expr) constant.Value
	eval = func(e ast.Expr) constant.Value {
		switch e := e.(type) {
		case *ast.BasicLit:
			return constant.MakeFromLiteral(e.Value, e.Kind, 0)
		case *ast.SelectorExpr:
			span = true
			return constant.MakeInt64(int64(units[e.Sel.Name]))
		case *ast.BinaryExpr:
			if e.Op == token.SHL {
				size = true
				by, _ := constant.Uint64Val(eval(e.Y))
				return constant.Shift(eval(e.X), e.Op, uint(by))
			}
			return constant.BinaryOp(eval(e.X), e.Op, eval(e.Y))
		}
		tb.Fatalf("limits.go holds an expression that this test does not read: %T", e)
		return nil
	}
	v := eval(expr)
	n, whole := constant.Int64Val(constant.ToInt(v))
	switch {
	case span:
		return gonets.Duration(n).String()
	case size && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case size:
		return fmt.Sprintf("%d KiB", n>>10)
	case !whole:
		return v.String()
	case n >= 1_000:
		return fmt.Sprintf("%d,%03d", n/1_000, n%1_000)
	}
	return fmt.Sprint(n)
}

// limitsOf reads the constants of Go source.
func limitsOf(tb testing.TB, src []byte) map[string]string {
	tb.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "limits.go", src, 0)
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			all[spec.Names[0].Name] = limit(tb, spec.Values[0])
		}
		return true
	})
	return all
}

var limitRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([^|]+) \\| [^|]+\\.(?: [^|]+\\.)* \\|$")

// limitsOnPage reads the rows of the page.
func limitsOnPage(page []byte) map[string]string {
	all := map[string]string{}
	for _, row := range limitRow.FindAllSubmatch(page, -1) {
		all[string(row[1])] = strings.TrimSpace(string(row[2]))
	}
	return all
}

func TestLimitsPageListsEveryLimit(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("limits.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(limitsOf(t, src), limitsOnPage(page)); diff != "" {
		t.Errorf("limits.go and docs/limits.md differ (-code +page):\n%s", diff)
	}
	// Planted faults: a changed value, a new constant, a row without a meaning.
	for name, planted := range map[string][2]string{
		"a changed value": {strings.Replace(string(src), "MaxRedirects       = 10", "MaxRedirects = 11", 1), string(page)},
		"a new constant":  {string(src) + "\nconst MaxNews = 5 << 10\n", string(page)},
		"no meaning":      {string(src), strings.Replace(string(page), "Entries on a page of a list.", "", 1)},
		"a row too many":  {string(src), string(page) + "| `MaxOlds` | 5 | Something. |\n"},
	} {
		if cmp.Equal(limitsOf(t, []byte(planted[0])), limitsOnPage([]byte(planted[1]))) {
			t.Errorf("%s was not noticed", name)
		}
	}
}
