package gonets_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gonets"
)

func TestRowsText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       gonets.Rows
	}{
		{"a map keeps its order and its numbers", `{"b":1.50,"a":"<&>"}`,
			gonets.Rows{{Name: "b", Value: json.Number("1.50")}, {Name: "a", Value: "<&>"}}},
		{"a repeated name makes a list", `[{"name":"tag","value":"x"},{"name":"tag","value":"y"}]`,
			gonets.Rows{{Name: "tag", Value: "x"}, {Name: "tag", Value: "y"}}},
		{"a row that is off makes a list", `[{"name":"a","value":true,"on":false}]`,
			gonets.Rows{{Name: "a", Value: true, Off: true}}},
		{"a row that nobody has named yet", `[{"name":"","value":null,"on":false}]`, gonets.Rows{{Off: true}}},
		{"no rows", `{}`, gonets.Rows{}},
		{"an object inside that repeats a name", `{"a":{"x":1,"x":2}}`,
			gonets.Rows{{Name: "a", Value: gonets.Rows{{Name: "x", Value: json.Number("1")}, {Name: "x", Value: json.Number("2")}}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got gonets.Rows
			if err := json.Unmarshal([]byte(tc.text), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if text := encode(t, got); text != tc.text {
				t.Errorf("written as %s", text)
			}
		})
	}
}

func TestRowsRefuseWhatTheyAreNot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"a"`:                       "a map of names and values",
		`[1]`:                       "row 1 is not {name, value, on}",
		`[{"value":1}]`:             "row 1 has no name",
		`[{"name":1}]`:              "name is not text",
		`[{"name":"a","on":"yes"}]`: "on is not true or false",
		`[{"name":"a","off":true}]`: `unknown key "off"`,
	} {
		var r gonets.Rows
		if err := json.Unmarshal([]byte(text), &r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// encode writes v as the store does: without escaping for HTML pages.
func encode(tb testing.TB, v any) string {
	tb.Helper()
	text, err := gonets.PlainJSON(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// values draws what a document may hold.
func values(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.String().AsAny(),
		rapid.Custom(func(t *rapid.T) any {
			return json.Number(rapid.StringMatching(`-?[1-9][0-9]{0,20}(\.[0-9]{1,5})?`).Draw(t, "number"))
		}),
	}
	if depth > 0 {
		kinds = append(kinds, rapid.Custom(func(t *rapid.T) any { return rows(depth-1, false).Draw(t, "object") }),
			rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(values(depth-1), 0, 3).Draw(t, "list") }))
	}
	return rapid.OneOf(kinds...)
}

func rows(depth int, mayBeOff bool) *rapid.Generator[gonets.Rows] {
	return rapid.Custom(func(t *rapid.T) gonets.Rows {
		r := make(gonets.Rows, rapid.IntRange(0, 4).Draw(t, "rows"))
		for i := range r {
			r[i] = gonets.Row{Name: rapid.SampledFrom([]string{"a", "b", "a.b[0]", "имя", ""}).Draw(t, "name"), Value: values(depth).Draw(t, "value")}
			r[i].Off = mayBeOff && rapid.IntRange(0, 3).Draw(t, "off") == 0
		}
		return r
	})
}

func TestRowsReadWhatTheyWrite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rows(3, true).Draw(t, "rows")
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got gonets.Rows
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: %s", text, diff)
		}
		var tree gonets.Tree // a body's fields stand in a tree: they must come back as rows too
		if err := json.Unmarshal(text, &tree); err != nil {
			t.Fatal(err)
		}
		if again, ok := tree.Rows(); !ok || cmp.Diff(want, again, cmpopts.EquateEmpty()) != "" {
			t.Fatalf("%s as a tree is %#v", text, tree)
		}
	})
}

func FuzzTree(f *testing.F) {
	for _, s := range []string{`[{"a":{"x":1,"x":2}}]`, `[{"name":"a","value":[{"b":1,"b":2}]}]`, `1e400`, `-0.0`, `"<\u2028>"`, `[]`, `[[],{}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var first, second gonets.Tree
		if json.Unmarshal([]byte(s), &first) != nil {
			return
		}
		if _, top := first.Value.(gonets.Rows); top {
			t.Skip("an outermost object is rows: TestRowsReadWhatTheyWrite")
		}
		text := encode(t, first)
		if err := json.Unmarshal([]byte(text), &second); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	})
}

func TestEmptyRowsKeepTheirKind(t *testing.T) {
	t.Parallel()
	want := gonets.Step{ID: "a", HTTP: &gonets.HTTPStep{Body: &gonets.HTTPBody{Form: gonets.Rows{}}}}
	var got gonets.Step
	if err := json.Unmarshal([]byte(encode(t, want)), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{gonets.BodyForm}, got.HTTP.Body.Kinds()); diff != "" {
		t.Error(diff)
	}
}

func TestSourceWithoutDedupeStaysWithout(t *testing.T) {
	t.Parallel()
	for _, want := range []*gonets.SourceID{nil, {}, {Path: "body.id"}} {
		var got gonets.Source
		if err := json.Unmarshal([]byte(encode(t, gonets.Source{Name: "a", ID: want})), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.ID); diff != "" {
			t.Error(diff)
		}
	}
}
