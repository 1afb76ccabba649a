package step

import (
	"fmt"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/outbound"
	"gonets/internal/value"
)

// The codes of what is wrong with a step that sends a saved request.
const (
	codeUnknownParam gonets.Code = "request.unknown_param"
	codeNoParam      gonets.Code = "request.missing_param"
	codeParamType    gonets.Code = "request.param_type"
	codeParamHere    gonets.Code = "request.param_in_default"
	codeDamaged      gonets.Code = "request.damaged"
)

// CheckRequest finds what is wrong with the templates of a saved request, with
// JSON Pointers into its document.
func CheckRequest(r *gonets.SavedRequest) []gonets.Problem {
	c := &compiler{steps: map[string]*compiled{}}
	c.saved("", r, &r.HTTP)
	return c.problems
}

// CheckUses gives the steps of a scenario the saved requests that they name, and
// finds what does not fit: a name that nobody knows, parameters that the request
// does not have or that it needs.
func CheckUses(sc *gonets.Scenario, saved []gonets.SavedRequest) []gonets.Problem {
	sc.Use(saved)
	names := make([]string, len(saved))
	for i := range saved {
		names[i] = saved[i].Name
	}
	var out []gonets.Problem
	eachStep("/steps", sc.Steps, func(at string, st *gonets.Step) { out = append(out, misuse(at, st, names)...) })
	return out
}

// eachStep calls f for every step with its JSON Pointer.
func eachStep(pointer string, steps []gonets.Step, f func(at string, st *gonets.Step)) {
	for i := range steps {
		at := fmt.Sprintf("%s/%d", pointer, i)
		f(at, &steps[i])
		eachStep(at+"/then", steps[i].Then, f)
		eachStep(at+"/else", steps[i].Else, f)
	}
}

// misuse is what is wrong with how a step uses a saved request, of those that have
// these names.
func misuse(at string, st *gonets.Step, names []string) (out []gonets.Problem) {
	if st.Request == "" {
		return nil
	}
	if st.Saved == nil {
		p := gonets.Mistake(at+"/request", gonets.CodeNoRequest, "there is no saved request %q; choose another one", st.Request)
		p.Suggestion = value.Nearest(st.Request, names)
		return []gonets.Problem{p}
	}
	if st.Saved.Damage != nil {
		return []gonets.Problem{gonets.Mistake(at+"/request", codeDamaged, "what is stored of the saved request %q is damaged; save it again, or apply it from a file", st.Request)}
	}
	given := map[string]bool{}
	for i, row := range st.With {
		if row.Off {
			continue
		}
		given[row.Name] = true
		pointer := rowPointer(at+"/with", st.With, i)
		j := slices.IndexFunc(st.Saved.Params, func(p gonets.Param) bool { return p.Name == row.Name })
		if j < 0 {
			p := gonets.Mistake(pointer, codeUnknownParam, "the saved request has no parameter %q; add it to the request or correct the name", row.Name)
			p.Suggestion = value.Nearest(row.Name, paramNames(st.Saved))
			out = append(out, p)
			continue
		}
		if p := &st.Saved.Params[j]; !p.Takes(row.Value) {
			out = append(out, gonets.Mistake(pointer, codeParamType, "the parameter %q must be %s", p.Name, p.Term()))
		}
	}
	for _, p := range st.Saved.Params {
		if p.Required && p.Default == nil && !given[p.Name] {
			out = append(out, gonets.Mistake(at+"/with", codeNoParam, "the saved request needs the parameter %q; give it a value", p.Name))
		}
	}
	return out
}

func paramNames(r *gonets.SavedRequest) []string {
	names := make([]string, len(r.Params))
	for i := range r.Params {
		names[i] = r.Params[i].Name
	}
	return names
}

// params are the parameters of a saved request as a step fills them in.
type params struct {
	names []string
	nodes []node
}

// compileRequest compiles the saved request of a step where it stands: the steps,
// attempts and retries are those of an HTTP step. Nil when it is not known what is
// sent.
func compileRequest(c *compiler, at string, st *gonets.Step) *HTTP {
	given := map[string]node{}
	for i, row := range st.With {
		if !row.Off {
			given[row.Name] = c.node(rowPointer(at+"/with", st.With, i), row.Value)
		}
	}
	if c.places != nil {
		for _, p := range misuse(at, st, nil) {
			c.problem(p.Pointer, p)
		}
	}
	_, err := outbound.Method(st.Method, false)
	if err != nil {
		c.problem(at+"/method", err)
	}
	if st.Sent == nil {
		return nil
	}
	sent := *st.Sent
	if err != nil {
		sent.Method = "" // it was told of the step
	}
	p := &params{names: paramNames(st.Saved)}
	c.params = p
	h, usual := c.saved(at, st.Saved, &sent)
	c.params = nil
	for _, name := range p.names {
		n := given[name]
		if n == nil {
			n = usual[name]
		}
		if n == nil {
			n = literal{}
		}
		p.nodes = append(p.nodes, n)
	}
	if h.params = p; h.ask != nil {
		h.ask.http.params = p
	}
	return h
}

// saved compiles what is sent of a saved request, and the defaults of its parameters.
func (c *compiler) saved(at string, r *gonets.SavedRequest, sent *gonets.HTTPStep) (*HTTP, map[string]node) {
	usual := map[string]node{}
	places := c.places
	c.places, c.inDefault = nil, true
	for i, p := range r.Params {
		if p.Default != nil {
			usual[p.Name] = c.node(fmt.Sprintf("%s/params/%d/default", at, i), p.Default.Value)
		}
	}
	c.places, c.inDefault = places, false
	c.known = append([]string{}, paramNames(r)...)
	defer func() { c.known = nil }()
	return compileHTTP(c, at+"/http", sent), usual
}

// reads finds parameters that the saved request does not have, and those that its
// defaults read, which are filled in before there are any.
func (c *compiler) reads(pointer string, paths []string) {
	if c.known == nil && !c.inDefault {
		return
	}
	for _, path := range paths {
		rest, isParam := strings.CutPrefix(path, "params.")
		if !isParam {
			continue
		}
		if c.inDefault {
			c.problem(pointer, gonets.Mistake(pointer, codeParamHere, "a default cannot read other parameters: they have no values yet; write the value itself"))
			continue
		}
		name := rest
		if end := strings.IndexAny(rest, ".["); end >= 0 {
			name = rest[:end]
		}
		if slices.Contains(c.known, name) {
			continue
		}
		p := gonets.Mistake(pointer, codeUnknownParam, "the saved request has no parameter %q; add it to the request or correct the name", name)
		p.Suggestion = value.Nearest(name, c.known)
		c.problem(pointer, p)
	}
}

// enter shows templates the parameters, filled in by the step, until leave. What is
// missing in the step is missing in the request, so that both send the same.
func (p *params) enter(s *Scope) (leave func(), err error) {
	leave = func() { s.params = nil }
	if p == nil {
		return leave, nil
	}
	values := make(map[string]any, len(p.names))
	for i, name := range p.names {
		v, err := p.nodes[i].eval(s)
		if err != nil {
			return leave, err
		}
		if !isMissing(v) {
			values[name] = v
		}
	}
	s.params = values
	return leave, nil
}

// again is enter for what follows from a request that could be built; what was
// missing has been told.
func (p *params) again(s *Scope) (leave func()) {
	told := s.report
	leave, _ = p.enter(s)
	s.report = told
	return leave
}
