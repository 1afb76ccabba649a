package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonets"
)

// maxURL bounds an address, in bytes. Servers refuse much shorter ones.
const maxURL = 64 << 10

// CheckURL makes the address that is sent out of one that a person wrote or a
// template gave. Spaces, line breaks and invisible characters around it go, a
// missing scheme becomes https (each with a notice in English), international
// names become punycode, the fragment is dropped, and what may not stand in a
// request line is percent-encoded; existing encoding stays as it is.
//
// Errors are *gonets.Error: CodeBlockedURL for what we refuse to call (other
// schemes than http and https, user names, backslashes, control characters,
// IPv6 zones, IPv4 addresses in odd spellings), CodeBadRequest for what is no
// address. They never contain the address itself.
func CheckURL(raw string) (string, []gonets.Problem, error) {
	u, notices, err := parseURL(raw)
	if err != nil {
		return "", notices, err
	}
	return u.String(), notices, nil
}

// The codes of what is wrong with an address, and of what was put right in it.
const (
	codeURLEmpty     gonets.Code = "url.empty"
	codeURLLong      gonets.Code = "url.too_long"
	codeURLUser      gonets.Code = "url.user"
	codeURLSlashes   gonets.Code = "url.slashes"
	codeURLOther     gonets.Code = "url.other_scheme"
	codeURLText      gonets.Code = "url.not_utf8"
	codeURLControl   gonets.Code = "url.control_character"
	codeURLBackslash gonets.Code = "url.backslash"
	codeURLPercent   gonets.Code = "url.percent"
	codeURLUnread    gonets.Code = "url.unreadable"
	codeURLPort      gonets.Code = "url.port"
	codeURLZone      gonets.Code = "url.ipv6_zone"
	codeURLIPv6      gonets.Code = "url.ipv6"
	codeURLHost      gonets.Code = "url.host"
	codeURLNoHost    gonets.Code = "url.no_host"
	codeURLHostLong  gonets.Code = "url.host_too_long"
	codeURLHostPart  gonets.Code = "url.host_part"
	codeURLIPv4      gonets.Code = "url.ipv4"
	CodeURLTrimmed   gonets.Code = "url.trimmed"
	CodeURLScheme    gonets.Code = "url.scheme"
)

func blockedURL(code gonets.Code, format string, args ...any) error {
	return gonets.Refuse(gonets.CodeBlockedURL, gonets.Mistake("", code, format, args...))
}

func badURL(code gonets.Code, format string, args ...any) error {
	return gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", code, format, args...))
}

func parseURL(raw string) (*url.URL, []gonets.Problem, error) {
	text, notices := trimURL(raw)
	if text == "" {
		return nil, notices, badURL(codeURLEmpty, "the address is empty; write one such as https://example.com/path")
	}
	if len(text) > maxURL {
		return nil, notices, badURL(codeURLLong, "the address is %d bytes long; at most %d are sent", len(text), maxURL)
	}
	text, notices, err := withScheme(text, notices)
	if err != nil {
		return nil, notices, err
	}
	text, _, _ = strings.Cut(text, "#")
	if err := checkText(text); err != nil {
		return nil, notices, err
	}
	text, notices = cleanAuthority(text, notices)
	u, err := url.Parse(text)
	if err != nil {
		return nil, notices, unreadable(text)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.User != nil || u.Opaque != "" {
		return nil, notices, blockedURL(codeURLUser, "an address may not contain a user name or password; send them in an Authorization header")
	}
	if u.Host, err = checkHost(u.Host); err != nil {
		return nil, notices, err
	}
	u.RawQuery = encodeQuery(u.RawQuery)
	return u, notices, nil
}

// invisible characters come along when an address is copied from a page or a
// messenger.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == '\u034f' || r == '\u115f' || r == '\u3164'
}

func trimURL(raw string) (string, []gonets.Problem) {
	trimmed := strings.TrimFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
	if trimmed == raw {
		return raw, nil
	}
	return trimmed, []gonets.Problem{gonets.Mistake("", CodeURLTrimmed, "spaces, line breaks or invisible characters around the address were removed")}
}

// cleanAuthority removes invisible characters from the host, where they never
// mean anything; in a path they may, and are percent-encoded.
func cleanAuthority(text string, notices []gonets.Problem) (string, []gonets.Problem) {
	start := strings.Index(text, "://") + 3
	end := len(text)
	if i := strings.IndexAny(text[start:], "/?"); i >= 0 {
		end = start + i
	}
	host := strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, text[start:end])
	if host == text[start:end] {
		return text, notices
	}
	return text[:start] + host + text[end:], append(notices, gonets.Mistake("", CodeURLTrimmed, "invisible characters were removed from the host name"))
}

// withScheme checks the scheme and adds a missing one.
func withScheme(text string, notices []gonets.Problem) (string, []gonets.Problem, error) {
	missing := gonets.Mistake("", CodeURLScheme, "the address had no http:// or https:// in front; https:// was added")
	if strings.HasPrefix(text, "//") {
		return "https:" + text, append(notices, missing), nil
	}
	head, rest, found := strings.Cut(text, ":")
	if !found || !isScheme(head) {
		return "https://" + text, append(notices, missing), nil
	}
	switch strings.ToLower(head) {
	case "http", "https":
		if !strings.HasPrefix(rest, "//") {
			return "", notices, badURL(codeURLSlashes, "after %s: two slashes are missing; write %[1]s://host/path", strings.ToLower(head))
		}
		return text, notices, nil
	}
	// example.com:8080/path is a host and its port, mailto:a@b is a scheme.
	port, _, _ := strings.Cut(rest, "/")
	port, _, _ = strings.Cut(port, "?")
	if _, err := strconv.ParseUint(port, 10, 16); err == nil {
		return "https://" + text, append(notices, missing), nil
	}
	return "", notices, blockedURL(codeURLOther, "only http and https addresses can be called, not %q", strings.ToLower(head))
}

// isScheme is RFC 3986 §3.1, plus the bound that keeps errors short.
func isScheme(s string) bool {
	if s == "" || len(s) > 63 || !letter(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !letter(c) && !digit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// checkText refuses characters that parsers disagree about.
func checkText(text string) error {
	if !utf8.ValidString(text) {
		return badURL(codeURLText, "the address is not valid UTF-8 text")
	}
	query := strings.IndexByte(text, '?')
	for i := range len(text) {
		c := text[i]
		if c < 0x20 || c == 0x7f {
			return blockedURL(codeURLControl, "the address contains a line break or another control character; values in it must be percent-encoded")
		}
		if c == '\\' && (query < 0 || i < query) {
			return blockedURL(codeURLBackslash, "the address contains a backslash; use / or write %%5C")
		}
	}
	return nil
}

func unreadable(text string) error {
	path := text
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	for i := strings.IndexByte(path, '%'); i >= 0; {
		if i+2 >= len(path) || !hex(path[i+1]) || !hex(path[i+2]) {
			return badURL(codeURLPercent, "the address has a %% that two hexadecimal digits do not follow; write %%25 for a percent sign")
		}
		next := strings.IndexByte(path[i+1:], '%')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return badURL(codeURLUnread, "the address cannot be read; write one such as https://example.com/path")
}

func hex(c byte) bool { return digit(c) || (c|0x20 >= 'a' && c|0x20 <= 'f') }

// checkHost makes the one spelling of a host and port.
func checkHost(hostport string) (string, error) {
	host, port := hostport, ""
	if i := strings.LastIndexByte(hostport, ':'); i > strings.LastIndexByte(hostport, ']') {
		host, port = hostport[:i], hostport[i+1:]
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return "", badURL(codeURLPort, "the address has no valid port; ports are 1 to 65535")
		}
		port = ":" + strconv.FormatUint(n, 10)
	}
	if strings.HasPrefix(host, "[") {
		a, err := netip.ParseAddr(strings.TrimSuffix(host[1:], "]"))
		if strings.ContainsRune(host, '%') {
			return "", blockedURL(codeURLZone, "an IPv6 address with a zone cannot be called")
		}
		if err != nil || !a.Is6() {
			return "", badURL(codeURLIPv6, "the address in brackets is not an IPv6 address")
		}
		return "[" + a.String() + "]" + port, nil
	}
	name, err := checkName(host)
	return name + port, err
}

// ServerName is the one spelling of the name that a step asks a certificate for.
func ServerName(name string) (string, error) {
	checked, err := checkName(strings.TrimSpace(name))
	if err != nil {
		return "", gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeServerName,
			"%q cannot be the name in a certificate; write a name such as api.example.com", name))
	}
	return checked, nil
}

// checkName makes the one spelling of a name or IPv4 address.
func checkName(host string) (string, error) {
	for i := range len(host) {
		if host[i] >= utf8.RuneSelf {
			var ok bool
			if host, ok = punycode(host); !ok {
				return "", badURL(codeURLHost, "the host name is not a valid international name")
			}
			break
		}
	}
	host = strings.TrimSuffix(lower(host), ".")
	if host == "" {
		return "", badURL(codeURLNoHost, "the address has no host; write one such as https://example.com/path")
	}
	if len(host) > 253 {
		return "", badURL(codeURLHostLong, "the host name is longer than 253 characters")
	}
	label := ""
	for rest, more := host, true; more; {
		label, rest, more = strings.Cut(rest, ".")
		if label == "" || len(label) > 63 {
			return "", badURL(codeURLHostPart, "the host name has an empty part or one of more than 63 characters")
		}
		for i := range len(label) {
			if c := label[i]; !letter(c) && !digit(c) && c != '-' && c != '_' {
				return "", badURL(codeURLHost, "the host name contains a character that names cannot have")
			}
		}
	}
	if !numeric(label) {
		return host, nil
	}
	// A name that ends in a number is an address (WHATWG URL §3.5), which some
	// systems also read as 2130706433, 0x7f.1, 0177.0.0.1 or 127.1.
	if a, err := netip.ParseAddr(host); err != nil || !a.Is4() {
		return "", blockedURL(codeURLIPv4, "the host is a number but not an IPv4 address in its usual form, such as 192.0.2.1")
	}
	return host, nil
}

// lower is strings.ToLower for ASCII that is mostly lower already.
func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

func numeric(label string) bool {
	if rest, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// punycode asks net/http for the name that it would dial: its own tables (UTS
// 46, lookup profile) decide there anyway, and two readings of one name would
// be a hole. They are not exported, so a transport that dials nothing is asked.
func punycode(host string) (string, bool) {
	asked := make(chan string, 1)
	t := http.Transport{DialContext: func(_ context.Context, _, addr string) (net.Conn, error) {
		asked <- addr
		return nil, errNoDial
	}}
	// The error is always there; the name is the answer.
	_, _ = t.RoundTrip(&http.Request{ //nolint:bodyclose // nothing was dialled, so there is no response
		Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: host}, Header: http.Header{},
	})
	select {
	case addr := <-asked:
		name, _, err := net.SplitHostPort(addr)
		for i := range len(name) {
			// A name that the tables refuse comes back as it was.
			if name[i] >= utf8.RuneSelf {
				return "", false
			}
		}
		return name, err == nil && name != ""
	default:
		return "", false
	}
}

var errNoDial = errors.New("only the name was asked for")

// encodeQuery encodes what may not stand in a request line and nothing else,
// so that a query is never encoded twice.
func encodeQuery(q string) string {
	const digits = "0123456789ABCDEF"
	bad := func(c byte) bool {
		return c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0
	}
	n := 0
	for i := range len(q) {
		if bad(q[i]) {
			n++
		}
	}
	if n == 0 {
		return q
	}
	out := make([]byte, 0, len(q)+2*n)
	for i := range len(q) {
		if c := q[i]; bad(c) {
			out = append(out, '%', digits[c>>4], digits[c&15])
		} else {
			out = append(out, c)
		}
	}
	return string(out)
}
