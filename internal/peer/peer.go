// Package peer tells who is at the other end of a request. What proxies say
// about it in X-Forwarded-For, -Proto and -Host is believed only when the
// proxy is a trusted one: everybody can write these headers.
package peer

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Peer is the other end of a request.
type Peer struct {
	// Addr is the caller's address; the zero Addr when it is not known.
	Addr netip.Addr
	// TLS says that the caller's own connection is encrypted.
	TLS bool
	// Untrusted is the address of a proxy that sent forwarded headers and is
	// not trusted; the zero Addr when there is none.
	Untrusted netip.Addr
}

type key struct{}

// Of is the other end of r, as [Believing] understood it.
func Of(r *http.Request) Peer {
	if p, ok := r.Context().Value(key{}).(Peer); ok {
		return p
	}
	return Peer{Addr: remote(r), TLS: r.TLS != nil}
}

func remote(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}

const (
	forwardedFor   = "X-Forwarded-For"
	forwardedProto = "X-Forwarded-Proto"
	forwardedHost  = "X-Forwarded-Host"
)

// Believing lets next see the caller where a trusted proxy speaks for him: in
// RemoteAddr, in Host and in [Of].
func Believing(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forwarded(r.Header) {
			r = believe(trusted, r)
		}
		next.ServeHTTP(w, r)
	})
}

func forwarded(h http.Header) bool {
	return h[forwardedFor] != nil || h[forwardedProto] != nil || h[forwardedHost] != nil
}

func believe(trusted []netip.Prefix, r *http.Request) *http.Request {
	from := remote(r)
	p := Peer{Addr: from, TLS: r.TLS != nil}
	if !isIn(trusted, from) {
		p.Untrusted = from
		return r.WithContext(context.WithValue(r.Context(), key{}, p))
	}
	p.Addr = client(trusted, from, r.Header[forwardedFor])
	switch strings.ToLower(firstOf(r.Header[forwardedProto])) {
	case "https":
		p.TLS = true
	case "http":
		p.TLS = false
	}
	r = r.WithContext(context.WithValue(r.Context(), key{}, p))
	if p.Addr != from {
		// The port of the caller is not told.
		r.RemoteAddr = netip.AddrPortFrom(p.Addr, 0).String()
	}
	if host := firstOf(r.Header[forwardedHost]); isHost(host) {
		r.Host = host
	}
	return r
}

func isIn(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// client walks from the nearest proxy to the caller as far as trust goes: what
// stands before the first stranger is the stranger's own word.
func client(trusted []netip.Prefix, from netip.Addr, lines []string) netip.Addr {
	hops := strings.Split(strings.Join(lines, ","), ",")
	for _, text := range slices.Backward(hops) {
		a, err := parse(strings.TrimSpace(text))
		if err != nil {
			return from
		}
		from = a
		if !isIn(trusted, a) {
			break
		}
	}
	return from
}

// parse reads an address with or without a port.
func parse(text string) (netip.Addr, error) {
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		ap, portErr := netip.ParseAddrPort(text)
		if portErr != nil {
			return a, err
		}
		a = ap.Addr()
	}
	return a.Unmap().WithZone(""), nil
}

// firstOf is what the proxy that is nearest to the caller said.
func firstOf(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	first, _, _ := strings.Cut(lines[0], ",")
	return strings.TrimSpace(first)
}

func isHost(s string) bool {
	if s == "" || strings.ContainsAny(s, "/?#@\\ \t%") {
		return false
	}
	u, err := url.Parse("http://" + s)
	return err == nil && u.Host == s && u.Hostname() != ""
}
