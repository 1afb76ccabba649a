package outbound

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"gonets"
)

// maxCookieAge bounds what a cookie may say of its own life, in seconds: 400 days
// (RFC 6265bis §5.6.2).
const maxCookieAge = 400 * 24 * 60 * 60

// jar holds the cookies of one run by the rules of RFC 6265. Which of them are over
// is judged by the time that is given to it, never by the machine's: the net/http
// jar inside sees session cookies alone.
type jar struct {
	inside *cookiejar.Jar
	now    time.Time
}

func newJar(cookies []gonets.Cookie, now time.Time) *jar {
	inside, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it never fails
	j := &jar{inside: inside, now: now}
	for _, c := range cookies {
		if u, err := url.Parse(c.URL); err == nil {
			j.take(u, c)
		}
	}
	return j
}

// take keeps a cookie; one that is over takes away the one of its name.
func (j *jar) take(u *url.URL, kept gonets.Cookie) {
	c, err := http.ParseSetCookie(kept.Line)
	if err != nil {
		return
	}
	switch {
	case c.MaxAge > 0:
		c.Expires = kept.At.Add(time.Duration(min(c.MaxAge, maxCookieAge)) * time.Second)
	case c.MaxAge < 0:
		c.Expires = kept.At
	}
	if c.MaxAge = 0; !c.Expires.IsZero() && !c.Expires.After(j.now) {
		c.MaxAge = -1
	}
	c.Expires, c.RawExpires = time.Time{}, ""
	j.inside.SetCookies(u, []*http.Cookie{c})
}

// header is the value of the Cookie header for an address; empty when it gets none.
func (j *jar) header(u *url.URL) string {
	var pairs []string
	for _, c := range j.inside.Cookies(u) {
		plain := http.Cookie{Name: c.Name, Value: c.Value, Quoted: c.Quoted} //nolint:gosec // what is sent back has no attributes
		pairs = append(pairs, plain.String())
	}
	return strings.Join(pairs, "; ")
}

// CookieHeader is the value of the Cookie header that a request gets of its run's
// cookies; empty when there are none for its address, or it has a header of its own.
func CookieHeader(r *gonets.Request, now time.Time) string {
	u, err := url.Parse(r.URL)
	if err != nil || r.Jar == nil || ownCookies(r) {
		return ""
	}
	return newJar(r.Jar, now).header(u)
}

// Cookies are those that the reply to a request brings for its run.
func Cookies(r *gonets.Request, reply []gonets.Header, now time.Time) (out []gonets.Cookie) {
	if r.Jar == nil {
		return nil
	}
	for _, h := range reply {
		if strings.EqualFold(h.Name, "Set-Cookie") {
			out = append(out, gonets.Cookie{URL: sender(r.URL), Line: h.Value, At: now})
		}
	}
	return out
}

// ownCookies tells whether the step itself says which cookies are sent.
func ownCookies(r *gonets.Request) bool {
	return slices.ContainsFunc(r.Headers, func(h gonets.Header) bool { return strings.EqualFold(h.Name, "Cookie") })
}

// sender is an address without its query: who sent a cookie, and from which path.
func sender(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		return address[:i]
	}
	return address
}

// cookies takes over what a reply brings, redirects included.
func (e *exchange) cookies(resp *http.Response) {
	if e.jar == nil {
		return
	}
	for _, line := range resp.Header["Set-Cookie"] {
		c := gonets.Cookie{URL: sender(e.message.url.String()), Line: line, At: e.client.now()}
		e.jar.take(e.message.url, c)
		e.out.Cookies = append(e.out.Cookies, c)
	}
}

// cookieHeader is what a hop is sent of the run's cookies. Wherever a redirect led,
// the jar gives a host its own ones only.
func (e *exchange) cookieHeader() string {
	if e.jar == nil || ownCookies(e.in) {
		return ""
	}
	return e.jar.header(e.message.url)
}
