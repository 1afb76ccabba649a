// Package form describes the kinds of steps for people: what each does and
// which fields it has, in both languages. The panel of a step is made of it. A
// test keeps it together with the types of a step's document.
package form

import "encoding/json"

// Text is a text in both languages.
type Text struct {
	Ru string `json:"ru"`
	En string `json:"en"`
}

// Kind is one kind of step.
type Kind struct {
	Kind     string          `json:"kind" doc:"The member of the step's document that makes it this kind"`
	Title    Text            `json:"title"`
	Help     Text            `json:"help"`
	Synonyms []string        `json:"synonyms" nullable:"false" doc:"Words of other systems by which it is found"`
	Fields   []Field         `json:"fields" nullable:"false" doc:"In the order of the panel"`
	Template json.RawMessage `json:"template" doc:"A new step, without its id"`
	Variants []Variant       `json:"variants,omitempty" doc:"Further entries of the menu that make steps of this kind"`
}

// Variant is a further way to begin a step of a kind.
type Variant struct {
	ID       string          `json:"id"`
	Title    Text            `json:"title"`
	Help     Text            `json:"help"`
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
	// ControlVariable is the name of a variable that is made.
	ControlVariable Control = "variable"
	// ControlPath is the path of a value that is there.
	ControlPath Control = "path"
)

// Field is one member of a step's document.
type Field struct {
	Path    string  `json:"path" doc:"JSON Pointer into the step"`
	Control Control `json:"control" enum:"text,template,templates,number,duration,switch,choice,choices,condition,codes,delays,steps,body,variable,path"`
	Tab     string  `json:"tab" enum:"main,query,headers,body,response,more"`
	Title   Text    `json:"title"`
	Help    Text    `json:"help"`
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
	Unit        *Text           `json:"unit,omitempty"`
}

// Choice is one value of a field.
type Choice struct {
	Value string `json:"value"`
	Title Text   `json:"title"`
	Help  *Text  `json:"help,omitempty"`
	// Sets are further members that go with the choice.
	Sets json.RawMessage `json:"sets,omitempty" doc:"Members of the step that the choice sets, by JSON Pointer; null takes one away"`
}

// Kinds are all kinds of steps, in the order of the menu.
func Kinds() []Kind {
	kinds := []Kind{httpKind(), ifKind(), setKind(), delayKind(), respondKind(), stopKind(), failKind()}
	for i := range kinds {
		kinds[i].Fields = append(commonFields(), kinds[i].Fields...)
	}
	return kinds
}

// value is a value of a document; what stands in this package always encodes.
func value(v any) json.RawMessage {
	b, _ := json.Marshal(v)
	return b
}

// commonFields are those of every step.
func commonFields() []Field {
	return []Field{
		{Path: "/title", Control: ControlText, Tab: "main", Title: Text{"Название", "Title"},
			Help: Text{"Как шаг называется в списке и в истории.", "What the step is called in the list and in the history."}},
		{Path: "/id", Control: ControlText, Tab: "more", Required: true, Title: Text{"Короткое имя", "Short name"}, Placeholder: "deal",
			Help: Text{"По нему к шагу обращаются шаблоны и история: латинские буквы, цифры и _. Если его сменить, начатые операции выполнят шаг заново.",
				"Templates and the history refer to the step by it: Latin letters, digits and _. When it changes, runs that have begun do the step anew."}},
		{Path: "/when", Control: ControlCondition, Tab: "more", Title: Text{"Выполнять, если", "Do it if"}, Placeholder: "phone != \"\"",
			Help: Text{"Если условие не выполнено, шаг пропускается и операция идёт дальше. Пусто — выполнять всегда.",
				"When the condition does not hold, the step is skipped and the run goes on. Empty: always."}},
	}
}
