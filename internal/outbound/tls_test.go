package outbound_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/internal/outbound"
)

func serveTLS(t *testing.T, h2 bool, config *tls.Config) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var requests atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		io.Copy(w, r.Body)
	}))
	s.EnableHTTP2, s.TLS = h2, config
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, &requests
}

type fixed struct {
	gonets.SystemClock
	now time.Time
}

func (f fixed) Now() time.Time { return f.now }

func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	server, requests := serveTLS(t, true, nil)
	plainText := serve(t, func(http.ResponseWriter, *http.Request) {})
	old, _ := serveTLS(t, false, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	late := closing(t, outbound.New(outbound.Options{Clock: fixed{now: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)}, Policy: outbound.Policy{Allow: loopback}}))
	for name, tc := range map[string]struct {
		c         *outbound.Client
		url, text string
		skip      bool
	}{
		"self-signed":     {newClient(t), server.URL, "not signed by an authority", false},
		"expired":         {late, server.URL, "has expired", false},
		"no TLS there":    {newClient(t), strings.Replace(plainText.URL, "http:", "https:", 1), "does not speak TLS", false},
		"TLS 1.1":         {newClient(t), old.URL, "TLS handshake", false},
		"TLS 1.1, anyway": {newClient(t), old.URL, "TLS handshake", true},
	} {
		ex := tc.c.Do(context.Background(), &gonets.Request{URL: tc.url, SkipVerify: tc.skip})
		expect(t, ex, gonets.OutcomeNetwork, gonets.CodeTLS)
		if !strings.Contains(ex.Error, tc.text) {
			t.Errorf("%s: %q", name, ex.Error)
		}
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestSkippedCheckWidensNothingElse(t *testing.T) {
	t.Parallel()
	for _, h2 := range []bool{false, true} {
		server, requests := serveTLS(t, h2, nil)
		c := newClient(t)
		skip := &gonets.Request{Method: "POST", URL: server.URL, Body: []byte("hello"), SkipVerify: true}
		for i := range 2 {
			ex := c.Do(context.Background(), skip)
			expect(t, ex, gonets.OutcomeOK, "")
			version := map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[h2]
			if string(ex.ReplyBody) != "hello" || ex.TLSVersion != "TLS 1.3" || ex.HTTPVersion != version || ex.Remote == "" {
				t.Errorf("%+v", ex)
			}
			if (ex.Timings.TLS > 0) != (i == 0) {
				t.Errorf("request %d: timings %+v", i, ex.Timings)
			}
		}
		expect(t, get(c, server.URL), gonets.OutcomeNetwork, gonets.CodeTLS)
		expect(t, c.Do(context.Background(), skip), gonets.OutcomeOK, "")
		if n := requests.Load(); n != 3 {
			t.Errorf("%d requests", n)
		}
		// The guard is not widened either.
		c.SetPolicy(outbound.Policy{})
		expect(t, c.Do(context.Background(), skip), gonets.OutcomeBlocked, gonets.CodeBlockedAddress)
	}
}

func TestHTTP2Failures(t *testing.T) {
	t.Parallel()
	ctx, expire := context.WithCancelCause(context.Background())
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/cut":
			w.Write([]byte("hello"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/hang":
			expire(context.DeadlineExceeded)
			<-r.Context().Done()
		case "/headers":
			for range 4096 {
				w.Header().Add("X", strings.Repeat("a", 1024))
			}
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	c := newClient(t)
	for _, tc := range []struct {
		path string
		code gonets.Code
	}{{"/abort", gonets.CodeReset}, {"/cut", gonets.CodeReset}, {"/headers", gonets.CodeReplyTooLarge}, {"/hang", gonets.CodeTimeout}} {
		ex := c.Do(ctx, &gonets.Request{URL: s.URL + tc.path, SkipVerify: true, Timeout: time.Minute})
		if ex.Outcome != gonets.OutcomeUnknown || ex.Code != tc.code {
			t.Errorf("%s: %s %s %s", tc.path, ex.Outcome, ex.Code, ex.Error)
		}
		if ex.HTTPVersion != "" && ex.HTTPVersion != "HTTP/2.0" {
			t.Errorf("%s: %s", tc.path, ex.HTTPVersion)
		}
	}
}

func TestCertificatesThatAreCheckedAreRemembered(t *testing.T) {
	t.Parallel()
	server, _ := serveTLS(t, true, nil)
	host := strings.TrimPrefix(server.URL, "https://")
	end := server.Certificate().NotAfter
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	late := closing(t, outbound.New(outbound.Options{Clock: fixed{now: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)}, Policy: outbound.Policy{Allow: loopback}}))
	late.Trust(roots)
	trusting := newClient(t)
	trusting.Trust(roots)
	for name, c := range map[string]struct {
		client *outbound.Client
		skip   bool
		want   map[string]time.Time
	}{
		"believed":       {trusting, false, map[string]time.Time{host: end}},
		"expired":        {late, false, map[string]time.Time{host: end}},
		"not believed":   {newClient(t), false, nil},
		"nobody asks it": {newClient(t), true, nil},
	} {
		c.client.Do(context.Background(), &gonets.Request{URL: server.URL, SkipVerify: c.skip})
		if got := c.client.Certificates(); len(got) != len(c.want) || !got[host].End.Equal(c.want[host]) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if again := c.client.Certificates(); len(again) > 0 {
			t.Errorf("%s: told twice: %v", name, again)
		}
	}
}
