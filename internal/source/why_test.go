package source

import (
	"testing"

	"gonets"
)

func TestUnreadSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		media, packing, body string
		code                 gonets.Code
		value                any
		line                 int
	}{
		"json":                 {"application/json", "", "{\n \"a\": Анна}", "unread.json", 7, 2},
		"json cut off":         {"application/json", "", `{"a":`, "unread.json", 6, 1},
		"no form, says json":   {"application/json", "", "a=1&b", "unread.json", 1, 1},
		"an unknown charset":   {"application/json; charset=x-none", "", "{}", "unread.charset", "x-none", 0},
		"text in no encoding":  {"text/plain", "", "a\xff", "unread.encoding", "utf-8", 0},
		"packed otherwise":     {"application/json", "br", "{}", "unread.packing", "br", 0},
		"gzip that is none":    {"application/json", "gzip", "{}", "unread.packing", "gzip", 0},
		"parts without border": {"multipart/form-data", "", "x", "unread.boundary", nil, 0},
		"parts cut off":        {"multipart/form-data; boundary=b", "", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "unread.parts", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := request(tt.media, tt.body)
			if tt.packing != "" {
				in.Headers = append(in.Headers, gonets.Header{Name: "Content-Encoding", Value: tt.packing})
			}
			ev := gonets.Event{Method: in.Method, Headers: in.Headers, Body: in.Body}
			why := bind(t, gonets.Source{}).Unread(&ev)
			if why == nil {
				t.Fatal("it was read")
			}
			var value any
			if len(why.Values) > 0 {
				value = why.Values[0]
			}
			if why.Code != tt.code || value != tt.value || why.Line != tt.line || why.Pointer != "/body" {
				t.Errorf("%+v", *why)
			}
		})
	}
	read := gonets.Event{Headers: request("application/json", "").Headers, Body: []byte("{}")}
	if why := bind(t, gonets.Source{}).Unread(&read); why != nil {
		t.Errorf("what was read has a reason: %+v", *why)
	}
}
