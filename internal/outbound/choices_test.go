package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/outbound"
)

func TestABodyIsPackedOnItsWay(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var bodies [][]byte
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPost && r.Header.Get("Content-Encoding") != "gzip" || r.ContentLength != int64(len(raw)) {
			t.Errorf("%s %q of %d bytes, %d came", r.URL.Path, r.Header.Get("Content-Encoding"), r.ContentLength, len(raw))
		}
		if r.Method == http.MethodGet && (r.Header.Get("Content-Encoding") != "" || len(raw) > 0) {
			t.Errorf("a GET after a redirect came with %q and %d bytes", r.Header.Get("Content-Encoding"), len(raw))
		}
		mu.Lock()
		bodies = append(bodies, raw)
		mu.Unlock()
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
		case "/other":
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}
	})
	c := newClient(t)
	body := []byte(strings.Repeat("Псков ", 1000))
	for _, path := range []string{"/", "/same", "/other"} {
		r := &gonets.Request{Method: "POST", URL: server.URL + path, Body: body, Gzip: true, FollowRedirects: true}
		shown := c.Preview(r)
		x := c.Do(t.Context(), r)
		expect(t, x, gonets.OutcomeOK, "")
		if !x.Gzip || !bytes.Equal(x.RequestBody, body) || gonets.HeaderValue(x.RequestHeaders, "Content-Encoding") != "gzip" {
			t.Errorf("%s: the record is %v %q", path, x.Gzip, x.RequestHeaders)
		}
		if diff := cmp.Diff(x.RequestHeaders, shown.RequestHeaders); diff != "" || !bytes.Equal(shown.RequestBody, body) {
			t.Errorf("sent (-) and shown (+) differ:\n%s", diff)
		}
	}
	x := c.Do(t.Context(), &gonets.Request{Method: "GET", URL: server.URL, Gzip: true})
	if expect(t, x, gonets.OutcomeOK, ""); x.Gzip {
		t.Error("nothing was packed")
	}
	mu.Lock()
	defer mu.Unlock()
	for i, raw := range bodies[:len(bodies)-1] {
		if len(raw) == 0 && i == len(bodies)-2 {
			continue // the GET that a redirect led to
		}
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(i, err)
		}
		plain, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(plain, body) || !bytes.Equal(raw, bodies[0]) || len(raw) > len(body)/10 {
			t.Errorf("body %d: %d bytes, %v", i, len(raw), err)
		}
	}
	if len(bodies) != 6 {
		t.Errorf("%d requests", len(bodies))
	}
}

func TestTheNameInTheCertificateMayBeAnother(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	server, _ := serveTLS(t, true, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, hello.ServerName)
		return nil, nil //nolint:nilnil // the server's own one serves
	}})
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate()) // for example.com and 127.0.0.1
	c := newClient(t)
	c.Trust(roots)
	byName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	do := func(url, name string) *gonets.Exchange {
		return c.Do(context.Background(), &gonets.Request{URL: url, ServerName: name})
	}
	refused := do(byName, "")
	expect(t, refused, gonets.OutcomeNetwork, gonets.CodeTLS)
	expect(t, do(byName, "example.com"), gonets.OutcomeOK, "")
	// A connection that was made under one name is no one else's.
	expect(t, do(byName, ""), gonets.OutcomeNetwork, gonets.CodeTLS)
	wrong := do(byName, "other.test")
	expect(t, wrong, gonets.OutcomeNetwork, gonets.CodeTLS)
	if !strings.Contains(wrong.Error, "is not for other.test, which the step asks for") {
		t.Error(wrong.Error)
	}
	expect(t, do(byName, "example.com"), gonets.OutcomeOK, "")
	mu.Lock()
	if diff := cmp.Diff([]string{"localhost", "example.com", "localhost", "other.test"}, asked); diff != "" {
		t.Errorf("the names that were asked for differ: %s", diff)
	}
	mu.Unlock()
	// The guard judges the address, whatever the name.
	c.SetPolicy(outbound.Policy{})
	expect(t, do(byName, "example.com"), gonets.OutcomeBlocked, gonets.CodeBlockedAddress)
}

func TestTheNameDoesNotFollowARedirectElsewhere(t *testing.T) {
	t.Parallel()
	second, _ := serveTLS(t, false, nil)
	elsewhere := strings.Replace(second.URL, "127.0.0.1", "localhost", 1)
	first, _ := serveTLS(t, false, nil)
	first.Config.Handler = http.RedirectHandler(elsewhere, http.StatusFound)
	roots := x509.NewCertPool()
	roots.AddCert(first.Certificate())
	c := newClient(t)
	c.Trust(roots)
	x := c.Do(t.Context(), &gonets.Request{URL: strings.Replace(first.URL, "127.0.0.1", "localhost", 1), ServerName: "example.com", FollowRedirects: true})
	if x.Status != http.StatusFound || x.Code != gonets.CodeTLS || !strings.Contains(x.Error, "is for another name") {
		t.Errorf("%d %s %s", x.Status, x.Code, x.Error)
	}
}

// at is a moment of the cookies' tests.
var at = time.Date(2026, 9, 21, 12, 0, 0, 0, time.UTC)

func TestCookiesFollowRFC6265(t *testing.T) {
	t.Parallel()
	from := func(url, line string) gonets.Cookie { return gonets.Cookie{URL: url, Line: line, At: at} }
	for name, tt := range map[string]struct {
		jar       []gonets.Cookie
		url, want string
		after     time.Duration
	}{
		"the same host":                {[]gonets.Cookie{from("https://a.test/login", "sid=1; HttpOnly")}, "https://a.test/x", "sid=1", 0},
		"another host":                 {[]gonets.Cookie{from("https://a.test/", "sid=1")}, "https://b.test/", "", 0},
		"a host below gets none":       {[]gonets.Cookie{from("https://a.test/", "sid=1")}, "https://x.a.test/", "", 0},
		"a domain's hosts share":       {[]gonets.Cookie{from("https://in.shop.ru/", "sid=1; Domain=shop.ru")}, "https://api.shop.ru/", "sid=1", 0},
		"no foreign domain":            {[]gonets.Cookie{from("https://a.ru/", "sid=1; Domain=b.ru")}, "https://b.ru/", "", 0},
		"a public suffix is no domain": {[]gonets.Cookie{from("https://a.co.uk/", "sid=1; Domain=co.uk")}, "https://b.co.uk/", "", 0},
		"nor one of a hosting":         {[]gonets.Cookie{from("https://a.github.io/", "sid=1; Domain=github.io")}, "https://b.github.io/", "", 0},
		"secure stays on TLS":          {[]gonets.Cookie{from("https://a.test/", "sid=1; Secure")}, "http://a.test/", "", 0},
		"a path":                       {[]gonets.Cookie{from("https://a.test/", "sid=1; Path=/api")}, "https://a.test/apis", "", 0},
		"the path of its address":      {[]gonets.Cookie{from("https://a.test/in/login", "sid=1")}, "https://a.test/out", "", 0},
		"the longest path first":       {[]gonets.Cookie{from("https://a.test/", "a=1; Path=/"), from("https://a.test/", "b=2; Path=/x")}, "https://a.test/x/", "b=2; a=1", 0},
		"the last of a name":           {[]gonets.Cookie{from("https://a.test/", "a=1"), from("https://a.test/", "a=2")}, "https://a.test/", "a=2", 0},
		"one that is taken back":       {[]gonets.Cookie{from("https://a.test/", "a=1"), from("https://a.test/", "a=; Max-Age=0")}, "https://a.test/", "", 0},
		"an age that lasts":            {[]gonets.Cookie{from("https://a.test/", "a=1; Max-Age=60")}, "https://a.test/", "a=1", 59 * time.Second},
		"an age that is over":          {[]gonets.Cookie{from("https://a.test/", "a=1; Max-Age=60")}, "https://a.test/", "", time.Minute},
		"an age beyond all measure":    {[]gonets.Cookie{from("https://a.test/", "a=1; Max-Age=9999999999999")}, "https://a.test/", "a=1", time.Hour},
		"a date that is over":          {[]gonets.Cookie{from("https://a.test/", "a=1; Expires=Mon, 21 Sep 2026 12:00:30 GMT")}, "https://a.test/", "", time.Minute},
		"a date that lasts":            {[]gonets.Cookie{from("https://a.test/", "a=1; Expires=Mon, 21 Sep 2026 12:00:30 GMT")}, "https://a.test/", "a=1", time.Second},
		"a session has no end":         {[]gonets.Cookie{from("https://a.test/", "a=1")}, "https://a.test/", "a=1", 1000 * time.Hour},
		"what is no cookie":            {[]gonets.Cookie{from("https://a.test/", ";;"), from("https://a.test/", "a=1")}, "https://a.test/", "a=1", 0},
		"a quoted value":               {[]gonets.Cookie{from("https://a.test/", `a="1 2"`)}, "https://a.test/", `a="1 2"`, 0},
	} {
		if got := outbound.CookieHeader(&gonets.Request{URL: tt.url, Jar: tt.jar}, at.Add(tt.after)); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestCookiesTravelWithARunAlone(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	var home, other string
	handler := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		got = append(got, r.URL.Path+" "+r.Header.Get("Cookie"))
		mu.Unlock()
		switch r.URL.Path {
		case "/login":
			w.Header().Add("Set-Cookie", "sid=s3cretvalue; Path=/")
			w.Header().Add("Set-Cookie", "lang=ru; Path=/")
			http.Redirect(w, r, "/home?token=x", http.StatusSeeOther)
		case "/away":
			http.Redirect(w, r, other, http.StatusFound)
		case "/stranger":
			http.Redirect(w, r, home+"/back", http.StatusFound)
		}
	}
	server := serve(t, handler)
	stranger := serve(t, handler)
	home = server.URL
	other = strings.Replace(stranger.URL, "127.0.0.1", "localhost", 1) + "/stranger"
	c := closing(t, outbound.New(outbound.Options{Clock: fixed{now: at}, Policy: outbound.Policy{Allow: loopback}}))
	do := func(path string, jar []gonets.Cookie, headers ...gonets.Header) *gonets.Exchange {
		x := c.Do(t.Context(), &gonets.Request{Method: "POST", URL: server.URL + path, Body: []byte{}, Jar: jar, Headers: headers, FollowRedirects: true})
		expect(t, x, gonets.OutcomeOK, "")
		return x
	}
	jar := do("/login", []gonets.Cookie{}).Cookies
	want := []gonets.Cookie{{URL: server.URL + "/login", Line: "sid=s3cretvalue; Path=/", At: at}, {URL: server.URL + "/login", Line: "lang=ru; Path=/", At: at}}
	if diff := cmp.Diff(want, jar); diff != "" {
		t.Error(diff)
	}
	x := do("/next", jar)
	if v := gonets.HeaderValue(x.RequestHeaders, "Cookie"); v != "***" {
		t.Errorf("the record of the cookies is %q", v)
	}
	do("/away", jar)
	do("/own", jar, gonets.Header{Name: "cookie", Value: "mine=1"})
	if x := do("/login", nil); x.Cookies != nil {
		t.Errorf("a step without cookies kept %v", x.Cookies)
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff([]string{"/login ", "/home sid=s3cretvalue; lang=ru", "/next sid=s3cretvalue; lang=ru",
		"/away sid=s3cretvalue; lang=ru", "/back sid=s3cretvalue; lang=ru", "/own mine=1", "/login ", "/home "}, slicesWithout(got, "/stranger")); diff != "" {
		t.Error(diff)
	}
}

// slicesWithout checks that what came to a path came without cookies, and leaves it out.
func slicesWithout(got []string, path string) (out []string) {
	for _, line := range got {
		if line != path+" " {
			out = append(out, line)
		}
	}
	return out
}
