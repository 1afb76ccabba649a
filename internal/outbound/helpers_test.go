package outbound_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/internal/outbound"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// newClient makes a client that may call loopback.
func newClient(t testing.TB, own ...outbound.OwnAddress) *outbound.Client {
	t.Helper()
	return closing(t, outbound.New(outbound.Options{Version: "1.2.3", Policy: outbound.Policy{Allow: loopback, Own: own}}))
}

func closing(t testing.TB, c *outbound.Client) *outbound.Client {
	t.Cleanup(c.Close)
	return c
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// raw is a TCP server that speaks whatever the test tells it to and counts
// connections and the bytes that it got.
type raw struct {
	net.Listener
	URL         string
	connections atomic.Int64
	received    atomic.Int64
	mu          sync.Mutex
	open        map[net.Conn]bool
	wg          sync.WaitGroup
}

type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func listen(t testing.TB, addr string, talk func(c net.Conn, n int64)) *raw {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Skipf("cannot listen on %s: %v", addr, err)
	}
	r := &raw{Listener: l, URL: "http://" + l.Addr().String(), open: map[net.Conn]bool{}}
	r.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := r.connections.Add(1)
			r.mu.Lock()
			r.open[c] = true
			r.mu.Unlock()
			r.wg.Go(func() {
				defer c.Close()
				talk(counted{c, &r.received}, n)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		r.mu.Lock()
		for c := range r.open {
			c.Close()
		}
		r.mu.Unlock()
		r.wg.Wait()
	})
	return r
}

func (r *raw) port() uint16 { return r.Addr().(*net.TCPAddr).AddrPort().Port() }

// readRequest reads one request with its body.
func readRequest(c net.Conn) (*http.Request, error) {
	req, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return nil, err
	}
	_, err = io.CopyN(io.Discard, req.Body, max(req.ContentLength, 0))
	return req, err
}

// answers makes a talk that answers one request with a literal text and keeps
// the connection open until the other side closes it.
func answers(text string) func(net.Conn, int64) {
	return func(c net.Conn, _ int64) {
		if _, err := readRequest(c); err != nil {
			return
		}
		fmt.Fprint(c, strings.ReplaceAll(text, "\n", "\r\n"))
		hold(c)
	}
}

// hold waits until the other side closes.
func hold(c net.Conn) {
	buf := make([]byte, 4096)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}

func get(c *outbound.Client, url string) *gonets.Exchange {
	return c.Do(context.Background(), &gonets.Request{URL: url, Timeout: time.Minute})
}

// expect checks the end of an exchange.
func expect(t *testing.T, ex *gonets.Exchange, outcome gonets.Outcome, code gonets.Code) {
	t.Helper()
	if ex.Outcome != outcome || ex.Code != code {
		t.Errorf("outcome %q, code %q, error %q; want %q, %q", ex.Outcome, ex.Code, ex.Error, outcome, code)
	}
	if (ex.Error == "") != (outcome == gonets.OutcomeOK) {
		t.Errorf("outcome %q with error %q", ex.Outcome, ex.Error)
	}
	if ex.Timings.Total <= 0 {
		t.Errorf("no total time")
	}
}
