package charset_test

import (
	"testing"

	"gonets/internal/charset"
)

func TestABodyIsReadInItsEncoding(t *testing.T) {
	t.Parallel()
	const cyrillic, hello = "text/plain; charset=cp1251", "\xcf\xf0\xe8\xe2\xe5\xf2"
	for name, c := range map[string]struct {
		body, kind, text, charset string
		binary                    bool
	}{
		"the type's":                          {body: hello, kind: cyrillic, text: "Привет", charset: "windows-1251"},
		"UTF-8 whatever is said":              {body: "Привет", kind: cyrillic, text: "Привет"},
		"Latin letters are the same in both":  {body: "a=%CF", kind: cyrillic, text: "a=%CF"},
		"Latin letters in UTF-16":             {body: "a\x00b\x00", kind: "text/csv; charset=utf-16le", text: "ab", charset: "utf-16le"},
		"Japanese, which is all in ASCII":     {body: "\x1b$B%\"\x1b(B", kind: "text/plain; charset=iso-2022-jp", text: "ア", charset: "iso-2022-jp"},
		"a mark in front is one of the bytes": {body: "\xff\xfe\x1f\x04", kind: "text/plain", text: "\uFEFFП", charset: "utf-16le"},
		"an XML's declaration":                {body: `<?xml version="1.0" encoding="windows-1251"?><a>` + hello + `</a>`, kind: "application/xml", text: `<?xml version="1.0" encoding="windows-1251"?><a>Привет</a>`, charset: "windows-1251"},
		"a page's head":                       {body: `<html><head><META http-equiv=x content="text/html; charset=koi8-r"><p>` + "\xf0", kind: "text/html", text: `<html><head><META http-equiv=x content="text/html; charset=koi8-r"><p>П`, charset: "koi8-r"},
		"nobody says":                         {body: hello, kind: "text/plain", binary: true},
		"an encoding that is not known":       {body: hello, kind: "text/plain; charset=klingon", binary: true},
		"a picture that is called text":       {body: "\x89PNG\r\n\x1a\n\x00\x00", kind: cyrillic, binary: true},
		"a byte that the encoding lacks":      {body: "\x98\xcf", kind: cyrillic, binary: true},
		"a picture with a mark's first bytes": {body: "\xff\xfe\x1f\x04", kind: "image/x", binary: true},
	} {
		text, label, ok := charset.Read([]byte(c.body), c.kind)
		if ok == c.binary || ok && (text != c.text || label != c.charset) {
			t.Errorf("%s: Read = %q, %q, %v", name, text, label, ok)
		}
		if again, err := charset.Encode(text, label); ok && (err != nil || string(again) != c.body) {
			t.Errorf("%s: written again it is %q, %v", name, again, err)
		}
	}
}

func TestAGivenEncodingLeavesTheRestOfAType(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"":                                "text/plain; charset=windows-1251",
		"multipart/form-data; boundary=x": "multipart/form-data; boundary=x; charset=windows-1251",
		"text/csv; charset=koi8-r":        "text/csv; charset=windows-1251",
		"text/csv; charset":               "text/csv; charset=windows-1251",
	} {
		if got := charset.Given(kind, "cp1251"); got != want {
			t.Errorf("%q: %q", kind, got)
		}
	}
}

func TestWhateverCanBeReadIsLegible(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, kind, want string }{
		"in the type's encoding":           {"\xf0", "text/plain; charset=koi8-r", "П"},
		"windows-1251 where nobody says":   {"\xcf", "", "П"},
		"UTF-8 that is called otherwise":   {"П", "text/plain; charset=windows-1251", "П"},
		"with bytes that it does not have": {"\x98\xcf", "text/plain; charset=windows-1251", "\uFFFDП"},
	} {
		if got := charset.Legible([]byte(c.body), c.kind); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
