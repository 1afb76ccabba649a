package ingest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]address{
		"/in/tok":                 {token: "tok"},
		"/in/tok/":                {token: "tok"},
		"/in/tok///":              {token: "tok"},
		"//in//tok":               {token: "tok"},
		"/IN/tok":                 {token: "tok"},
		"/in":                     {},
		"/in/":                    {},
		"/in/tok/orders/7":        {token: "tok", rest: "/orders/7"},
		"/in/tok/orders/":         {token: "tok", rest: "/orders/"},
		"/in/tok//a%2Fb":          {token: "tok", rest: "/a%2Fb"},
		"/in/tok/../x":            {token: "tok", rest: "/../x"},
		"/in/tok/batch":           {token: "tok", action: "batch"},
		"/in/tok/Batch/":          {token: "tok", action: "batch"},
		"/in/tok/batch/x":         {token: "tok", rest: "/batch/x"},
		"/in/tok/PING":            {token: "tok", action: "ping"},
		"/in/tok/status/k-1":      {token: "tok", action: "status", arg: "k-1"},
		"/in/tok/status/a%2Fb/":   {token: "tok", action: "status", arg: "a/b"},
		"/in/tok/status/a/b":      {token: "tok", action: "status", arg: "a/b"},
		"/in/tok/status":          {token: "tok", rest: "/status"},
		"/in/tok/retry/019abc":    {token: "tok", action: "retry", arg: "019abc"},
		"/in/%74ok":               {token: "tok"},
		"/in/tok/%D0%B7%D0%B0%D1": {token: "tok", rest: "/%D0%B7%D0%B0%D1"},
	} {
		a, ok := parseAddress(path)
		if diff := cmp.Diff(want, a, cmp.AllowUnexported(address{})); !ok || diff != "" {
			t.Errorf("%s: %t %s", path, ok, diff)
		}
	}
	for _, path := range []string{"", "/", "/inn/tok", "/api/v1/in/tok", "*"} {
		if a, ok := parseAddress(path); ok {
			t.Errorf("%s was taken for %+v", path, a)
		}
	}
}

func TestNoPathIsEverRedirected(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	// A GET is what a browser follows a redirect with, and a mux redirects.
	b.store.sources[token] = gonets.Source{Name: "main", Accept: &gonets.AcceptRules{Methods: []string{"GET", "POST", "PUT"}}}
	for path, status := range map[string]int{
		"/in/" + token: 200, "/in/" + token + "/": 200, "/in/" + token + "//": 200, "//in//" + token: 200,
		"/IN/" + token: 200, "/In/" + token + "/a/../b": 200, "/in/./" + token: 404, "/in//" + token + "/x//y/": 200,
		"/in/" + strings.ToUpper(token): 200, "/in": 404, "/in/": 404, "/in/none-such": 404, "/in/none-such/": 404,
		"/in/" + token + "/%2e%2e/%2F": 200, "/in/" + token + "/ping/x": 200,
		"/in/../api": 404, "/in/../api/v1/runs": 404, "/in/%2e%2e/api": 404, "/in/..": 404, "/in/.": 404, "/in//../../": 404,
		"/in/%2Fapi": 404, "/in/..%2Fapi": 404, "/in/%5C%5Cevil.example.test": 404, "/in//evil.example.test/..": 404,
		"///in///" + token + "///": 200, "/in/" + token + "/..": 200, "/in/" + token + "/.": 200, "/in/" + token + "/../../api": 200,
	} {
		for _, method := range []string{"POST", "post", "Put", "GET"} {
			req, err := http.NewRequest(method, b.server.URL, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			if u, err := url.ParseRequestURI(path); err != nil || !Handles(&http.Request{URL: u}) {
				t.Errorf("%s is not for us: %v", path, err)
			}
			req.URL.Opaque = "//" + req.URL.Host + path
			g := b.send(t, req)
			if g.status != status {
				t.Errorf("%s %s: %d, want %d: %s", method, path, g.status, status, g.text)
			}
			if g.status == http.StatusNotFound {
				refused(t, g, gonets.CodeAddressUnknown)
			}
			for _, name := range []string{"Location", "Set-Cookie", "WWW-Authenticate"} {
				if v := g.header.Get(name); v != "" {
					t.Errorf("%s: header %s: %s", path, name, v)
				}
			}
			if g.header.Get("Content-Length") == "" || g.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: headers %v", path, g.header)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{Preset: "tilda", CORS: "https://shop.example.test"})
	g := b.do(t, http.MethodGet, "", "")
	refused(t, g, gonets.CodeMethodNotAllowed)
	if got := g.header.Get("Allow"); got != "POST, HEAD, OPTIONS" {
		t.Errorf("Allow is %q", got)
	}
	g = b.do(t, http.MethodPost, "/ping", "")
	refused(t, g, gonets.CodeMethodNotAllowed)
	if got := g.header.Get("Allow"); got != "GET, HEAD, OPTIONS" {
		t.Errorf("Allow of ping is %q", got)
	}
	if g = b.do(t, http.MethodHead, "", ""); g.status != http.StatusOK || g.text != "" {
		t.Errorf("HEAD: %d %q", g.status, g.text)
	}
	g = b.do(t, http.MethodOptions, "", "", "Origin", "https://shop.example.test",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-api-key")
	want := map[string]string{
		"Access-Control-Allow-Origin": "https://shop.example.test", "Vary": "Origin",
		"Access-Control-Allow-Methods": "POST, HEAD, OPTIONS", "Access-Control-Allow-Headers": "x-api-key",
	}
	for name, v := range want {
		if got := g.header.Get(name); got != v {
			t.Errorf("preflight: %s is %q, want %q", name, got, v)
		}
	}
	if n := len(b.store.all()); n != 0 || g.status != http.StatusOK {
		t.Errorf("%d events, status %d", n, g.status)
	}
	narrow := newBench(t, gonets.Source{Accept: &gonets.AcceptRules{Methods: []string{"PUT"}}})
	refused(t, narrow.do(t, http.MethodPost, "", "x"), gonets.CodeMethodNotAllowed)
	if g := narrow.do(t, http.MethodPut, "", "x"); g.status != http.StatusOK {
		t.Errorf("PUT: %d", g.status)
	}
}

func TestWhatIsKeptOfARequest(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{Order: "body.order", DedupeWindow: new(gonets.Duration)})
	*b.store.sources[token].DedupeWindow = gonets.Duration(time.Hour)
	b.store.makes = func(ev *gonets.Event) ([]gonets.Run, bool) {
		runs, _ := oneRun(ev)
		return append(runs, gonets.Run{ID: "unleased"}), false
	}
	b.do(t, http.MethodPost, "/orders/7?a=%31&a=2", `{"order": 7}`, "Content-Type", "application/json",
		"X-Forwarded-For", "203.0.113.9", "Gonets-Hops", "3")
	all := b.store.all()
	if len(all) != 1 {
		t.Fatalf("%d events", len(all))
	}
	ev := all[0].Event
	if ev.Method != http.MethodPost || ev.Path != "/orders/7" || ev.RawQuery != "a=%31&a=2" || ev.Remote != "127.0.0.1" ||
		ev.Hops != 3 || ev.OrderKey != "main/7" || ev.ContentType != "application/json" || ev.Source != "main" ||
		!ev.ReceivedAt.Equal(b.clock.Now()) || all[0].DedupeWindow != time.Hour {
		t.Errorf("got %+v, window %s", ev, all[0].DedupeWindow)
	}
	if len(b.engine.jobs) != 1 || b.engine.jobs[0].Event.ID != ev.ID || b.engine.events != 1 {
		t.Errorf("handed over: %+v, counted %d", b.engine.jobs, b.engine.events)
	}
	want := map[string]any{"order": json.Number("7")}
	if d := b.engine.jobs[0].Decoded; d == nil || !cmp.Equal(want, d.Object["body"]) || d.Object["id"] != ev.ID {
		t.Errorf("taken apart: %+v", d)
	}
}

func TestJSONThatLooksLikeOursStaysData(t *testing.T) {
	t.Parallel()
	body := `{"files":{"f":{"filename":"x","path":"/etc/passwd","type":"text/plain"}},"event":{"id":"1"},"source":"other",` +
		`"answer":{"status":500},"steps":{"a":1},"secret":"NAME"}`
	b := newBench(t, gonets.Source{})
	for _, media := range []string{"application/json", "multipart/form-data", "multipart/form-data; boundary=x",
		"application/x-www-form-urlencoded", "text/plain", "application/xml", "image/png", ""} {
		headers := []string{"Content-Type", media}
		if media == "" {
			headers = nil
		}
		g := b.do(t, http.MethodPost, "", body, headers...)
		all := b.store.all()
		ev := all[len(all)-1].Event
		if g.status != http.StatusOK || string(ev.Body) != body || ev.Source != "main" || ev.Answer != nil || ev.Item != nil {
			t.Errorf("%s: %d, %+v", media, g.status, ev)
		}
	}
}

func TestFailuresOfTheStore(t *testing.T) {
	t.Parallel()
	for code, after := range map[gonets.Code]string{
		gonets.CodeBusy: "1", gonets.CodeDiskFull: "30", gonets.CodeStoreFailed: "5", gonets.CodeInternal: "",
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, gonets.Source{})
			b.store.fail = gonets.Errorf(code, "the disk /var/lib/secret-place said no")
			g := b.do(t, http.MethodPost, "", "x")
			refused(t, g, code)
			if g.header.Get("Retry-After") != after {
				t.Errorf("Retry-After is %q, want %q", g.header.Get("Retry-After"), after)
			}
			if strings.Contains(g.text, "secret-place") {
				t.Errorf("a detail for the log is in the answer: %s", g.text)
			}
		})
	}
}

func TestAStoppingServerTakesNothingNew(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	close(b.stop)
	g := b.do(t, http.MethodPost, "", "x")
	refused(t, g, gonets.CodeStopping)
	if g.header.Get("Retry-After") != "5" || len(b.store.all()) != 0 {
		t.Errorf("Retry-After %q, %d events", g.header.Get("Retry-After"), len(b.store.all()))
	}
}

func TestAProtectedSourceWithoutItsSecretLetsNobodyIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{Verify: &gonets.Verify{Kind: "token", Secret: "key"}})
	g := b.do(t, http.MethodPost, "", "x", "X-Api-Key", "")
	refused(t, g, gonets.CodeSecretMissing)
	if g.header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After is %q", g.header.Get("Retry-After"))
	}
	b.store.secrets["key"] = "right"
	for _, path := range []string{"", "/ping", "/batch", "/status/x", "/retry/x"} {
		method := http.MethodPost
		if path == "/ping" || path == "/status/x" {
			method = http.MethodGet
		}
		refused(t, b.do(t, method, path, "[1]", "X-Api-Key", "wrong"), gonets.CodeSignature)
	}
	if g := b.do(t, http.MethodPost, "", "x", "X-Api-Key", "right"); g.status != http.StatusOK {
		t.Errorf("the right token got %d %s", g.status, g.text)
	}
	delete(b.store.secrets, "key")
	refused(t, b.do(t, http.MethodPost, "", "x", "X-Api-Key", "right"), gonets.CodeSecretMissing)
	if n := len(b.store.all()); n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestASignatureThatSeemsOldBecauseOurOwnClockWasSet(t *testing.T) {
	t.Parallel()
	set := "This server's own clock went back by 1h0m0s, 3s ago."
	b := newBench(t, gonets.Source{Verify: &gonets.Verify{Kind: "hmac", Header: "S", Secret: "key", Signed: "{timestamp}.{body}",
		Timestamp: &gonets.Timestamp{In: "header", Name: "T"}}}, func(o *Options) { o.ClockSet = func() string { return set } })
	b.store.secrets["key"] = "k"
	send := func(stamp string) got {
		mac := hmac.New(sha256.New, []byte("k"))
		mac.Write([]byte(stamp + ".x"))
		return b.do(t, http.MethodPost, "", "x", "T", stamp, "S", hex.EncodeToString(mac.Sum(nil)))
	}
	for _, want := range []string{set, ""} {
		set = want
		g := send("0")
		refused(t, g, gonets.CodeSignatureStale)
		if strings.Contains(g.text, "own clock") != (want != "") || !strings.Contains(g.text, want) {
			t.Errorf("said %s", g.text)
		}
	}
	if g := send(strconv.FormatInt(b.clock.Now().Unix(), 10)); g.status != http.StatusOK {
		t.Errorf("a good time got %s", g.text)
	}
}

func TestWhoeverWatchesHearsOfANewEvent(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	hints, end := b.bus.Subscribe(8)
	defer end()
	for range 2 {
		if g := b.do(t, http.MethodPost, "", "x", "Idempotency-Key", "k"); g.status != http.StatusOK {
			t.Fatalf("%d %s", g.status, g.text)
		}
	}
	if len(hints) != 1 {
		t.Fatalf("%d hints of an event and its repeat", len(hints))
	}
	if c := <-hints; c.Kind != "event" || c.ID == "" || c.Source != "main" || c.Event != "" {
		t.Errorf("%+v", c)
	}
}

func TestASourceIsReadAgainWhenItChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	send := func(want int) {
		t.Helper()
		if g := b.do(t, http.MethodPost, "", "x"); g.status != want {
			t.Errorf("got %d, want %d: %s", g.status, want, g.text)
		}
	}
	change := func(status int) {
		b.store.mu.Lock()
		defer b.store.mu.Unlock()
		b.store.sources[token] = gonets.Source{Name: "main", Reply: &gonets.SourceReply{Status: status}}
	}
	send(200)
	send(200)
	if b.store.lookups != 1 {
		t.Errorf("%d look-ups", b.store.lookups)
	}
	change(201)
	b.bus.Publish(gonets.Change{Kind: "run"})
	send(200)
	b.bus.Publish(gonets.Change{Kind: "config"})
	send(201)
	change(202)
	// The hint was lost among others: a full buffer counts as a change.
	for range hintBuffer {
		b.bus.Publish(gonets.Change{Kind: "run"})
	}
	b.bus.Publish(gonets.Change{Kind: "config"})
	send(202)
	change(203)
	b.clock.Advance(cacheFor)
	send(203)
	b.store.mu.Lock()
	delete(b.store.sources, token)
	b.store.mu.Unlock()
	b.bus.Publish(gonets.Change{Kind: "config"})
	send(404)
}

func TestASourceThatChangesWhileItIsReadIsNotKept(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	b.store.afterLookup = func() {
		b.store.afterLookup = nil
		b.store.sources[token] = gonets.Source{Name: "main", Reply: &gonets.SourceReply{Status: 201}}
		b.bus.Publish(gonets.Change{Kind: "config"})
	}
	b.do(t, http.MethodPost, "", "x")
	if g := b.do(t, http.MethodPost, "", "x"); g.status != 201 {
		t.Errorf("the old settings were kept: %d", g.status)
	}
}

func TestPingMakesNoEvent(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{Title: "Сайт"})
	got := b.do(t, http.MethodGet, "/ping", "").json(t)
	want := map[string]any{"success": true, "source": "main", "title": "Сайт", "version": "1.2.3", "time": "2026-03-02T09:00:00.000Z"}
	if diff := cmp.Diff(want, got); diff != "" || len(b.store.all()) != 0 {
		t.Errorf("%d events, %s", len(b.store.all()), diff)
	}
}
