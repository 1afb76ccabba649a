package outbound_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"gonets"
	"gonets/internal/outbound"
)

func TestUnreachable(t *testing.T) {
	t.Parallel()
	// Nobody can listen at a caller's own port while his connection is there.
	caller, err := net.Dial("tcp", listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) { hold(c) }).Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Close()
	closed := caller.LocalAddr().(*net.TCPAddr)
	resolver := names(t, func(name string, _ int64) []string {
		if name == "refused.test" {
			return []string{"127.0.0.1"}
		}
		return nil
	})
	c := closing(t, outbound.New(outbound.Options{Resolver: resolver, Policy: outbound.Policy{Allow: loopback}}))
	ex := get(c, fmt.Sprintf("http://refused.test:%d/", closed.Port))
	expect(t, ex, gonets.OutcomeNetwork, gonets.CodeRefused)
	if want := fmt.Sprintf("connection refused by %s (refused.test:%d)", closed, closed.Port); !strings.Contains(ex.Error, want) {
		t.Errorf("%q lacks %q", ex.Error, want)
	}
	ex = get(c, "http://nothing.test/?token=canary")
	expect(t, ex, gonets.OutcomeNetwork, gonets.CodeDNS)
	if !strings.Contains(ex.Error, "nothing.test does not exist") {
		t.Errorf("%q", ex.Error)
	}
}

func TestTimeoutBeforeThereIsAConnection(t *testing.T) {
	t.Parallel()
	ctx, expire := context.WithCancelCause(context.Background())
	stuck := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		expire(context.DeadlineExceeded)
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	c := closing(t, outbound.New(outbound.Options{Resolver: stuck}))
	ex := c.Do(ctx, &gonets.Request{URL: "http://slow.test/", Timeout: time.Minute})
	expect(t, ex, gonets.OutcomeNetwork, gonets.CodeDNS)
}

func TestHostileReplies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reply string
		code  gonets.Code
		body  string
	}{
		"not HTTP":             {"SSH-2.0-OpenSSH_9.2\n", gonets.CodeBadReply, ""},
		"nonsense status":      {"HTTP/1.1 abc OK\n\n", gonets.CodeBadReply, ""},
		"bad header":           {"HTTP/1.1 200 OK\nno colon here\n\n", gonets.CodeBadReply, ""},
		"two lengths":          {"HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\nab", gonets.CodeBadReply, ""},
		"negative length":      {"HTTP/1.1 200 OK\nContent-Length: -1\n\n", gonets.CodeBadReply, ""},
		"bad chunk":            {"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\nab\n", gonets.CodeBadReply, ""},
		"unknown transfer":     {"HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\nab", gonets.CodeBadReply, ""},
		"upgrade":              {"HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n\n", gonets.CodeBadReply, ""},
		"endless 1xx":          {strings.Repeat("HTTP/1.1 103 Early Hints\nLink: x\n\n", 100_000), gonets.CodeReplyTooLarge, ""},
		"endless continue":     {strings.Repeat("HTTP/1.1 100 Continue\n\n", 100_000), gonets.CodeReplyTooLarge, ""},
		"one huge header":      {"HTTP/1.1 200 OK\nX: " + strings.Repeat("a", 4<<20) + "\n\n", gonets.CodeReplyTooLarge, ""},
		"a million headers":    {"HTTP/1.1 200 OK\n" + strings.Repeat("X: a\n", 1_000_000) + "\n", gonets.CodeReplyTooLarge, ""},
		"a length too long":    {"HTTP/1.1 200 OK\nContent-Length: 100\n\nhello<close>", gonets.CodeBadReply, "hello"},
		"chunks that end":      {"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n<close>", gonets.CodeBadReply, "hello"},
		"packed, then cut":     {"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 100\n\n\x1f\x8b<close>", gonets.CodeBadReply, ""},
		"closed at once":       {"<close>", gonets.CodeReset, ""},
		"closed in the status": {"HTTP/1.1 20<close>", gonets.CodeBadReply, ""},
		"closed in a header":   {"HTTP/1.1 200 OK\nX: y\n<close>", gonets.CodeReset, ""},
		"reset at once":        {"<reset>", gonets.CodeReset, ""},
		"reset in the body":    {"HTTP/1.1 200 OK\nContent-Length: 100\n\nhello<reset>", gonets.CodeReset, ""},
		"hangs at once":        {"<hang>", gonets.CodeTimeout, ""},
		"hangs in a header":    {"HTTP/1.1 200 OK\nX: <hang>", gonets.CodeTimeout, ""},
		"hangs after headers":  {"HTTP/1.1 200 OK\nContent-Length: 100\n\n<hang>", gonets.CodeTimeout, ""},
		"hangs in the body":    {"HTTP/1.1 200 OK\n\nhello<hang>", gonets.CodeTimeout, "hello"},
		"no length at all":     {"HTTP/1.1 200 OK\n\nhello<close>", "", "hello"},
		"HTTP/1.0":             {"HTTP/1.0 200 OK\n\nhello<close>", "", "hello"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A time-out is the end of the caller's deadline, at the moment that the
			// server chooses: no test waits for a clock.
			ctx, expire := context.WithCancelCause(context.Background())
			defer expire(nil)
			server := listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) {
				if _, err := readRequest(c); err != nil {
					return
				}
				text, end, _ := strings.Cut(strings.ReplaceAll(tc.reply, "\n", "\r\n"), "<")
				fmt.Fprint(c, text)
				switch end {
				case "close>":
					return
				case "reset>":
					_ = c.(counted).Conn.(*net.TCPConn).SetLinger(0)
					return
				case "hang>":
					expire(context.DeadlineExceeded)
				}
				hold(c)
			})
			ex := newClient(t).Do(ctx, &gonets.Request{Method: "POST", URL: server.URL, Body: []byte("x"), Timeout: time.Minute})
			outcome := gonets.OutcomeUnknown
			if tc.code == "" {
				outcome = gonets.OutcomeOK
			}
			expect(t, ex, outcome, tc.code)
			if body := string(ex.ReplyBody); body != tc.body && tc.code != gonets.CodeTimeout && tc.code != gonets.CodeReset {
				t.Errorf("body %q", body)
			}
			if n := server.connections.Load(); n != 1 {
				t.Errorf("%d connections", n)
			}
			if len(ex.Error) > 500 || strings.Contains(ex.Error, "SSH") {
				t.Errorf("error %q", ex.Error)
			}
		})
	}
}

// Headers past the limit refuse a reply, and what was read of them is kept: the
// status, and the first headers up to the limit.
func TestHeadersPastTheLimit(t *testing.T) {
	t.Parallel()
	many := func(w http.ResponseWriter) {
		w.Header().Set("Set-Cookie", "sid=1")
		for i := range 3_000 {
			w.Header().Add("X-Row", fmt.Sprintf("%020d", i))
		}
	}
	for name, tc := range map[string]struct {
		status int
		set    func(w http.ResponseWriter)
		code   gonets.Code
	}{
		"many":               {http.StatusCreated, many, gonets.CodeReplyTooLarge},
		"many, and an error": {http.StatusBadGateway, many, gonets.CodeReplyTooLarge},
		"a redirect":         {http.StatusFound, func(w http.ResponseWriter) { w.Header().Set("Location", "/on"); many(w) }, gonets.CodeReplyTooLarge},
		"one":                {http.StatusOK, func(w http.ResponseWriter) { w.Header().Set("X-Row", strings.Repeat("й", 100<<10)) }, gonets.CodeReplyTooLarge},
		"within it":          {http.StatusOK, func(w http.ResponseWriter) { w.Header().Set("X-Row", strings.Repeat("a", 60<<10)) }, ""},
	} {
		for _, version := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(name+", "+version, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/on" {
						t.Error("a redirect with such headers was followed")
					}
					tc.set(w)
					w.WriteHeader(tc.status)
				}))
				server.EnableHTTP2 = version == "HTTP/2.0"
				server.StartTLS()
				t.Cleanup(server.Close)
				ex := newClient(t).Do(context.Background(), &gonets.Request{Method: "POST", URL: server.URL, SkipVerify: true, FollowRedirects: true, Jar: []gonets.Cookie{}})
				outcome := gonets.OutcomeBody
				if tc.code == "" {
					outcome = gonets.OutcomeOK
				}
				expect(t, ex, outcome, tc.code)
				size, row := 0, ""
				for _, h := range ex.ReplyHeaders {
					size += len(h.Name) + len(h.Value) + len(": \r\n")
					if h.Name == "X-Row" && h.Value != "" {
						row = h.Value
					}
				}
				if ex.Status != tc.status || ex.HTTPVersion != version || row == "" || !utf8.ValidString(row) || len(ex.Hops) != 0 {
					t.Errorf("status %d of %s, a header with %d bytes, hops %v", ex.Status, ex.HTTPVersion, len(row), ex.Hops)
				}
				if len(ex.Cookies) > 0 {
					t.Errorf("%d cookies of a refused reply are kept", len(ex.Cookies))
				}
				if tc.code != "" && (!ex.ReplyCut || size > gonets.MaxHeadersOut || size < gonets.MaxHeadersOut-64) {
					t.Errorf("cut %v, %d bytes of headers are kept", ex.ReplyCut, size)
				}
			})
		}
	}
}

// The request's own limit is real time, in which a busy machine has to bring the beginning
// of the reply.
func TestTimeoutOfTheRequestItself(t *testing.T) {
	t.Parallel()
	server := listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) {
		if _, err := readRequest(c); err == nil {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\nhello")
			hold(c)
		}
	})
	ex := newClient(t).Do(context.Background(), &gonets.Request{URL: server.URL, Timeout: 5 * time.Second})
	expect(t, ex, gonets.OutcomeUnknown, gonets.CodeTimeout)
	if !ex.ReplyCut || string(ex.ReplyBody) != "hello" {
		t.Errorf("cut %v, %q", ex.ReplyCut, ex.ReplyBody)
	}
}

func TestExpectContinueGames(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"refused": "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n",
		"granted": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 417 X\r\nContent-Length: 0\r\n\r\n",
	} {
		server := listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) {
			buf := make([]byte, 4096)
			_, _ = c.Read(buf)
			fmt.Fprint(c, reply)
			hold(c)
		})
		ex := newClient(t).Do(context.Background(), &gonets.Request{Method: "POST", URL: server.URL, Body: []byte("x"),
			Headers: []gonets.Header{{Name: "expect", Value: "100-continue"}}})
		if ex.Status != 417 {
			t.Errorf("%s: %d %s", name, ex.Status, ex.Error)
		}
	}
}

func TestLongReplyIsNotReadOn(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	for name, head := range map[string]string{
		"10 GB": "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", "endless": "HTTP/1.1 200 OK\r\n\r\n",
	} {
		var sent atomic.Int64
		done := make(chan struct{})
		server := listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) {
			defer close(done)
			if _, err := readRequest(c); err != nil {
				return
			}
			fmt.Fprint(c, head)
			block := make([]byte, 64<<10)
			for {
				n, err := c.Write(block)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		})
		ex := newClient(t).Do(context.Background(), &gonets.Request{URL: server.URL, ReplyLimit: limit})
		expect(t, ex, gonets.OutcomeBody, gonets.CodeReplyTooLarge)
		if !ex.ReplyCut || len(ex.ReplyBody) != limit || ex.Status != http.StatusOK {
			t.Errorf("%s: status %d, cut %v, %d bytes", name, ex.Status, ex.ReplyCut, len(ex.ReplyBody))
		}
		// The connection ends rather than being drained; what the server could
		// still write is in the buffers of the kernel.
		<-done
		if n := sent.Load(); n > limit+(16<<20) {
			t.Errorf("%s: the server could send %d bytes", name, n)
		}
	}
}
