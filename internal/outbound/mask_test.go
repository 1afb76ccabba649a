package outbound_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
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

func TestCredentialsAreKnownByTheirHeaders(t *testing.T) {
	t.Parallel()
	for want, names := range map[bool]string{
		true: `Authorization Proxy-Authorization X-Authorization Cookie Set-Cookie X-Api-Key apikey Api-Key X-Auth-Token X-Access-Token Private-Token
			X-Gitlab-Token X-Telegram-Bot-Api-Secret-Token X-Session-Token X-Session-Id X-Csrf-Token X-XSRF-TOKEN X-Vault-Token X-Shopify-Access-Token
			X-Amz-Security-Token X-Goog-Api-Key Ocp-Apim-Subscription-Key X-Client-Secret X-Webhook-Secret X-Secret-Key X-Auth-Key X-Auth-Password
			X-Refresh-Token token X-Token X-User-JWT X-Functions-Key X-Hub-Signature-256 X-Bizon-Signature X-A-Name-That-Is-Longer-Than-All-Others-Token`,
		false: `Idempotency-Key X-Idempotency-Key Content-Type X-Request-Id Etag Traceparent Host X-Key-Count X-Tokens-Left X-Signature-Version
			Cache-Key Author Authority X-Secretary Accept Location`,
	} {
		for name := range strings.FieldsSeq(names) {
			if got := outbound.Credential(name); got != want {
				t.Errorf("%s: %v", name, got)
			}
			shown := outbound.MaskHeaders([]gonets.Header{{Name: name, Value: "canary"}})[0].Value
			if (shown == "***") != want {
				t.Errorf("%s is shown as %q", name, shown)
			}
		}
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

func TestTheTokenOfAnOwnSourceIsNotKept(t *testing.T) {
	t.Parallel()
	location := ""
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("go") {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		}
	})
	stranger := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	})
	addr := netip.MustParseAddrPort(server.Listener.Addr().String())
	c := newClient(t, outbound.OwnAddress{BaseURL: server.URL, Listen: addr}, outbound.OwnAddress{BaseURL: "https://site.test/in"})
	port := fmt.Sprint(addr.Port())
	for _, url := range []string{
		server.URL + "/in/t0kncanary", server.URL + "/in/t0kncanary/more?a=b", server.URL + "/%69n/t0kncanary", server.URL + "/in%2Ft0kncanary",
		"http://localhost:" + port + "/in/t0kncanary", "127.0.0.1:" + port + "/in/t0kncanary", "http://u:p@127.0.0.1:" + port + "/in/t0kncanary",
		"https://site.test/in/in/t0kncanary", server.URL + "/in/t0kncanary/%zz", server.URL + "/x/../in/t0kncanary",
	} {
		for _, method := range []string{"POST", "CONNECT"} {
			ex := c.Do(context.Background(), &gonets.Request{Method: method, URL: url, Hops: gonets.MaxHops,
				Headers: []gonets.Header{{Name: "Referer", Value: server.URL + "/in/t0kncanary"}}})
			if text := fmt.Sprint(ex.URL, ex.RequestHeaders, ex.Error); strings.Contains(text, "canary") || !strings.Contains(ex.URL, "t0kn***") {
				t.Errorf("%s %s is kept as %s", method, url, text)
			}
		}
	}
	for _, location = range []string{"/in/t0kncanary", "../in/t0kncanary?x#y", "in/t0kncanary", server.URL + "/in/t0kncanary", "//localhost:" + port + "/in/t0kncanary"} {
		for _, from := range []string{server.URL + "/echo/?go", stranger.URL} {
			if from == stranger.URL && !strings.Contains(location, "//") {
				continue
			}
			for _, follow := range []bool{true, false} {
				ex := c.Do(context.Background(), &gonets.Request{URL: from, FollowRedirects: follow})
				if text := fmt.Sprint(ex.Hops, ex.ReplyHeaders, ex.Error); strings.Contains(text, "canary") {
					t.Errorf("a redirect from %s to %s is kept as %s", from, location, text)
				}
			}
		}
	}
	// Elsewhere /in/ means nothing.
	if ex := c.Do(context.Background(), &gonets.Request{URL: stranger.URL + "/in/letters"}); ex.URL != stranger.URL+"/in/letters" {
		t.Errorf("a stranger's address became %s", ex.URL)
	}
}
