package expr

import "strings"

// EscapePath percent-encodes a value for one segment of a URL's path: all but
// the unreserved characters (RFC 3986 §2.3). The segments . and .. would lead
// elsewhere, so their dots are encoded too.
func EscapePath(s string) string {
	if s == "." || s == ".." {
		return strings.Repeat("%2E", len(s))
	}
	return EscapeQuery(s)
}

// EscapeQuery percent-encodes a name or value for a URL's query: all but the
// unreserved characters (RFC 3986 §2.3). A space is %20, never +.
func EscapeQuery(s string) string {
	n := 0
	for i := range len(s) {
		if !unreserved(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if c := s[i]; unreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
