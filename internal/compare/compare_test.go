package compare_test

import (
	"fmt"
	"strings"
	"testing"

	"gonets"
	"gonets/api"
	"gonets/internal/compare"
)

// words are the differences, one a line: part name: good -> bad.
func words(c api.Comparison) string {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	var out []string
	for _, d := range c.Differences {
		line := fmt.Sprintf("%s %s: %s > %s", d.Part, d.Name, text(d.Good), text(d.Bad))
		if d.Usual {
			line += " (usual)"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func attempt(url, kind, body string, status int) *gonets.Attempt {
	return &gonets.Attempt{Exchange: gonets.Exchange{Method: "POST", URL: url, Status: status, RequestBody: []byte(body),
		RequestHeaders: []gonets.Header{{Name: "Content-Type", Value: kind}, {Name: "Authorization", Value: "Bearer ***"}}}}
}

func TestWhatDiffersIsNamed(t *testing.T) {
	t.Parallel()
	const addr, json, form, plain = "https://x.test/a", "application/json", "application/x-www-form-urlencoded", "text/plain"
	keyed := func(a *gonets.Attempt, key string) *gonets.Attempt {
		a.RequestHeaders = append(a.RequestHeaders, gonets.Header{Name: "Idempotency-Key", Value: key}, gonets.Header{Name: "Date", Value: key})
		return a
	}
	big := strings.Repeat("x", 300_000)
	gone := attempt(addr, json, "", 200)
	gone.RequestHeaders = append(gone.RequestHeaders, gonets.Header{Name: "Content-Length", Value: "10"})
	for _, c := range []struct {
		name      string
		good, bad *gonets.Attempt
		want      string
		body      string
	}{
		{"nothing", attempt(addr, json, `{"a":1,"b":2}`, 200), attempt(addr, json, ` { "b":2, "a":1 }`, 200), "", ""},
		{"members, their kinds and digits", attempt(addr, json, `{"a":"1","b":[1,2],"c":{},"id":12345678901234567890}`, 200),
			attempt(addr, json, `{"a":1,"b":[1],"d":null,"id":12345678901234567891}`, 500),
			"body a: \"1\" > 1\nbody id: 12345678901234567890 > 12345678901234567891\nbody b[1]: 2 > -\nbody c: {} > -\nbody d: - > null\nstatus : 200 > 500", ""},
		{"the address and its parameters", attempt(addr+"?x=1&x=2&gone=1", json, "", 200), attempt("http://x.test/b?x=1&x=%D0%90", json, "", 200),
			"address : https://x.test/a > http://x.test/b\nquery x: 2 > А\nquery gone: 1 > -", ""},
		{"headers, those of each run apart", keyed(attempt(addr, json, "", 200), "k1"), keyed(attempt(addr, plain, "", 0), "k2"),
			"header content-type: application/json > text/plain\nheader idempotency-key: k1 > k2 (usual)\nheader date: k1 > k2 (usual)\nstatus : 200 > ", ""},
		{"the boundary between parts", attempt(addr, "multipart/form-data; boundary=b1", "--b1\r\n\r\nAnna\r\n--b1--", 200),
			attempt(addr, "multipart/form-data; boundary=b2", "--b2\r\n\r\nAnna\r\n--b2--", 200), "", ""},
		{"a part of a body", attempt(addr, "multipart/form-data; boundary=b1", "--b1\n\nAnna\n--b1--", 200),
			attempt(addr, "multipart/form-data; boundary=b2", "--b2\n\nBoris\n--b2--", 200), "body 3: Anna > Boris", ""},
		{"fields of a form", attempt(addr, form, "a=1&b=%D0%90", 200), attempt(addr, form, "a=2&b=%D0%90", 200), "body a: 1 > 2", ""},
		{"texts in an encoding of their own", attempt(addr, plain+"; charset=windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", 200),
			attempt(addr, plain+"; charset=windows-1251", "\xcf\xee\xea\xe0", 200), "body 1: Привет > Пока", ""},
		{"a form in an encoding of its own", attempt(addr, form+"; charset=windows-1251", "a=%CF&b=1", 200),
			attempt(addr, form+"; charset=windows-1251", "a=%D4&b=1", 200), "body a: П > Ф", ""},
		{"lines", attempt(addr, plain, "same\none\ntwo\nthree\nend", 200), attempt(addr, plain, "same\n1\ntwo\nthree\nfour\nend", 200),
			"body 2: one > 1\nbody 5: - > four", ""},
		{"a body that is no JSON any more", attempt(addr, json, `{"a":1}`, 200), attempt(addr, json, `{"a":}`, 200), `body 1: {"a":1} > {"a":}`, ""},
		{"one that is too large", attempt(addr, plain, big, 200), attempt(addr, plain, "x", 200), "", api.BodyTooLarge},
		{"many lines", attempt(addr, plain, strings.Repeat("a\n", 2_000), 200), attempt(addr, plain, strings.Repeat("b\n", 2_000), 200), "", api.BodyTooLarge},
		{"bytes", attempt(addr, plain, "\xff", 200), attempt(addr, plain, "x", 200), "", api.BodyBinary},
		{"one that is not kept", gone, attempt(addr, json, "{}", 200), "header content-length: 10 > - (usual)", api.BodyGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := compare.Attempts(compare.Side{Attempt: c.good}, compare.Side{Attempt: c.bad})
			if words(got) != c.want || got.Body != c.body {
				t.Errorf("%q\n%s\nwant %q\n%s", got.Body, words(got), c.body, c.want)
			}
		})
	}
}

// A step's own Content-Type need not name the encoding that it writes in, and two
// versions may write in two.
func TestBodiesAreComparedInTheEncodingOfTheirSteps(t *testing.T) {
	t.Parallel()
	written := func(label, body string) compare.Side {
		v := &gonets.Version{Scenario: gonets.Scenario{Steps: []gonets.Step{{ID: "send", Request: "list"}}}}
		v.Scenario.Use([]gonets.SavedRequest{{Name: "list", HTTP: gonets.HTTPStep{Body: &gonets.HTTPBody{Charset: label}}}})
		a := side("text/csv", body).Attempt
		a.Path = "send"
		return compare.Of(a, v)
	}
	got := compare.Attempts(written("windows-1251", "\xef\xe0\n\xcf"), written("koi8-r", "\xd0\xc1\n\xe6"))
	if words(got) != "body 2: П > Ф" || got.Body != "" {
		t.Errorf("%q %s", got.Body, words(got))
	}
	if got := compare.Of(&gonets.Attempt{Path: "send"}, nil); got.Step != nil {
		t.Errorf("of a version that is not known: %+v", got)
	}
}

func side(kind, body string) compare.Side {
	return compare.Side{Attempt: attempt("https://x.test/", kind, body, 200)}
}

func TestAComparisonHasAnEnd(t *testing.T) {
	t.Parallel()
	many := func(v int) string {
		var b strings.Builder
		b.WriteString("{")
		for i := range 1_000 {
			fmt.Fprintf(&b, `"m%d":%d,`, i, v)
		}
		return b.String() + `"z":0}`
	}
	got := compare.Attempts(side("application/json", many(1)), side("application/json", many(2)))
	if len(got.Differences) != 200 || !got.More {
		t.Errorf("%d differences, more: %v", len(got.Differences), got.More)
	}
	long := compare.Attempts(side("text/plain", strings.Repeat("я", 5_000)), side("text/plain", "x"))
	if n := len(*long.Differences[0].Good); n > 2_010 {
		t.Errorf("a text of %d bytes is shown", n)
	}
}
