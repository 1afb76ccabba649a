package outbound_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/outbound"
)

func TestCheckURLMakesTheAddressThatIsSent(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]struct {
		url     string
		notices int
	}{
		"https://example.com/a?b=c":                 {"https://example.com/a?b=c", 0},
		"HTTPS://EXAMPLE.com:443":                   {"https://example.com:443", 0},
		" \t\r\nhttps://example.com/\u200b\ufeff\n": {"https://example.com/", 1},
		"example.com/x":                             {"https://example.com/x", 1},
		"//example.com/x":                           {"https://example.com/x", 1},
		"example.com:8080/x?y":                      {"https://example.com:8080/x?y", 1},
		" localhost:8080":                           {"https://localhost:8080", 2},
		"example.com/go?to=http://x.test/":          {"https://example.com/go?to=http://x.test/", 1},
		"https://exam\u200bple.com/":                {"https://example.com/", 1},
		"https://пример.рф/путь?имя=Анна":           {"https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C?%D0%B8%D0%BC%D1%8F=%D0%90%D0%BD%D0%BD%D0%B0", 0},
		"https://ПРИМЕР.РФ./":                       {"https://xn--e1afmkfd.xn--p1ai/", 0},
		"https://xn--e1afmkfd.xn--p1ai/":            {"https://xn--e1afmkfd.xn--p1ai/", 0},
		"https://example.com/a%20b?c=%D0%90#d":      {"https://example.com/a%20b?c=%D0%90", 0},
		"https://example.com/?q=a b&w={\"x\":1}\\n": {"https://example.com/?q=a%20b&w=%7B%22x%22:1%7D%5Cn", 0},
		"https://example.com/a b/{c}":               {"https://example.com/a%20b/%7Bc%7D", 0},
		"https://example.com/a%2Fb":                 {"https://example.com/a%2Fb", 0},
		"https://example.com:/":                     {"https://example.com/", 0},
		"https://example.com:0080/":                 {"https://example.com:80/", 0},
		"https://my_host.example/?a=%zz":            {"https://my_host.example/?a=%zz", 0},
		"http://192.0.2.1./":                        {"http://192.0.2.1/", 0},
		"http://[0:0::0:1]:80/":                     {"http://[::1]:80/", 0},
		"http://[2001:DB8::A]/":                     {"http://[2001:db8::a]/", 0},
		"http://１２７.０.０.１/":                         {"http://127.0.0.1/", 0},
	} {
		got, notices, err := outbound.CheckURL(raw)
		if err != nil || got != want.url || len(notices) != want.notices {
			t.Errorf("%q: %q %q %v; want %q and %d notices", raw, got, notices, err, want.url, want.notices)
		}
	}
}

func TestCheckURLRefuses(t *testing.T) {
	t.Parallel()
	for code, list := range map[gonets.Code][]string{
		gonets.CodeBlockedURL: {
			"ftp://example.com/", "file:///etc/passwd", "gopher://x/", "data:text/html,x", "javascript:alert(1)", "ws://example.com/",
			"mailto:a@example.com", "http://user@example.com/", "http://user:canary@example.com/", "http://@example.com/",
			"http://example.com\\@evil.test/", "http://example.com/a\\b", "http://exa\nmple.com/", "http://example.com/a\r\nHost: x",
			"http://example.com/\x00", "http://example.com/\x7f", "http://[fe80::1%25eth0]/",
			"http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.0.0.01/", "http://1.2.3.4.5/", "http://x.0x7f/", "http://256.1.1.1/",
		},
		gonets.CodeBadRequest: {
			"", "  ", "https://", "https:///path", "https://?x", "http:example.com", "http:\\\\example.com", "http:/example.com", "https://a..b/", "https://.a/",
			"https://" + strings.Repeat("a", 64) + ".com/", "https://" + strings.Repeat("a.", 130) + "com/", "https://exa mple.com/", "https://exa<mple.com/",
			"https://example.com:0/", "https://example.com:65536/", "https://example.com:x/", "https://[::1/", "https://[1.2.3.4]/", "https://[::1]x/",
			"https://example.com/100%", "https://example.com/%zz", "https://example.com/\xff", "https://%31%32%37.0.0.1/", "https://a\u2028b.com.\u00a0/",
			"https://example.com/" + strings.Repeat("a", 70_000),
		},
	} {
		for _, raw := range list {
			got, _, err := outbound.CheckURL(raw)
			var e *gonets.Error
			if !errors.As(err, &e) || e.Code != code || got != "" {
				t.Errorf("%.80q: %q %v; want %s", raw, got, err, code)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error tells the password: %v", err)
			}
		}
	}
}

// FuzzCheckURL holds that what passes is one plain absolute address, which
// passes again unchanged, and that its host is the one that net/http sends.
func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"https://example.com/a?b", "пример.рф", "http://[::1]:80", "http://a@b\\c", "//x", "x:1", "http://①②⑦.⓪.⓪.①/", "https://e.x/?q=%"} {
		f.Add(s)
	}
	for _, host := range spellings {
		f.Add("http://" + host + ":8080/in/x")
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, _, err := outbound.CheckURL(raw)
		if err != nil {
			var e *gonets.Error
			if !errors.As(err, &e) || (e.Code != gonets.CodeBlockedURL && e.Code != gonets.CodeBadRequest) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		again, notices, err := outbound.CheckURL(got)
		if err != nil || again != got || len(notices) != 0 {
			t.Fatalf("%q became %q, then %q %q %v", raw, got, again, notices, err)
		}
		u, err := url.Parse(got)
		if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || (u.Scheme != "http" && u.Scheme != "https") {
			t.Fatalf("%q became %q: %+v %v", raw, got, u, err)
		}
		for i := range len(got) {
			if c := got[i]; c <= ' ' || c >= 0x7f || c == '\\' {
				t.Fatalf("%q became %q with byte %#x", raw, got, c)
			}
		}
		var out strings.Builder
		r := http.Request{Method: http.MethodGet, URL: u}
		if err := r.Write(&out); err != nil || !strings.Contains(out.String(), "\r\nHost: "+u.Host+"\r\n") || strings.Count(out.String(), "\r\n") != 4 {
			t.Fatalf("%q is sent as %q, %v", got, out.String(), err)
		}
	})
}

func TestMethod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		body bool
		want string
	}{
		{"", false, "GET"}, {"", true, "POST"}, {"get", false, "GET"}, {" patch\n", true, "PATCH"}, {"propfind", false, "PROPFIND"}, {"M-SEARCH", false, "M-SEARCH"},
		{"CONNECT", false, ""}, {"GE T", false, ""}, {"GET\r\nX: y", false, ""}, {"ПОСТ", false, ""}, {"A(B)", false, ""},
	} {
		got, err := outbound.Method(c.in, c.body)
		if got != c.want || (err == nil) != (c.want != "") || (err != nil && gonets.CodeOf(err) != gonets.CodeBadRequest) {
			t.Errorf("%q: %q %v", c.in, got, err)
		}
	}
}

func TestProtectedHeader(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Host": true, "hOsT": true, "Content-Length": true, "Transfer-Encoding": true, "connection": true, "TE": true, "Trailer": true,
		"Upgrade": true, "Proxy-Authorization": true, "proxy-connection": true, "Gonets-Hops": true,
		"Authorization": false, "Content-Type": false, "X-Host": false, "Expect": false,
	} {
		if got := outbound.ProtectedHeader(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
