package outbound

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Policy says what else than public addresses may be reached.
type Policy struct {
	// Allow are private networks that are open. Metadata services, link-local
	// and our own listeners stay closed all the same.
	Allow []netip.Prefix
	// Own are the addresses of this server itself.
	Own []OwnAddress
}

// OwnAddress is one of our listeners and the address that it is known by.
type OwnAddress struct {
	// BaseURL is what callers use, with any path in front of /in/; may be empty.
	BaseURL string
	// Listen is the listener's address; its zero value means none. An
	// unspecified address stands for every address of this machine.
	Listen netip.AddrPort
}

// policy is a Policy made ready for judging.
type policy struct {
	allow []netip.Prefix
	own   []ownAddress
	local []netip.Addr
}

type ownAddress struct {
	host   string
	port   uint16
	prefix string // without the last slash
	listen netip.AddrPort
}

func compile(p Policy) *policy {
	c := &policy{}
	for _, prefix := range p.Allow {
		if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
		}
		c.allow = append(c.allow, prefix.Masked())
	}
	for _, o := range p.Own {
		var own ownAddress
		if text, _, err := CheckURL(o.BaseURL); err == nil {
			if u, err := url.Parse(text); err == nil {
				own.host, own.port = u.Hostname(), portOf(u)
				own.prefix = strings.TrimRight(u.Path, "/")
			}
		}
		if o.Listen.IsValid() && o.Listen.Port() != 0 {
			own.listen = netip.AddrPortFrom(canonical(o.Listen.Addr()), o.Listen.Port())
		}
		c.own = append(c.own, own)
	}
	if len(c.own) > 0 {
		c.local = localAddresses()
	}
	return c
}

// localAddresses are this machine's own; an error leaves loopback only, and
// the guard asks again at every dial.
func localAddresses() []netip.Addr {
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Addr
	for _, i := range interfaces {
		if n, ok := i.(*net.IPNet); ok {
			if a, ok := netip.AddrFromSlice(n.IP); ok {
				out = append(out, canonical(a))
			}
		}
	}
	return out
}

// listens tells whether a dial to this canonical address would reach one of
// our listeners. The machine's addresses are read anew: they change.
func (p *policy) listens(to netip.AddrPort) bool {
	for _, o := range p.own {
		if !o.listen.IsValid() || o.listen.Port() != to.Port() {
			continue
		}
		if o.listen.Addr() == to.Addr() {
			return true
		}
		if !o.listen.Addr().IsUnspecified() {
			continue
		}
		if to.Addr().IsLoopback() || contains(localAddresses(), to.Addr()) {
			return true
		}
	}
	return false
}

func contains(list []netip.Addr, a netip.Addr) bool {
	for _, x := range list {
		if x == a {
			return true
		}
	}
	return false
}

// ownership is what a URL has to do with this server.
type ownership int

const (
	foreign ownership = iota
	// ownOpen is an own address that requests may call: /in/ or /echo/.
	ownOpen
	// ownClosed is any other own address.
	ownClosed
)

// owns judges a checked URL by its own text only: what its name resolves to
// never makes it ours.
func (p *policy) owns(u *url.URL) ownership {
	host, port, found := u.Hostname(), portOf(u), foreign
	for i := range p.own {
		o := &p.own[i]
		prefix := ""
		switch {
		// With a path in front, the rest of the host is another site.
		case o.known(host, port) && (dotted(u) || strings.HasPrefix(u.Path+"/", o.prefix+"/")):
			prefix = o.prefix
		case o.reached(host, port, p.local):
			if strings.HasPrefix(u.Path, o.prefix+"/") {
				prefix = o.prefix
			}
		default:
			continue
		}
		rest, _ := strings.CutPrefix(u.Path, prefix)
		if !dotted(u) && (strings.HasPrefix(rest, "/in/") || strings.HasPrefix(rest, "/echo/")) {
			return ownOpen
		}
		found = ownClosed
	}
	return found
}

// known compares with the address that callers use. A site on one of the two
// default ports is the same site on the other.
func (o *ownAddress) known(host string, port uint16) bool {
	if o.host == "" || host != o.host {
		return false
	}
	standard := func(p uint16) bool { return p == 80 || p == 443 }
	return port == o.port || (standard(port) && standard(o.port))
}

// reached compares with the listener itself.
func (o *ownAddress) reached(host string, port uint16, local []netip.Addr) bool {
	if !o.listen.IsValid() || o.listen.Port() != port {
		return false
	}
	listen := o.listen.Addr()
	if host == "localhost" {
		return listen.IsLoopback() || listen.IsUnspecified()
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	a = canonical(a)
	return a == listen || (listen.IsUnspecified() && (a.IsLoopback() || contains(local, a)))
}

// dotted finds "." and ".." segments, written plainly or as %2e, by which a
// path that begins with /in/ ends elsewhere.
func dotted(u *url.URL) bool {
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// portOf is the port of a checked URL, its scheme's own when it names none.
func portOf(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}
