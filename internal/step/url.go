package step

import (
	"net/url"
	"strings"

	"gonets"
)

// publicURL is how templates name this server's own address.
const publicURL = "public_url"

// Origin is an address's scheme://host:port in one spelling: the name of its
// lane.
func Origin(address string) string {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return gonets.LaneUnknown
	}
	port := u.Port()
	scheme := strings.ToLower(u.Scheme)
	if port == "" {
		port = "443"
		if scheme == "http" {
			port = "80"
		}
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return scheme + "://" + host + ":" + port
}

// LiteralOrigin is the origin of an address template as far as its text tells
// it; own is true when the address begins with this server's own.
func LiteralOrigin(src string) (origin string, own bool) {
	src = strings.TrimSpace(src)
	if rest, ok := strings.CutPrefix(src, "{{"); ok {
		name, _, _ := strings.Cut(rest, "}}")
		return gonets.LaneUnknown, strings.TrimSpace(name) == publicURL
	}
	host := src
	if i := strings.Index(src, "://"); i >= 0 {
		host = src[i+len("://"):]
	}
	if end := strings.IndexAny(host, "/?#"); end >= 0 {
		src, host = src[:len(src)-len(host)+end], host[:end]
	}
	if strings.Contains(host, "{{") {
		return gonets.LaneUnknown, false
	}
	return Origin(src), false
}
