package content_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/content"
)

func headers(kind string) []gonets.Header {
	return []gonets.Header{{Name: "content-type", Value: kind}}
}

func TestABodyIsShownAsTextWhereItIsText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, body string
		want       api.Content
	}{
		"UTF-8":            {"application/json", `{"a":"Я"}`, api.Content{Body: `{"a":"Я"}`}},
		"another encoding": {"text/plain; charset=windows-1251", "\xdf", api.Content{Body: "Я", Charset: "windows-1251"}},
		"bytes":            {"image/png", "\xff\x00", api.Content{Body: "/wA=", Encoding: "base64"}},
	} {
		if diff := cmp.Diff(c.want, content.Of(headers(c.kind), []byte(c.body))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAFormIsShownByItsParts(t *testing.T) {
	t.Parallel()
	const body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\xf1\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n\xff\r\n--b--\r\n"
	want := []api.Part{{Name: "a", Type: "text/plain; charset=koi8-r", Size: 1, Text: "Я"}, {Name: "f", FileName: "x.png", Type: "image/png", Size: 1}}
	if diff := cmp.Diff(want, content.Parts(headers("multipart/form-data; boundary=b"), []byte(body))); diff != "" {
		t.Error(diff)
	}
	if got := content.Parts(headers("text/plain"), []byte(body)); got != nil {
		t.Errorf("a text has parts: %+v", got)
	}
	if got := content.Beginning(strings.Repeat("я", content.MaxText)); len(got) != content.MaxText+len("…") {
		t.Errorf("%d bytes are shown", len(got))
	}
}

// What a step chose is how its bodies are read: its own Content-Type need not name
// an encoding, and a service may name a wrong one.
func TestABodyIsReadInTheEncodingOfItsStep(t *testing.T) {
	t.Parallel()
	asks := &gonets.Ask{Body: &gonets.HTTPBody{Charset: "koi8-r"}}
	st := &gonets.HTTPStep{Body: &gonets.HTTPBody{Charset: "cp1251"}, ResponseCharset: "koi8-r", Retry: &gonets.Retry{Ask: asks}}
	x := &gonets.Exchange{RequestHeaders: headers("text/csv"), RequestBody: []byte("\xdf"), ReplyHeaders: headers("text/plain; charset=windows-1251"), ReplyBody: []byte("\xf1")}
	for purpose, want := range map[gonets.Purpose]api.Content{
		"": {Body: "Я", Charset: "windows-1251"}, gonets.PurposeAskDone: {Body: "ъ", Charset: "koi8-r"}, // a question has a body of its own
	} {
		sent, came := content.Exchange(st, purpose, x)
		if diff := cmp.Diff([]api.Content{want, {Body: "Я", Charset: "koi8-r"}}, []api.Content{sent, came}); diff != "" {
			t.Errorf("%q: %s", purpose, diff)
		}
	}
	if got, _ := content.Exchange(nil, "", x); got.Encoding != api.EncodingBase64 {
		t.Errorf("without its step it is %+v", got)
	}
}

func TestAReplyThatNamesAMemberTwiceIsMarked(t *testing.T) {
	t.Parallel()
	const twice = `{"a":1,"a":2}`
	for name, c := range map[string]struct {
		response, kind, body string
		mark                 gonets.Mark
	}{
		"twice":               {"", "application/json", twice, gonets.MarkDuplicateKeys},
		"further down":        {"json", "text/html", `[{"b":{"a":1,"a":2}}]`, gonets.MarkDuplicateKeys},
		"once":                {"", "application/json", `{"a":1,"b":{"a":2}}`, ""},
		"text":                {"text", "application/json", twice, ""},
		"not called JSON":     {"by-type", "text/plain", twice, ""},
		"bytes":               {"binary", "application/json", twice, ""},
		"what broke off":      {"", "application/json", twice[:8], ""},
		"without a type also": {"", "", twice, gonets.MarkDuplicateKeys},
		"as long as may be":   {"", "", twice + strings.Repeat(" ", 1<<20-len(twice)), gonets.MarkDuplicateKeys},
		"longer":              {"", "", twice + strings.Repeat(" ", 1<<20), ""},
	} {
		if mark := content.Mark(&gonets.HTTPStep{Response: c.response}, &gonets.Exchange{ReplyHeaders: headers(c.kind), ReplyBody: []byte(c.body)}); mark != c.mark {
			t.Errorf("%s: %q", name, mark)
		}
	}
}
