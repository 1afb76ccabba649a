// Package listen is the HTTP server's outer shell: the address, the time
// limits, and the caps on connections, so that no caller can wear the server
// out before a handler sees him.
package listen

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"gonets"
)

// Server listens at once and serves when started. It is a service.
type Server struct {
	listener *capped
	http     http.Server
	done     chan struct{}
	fatal    chan error
}

// New listens on host:port; port 0 picks a free one. ctx bounds the look-up of
// the host's name alone.
func New(ctx context.Context, address string) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeStoreFailed,
			"the server cannot listen on %s (another one may be running there); give another address with --listen: %w", address, err)
	}
	return newServer(l), nil
}

func newServer(l net.Listener) *Server {
	s := &Server{
		listener: newCapped(l, gonets.MaxConnections, gonets.MaxConnectionsPerIP),
		done:     make(chan struct{}),
		fatal:    make(chan error, 1),
	}
	s.http = http.Server{
		ReadHeaderTimeout: gonets.ServerHeaderTimeout,
		// It ends with the body: handlers may work and stream on.
		ReadTimeout:  gonets.ServerBodyTimeout,
		WriteTimeout: gonets.ServerWriteTimeout,
		IdleTimeout:  gonets.ServerIdleTimeout,
		// Above our own limit, so that a handler says what is wrong in our words
		// before net/http closes with a plain text.
		MaxHeaderBytes: gonets.MaxHeadersIn + 16<<10,
	}
	return s
}

// Addr is the address that the server listens on.
func (s *Server) Addr() netip.AddrPort { return netip.MustParseAddrPort(s.listener.Addr().String()) }

// Handle sets the handler; call it before Start.
func (s *Server) Handle(h http.Handler) { s.http.Handler = h }

// Name names the service.
func (s *Server) Name() string { return "http" }

// Fatal delivers the error that ended the serving.
func (s *Server) Fatal() <-chan error { return s.fatal }

// Start begins to serve.
func (s *Server) Start(context.Context) error {
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
	max, maxPerHost int

	mu      sync.Mutex
	all     int
	perHost map[netip.Addr]int
}

func newCapped(l net.Listener, limit, limitPerHost int) *capped {
	return &capped{Listener: l, max: limit, maxPerHost: limitPerHost, perHost: map[netip.Addr]int{}}
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
	if l.all >= l.max || !host.IsLoopback() && l.perHost[host] >= l.maxPerHost {
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
	return errors.ErrUnsupported
}
