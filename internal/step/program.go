// Package step knows the kinds of steps: how each is compiled, checked and
// run. A kind is one file and one row of the table in kinds.go.
package step

import (
	"errors"
	"fmt"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// Program is a scenario whose templates are compiled. It is safe for
// concurrent use.
type Program struct {
	Scenario *gonets.Scenario
	steps    map[string]*compiled
	// first are the paths that steps had before they were renamed, which name
	// their requests.
	first map[string]string
}

// compiled is one step of a program.
type compiled struct {
	def *gonets.Step
	// at is the step's JSON Pointer.
	at   string
	when *expr.Expr
	// pure runs every kind but http, which is built, sent and judged apart.
	pure runner
	http *HTTP
}

// runner is a step that has no effect outside the run.
type runner interface {
	run(f *frame) (Result, error)
}

// Result is what a step without outside effect did.
type Result struct {
	Step gonets.StepResult
	// Answer is what the caller is told.
	Answer *gonets.Answer
	// Wait is how long the run sleeps before its next step, in the clock's time.
	Wait gonets.Duration
}

// Check finds what is wrong with a scenario's templates and conditions, with
// JSON Pointers into its document. It is what Compile would complain about.
func Check(sc *gonets.Scenario) []gonets.Problem {
	c := &compiler{steps: map[string]*compiled{}}
	c.compileAll("/steps", "", sc.Steps)
	for i, p := range sc.Search {
		c.path(fmt.Sprintf("/search/%d", i), p)
	}
	for i, p := range sc.Data {
		c.path(fmt.Sprintf("/data/%d", i), p)
	}
	return c.problems
}

// Compile makes a program of a scenario; the error holds all problems.
func Compile(sc *gonets.Scenario) (*Program, error) {
	c := &compiler{steps: map[string]*compiled{}}
	c.compileAll("/steps", "", sc.Steps)
	if len(c.problems) > 0 {
		return nil, &gonets.Error{Code: gonets.CodeInvalid, Message: "The scenario has mistakes.", Problems: c.problems}
	}
	return &Program{Scenario: sc, steps: c.steps, first: gonets.FirstPaths(sc.Steps)}, nil
}

type compiler struct {
	steps    map[string]*compiled
	problems []gonets.Problem
	// places and broken are kept for drafts only: what each step fills in, and
	// which steps have mistakes.
	places map[string][]spot
	broken map[string]bool
	// owner is the path of the step that is being compiled.
	owner string
	// known are the parameters that templates may read; nil outside of saved requests.
	known []string
	// inDefault is true while defaults of parameters are compiled.
	inDefault bool
	// params are those of the saved request whose values are noted.
	params *params
}

func (c *compiler) compileAll(pointer, parent string, steps []gonets.Step) {
	for i := range steps {
		st := &steps[i]
		at := fmt.Sprintf("%s/%d", pointer, i)
		path := gonets.StepPath(parent, st.ID)
		out := &compiled{def: st, at: at}
		c.owner = path
		if st.When != "" {
			out.when = c.expr(at+"/when", st.When)
		}
		if compile, ok := kinds[st.Kind()]; ok {
			compile(c, at, st, out)
		}
		c.steps[path] = out
		c.compileAll(at+"/then", path, st.Then)
		c.compileAll(at+"/else", path, st.Else)
	}
}

func (c *compiler) problem(pointer string, err error) {
	if c.broken != nil {
		c.broken[c.owner] = true
	}
	for _, p := range Problems("", err) {
		p.Pointer = pointer
		c.problems = append(c.problems, p)
	}
}

// Problems are the mistakes that an error tells of: those that it lists, else
// the one that it was made of. They stand at the pointer when they have none.
func Problems(pointer string, err error) []gonets.Problem {
	var e *gonets.Error
	var one gonets.Problem
	var out []gonets.Problem
	switch {
	case errors.As(err, &e) && len(e.Problems) > 0:
		out = append(out, e.Problems...)
	case errors.As(err, &one):
		out = append(out, one)
	default:
		out = append(out, gonets.Problem{Code: gonets.CodeOf(err), Message: err.Error()})
	}
	for i := range out {
		if out[i].Pointer == "" {
			out[i].Pointer = pointer
		}
	}
	return out
}

func (c *compiler) template(pointer, src string) *expr.Template {
	t, err := expr.Parse(src)
	if err != nil {
		c.problem(pointer, err)
	} else {
		c.reads(pointer, t.Paths())
	}
	c.noteTemplate(pointer, t)
	return t
}

func (c *compiler) expr(pointer, src string) *expr.Expr {
	e := c.parsed(pointer, src)
	c.noteExpr(pointer, e)
	return e
}

// parsed is an expression of which nothing is noted yet; nil when it is none.
func (c *compiler) parsed(pointer, src string) *expr.Expr {
	e, err := expr.ParseExpr(src)
	if err != nil {
		c.problem(pointer, err)
	} else {
		c.reads(pointer, e.Paths())
	}
	return e
}

func (c *compiler) xml(pointer, src string) *expr.XMLTemplate {
	x, err := expr.ParseXML(src)
	if err != nil {
		c.problem(pointer, err)
		return nil
	}
	c.reads(pointer, x.Paths())
	c.note(pointer, func(s *Scope, r *expr.Report) (any, bool, error) {
		body, err := x.Render(s, r)
		return string(body), true, err
	})
	return x
}

func (c *compiler) path(pointer, src string) value.Path {
	p, err := value.ParsePath(src)
	if err != nil {
		c.problem(pointer, err)
	}
	return p
}

// When tells whether a step's own condition lets it run.
func (p *Program) When(path string, s *Scope) (bool, error) {
	c, ok := p.steps[path]
	if !ok {
		return false, errNoStep(path)
	}
	if c.when == nil {
		return true, nil
	}
	return c.when.Bool(s, &s.report)
}

// HTTP is the compiled HTTP step at a path; nil when the step is of another
// kind.
func (p *Program) HTTP(path string) *HTTP {
	if c, ok := p.steps[path]; ok {
		return c.http
	}
	return nil
}

// Run runs a step of any kind but http and adds its variables to the scope.
func (p *Program) Run(path string, s *Scope) (Result, error) {
	c, ok := p.steps[path]
	if !ok || c.pure == nil {
		return Result{}, errNoStep(path)
	}
	s.enter(path)
	res, err := c.pure.run(&frame{scope: s})
	if err != nil {
		return Result{}, err
	}
	if err := s.missingError(p.Scenario); err != nil {
		return Result{}, err
	}
	res.Step.Path = path
	if res.Step.State == "" {
		res.Step.State = gonets.StepDone
	}
	s.finish(finished{step: c.def, result: res.Step})
	return res, nil
}

func errNoStep(path string) error {
	return gonets.Errorf(gonets.CodeInternal, "the version has no step at %q", path)
}

// frame is what a step sees while it runs.
type frame struct{ scope *Scope }

func (f *frame) report() *expr.Report { return &f.scope.report }
