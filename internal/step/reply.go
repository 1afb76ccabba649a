package step

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/value"
)

// reply reads a reply in the step's format.
func (h *HTTP) reply(x *gonets.Exchange) *Reply {
	r := &Reply{Status: x.Status, Headers: replyHeaders(x.ReplyHeaders)}
	r.Body = readBody(h.def, x).value
	return r
}

// replyHeaders are by lower-case name; repeated ones are joined (RFC 9110 §5.3).
func replyHeaders(list []gonets.Header) map[string]any {
	m := make(map[string]any, len(list))
	for _, h := range list {
		name := strings.ToLower(h.Name)
		if before, ok := m[name].(string); ok {
			m[name] = before + ", " + h.Value
			continue
		}
		m[name] = h.Value
	}
	return m
}

// body is what a step reads in a reply's body.
type body struct {
	value any
	json  bool
	// duplicates tells that the JSON names a member twice: the last one counts.
	duplicates bool
}

// NamesTwice tells whether a step reads a reply as JSON that names a member twice.
func NamesTwice(def *gonets.HTTPStep, x *gonets.Exchange) bool { return readBody(def, x).duplicates }

func readBody(def *gonets.HTTPStep, x *gonets.Exchange) body {
	said := charset.Given(gonets.HeaderValue(x.ReplyHeaders, "Content-Type"), def.ResponseCharset)
	kind, _, _ := mime.ParseMediaType(gonets.HeaderValue(x.ReplyHeaders, "Content-Type"))
	label := charset.Of(x.ReplyBody, said)
	labelled := kind == typeJSON || strings.HasSuffix(kind, "+json")
	try := labelled
	switch def.Response {
	case "binary":
		return body{value: x.ReplyBody}
	case "text":
		return body{value: readText(x.ReplyBody, label)}
	case "json":
		try = true
	case "by-type":
	default:
		trimmed := bytes.TrimSpace(bytes.TrimPrefix(x.ReplyBody, []byte("\xef\xbb\xbf")))
		try = labelled || len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
	}
	if try {
		if v, duplicates, err := value.DecodeJSONText(readText(x.ReplyBody, label)); err == nil {
			return body{v, true, duplicates}
		}
	}
	auto := def.Response == "" || def.Response == "auto"
	if auto && charset.Label(x.ReplyBody, said) == "" && !strings.HasPrefix(kind, "text/") && !utf8.Valid(x.ReplyBody) {
		return body{value: x.ReplyBody}
	}
	return body{value: readText(x.ReplyBody, label)}
}

// readText decodes the body; what cannot be decoded stays as it is, with
// broken characters replaced.
func readText(body []byte, label string) string {
	if text, err := charset.Decode(body, label); err == nil {
		return text
	}
	return strings.ToValidUTF8(string(body), "\uFFFD")
}

// Judge decides whether a complete reply is a success and writes the outcome
// into the exchange. An exchange without a reply stays as it is.
func (h *HTTP) Judge(x *gonets.Exchange, s *Scope) {
	if x.Outcome != gonets.OutcomeOK {
		return
	}
	defer h.params.again(s)()
	if h.expired(x, s) {
		return
	}
	codes := []string{"2**"}
	if h.def.Success != nil && len(h.def.Success.Codes) > 0 {
		codes = h.def.Success.Codes
	}
	if !gonets.MatchStatus(codes, x.Status) {
		x.Outcome, x.Code, x.Error = gonets.OutcomeHTTP, gonets.CodeHTTPStatus, h.describeStatus(x)
		if movedTo(x) != "" {
			x.Code = gonets.CodeHTTPMoved
		}
		return
	}
	if h.when == nil && h.def.Response != "json" {
		return
	}
	reply := &Reply{Status: x.Status, Headers: replyHeaders(x.ReplyHeaders)}
	read := readBody(h.def, x)
	reply.Body = read.value
	if h.def.Response == "json" && !read.json && len(bytes.TrimSpace(x.ReplyBody)) > 0 {
		x.Outcome, x.Code = gonets.OutcomeBody, gonets.CodeReplyNotJSON
		x.Error = "The reply is not JSON, and the step expects JSON. See the reply's body; the service may have answered with an error page."
		return
	}
	if h.when == nil {
		return
	}
	inner := s.withReply(reply)
	yes, err := h.when.Bool(inner, &inner.report)
	switch {
	case err != nil:
		x.Outcome, x.Code, x.Error = gonets.OutcomeBody, gonets.CodeOf(err), err.Error()
	case !yes:
		x.Outcome, x.Code = gonets.OutcomeBody, gonets.CodeBodyRule
		x.Error = fmt.Sprintf("The reply came with status %d, but the success rule `%s` says no.", x.Status, h.def.Success.When)
		if missing := DescribeMissing(inner.report.Missing); missing != "" {
			x.Error += " Not in the reply: " + missing + "."
		}
	}
}

// movedTo is where a reply says that its service is now. A 304 says that nothing has
// changed, wherever it is.
func movedTo(x *gonets.Exchange) string {
	if x.Status/100 != 3 || x.Status == http.StatusNotModified {
		return ""
	}
	return gonets.HeaderValue(x.ReplyHeaders, "Location")
}

func (h *HTTP) describeStatus(x *gonets.Exchange) string {
	if to := movedTo(x); to != "" {
		why := "Redirects are not followed here; put the new address into the step, or let it follow redirects."
		if h.def.Redirects == "follow" {
			why = "The step follows redirects, but this one could not be followed; if the new address is right, put it into the step."
		}
		return fmt.Sprintf("The service answered %d: it has moved to %s. %s", x.Status, to, why)
	}
	status := strings.TrimSpace(fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status)))
	return fmt.Sprintf("The service answered %s, which is not one of the success codes.", status)
}
