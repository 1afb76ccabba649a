package gonets

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// SavedRequest is a saved request: what an HTTP step would say, under a name, for
// several scenarios. A step that names it fills in its parameters.
type SavedRequest struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	// Params are what its templates read as params.NAME.
	Params []Param `json:"params,omitempty"`
	// HTTP is the request. What belongs to the place where it is sent – what is kept
	// of the reply, what follows from a failure – stands in the step.
	HTTP HTTPStep `json:"http"`
	// Damage is why what is stored of it cannot be read; then it has a name and no more.
	Damage error `json:"-"`
}

// CheckOfRequest begins the name under which checks of a saved request by itself are
// kept: no scenario can have it.
const CheckOfRequest = "request/"

// Param is a parameter of a saved request.
type Param struct {
	Name string `json:"name"`
	// Type is string (default), number, boolean, object or list.
	Type     string `json:"type,omitempty"`
	Required bool   `json:"required,omitempty"`
	// Default is the value, or its template, when a step gives none.
	Default *Tree `json:"default,omitempty"`
	// Example is what previews are begun with.
	Example *Tree `json:"example,omitempty"`
}

// The types of parameters.
const (
	ParamString  = "string"
	ParamNumber  = "number"
	ParamBoolean = "boolean"
	ParamObject  = "object"
	ParamList    = "list"
)

// Takes tells whether a value as it is written may be the parameter's. Of a template
// only a run knows what it becomes.
func (p *Param) Takes(v any) bool {
	isText := p.Type == "" || p.Type == ParamString
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return isText || strings.Contains(v, "{{")
	case json.Number:
		return isText || p.Type == ParamNumber
	case bool:
		return isText || p.Type == ParamBoolean
	case Rows:
		return p.Type == ParamObject
	case []any:
		return p.Type == ParamList
	}
	return false
}

// Term is the parameter's type in words.
func (p *Param) Term() Term {
	switch p.Type {
	case ParamNumber:
		return Term{Key: "number", English: "a number"}
	case ParamBoolean:
		return Term{Key: "yes-no", English: "true or false"}
	case ParamObject:
		return Term{Key: "object", English: "a map"}
	case ParamList:
		return Term{Key: "list", English: "a list"}
	}
	return Term{Key: "text", English: "text"}
}

// Sends is the request of the step, its own or a saved one; nil for steps of other
// kinds, and while it is not known what the name of a saved one stands for.
func (s *Step) Sends() *HTTPStep {
	if s.HTTP == nil {
		return s.Sent
	}
	return s.HTTP
}

// Sends is the request of the step at a path; nil where there is none, and of a
// version that is not known.
func (v *Version) Sends(path string) *HTTPStep {
	if v == nil {
		return nil
	}
	if st := FindStep(v.Scenario.Steps, path); st != nil {
		return st.Sends()
	}
	return nil
}

// Charsets are the encodings in which a step writes the body of an attempt of this
// purpose and reads its reply; empty where it chooses none, and of no step.
func (h *HTTPStep) Charsets(p Purpose) (sent, came string) {
	if h == nil {
		return "", ""
	}
	body := h.Body
	if p.Asks() {
		if body = nil; h.Retry != nil && h.Retry.Ask != nil {
			body = h.Retry.Ask.Body
		}
	}
	if body != nil {
		sent = body.Charset
	}
	return sent, h.ResponseCharset
}

// IsRequest tells whether the step sends a request, known or not.
func (s *Step) IsRequest() bool { return s.HTTP != nil || s.Request != "" }

// asks tells whether an attempt without an answer is asked about.
func (s *Step) asks() bool {
	h := s.Sends()
	return h != nil && h.Retry != nil && h.Retry.Ask != nil
}

// Use gives the steps the saved requests that they name, but for those that have
// theirs.
func (s *Scenario) Use(saved []SavedRequest) {
	WalkSteps(s.Steps, func(_ string, st *Step) {
		if st.Request == "" || st.Saved != nil {
			return
		}
		i := slices.IndexFunc(saved, func(r SavedRequest) bool { return r.Name == st.Request })
		if i < 0 {
			return
		}
		if st.Saved = &saved[i]; st.Saved.Damage != nil {
			return
		}
		own := saved[i].HTTP
		if st.Method != "" {
			own.Method = st.Method
		}
		own.Save, own.OnFailure, own.Renew = st.Save, st.OnFailure, st.Renew
		st.Sent = &own
	})
}

// Uses are those of the saved requests that the scenario's steps name, by name, but for
// those that are damaged.
func (s *Scenario) Uses(saved []SavedRequest) []SavedRequest {
	named := map[string]bool{}
	WalkSteps(s.Steps, func(_ string, st *Step) { named[st.Request] = true })
	var out []SavedRequest
	for _, r := range saved {
		if named[r.Name] && r.Damage == nil {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b SavedRequest) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Same tells whether two saved requests say the same.
func (r *SavedRequest) Same(other *SavedRequest) bool { return sameJSON(r, other) }

// RequestInfo is a saved request with what the server knows about it.
type RequestInfo struct {
	SavedRequest
	ETag      string
	CreatedAt time.Time
	UpdatedAt time.Time
	// UsedBy are the scenarios whose published version or draft names it.
	UsedBy []RequestUser
}

// RequestUser is a scenario that uses a saved request.
type RequestUser struct {
	Scenario, Title string
	State           ScenarioState
	// Steps are those of the draft, or of what is published when there is none.
	Steps []RequestUse
	// Stale tells that the published version sends another text of the request than
	// the present one.
	Stale bool
}

// RequestUse is a step that sends a saved request.
type RequestUse struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Number is the step's place in the scenario in the order of reading, from 1.
	Number int `json:"number"`
}

// RequestChange replaces a saved request's document.
type RequestChange struct {
	Request *SavedRequest
	// IfMatch is the ETag of the document that was changed; "*" is any.
	IfMatch string
	Actor   string
}

// sameJSON tells whether two values are written the same way.
func sameJSON(a, b any) bool {
	// What was read from JSON can be written.
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
