package expr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
)

func TestText(t *testing.T) {
	t.Parallel()
	s := scope(t, `{"a": "x y", "n": 1.50, "o": {"b": [1, null]}, "nil": null}`)
	cases := []struct{ src, want string }{
		{"plain }} text", "plain }} text"},
		{"{{ a }}", "<x y>"},
		{"a: {{a}}, n: {{ n }}.", "a: <x y>, n: <1.50>."},
		{"{{ o }} {{o.b[1]}}|", `<{"b":[1,null]}> <>|`},
		{`{{ "{{" }} {{ {x: {y: 1}} }}`, `<{{> <{"x":{"y":1}}>`},
	}
	for _, c := range cases {
		tpl, err := expr.Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tpl.Text(s, nil, func(s string) string { return "<" + s + ">" })
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v", c.src, got, err)
		}
	}
}

func TestTemplateMistakesHavePlaces(t *testing.T) {
	t.Parallel()
	cases := []struct {
		src, message string
		line, column int
	}{
		{"первая\nстрока {{ a", "}} is missing", 2, 8},
		{"я {{ a }}\n{{ b }} {{ lowr(b) }}", "no function lowr", 2, 12},
		{"{{ a }}{{ 'x }} y", "}} is missing", 1, 8},
		{"{{}}", "empty", 1, 3},
		{"{{ a\n + }}", "too early", 2, 3},
	}
	for _, c := range cases {
		_, err := expr.Parse(c.src)
		var e *gonets.Error
		if !errors.As(err, &e) || e.Code != gonets.CodeTemplateSyntax {
			t.Fatalf("%q: %v", c.src, err)
		}
		p := e.Problems[0]
		if p.Line != c.line || p.Column != c.column || !strings.Contains(p.Message, c.message) {
			t.Errorf("%q: line %d, column %d: %s", c.src, p.Line, p.Column, p.Message)
		}
	}
}

func TestLiteralAndPaths(t *testing.T) {
	t.Parallel()
	tpl, err := expr.Parse(`{{ event.body.a }} {{ event.body["b c"] + lower(vars.x) }} {{ map(items, .price) }} {{ event.body.a }}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"event.body.a", `event.body["b c"]`, "vars.x", "items"}, tpl.Paths()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"event", "vars", "items"}, tpl.Roots()); diff != "" {
		t.Error(diff)
	}
	if _, ok := tpl.Literal(); ok {
		t.Error("it is no literal")
	}
	plain, _ := expr.Parse("a }} b")
	if s, ok := plain.Literal(); !ok || s != "a }} b" {
		t.Errorf("Literal = %q, %v", s, ok)
	}
}

func TestRenderedSizeIsBounded(t *testing.T) {
	t.Parallel()
	s := expr.MapScope{"x": strings.Repeat("a", 1<<20)}
	tpl, err := expr.Parse(strings.Repeat("{{x}}", 11))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tpl.Text(s, nil, nil); gonets.CodeOf(err) != gonets.CodeTemplateLimit {
		t.Errorf("Text: %v", err)
	}
	j, err := expr.ParseJSON(`["` + strings.Repeat("{{x}}", 11) + `"]`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Render(s, nil); gonets.CodeOf(err) != gonets.CodeTemplateLimit {
		t.Errorf("Render: %v", err)
	}
	if _, err := expr.Parse(strings.Repeat("a", gonets.MaxBodyTemplate+1)); gonets.CodeOf(err) != gonets.CodeTemplateLimit {
		t.Errorf("Parse: %v", err)
	}
}

func TestJSONTemplate(t *testing.T) {
	t.Parallel()
	s := scope(t, `{"q": "a\"b\\\n", "n": 12345678901234567890, "o": {"b": [1]}, "t": true}`)
	cases := []struct{ src, want string }{
		{`{"a": "{{ q }}", "b": {{ q }}, "c": {{n}}}`, `{"a": "a\"b\\\n", "b": "a\"b\\\n", "c": 12345678901234567890}`},
		{`{"a":{"b":{{o}}}}`, `{"a":{"b":{"b":[1]}}}`},
		{`[{{ missing }}, "{{ missing }}", "{{n}}-{{t}}", {{t}}]`, `[null, "", "12345678901234567890-true", true]`},
		{`{ {{ q }}: 1}`, `{ "a\"b\\\n": 1}`},
		{`["\\{{q}}"]`, `["\\a\"b\\\n"]`},
	}
	for _, c := range cases {
		j, err := expr.ParseJSON(c.src)
		if err != nil {
			t.Fatalf("%s: %v", c.src, err)
		}
		got, err := j.Render(s, nil)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v", c.src, got, err)
		}
	}
	for src, want := range map[string]string{
		"{\"a\": 1,\n \"b\": {{n}}5}": "line 2, column 12", `["\{{q}}", "]`: "cannot follow", `{"a": {{n}}`: "a comma or }",
		`{{n}} {{n}}`: "more follows", `["{{n}}`: "not closed", "{'a': 1}": "quotation marks",
	} {
		if _, err := expr.ParseJSON(src); gonets.CodeOf(err) != gonets.CodeTemplateSyntax || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", src, err)
		}
	}
	j, err := expr.ParseJSON("{\n {{ n }}: 1}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Render(s, nil); gonets.CodeOf(err) != gonets.CodeTemplateFailed || !strings.Contains(err.Error(), "line 2, column 2") {
		t.Errorf("a number as a name: %v", err)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	s := expr.MapScope{"v": "a/../b?c=1&d#e %", "base": "https://h/x", "q": "https://h/?a=1", "host": "crm.example", "dots": ".."}
	enc := "a%2F..%2Fb%3Fc%3D1%26d%23e%20%25"
	for src, want := range map[string]string{
		"https://h/{{v}}/y?z={{v}}#{{v}}": "https://h/" + enc + "/y?z=" + enc + "#" + enc,
		"{{base}}/{{v}}":                  "https://h/x/" + enc,
		"{{q}}&b={{v}}":                   "https://h/?a=1&b=" + enc,
		"https://{{host}}/a":              "https://crm.example/a",
		"/send/{{dots}}/x":                "/send/%2E%2E/x",
	} {
		tpl, err := expr.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tpl.URL(s, nil); err != nil || got != want {
			t.Errorf("%s: %s, %v", src, got, err)
		}
	}
	for _, src := range []string{"https://{{v}}/", "https://u:p@{{v}}", "https://h.{{v}}"} {
		tpl, _ := expr.Parse(src)
		if got, err := tpl.URL(s, nil); gonets.CodeOf(err) != gonets.CodeTemplateFailed {
			t.Errorf("%s: %s, %v", src, got, err)
		}
	}
}

// TestValuesStayInTheirSlot is the round trip: whatever the value, parsing
// what was rendered gives it back at its place, and nothing else changed.
func TestValuesStayInTheirSlot(t *testing.T) {
	t.Parallel()
	parse := func(src string) *expr.Template {
		tpl, err := expr.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		return tpl
	}
	j, err := expr.ParseJSON(`{"text": "<{{ v }}>", "value": {{ v }}, "end": 1}`)
	if err != nil {
		t.Fatal(err)
	}
	address := parse("https://h.example/a/{{ v }}/b?x={{ v }}&y=1#{{ v }}")
	rapid.Check(t, func(rt *rapid.T) {
		v := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune(`./\"'{}[]:,?&=#%+ `+"\r\n\x00\u0085\u2028я")))).Draw(rt, "v")
		s := expr.MapScope{"v": v}

		b, err := j.Render(s, nil)
		if err != nil {
			rt.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"text": "<" + v + ">", "value": v, "end": 1.0}, got); diff != "" {
			rt.Fatal(diff)
		}

		text, err := address.URL(s, nil)
		if err != nil {
			rt.Fatal(err)
		}
		u, err := url.Parse(text)
		if err != nil {
			rt.Fatal(err)
		}
		segments := strings.Split(u.EscapedPath(), "/")
		if len(segments) != 4 || segments[1] != "a" || segments[3] != "b" {
			rt.Fatalf("path %q", u.EscapedPath())
		}
		segment, err := url.PathUnescape(segments[2])
		want := url.Values{"x": {v}, "y": {"1"}}
		if err != nil || segment != v || u.Fragment != v || !cmp.Equal(u.Query(), want) || u.Host != "h.example" {
			rt.Fatalf("%q became %q", v, text)
		}
	})
}

func TestArithmeticIsExact(t *testing.T) {
	t.Parallel()
	e, err := expr.ParseExpr("(a + b) - b == a and a * 1 == a and (a < b) == not (a >= b)")
	if err != nil {
		t.Fatal(err)
	}
	digits := rapid.StringMatching(`-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,9})?`)
	rapid.Check(t, func(rt *rapid.T) {
		s := expr.MapScope{"a": json.Number(digits.Draw(rt, "a")), "b": json.Number(digits.Draw(rt, "b"))}
		if ok, err := e.Bool(s, nil); !ok || err != nil {
			rt.Fatalf("%v: %v, %v", s, ok, err)
		}
	})
}

func fuzzScope(t testing.TB) expr.MapScope { return scope(t, sample) }

func seeds(f *testing.F) {
	for _, s := range []string{
		"event.body.items[*].price", "a - b", "1..2", "filter(event.body.items, .price > 10)", `{"a": [1, {b: 2}]}`,
		"'\\u0041' + `x``y`", "#", ".a", "a?.b?[c]", "a ? b : c ?: d", "not in", "x matches '(a+)+$'", "::f(1)", ";", "let a=1;a",
		"{,}", "date(now, 'dd.MM.yyyy', 'UTC')", "if 1 {2} else {3}", "1 < 2 < 3", "if(1;)", "0xFF + 1e5 + .5", "b'x'", "a[k=v][-1]", "一 + 1",
	} {
		f.Add(s)
	}
}

func FuzzParseExpr(f *testing.F) {
	seeds(f)
	s := fuzzScope(f)
	f.Fuzz(func(t *testing.T, src string) {
		e, err := expr.ParseExpr(src)
		if err == nil {
			var v any
			var r expr.Report
			if v, err = e.Value(s, &r); err == nil {
				_, err = value.EncodeJSON(v)
				if err != nil {
					t.Fatalf("%q gave %#v: %v", src, v, err)
				}
			}
		}
		explained(t, src, err)
	})
}

// explained fails when an error is not one that people can read.
func explained(t *testing.T, src string, err error) {
	var e *gonets.Error
	if err == nil {
		return
	}
	if !errors.As(err, &e) || e.Code == gonets.CodeInternal || len(e.Problems) != 1 || e.Problems[0].Line < 1 ||
		e.Problems[0].Line > strings.Count(src, "\n")+1 || e.Problems[0].Column < 1 {
		t.Fatalf("%q: %#v", src, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a {{ a }} b", "{{", "}}", "{{ '}}' }}", "{{ {a: {b: 1}} }}", "{{ /* }} */ 1 }}\n{{ x"} {
		f.Add(s)
	}
	s := fuzzScope(f)
	f.Fuzz(func(t *testing.T, src string) {
		tpl, err := expr.Parse(src)
		if err == nil {
			_, err = tpl.Text(s, &expr.Report{}, expr.EscapePath)
		}
		explained(t, src, err)
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a": "{{ a }}", "b": {{ event.body }}}`, `["\{{a}}", "]`, `{{ i }}{{ i }}`, `{ {{ now }}: [{{i}}]}`} {
		f.Add(s)
	}
	s := fuzzScope(f)
	f.Fuzz(func(t *testing.T, src string) {
		j, err := expr.ParseJSON(src)
		if err == nil {
			var b []byte
			b, err = j.Render(s, &expr.Report{})
			if err == nil && !json.Valid(b) {
				t.Fatalf("%q gave %q", src, b)
			}
		}
		explained(t, src, err)
	})
}

func BenchmarkRequest(b *testing.B) {
	s := scope(b, sample)
	address, _ := expr.Parse("https://crm.example.ru/api/leads/{{ event.body.sum }}")
	body, err := expr.ParseJSON(`{"lead": {"name": "{{ event.body.name }}", "price": {{ event.body.price }}, "phone": "{{ event.body.phone }}", "tag": {{ event.body.items[0].name }}}}`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := address.URL(s, nil); err != nil {
			b.Fatal(err)
		}
		if _, err := body.Render(s, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExpressions(b *testing.B) {
	s := scope(b, sample)
	for _, src := range []string{
		"event.body.name", "deal_status == 200", "event.body.paid == true and deal_status < 300", "event.body.price + 1", "upper(event.body.name)",
	} {
		b.Run(fmt.Sprintf("%.30s", src), func(b *testing.B) {
			e, err := expr.ParseExpr(src)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Value(s, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
