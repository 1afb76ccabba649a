package outbound_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/outbound"
)

func TestMaskHeaders(t *testing.T) {
	t.Parallel()
	in := []gonets.Header{
		{Name: "authorization", Value: "Bearer canary"}, {Name: "Authorization", Value: "canary"}, {Name: "Authorization", Value: "my canary"},
		{Name: "Authorization", Value: "Bearer "}, {Name: "Proxy-Authorization", Value: "Basic Y2FuYXJ5"}, {Name: "Cookie", Value: "a=canary; b=c"},
		{Name: "Set-Cookie", Value: "s=canary; Path=/"}, {Name: "X-API-KEY", Value: "canary"},
		{Name: "Location", Value: "https://x.test/?access_token=canary&a=b"}, {Name: "Content-Type", Value: "text/plain; key=1"}, {Name: "X-Api-Key", Value: ""},
	}
	want := []string{"Bearer ***", "***", "***", "***", "Basic ***", "***", "***", "***", "https://x.test/?access_token=***&a=b", "text/plain; key=1", ""}
	got := outbound.MaskHeaders(in)
	for i := range got {
		if got[i].Name != in[i].Name || got[i].Value != want[i] {
			t.Errorf("%v became %q, want %q", in[i], got[i].Value, want[i])
		}
	}
	if in[0].Value != "Bearer canary" {
		t.Error("the original was changed")
	}
}

func TestMaskURL(t *testing.T) {
	t.Parallel()
	got, want := map[string]string{}, map[string]string{
		"https://x.test/":                              "https://x.test/",
		"https://x.test/token=a?b=c":                   "https://x.test/token=a?b=c",
		"https://x.test/?token=canary":                 "https://x.test/?token=***",
		"https://x.test/?a=%20b&API_KEY=canary&c=d":    "https://x.test/?a=%20b&API_KEY=***&c=d",
		"https://x.test/?%74oken=canary&token=canary2": "https://x.test/?%74oken=***&token=***",
		"https://x.test/?token=can;ary?x=1#y":          "https://x.test/?token=***#y",
		"https://x.test/?a=1;token=canary;b=2&c=3":     "https://x.test/?a=1;token=***&c=3",
		"https://x.test/?b#access_token=canary&x=1":    "https://x.test/?b#access_token=***&x=1",
		"https://u:canary@x.test/?sig=canary":          "https://***@x.test/?sig=***",
		"https://x.test/?token=&keys=1&monkey=2":       "https://x.test/?token=&keys=1&monkey=2",
		"/relative?password=canary":                    "/relative?password=***",
		"":                                             "",
	}
	for in := range want {
		got[in] = outbound.MaskURL(in)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
