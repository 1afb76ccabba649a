package outbound

import (
	"context"
	"errors"
	"net"

	"gonets"
)

// Dial connects to a host that does not speak HTTP, such as a mail server,
// under the same guard as every request: private networks have to be opened.
// Our own listener is never reached. The error is a [gonets.Error] that says
// what is wrong in words.
func (c *Client) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	g := c.current.Load()
	if g.closed {
		return nil, gonets.Errorf(gonets.CodeStopping, "the server is stopping")
	}
	d := &dialer{policy: g.policy, resolver: c.resolver}
	conn, err := d.dial(ctx, network, addr)
	var f *dialFailure
	if !errors.As(err, &f) {
		return conn, err
	}
	return nil, &gonets.Error{Code: f.code, Message: f.text(addr), Err: err}
}

// text is a failure without an exchange around it, in words.
func (f *dialFailure) text(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	switch f.code {
	case gonets.CodeBlockedAddress:
		return blockedText(host, f.err)
	case gonets.CodeDNS:
		return dnsText(host, f.err)
	case gonets.CodeRefused:
		return "connection refused by " + addr + ": nothing listens there, or a firewall refuses"
	case gonets.CodeConnectTimeout:
		return "no connection to " + addr + " within " + gonets.ConnectTimeout.String()
	}
	return plain("no connection to " + addr + ": " + systemText(f.err))
}
