package outbound_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/mccutchen/go-httpbin/v2/httpbin"

	"gonets"
)

func TestExchangeRecordsWhatWasSentAndWhatCame(t *testing.T) {
	t.Parallel()
	var seen http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		seen.Set("Length", fmt.Sprint(r.ContentLength))
		w.Header()["X-Many"] = []string{"b", "a"}
		w.Header().Set("Date", "D")
		w.WriteHeader(http.StatusCreated)
		io.Copy(w, r.Body)
	})
	host := strings.TrimPrefix(server.URL, "http://")
	ex := newClient(t).Do(context.Background(), &gonets.Request{
		Method: "put", URL: " " + server.URL + "/a b?c=д#e", Body: []byte("hello"),
		Headers: []gonets.Header{{Name: "SOAPAction", Value: " x "}, {Name: "X-Two", Value: "1"}, {Name: "X-Two", Value: "2"}},
	})
	expect(t, ex, gonets.OutcomeOK, "")
	t.Logf("%+v", ex.Timings)
	if ex.Timings.Connect <= 0 || ex.Timings.FirstByte < ex.Timings.Connect || ex.Timings.Total < ex.Timings.FirstByte {
		t.Errorf("timings %+v", ex.Timings)
	}
	ex.Timings = gonets.Timings{}
	want := &gonets.Exchange{
		Outcome: gonets.OutcomeOK, Method: "PUT", URL: server.URL + "/a%20b?c=%D0%B4", RequestBody: []byte("hello"),
		RequestHeaders: []gonets.Header{{Name: "Host", Value: host}, {Name: "SOAPAction", Value: "x"}, {Name: "X-Two", Value: "1"}, {Name: "X-Two", Value: "2"},
			{Name: "User-Agent", Value: "gonets/1.2.3"}, {Name: "Accept-Encoding", Value: "gzip, br, zstd, deflate"}, {Name: "Content-Length", Value: "5"}},
		Status: 201, StatusLine: "HTTP/1.1 201 Created", HTTPVersion: "HTTP/1.1", Remote: host, ReplyBody: []byte("hello"),
		ReplyHeaders: []gonets.Header{{Name: "Content-Length", Value: "5"}, {Name: "Content-Type", Value: "text/plain; charset=utf-8"}, {Name: "Date", Value: "D"},
			{Name: "X-Many", Value: "b"}, {Name: "X-Many", Value: "a"}},
	}
	if diff := cmp.Diff(want, ex); diff != "" {
		t.Error(diff)
	}
	sent := http.Header{"Soapaction": {"x"}, "X-Two": {"1", "2"}, "User-Agent": {"gonets/1.2.3"}, "Accept-Encoding": {"gzip, br, zstd, deflate"},
		"Content-Length": {"5"}, "Length": {"5"}}
	if diff := cmp.Diff(sent, seen); diff != "" {
		t.Error(diff)
	}
}

func TestAutomaticHeadersGiveWay(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%q %q", r.Header["User-Agent"], r.Header["Accept-Encoding"])
	})
	c := newClient(t)
	for want, headers := range map[string][]gonets.Header{
		`["gonets/1.2.3"] ["gzip, br, zstd, deflate"]`: nil,
		`["mine"] ["gzip"]`:                            {{Name: "user-agent", Value: "mine"}, {Name: "ACCEPT-ENCODING", Value: "gzip"}},
		`[] []`:                                        {{Name: "User-Agent", Value: ""}, {Name: "Accept-Encoding", Value: " "}},
	} {
		ex := c.Do(context.Background(), &gonets.Request{URL: server.URL, Headers: headers})
		if string(ex.ReplyBody) != want {
			t.Errorf("%v: %s %s", headers, ex.ReplyBody, ex.Error)
		}
	}
}

func TestBodiesNilAndEmpty(t *testing.T) {
	t.Parallel()
	server := listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) {
		buf := make([]byte, 4096)
		n, _ := c.Read(buf)
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", buf[:n])
	})
	c := newClient(t)
	for _, in := range []gonets.Request{{}, {Body: []byte{}}, {Method: "PATCH"}, {Method: "DELETE"}, {Method: "GET", Body: []byte("q")}} {
		in.URL = server.URL
		ex := c.Do(context.Background(), &in)
		wire := strings.ToLower(string(ex.ReplyBody))
		record := gonets.HeaderValue(ex.RequestHeaders, "Content-Length")
		if record != "" && !strings.Contains(wire, "\r\ncontent-length: "+record+"\r\n") || record == "" && strings.Contains(wire, "content-length") {
			t.Errorf("%s: recorded %q, sent %q", ex.Method, record, ex.ReplyBody)
		}
		if strings.Contains(wire, "transfer-encoding") {
			t.Errorf("%s was sent in chunks: %q", ex.Method, ex.ReplyBody)
		}
	}
}

func TestEveryMethodOfHTTPBin(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(httpbin.New())
	t.Cleanup(server.Close)
	c := newClient(t)
	for _, path := range []string{"/gzip", "/deflate", "/encoding/utf8", "/chunked", "/stream/3", "/status/404", "/headers"} {
		if path == "/chunked" {
			path = "/stream-bytes/5000?chunk_size=10"
		}
		ex := get(c, server.URL+path)
		expect(t, ex, gonets.OutcomeOK, "")
		if strings.Contains(path, "gzip") && !bytes.Contains(ex.ReplyBody, []byte(`"gzipped": true`)) {
			t.Errorf("%s: %q", path, ex.ReplyBody)
		}
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		ex := c.Do(context.Background(), &gonets.Request{Method: method, URL: server.URL + "/anything", Body: []byte(`{"a":1}`)})
		expect(t, ex, gonets.OutcomeOK, "")
	}
}

func pack(t testing.TB, coding string, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&buf)
	case "zlib":
		w = zlib.NewWriter(&buf)
	case "deflate":
		w, _ = flate.NewWriter(&buf, 6)
	case "br":
		w = brotli.NewWriter(&buf)
	case "zstd":
		w, _ = zstd.NewWriter(&buf, zstd.WithEncoderConcurrency(1))
	}
	w.Write(data)
	w.Close()
	return buf.Bytes()
}

func TestPackedReplies(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("Привет, мир! ", 500))
	noise := make([]byte, 300_000)
	rand.Read(noise)
	zeros := make([]byte, 8<<20)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		body := map[string][]byte{"text": text, "noise": noise, "zeros": zeros, "empty": {}, "members": bytes.Repeat(pack(t, "gzip", nil), 10_000)}[q.Get("body")]
		for _, coding := range q["pack"] {
			body = pack(t, coding, body)
		}
		if q.Has("cut") {
			body = body[:len(body)/2]
		}
		w.Header().Set("Content-Encoding", q.Get("name"))
		w.Write(body)
	})
	c := newClient(t)
	for query, want := range map[string]struct {
		code gonets.Code
		body []byte
	}{
		"name=gzip&pack=gzip&body=text":                 {"", text},
		"name=br&pack=br&body=text":                     {"", text},
		"name=zstd&pack=zstd&body=text":                 {"", text},
		"name=deflate&pack=zlib&body=text":              {"", text},
		"name=deflate&pack=deflate&body=text":           {"", text},
		"name=br,+gzip&pack=br&pack=gzip&body=text":     {"", text},
		"name=identity&body=text":                       {"", text},
		"name=gzip&body=empty":                          {"", []byte{}},
		"name=lzma&body=text":                           {"", text}, // as it came
		"name=gzip&pack=gzip&body=zeros":                {gonets.CodeReplyTooLarge, zeros[:100_000]},
		"name=br&pack=br&body=zeros":                    {gonets.CodeReplyTooLarge, zeros[:100_000]},
		"name=zstd&pack=zstd&body=zeros":                {gonets.CodeReplyTooLarge, zeros[:100_000]},
		"name=deflate&pack=zlib&body=zeros":             {gonets.CodeReplyTooLarge, zeros[:100_000]},
		"name=gzip,gzip&pack=gzip&pack=gzip&body=zeros": {gonets.CodeReplyTooLarge, zeros[:100_000]},
		// Much on the wire that unpacks to nothing.
		"name=gzip&body=members":             {gonets.CodeReplyTooLarge, []byte{}},
		"body=noise":                         {gonets.CodeReplyTooLarge, noise[:100_000]},
		"name=gzip&body=text":                {gonets.CodeBadReply, []byte{}},
		"name=zstd&pack=zstd&body=text&cut=": {gonets.CodeBadReply, nil},
	} {
		ex := c.Do(context.Background(), &gonets.Request{URL: server.URL + "/?" + query, ReplyLimit: 100_000})
		outcome := map[gonets.Code]gonets.Outcome{"": gonets.OutcomeOK, gonets.CodeReplyTooLarge: gonets.OutcomeBody, gonets.CodeBadReply: gonets.OutcomeUnknown}[want.code]
		expect(t, ex, outcome, want.code)
		if want.body != nil && !bytes.Equal(ex.ReplyBody, want.body) || ex.ReplyCut != (want.code != "") || ex.Status != 200 {
			t.Errorf("%s: status %d, %d bytes, cut %v, %s", query, ex.Status, len(ex.ReplyBody), ex.ReplyCut, ex.Error)
		}
	}
}

func TestReplyLimitIsExact(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/chunked" {
			w.(http.Flusher).Flush()
		}
		w.Write(make([]byte, 5000))
	})
	for limit, cut := range map[int64]bool{4999: true, 5000: false, 5001: false} {
		for _, path := range []string{"/", "/chunked"} {
			ex := newClient(t).Do(context.Background(), &gonets.Request{URL: server.URL + path, ReplyLimit: limit})
			if ex.ReplyCut != cut || int64(len(ex.ReplyBody)) != min(limit, 5000) {
				t.Errorf("%s, limit %d: %d bytes, cut %v", path, limit, len(ex.ReplyBody), ex.ReplyCut)
			}
		}
	}
}

func TestNothingIsSentWhenTheRequestIsWrong(t *testing.T) {
	t.Parallel()
	server := listen(t, "127.0.0.1:0", answers(okReply))
	c := newClient(t)
	header := func(name, value string) gonets.Request {
		return gonets.Request{URL: server.URL, Headers: []gonets.Header{{Name: name, Value: value}}}
	}
	wrong := []gonets.Request{
		{URL: ""}, {URL: server.URL + "/%"}, {URL: server.URL, Method: "GET / HTTP/1.1\r\nX: y\r\n\r\n"}, {URL: server.URL, Method: "CONNECT"},
		header("", "x"), header("X Y", "x"), header("X:Y", "x"), header("X\r\nY", "x"), header("Ж", "x"), header("Host", "evil.test"),
		header("content-length", "0"), header("Transfer-Encoding", "chunked"), header("Proxy-X", "x"), header("Gonets-Hops", "0"),
	}
	for _, evil := range []string{"\r\nX: y", "\n", "\r", "a\x00b", "\x1b[2J", "\x7f", "a\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"} {
		wrong = append(wrong, header("X", evil), header("X"+evil, "x"), gonets.Request{URL: server.URL, Method: "GET" + evil + "X"})
	}
	for _, r := range wrong {
		ex := c.Do(context.Background(), &r)
		expect(t, ex, gonets.OutcomeTemplate, gonets.CodeBadRequest)
		if strings.ContainsAny(ex.Error, "\r\n\x00\x1b") {
			t.Errorf("error %q", ex.Error)
		}
	}
	if n := server.connections.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
	// What only looks dangerous is one request with the value as it was.
	for _, value := range []string{"a\u0085b", "a\u2028b", "a\tb", "a: b", "%0d%0a"} {
		r := header("X", value)
		expect(t, c.Do(context.Background(), &r), gonets.OutcomeOK, "")
	}
	if n := server.connections.Load(); n != 5 {
		t.Errorf("%d connections", n)
	}
}

func TestRequestIsWrittenOnce(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	// Every connection answers once, then reads a request and hangs up.
	server := listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) {
		for i := range 2 {
			if _, err := readRequest(c); err != nil {
				return
			}
			requests.Add(1)
			if i == 0 {
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		}
	})
	for _, in := range []gonets.Request{
		{Method: "GET"}, {Method: "POST", Body: []byte("x")}, {Method: "HEAD"},
		{Method: "POST", Body: []byte("x"), Headers: []gonets.Header{{Name: "idempotency-key", Value: "k"}}},
		{Method: "POST", Headers: []gonets.Header{{Name: "X-Idempotency-Key", Value: "k"}}},
	} {
		requests.Store(0)
		in.URL = server.URL
		c := newClient(t)
		expect(t, c.Do(context.Background(), &in), gonets.OutcomeOK, "")
		expect(t, c.Do(context.Background(), &in), gonets.OutcomeUnknown, gonets.CodeReset)
		if n := requests.Load(); n != 2 {
			t.Errorf("%s %v: the server got %d requests for two", in.Method, in.Headers, n)
		}
	}
	// The control: net/http alone sends a GET once more.
	requests.Store(0)
	plain := &http.Client{Transport: &http.Transport{}}
	defer plain.CloseIdleConnections()
	for range 2 {
		if resp, err := plain.Get(server.URL); err == nil {
			resp.Body.Close()
		}
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("net/http sent %d requests; is the guard against repeats still needed?", n)
	}
}

func TestSecretsStayOutOfTheExchange(t *testing.T) {
	t.Parallel()
	const canary = "c4nary-f00d"
	var got atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+canary && r.Header.Get("X-Api-Key") == canary && strings.Contains(r.URL.RawQuery, canary) {
			got.Add(1)
		}
		w.Header().Set("Set-Cookie", "s="+canary)
		switch r.URL.Path {
		case "/redirect":
			w.Header().Set("Location", "/?token="+canary)
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/away":
			w.Header().Set("Location", "http://u:"+canary+"@10.0.0.1/?token="+canary)
			w.WriteHeader(http.StatusSeeOther)
		case "/broken":
			w.Header().Set("Content-Length", "9")
		}
	})
	c := newClient(t)
	for _, path := range []string{"/", "/redirect", "/away", "/broken"} {
		for _, add := range []string{"", "\n"} {
			before := got.Load()
			ex := c.Do(context.Background(), &gonets.Request{
				URL: server.URL + path + "?access_token=" + canary + "&x=1", FollowRedirects: true,
				Headers: []gonets.Header{{Name: "authorization", Value: "Bearer " + canary}, {Name: "X-API-Key", Value: canary}, {Name: "Cookie", Value: "a=" + canary},
					{Name: "X-Bad", Value: add + "x"}},
			})
			text, _ := json.Marshal(ex)
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("%s: %s", path, text)
			}
			if add == "" && got.Load() == before {
				t.Errorf("%s: the secret was not sent: %s", path, ex.Error)
			}
		}
	}
}

func TestCancelledByOurSide(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	server := listen(t, "127.0.0.1:0", func(c net.Conn, _ int64) {
		readRequest(c)
		cancel()
		hold(c)
	})
	c := newClient(t)
	ex := c.Do(ctx, &gonets.Request{URL: server.URL, Timeout: time.Minute})
	expect(t, ex, gonets.OutcomeCancelled, gonets.CodeCancelled)
	if !strings.Contains(ex.Error, "may have been sent") {
		t.Errorf("%q", ex.Error)
	}
	ex = c.Do(ctx, &gonets.Request{URL: server.URL, Timeout: time.Minute})
	expect(t, ex, gonets.OutcomeCancelled, gonets.CodeCancelled)
	if !strings.Contains(ex.Error, "nothing was sent") || server.connections.Load() != 1 {
		t.Errorf("%q", ex.Error)
	}
}
