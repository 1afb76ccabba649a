package source

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/value"
)

// FuzzParse: whatever comes in, parsing does not fail, gives the same twice,
// and what it gives can be written as JSON.
func FuzzParse(f *testing.F) {
	for _, media := range []string{"", "application/json", "application/x-www-form-urlencoded; charset=windows-1251",
		"multipart/form-data; boundary=b", "text/xml", "image/png", "application/json; charset=utf-16", "a/b;;\"", "text/plain; charset=\xff"} {
		for _, body := range []string{"", `{"a":{"key":"x"}}`, "a[b][]=1&a=%zz&key=1", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
			"\xff\xfe{\x00}\x00", `{"key":`, "<?xml version='1.0' encoding='koi8-r'?>\xc1"} {
			f.Add(media, body, "token=1&a[]=%", "")
		}
	}
	f.Add("application/json", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03", "", "gzip")
	b := bind(f, gonets.Source{Items: "body[*]", Order: "body.a", Preset: "tilda", Verify: &gonets.Verify{
		Kind: "token", Secret: "s", Places: []gonets.Place{{In: "body", Name: "a.key"}, {In: "body", Name: "key"}, {In: "query", Name: "token"}}}})
	f.Fuzz(func(t *testing.T, media, body, query, encoding string) {
		in := request(media, body, "Content-Encoding", encoding)
		in.RawQuery = query
		p := parse(t, b, in)
		if parts, err := b.Split(p); err == nil {
			for _, part := range parts {
				b.ID(part)
				b.Order(part)
			}
		}
		_ = b.Verify(in, secrets)
		ev := event(in)
		scope := b.Event(ev)
		text, err := value.EncodeJSON(scope)
		if _, isBytes := scope["body"].([]byte); err != nil && !isBytes || err == nil && !utf8.Valid(text) {
			t.Fatalf("the scope is no JSON: %v: %v", err, scope)
		}
		if diff := cmp.Diff(scope, b.Event(ev)); diff != "" {
			t.Fatalf("it comes out otherwise the second time: %s", diff)
		}
		b.Mask(*ev)
		if string(ev.Body) != body {
			t.Fatal("the body was changed")
		}
	})
}

// FuzzForm: a form keeps every name and nests no deeper than allowed.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"a=1", "a[b][c]=1&a[]=2&a[0]=3", "[]=1&]=&a[=", strings.Repeat("a[b]", 80) + "=1", "a[1]=1&a[0]=0&a[9999999999999999999]=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var p Parsed
		if !p.pairs([]byte(s), "") {
			t.Skip()
		}
		if _, ok := p.Body.(map[string]any); !ok {
			t.Fatalf("a form is %T", p.Body)
		}
		text, err := value.EncodeJSON(p.Body)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := value.DecodeJSON(text); err != nil {
			t.Fatalf("it is too deep: %v", err)
		}
		if strings.Contains(s, "=") && len(p.Body.(map[string]any)) == 0 {
			t.Fatalf("nothing was read of %q", s)
		}
	})
}

// FuzzMaskJSON: masking hides the value at the place and changes nothing else.
func FuzzMaskJSON(f *testing.F) {
	for _, s := range []string{`{"a":{"b":"x"}}`, `{"a":[{"b":1}],"b":{"a":{"b":2}}}`, `[{"a":{"b":null}}]`, `{"a":{"b":{"a":[]}},"c":"\"}"}`, `{"\u0061":{"b":-1e5}}`} {
		f.Add(s)
	}
	paths := [][]string{{"a", "b"}}
	f.Fuzz(func(t *testing.T, s string) {
		before, _, err := value.DecodeJSON([]byte(s))
		if err != nil {
			maskJSON(s, paths)
			t.Skip()
		}
		after, _, err := value.DecodeJSON([]byte(maskJSON(s, paths)))
		if err != nil {
			t.Fatalf("%s became %s", s, maskJSON(s, paths))
		}
		if m, ok := before.(map[string]any); ok {
			if inner, ok := m["a"].(map[string]any); ok {
				if _, ok := inner["b"]; ok {
					inner["b"] = hidden
				}
			}
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzCookies: a visitor's cookie adds utm fields only, and changes none.
func FuzzCookies(f *testing.F) {
	for _, s := range []string{"TILDAUTM=utm_source%3Dvk%7C%7C%7Ctranid%3D9", "TILDAUTM=%", ";;TILDAUTM==", "TILDAUTM=utm_a%3D%FF"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cookies string) {
		body := map[string]any{"COOKIES": cookies, "utm_source": "own", "tranid": "1"}
		utmFromCookies(body, "COOKIES")
		if body["COOKIES"] != cookies || body["utm_source"] != "own" || body["tranid"] != "1" {
			t.Fatalf("%q changed what was sent: %v", cookies, body)
		}
		for name, v := range body {
			text, isText := v.(string)
			if !isText || name != "COOKIES" && name != "tranid" && !utmName(name) || name != "COOKIES" && !utf8.ValidString(text) {
				t.Fatalf("%q gave %q: %v", cookies, name, v)
			}
		}
	})
}
