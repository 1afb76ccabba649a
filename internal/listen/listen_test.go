package listen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// pipes is a listener of connections in memory: unlike real ones, they keep
// their deadlines in the made time of a bubble, and come from any address.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{calls: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return tcp("192.0.2.1") }

func tcp(host string) net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(host), 4000))
}

type caller struct {
	net.Conn
	from net.Addr
}

func (c caller) RemoteAddr() net.Addr { return c.from }

// call connects from an address.
func (p *pipes) call(t *testing.T, host string) net.Conn {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close() })
	p.calls <- caller{far, tcp(host)}
	return near
}

// serving starts a server on pipes, in a bubble.
func serving(t *testing.T, h http.HandlerFunc) (*Server, *pipes) {
	t.Helper()
	p := newPipes()
	s := newServer(p)
	s.Handle(h)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, p
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Errorf("stop: %v", err)
	}
}

const halfABody = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf"

func TestBodyMustComeInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		read := make(chan error, 1)
		s, p := serving(t, func(_ http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			read <- err
		})
		defer stop(t, s)
		c := p.call(t, "192.0.2.7")
		began := time.Now()
		fmt.Fprint(c, halfABody)
		go io.Copy(io.Discard, c)
		if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != gonets.ServerBodyTimeout {
			t.Errorf("read ended after %v with %v", time.Since(began), err)
		}
	})
}

func TestHandlerMayWorkOnOnceTheRequestHasCome(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		first, late, body string
	}{
		"without a body":    {first: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		"after a body":      {first: halfABody + "half", body: "halfhalf"},
		"after a slow body": {first: halfABody, late: "half", body: "halfhalf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, p := serving(t, func(_ http.ResponseWriter, r *http.Request) {
					body, err := io.ReadAll(r.Body)
					if string(body) != tc.body || err != nil {
						t.Errorf("read %q, %v", body, err)
					}
					select {
					case <-r.Context().Done():
						t.Error("the request was ended while its handler worked")
					case <-time.After(gonets.ServerBodyTimeout + time.Second):
					}
				})
				defer stop(t, s)
				c := p.call(t, "192.0.2.7")
				fmt.Fprint(c, tc.first)
				if tc.late != "" {
					time.Sleep(gonets.ServerBodyTimeout - 2*time.Second)
					fmt.Fprint(c, tc.late)
				}
				res, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Fatal(err)
				}
				if res.StatusCode != http.StatusOK {
					t.Errorf("status %d", res.StatusCode)
				}
			})
		})
	}
}

func TestSilentCallerIsSentAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := serving(t, func(http.ResponseWriter, *http.Request) { t.Error("a request out of nothing") })
		defer stop(t, s)
		c := p.call(t, "192.0.2.7")
		began := time.Now()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || time.Since(began) != gonets.ServerHeaderTimeout {
			t.Errorf("hung up after %v: %v", time.Since(began), err)
		}
	})
}

func TestConnectionsAreCapped(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		callers []string
		want    []bool
	}{
		"per address":        {[]string{"192.0.2.1", "192.0.2.1", "192.0.2.1", "2001:db8::1"}, []bool{true, true, false, true}},
		"in all":             {[]string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}, []bool{true, true, true, false}},
		"loopback":           {[]string{"127.0.0.1", "127.0.0.1", "127.0.0.1"}, []bool{true, true, true}},
		"loopback of IPv6":   {[]string{"::1", "::1", "::1"}, []bool{true, true, true}},
		"loopback, in all":   {[]string{"127.0.0.1", "::1", "127.0.0.1", "127.0.0.1"}, []bool{true, true, true, false}},
		"one address mapped": {[]string{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"}, []bool{true, true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := greeting(t)
			var got []bool
			for _, host := range tc.callers {
				got = append(got, greeted(p.call(t, host)))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAClosedConnectionGivesItsPlaceBackOnce(t *testing.T) {
	t.Parallel()
	p, accepted := greeting(t)
	const host = "192.0.2.1"
	for range 2 {
		if !greeted(p.call(t, host)) {
			t.Fatal("refused below the limit")
		}
	}
	first := <-accepted
	first.Close()
	first.Close()
	got := []bool{greeted(p.call(t, host)), greeted(p.call(t, host))}
	if diff := cmp.Diff([]bool{true, false}, got); diff != "" {
		t.Error(diff)
	}
}

// greeting accepts connections, three in all and two per address, and greets
// each.
func greeting(t *testing.T) (*pipes, <-chan net.Conn) {
	t.Helper()
	p := newPipes()
	l := newCapped(p, 3, 2)
	accepted := make(chan net.Conn, 10)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
			io.WriteString(c, "!")
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return p, accepted
}

func greeted(c net.Conn) bool {
	_, err := c.Read(make([]byte, 1))
	return err == nil
}

func TestStopLetsRequestsEndUntilItsTimeIsUp(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		busy, took time.Duration
		cut        bool
	}{
		"in time":  {busy: time.Second, took: time.Second},
		"too late": {busy: time.Hour, took: 10 * time.Second, cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun, cut := make(chan struct{}), make(chan bool, 1)
				s, p := serving(t, func(_ http.ResponseWriter, r *http.Request) {
					close(begun)
					select {
					case <-r.Context().Done():
						cut <- true
					case <-time.After(tc.busy):
						cut <- false
					}
				})
				c := p.call(t, "192.0.2.7")
				fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				go io.Copy(io.Discard, c)
				<-begun
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				if err := s.Stop(ctx); err != nil {
					t.Error(err)
				}
				// net/http looks twice a second whether the last request has ended.
				if took := time.Since(began); took < tc.took || took > tc.took+time.Second {
					t.Errorf("took %v", took)
				}
				if got := <-cut; got != tc.cut {
					t.Errorf("cut %v", got)
				}
			})
		})
	}
}

func TestServerWhoseListeningBreaksSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := serving(t, nil)
		p.Close()
		if err := <-s.Fatal(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v", err)
		}
		stop(t, s)
	})
}

func TestServerAnswersOnItsAddress(t *testing.T) {
	t.Parallel()
	s, err := New(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Handle(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer stop(t, s)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusTeapot {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestCloseWithoutStartFreesTheAddress(t *testing.T) {
	t.Parallel()
	port, err := child.FreePort() // which nobody dials from when it is free again
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	first, err := New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), address); gonets.CodeOf(err) != gonets.CodeStoreFailed {
		t.Errorf("a second server on the address: %v", err)
	}
	for range 2 {
		if err := first.Close(); err != nil {
			t.Error(err)
		}
	}
	second, err := New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}
