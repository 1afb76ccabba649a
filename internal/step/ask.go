package step

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// Ask is the compiled request that asks whether a step's own one was done.
type Ask struct {
	http   *HTTP
	def    *gonets.Ask
	done   *expr.Expr
	result *expr.Expr
}

func compileAsk(c *compiler, at string, st *gonets.HTTPStep, renew *expr.Expr) *Ask {
	def := st.Retry.Ask
	a := &Ask{def: def, http: compileHTTP(c, at, &gonets.HTTPStep{
		Method: def.Method, URL: def.URL, Query: def.Query, Headers: def.Headers, Body: def.Body,
		Lists: st.Lists, Cookies: st.Cookies, Timeout: st.Timeout, TLS: st.TLS, Redirects: st.Redirects, ReplyLimit: st.ReplyLimit, ResponseCharset: st.ResponseCharset, OwnHeadersOnly: st.OwnHeadersOnly,
	})}
	a.http.keyless = true
	a.http.def.Renew, a.http.renew = st.Renew, renew
	if strings.TrimSpace(def.Done) != "" {
		a.done = c.expr(at+"/done", def.Done)
	}
	if strings.TrimSpace(def.Result) != "" {
		a.result = c.expr(at+"/result", def.Result)
	}
	return a
}

// Ask is nil for a step that does not ask.
func (h *HTTP) Ask() *Ask { return h.ask }

// Build makes the request. What it asks for has to be there: one that asks for
// nothing in particular finds what belongs to others.
func (a *Ask) Build(path string, s *Scope, p *Program) (*gonets.Request, error) {
	before := s.report
	s.report = expr.Report{}
	r, err := a.http.Build(path, s, p)
	if err == nil {
		err = s.report.Err()
	}
	s.report.Missing = append(before.Missing, s.report.Missing...)
	return r, err
}

// Judge reads the answer: whether the request was done, and then what becomes the
// body of the step's reply, if that is not the answer itself. An answer that does
// not tell is a failure; its outcome says why.
func (a *Ask) Judge(x *gonets.Exchange, s *Scope) (gonets.Purpose, json.RawMessage) {
	defer a.http.params.again(s)()
	if x.Outcome != gonets.OutcomeOK || a.http.expired(x, s) {
		return gonets.PurposeAsk, nil
	}
	codes := a.def.Codes
	if len(codes) == 0 {
		codes = []string{"2**", "404"}
	}
	if !gonets.MatchStatus(codes, x.Status) {
		x.Outcome, x.Code, x.Error = gonets.OutcomeHTTP, gonets.CodeHTTPStatus, fmt.Sprintf(
			"The service was asked whether the request had been done and answered %s, which is no answer to that.",
			strings.TrimSpace(fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status))))
		return gonets.PurposeAsk, nil
	}
	inner := s.withReply(a.http.reply(x))
	yes, err := a.done.Bool(inner, &inner.report)
	switch {
	case err != nil:
		return a.silent(x, gonets.CodeOf(err), err.Error())
	case !yes && a.misses(inner):
		return a.silent(x, gonets.CodeBodyRule, "The service was asked whether the request had been done, and its answer has nothing of what `"+a.def.Done+"` reads.")
	case !yes:
		return gonets.PurposeAskNot, nil
	case a.result == nil:
		return gonets.PurposeAskDone, nil
	}
	inner.report = expr.Report{}
	v, there, err := a.result.Lookup(inner, &inner.report)
	if err == nil && !there {
		err = gonets.Errorf(gonets.CodeBodyRule, "The service says that the request was done, but its answer has no `%s`.", a.def.Result)
	}
	var raw json.RawMessage
	if err == nil {
		raw, err = value.EncodeJSON(orNull(v))
	}
	if err != nil {
		return a.silent(x, gonets.CodeOf(err), err.Error())
	}
	return gonets.PurposeAskDone, raw
}

// misses tells whether the condition looked into an answer that is no data, such
// as the page of a proxy.
func (a *Ask) misses(s *Scope) bool {
	switch s.last.Body.(type) {
	case map[string]any, []any:
		return false
	}
	for _, m := range s.report.Missing {
		if m.Path == "body" || strings.HasPrefix(m.Path, "body.") || strings.HasPrefix(m.Path, "body[") {
			return true
		}
	}
	return false
}

func (a *Ask) silent(x *gonets.Exchange, code gonets.Code, why string) (gonets.Purpose, json.RawMessage) {
	x.Outcome, x.Code, x.Error = gonets.OutcomeBody, code, why
	return gonets.PurposeAsk, nil
}

// expired tells whether the answer says that what an earlier step gave is too old,
// and writes that into the exchange. One that cannot be judged does not say so.
func (h *HTTP) expired(x *gonets.Exchange, s *Scope) bool {
	if h.renew == nil || x.Outcome != gonets.OutcomeOK {
		return false
	}
	inner := s.withReply(h.reply(x))
	if yes, err := h.renew.Bool(inner, &inner.report); err != nil || !yes {
		return false
	}
	x.Code = gonets.CodeExpired
	x.Error = fmt.Sprintf("The service answered %d, and `%s` says that what the step %s gave is too old.", x.Status, h.def.Renew.When, h.def.Renew.Step)
	if x.Outcome = gonets.OutcomeBody; x.Status >= http.StatusBadRequest {
		x.Outcome = gonets.OutcomeHTTP
	}
	return true
}
