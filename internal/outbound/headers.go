package outbound

import (
	"net/http"
	"strings"

	"gonets"
)

// hopsHeader counts how many of our own scenarios a request has come through;
// it is sent to own addresses only.
const hopsHeader = "Gonets-Hops"

// The codes of what cannot be sent.
const (
	codeConnect     gonets.Code = "request.connect"
	codeServerName  gonets.Code = "request.server_name"
	codeMethod      gonets.Code = "request.method"
	codeHeaderName  gonets.Code = "request.header_name"
	codeHeaderOwn   gonets.Code = "request.header_protected"
	codeHeaderBreak gonets.Code = "request.header_break"
)

// Method is the method to send: any token (RFC 9110 §9.1) in upper case, and
// for an empty one POST with a body or GET without. CONNECT is refused: it
// asks for a tunnel, not for a reply.
func Method(m string, hasBody bool) (string, error) {
	m = strings.ToUpper(strings.TrimSpace(m))
	switch {
	case m == "" && hasBody:
		return http.MethodPost, nil
	case m == "":
		return http.MethodGet, nil
	case m == http.MethodConnect:
		return "", gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeConnect, "the method CONNECT cannot be sent"))
	case !isToken(m):
		return "", gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeMethod, "the method contains a character that methods cannot have; use GET, POST, PUT and the like"))
	}
	return m, nil
}

// ProtectedHeader tells which headers belong to the HTTP machinery and cannot
// be set: Host, Content-Length, Transfer-Encoding, Connection, TE, Trailer,
// Upgrade, Proxy-* and Gonets-Hops.
func ProtectedHeader(name string) bool {
	var buf [foldSize]byte
	switch string(fold(&buf, name)) {
	case "host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "gonets-hops":
		return true
	}
	return len(name) >= 6 && strings.EqualFold(name[:6], "proxy-")
}

// Protected says that a header belongs to the HTTP machinery.
func Protected(name string) gonets.Problem {
	return gonets.Mistake("", codeHeaderOwn, "the header %s is set by the connection itself and cannot be changed; remove it", name)
}

// HeaderBreak says that a header's value would make two headers of one.
func HeaderBreak(name string) error {
	return gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeHeaderBreak, "the value of the header %s contains a line break or another control character", name))
}

// isToken is RFC 9110 §5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; !letter(c) && !digit(c) && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

// checkHeaders refuses what could change the structure of a request. Errors
// name the header but never its value.
func checkHeaders(headers []gonets.Header) error {
	for _, h := range headers {
		if !isToken(h.Name) {
			return gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeHeaderName, "the name of a header is empty or contains a character that names cannot have, such as a space or a line break"))
		}
		if ProtectedHeader(h.Name) {
			return gonets.Refuse(gonets.CodeBadRequest, Protected(h.Name))
		}
		for i := range len(h.Value) {
			if c := h.Value[i]; (c < ' ' && c != '\t') || c == 0x7f {
				return HeaderBreak(h.Name)
			}
		}
	}
	return nil
}

// special gives the spelling of the names that net/http itself looks for;
// others keep the one that the step gave them.
func special(name string) string {
	var buf [foldSize]byte
	switch string(fold(&buf, name)) {
	case "user-agent":
		return "User-Agent"
	case "accept-encoding":
		return "Accept-Encoding"
	case "expect":
		return "Expect"
	case "idempotency-key":
		return "Idempotency-Key"
	case "x-idempotency-key":
		return "X-Idempotency-Key"
	}
	return name
}

func blank(value string) bool { return strings.Trim(value, " \t") == "" }

func contentHeader(name string) bool {
	return len(name) > 8 && strings.EqualFold(name[:8], "content-")
}

// foldSize is longer than every name that we look for.
const foldSize = 32

// fold is the lower case of an ASCII name, without allocating: it is asked for
// every header of every request. Longer names than any we know give nil.
func fold(buf *[foldSize]byte, name string) []byte {
	if len(name) > foldSize {
		return nil
	}
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	return buf[:len(name)]
}
