package outbound_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/outbound"
)

// echo tells what arrived, in one line.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s|%s", r.Method, r.URL, body)
	for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "X-Custom", "Content-Type", "Idempotency-Key", "Accept", "Referer", "User-Agent"} {
		if v := r.Header.Get(name); v != "" {
			fmt.Fprintf(w, "|%s", name)
			if name == "User-Agent" {
				fmt.Fprintf(w, " %s", v)
			}
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	other := serve(t, echo)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if !q.Has("code") {
			echo(w, r)
			return
		}
		var code int
		fmt.Sscan(q.Get("code"), &code)
		if to := q.Get("to"); to != "" {
			w.Header().Set("Location", to)
		}
		w.WriteHeader(code)
		io.WriteString(w, "moved")
	})
	c := newClient(t)
	headers := []gonets.Header{{Name: "Authorization", Value: "a"}, {Name: "Cookie", Value: "a"}, {Name: "X-Api-Key", Value: "a"}, {Name: "X-Custom", Value: "a"},
		{Name: "Content-Type", Value: "text/plain"}, {Name: "User-Agent", Value: "mine"}}
	const all = "|Authorization|Cookie|X-Api-Key|X-Custom"
	for _, tc := range []struct {
		method, code, to string
		want             string
	}{
		{"GET", "301", "/x", "GET /x|" + all + "|Content-Type|User-Agent mine"},
		{"GET", "303", "/x#f", "GET /x|" + all + "|Content-Type|User-Agent mine"},
		{"POST", "301", "/x", "GET /x|" + all + "|User-Agent mine"},
		{"POST", "302", "x?y", "GET /x?y|" + all + "|User-Agent mine"},
		{"POST", "303", "/x", "GET /x|" + all + "|User-Agent mine"},
		{"PUT", "303", "/x", "GET /x|" + all + "|User-Agent mine"},
		{"PUT", "302", "/x", "PUT /x|body" + all + "|Content-Type|User-Agent mine"},
		{"POST", "307", "/x", "POST /x|body" + all + "|Content-Type|User-Agent mine"},
		{"POST", "308", server.URL + "/x", "POST /x|body" + all + "|Content-Type|User-Agent mine"},
		{"GET", "302", other.URL + "/x", "GET /x||User-Agent gonets/1.2.3"},
		{"POST", "302", other.URL + "/x", "GET /x||User-Agent gonets/1.2.3"},
		{"POST", "303", strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/x", "GET /x||User-Agent gonets/1.2.3"},
		// Away and back again: what stayed behind does not come back.
		{"GET", "302", strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/?code=302&to=" + server.URL + "/x", "GET /x||User-Agent gonets/1.2.3"},
		// Not followed: the body, or the deed, would go to a stranger.
		{"POST", "307", other.URL, "moved"}, {"POST", "308", other.URL, "moved"}, {"GET", "307", other.URL, "moved"}, {"PUT", "302", other.URL, "moved"},
		{"DELETE", "301", other.URL, "moved"},
		// Not a redirect.
		{"GET", "302", "", "moved"}, {"GET", "300", "/x", "moved"}, {"GET", "305", "/x", "moved"}, {"GET", "302", "http://[::1", "moved"},
	} {
		name := tc.method + " " + tc.code + " " + tc.to
		r := &gonets.Request{Method: tc.method, URL: server.URL + "/?code=" + tc.code + "&to=" + strings.NewReplacer("&", "%26", "#", "%23").Replace(tc.to), Headers: headers, FollowRedirects: true}
		if tc.method != "GET" && tc.method != "DELETE" {
			r.Body = []byte("body")
		}
		ex := c.Do(context.Background(), r)
		expect(t, ex, gonets.OutcomeOK, "")
		if string(ex.ReplyBody) != tc.want {
			t.Errorf("%s: %d %q\nwant %q", name, ex.Status, ex.ReplyBody, tc.want)
		}
		if (len(ex.Hops) == 0) != (tc.want == "moved") || (tc.want == "moved" && fmt.Sprint(ex.Status) != tc.code) {
			t.Errorf("%s: status %d, hops %v", name, ex.Status, ex.Hops)
		}
		r.FollowRedirects = false
		if ex := c.Do(context.Background(), r); string(ex.ReplyBody) != "moved" || ex.Outcome != gonets.OutcomeOK || len(ex.Hops) != 0 {
			t.Errorf("%s was followed without being asked to: %+v", name, ex)
		}
	}
}

func TestRedirectsEndAfterTen(t *testing.T) {
	t.Parallel()
	requests := 0
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, fmt.Sprintf("/%d?token=x", requests), http.StatusFound)
	})
	ex := newClient(t).Do(context.Background(), &gonets.Request{URL: server.URL, FollowRedirects: true})
	expect(t, ex, gonets.OutcomeHTTP, gonets.CodeHTTPMoved)
	if requests != gonets.MaxRedirects+1 || len(ex.Hops) != gonets.MaxRedirects || ex.Status != http.StatusFound {
		t.Errorf("%d requests, status %d, hops %v", requests, ex.Status, ex.Hops)
	}
	if diff := cmp.Diff(gonets.Hop{Status: 302, URL: server.URL + "/1?token=***"}, ex.Hops[0]); diff != "" {
		t.Error(diff)
	}
}

func TestRedirectToAPrivateAddressIsBlocked(t *testing.T) {
	t.Parallel()
	private := listen(t, "127.0.0.1:0", answers(okReply))
	target := ""
	public := listen(t, "127.0.0.2:0", func(c net.Conn, _ int64) {
		if r, err := readRequest(c); err == nil {
			fmt.Fprintf(c, "HTTP/1.1 %s X\r\nLocation: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", strings.Trim(r.URL.Path, "/"), target)
		}
	})
	c := closing(t, outbound.New(outbound.Options{Policy: outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}}))
	for _, to := range []string{
		private.URL, fmt.Sprintf("//127.0.0.1:%d/", private.port()), fmt.Sprintf("http://[::ffff:127.0.0.1]:%d/", private.port()),
		fmt.Sprintf("http://2130706433:%d/", private.port()), fmt.Sprintf("http://localhost:%d/", private.port()),
		fmt.Sprintf("http://x@127.0.0.1:%d/", private.port()), fmt.Sprintf("http://127.1:%d/", private.port()),
		"http://169.254.169.254/latest/meta-data/", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/",
	} {
		for _, code := range []string{"301", "302", "303"} {
			target = to
			ex := c.Do(context.Background(), &gonets.Request{Method: "POST", URL: public.URL + "/" + code, Body: []byte("x"), FollowRedirects: true})
			if ex.Outcome != gonets.OutcomeBlocked || len(ex.Hops) != 1 || ex.Status == 0 {
				t.Errorf("%s: %s %q, status %d, hops %v", to, ex.Outcome, ex.Error, ex.Status, ex.Hops)
			}
			says := "sent to " + public.URL + "/" + code + ", which redirected to "
			if !strings.HasPrefix(ex.Error, says) || !strings.Contains(ex.Error, "; the second was refused and got nothing: ") || strings.HasSuffix(ex.Error, "…") {
				t.Errorf("%s: %s", to, ex.Error)
			}
		}
		for _, code := range []string{"307", "308"} {
			ex := c.Do(context.Background(), &gonets.Request{Method: "POST", URL: public.URL + "/" + code, Body: []byte("x"), FollowRedirects: true})
			if fmt.Sprint(ex.Status) != code {
				t.Errorf("%s: %d %s", to, ex.Status, ex.Error)
			}
		}
	}
	if n := private.connections.Load(); n != 0 {
		t.Errorf("the private listener got %d connections, %d bytes", n, private.received.Load())
	}
}

func TestFailureAfterARedirectIsUnknown(t *testing.T) {
	t.Parallel()
	closed := listen(t, "127.0.0.1:0", nil)
	closed.Close()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, closed.URL, http.StatusSeeOther) })
	ex := newClient(t).Do(context.Background(), &gonets.Request{Method: "POST", URL: server.URL, FollowRedirects: true})
	expect(t, ex, gonets.OutcomeUnknown, gonets.CodeRefused)
}
