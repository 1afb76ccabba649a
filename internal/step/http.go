package step

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/outbound"
	"gonets/internal/value"
)

// Sender makes one exchange. It never fails: what went wrong is in the
// exchange.
type Sender interface {
	Do(ctx context.Context, r *gonets.Request) *gonets.Exchange
}

// HTTP is a compiled HTTP step: Build makes the request, the caller sends it,
// Judge says whether the reply is a success.
type HTTP struct {
	def     *gonets.HTTPStep
	url     *expr.Template
	query   []namedTemplate
	headers []namedTemplate
	body    bodyBuilder
	when    *expr.Expr
	renew   *expr.Expr
	ask     *Ask
	// keyless requests carry no Idempotency-Key of their own.
	keyless bool
	// inQuery sends the body's rows as the query (GET, HEAD, DELETE).
	inQuery bool
	method  string
	// serverName is the name that the certificate is asked for; empty is the host's.
	serverName string
	// params are those of a saved request; nil for a step's own one.
	params *params
	// literal is the address when it is no template, checked the form in which
	// it is sent.
	literal, checked string
}

func compileHTTP(c *compiler, at string, def *gonets.HTTPStep) *HTTP {
	h := &HTTP{def: def}
	method, err := outbound.Method(def.Method, def.Body != nil && !def.Body.None)
	if err != nil {
		c.problem(at+"/method", err)
	}
	h.method = method
	if strings.TrimSpace(def.URL) == "" {
		c.problem(at+"/url", gonets.Errorf(gonets.CodeMissing, "the request has no address"))
	}
	h.url = c.template(at+"/url", strings.TrimSpace(def.URL))
	c.noteAddress(at+"/url", h.url)
	if h.url != nil && strings.TrimSpace(def.URL) != "" {
		if text, literal := h.url.Literal(); literal {
			checked, _, err := outbound.CheckURL(text)
			if err != nil {
				c.problem(at+"/url", err)
			}
			h.literal, h.checked = text, checked
		}
	}
	h.query = c.rows(at+"/query", def.Query)
	for i, row := range def.Headers {
		if !row.Off && outbound.ProtectedHeader(row.Name) {
			c.problem(rowPointer(at+"/headers", def.Headers, i), gonets.Refuse(gonets.CodeInvalid, outbound.Protected(row.Name)))
		}
	}
	h.headers = c.rows(at+"/headers", def.Headers)
	if b := def.Body; b != nil {
		h.body = c.body(at+"/body", def)
		bodyless := method == "GET" || method == "HEAD" || method == "DELETE"
		h.inQuery = bodyless && !b.ForceBody && (b.Form != nil || b.JSON != nil)
	}
	if t := def.TLS; t != nil && t.ServerName != "" {
		if h.serverName, err = outbound.ServerName(t.ServerName); err != nil {
			c.problem(at+"/tls/server_name", err)
		}
	}
	if def.Success != nil && def.Success.When != "" {
		h.when = c.expr(at+"/success/when", def.Success.When)
	}
	if def.Renew != nil && def.Renew.When != "" {
		h.renew = c.expr(at+"/renew/when", def.Renew.When)
	}
	if def.Retry != nil && def.Retry.Ask != nil {
		h.ask = compileAsk(c, at+"/retry/ask", def, h.renew)
	}
	return h
}

// Retry is the step's retry policy as it was written; nil is the default.
func (h *HTTP) Retry() *gonets.Retry { return h.def.Retry }

// OnFailure is what happens when the tries end.
func (h *HTTP) OnFailure() string { return h.def.OnFailure }

// Build makes the request of the step at path. Every attempt of a run builds
// the same one: the scope is durable and its time is frozen.
func (h *HTTP) Build(path string, s *Scope, p *Program) (*gonets.Request, error) {
	s.enter(path)
	leave, err := h.params.enter(s)
	defer leave()
	if err != nil {
		return nil, err
	}
	r := &gonets.Request{
		Method: h.method, Timeout: gonets.DefaultHTTPTimeout, FollowRedirects: h.def.Redirects == "follow",
		ReplyLimit: h.def.ReplyLimit, Hops: s.job.Event.Hops,
	}
	if h.def.Timeout != nil {
		r.Timeout = h.def.Timeout.D()
	}
	if t := h.def.TLS; t != nil {
		r.SkipVerify, r.ServerName = t.Verify != nil && !*t.Verify, h.serverName
	}
	if b := h.def.Body; b != nil {
		r.Gzip = b.Gzip
	}
	if h.def.Cookies {
		r.Jar = append([]gonets.Cookie{}, s.cookies...)
	}
	address, err := h.url.URL(s, &s.report)
	if err != nil {
		return nil, err
	}
	contentType, err := h.fillBody(r, s, &address)
	if err != nil {
		return nil, err
	}
	if address, err = h.addQuery(address, s); err != nil {
		return nil, err
	}
	if r.URL = h.checked; r.URL == "" || address != h.literal {
		if r.URL, _, err = outbound.CheckURL(address); err != nil {
			return nil, err
		}
	}
	if err := h.fillHeaders(r, s, contentType); err != nil {
		return nil, err
	}
	return r, s.missingError(p.Scenario)
}

// Notices are what was put right in the address of a request that Build made.
func (h *HTTP) Notices(s *Scope) []gonets.Problem {
	defer h.params.again(s)()
	address, err := h.url.URL(s, nil)
	if err != nil {
		return nil
	}
	if strings.TrimSpace(h.def.URL) != h.def.URL {
		address = " " + address // compiling has trimmed it already
	}
	_, notices, _ := outbound.CheckURL(address)
	return notices
}

func (h *HTTP) fillBody(r *gonets.Request, s *Scope, address *string) (contentType string, err error) {
	if h.body == nil {
		return "", nil
	}
	if !h.inQuery {
		r.Body, contentType, err = h.body.build(s)
		return contentType, err
	}
	pairs, err := h.body.pairs(s)
	if err != nil {
		return "", err
	}
	*address = appendQuery(*address, pairs)
	return "", nil
}

func (h *HTTP) addQuery(address string, s *Scope) (string, error) {
	pairs, err := pairing{lists: h.def.Lists}.of(s, h.query)
	if err != nil {
		return "", err
	}
	return appendQuery(address, pairs), nil
}

func (h *HTTP) fillHeaders(r *gonets.Request, s *Scope, contentType string) error {
	r.Headers = make([]gonets.Header, 0, len(h.headers)+5)
	// removed are the automatic headers that the step does not want.
	var removed []string
	for _, row := range h.headers {
		v, err := row.node.eval(s)
		if err != nil {
			return err
		}
		if v == nil {
			// A header that is explicitly nothing removes the automatic one.
			removed = append(removed, row.name)
			continue
		}
		if isMissing(v) {
			removed = slices.DeleteFunc(removed, func(name string) bool { return strings.EqualFold(name, row.name) })
			continue
		}
		text := value.Text(v)
		if strings.ContainsAny(text, "\r\n\x00") {
			return outbound.HeaderBreak(row.name)
		}
		r.Headers = append(r.Headers, gonets.Header{Name: row.name, Value: text})
	}
	// A blank value tells the sender not to add its own.
	for _, name := range [...]string{"User-Agent", "Accept-Encoding"} {
		if (h.def.OwnHeadersOnly || hasName(removed, name)) && !hasHeader(r.Headers, name) {
			r.Headers = append(r.Headers, gonets.Header{Name: name})
		}
	}
	if h.def.OwnHeadersOnly {
		return nil
	}
	key := s.key()
	if h.keyless {
		key = ""
	}
	for _, a := range [...]gonets.Header{
		{Name: "Content-Type", Value: contentType},
		{Name: "Accept", Value: "*/*"},
		{Name: "User-Agent", Value: "gonets/" + s.env.Version},
		{Name: "Idempotency-Key", Value: key},
		{Name: "Traceparent", Value: traceparent(s.job.Run.ID, s.first[s.path])},
	} {
		if a.Value != "" && !hasHeader(r.Headers, a.Name) && !hasName(removed, a.Name) {
			r.Headers = append(r.Headers, a)
		}
	}
	return nil
}

func hasHeader(headers []gonets.Header, name string) bool {
	for i := range headers {
		if strings.EqualFold(headers[i].Name, name) {
			return true
		}
	}
	return false
}

func hasName(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// traceparent is a W3C Trace Context header: the run is the trace, the step
// the span.
func traceparent(run, path string) string {
	const traceDigits = 32
	var buf [len("00-") + traceDigits + len("-0123456789abcdef-01")]byte
	sum := sha256.Sum256([]byte(run + "/" + path))
	b := append(buf[:0], "00-"...)
	trace := len(b)
	for i := range len(run) {
		if run[i] != '-' && len(b) <= trace+traceDigits {
			b = append(b, run[i])
		}
	}
	if len(b) != trace+traceDigits {
		b = hex.AppendEncode(b[:trace], sum[8:24])
	}
	b = hex.AppendEncode(append(b, '-'), sum[:8])
	return string(append(b, "-01"...))
}

// TemplateExchange is the exchange of a request that could not be built.
func TemplateExchange(err error) *gonets.Exchange {
	x := &gonets.Exchange{Outcome: gonets.OutcomeTemplate, Code: gonets.CodeOf(err), Error: err.Error()}
	if x.Code == gonets.CodeBlockedURL {
		x.Outcome = gonets.OutcomeBlocked
	}
	return x
}

// Finish makes a finished HTTP step's reply visible to the steps after it.
func (h *HTTP) Finish(st *gonets.Step, r gonets.StepResult, a *gonets.Attempt, s *Scope) {
	if s.job.Replies == nil {
		s.job.Replies = map[int]*gonets.Attempt{}
	}
	s.job.Replies[a.N] = a
	f := finished{step: st, result: r, http: h.reader(a)}
	if a.Status != 0 {
		f.attempt = a
	}
	s.finish(f)
}

// reader knows how an attempt's reply is read: an answer to a question as JSON
// wherever it is.
func (h *HTTP) reader(a *gonets.Attempt) *HTTP {
	if h.ask != nil && a != nil && a.Purpose.Asks() {
		return h.ask.http
	}
	return h
}

// Now is the time that a run's templates see: the step's first attempt's.
func Now(run *gonets.Run, now time.Time) time.Time {
	if run.StepAt.IsZero() {
		return now
	}
	return run.StepAt
}
