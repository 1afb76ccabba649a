package api

import (
	"encoding/json"
	"time"

	"gonets"
)

// EncodingBase64 marks a body that is no text.
const EncodingBase64 = "base64"

// Content is a body: text where it is text in a known encoding, else base64.
type Content struct {
	Body     string `json:"body"`
	Encoding string `json:"encoding,omitempty" enum:"base64" doc:"base64 when the body is no text"`
	Charset  string `json:"charset,omitempty" doc:"The encoding in which the text came or went, such as windows-1251; left out for UTF-8"`
}

// Part is a field or a file of a body of type multipart/form-data.
type Part struct {
	Name     string `json:"name"`
	FileName string `json:"filename,omitempty" doc:"Left out for a field"`
	Type     string `json:"type,omitempty"`
	Size     int    `json:"size" doc:"In bytes"`
	Text     string `json:"text,omitempty" doc:"The beginning of what a field holds; empty for a file"`
}

// EventSummary is an event in a list.
type EventSummary struct {
	ID          string      `json:"id"`
	Source      string      `json:"source"`
	ReceivedAt  time.Time   `json:"received_at"`
	Method      string      `json:"method"`
	Path        string      `json:"path"`
	Query       string      `json:"query" doc:"The query string as received"`
	ContentType string      `json:"content_type,omitempty"`
	Remote      string      `json:"remote,omitempty"`
	Size        int         `json:"size" doc:"Length of the body in bytes"`
	Mark        gonets.Mark `json:"mark,omitempty"`
	Actor       string      `json:"actor,omitempty" doc:"Who made the event when it was a person"`
	Outside     bool        `json:"outside,omitempty" doc:"It came from a public address, so the server is reachable from outside"`
}

// Event is everything that came in. What the source's preset names as secret
// is masked.
type Event struct {
	EventSummary
	Headers []gonets.Header `json:"headers" nullable:"false"`
	Content
	Parts  []Part          `json:"parts,omitempty" nullable:"false" doc:"The fields and files of a form with files"`
	Item   json.RawMessage `json:"item,omitempty" doc:"The element of a split batch"`
	Unread *gonets.Problem `json:"unread,omitempty" doc:"Why the body is text, where the mark is body.unparsed"`
	Hops   int             `json:"hops,omitempty"`
	Answer *Answer         `json:"answer,omitempty" doc:"What a respond step answered"`
}

// Answer is what a scenario answered to the sender.
type Answer struct {
	Status  int             `json:"status"`
	Headers []gonets.Header `json:"headers,omitempty"`
	Content
}

// NewEvent makes an event by hand. Give json or text for the body, or neither.
type NewEvent struct {
	Method  string          `json:"method,omitempty" maxLength:"32" doc:"POST when left out"`
	Path    string          `json:"path,omitempty" doc:"What follows the source's address"`
	Query   string          `json:"query,omitempty" doc:"Query string without the question mark"`
	Headers []gonets.Header `json:"headers,omitempty"`
	Body    json.RawMessage `json:"body,omitempty" doc:"The body as any JSON value"`
	Text    string          `json:"text,omitempty" doc:"The body as text, byte for byte"`
}

// NewEventResult is what became of a NewEvent.
type NewEventResult struct {
	EventID   string       `json:"event_id"`
	Duplicate bool         `json:"duplicate"`
	Runs      []RunSummary `json:"runs" nullable:"false"`
}

// RunSummary is a run in a list.
type RunSummary struct {
	ID          string          `json:"id"`
	EventID     string          `json:"event_id"`
	Source      string          `json:"source,omitempty"`
	Scenario    string          `json:"scenario"`
	Version     int             `json:"version,omitempty"`
	State       gonets.RunState `json:"state"`
	Reason      gonets.Code     `json:"reason,omitempty"`
	Lane        string          `json:"lane,omitempty" doc:"The destination for which it queues"`
	Wait        *LaneWait       `json:"wait,omitempty" doc:"Why a queued run waits, and one whose next try is held up, by its queue or by a run in front"`
	Mark        gonets.Mark     `json:"mark,omitempty"`
	CreatedAt   time.Time       `json:"created_at"`
	FinishedAt  *time.Time      `json:"finished_at,omitempty"`
	NextTryAt   *time.Time      `json:"next_try_at,omitempty" doc:"When a waiting run goes on, at the earliest: not before its closed queue is tried out"`
	Tries       int             `json:"tries" doc:"Attempts of the current step that count against its retry policy; of a run that has ended, of the step that sent last"`
	TriesMax    int             `json:"tries_max,omitempty" doc:"Attempts that the current step's retry policy allows; in lists while some of them are used"`
	Attempts    int             `json:"attempts" doc:"Number of the run's last attempt"`
	LastStatus  int             `json:"last_status,omitempty"`
	LastOutcome gonets.Outcome  `json:"last_outcome,omitempty"`
	LastError   string          `json:"last_error,omitempty"`
	Asks        bool            `json:"asks,omitempty" doc:"The last request of the step where the run stands may have been done: before it is sent again, its service is asked"`
	Data        []Datum         `json:"data,omitempty" doc:"Up to three values by which a person recognises the event; in lists"`
	// ScenarioDeleted keeps a run from being done again from the start.
	ScenarioDeleted bool `json:"scenario_deleted,omitempty" doc:"Its scenario was deleted: no new run is made of it"`
	// Actions can be done now.
	Actions []string `json:"actions" nullable:"false" doc:"What can be done to the run in its present state"`
}

// RunPage is a page of a list of runs.
type RunPage struct {
	List[RunSummary]
	Reached *time.Time `json:"reached,omitempty" doc:"How far back the search has looked when it gave up for now; the next page goes on from there"`
	Unread  int        `json:"unread,omitempty" doc:"How many of the runs that were asked for a text cannot be read: nobody knows whether they carried it"`
}

// RunCount counts runs.
type RunCount struct {
	Count int  `json:"count"`
	More  bool `json:"more" doc:"There may be more: counting stops at 10 000, and after a bounded look"`
}

// RunChart tells how runs went over time, by the time of their beginning.
type RunChart struct {
	From         time.Time `json:"from"`
	To           time.Time `json:"to"`
	WidthSeconds int       `json:"width_seconds" doc:"Length of the span of a bar"`
	Bars         []RunBar  `json:"bars" nullable:"false" doc:"The newest first; all spans of the period together with the answers that next leads to"`
	Next         string    `json:"next,omitempty" doc:"Cursor of the older bars; left out when there are no more"`
}

// RunBar is what became of the runs that began within a span.
type RunBar struct {
	At     time.Time `json:"at" doc:"Where the span begins"`
	Runs   int       `json:"runs"`
	Done   int       `json:"done" doc:"Runs that succeeded"`
	Failed int       `json:"failed" doc:"Attempts of these runs that did not succeed"`
	More   bool      `json:"more,omitempty" doc:"The span holds more than was counted"`
}

// Run is everything that is kept about a run.
type Run struct {
	RunSummary
	// NextTries are when a waiting run is tried.
	NextTries  []time.Time `json:"next_tries,omitempty" doc:"When a waiting run is tried again, if every attempt fails at once; real times may be up to 10 % of the delay later"`
	QuietUntil *time.Time  `json:"quiet_until,omitempty" doc:"The run waits for the end of its step's quiet hours"`
	// Retry is what a person set for the rest of the tries.
	Retry *RetryChanged `json:"retry,omitempty" doc:"What a person set for the rest of the attempts at the step where the run stands"`
	// RetryNow is the plan that a change would replace.
	RetryNow *RetryPlan `json:"retry_now,omitempty" doc:"What is left of the attempts of a run that waits for one, or what begins when a paused one is resumed: what retry-policy replaces"`
	// CurrentVersion is what is published now.
	CurrentVersion int      `json:"current_version,omitempty" doc:"The scenario's published version; left out when there is none"`
	StepChanged    bool     `json:"step_changed" doc:"The current version has the step at which the run stands otherwise; resume then takes that version unless told otherwise"`
	StepLost       string   `json:"step_lost,omitempty" enum:"moved,removed" doc:"The current version has no such step there: with it the run would not send it (removed), or send it anew if it came to where the step is now (moved); resume takes the run's own version, which has it, unless told otherwise"`
	RerunOf        string   `json:"rerun_of,omitempty" doc:"The run of which a person made this one"`
	Reruns         []string `json:"reruns,omitempty" doc:"The runs that were made of this one, at most 100"`
	Acts           []RunAct `json:"acts,omitempty" doc:"What people did to the run, the oldest first, at most the last 200"`
	Unread         []string `json:"unread,omitempty" nullable:"false" enum:"event,results,attempts,version,acts" doc:"The parts of it that are damaged in the database and left out, as a whole or partly: the event, what steps gave, attempts, the version of the scenario, what people did. Where attempts are, what may hold values that they got is hidden"`
	Event          Event    `json:"event"`
	Steps          []Step   `json:"steps" nullable:"false" doc:"The steps in the order of the scenario"`
}

// RunAct is what a person did to a run.
type RunAct struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Action string    `json:"action" enum:"resume,skip,send-now,retry-policy,rerun,cancel,cancel-retries"`
	Bulk   string    `json:"bulk,omitempty" doc:"The mass action of which it was a part; bulk: finds all its runs"`
	// Versions are told where they differ.
	FromVersion int        `json:"from_version,omitempty" doc:"The version that the run left; only where it changed"`
	ToVersion   int        `json:"to_version,omitempty"`
	Made        string     `json:"made,omitempty" doc:"The new run that was made of this one"`
	MadeOf      string     `json:"made_of,omitempty" doc:"The run of which this one was made"`
	Retry       *RetryPlan `json:"retry,omitempty" doc:"What the rest of the tries became"`
}

// The states of a Step.
const (
	StepActive  = "active"
	StepPending = "pending"
)

// Step is what a run did at one step.
type Step struct {
	Path       string          `json:"path"`
	Was        string          `json:"was,omitempty" doc:"The path that the step had first, if it or one that holds it was renamed"`
	Kind       string          `json:"kind,omitempty"`
	Title      string          `json:"title,omitempty"`
	Request    string          `json:"request,omitempty" doc:"The saved request that the step sends"`
	State      string          `json:"state" enum:"done,skipped,failed,active,pending" doc:"active: the run stands here; pending: not reached"`
	Value      json.RawMessage `json:"value,omitempty" doc:"What the step gave: variables, a decision, an answer"`
	FinishedAt *time.Time      `json:"finished_at,omitempty"`
	Attempts   []Attempt       `json:"attempts" nullable:"false"`
}

// Attempt is one HTTP exchange.
type Attempt struct {
	N           int             `json:"n"`
	Request     Request         `json:"request" doc:"As sent; secrets are masked"`
	Response    *Response       `json:"response,omitempty" doc:"Left out when no reply came"`
	Outcome     gonets.Outcome  `json:"outcome"`
	Code        gonets.Code     `json:"code,omitempty"`
	Error       string          `json:"error,omitempty"`
	StartedAt   time.Time       `json:"started_at"`
	DurationMS  int64           `json:"duration_ms"`
	Timings     *gonets.Timings `json:"timings,omitempty" doc:"Microseconds from the start"`
	Charged     bool            `json:"charged" doc:"Counts against the retry policy"`
	Purpose     gonets.Purpose  `json:"purpose,omitempty" enum:"ask,ask.done,ask.not_done,renew,expired" doc:"ask: the service was asked whether the request was done and gave no answer, ask.done: it was, ask.not_done: it was not; expired: what an earlier step gave is too old, renew: that step was done again. Left out for the step's own request"`
	Fenced      bool            `json:"fenced" doc:"Came too late to have an effect"`
	Sealed      bool            `json:"sealed,omitempty" doc:"The cookies of its reply cannot be opened: from here on what may hold them is hidden"`
	NotKept     bool            `json:"not_kept,omitempty" doc:"Headers and bodies were not kept, because the run succeeded while the disk was low"`
	Erased      bool            `json:"erased,omitempty" doc:"What was sent and came back was erased on request: a note stands in its place"`
	Remote      string          `json:"remote,omitempty"`
	HTTPVersion string          `json:"http_version,omitempty"`
	TLSVersion  string          `json:"tls_version,omitempty"`
	Redirects   []gonets.Hop    `json:"redirects,omitempty"`
	Explain     *Explain        `json:"explain,omitempty" doc:"What went wrong, what it means and what to do; left out when nothing did"`
}

// Request is a request as it was sent.
type Request struct {
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Headers []gonets.Header `json:"headers" nullable:"false"`
	Content
	Size  int    `json:"size" doc:"Length of the body in bytes"`
	Gzip  bool   `json:"gzip,omitempty" doc:"The body went packed with gzip; here it is unpacked"`
	Parts []Part `json:"parts,omitempty" nullable:"false" doc:"The fields and files of a form with files"`
}

// Response is a reply as it came, decoded.
type Response struct {
	Status     int             `json:"status"`
	StatusLine string          `json:"status_line,omitempty"`
	Headers    []gonets.Header `json:"headers" nullable:"false"`
	Content
	Size int         `json:"size" doc:"Length of the body in bytes, as far as it is kept"`
	Cut  bool        `json:"cut,omitempty" doc:"The reply was longer than what is kept"`
	Mark gonets.Mark `json:"mark,omitempty" enum:"body.duplicate_keys" doc:"body.duplicate_keys: its JSON, of at most 1 MB, names a member twice, and the last value counts"`
}

// PickVersion chooses the version to run.
type PickVersion struct {
	Version WhichVersion `json:"version,omitempty" pattern:"^(same|current|[1-9][0-9]{0,8})$" doc:"same, current, or a version's number. Left out, a run goes on with its own version, unless the step at which it stands has changed since: then with the current one. A step that was removed or moved keeps the run on its own version, which sends it"`
}

// NewRerun chooses what a new run is made of.
type NewRerun struct {
	Version WhichVersion `json:"version,omitempty" pattern:"^(same|current|[1-9][0-9]{0,8})$" doc:"same, current, or a version's number; current when left out"`
	Event   *EditedEvent `json:"event,omitempty" doc:"Other data than the old run's: a new event with these members, the others as they were"`
}

// EditedEvent are the members of an event that a person changed. Give json or
// text for the body, or neither.
type EditedEvent struct {
	Path  *string         `json:"path,omitempty"`
	Query *string         `json:"query,omitempty" doc:"Query string without the question mark"`
	Body  json.RawMessage `json:"body,omitempty" doc:"The body as any JSON value"`
	Text  *string         `json:"text,omitempty" doc:"The body as text, byte for byte"`
}

// Skip counts the step at which a run stands as skipped.
type Skip struct {
	Value json.RawMessage `json:"value,omitempty" doc:"What later steps read of it: the body of an HTTP step's reply, the variables of a set step, the value of another one"`
}

// ActionRerun is the one action that makes a new run.
const ActionRerun = string(gonets.ActionRerun)

// RunsAction does one thing to the runs named. [NewBulk] does it to all that
// match.
type RunsAction struct {
	Action  string       `json:"action" enum:"resume,skip,send-now,retry-policy,rerun,cancel,cancel-retries"`
	IDs     []string     `json:"ids" nullable:"false" minItems:"1" maxItems:"1000"`
	Version WhichVersion `json:"version,omitempty" pattern:"^(same|current|[1-9][0-9]{0,8})$"`
	Retry   *RetryPlan   `json:"retry,omitempty" doc:"For retry-policy, and needed there"`
}

// RunsActionResult tells what became of a RunsAction.
type RunsActionResult struct {
	Done   int         `json:"done"`
	Failed []RunFailed `json:"failed" nullable:"false"`
}

// RunFailed is a run on which an action was not possible.
type RunFailed struct {
	ID     string      `json:"id"`
	Code   gonets.Code `json:"code"`
	Detail string      `json:"detail"`
}
