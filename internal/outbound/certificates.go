package outbound

import (
	"crypto/x509"
	"errors"
	"maps"
	"strings"
	"sync"
	"time"
)

// maxSeen bounds the hosts whose certificates are remembered until somebody
// asks; those that come beyond it are forgotten.
const maxSeen = 10_000

// Certificate is when one is good.
type Certificate struct{ From, End time.Time }

// certificates are those that hosts have shown, by host and port; the usual port is
// left out.
type certificates struct {
	mu   sync.Mutex
	seen map[string]Certificate
}

// note remembers the certificate that a host showed. Of several ones the first
// to end counts: a name may stand for many servers.
func (c *certificates) note(addr string, shown []*x509.Certificate) {
	if len(shown) == 0 {
		return
	}
	host, one := strings.TrimSuffix(strings.ToLower(addr), ":443"), Certificate{shown[0].NotBefore, shown[0].NotAfter}
	c.mu.Lock()
	defer c.mu.Unlock()
	before, known := c.seen[host]
	switch {
	case known && !one.End.Before(before.End), !known && len(c.seen) >= maxSeen:
		return
	case c.seen == nil:
		c.seen = map[string]Certificate{}
	}
	c.seen[host] = one
}

// expired is what a host showed when it was refused because that has expired.
func expired(err error) []*x509.Certificate {
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		return nil
	}
	return []*x509.Certificate{invalid.Cert}
}

// Certificates are those that hosts have shown since the last call, where they are
// checked.
func (c *Client) Certificates() map[string]Certificate {
	c.certificates.mu.Lock()
	defer c.certificates.mu.Unlock()
	out := maps.Clone(c.certificates.seen)
	clear(c.certificates.seen)
	return out
}
