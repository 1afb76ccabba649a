package api

import (
	"encoding/json"
	"time"

	"gonets"
)

// Words is a text in both languages.
type Words struct {
	Ru string `json:"ru"`
	En string `json:"en"`
}

// Message is what happened, what it means, and what to do.
type Message struct {
	What    string `json:"what"`
	Meaning string `json:"meaning"`
	Todo    string `json:"todo"`
}

// Explain is a message in both languages.
type Explain struct {
	Ru Message `json:"ru"`
	En Message `json:"en"`
}

// Sample is a request that a source might get.
type Sample struct {
	Method  string          `json:"method,omitempty" maxLength:"32" doc:"POST when left out"`
	Path    string          `json:"path,omitempty" doc:"What follows the source's address"`
	Query   string          `json:"query,omitempty" doc:"Query string without the question mark"`
	Headers json.RawMessage `json:"headers,omitempty" doc:"An object of names and values, or a list of objects with name and value"`
	Body    json.RawMessage `json:"body,omitempty" doc:"A text is the body byte for byte; any other JSON value is a JSON body"`
	Source  string          `json:"source,omitempty" doc:"As which source's event it is read; the scenario's first one when left out"`
}

// Preview asks what a step of a draft would send.
type Preview struct {
	Scenario string          `json:"scenario,omitempty" doc:"Its name, by which earlier replies are found; that of the document when left out"`
	Document json.RawMessage `json:"document" doc:"The scenario, complete or not"`
	Step     string          `json:"step" doc:"The step's path"`
	Event    string          `json:"event,omitempty" doc:"Id of a received event"`
	Sample   *Sample         `json:"sample,omitempty" doc:"Or a made-up one. With neither, the last event of the scenario's first source"`
}

// PreviewResult is what a step would send, as far as it can be built.
type PreviewResult struct {
	Values   []PreviewValue   `json:"values" nullable:"false" doc:"Every value of the step, in the order of the document"`
	Request  *PreviewRequest  `json:"request,omitempty" doc:"Left out when it cannot be built, or the step sends none"`
	Curl     string           `json:"curl" doc:"The request as a command for bash, secrets as ***; empty without a request"`
	Scope    []Variable       `json:"scope" nullable:"false" doc:"What the step's templates can read"`
	Problems []gonets.Problem `json:"problems" nullable:"false" doc:"Why the step cannot be built as it is"`
	Event    string           `json:"event,omitempty" doc:"Id of the event that was used"`
}

// PreviewValue is what one place of a step becomes.
type PreviewValue struct {
	Pointer string        `json:"pointer" doc:"JSON Pointer into the document"`
	Text    string        `json:"text" doc:"As it stands in text; at most 4096 bytes of it"`
	Type    string        `json:"type" enum:"text,number,yes-no,list,object,nothing,binary"`
	Empty   bool          `json:"empty"`
	Missing []MissingPath `json:"missing" nullable:"false" doc:"What the place reads and is not there"`
	Error   string        `json:"error,omitempty"`
	// Problem is the error with its code.
	Problem *gonets.Problem `json:"problem,omitempty"`
}

// MissingPath is a path that leads nowhere.
type MissingPath struct {
	Path       string `json:"path"`
	Suggestion string `json:"suggestion,omitempty" doc:"The nearest path that is there"`
}

// PreviewRequest is a request as it would be sent.
type PreviewRequest struct {
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Headers []PreviewHeader `json:"headers" nullable:"false"`
	Content
	Parts   []Part   `json:"parts,omitempty" nullable:"false" doc:"The fields and files of a form with files"`
	Size    int      `json:"size" doc:"Length of the body in bytes"`
	Notices []Notice `json:"notices" nullable:"false"`
}

// PreviewHeader is a header with the reason why it is there.
type PreviewHeader struct {
	Name      string `json:"name"`
	Value     string `json:"value"`
	Automatic bool   `json:"automatic" doc:"The step does not name it"`
	Reason    *Words `json:"reason,omitempty" doc:"Why it is there; left out for the step's own"`
}

// Notice is something about a request that is worth knowing.
type Notice struct {
	Code   string `json:"code" enum:"url.trimmed,url.scheme,body.in_query,destination.closed,reply.none"`
	Detail string `json:"detail"`
}

// The groups of a Variable.
const (
	GroupSource = "source"
	GroupStep   = "step"
	GroupVars   = "vars"
	GroupSystem = "system"
)

// Variable is a value that templates can read.
type Variable struct {
	Group     string `json:"group" enum:"source,step,vars,system,secret"`
	Step      string `json:"step,omitempty" doc:"Path of the step that gave it"`
	StepTitle string `json:"step_title,omitempty"`
	Path      string `json:"path" doc:"What goes between {{ and }}"`
	Short     string `json:"short" doc:"The shortest path that means the same"`
	Label     string `json:"label"`
	Title     *Words `json:"title,omitempty" doc:"What people call it, where that is known"`
	Type      string `json:"type" enum:"text,number,yes-no,list,object,nothing,binary"`
	Value     string `json:"value" doc:"At most 200 characters"`
	Empty     bool   `json:"empty"`
	Secret    bool   `json:"secret" doc:"The value is masked here and in the history"`
	Reserved  bool   `json:"reserved,omitempty" doc:"Its bare name means something else, such as the last reply"`
	Usual     bool   `json:"usual,omitempty" doc:"The source usually sends it; this event has none"`
}

// StepVariables are the variables that came with a step; the first ones, of no
// step, are those that a run begins with.
type StepVariables struct {
	Path      string     `json:"path"`
	Variables []Variable `json:"variables" nullable:"false"`
}

// Check asks to try a draft. Only the steps named in really are sent.
type Check struct {
	Scenario string          `json:"scenario,omitempty" doc:"Its name; that of the document when left out"`
	Document json.RawMessage `json:"document"`
	Step     string          `json:"step,omitempty" doc:"Path of the only step to try; all when left out"`
	Event    string          `json:"event,omitempty"`
	Sample   *Sample         `json:"sample,omitempty"`
	Really   []string        `json:"really,omitempty" doc:"Paths of the steps whose requests are sent"`
	AllDry   bool            `json:"all_dry,omitempty" doc:"Nothing is sent, whatever really says"`
	GoesOn   bool            `json:"goes_on,omitempty" doc:"The check goes on when its reader leaves"`
}

// GoingCheck is a check on its way that needs no reader, at whichever server.
type GoingCheck struct {
	RunID    string `json:"run_id" doc:"The run that it is kept as"`
	Scenario string `json:"scenario,omitempty"`
	// Request is set instead of a scenario.
	Request   string    `json:"request,omitempty" doc:"The saved request that is checked by itself"`
	Title     string    `json:"title"`
	Step      string    `json:"step,omitempty" doc:"Path of the only step that is tried"`
	StartedAt time.Time `json:"started_at"`
	By        string    `json:"by"`
	// Was leads from the paths that its lines name to those of earlier runs.
	Was   map[string]string `json:"was,omitempty" doc:"The first paths of the steps that were renamed, by their present ones"`
	State string            `json:"state" enum:"going,ending,lost" doc:"ending: a person wants its end; lost: the server that ran it is gone. A lost one is listed until it is cancelled"`
	// Elsewhere is set of one whose lines are told at another server.
	Elsewhere bool `json:"elsewhere,omitempty" doc:"It goes on at another server: it can be ended, not followed here"`
	// At and Requests are known of one that has sent a request.
	At       string `json:"at,omitempty" doc:"Path of the step whose request was sent last, as far as it was kept"`
	Requests int    `json:"requests" doc:"So many requests are over, as far as it was kept"`
}

// The states of a GoingCheck.
const (
	CheckGoing  = "going"
	CheckEnding = "ending"
	CheckLost   = "lost"
)

// The types of a CheckLine.
const (
	CheckStarted  = "started"
	CheckStep     = "step"
	CheckFinished = "finished"
)

// The states of a step in a check beside those of [gonets.StepState].
const (
	CheckRunning = "running"
	// CheckShown is a step whose request was shown and not sent.
	CheckShown = "shown"
)

// The phases of a request on its way.
const (
	PhaseConnect = "connect"
	PhaseWait    = "wait"
)

// CheckLine is one line of a check's answer.
type CheckLine struct {
	Type  string   `json:"type" enum:"started,step,finished"`
	RunID string   `json:"run_id,omitempty"`
	Steps []string `json:"steps,omitempty" doc:"The paths of all steps (started)"`

	Path      string          `json:"path,omitempty"`
	Phase     string          `json:"phase,omitempty" enum:"connect,wait" doc:"Of a request on its way: a connection is being made, or the request has left (running)"`
	State     string          `json:"state,omitempty" enum:"running,done,skipped,failed,shown,succeeded,cancelled"`
	Attempt   *Attempt        `json:"attempt,omitempty"`
	Value     json.RawMessage `json:"value,omitempty" doc:"What a step without a request gave"`
	Request   *PreviewRequest `json:"request,omitempty" doc:"What would be sent (shown)"`
	Error     string          `json:"error,omitempty" doc:"Why the step could not be done, or why the server ended the check (finished)"`
	Problem   *gonets.Problem `json:"problem,omitempty" doc:"The same with its code"`
	Explain   *Explain        `json:"explain,omitempty"`
	Variables []Variable      `json:"variables,omitempty" doc:"New after this step"`

	DurationMS int64 `json:"duration_ms,omitempty" doc:"Of the whole check (finished)"`
}

// NewExample keeps the reply to an attempt for its step.
type NewExample struct {
	Run     string `json:"run" minLength:"1" doc:"A run or a check of the scenario"`
	Attempt int    `json:"attempt" minimum:"1" doc:"The number of one of its attempts that was answered"`
}

// Example is a reply that previews and checks of a step read instead of its last
// one.
type Example struct {
	Step    string    `json:"step" doc:"Path of the step; the one that it had first, if it was renamed"`
	Status  int       `json:"status"`
	SavedAt time.Time `json:"saved_at"`
	SavedBy string    `json:"saved_by,omitempty"`
}

// CurlText is a command to read.
type CurlText struct {
	Text string `json:"text" minLength:"1" maxLength:"1048576"`
}

// CurlStep is the step that a command makes.
type CurlStep struct {
	Step     json.RawMessage `json:"step" doc:"A step's http member, to insert into a document"`
	Warnings []CurlWarning   `json:"warnings" nullable:"false" doc:"What could not be taken over"`
	Secrets  []CurlSecret    `json:"secrets" nullable:"false" doc:"Credentials that belong into a secret or connection"`
}

// CurlWarning is a flag that the step cannot say.
type CurlWarning struct {
	Flag   string      `json:"flag"`
	Code   gonets.Code `json:"code"`
	Detail string      `json:"detail"`
}

// CurlSecret is where a command held a credential.
type CurlSecret struct {
	Where  string `json:"where" enum:"header,query,url,body"`
	Header string `json:"header,omitempty" doc:"Name of the header or query parameter"`
}

// Datum is a value by which a person recognises a run.
type Datum struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
