// Package valid finds what is wrong with sources, scenarios, settings and users
// by themselves. What only presets, secrets and templates can tell is found by
// those who know them.
package valid

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gonets"
	"gonets/internal/address"
	"gonets/internal/mask"
	"gonets/internal/value"
	"gonets/setting"
)

// Limits of documents that only validation uses.
const (
	maxTitle        = 200
	maxDedupeWindow = 30 * 24 * time.Hour
)

// Source finds what is wrong with a source by itself: it does not know the
// presets and secrets of the installation. Pointers are into the document.
func Source(s *gonets.Source) []gonets.Problem {
	var v validator
	v.name("/name", s.Name)
	v.title("/title", s.Title)
	switch {
	case s.Preset == "":
		v.missing("/preset", "preset is missing; write generic when none fits")
	case !presetName.MatchString(s.Preset):
		v.add("/preset", gonets.CodeBadName, "%q is not the name of a preset; it has %d characters at most", s.Preset, gonets.MaxNameLength)
	}
	if s.Verify != nil {
		v.verify("/verify", s.Verify)
	}
	if r := s.Reply; r != nil {
		if r.Status != 0 && (r.Status < 200 || r.Status > 599 || r.Status >= 300 && r.Status < 400) {
			v.add("/reply/status", gonets.CodeBadReplyStatus, "the reply's status is %d; it must be 200-299 or 400-599: senders of events do not follow redirects", r.Status)
		}
		if r.Text != nil && r.JSON != nil {
			v.add("/reply/json", gonets.CodeNotBoth, "a reply has %s or %s, not both", "text", "json")
		}
		if r.Wait != nil {
			v.within("/reply/wait", "wait", *r.Wait, span{0, gonets.MaxSyncWait})
		}
	}
	if s.Accept != nil {
		for i, m := range s.Accept.Methods {
			v.oneOf(fmt.Sprintf("/accept/methods/%d", i), "method", m, "GET", "POST", "PUT", "PATCH", "DELETE")
		}
	}
	if s.CORS != "" && s.CORS != "*" {
		if u, err := url.Parse(s.CORS); err != nil || u.Scheme == "" || u.Host == "" || strings.TrimSuffix(s.CORS, "/") != u.Scheme+"://"+u.Host {
			v.add("/cors", gonets.CodeBadOrigin, "cors is * or one origin such as https://example.org")
		}
	}
	v.zone("/time_zone", s.TimeZone)
	if w := s.DedupeWindow; w != nil {
		v.within("/dedupe_window", "the dedupe window", *w, span{time.Second, maxDedupeWindow})
	}
	return v.problems
}

// Scenario finds what is wrong with a scenario by itself; templates,
// conditions and references are checked by those who know them.
func Scenario(s *gonets.Scenario) []gonets.Problem {
	v := validator{native: s.Syntax == "" || s.Syntax == gonets.SyntaxGonets}
	v.name("/name", s.Name)
	v.title("/title", s.Title)
	v.description(s.Description)
	seen := map[string]bool{}
	for i, name := range s.Sources {
		p := fmt.Sprintf("/sources/%d", i)
		v.name(p, name)
		if seen[name] {
			v.add(p, gonets.CodeTwice, "%q stands twice", name)
		}
		seen[name] = true
	}
	v.tags(s.Tags)
	v.oneOf("/syntax", "syntax", string(s.Syntax), "", string(gonets.SyntaxGonets), string(gonets.SyntaxLeadConverter), string(gonets.SyntaxQnext), string(gonets.SyntaxSmartbot))
	v.oneOf("/missing", "missing", string(s.Missing), "", string(gonets.MissingWarn), string(gonets.MissingError))
	v.paths("/search", s.Search, gonets.MaxSearchValues)
	v.paths("/data", s.Data, gonets.MaxDataPaths)
	if len(s.Steps) == 0 {
		v.missing("/steps", "the scenario has no steps")
	}
	v.steps("/steps", s.Steps, map[string]string{}, 1)
	v.renewals("/steps", s.Steps, nil)
	if v.count > gonets.MaxStepsPerScenario {
		v.add("/steps", gonets.CodeTooMany, "%d steps; a scenario has %d at most", v.count, gonets.MaxStepsPerScenario)
	}
	v.tests(s)
	return v.problems
}

// Settings finds what is wrong with settings.
func Settings(s *setting.Settings) []gonets.Problem {
	var v validator
	v.title("/title", s.Title)
	if s.PublicURL != "" {
		if err := address.CheckBaseURL(s.PublicURL); err != nil {
			v.add("/public_url", gonets.CodeBadBaseURL, "%s", err)
		}
	}
	v.zone("/time_zone", s.TimeZone)
	for i, cidr := range s.AllowNetworks {
		if _, err := address.ParseNetwork(cidr); err != nil {
			v.add(fmt.Sprintf("/allow_networks/%d", i), gonets.CodeBadNetwork, "%s", err)
		}
	}
	if a := s.Retention.Age; a != 0 {
		v.within("/retention/age", "the age of history", a, span{time.Hour, 100 * 365 * 24 * time.Hour})
	}
	if n := len(s.Masking.Fields); n > gonets.MaxMaskedFields {
		v.add("/masking/fields", gonets.CodeTooMany, "%d fields; %d can be hidden at most", n, gonets.MaxMaskedFields)
	}
	for i, field := range s.Masking.Fields {
		if _, err := mask.Parse(field); err != nil {
			v.add(fmt.Sprintf("/masking/fields/%d", i), gonets.CodeBadField, "%q names no field; write it like phone, *.passport or headers.x-token", field)
		}
	}
	if s.Retention.Size < 0 {
		v.add("/retention/size", gonets.CodeNegative, "the size is below 0")
	}
	for name := range s.Env {
		if !envName.MatchString(name) {
			v.add("/env/"+gonets.EscapePointer(name), gonets.CodeBadEnv, "%q cannot be read as env.NAME; use letters, digits and _, a letter first", name)
		}
	}
	v.title("/contact", s.Contact)
	v.lanes(s.Lanes)
	if s.Mail != nil {
		v.problems = append(v.problems, Mail(s.Mail, "/mail")...)
	}
	if s.Notices != nil {
		v.notices(s.Notices)
	}
	slices.SortFunc(v.problems, func(a, b gonets.Problem) int { return strings.Compare(a.Pointer, b.Pointer) })
	return v.problems
}

var (
	presetName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	envName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
	// token is a method or header name (RFC 9110 §5.6.2).
	token = regexp.MustCompile("^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+$")
)

// validator gathers problems of one document.
type validator struct {
	problems []gonets.Problem
	// native is true when templates are written {{ … }}.
	native bool
	count  int
}

func (v *validator) add(pointer string, code gonets.Code, format string, args ...any) {
	v.problems = append(v.problems, gonets.Mistake(pointer, code, format, args...))
}

// missing reports what has to be filled in.
func (v *validator) missing(pointer, format string, args ...any) {
	v.add(pointer, gonets.CodeMissing, format, args...)
}

// oneOf checks a word of a fixed list; an empty first word of the list allows
// an empty value.
func (v *validator) oneOf(pointer, what, got string, allowed ...string) {
	if slices.Contains(allowed, got) {
		return
	}
	if allowed[0] == "" {
		allowed = allowed[1:]
	}
	v.add(pointer, gonets.CodeBadChoice, "%s is %q; it must be %s", what, got, gonets.Choice(allowed))
	v.problems[len(v.problems)-1].Suggestion = value.Nearest(got, allowed)
}

func (v *validator) name(pointer, name string) {
	switch {
	case name == "":
		v.missing(pointer, "the name is missing")
	case !gonets.ValidName(name):
		v.add(pointer, gonets.CodeBadName, "%q cannot be a name; use small Latin letters, digits and hyphens, %d at most", name, gonets.MaxNameLength)
	}
}

func (v *validator) title(pointer, title string) {
	if utf8.RuneCountInString(title) > maxTitle {
		v.add(pointer, gonets.CodeTooLong, "longer than %d characters", maxTitle)
	}
	if strings.ContainsFunc(title, unicode.IsControl) {
		v.add(pointer, gonets.CodeControlChar, "holds a line break or another control character")
	}
}

type span struct{ low, high time.Duration }

func (v *validator) within(pointer, what string, d gonets.Duration, s span) {
	if d.D() < s.low || d.D() > s.high {
		v.add(pointer, gonets.CodeBadSpan, "%s is %s; it must be between %s and %s", what, d, gonets.Duration(s.low), gonets.Duration(s.high))
	}
}

func (v *validator) zone(pointer, zone string) {
	if zone == "" {
		return
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		v.add(pointer, gonets.CodeBadZone, "%q is not a time zone; write one such as Europe/Moscow", zone)
	}
}

func (v *validator) secret(pointer, name string) {
	if !gonets.ValidName(name) {
		v.add(pointer, gonets.CodeBadName, "%q cannot be the name of a secret; use small Latin letters, digits and hyphens, %d at most (the secret itself never stands in a document)", name, gonets.MaxNameLength)
	}
}

func (v *validator) verify(p string, y *gonets.Verify) {
	// Without a kind it is the preset's.
	v.oneOf(p+"/kind", "kind", y.Kind, "", "none", "token", "basic", "hmac")
	if y.Kind == "none" {
		if y.Secret != "" {
			v.add(p+"/secret", gonets.CodeNoSecretHere, "kind none checks nothing, so it takes no secret")
		}
		return
	}
	if y.Secret == "" {
		v.missing(p+"/secret", "the name of the secret is missing")
	} else {
		v.secret(p+"/secret", y.Secret)
	}
	if y.Header != "" && !token.MatchString(y.Header) {
		v.add(p+"/header", gonets.CodeBadHeader, "%q cannot be a header's name", y.Header)
	}
	for i, place := range y.Places {
		pp := fmt.Sprintf("%s/places/%d", p, i)
		v.oneOf(pp+"/in", "in", place.In, "header", "query", "body")
		if place.Name == "" {
			v.missing(pp+"/name", "the name is missing")
		}
		v.oneOf(pp+"/scheme", "scheme", place.Scheme, "", "Basic")
	}
	if t := y.Timestamp; t != nil {
		v.oneOf(p+"/timestamp/in", "in", t.In, "header", "query", "body", "signature")
		if t.Name == "" {
			v.missing(p+"/timestamp/name", "the name is missing")
		}
		v.oneOf(p+"/timestamp/unit", "unit", t.Unit, "", "s", "ms")
	}
}

// kindNames are the kinds in the order of [Step]'s fields.
func kindNames() []string {
	return []string{gonets.KindHTTP, gonets.KindRequest, gonets.KindSet, gonets.KindIf, gonets.KindDelay, gonets.KindRespond, gonets.KindStop, gonets.KindFail}
}

// steps checks a list of steps. Ids are those that are taken, each with the present id
// of the step that has it or had it first.
func (v *validator) steps(p string, steps []gonets.Step, ids map[string]string, depth int) {
	if len(steps) > 0 && depth > gonets.MaxStepDepth {
		v.add(p, gonets.CodeTooDeep, "steps are nested deeper than %d", gonets.MaxStepDepth)
		return
	}
	for i := range steps {
		s, sp := &steps[i], fmt.Sprintf("%s/%d", p, i)
		v.count++
		switch {
		case s.ID == "":
			v.missing(sp+"/id", "the step has no id")
		case !gonets.ValidStepID(s.ID):
			v.add(sp+"/id", gonets.CodeBadStepID, "%q cannot be a step's id; use small Latin letters, digits and _, a letter first", s.ID)
		case ids[s.ID] == s.ID:
			v.add(sp+"/id", gonets.CodeTwice, "step id %q stands twice here; runs keep results by it", s.ID)
		case ids[s.ID] != "":
			v.former(sp+"/id", s.ID, ids[s.ID])
		}
		ids[s.ID] = s.ID
		v.was(sp+"/was", s, ids)
		v.step(sp, s, depth)
	}
}

// was checks the id that a step had first: what is known of the step is found by
// it, so it is no other step's.
func (v *validator) was(p string, s *gonets.Step, ids map[string]string) {
	switch {
	case s.Was == "" || s.Was == s.ID:
	case !gonets.ValidStepID(s.Was):
		v.add(p, gonets.CodeBadStepID, "%q cannot be a step's id; use small Latin letters, digits and _, a letter first", s.Was)
	case ids[s.Was] != "":
		v.former(p, s.Was, s.ID)
	default:
		ids[s.Was] = s.ID
	}
}

// former tells that another step has an id that is kept for the one that had it first.
func (v *validator) former(p, id, now string) {
	v.add(p, gonets.CodeFormerStepID, "step id %q is taken: step %q had it first, and what is known of that step is found by it", id, now)
}

func (v *validator) step(p string, s *gonets.Step, depth int) {
	v.title(p+"/title", s.Title)
	v.condition(p+"/when", s.When)
	v.condition(p+"/if", s.If)
	switch kinds := s.Kinds(); {
	case len(kinds) == 0:
		v.missing(p, "the step does nothing; add %s", gonets.Choice(kindNames()))
	case len(kinds) > 1:
		v.add(p+"/"+kinds[1], gonets.CodeNotBoth, "a step has one kind; this one has %s and %s", kinds[0], kinds[1])
	}
	if s.If == "" {
		for name, branch := range map[string][]gonets.Step{"then": s.Then, "else": s.Else} {
			if len(branch) > 0 {
				v.add(p+"/"+name, gonets.CodeNeedsIf, "%s belongs to a step with if", name)
			}
		}
	}
	// Both branches keep results under the same path, so they share ids.
	ids := map[string]string{}
	v.steps(p+"/then", s.Then, ids, depth+1)
	v.steps(p+"/else", s.Else, ids, depth+1)
	v.set(p+"/set", s.Set)
	v.sending(p, s)
	if s.HTTP != nil {
		v.http(p+"/http", s.HTTP)
	}
	if s.Delay != "" && v.literal(s.Delay) {
		if d, err := gonets.ParseDuration(s.Delay); err != nil {
			v.add(p+"/delay", gonets.CodeBadDuration, "%s", err)
		} else {
			v.within(p+"/delay", "the delay", d, span{0, gonets.MaxWait})
		}
	}
	if s.Respond != nil {
		v.respond(p+"/respond", s.Respond)
	}
}

// literal tells whether text surely holds no template.
func (v *validator) literal(text string) bool {
	return !strings.Contains(text, "{{") && (v.native || !strings.ContainsAny(text, "{%$"))
}

func (v *validator) condition(p, text string) {
	if len(text) > gonets.MaxTemplateSource {
		v.add(p, gonets.CodeTooBig, "the condition is longer than %d bytes", gonets.MaxTemplateSource)
	}
}

func (v *validator) set(p string, rows gonets.Rows) {
	v.rows(p, rows)
	for i, row := range rows {
		root, _, _ := strings.Cut(row.Name, ".")
		root, _, _ = strings.Cut(root, "[")
		if row.Name == "" || !v.native {
			continue
		}
		v.variable(fmt.Sprintf("%s/%d", p, i), root)
	}
}

func (v *validator) variable(p, name string) {
	switch {
	case slices.Contains(value.ReservedNames(), name):
		v.add(p, gonets.CodeReservedName, "%q has a meaning of its own; choose another name", name)
	case !gonets.ValidStepID(name):
		v.add(p, gonets.CodeBadVariable, "%q cannot be a variable's name; use small Latin letters, digits and _, a letter first", name)
	}
}

func (v *validator) rows(p string, rows gonets.Rows) {
	for i, row := range rows {
		if row.Name == "" {
			v.missing(fmt.Sprintf("%s/%d", p, i), "the row has no name")
		}
		v.tree(fmt.Sprintf("%s/%d", p, i), row.Value, 1)
	}
}

// tree bounds the depth of a JSON value that a document holds.
func (v *validator) tree(p string, x any, depth int) {
	if depth > gonets.MaxJSONDepth {
		v.add(p, gonets.CodeTooDeep, "nested deeper than %d", gonets.MaxJSONDepth)
		return
	}
	switch x := x.(type) {
	case gonets.Rows:
		for _, row := range x {
			v.tree(p, row.Value, depth+1)
		}
	case []any:
		for _, item := range x {
			v.tree(p, item, depth+1)
		}
	}
}

func (v *validator) http(p string, h *gonets.HTTPStep) {
	if h.Method != "" && !token.MatchString(h.Method) {
		v.add(p+"/method", gonets.CodeBadMethod, "%q cannot be a method", h.Method)
	}
	v.address(p+"/url", h.URL)
	v.rows(p+"/query", h.Query)
	v.headers(p+"/headers", h.Headers)
	if h.Body != nil {
		v.body(p+"/body", h.Body)
	}
	v.choices(p, h)
	if h.Timeout != nil {
		v.within(p+"/timeout", "the timeout", *h.Timeout, span{gonets.MinHTTPTimeout, gonets.MaxHTTPTimeout})
	}
	v.oneOf(p+"/redirects", "redirects", h.Redirects, "", "none", "follow")
	v.oneOf(p+"/response", "response", h.Response, "", "auto", "by-type", "json", "text", "binary")
	if h.ReplyLimit < 0 || h.ReplyLimit > gonets.MaxReplyLimit {
		v.add(p+"/reply_limit", gonets.CodeBadNumber, "the reply limit is %d bytes; it must be between %d and %d", h.ReplyLimit, 1, gonets.MaxReplyLimit)
	}
	if s := h.Success; s != nil {
		v.patterns(p+"/success/codes", s.Codes)
		v.condition(p+"/success/when", s.When)
	}
	if h.Retry != nil {
		v.retry(p+"/retry", h.Retry)
	}
	v.reaction(p, h.OnFailure, h.Save)
	v.renewing(p, h.Renew)
}

func (v *validator) address(p, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		v.missing(p, "the address is missing")
	case len(text) > 8*gonets.MaxTemplateSource:
		v.add(p, gonets.CodeTooBig, "the address is longer than %d bytes", 8*gonets.MaxTemplateSource)
	case !v.literal(text):
	default:
		if u, err := url.Parse(text); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			v.add(p, gonets.CodeBadAddress, "%q is not an address; it begins with http:// or https://", text)
		}
	}
}

func (v *validator) headers(p string, rows gonets.Rows) {
	v.rows(p, rows)
	for i, row := range rows {
		if row.Name != "" && v.literal(row.Name) && !token.MatchString(row.Name) {
			v.add(fmt.Sprintf("%s/%d", p, i), gonets.CodeBadHeader, "%q cannot be a header's name", row.Name)
		}
	}
}

func (v *validator) patterns(p string, patterns []string) {
	for i, s := range patterns {
		if _, _, ok := gonets.StatusRange(strings.TrimPrefix(s, "!")); !ok {
			v.add(fmt.Sprintf("%s/%d", p, i), gonets.CodeBadStatus, "%q is not a status; write 200, 2**, 200-204 or !404", s)
		}
	}
}

// Retry checks a policy by itself, which stands at a place.
func Retry(pointer string, r *gonets.Retry) []gonets.Problem {
	v := &validator{}
	v.retry(pointer, r)
	return v.problems
}

func (v *validator) retry(p string, r *gonets.Retry) {
	if r.Delays != nil && r.Exponential != nil {
		v.add(p+"/exponential", gonets.CodeNotBoth, "a policy has %s or %s, not both", "delays", "exponential")
	}
	if len(r.Delays) > gonets.MaxRetries {
		v.add(p+"/delays", gonets.CodeTooMany, "%d delays; %d at most", len(r.Delays), gonets.MaxRetries)
	}
	for i, d := range r.Delays {
		v.within(fmt.Sprintf("%s/delays/%d", p, i), "the delay", d, span{gonets.MinRetryDelay, gonets.MaxWait})
	}
	if e := r.Exponential; e != nil {
		v.within(p+"/exponential/first", "the first delay", e.First, span{gonets.MinRetryDelay, gonets.MaxWait})
		if e.Max != 0 {
			v.within(p+"/exponential/max", "the longest delay", e.Max, span{gonets.MinRetryDelay, gonets.MaxWait})
		}
		if e.Factor < 1 || e.Factor > 100 {
			v.add(p+"/exponential/factor", gonets.CodeBadNumber, "the factor is %v; it must be between %d and %d", e.Factor, 1, 100)
		}
		if e.Tries < 1 || e.Tries > gonets.MaxRetries+1 {
			v.add(p+"/exponential/tries", gonets.CodeBadNumber, "%d attempts; it must be between %d and %d", e.Tries, 1, gonets.MaxRetries+1)
		}
	}
	for i, s := range r.On {
		if _, _, ok := gonets.StatusRange(strings.TrimPrefix(s, "!")); ok {
			continue
		}
		v.oneOf(fmt.Sprintf("%s/on/%d", p, i), "on", s, "network", "unknown", "body", "4xx", "5xx", "500-503", "!404")
	}
	if r.Deadline != nil {
		v.within(p+"/deadline", "the deadline", *r.Deadline, span{gonets.MinRetryDelay, 365 * 24 * time.Hour})
	}
	if r.Quiet != nil {
		v.quiet(p+"/quiet", r.Quiet)
	}
	if r.Ask != nil {
		v.ask(p+"/ask", r.Ask)
	}
}

func (v *validator) quiet(p string, q *gonets.Quiet) {
	from, err := v.clock(p+"/from", q.From)
	to, err2 := v.clock(p+"/to", q.To)
	if err == nil && err2 == nil && from == to {
		v.add(p+"/to", gonets.CodeSameClock, "the quiet hours begin and end at %s", q.To)
	}
	if q.Zone == "" {
		v.add(p+"/zone", gonets.CodeNoZone, "the quiet hours need the zone of their clocks, such as Europe/Moscow")
	}
	v.zone(p+"/zone", q.Zone)
}

func (v *validator) clock(p, text string) (int, error) {
	minutes, err := gonets.ParseClock(text)
	if err != nil {
		v.add(p, gonets.CodeBadClock, "%q is not a time of day; write one such as 08:00", text)
	}
	return minutes, err
}

func (v *validator) respond(p string, r *gonets.RespondStep) {
	if r.Text != nil && r.JSON != nil {
		v.add(p+"/json", gonets.CodeNotBoth, "an answer has %s or %s, not both", "text", "json")
	}
	if r.Text != nil {
		v.bodyText(p+"/text", *r.Text)
	}
	if r.JSON != nil {
		v.tree(p+"/json", r.JSON.Value, 1)
	}
	v.headers(p+"/headers", r.Headers)
	if r.Status == nil {
		return
	}
	text, isText := r.Status.Value.(string)
	if isText && !v.literal(text) {
		return
	}
	if n, isNumber := r.Status.Value.(json.Number); isNumber {
		text = n.String()
	}
	if n, err := strconv.Atoi(text); err != nil || n < 200 || n > 599 {
		v.add(p+"/status", gonets.CodeBadNumber, "the status is %q; it must be a number from %d to %d or a template", text, 200, 599)
	}
}
