// Package expr compiles and evaluates templates and conditions.
//
// # Templates
//
// A template is text with expressions in double braces:
//
//	Заказ {{ event.body.order.id }} на {{ event.body.sum * 2 }} ₽
//
// A template that is one whole expression keeps the type of its value; any
// other gives text. Literal braces are written {{ "{{" }}.
//
// # Paths
//
// The grammar of paths is that of package value. A hyphen between two
// characters of a name, without spaces, belongs to the name:
// event.headers.x-api-key, body.your-name. Subtraction has spaces: a - b.
// Inside filter(items, .price > 10) a member with a hyphen is #["first-name"].
// An expression that is only a path is a look-up and never meets the
// expression engine; in others the paths and numbers are taken out before
// expr-lang parses the rest. expr-lang serves as the parser; the tree is
// evaluated here, because only so numbers stay exact, missing values are told
// from null, and every step is counted.
//
// # Missing values
//
// A place that is not there is missing, which is not null. ??, default(x, y),
// and comparison with a literal null catch it. Otherwise it stands in the
// [Report]; comparisons with it are false, arithmetic and functions on it are
// missing too, in text it is empty, in JSON null. required(x) is an error
// where default(x, y) would give y.
//
// # Numbers and comparison
//
// A path's number keeps its digits. Arithmetic is decimal and exact: a whole
// result fits int64, one with a fraction has at most 34 digits, a quotient
// without end is an error (use div(a, b, digits)). Forms send numbers as
// text, so text that is written as JSON writes a number counts as one in
// comparisons and in - * / %. Two texts are equal when they are the same
// text; they are ordered as numbers when both are, else by their characters.
// + adds numbers, joins two texts, and joins anything to a text written in
// quotation marks; a number + a text is an error. Conditions are true or
// false; null counts as false, anything else is an error.
//
// # Bounds
//
// Source, depth, nodes, evaluation steps and produced bytes are bounded;
// errors have code template.limit. There are no methods, no input or output,
// no clock: now, today and uuid are names that the [Scope] gives.
package expr

import (
	"errors"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/value"
)

// Bounds of one evaluation and of a tree.
const (
	maxDepth = 64
	maxNodes = 2_000
	// maxSteps bounds how many nodes one evaluation visits, work on long texts
	// and lists included: about a tenth of a second.
	maxSteps = 1_000_000
	// maxMissing bounds how many missing places a report names.
	maxMissing = 100
)

// Scope gives the values of first names. Which of several places a bare name
// means is the scope's decision.
type Scope interface {
	Lookup(name string) (v any, ok bool)
	// Names lists the names that Lookup knows; only called for messages.
	Names() []string
}

// MapScope is a Scope over a map.
type MapScope map[string]any

// Lookup implements [Scope].
func (m MapScope) Lookup(name string) (any, bool) {
	v, ok := m[name]
	return v, ok
}

// Names implements [Scope].
func (m MapScope) Names() []string { return value.Members(map[string]any(m)) }

// MissingRef is a place that a template read and that is not there.
type MissingRef struct {
	Path string
	// Nearest are existing paths that are much like it, best first.
	Nearest []string
}

// Report collects what was missing during evaluation. The zero value is
// ready; a nil *Report collects nothing.
type Report struct{ Missing []MissingRef }

func (r *Report) add(a *absent) {
	if r == nil || len(r.Missing) >= maxMissing {
		return
	}
	path := a.String()
	for _, m := range r.Missing {
		if m.Path == path {
			return
		}
	}
	r.Missing = append(r.Missing, MissingRef{Path: path, Nearest: a.nearest()})
}

// Err is nil when nothing was missing, else an *gonets.Error with code
// template.missing and one problem for each place. It serves missing: error.
func (r *Report) Err() error {
	if r == nil || len(r.Missing) == 0 {
		return nil
	}
	e := &gonets.Error{Code: gonets.CodeTemplateMissing, Message: "a value that the template reads is not there"}
	for _, m := range r.Missing {
		p := gonets.Problem{Code: e.Code, Message: "the value is missing", Expression: m.Path}
		if len(m.Nearest) > 0 {
			p.Suggestion = m.Nearest[0]
		}
		e.Problems = append(e.Problems, p)
	}
	return e
}

// absent is a missing value on its way through an evaluation.
type absent struct {
	path  value.Path
	scope Scope
	// text is set instead of path for members of a current element.
	text string
	// source says which value lacked the member called text.
	source any
}

func (a *absent) String() string {
	if a.text != "" {
		return "." + a.text
	}
	return a.path.String()
}

// nearest looks for names like the first one that is not there.
func (a *absent) nearest() []string {
	if a.text != "" {
		if n := value.Nearest(a.text, value.Members(a.source)); n != "" {
			return []string{"." + n}
		}
		return nil
	}
	var prefix value.Path
	var known []string
	name := a.path.Root()
	root, ok := a.scope.Lookup(name)
	if !ok {
		known = a.scope.Names()
	} else {
		prefix, name, known = a.path.Rest().Missing(root)
	}
	if name == "" {
		return nil
	}
	var near []string
	at := func(name string) string {
		if !ok {
			return value.Path{}.Join(name).String()
		}
		p := value.Path{}.Join(a.path.Root())
		return p.Append(prefix).Join(name).String()
	}
	if n := value.Nearest(name, known); n != "" {
		near = append(near, at(n))
	}
	// a-b may have been meant as a subtraction.
	if left, right, cut := strings.Cut(name, "-"); cut {
		for _, k := range known {
			if k == left {
				near = append(near, at(left)+" - "+right)
			}
		}
	}
	return near
}

// place is where a text stands in a document, both from 1.
type place struct{ line, column int }

// after is the place that follows text when it begins at p.
func (p place) after(text string) place {
	if n := strings.Count(text, "\n"); n > 0 {
		return place{p.line + n, utf8.RuneCountInString(text[strings.LastIndexByte(text, '\n')+1:]) + 1}
	}
	return place{p.line, p.column + utf8.RuneCountInString(text)}
}

type problem struct {
	code       gonets.Code
	at         place
	expression string
	suggestion string
}

func (p problem) errorf(code gonets.Code, format string, args ...any) error {
	return p.of(wrong(code, format, args...))
}

// of is an error at the problem's place: its message is the whole error's, its
// code and values are those of the fault inside.
func (p problem) of(err error) error {
	m := gonets.Mistake("", p.code, "%s", err)
	m.Values = nil
	var f *fault
	if errors.As(err, &f) {
		m.Code, m.Values = f.code, gonets.Mistake("", f.code, f.format, f.args...).Values
	}
	m.Line, m.Column, m.Expression, m.Suggestion = p.at.line, p.at.column, p.expression, p.suggestion
	message := map[gonets.Code]string{
		gonets.CodeTemplateSyntax: "the template is not written right",
		gonets.CodeTemplateFailed: "the template could not be filled in",
		gonets.CodeTemplateLimit:  "the template is over a limit",
	}[p.code]
	return &gonets.Error{Code: p.code, Message: message, Problems: []gonets.Problem{m}}
}

// Expr is a bare expression: a condition or a path.
type Expr struct{ node node }

// ParseExpr reads a bare expression. Errors are *gonets.Error.
func ParseExpr(src string) (*Expr, error) {
	n, err := compile(src, place{1, 1})
	if err != nil {
		return nil, err
	}
	return &Expr{n}, nil
}

// Value evaluates the expression; what is missing gives nil and stands in r.
func (e *Expr) Value(s Scope, r *Report) (any, error) {
	v, _, err := e.node.lookup(s, r)
	return v, err
}

// Lookup is Value that tells a missing value (ok is false) from null.
func (e *Expr) Lookup(s Scope, r *Report) (v any, ok bool, err error) { return e.node.lookup(s, r) }

// Bool evaluates a condition. Null and missing are false; a value that is
// neither true nor false is an error.
func (e *Expr) Bool(s Scope, r *Report) (bool, error) {
	v, _, err := e.node.lookup(s, r)
	if err != nil {
		return false, err
	}
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	}
	return false, problem{code: gonets.CodeTemplateFailed, at: e.node.at, expression: e.node.shown()}.errorf(codeNotYesNo,
		"a condition must be true or false, this is %s; compare it with something", kindName(v))
}

// Roots are the first names that the expression reads, each once.
func (e *Expr) Roots() []string { return roots(e.node.paths()) }

// Paths are the paths that the expression reads, each once.
func (e *Expr) Paths() []string { return pathTexts(e.node.paths()) }

func roots(paths []value.Path) []string {
	return unique(paths, value.Path.Root)
}

func pathTexts(paths []value.Path) []string {
	return unique(paths, value.Path.String)
}

func unique(paths []value.Path, text func(value.Path) string) []string {
	var out []string
	seen := make(map[string]bool, len(paths))
	for _, p := range paths {
		if t := text(p); !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}
