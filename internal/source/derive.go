package source

import (
	"net/url"
	"strings"
)

// derivations are the computations that presets name. They add members that
// the sender left out and never change what it sent.
func derivations(d Derived) (func(body map[string]any), bool) {
	if d.Name == "utm_*" && d.From == "body.COOKIES" {
		return func(body map[string]any) { utmFromCookies(body, "COOKIES") }, true
	}
	return nil, false
}

// utmFromCookies reads Tilda's cookie: TILDAUTM=utm_source%3Dvk%7C%7C%7C… is,
// once decoded, a list of name=value joined by |||.
func utmFromCookies(body map[string]any, member string) {
	cookies, ok := body[member].(string)
	if !ok {
		return
	}
	for cookie := range strings.SplitSeq(cookies, ";") {
		encoded, ok := strings.CutPrefix(strings.TrimSpace(cookie), "TILDAUTM=")
		if !ok {
			continue
		}
		text, err := url.PathUnescape(encoded)
		if err != nil {
			return
		}
		for part := range strings.SplitSeq(text, "|||") {
			name, v, ok := strings.Cut(part, "=")
			if _, sent := body[name]; !ok || sent || !utmName(name) {
				continue
			}
			body[name] = validText(v)
		}
		return
	}
}

// utmName keeps a visitor's cookie from inventing other fields of the form.
func utmName(s string) bool {
	rest, ok := strings.CutPrefix(s, "utm_")
	if !ok || rest == "" || len(s) > 64 {
		return false
	}
	for i := range len(rest) {
		if c := rest[i]; c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
