// Package listen is the HTTP server's outer shell: the address, the time
// limits, and the caps on connections, so that no caller can wear the server
// out before a handler sees him.
package listen

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"gonets"
)

// Server listens at once and serves when started. It is a service.
type Server struct {
	listener *capped
	http     http.Server
	done     chan struct{}
	fatal    chan error
	serving  bool
}

// New listens on host:port; port 0 picks a free one.
func New(address string) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeStoreFailed,
			"the server cannot listen on %s (another one may be running there); give another address with --listen: %w", address, err)
	}
	s := &Server{
		listener: &capped{Listener: l, perHost: map[netip.Addr]int{}},
		done:     make(chan struct{}),
		fatal:    make(chan error, 1),
	}
	s.http = http.Server{
		ReadHeaderTimeout: gonets.ServerHeaderTimeout,
		WriteTimeout:      gonets.ServerWriteTimeout,
		IdleTimeout:       gonets.ServerIdleTimeout,
		// net/http adds slack of its own (4 KiB) to this.
		MaxHeaderBytes: gonets.MaxHeadersIn,
	}
	return s, nil
}

// Addr is the address that the server listens on.
func (s *Server) Addr() netip.AddrPort { return netip.MustParseAddrPort(s.listener.Addr().String()) }

// Handle sets the handler; call it before Start.
func (s *Server) Handle(h http.Handler) { s.http.Handler = patient{h} }

// patient gives a caller a limited time to send a body. net/http's own
// ReadTimeout would go on after the body and end handlers that are still at
// work, such as streams and callers who wait for an answer.
type patient struct{ next http.Handler }

func (p patient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body != nil && r.Body != http.NoBody {
		rc := http.NewResponseController(w)
		if rc.SetReadDeadline(time.Now().Add(gonets.ServerBodyTimeout)) == nil {
			r.Body = &timedBody{ReadCloser: r.Body, rc: rc}
		}
	}
	p.next.ServeHTTP(w, r)
}

// timedBody lifts the time limit once the body has come.
type timedBody struct {
	io.ReadCloser
	rc *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		// A connection that cannot take a deadline has ended by itself.
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

// Name names the service.
func (s *Server) Name() string { return "http" }

// Fatal delivers the error that ended the serving.
func (s *Server) Fatal() <-chan error { return s.fatal }

// Start begins to serve.
func (s *Server) Start(context.Context) error {
	s.serving = true
	go func() {
		defer close(s.done)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.fatal <- err
		}
	}()
	return nil
}

// Stop lets requests in progress end until ctx does, then cuts them.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = s.http.Close()
	}
	<-s.done
	return err
}

// Close ends the listening of a server that may never have been started.
func (s *Server) Close() error {
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// capped refuses connections beyond the limits, in all and per address.
type capped struct {
	net.Listener
	mu      sync.Mutex
	all     int
	perHost map[netip.Addr]int
}

// Accept implements [net.Listener]. A connection too many is closed at once:
// it costs a caller a retry, and the others nothing.
func (l *capped) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host := hostOf(c)
		if l.take(host) {
			return &counted{Conn: c, release: func() { l.give(host) }}, nil
		}
		c.Close()
	}
}

func hostOf(c net.Conn) netip.Addr {
	a, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}

func (l *capped) take(host netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Loopback is the machine itself: a proxy in front of the server brings
	// everybody's connections from there.
	if l.all >= gonets.MaxConnections || !host.IsLoopback() && l.perHost[host] >= gonets.MaxConnectionsPerIP {
		return false
	}
	l.all++
	l.perHost[host]++
	return true
}

func (l *capped) give(host netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.perHost[host]--; l.perHost[host] <= 0 {
		delete(l.perHost, host)
	}
}

type counted struct {
	net.Conn
	once    sync.Once
	release func()
}

func (c *counted) Close() error {
	c.once.Do(c.release)
	return c.Conn.Close()
}

// CloseWrite lets net/http end a reply early without a reset.
func (c *counted) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return c.SetDeadline(time.Time{})
}
