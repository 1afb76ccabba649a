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
	if origin, ok := plainOrigin(address); ok {
		return origin
	}
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

// plainOrigin is the origin of an address that has it in its one spelling
// already, as nearly all have: then there is nothing to take apart.
func plainOrigin(address string) (origin string, ok bool) {
	scheme, rest, found := strings.Cut(address, "://")
	if !found || scheme != "http" && scheme != "https" {
		return "", false
	}
	end := len(address)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end -= len(rest) - i
		if strings.ContainsFunc(rest[i:], func(r rune) bool { return r < ' ' || r == '%' || r == 0x7f }) {
			// It may be no address at all.
			return "", false
		}
	}
	host := address[len(scheme)+len("://") : end]
	name, port, hasPort := strings.Cut(host, ":")
	if name == "" || strings.Trim(name, hostCharacters) != "" || strings.Trim(port, "0123456789") != "" || hasPort && port == "" {
		return "", false
	}
	switch {
	case hasPort:
		return address[:end], true
	case scheme == "http":
		return address[:end] + ":80", true
	}
	return address[:end] + ":443", true
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_."

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
