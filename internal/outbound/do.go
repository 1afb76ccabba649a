package outbound

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/compress"
)

const (
	acceptEncoding = "gzip, br, zstd, deflate"
	// automatic is how many headers are added to a step's at most.
	automatic = 5
	// usual is how many are added to most: a map of more than eight is several times
	// as large.
	usual = 2
)

// message is a request on its way through the hops.
type message struct {
	method  string
	url     *url.URL
	headers []gonets.Header
	body    []byte
	// own tells that the URL is an own address that may be called.
	own bool
	// bare tells that a redirect led to another origin: the step's headers
	// stayed behind and do not come back.
	bare bool
	// refused is why a redirect's target cannot be an address.
	refused error
}

// exchange is the work of one Do.
type exchange struct {
	client *Client
	in     *gonets.Request
	out    *gonets.Exchange
	watch  gonets.Stopwatch
	// parent is the caller's context; ctx also ends with the time-out.
	parent, ctx context.Context
	cancel      context.CancelFunc
	state       *state
	message     message
	// jar are the cookies of the request's run; nil for a step without them.
	jar *jar
	// share is that of its reply.
	share *share
}

// Do sends a request and reads its reply, following redirects when asked to.
// It never returns nil, and everything that goes wrong is in the Exchange:
// there the request as it was sent, automatic headers included, the reply,
// decoded and cut at the limit, and the timings, each counted from the start
// to the end of its part. OutcomeOK says only that a complete reply came,
// whatever its status. The bodies are not copied: do not change r.Body.
//
// A User-Agent and an Accept-Encoding are added unless the request has them; a
// blank value sends none at all. The headers that [ProtectedHeader] names are
// refused (outcome template).
//
// A request is written to at most one connection: nothing is repeated in
// secret once a byte may have left. When r.Timeout (30 s if zero) is over, the
// outcome is unknown if a connection had been given to the request, else
// network. When ctx is cancelled the outcome is cancelled in any case, and
// Error says whether the request may have left.
func (c *Client) Do(ctx context.Context, r *gonets.Request) *gonets.Exchange {
	e := &exchange{client: c, in: r, out: &gonets.Exchange{}, watch: gonets.StartStopwatch(), parent: ctx}
	var kept bool
	if e.share, kept = ctx.Value(shareKey{}).(*share); !kept {
		e.share = &share{}
		defer e.share.give()
	}
	e.run()
	e.out.Timings.Total = max(1, e.watch.Microseconds())
	return e.out
}

func (e *exchange) run() {
	timeout := e.in.Timeout
	if timeout <= 0 {
		timeout = gonets.DefaultHTTPTimeout
	}
	e.ctx, e.cancel = context.WithTimeout(e.parent, timeout)
	defer e.cancel()
	if !e.prepare() {
		return
	}
	for hop := 0; ; hop++ {
		resp, ok := e.send()
		if !ok {
			return
		}
		next, follow := e.redirect(resp)
		if !follow {
			e.read(resp)
			return
		}
		if hop == gonets.MaxRedirects {
			e.read(resp)
			if e.out.Outcome == gonets.OutcomeOK {
				e.fail(gonets.OutcomeHTTP, gonets.CodeHTTPMoved, "%d redirects were followed and the answer is one more", hop)
			}
			return
		}
		if !e.reply(resp) {
			resp.Body.Close()
			return
		}
		e.out.Hops = append(e.out.Hops, gonets.Hop{Status: resp.StatusCode, URL: e.shown(next.url)})
		drain(resp.Body)
		e.message = next
	}
}

// prepare checks the request and records it; nothing is sent when it is wrong.
func (e *exchange) prepare() bool {
	r, out := e.in, e.out
	out.Method, out.RequestBody = r.Method, r.Body
	method, err := Method(r.Method, r.Body != nil)
	if err == nil {
		out.Method = method
		e.message = message{method: method, headers: r.Headers, body: r.Body}
		e.message.url, err = e.client.addresses.parse(r.URL)
	}
	if err == nil {
		out.URL = e.shown(e.message.url)
		err = checkHeaders(r.Headers)
	} else {
		out.URL = e.shownText(r.URL)
	}
	if err == nil {
		e.pack()
		return true
	}
	for _, h := range r.Headers {
		out.RequestHeaders = append(out.RequestHeaders, gonets.Header{Name: h.Name, Value: e.shownValue(h.Name, h.Value)})
	}
	outcome, code := gonets.OutcomeTemplate, gonets.CodeOf(err)
	if code == gonets.CodeBlockedURL {
		outcome = gonets.OutcomeBlocked
	}
	e.fail(outcome, code, "%s", err)
	return false
}

// pack makes ready what a request takes along by its step's choice: a packed body,
// the cookies of the run.
func (e *exchange) pack() {
	if e.in.Gzip && len(e.in.Body) > 0 {
		e.message.body, e.out.Gzip = compress.Gzip(e.in.Body), true
	}
	if e.in.Jar != nil {
		e.jar = newJar(e.in.Jar, e.client.now())
	}
}

// send makes one hop. The second result is false when the exchange is over.
func (e *exchange) send() (*http.Response, bool) {
	g := e.client.current.Load()
	first := len(e.out.Hops) == 0
	admitted := e.admit(g, first)
	req, recorded := e.build()
	if first {
		e.out.RequestHeaders = recorded
	}
	if !admitted {
		return nil, false
	}
	e.state = newState(e.ctx, e.watch, e.cancel)
	if g.closed {
		e.fail(gonets.OutcomeCancelled, gonets.CodeCancelled, "the server is stopping; %s", e.whatLeft())
		return nil, false
	}
	ctx := httptrace.WithClientTrace(e.state, &e.state.trace)
	key := poolKey{own: e.message.own, skipVerify: e.in.SkipVerify, serverName: e.serverName(), concurrency: e.in.Concurrency}
	if key.concurrency <= 0 {
		key.concurrency = gonets.LaneConcurrency
	}
	key.concurrency = min(key.concurrency, maxConcurrency)
	resp, err := e.client.transport(g, key).RoundTrip(req.WithContext(ctx))
	e.timings()
	if err != nil {
		e.broken(err)
		return nil, false
	}
	return resp, true
}

// serverName is the name that a hop asks the certificate for; empty for the
// address's own. A redirect to another origin does not inherit the step's.
func (e *exchange) serverName() string {
	if e.message.bare {
		return ""
	}
	return e.in.ServerName
}

// admit refuses redirects to what is no address for us, own addresses that are
// not open, and loops through them.
func (e *exchange) admit(g *generation, first bool) bool {
	m := &e.message
	if m.refused != nil {
		e.blocked(gonets.CodeBlockedURL, "%s", m.refused)
		return false
	}
	whose := g.policy.owns(m.url)
	// Only an own address may redirect to an own address.
	m.own = whose == ownOpen && (first || m.own)
	if whose != foreign && !m.own {
		e.blocked(gonets.CodeBlockedAddress,
			"this is an address of this Gonets itself; only its own /in/ and /echo/ addresses can be called, and not by a redirect from elsewhere")
		return false
	}
	if m.own && e.in.Hops >= gonets.MaxHops {
		e.blocked(gonets.CodeHopsExceeded,
			"the event has come through %d scenarios of this server already; this looks like an endless loop between them", e.in.Hops)
		return false
	}
	return true
}

// build makes net/http's request, of which WithContext makes the copy that is sent,
// and the record of its headers.
func (e *exchange) build() (http.Request, []gonets.Header) {
	m := &e.message
	req := http.Request{
		Method: m.method, URL: m.url, Host: m.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, len(m.headers)+usual),
	}
	record := make([]gonets.Header, 1, len(m.headers)+automatic+2)
	record[0] = gonets.Header{Name: "Host", Value: m.url.Host}
	values := make([]string, len(m.headers)+automatic)
	set := func(name, value string) {
		values[0] = value
		req.Header[name] = values[:1:1]
		values = values[1:]
		record = append(record, gonets.Header{Name: name, Value: e.shownValue(name, value)})
	}
	for _, h := range m.headers {
		name, value := special(h.Name), strings.Trim(h.Value, " \t")
		if value == "" && (name == "User-Agent" || name == "Accept-Encoding") {
			continue
		}
		if old, ok := req.Header[name]; ok {
			req.Header[name] = append(old, value)
		} else {
			values[0] = value
			req.Header[name] = values[:1:1]
			values = values[1:]
		}
		record = append(record, gonets.Header{Name: name, Value: e.shownValue(name, value)})
	}
	switch chosen, none := choice(e.in.Headers, "User-Agent"); {
	case none:
		// Without an entry net/http would send its own.
		req.Header["User-Agent"] = []string{""}
	case !chosen || m.bare:
		set("User-Agent", e.client.userAgent)
	}
	if chosen, none := choice(e.in.Headers, "Accept-Encoding"); !none && (!chosen || m.bare) {
		set("Accept-Encoding", acceptEncoding)
	}
	if value := e.cookieHeader(); value != "" {
		set("Cookie", value)
	}
	if e.out.Gzip && m.body != nil {
		set("Content-Encoding", "gzip")
	}
	if m.own {
		set(hopsHeader, strconv.Itoa(e.in.Hops+1))
	}
	if m.body != nil {
		req.Body, req.ContentLength = http.NoBody, int64(len(m.body))
		if len(m.body) > 0 {
			body := m.body
			// net/http asks for the body again only after a connection turned out
			// dead before anything was written; see gotConn.
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
			req.Body, _ = req.GetBody()
		}
	}
	if len(m.body) > 0 || m.method == http.MethodPost || m.method == http.MethodPut || m.method == http.MethodPatch {
		record = append(record, gonets.Header{Name: "Content-Length", Value: strconv.Itoa(len(m.body))})
	}
	return req, record
}

// choice tells whether the step set an automatic header itself, or switched it
// off by a blank value.
func choice(headers []gonets.Header, name string) (chosen, none bool) {
	for _, h := range headers {
		if !strings.EqualFold(h.Name, name) {
			continue
		}
		if !blank(h.Value) {
			return true, false
		}
		none = true
	}
	return false, none
}

// timings takes over what the last hop measured.
func (e *exchange) timings() {
	t, s := &e.out.Timings, e.state
	for _, x := range []struct {
		to   *int64
		from int64
	}{{&t.DNS, s.dns.Load()}, {&t.Connect, s.connect.Load()}, {&t.TLS, s.tls.Load()}, {&t.FirstByte, s.firstByte.Load()}} {
		if x.from != 0 {
			*x.to = x.from
		}
	}
	if s.conn != nil {
		e.out.Remote = s.conn.remote
	}
}

// redirect finds where a reply leads and what to send there. The second result
// is false when the reply is not followed and so is the answer itself.
func (e *exchange) redirect(resp *http.Response) (message, bool) {
	m := e.message
	if !e.in.FollowRedirects {
		return m, false
	}
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return m, false
	}
	location := resp.Header.Get("Location")
	if location == "" {
		return m, false
	}
	to, err := m.url.Parse(location)
	if err != nil {
		return m, false
	}
	checked, _, err := parseURL(to.String())
	if err != nil {
		m.url, m.refused = to, err
		return m, true
	}
	same := checked.Scheme == m.url.Scheme && checked.Hostname() == m.url.Hostname() && portOf(checked) == portOf(m.url)
	get := m.method == http.MethodGet || m.method == http.MethodHead
	switch code := resp.StatusCode; {
	case code == http.StatusSeeOther && !get,
		m.method == http.MethodPost && (code == http.StatusMovedPermanently || code == http.StatusFound):
		m.method, m.body = http.MethodGet, nil
		m.headers = slices.DeleteFunc(slices.Clone(m.headers), func(h gonets.Header) bool { return contentHeader(h.Name) })
	case same:
	// A body, or a method that changes things, does not travel to strangers.
	case code == http.StatusTemporaryRedirect || code == http.StatusPermanentRedirect, !get, m.body != nil:
		return m, false
	}
	if !same {
		m.headers, m.bare = nil, true
	}
	m.url = checked
	return m, true
}

// reply takes over everything of a reply but its body. It is false when the
// headers are longer than the limit, which ends the exchange: the first of them
// are kept then, and none of its cookies.
func (e *exchange) reply(resp *http.Response) bool {
	out := e.out
	out.Status = resp.StatusCode
	out.StatusLine = resp.Proto + " " + resp.Status
	out.HTTPVersion = resp.Proto
	out.TLSVersion = tlsVersion(resp.TLS)
	out.ReplyHeaders = make([]gonets.Header, 0, len(resp.Header))
	names := make([]string, 0, 16)
	for name := range resp.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	room := gonets.MaxHeadersOut
	for _, name := range names {
		for _, value := range resp.Header[name] {
			room -= len(name) + len(value) + len(": \r\n")
			if room < 0 {
				value = strings.ToValidUTF8(value[:max(0, len(value)+room)], "")
			}
			out.ReplyHeaders = append(out.ReplyHeaders, gonets.Header{Name: name, Value: e.shownReply(name, value)})
			if room < 0 {
				out.ReplyCut = true
				e.fail(gonets.OutcomeBody, gonets.CodeReplyTooLarge, headersTooLong+"; the first of them are kept", e.host(), gonets.MaxHeadersOut)
				return false
			}
		}
	}
	e.cookies(resp)
	return true
}

// drain reads the rest of a reply that nobody needs, so that its connection
// can be kept; a long rest is not worth it.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxDrain)
	body.Close()
}

func (e *exchange) fail(outcome gonets.Outcome, code gonets.Code, format string, args ...any) {
	e.out.Outcome, e.out.Code, e.out.Error = outcome, code, plain(fmt.Sprintf(format, args...))
}
