package outbound

import (
	"crypto/x509"
	"net/netip"
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
