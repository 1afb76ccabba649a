package peer

import (
	"net/netip"
	"net/url"
	"strings"
)

// What the server's own address says of being reached from outside.
const (
	// ReachUnset: nobody has said which address leads here.
	ReachUnset = "unset"
	// ReachPrivate: the address leads into a network of one's own.
	ReachPrivate = "private"
	// ReachHTTP: whoever carries the requests can read them.
	ReachHTTP = "http"
	// ReachOpen: nothing that the address tells stands in the way.
	ReachOpen = "open"
)

// Reach judges the address that senders are given; chosen is false when it is
// only where the server listens.
func Reach(public string, chosen bool) string {
	if !chosen {
		return ReachUnset
	}
	u, err := url.Parse(public)
	switch {
	case err != nil || !publicHost(u.Hostname()):
		return ReachPrivate
	case u.Scheme != "https":
		return ReachHTTP
	}
	return ReachOpen
}

// Public tells whether a caller's address, with or without its port, is one of
// the internet.
func Public(remote string) bool {
	if at, err := netip.ParseAddrPort(remote); err == nil {
		return public(at.Addr())
	}
	a, err := netip.ParseAddr(remote)
	return err == nil && public(a)
}

func public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// shared are addresses between a provider and its customers (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// publicHost tells whether a name can be one of the internet: it has a dot, and
// not one of the endings that are kept for networks of one's own.
func publicHost(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return public(a)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 {
		return false
	}
	switch host[dot+1:] {
	case "local", "localhost", "internal", "lan", "home", "test", "invalid":
		return false
	}
	return !strings.HasSuffix(host, ".home.arpa")
}
