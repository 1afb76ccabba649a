package expr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// scope decodes a JSON object as a scope.
func scope(t testing.TB, s string) expr.MapScope {
	t.Helper()
	v, _, err := value.DecodeJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

const sample = `{
	"event": {
		"body": {
			"name": "Анна \"A\" & Ко", "price": 9007199254740993, "sum": "150", "rate": 99.90, "empty": "", "nothing": null,
			"your-name": "Вася", "paid": true, "phone": "8 (999) 000-11-22", "when": "2024-03-05T10:20:30Z",
			"items": [{"name": "a", "price": 5, "on": true}, {"name": "b", "price": 15, "on": false}],
			"fields": [{"id": 701, "values": [{"value": "x]y"}]}], "tags": ["b", "a", "b"], "a-b": 1, "a": 7, "b": 2
		},
		"headers": {"x-api-key": "k", "content-type": "application/json"}
	},
	"deal_status": 200, "if": "word", "i": 1, "now": "2024-01-02T03:04:05Z"
}`

func TestExpressions(t *testing.T) {
	t.Parallel()
	n := func(s string) json.Number { return json.Number(s) }
	list := func(v ...any) []any { return v }
	cases := []struct {
		src  string
		want any
	}{
		// paths
		{"event.body.price", n("9007199254740993")},
		{"event.headers.x-api-key", "k"},
		{"event.body.your-name", "Вася"},
		{`event.body["your-name"]`, "Вася"},
		{"event.body.fields[id=701].values[0].value", "x]y"},
		{"event.body.items[*].price", list(n("5"), n("15"))},
		{"event.body.items[-1].name", "b"},
		{"event.body.items[i].name", "b"},
		{"event.body.items[i - 1].name + ''", "a"},
		{`event.body["na" + "me"]`, `Анна "A" & Ко`},
		{"if", "word"},
		{"event.body.a-b", n("1")},
		{"event.body.a - event.body.b", n("5")},
		{"event.body.a -event.body.b", n("5")},
		// exact numbers
		{"event.body.price + 1", n("9007199254740994")},
		{"event.body.rate * 3", n("299.7")},
		{"0.1 + 0.2", n("0.3")},
		{"12345678901234567890.5 == 12345678901234567890.50", true},
		{"7 / 2", n("3.5")},
		{"-7 % 4", n("-3")},
		{"1e3 + 1_000", n("2000")},
		{"div(10, 3, 2)", n("3.33")},
		{"decimal(event.body.rate, 2)", n("99.90")},
		{"decimal(1, 2)", n("1.00")},
		{"round(2.5) + round(-2.5) + floor(-1.5) + ceil(1.2)", n("0")},
		{"round(1.005, 2)", n("1.01")},
		{`number("1 990,50")`, n("1990.50")},
		{`number("1,234,567.5")`, n("1234567.5")},
		{"abs(-3) + min(4, 2) + max([1, 9])", n("14")},
		{"sum(event.body.items, .price)", n("20")},
		// comparison
		{"deal_status == 200", true},
		{`"200" == deal_status`, true},
		{`"0200" == deal_status`, false},
		{`"7.0" == "7"`, false},
		{"event.body.sum > 100", true},
		{`"10" > "9"`, true},
		{`"b" > "a"`, true},
		{"event.body.paid == true", true},
		{`event.body.paid == "true"`, false},
		{"event.body.nothing == null and event.body.nothing < 5", false},
		{"event.body.tags == ['b', 'a', 'b']", true},
		{"{a: 1, 'b c': [2]} == {'b c': [2], a: 1}", true},
		{"1 < 2 < 3", true},
		{"event.body.missing == null", true},
		{"event.body.missing != nil", false},
		// logic
		{"not event.body.nothing and !false", true},
		{"event.body.paid ? 'да' : 'нет'", "да"},
		{"event.body.missing ?? event.body.nothing ?? 5", n("5")},
		{`default(event.body.empty, "-") + (event.body.empty ?? "x")`, "-"},
		// texts
		{`"№" + 5 + true`, "№5true"},
		{"event.body.sum + event.body.sum", "150150"},
		{`upper("я") + lower("Ё") + trim(" x ")`, "Яёx"},
		{`replace("a.b.c", ".", "-")`, "a-b-c"},
		{`join(split("a,b", ","), ";")`, "a;b"},
		{`"привет"[1:3]`, "ри"},
		{`"abc" contains "b" and "abc" startsWith "a" and "b" in "abc"`, true},
		{`"ab12" matches "^[a-z]+\\d+$"`, true},
		{`"a" not in event.body.tags`, false},
		{"len(event.body.tags) + len('яя')", n("5")},
		{"url('а b/&')", "%D0%B0%20b%2F%26"},
		{"base64('hi') + from_base64('aGk')", "aGk=hi"},
		{"md5('')", "d41d8cd98f00b204e9800998ecf8427e"},
		{"sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"hmac_sha256('what do ya want for nothing?', 'Jefe')",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"phone(event.body.phone)", "+79990001122"},
		{"phone('9990001122') + phone('+7 999 000-11-22 доб. 15') + phone('00 44 20 7946 0958')", "+79990001122+79990001122+442079460958"},
		{"phone('нет')", "нет"},
		{"phone(required(event.body.phone))", "+79990001122"},
		{"required(false)", false},
		{"required(0)", n("0")},
		{"json({b: event.body.price, a: '<'})", `{"b":9007199254740993,"a":"<"}`},
		{"parse_json('[1.10]')[0]", n("1.10")},
		// lists
		{"map(filter(event.body.items, .on), #.name)", list("a")},
		{"filter(event.body.items, {#['price'] > 10})[0].name", "b"},
		{"count(event.body.items, .on) + len(filter(event.body.tags, # == 'b'))", n("3")},
		{"any(event.body.items, .on) and not all(event.body.items, .on) and one(event.body.items, .on)", true},
		{"find(event.body.items, .price > 5).name", "b"},
		{"map(event.body.tags, #index)", list(n("0"), n("1"), n("2"))},
		{"uniq(event.body.tags)", list("b", "a")},
		{"sort(event.body.tags)", list("a", "b", "b")},
		{"first(reverse(concat(event.body.tags, [3])))", n("3")},
		{"keys({b: 1, a: 2})", list("a", "b")},
		{"event.body.tags | uniq() | join('+')", "b+a"},
		// dates
		{`date(event.body.when, "dd.MM.yyyy HH:mm:ss", "Europe/Moscow")`, "05.03.2024 13:20:30"},
		{`date("2024-03-05 10:20:30", "RFC3339", "+03:00")`, "2024-03-05T10:20:30+03:00"},
		{`date(1709634030, "yyyyMMdd'T'HHmm")`, "20240305T1020"},
		{`date(1709634030123, "ss.SSS")`, "30.123"},
		{`parse_date("05.03.2024 13:20", "dd.MM.yyyy HH:mm", "Europe/Moscow")`, "2024-03-05T13:20:00+03:00"},
		{`date(now, "d.M.yy")`, "2.1.24"},
		{`"}}" + '{{' + "{"`, "}}{{{"},
		{"1 /* }} */ + 1", n("2")},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			e, err := expr.ParseExpr(c.src)
			if err != nil {
				t.Fatal(err)
			}
			var r expr.Report
			got, err := e.Value(scope(t, sample), &r)
			if err != nil || len(r.Missing) > 0 {
				t.Fatalf("error %v, missing %v", err, r.Missing)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			whole, err := expr.Parse("{{ " + c.src + " }}")
			if err != nil {
				t.Fatal(err)
			}
			if got, err = whole.Value(scope(t, sample), nil); err != nil || !cmp.Equal(c.want, got) {
				t.Errorf("as a template: %v, %v", got, err)
			}
		})
	}
}

func TestMistakesAreExplained(t *testing.T) {
	t.Parallel()
	cases := []struct {
		src     string
		code    gonets.Code
		column  int
		message string
		suggest string
	}{
		{"", gonets.CodeTemplateSyntax, 1, "empty", ""},
		{"a +", gonets.CodeTemplateSyntax, 3, "too early", ""},
		{"a = 1", gonets.CodeTemplateSyntax, 3, "==", ""},
		{"(event.body.a b", gonets.CodeTemplateSyntax, 15, "unexpected b", ""},
		{"'abc", gonets.CodeTemplateSyntax, 5, "not closed", ""},
		{"lowr(a)", gonets.CodeTemplateSyntax, 1, "no function lowr", "lower"},
		{"lower()", gonets.CodeTemplateSyntax, 1, "lower(text)", ""},
		{"secret.crm", gonets.CodeTemplateSyntax, 1, "secret.crm is no secret", ""},
		{"default(я, secret[\"a b\"].c)", gonets.CodeTemplateSyntax, 12, "is no secret", ""},
		{"secret", gonets.CodeTemplateSyntax, 1, "event.body.secret", ""},
		{"a.Method(1)", gonets.CodeTemplateSyntax, 1, "no methods", ""},
		{"x[0].y.z()", gonets.CodeTemplateSyntax, 1, "no methods", ""},
		{"$env", gonets.CodeTemplateSyntax, 1, "unexpected $env", ""},
		{"now()", gonets.CodeTemplateSyntax, 1, "no function now", ""},
		{"repeat('x', 9)", gonets.CodeTemplateSyntax, 1, "no function repeat", ""},
		{"reduce([1], # + #acc)", gonets.CodeTemplateSyntax, 1, "no function reduce", ""},
		{"1..9", gonets.CodeTemplateSyntax, 2, "ranges", ""},
		{"2 ** 9", gonets.CodeTemplateSyntax, 3, "powers", ""},
		{"let x = 1; x", gonets.CodeTemplateSyntax, 5, "not available", ""},
		{"a ?? b + 1", gonets.CodeTemplateSyntax, 8, "parentheses", ""},
		{"a matches '('", gonets.CodeTemplateSyntax, 11, "regular expression", ""},
		{"007", gonets.CodeTemplateSyntax, 1, "not a number", ""},
		{"я + @", gonets.CodeTemplateSyntax, 5, "no meaning", ""},
		{strings.Repeat("a", 5000), gonets.CodeTemplateLimit, 1, "4096 bytes", ""},
		{strings.Repeat("(", 70) + "1" + strings.Repeat("+1)", 70), gonets.CodeTemplateLimit, 0, "nests deeper", ""},
		{strings.Repeat("0<(", 600) + "0" + strings.Repeat(")<1", 600), gonets.CodeTemplateLimit, 0, "", ""},
		{strings.Repeat("1,", 1500) + "1", gonets.CodeTemplateSyntax, 2, "", ""},
		{"[" + strings.Repeat("1,", 2040) + "1]", gonets.CodeTemplateLimit, 0, "more than 2000", ""},
		{"9223372036854775807 + 1", gonets.CodeTemplateFailed, 21, "64-bit", ""},
		{"9223372036854775807 * 10", gonets.CodeTemplateFailed, 21, "64-bit", ""},
		{"1 / 3", gonets.CodeTemplateFailed, 3, "div(a, b, digits)", ""},
		{"1 / 0", gonets.CodeTemplateFailed, 3, "zero", ""},
		{"1e300 * 1e300", gonets.CodeTemplateFailed, 7, "64-bit", ""},
		{"1e9999 > 1", gonets.CodeTemplateFailed, 8, "too long", ""},
		{"event.body.sum + 5", gonets.CodeTemplateFailed, 16, "not clear", ""},
		{"event.body.nothing * 2", gonets.CodeTemplateFailed, 20, "default(x, 0)", ""},
		{"event.body.name > 5", gonets.CodeTemplateFailed, 17, "no order", ""},
		{"event.body.sum and true", gonets.CodeTemplateFailed, 16, "true or false", ""},
		{"date('x', 'dd')", gonets.CodeTemplateFailed, 1, "not a date", ""},
		{"date(now, 'QQ')", gonets.CodeTemplateFailed, 1, "means nothing", ""},
		{"date(now, 'dd', 'Mars')", gonets.CodeTemplateFailed, 1, "time zone", ""},
		{`date(now, "'Jan'")`, gonets.CodeTemplateFailed, 1, "cannot stand", ""},
		{"number('7 штук')", gonets.CodeTemplateFailed, 1, "not a number", ""},
		{"required(event.body.nothing)", gonets.CodeTemplateFailed, 1, "a value is needed", ""},
		{"required('')", gonets.CodeTemplateFailed, 1, "a value is needed", ""},
		{"1 + required(event.body.no_such)", gonets.CodeTemplateFailed, 5, "a value is needed", ""},
	}
	for _, c := range cases {
		t.Run(c.src[:min(len(c.src), 40)], func(t *testing.T) {
			t.Parallel()
			e, err := expr.ParseExpr(c.src)
			if err == nil {
				_, err = e.Value(scope(t, sample), nil)
			}
			var got *gonets.Error
			if !errors.As(err, &got) || len(got.Problems) != 1 {
				t.Fatalf("error = %v", err)
			}
			p := got.Problems[0]
			if got.Code != c.code || c.column > 0 && p.Column != c.column || !strings.Contains(p.Message, c.message) || p.Suggestion != c.suggest {
				t.Errorf("%s at %d: %q, suggestion %q", got.Code, p.Column, p.Message, p.Suggestion)
			}
			if strings.ContainsAny(p.Message, "\n|") || strings.Contains(p.Message, "\u4E00") {
				t.Errorf("raw message %q", p.Message)
			}
		})
	}
}

// huge is a scope whose lists and texts make small expressions expensive.
func huge() expr.MapScope {
	list := make([]any, 10_000)
	for i := range list {
		list[i] = json.Number("1")
	}
	deep := any("x")
	for range 100_000 {
		deep = []any{deep}
	}
	return expr.MapScope{"list": list, "text": strings.Repeat("a", 1<<20), "deep": deep}
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	s := huge()
	for _, src := range []string{
		"map(list, map(list, # + 1))",
		"count(list, count(list, count(list, true) > 0) > 0)",
		"replace(text, 'a', text)",
		"replace(text, '', text)",
		"map(list, text + 'x')",
		"map(list, upper(text))",
		"filter(list, text contains 'b')",
		"filter(list, text == upper(text))",
		"filter(list, md5(text) == '')",
		"filter(list, split(text, 'a') == 1)",
		"filter(list, text matches '(.{0,30}){0,30}$')",
		"filter(list, 'x' matches '(a{1,30}){1,30}' + #)",
		"text + text + text + text + text + text + text + text + text + text + text + 'x'",
		"uniq(map(list, #index))",
		"deep == [deep]",
		"filter(list, date(0, 'dd', 'Europe/Moscow') == '')",
	} {
		e, err := expr.ParseExpr(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if _, err := e.Value(s, nil); gonets.CodeOf(err) != gonets.CodeTemplateLimit {
			t.Errorf("%s: %v", src, err)
		}
	}
	for _, src := range []string{"text matches '(a+)+$'", "len(sort(list)) == 10000", "sum(list) == 10000"} {
		e, err := expr.ParseExpr(src)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := e.Bool(s, nil); !ok || err != nil {
			t.Errorf("%s: %v, %v", src, ok, err)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	cases := []struct {
		src     string
		want    any
		ok      bool
		path    string
		nearest []string
	}{
		{"{{ event.body.nmae }}", nil, false, "event.body.nmae", []string{"event.body.name"}},
		{"{{ evnt.body }}", nil, false, "evnt.body", []string{"event"}},
		{"{{ event.body.a-c }}", nil, false, "event.body.a-c", []string{"event.body.a-b", "event.body.a - c"}},
		{"{{ event.body.items[7].name }}", nil, false, "event.body.items[7].name", nil},
		{"{{ event.body.nothing }}", nil, true, "", nil},
		{"<{{ event.body.nmae }}>", "<>", true, "event.body.nmae", []string{"event.body.name"}},
		{"{{ lower(event.body.zzz) }}", nil, false, "event.body.zzz", nil},
		{"{{ event.body.zzz * 2 + 1 }}", nil, false, "event.body.zzz", nil},
		{"{{ event.body.zzz > 2 }}", false, true, "event.body.zzz", nil},
		{"{{ event.body.zzz ?? 'x' }}", "x", true, "", nil},
		{"{{ default(event.body.zzz, 'x') }}", "x", true, "", nil},
		{"{{ [event.body.zzz] }}", []any{nil}, true, "event.body.zzz", nil},
		{"{{ map(event.body.items, .nam) }}", []any{nil, nil}, true, ".nam", []string{".name"}},
		{"{{ parse_json('{}').x }}", nil, false, ".x", nil},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			tpl, err := expr.Parse(c.src)
			if err != nil {
				t.Fatal(err)
			}
			var r expr.Report
			got, ok, err := tpl.Lookup(scope(t, sample), &r)
			if err != nil || ok != c.ok || !cmp.Equal(got, c.want) {
				t.Errorf("Lookup = %v, %v, %v", got, ok, err)
			}
			var want []expr.MissingRef
			if c.path != "" {
				want = []expr.MissingRef{{Path: c.path, Nearest: c.nearest}}
			}
			if diff := cmp.Diff(want, r.Missing); diff != "" {
				t.Error(diff)
			}
			if (r.Err() != nil) != (c.path != "") || c.path != "" && gonets.CodeOf(r.Err()) != gonets.CodeTemplateMissing {
				t.Errorf("Err = %v", r.Err())
			}
		})
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]bool{
		"event.body.paid": true, "event.body.nothing": false, "event.body.zzz.y": false,
		"deal_status >= 200 and deal_status < 300": true, "event.body.name != null": true,
	} {
		e, err := expr.ParseExpr(src)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.Bool(scope(t, sample), nil); got != want || err != nil {
			t.Errorf("%s = %v, %v", src, got, err)
		}
	}
	e, _ := expr.ParseExpr("event.body.name")
	if _, err := e.Bool(scope(t, sample), nil); gonets.CodeOf(err) != gonets.CodeTemplateFailed {
		t.Errorf("a text as a condition: %v", err)
	}
}
