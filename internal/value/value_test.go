package value_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/value"
)

func decode(t testing.TB, s string) any {
	t.Helper()
	v, _, err := value.DecodeJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in   string
		want       any
		duplicates bool
	}{
		{"digits are kept", `[12345678901234567890, 1.10, -0, 1E+2]`,
			[]any{json.Number("12345678901234567890"), json.Number("1.10"), json.Number("-0"), json.Number("1E+2")}, false},
		{"last of equal names wins", `{"a":1,"b":{"a":1},"a":2}`,
			map[string]any{"a": json.Number("2"), "b": map[string]any{"a": json.Number("1")}}, true},
		{"escapes", `"\u041f\ud83d\ude80\/\"\\\b\f\n\r\t\ud800x"`, "П🚀/\"\\\b\f\n\r\t\uFFFDx", false},
		{"white space round the value", " \t\r\n{ } \n", map[string]any{}, false},
		{"broken UTF-8", "\"a\xffb\"", "a\uFFFDb", false},
		{"words", `[true,false,null,[]]`, []any{true, false, nil, []any{}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, duplicates, err := value.DecodeJSON([]byte(c.in))
			if err != nil || duplicates != c.duplicates {
				t.Fatalf("duplicates %v, error %v", duplicates, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	t.Parallel()
	for in, column := range map[string]int{
		"": 1, "{} x": 4, "\xEF\xBB\xBF{}": 1, "01": 2, "+1": 1, ".5": 1, "1.": 1, "1e": 1, "-": 1, "NaN": 1, "nul": 1, "[1,]": 4,
		"[1 2]": 4, `{"a" 1}`: 6, `{a:1}`: 2, `{"a":1,}`: 8, `"a`: 3, "\"\n\"": 2, `"\x"`: 2, `"\u12g4"`: 2, "[": 2, `["я" x]`: 6,
	} {
		_, _, err := value.DecodeJSON([]byte(in))
		var s *value.SyntaxError
		if !errors.As(err, &s) || s.Line != 1 || s.Column != column {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	v := decode(t, nested(gonets.MaxJSONDepth))
	if _, err := value.EncodeJSON(v); err != nil {
		t.Errorf("EncodeJSON of what was decoded: %v", err)
	}
	if _, err := value.EncodeJSON([]any{v}); err == nil {
		t.Error("EncodeJSON wrote what cannot be read")
	}
	for _, n := range []int{gonets.MaxJSONDepth + 1, 1_000_000} {
		if _, _, err := value.DecodeJSON([]byte(nested(n))); err == nil {
			t.Errorf("depth %d was read", n)
		}
	}
}

func TestEncodeJSON(t *testing.T) {
	t.Parallel()
	v := gonets.Rows{
		{Name: "z", Value: json.Number("1.10")}, {Name: "off", Value: 1, Off: true},
		{Name: "a", Value: map[string]any{"я": "<&>\u2028\x01\"\\", "b": []byte{1, 2}}}, {Name: "l", Value: []any{nil, true, 7}},
	}
	want := `{"z":1.10,"a":{"b":"AQI=","я":"<&>` + "\u2028" + `\u0001\"\\"},"l":[null,true,7]}`
	if got, err := value.EncodeJSON(v); err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []any{json.Number("01"), json.Number(""), struct{}{}} {
		if _, err := value.EncodeJSON(bad); err == nil {
			t.Errorf("%#v was written", bad)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]any{
		"": nil, "a": "a", "1.50": json.Number("1.50"), "true": true, "\xff": []byte{0xff}, `{"a":[1]}`: map[string]any{"a": []any{json.Number("1")}},
	} {
		if got := value.Text(v); got != want {
			t.Errorf("Text(%#v) = %q", v, got)
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	root := decode(t, `{"event": {"headers": {"x-github-event": "push"}, "body": {
		"имя": "Анна", "a.b": 1, "q\"\\": 2, "items": [{"n": 1, "tags": ["x"]}, {"n": 2}, {"n": 3, "tags": ["y", "z"]}],
		"answers": [{"field": {"ref": "tel"}, "v": 7}, {"field": {"ref": "a]b"}, "v": 8}, {"field": {"ref": 701}, "v": 9}],
		"null": null, "0": "zero"}}}`)
	one := func(n string) json.Number { return json.Number(n) }
	cases := []struct {
		path string
		want any
		ok   bool
	}{
		{"event.headers.x-github-event", "push", true},
		{`event.headers["x-github-event"]`, "push", true},
		{"event.body.имя", "Анна", true},
		{`event.body["a.b"]`, one("1"), true},
		{`event.body["q\"\\"]`, one("2"), true},
		{"event.body['q\"\\\\']", one("2"), true},
		{"event.body.items[0].n", one("1"), true},
		{"event.body.items[-1].n", one("3"), true},
		{"event.body.items[*].n", []any{one("1"), one("2"), one("3")}, true},
		{"event.body.items[*].tags[*]", []any{"x", "y", "z"}, true},
		{"event.body.items[*].none", []any{}, true},
		{"event.body.answers[field.ref=tel].v", one("7"), true},
		{`event.body.answers[field.ref="a]b"].v`, one("8"), true},
		{"event.body.answers[field.ref=701].v", one("9"), true},
		{"event.body.null", nil, true},
		{"event.body.0", "zero", true},
		{"event.body.answers[field.ref=no].v", nil, false},
		{"event.body.items[3]", nil, false},
		{"event.body.items[-4]", nil, false},
		{"event.body.items.n", nil, false},
		{"event.body.имя.x", nil, false},
		{"event.body.имя[*]", nil, false},
		{"event.body.null.x", nil, false},
	}
	for _, c := range cases {
		p, err := value.ParsePath(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		got, ok := p.Get(root)
		if ok != c.ok || !cmp.Equal(got, c.want) {
			t.Errorf("%s = %v, %v", c.path, got, ok)
		}
		if rest, restOK := p.Rest().Get(root.(map[string]any)[p.Root()]); restOK != ok || !cmp.Equal(rest, got) {
			t.Errorf("%s: Root and Rest lead to %v, %v", c.path, rest, restOK)
		}
	}
}

func TestPathMistakes(t *testing.T) {
	t.Parallel()
	for path, column := range map[string]int{
		"": 1, ".a": 1, "a.": 3, "a..b": 3, "a[": 2, "a[]": 3, "a[x]": 3, "a[k==v]": 3, `a["x]`: 3, `a["x"y]`: 6, "a b": 2, "я.-b": 3,
		"a[1]b": 5, "-a": 1, "a[=x]": 3,
	} {
		_, err := value.ParsePath(path)
		var e *gonets.Error
		if !errors.As(err, &e) || e.Code != gonets.CodeTemplateSyntax || e.Problems[0].Column != column {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := value.ParsePath(strings.Repeat("a", 5000)); gonets.CodeOf(err) != gonets.CodeTemplateLimit {
		t.Errorf("a long path: %v", err)
	}
}

func TestMissingTellsHowFarThePathLeads(t *testing.T) {
	t.Parallel()
	root := decode(t, `{"a": {"list": [{"name": 1}]}}`)
	p, _ := value.ParsePath("a.list[*].nmae.x")
	found, name, known := p.Missing(root)
	if found.String() != "a.list[*]" || name != "nmae" || !cmp.Equal(known, []string{"name"}) {
		t.Errorf("%s, %s, %v", found, name, known)
	}
}

type row struct {
	name string
	v    any
}

func TestFieldNamesBuildObjects(t *testing.T) {
	t.Parallel()
	foreign := map[string]any{"x": "y"}
	cases := []struct {
		name string
		rows []row
		want string
	}{
		{"order is kept", []row{{"b", 1}, {"a.z", 2}, {"a.y", 3}, {"c", nil}}, `{"b":1,"a":{"z":2,"y":3},"c":null}`},
		{"lists", []row{{"l[1].a", 1}, {"l[1].b", 2}, {"m[]", 3}, {"m[]", 4}, {"n[][0]", 5}}, `{"l":[null,{"a":1,"b":2}],"m":[3,4],"n":[[5]]}`},
		{"literal characters", []row{{`a\.b`, 1}, {`c\[0]`, 2}, {`d\\`, 3}, {`e\n f$`, 4}, {`g["h.i"]`, 5}},
			`{"a.b":1,"c[0]":2,"d\\":3,"e\\n f$":4,"g":{"h.i":5}}`},
		{"a list at the top", []row{{"[0].a", 1}, {"[]", 2}}, `[{"a":1},2]`},
		{"the last of equal names", []row{{"a", 1}, {"b", 2}, {"a", 3}}, `{"a":3,"b":2}`},
		{"given values stay whole", []row{{"a", foreign}, {"b", "s"}}, `{"a":{"x":"y"},"b":"s"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var b value.Builder
			var root any
			for _, r := range c.rows {
				p, err := value.ParseName(r.name)
				if err != nil {
					t.Fatal(err)
				}
				if err := b.Set(p, r.v); err != nil {
					t.Fatal(err)
				}
				if root, err = value.Set(root, p, r.v); err != nil {
					t.Fatal(err)
				}
			}
			for how, v := range map[string]any{"Builder": b.Value(), "Set": root} {
				if got, err := value.EncodeJSON(v); err != nil || string(got) != c.want {
					t.Errorf("%s: %s, %v", how, got, err)
				}
			}
		})
	}
	if len(foreign) != 1 {
		t.Errorf("a given value was changed: %v", foreign)
	}
}

func TestClashingNamesAreErrors(t *testing.T) {
	t.Parallel()
	for _, names := range [][2]string{{"a", "a.b"}, {"a.b", "a"}, {"a[0]", "a.b"}, {"a.b", "a[0]"}, {"a[]", "a"}, {"a", "a[]"}} {
		var b value.Builder
		var root any
		var built, set error
		for _, name := range names {
			p, err := value.ParseName(name)
			if err != nil {
				t.Fatal(err)
			}
			built = b.Set(p, 1)
			root, set = value.Set(root, p, 1)
		}
		if gonets.CodeOf(built) != gonets.CodeInvalid || gonets.CodeOf(set) != gonets.CodeInvalid {
			t.Errorf("%v: Builder %v, Set %v", names, built, set)
		}
	}
	for _, name := range []string{"", ".", "a.", "a..b", "a[x]", "a[-1]", "a[10001]", "a[*]", "a[k=v]", "a[0]b", "a["} {
		if _, err := value.ParseName(name); err == nil {
			t.Errorf("the name %q was read", name)
		}
	}
}

func TestSetChangesNothingThatItIsGiven(t *testing.T) {
	t.Parallel()
	vars := decode(t, `{"a": {"b": [1, 2]}, "c": 1}`)
	p, _ := value.ParsePath("a.b[0]")
	got, err := value.Set(vars, p, "x")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, `{"a": {"b": ["x", 2]}, "c": 1}`), got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(decode(t, `{"a": {"b": [1, 2]}, "c": 1}`), vars); diff != "" {
		t.Error(diff)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"email", "name", "phone", "price", "Сумма", "x-api-key"}
	for name, want := range map[string]string{
		"nmae": "name", "Email": "email", "phon": "phone", "сумма": "Сумма", "x-apikey": "x-api-key", "zzz": "", "a": "", "name": "",
	} {
		if got := value.Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1.0e+5,"\ud83d\ude80",true]}`, "[[[]]]", `{"a":1,"a":2}`, "\"\xff\"", " 1 ", "-0.0"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := value.DecodeJSON(data)
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var want any
		if !json.Valid(data) || d.Decode(&want) != nil {
			if err == nil {
				t.Fatalf("%q was read", data)
			}
			return
		}
		if err != nil {
			if strings.Contains(err.Error(), "nests deeper") {
				return
			}
			t.Fatalf("%q: %v", data, err)
		}
		if utf8.Valid(data) && !cmp.Equal(want, got) {
			t.Fatalf("%q: %s", data, cmp.Diff(want, got))
		}
		b, err := value.EncodeJSON(got)
		if err != nil {
			t.Fatal(err)
		}
		if again, _, err := value.DecodeJSON(b); err != nil || !cmp.Equal(got, again) {
			t.Fatalf("%q: %v: %s", b, err, cmp.Diff(got, again))
		}
	})
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"a.b-c[0]", `a["x\"\\]"][*]`, `a[k.l="]"].я[-1]`, "a['\"']", "a[k= x ]", `["a"].b`, "a[0001]"} {
		f.Add(s)
	}
	root := map[string]any{"a": []any{map[string]any{"k": "v"}, nil, "x"}}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := value.ParsePath(s)
		if err != nil {
			return
		}
		p.Get(root)
		p.Missing(root)
		again, err := value.ParsePath(p.String())
		if err != nil || again.String() != p.String() || again.Len() != p.Len() {
			t.Fatalf("%q → %q: %v", s, p, err)
		}
		if q, end, err := value.ScanPath(p.String()); err == nil && end < len(p.String()) && p.String()[end-1] != '-' && p.String()[end] != '-' {
			t.Fatalf("%q is scanned as %q", p, q)
		}
	})
}

func FuzzSet(f *testing.F) {
	f.Add("a.b[0]", "a.b[]", "c")
	f.Add("[0]", `a\.b`, "a[2].x")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var builder value.Builder
		var root any
		for i, name := range []string{a, b, c} {
			p, err := value.ParseName(name)
			if err != nil {
				continue
			}
			v := json.Number(strings.Repeat("1", i+1))
			built := builder.Set(p, v)
			next, set := value.Set(root, p, v)
			if (built == nil) != (set == nil) {
				t.Fatalf("%q after %q: Builder %v, Set %v", p, []string{a, b}[:i], built, set)
			}
			if built != nil {
				return
			}
			root = next
		}
		x, errX := value.EncodeJSON(builder.Value())
		y, errY := value.EncodeJSON(root)
		if !bytes.Equal(x, y) || (errX == nil) != (errY == nil) {
			t.Fatalf("Builder %s %v, Set %s %v", x, errX, y, errY)
		}
	})
}

func BenchmarkDecodeJSON(b *testing.B) {
	data := []byte(`{"name":"Анна","phone":"+79990001122","utm":{"source":"ya","medium":"cpc"},"items":[{"id":1,"price":9.90},{"id":2,"price":19.90}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := value.DecodeJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}
