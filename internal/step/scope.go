package step

import (
	"crypto/sha256"
	"fmt"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
	"gonets/setting"
)

// Env is what the installation gives to every run.
type Env struct {
	// Reader reads a source's events: what it gives is the `event` object of
	// templates, what was received, parsed, without the source's secrets. It fails
	// when the source itself cannot be read: an event of which nothing is known
	// would fill requests with empty values.
	Reader func(source string) (func(*gonets.Event) map[string]any, error)
	// Settings are the live settings.
	Settings func() setting.Settings
	// PublicURL is the server's own address, without a slash at the end.
	PublicURL func() string
	// Version goes into the User-Agent.
	Version string
	// Own tells whether an address is this server's.
	Own func(url string) bool

	// zone is the settings' time zone, which is read from a file.
	zone atomic.Pointer[zone]
}

// Always reads the events of all sources alike; it never fails.
func Always(read func(*gonets.Event) map[string]any) func(string) (func(*gonets.Event) map[string]any, error) {
	return func(string) (func(*gonets.Event) map[string]any, error) { return read, nil }
}

type zone struct {
	name     string
	location *time.Location
}

// location is the settings' time zone; UTC when there is none, or none that
// this machine knows.
func (e *Env) location() *time.Location {
	settings := e.Settings()
	name := settings.TimeZone
	if name == "" {
		return time.UTC
	}
	if z := e.zone.Load(); z != nil && z.name == name {
		return z.location
	}
	z := &zone{name: name, location: settings.Zone()}
	e.zone.Store(z)
	return z.location
}

// Reply is an HTTP step's reply as templates see it.
type Reply struct {
	Body    any
	Status  int
	Headers map[string]any
	// Attempts counts the attempts that it took.
	Attempts int
}

func (r *Reply) object() map[string]any {
	return map[string]any{
		"body": r.Body, "status": number(r.Status), "headers": r.Headers, "attempts": number(r.Attempts),
	}
}

// Scope is what the templates of one run see: reserved names, then saved
// variables, then the event's body, then its query. It belongs to one worker.
type Scope struct {
	job   *gonets.Job
	env   *Env
	first map[string]string // a [Program]'s
	// event is nil until a template asks for it; then read makes it.
	event map[string]any
	read  func(*gonets.Event) map[string]any
	// params are those of the saved request that is being filled in.
	params map[string]any
	// vars and steps are nil until they hold something.
	vars    map[string]any
	steps   map[string]any
	last    *Reply
	now     time.Time
	path    string
	report  expr.Report
	outputs int
	// cookies are those that finished steps got, in the order of the steps.
	cookies []gonets.Cookie
	// late are finished steps that no template has asked for yet: replies are
	// taken apart only when somebody reads them.
	late []finished
}

// finished is a step whose results the steps after it may see.
type finished struct {
	step   *gonets.Step
	result gonets.StepResult
	// http and attempt are an HTTP step's; attempt is nil without a reply.
	http    *HTTP
	attempt *gonets.Attempt
}

// NewScope rebuilds a run's scope from what is stored of it. The error is that of
// [Env.Reader].
func NewScope(job *gonets.Job, p *Program, env *Env) (*Scope, error) {
	s := &Scope{env: env}
	if job.Decoded != nil {
		s.event = job.Decoded.Object
	} else {
		var err error
		if s.read, err = env.Reader(job.Event.Source); err != nil {
			return nil, err
		}
	}
	return s.Anew(job, p), nil
}

// Anew is the scope of the same event after other results.
func (s *Scope) Anew(job *gonets.Job, p *Program) *Scope {
	s = &Scope{job: job, env: s.env, first: p.first, event: s.event, read: s.read}
	if len(job.Results) == 0 {
		return s
	}
	done := gonets.NewProgress(job.Results)
	// Document order is the order of execution. A step that is done again sees
	// what it saw the first time.
	again := false
	gonets.WalkSteps(p.Scenario.Steps, func(path string, st *gonets.Step) {
		again = again || job.Run.Renewal.Pending() && job.Run.Renewal.Step == path
		r, ok := done[path]
		if !ok || again {
			return
		}
		f := finished{step: st, result: r}
		if st.IsRequest() {
			f.attempt = job.Replies[r.Attempt]
			f.http = p.HTTP(path).reader(f.attempt)
		}
		s.finish(f)
	})
	return s
}

// At freezes the time that templates see.
func (s *Scope) At(now time.Time) { s.now = now }

// Missing are the names that templates asked for and did not find, since the
// last call.
func (s *Scope) Missing() []expr.MissingRef {
	m := s.report.Missing
	s.report = expr.Report{}
	return m
}

// Replies are the attempts whose replies the scope holds, by number.
func (s *Scope) Replies() map[int]*gonets.Attempt { return s.job.Replies }

// Cookies are those that finished steps got; none of no scope.
func (s *Scope) Cookies() []gonets.Cookie {
	if s == nil {
		return nil
	}
	return s.cookies
}

// OutputsFull tells whether the run's replies take more memory than allowed.
func (s *Scope) OutputsFull() bool { return s.outputs > gonets.MaxOutputsPerRun }

func (s *Scope) missingError(sc *gonets.Scenario) error {
	if sc.Missing != gonets.MissingError {
		return nil
	}
	return s.report.Err()
}

func (s *Scope) enter(path string) { s.path = path }

func (s *Scope) setVar(name string, v any) {
	s.settle()
	set(&s.vars, name, orNull(v))
}

// set makes the map when it is the first value in it.
func set(m *map[string]any, name string, v any) {
	if *m == nil {
		*m = map[string]any{}
	}
	(*m)[name] = v
}

// finish makes a finished step's results visible to the steps after it.
func (s *Scope) finish(f finished) {
	if f.attempt != nil {
		s.outputs += len(f.attempt.ReplyBody)
		s.cookies = append(s.cookies, f.attempt.Cookies...)
	}
	s.late = append(s.late, f)
}

// settle takes apart what finished since the last look, in its order.
func (s *Scope) settle() {
	late := s.late
	s.late = nil
	for i := range late {
		s.add(&late[i])
	}
}

func (s *Scope) add(f *finished) {
	st, r := f.step, f.result
	switch {
	case st.IsRequest():
		var reply *Reply
		switch {
		case f.attempt != nil:
			reply = f.http.reply(&f.attempt.Exchange)
			reply.Attempts = f.attempt.N
			if len(r.Value) > 0 {
				// What of the answer to a question is the step's reply.
				if v, _, err := value.DecodeJSON(r.Value); err == nil {
					reply.Body = v
				}
			}
		case r.State == gonets.StepFailed:
			reply = &Reply{Headers: map[string]any{}}
		case len(r.Value) > 0:
			// A person skipped it and said what those shall read who come later.
			v, _, err := value.DecodeJSON(r.Value)
			if err != nil {
				return
			}
			reply = &Reply{Headers: map[string]any{}, Body: v}
		default:
			return
		}
		s.last = reply
		set(&s.steps, st.ID, reply.object())
		if h := st.Sends(); h != nil && h.Save != nil {
			s.save(h.Save, reply)
		}
	case len(r.Value) > 0:
		// A result was kept as JSON; a broken one would be our own fault, and
		// then its values are missing, which templates report.
		v, _, err := value.DecodeJSON(r.Value)
		if err != nil {
			return
		}
		if st.Set == nil {
			set(&s.steps, st.ID, map[string]any{"value": v})
			return
		}
		variables, _ := v.(map[string]any)
		for name, v := range variables {
			set(&s.vars, name, v)
		}
	}
}

func (s *Scope) save(save *gonets.HTTPSave, reply *Reply) {
	for name, v := range map[string]any{save.Body: reply.Body, save.Status: number(reply.Status), save.Headers: reply.Headers} {
		if name != "" {
			set(&s.vars, name, v)
		}
	}
}

// withReply is the scope in which a reply is judged: the reply is the last one.
func (s *Scope) withReply(r *Reply) *Scope {
	s.settle()
	c := *s
	c.last = r
	c.report = expr.Report{}
	return &c
}

func (s *Scope) eventObject() map[string]any {
	if s.event == nil {
		s.event = s.read(&s.job.Event)
	}
	return s.event
}

// Lookup implements [expr.Scope].
func (s *Scope) Lookup(name string) (any, bool) {
	s.settle()
	if v, ok, reserved := s.reserved(name); reserved {
		return v, ok
	}
	if v, ok := s.vars[name]; ok {
		return v, true
	}
	for _, part := range []string{"body", "query"} {
		if m, ok := s.eventObject()[part].(map[string]any); ok {
			if v, ok := m[name]; ok {
				return v, true
			}
		}
	}
	return nil, false
}

// reserved answers the names that a payload must not be able to take over.
func (s *Scope) reserved(name string) (v any, ok, reserved bool) {
	switch name {
	case "event":
		return s.eventObject(), true, true
	case "steps":
		return s.steps, true, true
	case "vars":
		return s.vars, true, true
	case "run":
		return map[string]any{"id": s.job.Run.ID, "started_at": s.stamp(s.job.Run.CreatedAt), "started_by": s.job.Event.Actor, "idempotency_key": s.key()}, true, true
	case "scenario":
		return map[string]any{"name": s.job.Run.Scenario}, true, true
	case "source":
		return map[string]any{"name": s.job.Event.Source}, true, true
	case "env":
		m := map[string]any{}
		for k, v := range s.env.Settings().Env {
			m[k] = v
		}
		return m, true, true
	case "now":
		return s.stamp(s.now), true, true
	case "today":
		return s.now.In(s.env.location()).Format(time.DateOnly), true, true
	case "uuid":
		return s.uuid(), true, true
	case "public_url":
		return s.env.PublicURL(), true, true
	case "params":
		return s.params, s.params != nil, true
	case "item", "index", "secret":
		return nil, false, true
	}
	if s.last != nil {
		switch name {
		case "body":
			return s.last.Body, true, true
		case "status":
			return number(s.last.Status), true, true
		case "headers":
			return s.last.Headers, true, true
		}
	}
	return nil, false, name == "body" || name == "status" || name == "headers"
}

// Names implements [expr.Scope]: all names that could be meant.
func (s *Scope) Names() []string {
	s.settle()
	names := []string{"event", "steps", "vars", "run", "scenario", "source", "env", "now", "today", "uuid",
		"public_url", "body", "status", "headers"}
	if s.params != nil {
		names = append(names, "params")
	}
	for name := range s.vars {
		names = append(names, name)
	}
	for _, part := range []string{"body", "query"} {
		if m, ok := s.eventObject()[part].(map[string]any); ok {
			for name := range m {
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	return names
}

func (s *Scope) stamp(t time.Time) string {
	return t.In(s.env.location()).Format("2006-01-02T15:04:05.000Z07:00")
}

// key is the Idempotency-Key of the step's requests.
func (s *Scope) key() string { return s.job.Run.ID + "-" + s.request() }

func (s *Scope) request() string { return s.job.Run.RequestAt(s.path, s.first[s.path]) }

// uuid is the same for every attempt of a request: a repeat must be the same
// request.
func (s *Scope) uuid() string {
	sum := sha256.Sum256([]byte(s.job.Run.ID + "/" + s.request()))
	sum[6] = sum[6]&0x0f | 0x80 // version 8: made from our own data (RFC 9562 §5.8)
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// DescribeMissing says in one line which names were not found.
func DescribeMissing(refs []expr.MissingRef) string {
	parts := make([]string, 0, len(refs))
	seen := map[string]bool{}
	for _, r := range refs {
		if seen[r.Path] {
			continue
		}
		seen[r.Path] = true
		text := r.Path
		if len(r.Nearest) > 0 {
			text += " (nearest: " + strings.Join(r.Nearest, ", ") + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}
