package step

import (
	"maps"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// Draft is a scenario compiled as far as it goes: what is not finished is a
// problem of one step and leaves the others as they are. It is filled in by the
// same programs that runs use.
type Draft struct {
	*Program
	// Problems are all mistakes, with pointers into the document.
	Problems []gonets.Problem
	places   map[string][]spot
	broken   map[string]bool
}

// spot is one value of a step's document.
type spot struct {
	pointer string
	eval    evaluate
}

// evaluate fills one value in; ok is false when it is a whole expression whose
// value is missing.
type evaluate func(s *Scope, r *expr.Report) (v any, ok bool, err error)

// Value is what one place of a step's document becomes.
type Value struct {
	// Pointer is a JSON Pointer into the scenario's document.
	Pointer string
	// Value is nil when it is missing.
	Value any
	// Absent is true when the place is one whole expression whose value is not
	// there.
	Absent  bool
	Missing []expr.MissingRef
	Err     error
}

// CompileDraft compiles a scenario that need not be complete.
func CompileDraft(sc *gonets.Scenario) *Draft {
	c := &compiler{steps: map[string]*compiled{}, places: map[string][]spot{}, broken: map[string]bool{}}
	c.compileAll("/steps", "", sc.Steps)
	gonets.WalkSteps(sc.Steps, func(path string, st *gonets.Step) {
		if st.Kind() == "" && c.steps[path] != nil {
			c.owner = path
			c.problem(c.steps[path].at, gonets.Errorf(gonets.CodeMissing, "it is not said yet what the step does"))
		}
	})
	return &Draft{Program: &Program{Scenario: sc, steps: c.steps, first: gonets.FirstPaths(sc.Steps)}, Problems: c.problems, places: c.places, broken: c.broken}
}

// Broken tells whether the step at a path cannot be built or run as it is.
func (d *Draft) Broken(path string) bool {
	c := d.steps[path]
	return c == nil || d.broken[path] || c.http == nil && c.pure == nil
}

// Values are all values of the step at a path as they would be filled in now,
// in the order of the document. The scope stays as it is.
func (d *Draft) Values(path string, s *Scope) []Value {
	c := d.steps[path]
	if c == nil {
		return nil
	}
	inner := s.apart()
	inner.enter(path)
	places := d.places[path]
	out := make([]Value, 0, len(places))
	rows := d.earlierRows(path)
	for _, p := range places {
		rows.before(p.pointer, inner)
		var r expr.Report
		v, ok, err := p.eval(inner, &r)
		if err != nil {
			v = nil
		}
		out = append(out, Value{Pointer: p.pointer, Value: v, Absent: err == nil && !ok, Missing: r.Missing, Err: err})
	}
	return out
}

// apart is a scope of its own with the same contents.
func (s *Scope) apart() *Scope {
	s.settle()
	c := *s
	c.vars = maps.Clone(s.vars)
	c.report = expr.Report{}
	return &c
}

// earlierRows let the rows of a set step see the rows before them, as in a run.
type earlierRows struct {
	step     setStep
	pointers []string
	next     int
}

func (d *Draft) earlierRows(path string) *earlierRows {
	c := d.steps[path]
	r := &earlierRows{}
	r.step, _ = c.pure.(setStep)
	for i, row := range c.def.Set {
		if !row.Off {
			r.pointers = append(r.pointers, rowPointer(c.at+"/set", c.def.Set, i))
		}
	}
	return r
}

// before sets the variables of the rows that are over when a value at a pointer
// is filled in.
func (r *earlierRows) before(pointer string, s *Scope) {
	row := slices.IndexFunc(r.pointers, func(p string) bool {
		return pointer == p || strings.HasPrefix(pointer, p+"/")
	})
	for ; r.next < min(row, len(r.step.nodes)); r.next++ {
		if v, err := r.step.nodes[r.next].eval(s); err == nil {
			s.setVar(r.step.names[r.next], v)
		}
	}
}

// note remembers how a value of the step that is being compiled is filled in; a
// later note of the same pointer knows better.
func (c *compiler) note(pointer string, eval evaluate) {
	if c.places == nil || pointer == "" {
		return
	}
	if given, inner := c.params, eval; given != nil {
		eval = func(s *Scope, r *expr.Report) (any, bool, error) {
			defer given.again(s)()
			return inner(s, r)
		}
	}
	list := c.places[c.owner]
	for i := range list {
		if list[i].pointer == pointer {
			list[i].eval = eval
			return
		}
	}
	c.places[c.owner] = append(list, spot{pointer, eval})
}

func (c *compiler) noteTemplate(pointer string, t *expr.Template) {
	if t != nil {
		c.note(pointer, func(s *Scope, r *expr.Report) (any, bool, error) { return t.Lookup(s, r) })
	}
}

// noteAddress fills an address in the way that it is sent.
func (c *compiler) noteAddress(pointer string, t *expr.Template) {
	if t != nil {
		c.note(pointer, func(s *Scope, r *expr.Report) (any, bool, error) {
			text, err := t.URL(s, r)
			return text, true, err
		})
	}
}

func (c *compiler) noteExpr(pointer string, e *expr.Expr) {
	if e != nil {
		c.note(pointer, func(s *Scope, r *expr.Report) (any, bool, error) { return e.Lookup(s, r) })
	}
}

func (c *compiler) noteJSON(pointer string, j *expr.JSONTemplate) {
	if j != nil {
		c.note(pointer, func(s *Scope, r *expr.Report) (any, bool, error) {
			raw, err := j.Render(s, r)
			return string(raw), true, err
		})
	}
}

func (c *compiler) noteLiteral(pointer string, v any) {
	c.note(pointer, func(*Scope, *expr.Report) (any, bool, error) { return v, true, nil })
}

// Text is the text form of a place's value, as it stands in an address, a
// header or a form.
func (v *Value) Text() string { return value.Text(v.Value) }

// ProblemsOf are the mistakes of the step at a path, its branches left out.
func (d *Draft) ProblemsOf(path string) []gonets.Problem {
	at := d.PointerOf(path)
	var out []gonets.Problem
	for _, p := range d.Problems {
		rest, inside := strings.CutPrefix(p.Pointer, at)
		if inside && (rest == "" || rest[0] == '/') && !strings.HasPrefix(rest, "/then/") && !strings.HasPrefix(rest, "/else/") {
			out = append(out, p)
		}
	}
	return out
}

// PointerOf is the JSON Pointer of the step at a path.
func (d *Draft) PointerOf(path string) string {
	if c := d.steps[path]; c != nil {
		return c.at
	}
	return ""
}

// BodyInQuery tells whether the body's rows are sent in the address.
func (h *HTTP) BodyInQuery() bool { return h.inQuery }
