package webui

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const index = `<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/assets/app-1.js"></script>`

func built(t *testing.T) *Handler {
	t.Helper()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	h, err := New(fstest.MapFS{
		".keep": file("x"), "index.html": file(index), "index.html.gz": file("g"),
		"assets/app-1.js": file("a long script"), "assets/app-1.js.br": file("br"), "assets/app-1.js.gz": file("gzip"),
		"assets/tiny-2.css": file("a"), "assets/tiny-2.css.br": file("longer than the file"), "favicon.svg": file("<svg/>"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h *Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for _, head := range headers {
		name, v, _ := strings.Cut(head, ": ")
		r.Header.Add(name, v)
	}
	w := httptest.NewRecorder()
	if !h.Handles(r) {
		w.WriteHeader(http.StatusTeapot) // it is for somebody else
		return w
	}
	h.ServeHTTP(w, r)
	return w
}

const browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"

func TestWhatBelongsToTheInterface(t *testing.T) {
	t.Parallel()
	h := built(t)
	const notOurs = http.StatusTeapot
	for _, tc := range []struct {
		method, target, accept string
		status                 int
	}{
		{"GET", "/", "", 200},
		{"GET", "/", browser, 200},
		{"HEAD", "/scenarios/lead-to-crm", browser, 200},
		{"GET", "/runs/0199-x/?a=1", browser, 200},
		{"GET", "/setup", browser, 200},
		{"GET", "/scenarios/a.b", browser, 200},
		{"GET", "/index.html", browser, 200},
		{"GET", "/inbox", browser, 200},
		{"GET", "/assets/app-1.js", "", 200},
		{"GET", "/favicon.svg", "", 200},
		{"GET", "/assets/app-0.js", browser, 404},
		{"GET", "/assets/", browser, 404},
		{"GET", "/assets/app-1.js.br", "", 404},
		{"GET", "/.keep", "", notOurs},
		{"GET", "/favicon.ico", "Accept: image/*", notOurs},
		{"GET", "/scenarios", "Accept: application/json", notOurs},
		{"POST", "/", browser, notOurs},
		{"GET", "/api", browser, notOurs},
		{"GET", "/api/v1/nothing", browser, notOurs},
		{"GET", "/in/x", browser, notOurs},
		{"GET", "/echo/x", browser, notOurs},
		{"GET", "/healthz", browser, notOurs},
		{"GET", "/readyz", browser, notOurs},
		{"GET", "/metrics", browser, notOurs},
		{"GET", "/.well-known/gonets-challenge/x", browser, notOurs},
		{"GET", "/a/../api/v1/runs", browser, notOurs},
		{"GET", "//evil.test", browser, notOurs},
	} {
		if got := ask(h, tc.method, tc.target, tc.accept); got.Code != tc.status {
			t.Errorf("%s %s (%s): %d, want %d", tc.method, tc.target, tc.accept, got.Code, tc.status)
		}
	}
}

func TestPageHasAFreshNonceAndAStrictPolicy(t *testing.T) {
	t.Parallel()
	h := built(t)
	nonce := regexp.MustCompile(`nonce-([\w-]{20,})'`)
	seen := map[string]bool{}
	for range 3 {
		got := ask(h, http.MethodGet, "/runs", browser)
		csp := got.Header().Get("Content-Security-Policy")
		m := nonce.FindStringSubmatch(csp)
		if m == nil || seen[m[1]] {
			t.Fatalf("the nonce is missing or was used before: %s", csp)
		}
		seen[m[1]] = true
		if want := strings.ReplaceAll(index, "__CSP_NONCE__", m[1]); got.Body.String() != want {
			t.Errorf("the page is %s", got.Body)
		}
		want := "default-src 'none'; script-src 'self' 'nonce-N'; style-src 'self' 'nonce-N'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
			"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
		if strings.ReplaceAll(csp, m[1], "N") != want {
			t.Errorf("the policy is %s", csp)
		}
		if got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("X-Content-Type-Options") != "nosniff" ||
			got.Header().Get("Content-Length") != strconv.Itoa(got.Body.Len()) {
			t.Errorf("headers %v", got.Header())
		}
	}
	if got := ask(h, http.MethodHead, "/runs", browser); got.Body.Len() != 0 || got.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %d bytes, %v", got.Body.Len(), got.Header())
	}
}

func TestFilesAreSentPackedToThoseWhoUnpack(t *testing.T) {
	t.Parallel()
	h := built(t)
	for accept, want := range map[string]string{
		"gzip, deflate, br, zstd": "br", "gzip": "gzip", "GZIP;q=0.5": "gzip", "br;q=0, gzip": "gzip", "br; q=0.0, *": "gzip", "*": "br",
		"identity": "", "": "", "br;q=0, gzip;q=0": "", "brotli": "", "br;q=x": "",
	} {
		got := ask(h, http.MethodGet, "/assets/app-1.js", "Accept-Encoding: "+accept)
		body := map[string]string{"br": "br", "gzip": "gzip", "": "a long script"}[want]
		head := got.Header()
		if head.Get("Content-Encoding") != want || got.Body.String() != body || head.Get("Vary") != "Accept-Encoding" ||
			head.Get("Content-Length") != strconv.Itoa(len(body)) || head.Get("Content-Type") != "text/javascript; charset=utf-8" ||
			head.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%q: %s %v", accept, got.Body, head)
		}
	}
	if got := ask(h, http.MethodGet, "/assets/tiny-2.css", "Accept-Encoding: br"); got.Body.String() != "a" || got.Header().Get("Vary") != "" {
		t.Errorf("a twin that is larger was sent: %s %v", got.Body, got.Header())
	}
}

func TestFilesWithoutAHashAreAskedForAgain(t *testing.T) {
	t.Parallel()
	h := built(t)
	first := ask(h, http.MethodGet, "/favicon.svg")
	etag := first.Header().Get("ETag")
	if first.Header().Get("Cache-Control") != "no-cache" || etag == "" || first.Header().Get("Content-Type") != "image/svg+xml" {
		t.Fatalf("headers %v", first.Header())
	}
	for match, want := range map[string]int{etag: 304, "W/" + etag: 304, `"x", ` + etag: 304, "*": 304, `"x"`: 200} {
		if got := ask(h, http.MethodGet, "/favicon.svg", "If-None-Match: "+match); got.Code != want || want == 304 && got.Body.Len() > 0 {
			t.Errorf("If-None-Match %s: %d %s", match, got.Code, got.Body)
		}
	}
	packed := ask(h, http.MethodGet, "/assets/app-1.js", "Accept-Encoding: br").Header().Get("ETag")
	if plain := ask(h, http.MethodGet, "/assets/app-1.js").Header().Get("ETag"); plain == packed {
		t.Error("two forms have one ETag")
	}
}

func TestFolderWithoutAPageIsNoInterface(t *testing.T) {
	t.Parallel()
	if _, err := New(fstest.MapFS{".keep": {}}); err == nil {
		t.Error("it was taken for one")
	}
}
