package ingest

import (
	"net/url"
	"strings"
)

// address is a path under /in/ taken apart.
type address struct {
	token string
	// action is batch, ping, status or retry; empty for an event.
	action string
	// arg is the id or key behind status and retry.
	arg string
	// rest is what follows the token, with its slash, as it was sent; empty
	// when that is nothing but slashes.
	rest string
}

// parseAddress reads an escaped path. Letter case of /in/ and of the actions
// does not matter, nor do double slashes and slashes at the end: some callers
// cannot follow the redirect that would put them right.
func parseAddress(path string) (address, bool) {
	first, path := cutSegment(path)
	if !strings.EqualFold(first, "in") {
		return address{}, false
	}
	var a address
	token, rest := cutSegment(path)
	if t, err := url.PathUnescape(token); err == nil {
		a.token = t
	}
	if strings.Trim(rest, "/") == "" {
		return a, true
	}
	action, tail := cutSegment(rest)
	arg := strings.Trim(tail, "/")
	switch action = strings.ToLower(action); action {
	case "batch", "ping":
		if arg == "" {
			a.action = action
			return a, true
		}
	case "status", "retry":
		if arg == "" {
			break
		}
		a.action = action
		a.arg = arg
		if plain, err := url.PathUnescape(arg); err == nil {
			a.arg = plain
		}
		return a, true
	}
	a.rest = "/" + strings.TrimLeft(rest, "/")
	return a, true
}

// cutSegment takes the first segment off a path.
func cutSegment(path string) (segment, rest string) {
	path = strings.TrimLeft(path, "/")
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}
