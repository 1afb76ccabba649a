package source

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"gonets"
)

const (
	formType  = "application/x-www-form-urlencoded"
	multiType = "multipart/form-data; boundary=b"
)

// objects are n objects of one member in a list: 2n values.
func objects(n int) string { return "[" + strings.Repeat(`{"a":1},`, n-1) + `{"a":1}]` }

func nested(n int) string {
	one := strings.Repeat(`{"a":`, 60) + "1" + strings.Repeat("}", 60)
	return "[" + strings.Repeat(one+",", n-1) + one + "]"
}

func manyParts(n int) string {
	return strings.Repeat("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n", n) + "--b--\r\n"
}

// allocated is how many bytes f takes from the heap in all.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

func TestValuesAreCountedBeforeTheyAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		``: 0, `7`: 0, `"a,[{"`: 0, `{}`: 0, ` [ ] `: 0, `[1]`: 1, `[1, 2 ,3]`: 3, `{"a":1}`: 1, `{"a":[],"b":{}}`: 2,
		`[[],[[]],{}]`: 4, `[{"a":1},{"a":1}]`: 4, `{"a,\",[":"}{\\","b":[0]}`: 3, `{"x":[1,2,{"y":null}]}`: 5, `["`: 1, `["\`: 1,
	} {
		if got := elements(text); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestHowManyValuesABodyIsTakenApartInto(t *testing.T) {
	t.Parallel()
	form := func(n int, pair string) string { return strings.Repeat(pair+"&", n-1) + pair }
	nesting := func(n int) string {
		var s strings.Builder
		for range n {
			s.WriteString("&a[][][][]=1")
		}
		return s.String()[1:]
	}
	for name, tt := range map[string]struct {
		media, body string
		kept        bool
	}{
		"JSON at the limit":          {"application/json", objects(maxElements / 2), true},
		"JSON past it":               {"application/json", objects(maxElements/2 + 1), false},
		"a list at the limit":        {"application/json", "[" + strings.Repeat("0,", maxElements-1) + "0]", true},
		"a list past it":             {"application/json", "[" + strings.Repeat("0,", maxElements) + "0]", false},
		"commas in text are none":    {"application/json", `{"a":"` + strings.Repeat(`,[{`, maxElements) + `"}`, true},
		"JSON in UTF-16":             {"application/json; charset=utf-16le", strings.Join(strings.Split(objects(maxElements/2+1), ""), "\x00") + "\x00", false},
		"a form at the limit":        {formType, form(maxElements, "a=1"), true},
		"a form past it":             {formType, form(maxElements+1, "a=1"), false},
		"a form that nests":          {formType, nesting(maxElements / 8), true},
		"a form that nests too much": {formType, nesting(maxElements / 6), false},
		"parts":                      {multiType, manyParts(maxElements / 10), true},
		"too many parts":             {multiType, manyParts(maxElements + 1), false},
		"nothing but a form as JSON": {"application/json", form(1000, "a=1"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bind(t, gonets.Source{})
			in := request(tt.media, tt.body)
			p := parse(t, b, in)
			_, isText := p.Body.(string)
			if isText == tt.kept || isText != (p.Mark == gonets.MarkUnparsed) {
				t.Errorf("the body is %T, the mark %q", p.Body, p.Mark)
			}
			if _, scopeText := b.Event(event(in))["body"].(string); scopeText != isText {
				t.Errorf("in the scope it is text: %t", scopeText)
			}
		})
	}
}

// Not parallel: it measures the heap of the process.
func TestABodyOfTooManyValuesIsNeverTakenApart(t *testing.T) {
	secret := gonets.Source{Verify: &gonets.Verify{Kind: "token", Secret: "s", Places: []gonets.Place{{In: "body", Name: "a"}}}}
	for name, tt := range map[string]struct {
		src         gonets.Source
		media, body string
	}{
		"objects":                   {gonets.Source{}, "application/json", `{"p":"none","x":` + objects(900_000) + "}"},
		"with a secret's name":      {secret, "application/json", `{"p":"none","x":` + objects(300_000) + "}"},
		"a form":                    {gonets.Source{}, formType, strings.Repeat("a=1&", 1_000_000)},
		"a form of names that nest": {gonets.Source{}, formType, strings.Repeat("a"+strings.Repeat("[]", 61)+"=1&", 100_000)},
		"parts":                     {gonets.Source{}, multiType, manyParts(200_000)},
	} {
		b := bind(t, tt.src)
		in := request(tt.media, tt.body)
		// A form's nesting is found out on the way, within the limit.
		most := 3*len(tt.body) + 2*maxElements*elementCost*strings.Count(name, "nest")
		if n := allocated(func() { parse(t, b, in) }); n > most {
			t.Errorf("%s: Parse takes %d MB for a body of %d MB", name, n>>20, len(tt.body)>>20)
		}
		ev := event(in)
		if n := allocated(func() { b.Event(ev) }); n > most+3*len(tt.body) {
			t.Errorf("%s: the scope takes %d MB for a body of %d MB", name, n>>20, len(tt.body)>>20)
		}
	}
}

// Not parallel: it measures the heap of the process.
func TestWhatIsPaidForCoversWhatIsTaken(t *testing.T) {
	for name, tt := range map[string]struct{ media, body string }{
		"objects":           {"application/json", objects(40_000)},
		"objects in these":  {"application/json", nested(1600)},
		"numbers":           {"application/json", "[" + strings.Repeat("1,", 90_000) + "1]"},
		"a form":            {formType, strings.Repeat("a=1&", 90_000)},
		"a form that nests": {formType, strings.Repeat("a"+strings.Repeat("[]", 61)+"=1&", 500)},
	} {
		var paid int64
		in := request(tt.media, tt.body)
		in.Pay = func(n int64) error { paid += n; return nil }
		b := bind(t, gonets.Source{})
		if n := allocated(func() { parse(t, b, in) }); int64(n) > paid+6*int64(len(tt.body)) {
			t.Errorf("%s: it takes %d KB, of which %d are paid for", name, n>>10, paid>>10)
		}
		before := paid
		parse(t, b, in)
		if paid != before {
			t.Errorf("%s: it was taken apart twice", name)
		}
	}
	if 2*gonets.MaxIngestBody+maxElements*elementCost > gonets.MaxIngestInFlight {
		t.Error("the largest request could never be received")
	}
}

func TestWhoeverDoesNotPayGetsAnErrorAndNoMark(t *testing.T) {
	t.Parallel()
	busy := gonets.Errorf(gonets.CodeBusy, "no room")
	src := gonets.Source{Verify: &gonets.Verify{Kind: "token", Secret: "key", Places: []gonets.Place{{In: "body", Name: "key"}}}}
	b := bind(t, src)
	for media, body := range map[string]string{
		"application/json": `{"key":"value"}`, formType: "key=value&b[c]=1",
		multiType: strings.Replace(manyParts(1), "name=a\r\n\r\n1", "name=key\r\n\r\nvalue", 1),
	} {
		in := request(media, body)
		in.Pay = func(int64) error { return busy }
		if _, err := b.Parse(in); !errors.Is(err, busy) {
			t.Errorf("%s: Parse gives %v", media, err)
		}
		if err := b.Verify(in, secrets); !errors.Is(err, busy) {
			t.Errorf("%s: Verify gives %v", media, err)
		}
		in.Pay = nil
		if p := parse(t, b, in); p.Mark != "" {
			t.Errorf("%s: later the mark is %q", media, p.Mark)
		}
	}
}

func TestAFieldOfTooManyValuesShowsNoSecrets(t *testing.T) {
	t.Parallel()
	preset := &Preset{ID: "p", Verify: PresetVerify{Kind: KindNone}, Methods: []string{"POST"}, JSONFields: Paths{"data"}, SecretPaths: []string{"body.data.token"}}
	b, err := Bind(gonets.Source{}, preset)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		text string
		mark gonets.Mark
	}{
		"read":     {`{"token":"hush-1","x":[]}`, ""},
		"too many": {`{"token":"hush-1","x":` + objects(60_000) + `}`, gonets.MarkUnparsed},
		"broken":   {`{"token":"hush-1","x":`, ""},
	} {
		for media, body := range map[string]string{
			formType:  "b=1&data=" + url.QueryEscape(tt.text),
			multiType: strings.Replace(manyParts(1), "name=a\r\n\r\n1", "name=data\r\n\r\n"+tt.text, 1),
		} {
			in := request(media, body)
			if p := parse(t, b, in); p.Mark != tt.mark {
				t.Errorf("%s, %s: the mark is %q", name, media, p.Mark)
			}
			scope := b.Event(event(in))
			text, _ := scope["body"].(map[string]any)["data"].(string)
			for where, s := range map[string]string{"the body": text, "raw": scope["raw"].(string), "the masked event": string(b.Mask(*event(in)).Body)} {
				if strings.Contains(s, "hush-1") {
					t.Errorf("%s, %s: the secret is in %s", name, media, where)
				}
			}
		}
	}
}

func gzipped(t *testing.T, level int, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWhyAPackedBodyIsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body []byte
		want string
	}{
		"too often": {gzipped(t, gzip.BestSpeed, make([]byte, 1<<20)), "the body unpacks to more than 100 times its size; send it unpacked"},
		"too large": {gzipped(t, gzip.NoCompression, make([]byte, 17<<20)), "the body unpacks to more than 16 MiB"},
		"broken":    {[]byte("\x1f\x8b broken"), ""},
	} {
		in := request("text/plain", string(tt.body), "Content-Encoding", "gzip")
		got := ""
		if _, err := in.Unpack(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
