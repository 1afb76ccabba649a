package outbound

import (
	"net/url"
	"strings"

	"gonets"
)

// masked stands in the history for what may not be kept.
const masked = "***"

// kept tells which headers of a reply history may not hold. Of others that carry
// credentials the later steps of a run need the value; they are hidden from
// whoever looks, see [Credential].
func kept(name string) bool {
	var buf [foldSize]byte
	switch string(fold(&buf, name)) {
	case "authorization", "proxy-authorization", "cookie", "set-cookie",
		"x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token", "private-token", "x-gitlab-token",
		"x-telegram-bot-api-secret-token":
		return false
	}
	return true
}

// Credential tells which headers carry credentials, or may: by names that are in
// use, and by how such names end. It is the one list of them.
func Credential(name string) bool {
	var buf [foldSize]byte
	folded := fold(&buf, name)
	if folded == nil {
		folded = []byte(strings.ToLower(name))
	}
	switch string(folded) {
	case "authorization", "proxy-authorization", "x-authorization", "authentication", "cookie", "set-cookie", "token", "secret",
		"password", "passwd", "session", "sessionid", "session-id", "x-session", "x-session-id", "jsessionid", "auth", "x-auth", "jwt", "x-jwt",
		"apikey", "x-apikey", "api-key", "x-functions-key", "x-auth-email-key", "x-master-key", "x-hub-signature", "x-hub-signature-256":
		return true
	}
	text := string(folded)
	for _, end := range [...]string{"token", "-secret", "-password", "-apikey", "-api-key", "-access-key", "-secret-key", "-auth-key",
		"-private-key", "-subscription-key", "-client-key", "-credential", "-credentials", "-jwt", "-signature"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	return false
}

// urlHeader tells which headers hold an address, with credentials perhaps.
func urlHeader(name string) bool {
	var buf [foldSize]byte
	switch string(fold(&buf, name)) {
	case "location", "content-location", "referer":
		return true
	}
	return false
}

// SecretQuery tells which query names carry credentials.
func SecretQuery(name string) bool {
	var buf [foldSize]byte
	switch string(fold(&buf, name)) {
	case "token", "access_token", "refresh_token", "api_key", "apikey", "key", "secret", "client_secret",
		"password", "sig", "signature":
		return true
	}
	return false
}

// authScheme tells the words in front of a credential that say how it is
// meant. Only known ones are kept: the first word of anything else may be a
// part of the secret.
func authScheme(word string) bool {
	var buf [foldSize]byte
	switch string(fold(&buf, word)) {
	case "basic", "bearer", "digest", "token", "apikey", "api-key", "key", "oauth", "negotiate", "ntlm", "hmac",
		"signature", "hawk", "aws4-hmac-sha256":
		return true
	}
	return false
}

// MaskHeaders is a copy of the headers in the form that history may hold:
// credentials become ***, with the word in front of them (Bearer ***), and
// addresses are masked as [MaskURL] does.
func MaskHeaders(headers []gonets.Header) []gonets.Header {
	if headers == nil {
		return nil
	}
	out := make([]gonets.Header, len(headers))
	for i, h := range headers {
		out[i] = gonets.Header{Name: h.Name, Value: maskValue(h.Name, h.Value)}
	}
	return out
}

func maskValue(name, value string) string {
	if urlHeader(name) {
		return MaskURL(value)
	}
	if value == "" || !Credential(name) {
		return value
	}
	if scheme, rest, ok := strings.Cut(value, " "); ok && authScheme(scheme) && strings.TrimSpace(rest) != "" {
		return scheme + " " + masked
	}
	return masked
}

// MaskURL is an address in the form that history may hold: a user name and
// password, and the values of query parameters that carry credentials (token,
// access_token, api_key, key, secret, password, sig, signature and the like,
// in the fragment too), become ***. All else stays byte for byte.
func MaskURL(raw string) string {
	raw = maskUserinfo(raw)
	start := strings.IndexAny(raw, "?#")
	if start < 0 {
		return raw
	}
	var out strings.Builder
	last := 0
	for at := start + 1; at <= len(raw); {
		end := len(raw)
		if i := strings.IndexAny(raw[at:], "&#"); i >= 0 {
			end = at + i
		}
		if value := secretAt(raw[at:end]); value > 0 {
			out.WriteString(raw[last : at+value])
			out.WriteString(masked)
			last = end
		}
		at = end + 1
	}
	if last == 0 {
		return raw
	}
	out.WriteString(raw[last:])
	return out.String()
}

// secretAt finds where the value of a credential begins within one name=value
// pair; 0 means that there is none. Some servers split at ; and ? too, so a
// credential behind these is found, and its value then ends with the pair.
func secretAt(pair string) int {
	for at := 0; at < len(pair); {
		part := pair[at:]
		if i := strings.IndexAny(part, ";?"); i >= 0 {
			part = part[:i]
		}
		name, _, ok := strings.Cut(part, "=")
		if value := at + len(name) + 1; ok && value < len(pair) {
			if plain, err := url.QueryUnescape(name); err == nil {
				name = plain
			}
			if SecretQuery(name) {
				return value
			}
		}
		at += len(part) + 1
	}
	return 0
}

// shownToken is how much of a source's token the history keeps, in bytes:
// enough to tell two addresses apart, and too little to send anything there.
const shownToken = 4

// shown is an address in the form that history may hold. Our own addresses of
// sources lose their tokens too: who reads the history may not send events.
func (e *exchange) shown(u *url.URL) string {
	text := u.String()
	if e.client.current.Load().policy.owns(u) != foreign {
		text = maskToken(text)
	}
	return MaskURL(text)
}

// shownText is shown for a text that need not be an address, or only the rest
// of one behind where we are. What cannot be read may be ours.
func (e *exchange) shownText(raw string) string {
	text := raw
	if u, err := url.Parse(raw); err == nil {
		if e.message.url != nil {
			u = e.message.url.ResolveReference(u)
		}
		u.User = nil
		text = u.String()
	}
	if u, _, err := parseURL(text); err != nil || e.client.current.Load().policy.owns(u) != foreign {
		raw = maskToken(raw)
	}
	return MaskURL(raw)
}

// shownReply is the value of a reply's header in the form that history may hold.
func (e *exchange) shownReply(name, value string) string {
	if kept(name) && !urlHeader(name) {
		return value
	}
	return e.shownValue(name, value)
}

// shownValue is the value of a header in the form that history may hold.
func (e *exchange) shownValue(name, value string) string {
	if urlHeader(name) {
		return e.shownText(value)
	}
	return maskValue(name, value)
}

// maskToken hides what follows /in/ in an address.
func maskToken(raw string) string {
	start, end := 0, len(raw)
	if i := strings.Index(raw, "//"); i == 0 || i > 0 && i == strings.IndexAny(raw, "/?#") {
		start = i + len("//")
		if i := strings.IndexAny(raw[start:], "/?#"); i >= 0 {
			start += i
		} else {
			start = end
		}
	}
	if i := strings.IndexAny(raw[start:], "?#"); i >= 0 {
		end = start + i
	}
	path := raw[start:end]
	if strings.Contains(path, "%") && !strings.Contains(path, "/in/") {
		// Written /%69n/ or /in%2F it leads to the same place.
		if plain, err := url.PathUnescape(path); err == nil && strings.Contains(plain, "/in/") {
			path = (&url.URL{Path: plain}).EscapedPath()
		}
	}
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i > 0; i-- {
		if token := segments[i]; segments[i-1] == "in" && token != "" {
			segments[i] = token[:min(len(token), shownToken)] + masked
		}
	}
	return raw[:start] + strings.Join(segments, "/") + raw[end:]
}

func maskUserinfo(raw string) string {
	start := strings.Index(raw, "//")
	if start < 0 {
		return raw
	}
	start += 2
	end := len(raw)
	if i := strings.IndexAny(raw[start:], "/?#"); i >= 0 {
		end = start + i
	}
	at := strings.LastIndexByte(raw[start:end], '@')
	if at < 0 {
		return raw
	}
	return raw[:start] + masked + raw[start+at:]
}
