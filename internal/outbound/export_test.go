package outbound

import (
	"crypto/x509"
	"net/netip"

	"gonets"
)

// Judge is the guard's decision on one address.
func Judge(p Policy, to netip.AddrPort) error {
	if no := compile(p).judge(to, false); no != nil {
		return no
	}
	return nil
}

// Trust makes a client believe a server of a test; call it before the first
// request.
func (c *Client) Trust(roots *x509.CertPool) { c.roots = roots }

// Queues tells whether a long reply waits for its share of the memory.
func (c *Client) Queues() bool {
	free := c.spool.held.TryAcquire(0)
	return !free
}

// AllGiven tells whether no long reply has a share of the memory.
func (c *Client) AllGiven() bool {
	free := c.spool.held.TryAcquire(gonets.MaxRepliesHeld)
	if free {
		c.spool.held.Release(gonets.MaxRepliesHeld)
	}
	return free
}
