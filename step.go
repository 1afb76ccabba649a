package gonets

import (
	"cmp"
	"encoding/json"
	"strings"
)

// Step is one action of a scenario: an id, exactly one kind, and options that every kind has.
type Step struct {
	ID string `json:"id"`
	// Was is the id that the step had when it first ran, if it has another one now.
	Was   string `json:"was,omitempty"`
	Title string `json:"title,omitempty"`
	// When is a condition; false skips the step.
	When string `json:"when,omitempty"`

	HTTP *HTTPStep `json:"http,omitempty"`
	// Request names the saved request that the step sends; With gives its parameters,
	// and Method, Save, OnFailure and Renew are what this step says of its own.
	Request   string    `json:"request,omitempty"`
	With      Rows      `json:"with,omitempty"`
	Method    string    `json:"method,omitempty"`
	Save      *HTTPSave `json:"save,omitempty"`
	OnFailure string    `json:"on_failure,omitempty"`
	Renew     *Renew    `json:"renew,omitempty"`
	// Saved is what Request stands for, and Sent what the step sends of it, with its
	// own words; [Scenario.Use] puts them there. Of one that is damaged nothing is sent.
	Saved *SavedRequest `json:"-"`
	Sent  *HTTPStep     `json:"-"`
	Set   Rows          `json:"set,omitzero"`
	// If is a condition. Without Then, false ends the run as skipped.
	If   string `json:"if,omitempty"`
	Then []Step `json:"then,omitempty"`
	Else []Step `json:"else,omitempty"`
	// Delay is a time span, or a template that gives one or seconds.
	Delay   string       `json:"delay,omitempty"`
	Respond *RespondStep `json:"respond,omitempty"`
	Stop    *StopStep    `json:"stop,omitempty"`
	Fail    *FailStep    `json:"fail,omitempty"`
}

// The kinds of steps.
const (
	KindHTTP    = "http"
	KindRequest = "request"
	KindSet     = "set"
	KindIf      = "if"
	KindDelay   = "delay"
	KindRespond = "respond"
	KindStop    = "stop"
	KindFail    = "fail"
)

// Kinds are the step's kinds: one in a valid step.
func (s *Step) Kinds() []string {
	var k []string
	add := func(set bool, kind string) {
		if set {
			k = append(k, kind)
		}
	}
	add(s.HTTP != nil, KindHTTP)
	add(s.Request != "", KindRequest)
	add(s.Set != nil, KindSet)
	add(s.If != "", KindIf)
	add(s.Delay != "", KindDelay)
	add(s.Respond != nil, KindRespond)
	add(s.Stop != nil, KindStop)
	add(s.Fail != nil, KindFail)
	return k
}

// Kind is the step's kind; empty when there is none.
func (s *Step) Kind() string {
	if k := s.Kinds(); len(k) > 0 {
		return k[0]
	}
	return ""
}

// HTTPStep sends one HTTP request and keeps its reply.
type HTTPStep struct {
	// Method is any token (RFC 9110 §9.1), upper-cased; empty is GET without a body and POST with one.
	Method  string    `json:"method,omitempty"`
	URL     string    `json:"url"`
	Query   Rows      `json:"query,omitempty"`
	Headers Rows      `json:"headers,omitempty"`
	Body    *HTTPBody `json:"body,omitempty"`
	// Lists is how a list is written in the query and in a form: repeat (default), brackets or comma.
	Lists string `json:"lists,omitempty"`
	// OwnHeadersOnly sends no automatic header but those that HTTP needs.
	OwnHeadersOnly bool      `json:"own_headers_only,omitempty"`
	Timeout        *Duration `json:"timeout,omitempty"`
	// Redirects is none (default) or follow.
	Redirects string `json:"redirects,omitempty"`
	TLS       *TLS   `json:"tls,omitempty"`
	// Cookies keeps the reply's cookies for later steps of the run, and sends what earlier ones got.
	Cookies bool `json:"cookies,omitempty"`
	// Response is auto (default), by-type, json, text or binary.
	Response string `json:"response,omitempty"`
	// ResponseCharset is the reply's encoding, whatever the reply says of it; empty is what it says.
	ResponseCharset string `json:"response_charset,omitempty"`
	// ReplyLimit bounds the reply's body in bytes; 0 is [MaxReplyBody].
	ReplyLimit int64    `json:"reply_limit,omitempty"`
	Success    *Success `json:"success,omitempty"`
	Retry      *Retry   `json:"retry,omitempty"`
	// OnFailure is pause (default), continue or fail.
	OnFailure string    `json:"on_failure,omitempty"`
	Save      *HTTPSave `json:"save,omitempty"`
	Renew     *Renew    `json:"renew,omitempty"`
}

// Ask asks a service whether a request without an answer was done, before that is sent again.
type Ask struct {
	// Method, when empty, is GET without a body and POST with one.
	Method  string    `json:"method,omitempty"`
	URL     string    `json:"url"`
	Query   Rows      `json:"query,omitempty"`
	Headers Rows      `json:"headers,omitempty"`
	Body    *HTTPBody `json:"body,omitempty"`
	// Codes are the statuses that are an answer; empty is 2** and 404.
	Codes []string `json:"codes,omitempty"`
	// Done is a condition over the answer: true says that it was done.
	Done string `json:"done"`
	// Result is what of the answer becomes the body of the step's reply; empty is its body.
	Result string `json:"result,omitempty"`
}

// Renew does an earlier step again, then this one, when an answer says that what that gave is too old.
type Renew struct {
	When string `json:"when"` // a condition over the answer
	Step string `json:"step"` // the earlier step's id, on the same level or an outer one
}

// TLS holds a request's TLS options.
type TLS struct {
	// Verify checks the server's certificate; nil is true.
	Verify     *bool  `json:"verify,omitempty"`
	ServerName string `json:"server_name,omitempty"` // what the certificate has to bear; empty is the address's name
}

// HTTPBody is exactly one kind of body.
type HTTPBody struct {
	// JSON is rows with dotted names, a tree, or a text template that must be JSON after rendering.
	JSON *Tree `json:"json,omitempty"`
	Form Rows  `json:"form,omitzero"`
	// Multipart is a form that carries files (RFC 7578): its fields, then its files.
	Multipart *Multipart `json:"multipart,omitempty"`
	Text      *string    `json:"text,omitempty"`
	XML       *string    `json:"xml,omitempty"`  // a template of XML text, whose values are escaped
	Path      string     `json:"path,omitempty"` // the place of a value that is sent whole
	File      *string    `json:"file,omitempty"` // the place of a file that is the whole body
	None      bool       `json:"none,omitempty"` // an explicit absence of a body
	// ForceBody keeps rows in the body of a GET, HEAD or DELETE; otherwise they go to the query.
	ForceBody bool `json:"force,omitempty"`
	Nested    bool `json:"nested,omitempty"` // a form's objects have names as PHP reads them: a[b][c]
	// Charset is the encoding of a form or a text; empty is UTF-8.
	Charset string `json:"charset,omitempty"`
	Gzip    bool   `json:"gzip,omitempty"` // the body is packed on its way
}

// Multipart is the fields and files of a form.
type Multipart struct {
	Fields Rows       `json:"fields,omitempty"`
	Files  []FormFile `json:"files,omitempty"`
}

// FormFile is a file of a form, or as many as a list holds. All but Path are templates.
type FormFile struct {
	Name string `json:"name"`
	Path string `json:"path"` // the place of a received file, of bytes or of a text
	// FileName and Type, when empty, are those that the file came with.
	FileName string `json:"filename,omitempty"`
	Type     string `json:"type,omitempty"`
}

// The kinds of bodies.
const (
	BodyJSON      = "json"
	BodyForm      = "form"
	BodyMultipart = "multipart"
	BodyText      = "text"
	BodyXML       = "xml"
	BodyPath      = "path"
	BodyFile      = "file"
	BodyNone      = "none"
)

// Kinds are the body's kinds: one in a valid body.
func (b *HTTPBody) Kinds() []string {
	var k []string
	add := func(set bool, kind string) {
		if set {
			k = append(k, kind)
		}
	}
	add(b.JSON != nil, BodyJSON)
	add(b.Form != nil, BodyForm)
	add(b.Multipart != nil, BodyMultipart)
	add(b.Text != nil, BodyText)
	add(b.XML != nil, BodyXML)
	add(b.Path != "", BodyPath)
	add(b.File != nil, BodyFile)
	add(b.None, BodyNone)
	return k
}

// Success decides whether a reply is a success: its status is one of Codes and When, if there is one, is true.
type Success struct {
	// Codes are patterns: 200, 2**, 20*, 200-204, !404. Empty is 2**.
	Codes []string `json:"codes,omitempty"`
	// When is a condition over body, status and headers of the reply.
	When string `json:"when,omitempty"`
}

// HTTPSave names the variables that keep the reply.
type HTTPSave struct {
	Body    string `json:"body,omitempty"`
	Status  string `json:"status,omitempty"`
	Headers string `json:"headers,omitempty"`
}

// RespondStep answers the caller who waits for the scenario. Exactly one of Text and JSON, or none for an empty body.
type RespondStep struct {
	// Status is an HTTP status or a template that gives one; nil is 200.
	Status  *Tree   `json:"status,omitempty"`
	Headers Rows    `json:"headers,omitempty"`
	Text    *string `json:"text,omitempty"`
	JSON    *Tree   `json:"json,omitempty"`
}

// StopStep ends the run as succeeded.
type StopStep struct {
	// Reason is a template shown in the history.
	Reason string `json:"reason,omitempty"`
}

// FailStep ends the run as failed.
type FailStep struct {
	// Message is a template shown in the history.
	Message string `json:"message,omitempty"`
}

// OnFailure values.
const (
	OnFailurePause    = "pause"
	OnFailureContinue = "continue"
	OnFailureFail     = "fail"
)

// StepState is how a step ended.
type StepState string

const (
	StepDone    StepState = "done"
	StepSkipped StepState = "skipped"
	// StepFailed is a step whose on_failure let the run go on.
	StepFailed StepState = "failed"
)

// StepResult is one finished step of a run. Its path is the step's place, parents included: deal, only_new/tell.
type StepResult struct {
	Path  string    `json:"path"`
	State StepState `json:"state"`
	// Value is a set step's variables as a JSON object, an if step's true or false, a respond step's answer; empty for
	// an HTTP step, unless a person skipped it and gave a body for those who read it.
	Value json.RawMessage `json:"value,omitempty"`
	// Attempt is the number of the attempt that holds an HTTP step's reply; 0 for other kinds.
	Attempt    int   `json:"attempt,omitempty"`
	FinishedAt int64 `json:"finished_at"`
}

// StepPath joins a parent's path and a step's id.
func StepPath(parent, id string) string {
	if parent == "" {
		return id
	}
	return parent + "/" + id
}

// FindStep finds the step at a path; nil when there is none.
func FindStep(steps []Step, path string) *Step {
	id, rest, deeper := strings.Cut(path, "/")
	for i := range steps {
		if steps[i].ID != id {
			continue
		}
		if !deeper {
			return &steps[i]
		}
		return cmp.Or(FindStep(steps[i].Then, rest), FindStep(steps[i].Else, rest))
	}
	return nil
}

// WalkSteps calls f for every step with its path, parents first, in order.
func WalkSteps(steps []Step, f func(path string, s *Step)) { walkSteps("", steps, f) }

// FirstPaths are the paths that steps had before any was renamed, by those that they have now.
func FirstPaths(steps []Step) map[string]string {
	first := map[string]string{}
	WalkSteps(steps, func(path string, s *Step) {
		parent := path[:max(strings.LastIndexByte(path, '/'), 0)]
		first[path] = StepPath(first[parent], cmp.Or(s.Was, s.ID))
	})
	return first
}

func walkSteps(parent string, steps []Step, f func(string, *Step)) {
	for i := range steps {
		path := StepPath(parent, steps[i].ID)
		f(path, &steps[i])
		walkSteps(path, steps[i].Then, f)
		walkSteps(path, steps[i].Else, f)
	}
}
