package gonets

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of documents that only validation uses.
const (
	maxTitle        = 200
	maxDedupeWindow = 30 * 24 * time.Hour
)

// ReservedNames are the names of the scope that no variable may take: an
// event's field or a step must not be able to stand in for them.
func ReservedNames() []string {
	return []string{"event", "steps", "vars", "run", "scenario", "source", "params", "item", "index", "env",
		"now", "today", "uuid", "public_url", "body", "status", "headers", "true", "false", "null"}
}

// Validate finds what is wrong with a source by itself: it does not know the
// presets and secrets of the installation. Pointers are into the document.
func (s *Source) Validate() []Problem {
	var v validator
	v.name("/name", s.Name)
	v.title("/title", s.Title)
	switch {
	case s.Preset == "":
		v.add("/preset", "preset is missing; write generic when none fits")
	case !presetName.MatchString(s.Preset):
		v.add("/preset", "%q is not the name of a preset", s.Preset)
	}
	if s.Verify != nil {
		v.verify("/verify", s.Verify)
	}
	if r := s.Reply; r != nil {
		if r.Status != 0 && (r.Status < 200 || r.Status > 599 || r.Status >= 300 && r.Status < 400) {
			v.add("/reply/status", "the reply's status is %d; it must be 200-299 or 400-599: senders of events do not follow redirects", r.Status)
		}
		if r.Text != nil && r.JSON != nil {
			v.add("/reply/json", "a reply has text or json, not both")
		}
		if r.Wait != nil && r.Wait.D() > MaxSyncWait {
			v.add("/reply/wait", "wait is %s; a caller waits %s at most", r.Wait, Duration(MaxSyncWait))
		}
	}
	if s.Accept != nil {
		for i, m := range s.Accept.Methods {
			v.oneOf(fmt.Sprintf("/accept/methods/%d", i), "method", m, "GET", "POST", "PUT", "PATCH", "DELETE")
		}
	}
	if s.CORS != "" && s.CORS != "*" {
		if u, err := url.Parse(s.CORS); err != nil || u.Scheme == "" || u.Host == "" || strings.TrimSuffix(s.CORS, "/") != u.Scheme+"://"+u.Host {
			v.add("/cors", "cors is * or one origin such as https://example.org")
		}
	}
	v.zone("/time_zone", s.TimeZone)
	if w := s.DedupeWindow; w != nil {
		v.within("/dedupe_window", "the dedupe window", *w, span{time.Second, maxDedupeWindow})
	}
	return v.problems
}

// Validate finds what is wrong with a scenario by itself; templates,
// conditions and references are checked by those who know them.
func (s *Scenario) Validate() []Problem {
	v := validator{native: s.Syntax == "" || s.Syntax == SyntaxGonets}
	v.name("/name", s.Name)
	v.title("/title", s.Title)
	seen := map[string]bool{}
	for i, name := range s.Sources {
		p := fmt.Sprintf("/sources/%d", i)
		v.name(p, name)
		if seen[name] {
			v.add(p, "source %q stands twice", name)
		}
		seen[name] = true
	}
	v.oneOf("/syntax", "syntax", string(s.Syntax), "", string(SyntaxGonets), string(SyntaxLeadConverter), string(SyntaxQnext), string(SyntaxSmartbot))
	v.oneOf("/missing", "missing", string(s.Missing), "", string(MissingWarn), string(MissingError))
	if len(s.Search) > MaxSearchValues {
		v.add("/search", "%d values to search by; %d are kept", len(s.Search), MaxSearchValues)
	}
	for i, path := range s.Search {
		if path == "" {
			v.add(fmt.Sprintf("/search/%d", i), "the path is empty")
		}
	}
	if len(s.Steps) == 0 {
		v.missing("/steps", "the scenario has no steps")
	}
	v.steps("/steps", s.Steps, map[string]bool{}, 1)
	if v.count > MaxStepsPerScenario {
		v.add("/steps", "%d steps; a scenario has %d at most", v.count, MaxStepsPerScenario)
	}
	return v.problems
}

// Validate finds what is wrong with settings.
func (s *Settings) Validate() []Problem {
	var v validator
	v.title("/title", s.Title)
	if s.PublicURL != "" {
		if err := CheckBaseURL(s.PublicURL); err != nil {
			v.add("/public_url", "%s", err)
		}
	}
	v.zone("/time_zone", s.TimeZone)
	for i, cidr := range s.AllowNetworks {
		if _, err := ParseNetwork(cidr); err != nil {
			v.add(fmt.Sprintf("/allow_networks/%d", i), "%s", err)
		}
	}
	if a := s.Retention.Age; a != 0 {
		v.within("/retention/age", "the age of history", a, span{time.Hour, 100 * 365 * 24 * time.Hour})
	}
	if s.Retention.Size < 0 {
		v.add("/retention/size", "the size is below 0")
	}
	for name := range s.Env {
		if !envName.MatchString(name) {
			v.add("/env/"+EscapePointer(name), "%q cannot be read as env.NAME; use letters, digits and _, a letter first", name)
		}
	}
	v.title("/contact", s.Contact)
	v.lanes(s.Lanes)
	if s.Mail != nil {
		v.problems = append(v.problems, s.Mail.Validate("/mail")...)
	}
	slices.SortFunc(v.problems, func(a, b Problem) int { return strings.Compare(a.Pointer, b.Pointer) })
	return v.problems
}

// ParseNetwork reads one CIDR, such as 10.0.0.0/8 or fd00::/8.
func ParseNetwork(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err == nil && p == p.Masked() {
		return p, nil
	}
	if err == nil {
		return p, fmt.Errorf("%q names an address inside a network; write %s", s, p.Masked())
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.Prefix{}, fmt.Errorf("%q is one address; write %s/%d", s, s, a.BitLen())
	}
	return netip.Prefix{}, fmt.Errorf("%q is not a network; write it as 10.0.0.0/8", s)
}

// CheckBaseURL tells whether s can stand before the paths of this server: an
// http or https address without user, query and fragment.
func CheckBaseURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return fmt.Errorf("%q is not an address; write https://gonets.example.org", s)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return fmt.Errorf("%q holds more than scheme, host, port and path", u.Redacted())
	}
	return nil
}

// EscapePointer makes a name one segment of a JSON Pointer (RFC 6901 §3).
func EscapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

var (
	presetName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	envName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
	// token is a method or header name (RFC 9110 §5.6.2).
	token = regexp.MustCompile("^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+$")
)

// validator gathers problems of one document.
type validator struct {
	problems []Problem
	// native is true when templates are written {{ … }}.
	native bool
	count  int
}

func (v *validator) add(pointer, format string, args ...any) {
	v.problems = append(v.problems, Problem{Pointer: pointer, Code: CodeInvalid, Message: fmt.Sprintf(format, args...)})
}

// missing reports what has to be filled in.
func (v *validator) missing(pointer, format string, args ...any) {
	v.add(pointer, format, args...)
	v.problems[len(v.problems)-1].Code = CodeMissing
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
	list := strings.Join(allowed[:len(allowed)-1], ", ") + " or " + allowed[len(allowed)-1]
	v.add(pointer, "%s is %q; it must be %s", what, got, list)
	v.problems[len(v.problems)-1].Suggestion = nearest(got, allowed)
}

func (v *validator) name(pointer, name string) {
	switch {
	case name == "":
		v.missing(pointer, "the name is missing")
	case !ValidName(name):
		v.add(pointer, "%q cannot be a name; use small Latin letters, digits and hyphens, %d at most", name, MaxNameLength)
	}
}

func (v *validator) title(pointer, title string) {
	if utf8.RuneCountInString(title) > maxTitle {
		v.add(pointer, "longer than %d characters", maxTitle)
	}
	if strings.ContainsFunc(title, unicode.IsControl) {
		v.add(pointer, "holds a line break or another control character")
	}
}

type span struct{ low, high time.Duration }

func (v *validator) within(pointer, what string, d Duration, s span) {
	if d.D() < s.low || d.D() > s.high {
		v.add(pointer, "%s is %s; it must be between %s and %s", what, d, Duration(s.low), Duration(s.high))
	}
}

func (v *validator) zone(pointer, zone string) {
	if zone == "" {
		return
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		v.add(pointer, "%q is not a time zone; write one such as Europe/Moscow", zone)
	}
}

func (v *validator) secret(pointer, name string) {
	if !ValidName(name) {
		v.add(pointer, "%q cannot be the name of a secret; use small Latin letters, digits and hyphens (the secret itself never stands in a document)", name)
	}
}

func (v *validator) verify(p string, y *Verify) {
	// Without a kind it is the preset's.
	v.oneOf(p+"/kind", "kind", y.Kind, "", "none", "token", "basic", "hmac")
	if y.Kind == "none" {
		if y.Secret != "" {
			v.add(p+"/secret", "kind none checks nothing, so it takes no secret")
		}
		return
	}
	if y.Secret == "" {
		v.add(p+"/secret", "the name of the secret is missing")
	} else {
		v.secret(p+"/secret", y.Secret)
	}
	if y.Header != "" && !token.MatchString(y.Header) {
		v.add(p+"/header", "%q cannot be a header's name", y.Header)
	}
	for i, place := range y.Places {
		pp := fmt.Sprintf("%s/places/%d", p, i)
		v.oneOf(pp+"/in", "in", place.In, "header", "query", "body")
		if place.Name == "" {
			v.add(pp+"/name", "the name is missing")
		}
		v.oneOf(pp+"/scheme", "scheme", place.Scheme, "", "Basic")
	}
	if t := y.Timestamp; t != nil {
		v.oneOf(p+"/timestamp/in", "in", t.In, "header", "query", "body", "signature")
		if t.Name == "" {
			v.add(p+"/timestamp/name", "the name is missing")
		}
		v.oneOf(p+"/timestamp/unit", "unit", t.Unit, "", "s", "ms")
	}
}

// kindNames are the kinds in the order of [Step]'s fields.
func kindNames() []string {
	return []string{KindHTTP, KindSet, KindIf, KindDelay, KindRespond, KindStop, KindFail}
}

func (v *validator) steps(p string, steps []Step, ids map[string]bool, depth int) {
	if len(steps) > 0 && depth > MaxStepDepth {
		v.add(p, "steps are nested deeper than %d", MaxStepDepth)
		return
	}
	for i := range steps {
		s, sp := &steps[i], fmt.Sprintf("%s/%d", p, i)
		v.count++
		switch {
		case s.ID == "":
			v.missing(sp+"/id", "the step has no id")
		case !ValidStepID(s.ID):
			v.add(sp+"/id", "%q cannot be a step's id; use small Latin letters, digits and _, a letter first", s.ID)
		case ids[s.ID]:
			v.add(sp+"/id", "step id %q stands twice here; runs keep results by it", s.ID)
		}
		ids[s.ID] = true
		v.step(sp, s, depth)
	}
}

func (v *validator) step(p string, s *Step, depth int) {
	v.title(p+"/title", s.Title)
	v.condition(p+"/when", s.When)
	v.condition(p+"/if", s.If)
	switch kinds := s.Kinds(); {
	case len(kinds) == 0:
		v.missing(p, "the step does nothing; add one of %s", strings.Join(kindNames(), ", "))
	case len(kinds) > 1:
		v.add(p+"/"+kinds[1], "a step has one kind; this one has %s", strings.Join(kinds, " and "))
	}
	if s.If == "" {
		for name, branch := range map[string][]Step{"then": s.Then, "else": s.Else} {
			if len(branch) > 0 {
				v.add(p+"/"+name, "%s belongs to a step with if", name)
			}
		}
	}
	// Both branches keep results under the same path, so they share ids.
	ids := map[string]bool{}
	v.steps(p+"/then", s.Then, ids, depth+1)
	v.steps(p+"/else", s.Else, ids, depth+1)
	v.set(p+"/set", s.Set)
	if s.HTTP != nil {
		v.http(p+"/http", s.HTTP)
	}
	if s.Delay != "" && v.literal(s.Delay) {
		if d, err := ParseDuration(s.Delay); err != nil {
			v.add(p+"/delay", "%s", err)
		} else {
			v.within(p+"/delay", "the delay", d, span{0, MaxWait})
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
	if len(text) > MaxTemplateSource {
		v.add(p, "the condition is longer than %d bytes", MaxTemplateSource)
	}
}

func (v *validator) set(p string, rows Rows) {
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
	case slices.Contains(ReservedNames(), name):
		v.add(p, "%q has a meaning of its own; choose another name", name)
	case !ValidStepID(name):
		v.add(p, "%q cannot be a variable's name; use small Latin letters, digits and _, a letter first", name)
	}
}

func (v *validator) rows(p string, rows Rows) {
	for i, row := range rows {
		if row.Name == "" {
			v.missing(fmt.Sprintf("%s/%d", p, i), "the row has no name")
		}
		v.tree(fmt.Sprintf("%s/%d", p, i), row.Value, 1)
	}
}

// tree bounds the depth of a JSON value that a document holds.
func (v *validator) tree(p string, x any, depth int) {
	if depth > MaxJSONDepth {
		v.add(p, "nested deeper than %d", MaxJSONDepth)
		return
	}
	switch x := x.(type) {
	case Rows:
		for _, row := range x {
			v.tree(p, row.Value, depth+1)
		}
	case []any:
		for _, item := range x {
			v.tree(p, item, depth+1)
		}
	}
}

func (v *validator) http(p string, h *HTTPStep) {
	if h.Method != "" && !token.MatchString(h.Method) {
		v.add(p+"/method", "%q cannot be a method", h.Method)
	}
	v.address(p+"/url", h.URL)
	v.rows(p+"/query", h.Query)
	v.headers(p+"/headers", h.Headers)
	if h.Body != nil {
		v.body(p+"/body", h.Body)
	}
	if h.Timeout != nil {
		v.within(p+"/timeout", "the timeout", *h.Timeout, span{MinHTTPTimeout, MaxHTTPTimeout})
	}
	v.oneOf(p+"/redirects", "redirects", h.Redirects, "", "none", "follow")
	v.oneOf(p+"/response", "response", h.Response, "", "auto", "by-type", "json", "text", "binary")
	if h.ReplyLimit < 0 || h.ReplyLimit > MaxReplyLimit {
		v.add(p+"/reply_limit", "the reply limit is %d bytes; it must be between 1 and %d", h.ReplyLimit, MaxReplyLimit)
	}
	if s := h.Success; s != nil {
		v.patterns(p+"/success/codes", s.Codes)
		v.condition(p+"/success/when", s.When)
	}
	if h.Retry != nil {
		v.retry(p+"/retry", h.Retry)
	}
	v.oneOf(p+"/on_failure", "on_failure", h.OnFailure, "", OnFailurePause, OnFailureContinue, OnFailureFail)
	if s := h.Save; s != nil {
		for _, x := range [...]struct{ key, name string }{{"body", s.Body}, {"status", s.Status}, {"headers", s.Headers}} {
			if x.name != "" {
				v.variable(p+"/save/"+x.key, x.name)
			}
		}
	}
}

func (v *validator) address(p, address string) {
	switch {
	case strings.TrimSpace(address) == "":
		v.missing(p, "the address is missing")
	case len(address) > 8*MaxTemplateSource:
		v.add(p, "the address is longer than %d bytes", 8*MaxTemplateSource)
	case !v.literal(address):
	default:
		if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			v.add(p, "%q is not an address; it begins with http:// or https://", address)
		}
	}
}

func (v *validator) headers(p string, rows Rows) {
	v.rows(p, rows)
	for i, row := range rows {
		if row.Name != "" && v.literal(row.Name) && !token.MatchString(row.Name) {
			v.add(fmt.Sprintf("%s/%d", p, i), "%q cannot be a header's name", row.Name)
		}
	}
}

func (v *validator) body(p string, b *HTTPBody) {
	kinds := b.Kinds()
	all := []string{BodyJSON, BodyForm, BodyText, BodyPath, BodyNone}
	switch {
	case len(kinds) == 0:
		v.missing(p, "the body has no kind; add one of %s", strings.Join(all, ", "))
	case len(kinds) > 1:
		v.add(p+"/"+kinds[1], "a body has one kind; this one has %s", strings.Join(kinds, " and "))
	}
	if b.JSON != nil {
		v.tree(p+"/json", b.JSON.Value, 1)
		if s, ok := b.JSON.Value.(string); ok {
			v.bodyText(p+"/json", s)
		}
	}
	v.rows(p+"/form", b.Form)
	if b.Text != nil {
		v.bodyText(p+"/text", *b.Text)
	}
}

func (v *validator) bodyText(p, text string) {
	if len(text) > MaxBodyTemplate {
		v.add(p, "the body is longer than %d bytes", MaxBodyTemplate)
	}
}

func (v *validator) patterns(p string, patterns []string) {
	for i, s := range patterns {
		if _, _, ok := StatusRange(strings.TrimPrefix(s, "!")); !ok {
			v.add(fmt.Sprintf("%s/%d", p, i), "%q is not a status; write 200, 2**, 200-204 or !404", s)
		}
	}
}

func (v *validator) retry(p string, r *Retry) {
	if r.Delays != nil && r.Exponential != nil {
		v.add(p+"/exponential", "a policy has delays or exponential, not both")
	}
	if len(r.Delays) > MaxRetries {
		v.add(p+"/delays", "%d delays; %d at most", len(r.Delays), MaxRetries)
	}
	for i, d := range r.Delays {
		v.within(fmt.Sprintf("%s/delays/%d", p, i), "the delay", d, span{MinRetryDelay, MaxWait})
	}
	if e := r.Exponential; e != nil {
		v.within(p+"/exponential/first", "the first delay", e.First, span{MinRetryDelay, MaxWait})
		if e.Max != 0 {
			v.within(p+"/exponential/max", "the longest delay", e.Max, span{MinRetryDelay, MaxWait})
		}
		if e.Factor < 1 || e.Factor > 100 {
			v.add(p+"/exponential/factor", "the factor is %v; it must be between 1 and 100", e.Factor)
		}
		if e.Tries < 1 || e.Tries > MaxRetries+1 {
			v.add(p+"/exponential/tries", "%d tries; it must be between 1 and %d", e.Tries, MaxRetries+1)
		}
	}
	for i, s := range r.On {
		if _, _, ok := StatusRange(strings.TrimPrefix(s, "!")); ok {
			continue
		}
		v.oneOf(fmt.Sprintf("%s/on/%d", p, i), "on", s, "network", "unknown", "body", "4xx", "5xx", "500-503", "!404")
	}
	if r.Deadline != nil {
		v.within(p+"/deadline", "the deadline", *r.Deadline, span{MinRetryDelay, 365 * 24 * time.Hour})
	}
}

func (v *validator) respond(p string, r *RespondStep) {
	if r.Text != nil && r.JSON != nil {
		v.add(p+"/json", "an answer has text or json, not both")
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
		v.add(p+"/status", "the status must be a number from 200 to 599 or a template")
	}
}

// nearest is the word at most two changes away; empty when there is none.
func nearest(word string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := changes(strings.ToLower(word), strings.ToLower(k)); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	return best
}

// changes is Levenshtein's distance, for words of an ordinary length.
func changes(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
