package outbound

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"net/netip"
	"sync/atomic"
	"syscall"

	"gonets"
)

// wire is a connection that knows whether anything has been written to it:
// the difference between "nothing was sent" and "it may have been sent".
type wire struct {
	net.Conn
	written atomic.Int64
	remote  string
}

// Write counts before it writes, so that nobody sees too small a count while
// the bytes are on their way.
func (w *wire) Write(p []byte) (int, error) {
	w.written.Add(int64(len(p)))
	n, err := w.Conn.Write(p)
	if n < len(p) {
		w.written.Add(int64(n - len(p)))
	}
	return n, err
}

// wireOf finds the counting connection beneath TLS.
func wireOf(c net.Conn) *wire {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	w, _ := c.(*wire)
	return w
}

// dialFailure is why there is no connection.
type dialFailure struct {
	code gonets.Code
	// addr is the address that was tried last; it may be invalid.
	addr netip.AddrPort
	err  error
}

func (f *dialFailure) Error() string { return "dial: " + f.err.Error() }
func (f *dialFailure) Unwrap() error { return f.err }

// dialer makes the connections of one transport, under one policy.
type dialer struct {
	policy   *policy
	own      bool
	resolver *net.Resolver
	tls      *tls.Config
	// serverName is the name that the certificate has to bear; empty is that of the
	// address, which decides alone where the connection leads.
	serverName string
	// shown is where certificates that were checked are noted.
	shown *certificates
}

// dial connects to a name or address. The guard judges each socket address
// after the name is resolved and before the first packet leaves, so there is
// no moment in which a name can change its meaning. One denied address among
// those that were tried refuses the whole name.
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	s, _ := ctx.Value(stateKey{}).(*state)
	if s == nil {
		s = &state{}
	}
	var denied atomic.Pointer[denial]
	var tried atomic.Pointer[netip.AddrPort]
	nd := net.Dialer{
		Timeout:  gonets.ConnectTimeout,
		Resolver: d.resolver,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			// An address that cannot be read stays invalid and is denied.
			to, _ := netip.ParseAddrPort(address)
			tried.Store(&to)
			if no := d.policy.judge(to, d.own); no != nil {
				denied.Store(no)
				return no
			}
			return nil
		},
	}
	s.phase.Store(phaseConnect)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { s.phase.Store(phaseDNS) },
		DNSDone: func(httptrace.DNSDoneInfo) {
			s.phase.Store(phaseConnect)
			s.mark(&s.dns)
		},
	})
	conn, err := nd.DialContext(ctx, network, addr)
	if no := denied.Load(); no != nil {
		if err == nil {
			conn.Close()
		}
		return nil, &dialFailure{code: gonets.CodeBlockedAddress, err: no}
	}
	if err != nil {
		f := &dialFailure{code: dialCode(err), err: err}
		if to := tried.Load(); to != nil {
			f.addr = *to
		}
		return nil, f
	}
	s.mark(&s.connect)
	return &wire{Conn: conn, remote: conn.RemoteAddr().String()}, nil
}

// dialTLS connects and shakes hands here rather than in net/http, so that
// every failure has its kind and the timing its part.
func (d *dialer) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	s, _ := ctx.Value(stateKey{}).(*state)
	if s == nil {
		s = &state{}
	}
	conn, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	s.phase.Store(phaseTLS)
	config := d.tls.Clone()
	if config.ServerName = d.serverName; config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(addr)
	}
	ctx, cancel := context.WithTimeout(ctx, gonets.ConnectTimeout)
	defer cancel()
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		d.shown.note(addr, expired(err))
		return nil, &dialFailure{code: gonets.CodeTLS, err: err}
	}
	s.mark(&s.tls)
	if !config.InsecureSkipVerify {
		d.shown.note(addr, secure.ConnectionState().PeerCertificates)
	}
	return secure, nil
}
