package valid

import (
	"fmt"

	"gonets"
)

// maxParams is how many parameters a saved request may have.
const maxParams = 50

// The codes of what is wrong with saved requests and with steps that send them.
const (
	codeParamName gonets.Code = "request.param_name"
	codeParamType gonets.Code = "request.param_type"
	codeOfStep    gonets.Code = "request.of_step"
	codeStepOnly  gonets.Code = "request.step_only"
)

// Request finds what is wrong with a saved request by itself; its templates are
// checked by those who know them.
func Request(r *gonets.SavedRequest) []gonets.Problem {
	v := validator{native: true}
	v.name("/name", r.Name)
	v.title("/title", r.Title)
	if n := len(r.Params); n > maxParams {
		v.add("/params", gonets.CodeTooMany, "%d parameters; a saved request has %d at most", n, maxParams)
	}
	seen := map[string]bool{}
	for i := range r.Params {
		v.param(fmt.Sprintf("/params/%d", i), &r.Params[i], seen)
	}
	v.http("/http", &r.HTTP)
	h := &r.HTTP
	for _, x := range [...]struct {
		key string
		set bool
	}{{"save", h.Save != nil}, {"on_failure", h.OnFailure != ""}, {"renew", h.Renew != nil}} {
		if x.set {
			v.add("/http/"+x.key, codeOfStep, "%s belongs to the step that sends the request, not to the request itself", x.key)
		}
	}
	return v.problems
}

func (v *validator) param(at string, p *gonets.Param, seen map[string]bool) {
	switch {
	case p.Name == "":
		v.missing(at+"/name", "the name is missing")
	case !gonets.ValidStepID(p.Name):
		v.add(at+"/name", codeParamName, "%q cannot be a parameter's name; use small Latin letters, digits and _, a letter first", p.Name)
	case seen[p.Name]:
		v.add(at+"/name", gonets.CodeTwice, "%q stands twice", p.Name)
	}
	seen[p.Name] = true
	v.oneOf(at+"/type", "type", p.Type, "", gonets.ParamString, gonets.ParamNumber, gonets.ParamBoolean, gonets.ParamObject, gonets.ParamList)
	for key, tree := range map[string]*gonets.Tree{"default": p.Default, "example": p.Example} {
		if tree == nil {
			continue
		}
		v.tree(at+"/"+key, tree.Value, 1)
		if !p.Takes(tree.Value) {
			v.add(at+"/"+key, codeParamType, "the parameter %q must be %s", p.Name, p.Term())
		}
	}
}

// sending checks what a step says of the saved request that it sends.
func (v *validator) sending(p string, s *gonets.Step) {
	if s.Request == "" {
		for _, x := range [...]struct {
			key string
			set bool
		}{{"with", len(s.With) > 0}, {"method", s.Method != ""}, {"save", s.Save != nil}, {"on_failure", s.OnFailure != ""}, {"renew", s.Renew != nil}} {
			if x.set {
				v.add(p+"/"+x.key, codeStepOnly, "%s stands here only in a step with request", x.key)
			}
		}
		return
	}
	v.name(p+"/request", s.Request)
	v.rows(p+"/with", s.With)
	if s.Method != "" && !token.MatchString(s.Method) {
		v.add(p+"/method", gonets.CodeBadMethod, "%q cannot be a method", s.Method)
	}
	v.reaction(p, s.OnFailure, s.Save)
	v.renewing(p, s.Renew)
}

// reaction checks what follows from a failure and what is kept of a reply.
func (v *validator) reaction(p, onFailure string, save *gonets.HTTPSave) {
	v.oneOf(p+"/on_failure", "on_failure", onFailure, "", gonets.OnFailurePause, gonets.OnFailureContinue, gonets.OnFailureFail)
	if save == nil {
		return
	}
	for _, x := range [...]struct{ key, name string }{{"body", save.Body}, {"status", save.Status}, {"headers", save.Headers}} {
		if x.name != "" {
			v.variable(p+"/save/"+x.key, x.name)
		}
	}
}
