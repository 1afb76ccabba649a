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
