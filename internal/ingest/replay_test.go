package ingest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/source"
	"gonets/internal/value"
)

// sample is one request of a preset's file with what it must lead to.
type sample struct {
	Name        string             `json:"name"`
	Why         string             `json:"why"`
	Note        string             `json:"note"`
	Of          string             `json:"of"`
	Again       bool               `json:"again"`
	Method      string             `json:"method"`
	Headers     map[string]*string `json:"headers"`
	Query       map[string]*string `json:"query"`
	RawQuery    *string            `json:"raw_query"`
	Body        *string            `json:"body"`
	BodyBase64  *string            `json:"body_base64"`
	BodyReplace []string           `json:"body_replace"`
	Verify      json.RawMessage    `json:"verify"`
	RemoteIP    string             `json:"remote_ip"`

	Expect       *expectation    `json:"expect"`
	ExpectID     json.RawMessage `json:"expect_id"`
	ExpectEvent  json.RawMessage `json:"expect_event"`
	ExpectReply  *expectedReply  `json:"expect_reply"`
	ExpectStatus int             `json:"expect_status"`
}

type expectation struct {
	ID        json.RawMessage `json:"id"`
	Fields    map[string]any  `json:"fields"`
	Absent    []string        `json:"absent"`
	Duplicate *bool           `json:"duplicate"`
	Events    []expectation   `json:"events"`
	Mark      gonets.Mark     `json:"mark"`
}

type expectedReply struct {
	Status  int                `json:"status"`
	Body    *string            `json:"body"`
	JSON    map[string]any     `json:"json"`
	Headers map[string]*string `json:"headers"`
}

// built is a sample that is ready to be sent.
type built struct {
	method   string
	headers  map[string]string
	query    map[string]string
	rawQuery *string
	body     []byte
	verify   json.RawMessage
}

// replay sends every request of a preset's file to a source of that preset
// and gives what went otherwise than the file says.
type replay struct {
	t       *testing.T
	catalog *source.Catalog
	preset  *source.Preset
	named   map[string]built
	wrong   []string
}

func replayPreset(t *testing.T, c *source.Catalog, p *source.Preset) []string {
	r := &replay{t: t, catalog: c, preset: p, named: map[string]built{}}
	r.run("example", p.Example, false)
	for _, v := range p.Variants {
		r.run("variant", v, false)
	}
	for _, v := range p.Negative {
		r.run("negative", v, true)
	}
	return r.wrong
}

func (r *replay) run(kind string, raw json.RawMessage, negative bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	d.UseNumber()
	var s sample
	if err := d.Decode(&s); err != nil {
		r.wrong = append(r.wrong, fmt.Sprintf("%s: %v", kind, err))
		return
	}
	name := s.Name
	if kind == "example" {
		name = "example"
	} else if negative {
		name = fmt.Sprintf("%s of %s %s", s.Why, s.Of, s.Name)
	}
	fail := func(format string, args ...any) {
		r.wrong = append(r.wrong, r.preset.ID+": "+name+": "+fmt.Sprintf(format, args...))
	}
	req, err := r.build(&s)
	if err != nil {
		fail("%v", err)
		return
	}
	r.named[name] = req
	if complaint := s.incomplete(negative); complaint != "" {
		fail("%s", complaint)
		return
	}
	r.send(&s, req, negative, fail)
}

// incomplete tells what a request leaves open. One without an expectation
// would prove nothing.
func (s *sample) incomplete(negative bool) string {
	noEvent := string(s.ExpectEvent) == "null"
	status := s.ExpectStatus
	if s.ExpectReply != nil && status == 0 {
		status = s.ExpectReply.Status
	}
	e := s.Expect
	switch {
	case e == nil && s.ExpectID == nil && s.ExpectEvent == nil && s.ExpectReply == nil && s.ExpectStatus == 0:
		return "the request has no expectation"
	case negative && status < 400:
		return "a refused request must say its status"
	case negative || noEvent:
		return ""
	case s.Again && (e == nil || e.Duplicate == nil || status == 0):
		return "a repeated request must say duplicate and the status"
	case s.Again || e != nil && e.Events != nil:
		return ""
	case (e == nil || e.ID == nil) && s.ExpectID == nil:
		return "an accepted request must say its id"
	case (e == nil || len(e.Fields) == 0) && s.ExpectEvent == nil:
		return "an accepted request must say a field"
	}
	return ""
}

func (r *replay) build(s *sample) (built, error) {
	out := built{method: s.Method, headers: map[string]string{}, query: map[string]string{}}
	if s.Of != "" {
		from, ok := r.named[s.Of]
		if !ok {
			return out, fmt.Errorf("no request before this one is named %q", s.Of)
		}
		out = from
		out.headers, out.query = clone(from.headers), clone(from.query)
	}
	merge(out.headers, s.Headers)
	merge(out.query, s.Query)
	if s.RawQuery != nil {
		out.rawQuery = s.RawQuery
	}
	if s.Verify != nil {
		out.verify = s.Verify
	}
	switch {
	case s.Body != nil:
		out.body = []byte(*s.Body)
	case s.BodyBase64 != nil:
		data, err := base64.StdEncoding.DecodeString(*s.BodyBase64)
		if err != nil {
			return out, err
		}
		out.body = data
	case len(s.BodyReplace) == 2:
		if n := bytes.Count(out.body, []byte(s.BodyReplace[0])); n != 1 {
			return out, fmt.Errorf("body_replace finds %d places", n)
		}
		out.body = bytes.Replace(out.body, []byte(s.BodyReplace[0]), []byte(s.BodyReplace[1]), 1)
	}
	return out, nil
}

func clone(m map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

func merge(into map[string]string, from map[string]*string) {
	for k, v := range from {
		if v == nil {
			delete(into, k)
			continue
		}
		into[k] = *v
	}
}

// source sets a source up as a request wants it, and gives its secret and the
// time of its signatures.
func (r *replay) source(req built) (src gonets.Source, secret string, now time.Time) {
	src = gonets.Source{Name: "replay", Preset: r.preset.ID}
	v := r.preset.Verify
	switch string(req.verify) {
	case "null":
		src.Verify = &gonets.Verify{Kind: "none"}
		return src, "", now
	case "", `"file"`:
		if v.ExampleSecret == "" {
			return src, "", now
		}
		src.Verify = &gonets.Verify{Kind: v.Kind, Secret: "replay", User: v.ExampleUser}
	default:
		v = source.PresetVerify{}
		if err := json.Unmarshal(req.verify, &v); err != nil {
			r.t.Fatal(err)
		}
		doc := v.Document()
		doc.Secret, doc.User = "replay", v.ExampleUser
		src.Verify = &doc
	}
	if v.ExampleNow != 0 {
		now = time.Unix(v.ExampleNow, 0)
	}
	return src, v.ExampleSecret, now
}

func (r *replay) send(s *sample, req built, negative bool, fail func(string, ...any)) {
	src, secret, now := r.source(req)
	b := newBench(r.t, src, func(o *Options) { o.Catalog = r.catalog })
	if secret != "" {
		b.store.secrets["replay"] = secret
	}
	if !now.IsZero() {
		b.clock.Advance(now.Sub(b.clock.Now()))
	}
	binding, err := r.catalog.Bind(src)
	if err != nil {
		fail("%v", err)
		return
	}
	if s.Again {
		b.request(r.t, r.named[s.Of])
	}
	before := len(b.store.all())
	answer := b.request(r.t, req)
	c := &check{
		fail: fail, sample: s, binding: binding, answer: answer, secret: secret,
		all: b.store.all(), events: b.store.all()[before:],
	}
	c.run(negative)
}

func (b *bench) request(t *testing.T, req built) got {
	t.Helper()
	u := b.server.URL + "/in/" + token
	query := url.Values{}
	for k, v := range req.query {
		query.Set(k, v)
	}
	if req.rawQuery != nil {
		u += "?" + *req.rawQuery
	} else if len(query) > 0 {
		u += "?" + query.Encode()
	}
	out, err := http.NewRequest(req.method, u, bytes.NewReader(req.body))
	if err != nil {
		t.Fatal(err)
	}
	out.Header["User-Agent"] = nil
	for k, v := range req.headers {
		out.Header.Set(k, v)
	}
	return b.send(t, out)
}

// check compares what became of one request with its expectations.
type check struct {
	fail    func(string, ...any)
	sample  *sample
	binding *source.Binding
	answer  got
	secret  string
	// all are the events so far, events those of this request.
	all    []gonets.Acceptance
	events []gonets.Acceptance
}

func (c *check) run(negative bool) {
	s := c.sample
	e := s.Expect
	if e == nil {
		e = &expectation{}
	}
	noEvent := negative || string(s.ExpectEvent) == "null"
	duplicate := e.Duplicate != nil && *e.Duplicate
	want := max(1, len(e.Events))
	if noEvent || duplicate {
		want = 0
	}
	if len(c.events) != want {
		c.fail("%d events were made, want %d (answer %d %s)", len(c.events), want, c.answer.status, c.answer.text)
		return
	}
	c.reply(noEvent)
	if want == 0 {
		return
	}
	for i := range e.Events {
		c.event(c.events[i], &e.Events[i])
	}
	one := *e
	one.Events = nil
	if s.ExpectID != nil {
		one.ID = s.ExpectID
	}
	if e.Events != nil {
		one.ID = nil
	}
	c.event(c.events[0], &one)
	c.wholeEvent()
}

func (c *check) event(a gonets.Acceptance, e *expectation) {
	scope := c.binding.Event(&a.Event)
	if e.ID != nil {
		var id string
		if err := json.Unmarshal(e.ID, &id); err != nil || a.Key != id {
			c.fail("the id is %q, want %s", a.Key, e.ID)
		}
	}
	for path, want := range e.Fields {
		p, err := value.ParsePath(path)
		if err != nil {
			c.fail("%v", err)
			continue
		}
		v, ok := p.Get(scope)
		if diff := cmp.Diff(want, v); !ok || diff != "" {
			c.fail("%s is there: %t, differs: %s", path, ok, diff)
		}
	}
	for _, path := range e.Absent {
		p, err := value.ParsePath(path)
		if v, ok := p.Get(scope); ok || err != nil {
			c.fail("%s is in the scope: %v", path, v)
		}
	}
	if a.Event.Mark != e.Mark {
		c.fail("the mark is %q, want %q", a.Event.Mark, e.Mark)
	}
	text, err := value.EncodeJSON(scope)
	if err != nil {
		c.fail("the scope is no JSON: %v", err)
	}
	masked := c.binding.Mask(a.Event)
	text = fmt.Appendf(text, " %s %s %v", masked.RawQuery, masked.Body, masked.Headers)
	if c.secret != "" && strings.Contains(string(text), c.secret) {
		c.fail("the secret is in the scope or in what is shown: %s", text)
	}
}

func (c *check) wholeEvent() {
	if c.sample.ExpectEvent == nil {
		return
	}
	v, _, err := value.DecodeJSON(c.sample.ExpectEvent)
	if err != nil {
		c.fail("%v", err)
		return
	}
	scope := c.binding.Event(&c.events[0].Event)
	for path, want := range v.(map[string]any) {
		if diff := cmp.Diff(want, scope[path]); diff != "" {
			c.fail("event.%s differs: %s", path, diff)
		}
	}
}

func (c *check) reply(noEvent bool) {
	s := c.sample
	want := s.ExpectReply
	if want == nil {
		want = &expectedReply{}
	}
	for _, status := range []int{s.ExpectStatus, want.Status} {
		if status != 0 && c.answer.status != status {
			c.fail("the answer's status is %d, want %d: %s", c.answer.status, status, c.answer.text)
		}
	}
	if want.Body != nil && c.answer.text != *want.Body {
		c.fail("the answer is %q, want %q", c.answer.text, *want.Body)
	}
	for name, v := range want.Headers {
		if got := c.answer.header.Get(name); v == nil && got != "" || v != nil && got != *v {
			c.fail("the answer's header %s is %q", name, got)
		}
	}
	var body map[string]any
	if want.JSON != nil || c.answer.status >= 400 {
		if err := json.Unmarshal([]byte(c.answer.text), &body); err != nil {
			c.fail("the answer is no JSON: %s", c.answer.text)
			return
		}
	}
	for name, v := range want.JSON {
		if v == "{event_id}" {
			v = c.all[len(c.all)-1].Event.ID
		}
		if diff := cmp.Diff(v, body[name]); diff != "" {
			c.fail("the answer's %s differs: %s", name, diff)
		}
	}
	if c.answer.status >= 400 {
		code, text := body["error_code"], body["error"]
		if body["success"] != false || code == "" || code == nil || text == "" || text == nil {
			c.fail("an error without success, error and error_code: %s", c.answer.text)
		}
		return
	}
	if !noEvent {
		c.standard()
	}
}

// standard compares with the preset's own answer.
func (c *check) standard() {
	preset := c.binding.Preset.Answer
	if c.answer.status != preset.Status {
		c.fail("the status is %d, the preset's is %d", c.answer.status, preset.Status)
	}
	if got := c.answer.header.Get("Content-Type"); got != preset.ContentType {
		c.fail("the answer's type is %q, the preset's is %q", got, preset.ContentType)
	}
	if !strings.Contains(preset.Body, "{") && c.answer.text != preset.Body {
		c.fail("the answer is %q, the preset's is %q", c.answer.text, preset.Body)
	}
}

func TestReplayOfAllPresets(t *testing.T) {
	t.Parallel()
	catalog, err := source.Presets()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range catalog.IDs() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			p, _ := catalog.Lookup(id)
			for _, w := range replayPreset(t, catalog, p) {
				t.Error(w)
			}
		})
	}
}

// planted is a preset whose requests say what they are given.
const planted = `{"schema": 1, "id": "planted", "methods": ["POST"], "verify": {"kind": "none"}, "id_path": "body.id",
 "reply": {"status": 200, "content_type": "text/plain; charset=utf-8", "body": "ok"},
 "example": {"method": "POST", "headers": {"content-type": "application/json"}, "body": "{\"id\":\"7\",\"n\":7}",
  "expect": {"id": "7", "fields": {"body.n": 7}}},
 "variants": [%s]}`

func TestReplayFindsPlantedFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ variant, want string }{
		"nothing wrong":         {`{"name": "v", "of": "example", "again": true, "expect": {"duplicate": true}, "expect_status": 200}`, ""},
		"no expectation":        {`{"name": "v", "of": "example"}`, "the request has no expectation"},
		"no id":                 {`{"name": "v", "of": "example", "expect": {"fields": {"body.n": 7}}}`, "must say its id"},
		"no field":              {`{"name": "v", "of": "example", "expect": {"id": "7"}}`, "must say a field"},
		"wrong id":              {`{"name": "v", "of": "example", "expect": {"id": "8", "fields": {"body.n": 7}}}`, "the id is"},
		"wrong type":            {`{"name": "v", "of": "example", "expect": {"id": "7", "fields": {"body.n": "7"}}}`, "body.n is there"},
		"not absent":            {`{"name": "v", "of": "example", "expect": {"id": "7", "fields": {"body.n": 7}, "absent": ["body.id"]}}`, "body.id is in the scope"},
		"no mark":               {`{"name": "v", "of": "example", "expect": {"id": "7", "fields": {"body.n": 7}, "mark": "check"}}`, "the mark is"},
		"wrong whole event":     {`{"name": "v", "of": "example", "expect": {"id": "7"}, "expect_event": {"body": {"id": "7"}}}`, "event.body differs"},
		"no event was expected": {`{"name": "v", "of": "example", "expect_event": null}`, "1 events were made"},
		"not a duplicate":       {`{"name": "v", "of": "example", "again": true, "expect": {"duplicate": false}, "expect_status": 200}`, "0 events were made"},
		"wrong status":          {`{"name": "v", "of": "example", "again": true, "expect": {"duplicate": true}, "expect_status": 201}`, "status is 200"},
		"wrong answer":          {`{"name": "v", "of": "example", "expect": {"id": "7", "fields": {"body.n": 7}}, "expect_reply": {"body": "OK"}}`, "the answer is"},
		"unknown key":           {`{"name": "v", "of": "example", "expects": {}}`, "unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog, err := source.Load(fstest.MapFS{"planted.json": {Data: fmt.Appendf(nil, planted, tt.variant)}})
			if err != nil {
				t.Fatal(err)
			}
			p, _ := catalog.Lookup("planted")
			wrong := replayPreset(t, catalog, p)
			found := slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, tt.want) })
			if tt.want == "" && len(wrong) > 0 || tt.want != "" && !found {
				t.Errorf("got %q, want %q", wrong, tt.want)
			}
		})
	}
}
