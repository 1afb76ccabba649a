package peer

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestForwardedHeadersAreBelievedFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	type want struct {
		addr      string
		tls       bool
		host      string
		untrusted string
	}
	for name, tc := range map[string]struct {
		from    string
		tls     bool
		headers map[string][]string
		want    want
	}{
		"no headers":      {"192.0.2.1:99", false, nil, want{addr: "192.0.2.1"}},
		"no headers, TLS": {"192.0.2.1:99", true, nil, want{addr: "192.0.2.1", tls: true}},
		"a stranger's": {"192.0.2.1:99", false, map[string][]string{"X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"evil.test"}},
			want{addr: "192.0.2.1", untrusted: "192.0.2.1"}},
		"loopback is no exception": {"127.0.0.1:99", false, map[string][]string{"X-Forwarded-Proto": {"https"}}, want{addr: "127.0.0.1", untrusted: "127.0.0.1"}},
		"a proxy's": {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"gonets.test:8443"}},
			want{addr: "192.0.2.1", tls: true, host: "gonets.test:8443"}},
		"a proxy's plain http over TLS": {"10.0.0.1:99", true, map[string][]string{"X-Forwarded-Proto": {"http"}}, want{addr: "10.0.0.1"}},
		"the caller's own addition":     {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"127.0.0.1, 192.0.2.1"}}, want{addr: "192.0.2.1"}},
		"the caller's own line":         {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"127.0.0.1", "192.0.2.1"}}, want{addr: "192.0.2.1"}},
		"two proxies":                   {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"1.1.1.1, 192.0.2.1, 10.9.9.9"}}, want{addr: "192.0.2.1"}},
		"all trusted":                   {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"10.1.1.1, 10.9.9.9"}}, want{addr: "10.1.1.1"}},
		"with a port":                   {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"192.0.2.1:5000"}}, want{addr: "192.0.2.1"}},
		"IPv6":                          {"[fd00::1]:99", false, map[string][]string{"X-Forwarded-For": {"[2001:db8::7]:5000"}}, want{addr: "2001:db8::7"}},
		"mapped":                        {"[::ffff:10.0.0.1]:99", false, map[string][]string{"X-Forwarded-For": {"::ffff:192.0.2.1"}}, want{addr: "192.0.2.1"}},
		"nonsense":                      {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"unknown"}, "X-Forwarded-Proto": {"gopher"}, "X-Forwarded-Host": {"a/b"}}, want{addr: "10.0.0.1"}},
		"nonsense behind an address":    {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-For": {"_hidden, 10.0.0.2"}}, want{addr: "10.0.0.2"}},
		"a host with a name":            {"10.0.0.1:99", false, map[string][]string{"X-Forwarded-Host": {"user@evil.test"}}, want{addr: "10.0.0.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "http://here.test/", nil)
			r.RemoteAddr = tc.from
			if r.TLS = nil; tc.tls {
				r.TLS = &tls.ConnectionState{}
			}
			for k, v := range tc.headers {
				r.Header[k] = v
			}
			if tc.want.host == "" {
				tc.want.host = "here.test"
			}
			var got want
			Believing(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				p := Of(r)
				got = want{addr: p.Addr.String(), tls: p.TLS, host: r.Host}
				if p.Untrusted.IsValid() {
					got.untrusted = p.Untrusted.String()
				}
				if a := remote(r); a != p.Addr {
					t.Errorf("RemoteAddr says %s, Of %s", a, p.Addr)
				}
			})).ServeHTTP(httptest.NewRecorder(), r)
			if got != tc.want {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
		})
	}
}
