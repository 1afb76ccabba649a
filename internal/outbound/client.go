// Package outbound is the only way out of Gonets: one HTTP client, which
// judges every address at the moment of connecting, bounds every reply in
// bytes and time, tells what was sent from what was not, and gives back a
// complete record without secrets.
package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gonets"
)

const (
	// idleTimeout closes kept connections before common servers do (Node.js and
	// Apache after 5 s): a request that meets a closing connection has an
	// unknown end.
	idleTimeout = 4 * time.Second
	// maxTransports bounds the connection pools of one policy.
	maxTransports = 32
	// maxConcurrency bounds the connections per host of one pool.
	maxConcurrency = 1_000
	sessionCache   = 32
	// writeBuffer holds most requests whole, in bytes of every connection: they leave
	// in one write, and nothing of a body is copied by the way.
	writeBuffer = 16 << 10
	maxDrain    = 64 << 10
	// maxHead is where reading a reply's headers is broken off, in bytes. What is
	// longer than [gonets.MaxHeadersOut] is refused, but its status and its first
	// headers are shown; of what is longer than this nothing is known.
	maxHead = 256 << 10
)

// Options are what a [Client] is made of.
type Options struct {
	// Clock judges the validity of certificates; nil is the machine's. Time-outs
	// and timings are of the real network and run in real time always.
	Clock gonets.Clock
	// Version stands in the User-Agent: gonets/<version>.
	Version string
	Policy  Policy
	// Resolver looks names up; nil is Go's own resolver. The system's would
	// read 127.1 and 0x7f000001 as addresses.
	Resolver *net.Resolver
	Spool    Spool
}

// Client sends requests. It is safe for concurrent use.
type Client struct {
	clock     gonets.Clock
	userAgent string
	resolver  *net.Resolver
	addresses addresses
	// roots are nil for the machine's own.
	roots        *x509.CertPool
	certificates certificates
	spool        spool

	setting sync.Mutex // serialises SetPolicy and Close
	current atomic.Pointer[generation]
}

// generation is a policy and the connections that were dialled under it.
type generation struct {
	source Policy
	policy *policy
	closed bool

	mu   sync.Mutex
	pool map[poolKey]*pooled
	uses uint64
}

type poolKey struct {
	own, skipVerify bool
	serverName      string
	concurrency     int
}

type pooled struct {
	*http.Transport
	used uint64
}

// New makes a client. Close it.
func New(o Options) *Client {
	c := &Client{clock: o.Clock, userAgent: "gonets/" + o.Version, resolver: o.Resolver, spool: newSpool(o.Spool)}
	if o.Version == "" {
		c.userAgent = "gonets"
	}
	if c.resolver == nil {
		c.resolver = &net.Resolver{PreferGo: true}
	}
	c.current.Store(newGeneration(o.Policy))
	return c
}

func newGeneration(p Policy) *generation {
	p = Policy{Allow: slices.Clone(p.Allow), Own: slices.Clone(p.Own)}
	return &generation{source: p, policy: compile(p), pool: map[poolKey]*pooled{}}
}

// SetPolicy changes the policy for every request, and every redirect of a
// request, that starts afterwards. Connections that were made under another
// policy are never used again.
func (c *Client) SetPolicy(p Policy) {
	c.setting.Lock()
	defer c.setting.Unlock()
	old := c.current.Load()
	if old.closed || (slices.Equal(old.source.Allow, p.Allow) && slices.Equal(old.source.Own, p.Own)) {
		return
	}
	c.current.Store(newGeneration(p))
	old.closeIdle()
}

// Close closes the kept connections; requests that start afterwards end as
// cancelled, those on their way are not touched.
func (c *Client) Close() {
	c.setting.Lock()
	defer c.setting.Unlock()
	old := c.current.Load()
	c.current.Store(&generation{closed: true, policy: &policy{}})
	old.closeIdle()
}

// now is the time of the client's clock.
func (c *Client) now() time.Time {
	if c.clock == nil {
		return gonets.SystemClock{}.Now()
	}
	return c.clock.Now()
}

// IsOwn tells whether an address is one of this server's own, callable or not.
func (c *Client) IsOwn(rawURL string) bool {
	u, err := c.addresses.parse(rawURL)
	return err == nil && c.current.Load().policy.owns(u) != foreign
}

// closeIdle also makes the transports close the connections that are in use
// now as soon as they come back.
func (g *generation) closeIdle() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.pool {
		t.CloseIdleConnections()
	}
}

// transport finds or makes the pool for a key; the one that was not used for
// longest makes room. Whatever changes how a connection is made is in the key,
// so no request gets a connection that it could not have made itself.
func (c *Client) transport(g *generation, k poolKey) *http.Transport {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.uses++
	if t, ok := g.pool[k]; ok {
		t.used = g.uses
		return t.Transport
	}
	if len(g.pool) >= maxTransports {
		var oldest poolKey
		least := g.uses
		for k, t := range g.pool {
			if t.used < least {
				oldest, least = k, t.used
			}
		}
		g.pool[oldest].CloseIdleConnections()
		delete(g.pool, oldest)
	}
	t := &pooled{Transport: c.newTransport(g.policy, k), used: g.uses}
	g.pool[k] = t
	return t.Transport
}

func (c *Client) newTransport(p *policy, k poolKey) *http.Transport {
	d := &dialer{policy: p, own: k.own, serverName: k.serverName, resolver: c.resolver, shown: &c.certificates, tls: &tls.Config{
		RootCAs:            c.roots,
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: k.skipVerify, //nolint:gosec // the step may ask for it; the default verifies
		NextProtos:         []string{"h2", "http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(sessionCache),
	}}
	if c.clock != nil {
		d.tls.Time = c.clock.Now
	}
	return &http.Transport{
		Proxy:          nil, // the environment's proxy would be dialled instead of what the guard judged
		DialContext:    d.dial,
		DialTLSContext: d.dialTLS,
		// Our own decoders count what they unpack.
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        k.concurrency,
		MaxIdleConnsPerHost:    k.concurrency,
		IdleConnTimeout:        idleTimeout,
		WriteBufferSize:        writeBuffer,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHead,
		// A connection that went dead silently must not swallow one request after
		// another.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
}
