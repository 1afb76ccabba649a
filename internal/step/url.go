package step

import (
	"net/url"
	"strings"

	"gonets"
	"gonets/internal/expr"
)

// urlTemplate is an address in three parts, because a value is written
// differently into each: the base (scheme and host) takes it as it is, the
// path as one segment, the query as one value.
type urlTemplate struct {
	source            string
	base, path, query *expr.Template
}

// publicURL is how templates name this server's own address.
const publicURL = "public_url"

func (c *compiler) url(at, src string) urlTemplate {
	src = strings.TrimSpace(src)
	base, rest := splitBase(src)
	path, query := splitOutside(rest, '?')
	u := urlTemplate{source: src}
	u.base = c.template(at, base)
	u.path = c.template(at, path)
	u.query = c.template(at, query)
	if src == "" {
		c.problem(at, gonets.Errorf(gonets.CodeInvalid, "the request has no address"))
	}
	return u
}

// splitBase cuts an address after its host. A template at the very beginning
// stands for scheme and host, and for whatever else its value holds.
func splitBase(src string) (base, rest string) {
	at := 0
	if strings.HasPrefix(src, "{{") {
		at = templateEnd(src, 0)
	} else if i := strings.Index(src, "://"); i >= 0 {
		at = i + len("://")
	}
	for at < len(src) {
		switch {
		case strings.HasPrefix(src[at:], "{{"):
			at = templateEnd(src, at)
		case strings.IndexByte("/?#", src[at]) >= 0:
			return src[:at], src[at:]
		default:
			at++
		}
	}
	return src, ""
}

// splitOutside cuts before the first c that is not inside a template.
func splitOutside(src string, c byte) (before, after string) {
	for at := 0; at < len(src); {
		switch {
		case strings.HasPrefix(src[at:], "{{"):
			at = templateEnd(src, at)
		case src[at] == c:
			return src[:at], src[at:]
		default:
			at++
		}
	}
	return src, ""
}

// templateEnd is the place after the template that begins at at; quotes hide
// braces.
func templateEnd(src string, at int) int {
	var quote byte
	for i := at + 2; i < len(src); i++ {
		switch c := src[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '}' && strings.HasPrefix(src[i:], "}}"):
			return i + 2
		}
	}
	return len(src)
}

func (u urlTemplate) render(s *Scope) (string, error) {
	base, err := u.base.Text(s, &s.report, nil)
	if err != nil {
		return "", err
	}
	path, err := u.path.Text(s, &s.report, expr.EscapePath)
	if err != nil {
		return "", err
	}
	query, err := u.query.Text(s, &s.report, expr.EscapeQuery)
	if err != nil {
		return "", err
	}
	// A base such as https://{{ host }} must stay a host: a value with a slash
	// or an @ would send the request elsewhere.
	if literal := strings.Contains(u.source, "://") && !strings.HasPrefix(u.source, "{{"); literal {
		host := base[strings.Index(base, "://")+len("://"):]
		if strings.ContainsAny(host, "/\\?#@ \t\r\n") {
			return "", gonets.Errorf(gonets.CodeBlockedURL,
				"the host of the address comes from a value that is no host name: %q. Nothing was sent. Check the value", host)
		}
	}
	return base + path + query, nil
}

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
	base, _ := splitBase(src)
	if strings.Contains(base, "{{") {
		return gonets.LaneUnknown, false
	}
	return Origin(base), false
}
