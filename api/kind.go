package api

import (
	"encoding/json"

	"gonets"
)

// Label is a text in both languages.
type Label struct {
	Ru string `json:"ru"`
	En string `json:"en"`
}

// Preset is a service that a source may be made for.
type Preset struct {
	ID      string        `json:"id"`
	Title   Label         `json:"title"`
	Help    Label         `json:"help"`
	Methods []string      `json:"methods" nullable:"false" doc:"What the service sends with"`
	Fields  []UsualField  `json:"fields" nullable:"false" doc:"What usually comes"`
	Sample  SampleRequest `json:"sample" doc:"A request as the service sends it, with made-up data"`
	Reply   SampleReply   `json:"reply" doc:"What the service is answered"`
	Verify  string        `json:"verify" enum:"none,token,basic,hmac" doc:"How the service proves who it is, once the source names a secret"`
}

// UsualField is a value that usually comes.
type UsualField struct {
	Path    string          `json:"path" doc:"Behind \"event.\""`
	Title   Label           `json:"title"`
	Type    string          `json:"type"`
	Example json.RawMessage `json:"example,omitempty"`
}

// SampleRequest is a request as a service sends it.
type SampleRequest struct {
	Method  string          `json:"method"`
	Headers []gonets.Header `json:"headers" nullable:"false"`
	Query   string          `json:"query" doc:"As in an address, without the question mark"`
	Body    string          `json:"body"`
}

// SampleReply is an answer; {event_id} in it stands for the event's id.
type SampleReply struct {
	Status int    `json:"status"`
	Text   string `json:"text"`
	WaitS  int    `json:"wait_s" doc:"How long the service can be kept waiting for a scenario's own answer, in seconds"`
}

// Kind is one kind of step.
type Kind struct {
	Kind     string          `json:"kind" doc:"The member of the step's document that makes it this kind"`
	Title    Label           `json:"title"`
	Help     Label           `json:"help"`
	Synonyms []string        `json:"synonyms" nullable:"false" doc:"Words of other systems by which it is found"`
	Fields   []Field         `json:"fields" nullable:"false" doc:"In the order of the panel"`
	Template json.RawMessage `json:"template" doc:"A new step, without its id"`
	Variants []Variant       `json:"variants,omitempty" doc:"Further entries of the menu that make steps of this kind"`
}

// Variant is a further way to begin a step of a kind.
type Variant struct {
	ID       string          `json:"id"`
	Title    Label           `json:"title"`
	Help     Label           `json:"help"`
	Synonyms []string        `json:"synonyms" nullable:"false"`
	Template json.RawMessage `json:"template"`
}

// Control is how a field is edited.
type Control string

// The controls.
const (
	// ControlText is plain text without variables.
	ControlText Control = "text"
	// ControlTemplate is text with variables.
	ControlTemplate Control = "template"
	// ControlTemplates are rows of a name and a text with variables.
	ControlTemplates Control = "templates"
	ControlNumber    Control = "number"
	// ControlDuration is a time span: 30s, 5m, 2h.
	ControlDuration Control = "duration"
	ControlSwitch   Control = "switch"
	// ControlChoice is one of the choices, ControlChoices several of them.
	ControlChoice  Control = "choice"
	ControlChoices Control = "choices"
	// ControlCondition is an expression that is true or false.
	ControlCondition Control = "condition"
	// ControlCodes is a list of patterns of statuses.
	ControlCodes Control = "codes"
	// ControlDelays is a list of time spans.
	ControlDelays Control = "delays"
	// ControlSteps is a list of steps.
	ControlSteps Control = "steps"
	// ControlBody is one of several kinds of body, named by the choices; their
	// fields stand within it.
	ControlBody Control = "body"
	// ControlFiles are the files of a form; the fields of each stand below it.
	ControlFiles Control = "files"
	// ControlVariable is the name of a variable that is made.
	ControlVariable Control = "variable"
	// ControlStep is the short name of an earlier step that can be done again.
	ControlStep Control = "step"
	// ControlRequest is the name of a saved request; ControlParams are rows made of the
	// parameters of the one that was chosen.
	ControlRequest Control = "request"
	ControlParams  Control = "params"
	// ControlPath is the path of a value that is there.
	ControlPath Control = "path"
)

// Field is one member of a step's document.
type Field struct {
	Path    string  `json:"path" doc:"JSON Pointer into the step; without their number below the elements of a list"`
	Control Control `json:"control" enum:"text,template,templates,number,duration,switch,choice,choices,condition,codes,delays,steps,body,files,variable,step,path,request,params"`
	Tab     string  `json:"tab" enum:"main,query,headers,body,response,more"`
	Title   Label   `json:"title"`
	Help    Label   `json:"help"`
	// Within is the path of the field that shows this one.
	Within      string          `json:"within,omitempty" doc:"The path of the field whose control shows this one"`
	Choices     []Choice        `json:"choices,omitempty"`
	Free        bool            `json:"free,omitempty" doc:"Other values than the choices may be typed"`
	Templated   bool            `json:"templated,omitempty" doc:"May hold variables too"`
	Default     json.RawMessage `json:"default,omitempty" doc:"What counts while the member is left out"`
	Required    bool            `json:"required,omitempty"`
	Placeholder string          `json:"placeholder,omitempty"`
	Min         json.RawMessage `json:"min,omitempty"`
	Max         json.RawMessage `json:"max,omitempty"`
	Unit        *Label          `json:"unit,omitempty"`
}

// Choice is one value of a field.
type Choice struct {
	Value string `json:"value"`
	Title Label  `json:"title"`
	Help  *Label `json:"help,omitempty"`
	// Sets are further members that go with the choice.
	Sets json.RawMessage `json:"sets,omitempty" doc:"Members of the step that the choice sets, by JSON Pointer; null takes one away"`
}
