// Package mask hides values in what is shown: the fields that the settings name,
// and what headers say of who calls. It changes copies only; what is stored and
// what is sent stays as it is.
//
// It works in two turns. The first hides values at their places and remembers
// them; the second hides the same values wherever else they stand, in whichever
// common encoding: a phone that came in a masked field is sent on under another
// name, and comes back in a reply.
package mask

import (
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/value"
)

// Hidden stands where a value was.
const Hidden = "***"

// anyName stands in a field for one name, whichever it is.
const anyName = "*"

// Rules are the fields whose values are hidden. The zero value hides credentials
// in headers only.
type Rules struct {
	fields [][]string
	// patterns find them in text that is no document; nil when there are none.
	patterns *patterns
}

// New makes rules of fields. A field that cannot be read hides nothing:
// [Parse] refuses it before it is saved.
func New(fields []string) *Rules {
	r := &Rules{}
	for _, field := range fields {
		if names, err := Parse(field); err == nil {
			r.fields = append(r.fields, names)
		}
	}
	r.patterns = patternsOf(r.fields)
	return r
}

// Empty tells whether no field is hidden.
func (r *Rules) Empty() bool { return len(r.fields) == 0 }

// Parse reads a field: a path whose names match at any depth, whatever is above
// them. An asterisk is one name, and elements of lists need not be named.
func Parse(field string) (names []string, err error) {
	field = strings.TrimSpace(field)
	real := false
	for i, part := range strings.Split("."+field+".", "."+anyName+".") {
		if i > 0 {
			names = append(names, anyName)
		}
		part = strings.Trim(part, ".")
		if part == "" {
			continue
		}
		path, err := value.ParsePath(part)
		if err != nil {
			return nil, err
		}
		for ; path.Len() > 0; path = path.Rest() {
			if more := split(path.Root()); len(more) > 0 {
				names, real = append(names, more...), true
			}
		}
	}
	if !real || utf8.RuneCountInString(field) > gonets.MaxMaskedField {
		return nil, gonets.Errorf(gonets.CodeInvalid, "%q names no field; write it like phone, *.passport or headers.x-token", field)
	}
	return names, nil
}

// split takes a member's name apart: client.phone and client[phone] are the
// phone of a client.
func split(name string) []string {
	if !strings.ContainsAny(name, ".[]") {
		if name == "" {
			return nil
		}
		return []string{name}
	}
	var out []string
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		if strings.Trim(part, "0123456789") != "" {
			out = append(out, part)
		}
	}
	return out
}

// hides tells whether the value at a place is hidden.
func (r *Rules) hides(at []string) bool {
	for _, names := range r.fields {
		if len(names) <= len(at) && same(names, at[len(at)-len(names):]) {
			return true
		}
	}
	return false
}

func same(names, at []string) bool {
	for i, name := range names {
		if name != anyName && !strings.EqualFold(name, at[i]) {
			return false
		}
	}
	return true
}

// mostNames is how many names of a place are kept, the last ones: more than the
// longest field has. One name may be very many, and is copied for all below it.
const mostNames = gonets.MaxMaskedField

// below is a place with a further name. It never shares memory with at.
func below(at []string, names ...string) []string {
	out := append(make([]string, 0, len(at)+len(names)), at...)
	for _, name := range names {
		out = append(out, split(name)...)
	}
	if len(out) > mostNames {
		return slices.Clone(out[len(out)-mostNames:])
	}
	return out
}

// Event is an event as people see it. What its source keeps secret is hidden
// before.
func (r *Rules) Event(ev gonets.Event) gonets.Event {
	c := r.Cover()
	ev = c.event(ev)
	c.close()
	return c.coveredEvent(ev)
}

// Run is all about a run as people see it. What its source keeps secret is
// hidden before.
func (r *Rules) Run(d gonets.RunDetail) gonets.RunDetail {
	c := r.Cover()
	d.Event = c.event(d.Event)
	d.Results = c.results(d.Results)
	d.Attempts = c.attempts(d.Attempts, d.Version)
	d.Run.LastError = c.text(d.Run.LastError)
	c.close()
	d.Event = c.coveredEvent(d.Event)
	for i := range d.Results {
		d.Results[i].Value = []byte(c.coveredJSON(string(d.Results[i].Value)))
	}
	for i := range d.Attempts {
		c.coveredAttempt(&d.Attempts[i], d.Version.Sends(d.Attempts[i].Path))
	}
	d.Run.LastError = c.said(d.Run.LastError)
	unchecked(&d)
	return d
}

// unchecked hides what may hold the value of a cookie that cannot be opened: nobody
// knows what to look for. Errors were written without such values.
func unchecked(d *gonets.RunDetail) {
	first := firstSealed(d.Attempts)
	if first < 0 {
		return
	}
	later := Unchecked(d.Attempts)
	for i := range d.Attempts[first:] {
		a := &d.Attempts[first+i]
		if i > 0 { // its own request left before they came
			a.URL, a.RequestHeaders, a.RequestBody = hiddenPath(a.URL), hiddenValues(a.RequestHeaders), hiddenBody(a.RequestBody)
		}
		for h := range a.Hops {
			a.Hops[h].URL = hiddenPath(a.Hops[h].URL)
		}
		a.ReplyHeaders, a.ReplyBody = hiddenValues(a.ReplyHeaders), hiddenBody(a.ReplyBody)
		if a.StatusLine != "" { // a service writes what it likes behind the number
			a.StatusLine = strconv.Itoa(a.Status)
		}
	}
	for i := range d.Results {
		if r := &d.Results[i]; len(r.Value) > 0 && later(r) {
			r.Value = []byte(`"` + Hidden + `"`)
		}
	}
	if d.Event.Answer != nil {
		answer := *d.Event.Answer
		answer.Headers, answer.Body = hiddenValues(answer.Headers), hiddenBody(answer.Body)
		d.Event.Answer = &answer
	}
}

func firstSealed(attempts []gonets.Attempt) int {
	return slices.IndexFunc(attempts, func(a gonets.Attempt) bool { return a.Sealed })
}

// Unchecked tells whether a step's result may hold the value of a cookie that cannot be
// opened: nothing tells it from other text.
func Unchecked(attempts []gonets.Attempt) func(*gonets.StepResult) bool {
	first := firstSealed(attempts)
	return func(r *gonets.StepResult) bool {
		return first >= 0 && r.FinishedAt >= attempts[first].StartedAt.UnixMilli()
	}
}

func hiddenValues(in []gonets.Header) []gonets.Header {
	out := slices.Clone(in)
	for i := range out {
		out[i].Value = Hidden
	}
	return out
}

func hiddenBody(body []byte) []byte {
	if len(body) == 0 {
		return body
	}
	return []byte(Hidden)
}

// hiddenPath leaves of an address where it leads.
func hiddenPath(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return Hidden
	}
	return u.Scheme + "://" + u.Host + "/" + Hidden
}

func (c *Cover) event(ev gonets.Event) gonets.Event {
	at := []string{"event"}
	ev.Headers = c.headers(below(at, "headers"), ev.Headers)
	if len(c.rules.fields) == 0 {
		return ev
	}
	ev.RawQuery = c.pairs(below(at, "query"), ev.RawQuery)
	ev.Body = c.body(below(at, "body"), ev.Body, ev.ContentType)
	ev.Item = c.body(below(at, "item"), ev.Item, "")
	if ev.Answer != nil {
		answer := *ev.Answer
		answer.Headers = c.headers(below(nil, "answer", "headers"), answer.Headers)
		answer.Body = c.body(below(nil, "answer", "body"), answer.Body, gonets.HeaderValue(answer.Headers, contentType))
		ev.Answer = &answer
	}
	return ev
}

const contentType = "Content-Type"

func (c *Cover) results(in []gonets.StepResult) []gonets.StepResult {
	if len(c.rules.fields) == 0 {
		return append([]gonets.StepResult(nil), in...)
	}
	out := make([]gonets.StepResult, len(in))
	for i, result := range in {
		result.Value = []byte(c.json(below(nil, "steps", result.Path, "value"), string(result.Value)))
		out[i] = result
	}
	return out
}

func (c *Cover) attempts(in []gonets.Attempt, v *gonets.Version) []gonets.Attempt {
	out := make([]gonets.Attempt, len(in))
	for i := range in {
		out[i] = c.attempt(in[i], v.Sends(in[i].Path))
	}
	return out
}

func (c *Cover) attempt(a gonets.Attempt, st *gonets.HTTPStep) gonets.Attempt {
	sentAs, cameAs := charset.Types(st, a.Purpose, &a.Exchange)
	sent, got := []string{"request"}, []string{"reply"}
	a.RequestHeaders = c.headers(below(sent, "headers"), a.RequestHeaders)
	a.ReplyHeaders = c.headers(below(got, "headers"), a.ReplyHeaders)
	a.Hops = append([]gonets.Hop(nil), a.Hops...)
	c.cookies(a.Cookies)
	a.Cookies = nil
	if len(c.rules.fields) == 0 {
		return a
	}
	a.URL = c.address(a.URL)
	for i := range a.Hops {
		a.Hops[i].URL = c.address(a.Hops[i].URL)
	}
	a.RequestBody = c.body(below(sent, "body"), a.RequestBody, sentAs)
	a.ReplyBody = c.body(below(got, "body"), a.ReplyBody, cameAs)
	a.Error = c.text(a.Error)
	return a
}

// Cookies is a text without the values of cookies: what is written about an exchange
// goes where nobody knows any more which ones it brought.
func Cookies(text string, lists ...[]gonets.Cookie) string {
	if text == "" {
		return ""
	}
	c := New(nil).Cover()
	c.LearnCookies(lists...)
	return c.said(text)
}

// cookies learns the values of a run's cookies, which nobody is shown.
func (c *Cover) cookies(list []gonets.Cookie) {
	for _, cookie := range list {
		pair, _, _ := strings.Cut(cookie.Line, ";")
		_, text, _ := strings.Cut(pair, "=")
		c.learnCredential(strings.Trim(text, ` "`))
	}
}

// address hides fields of a query.
func (c *Cover) address(raw string) string {
	before, rest, ok := strings.Cut(raw, "?")
	if !ok {
		return raw
	}
	query, fragment, cut := strings.Cut(rest, "#")
	out := before + "?" + c.pairs([]string{"request", "query"}, query)
	if cut {
		out += "#" + fragment
	}
	return out
}

func (c *Cover) coveredEvent(ev gonets.Event) gonets.Event {
	if c.known == nil {
		return ev
	}
	ev.Path, ev.RawQuery, ev.ContentType = c.Text(ev.Path), c.Text(ev.RawQuery), c.Text(ev.ContentType)
	ev.Headers = c.coveredHeaders(ev.Headers)
	ev.Body, ev.Item = c.coveredBody(ev.Body, ev.ContentType), c.coveredBody(ev.Item, "")
	if ev.Answer != nil {
		answer := *ev.Answer
		answer.Headers, answer.Body = c.coveredHeaders(answer.Headers), c.coveredBody(answer.Body, gonets.HeaderValue(answer.Headers, contentType))
		ev.Answer = &answer
	}
	return ev
}

func (c *Cover) coveredAttempt(a *gonets.Attempt, st *gonets.HTTPStep) {
	if c.known == nil {
		return
	}
	sentAs, cameAs := charset.Types(st, a.Purpose, &a.Exchange)
	a.URL, a.StatusLine, a.Error = c.Text(a.URL), c.Text(a.StatusLine), c.said(a.Error)
	for i := range a.Hops {
		a.Hops[i].URL = c.Text(a.Hops[i].URL)
	}
	a.RequestHeaders, a.ReplyHeaders = c.coveredHeaders(a.RequestHeaders), c.coveredHeaders(a.ReplyHeaders)
	a.RequestBody = c.coveredBody(a.RequestBody, sentAs)
	a.ReplyBody = c.coveredBody(a.ReplyBody, cameAs)
}

func (c *Cover) coveredHeaders(in []gonets.Header) []gonets.Header {
	out := slices.Clone(in)
	for i := range out {
		out[i].Value = c.Text(out[i].Value)
	}
	return out
}

// coveredBody reads a body in its encoding as well. One in another than UTF-8 is
// given back in UTF-8 when something in it is covered.
func (c *Cover) coveredBody(body []byte, kind string) []byte {
	if body == nil || c.known == nil {
		return body
	}
	body = c.withoutFiles(body, kind)
	media, params, _ := mime.ParseMediaType(kind)
	if boundary := params["boundary"]; boundary != "" && !isDocument(string(body)) {
		// A file in it makes no other encoding of the whole.
		pieces := strings.Split(string(body), "--"+boundary)
		for i, piece := range pieces {
			text := charset.Legible([]byte(piece), "")
			if shown := c.Text(text); shown != text {
				pieces[i] = shown
			}
		}
		return []byte(c.Text(strings.Join(pieces, "--"+boundary)))
	}
	text := charset.Legible(body, kind)
	if media == form {
		text = inUTF8(text, kind)
	}
	if text != string(body) {
		if shown := c.coveredJSON(text); shown != text {
			return []byte(shown)
		}
	}
	return []byte(c.coveredJSON(string(body)))
}
