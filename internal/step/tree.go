package step

import (
	"encoding/json"
	"fmt"
	"strconv"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// node is a compiled value of a document: a literal, a template, or an object
// or list of nodes.
type node interface {
	// eval gives a value; missing marks a template whose value is not there.
	eval(s *Scope) (any, error)
}

// missing is the value of a template that names nothing that exists. It is
// JSON null, an empty text, and no row of a query or header.
type missing struct{}

func isMissing(v any) bool { _, ok := v.(missing); return ok }

type literal struct{ v any }

func (l literal) eval(*Scope) (any, error) { return l.v, nil }

type templateNode struct{ t *expr.Template }

func (n templateNode) eval(s *Scope) (any, error) {
	v, ok, err := n.t.Lookup(s, &s.report)
	if err == nil && !ok {
		return missing{}, nil
	}
	return v, err
}

type listNode []node

func (n listNode) eval(s *Scope) (any, error) {
	list := make([]any, len(n))
	for i, item := range n {
		v, err := item.eval(s)
		if err != nil {
			return nil, err
		}
		list[i] = orNull(v)
	}
	return list, nil
}

// orNull is what a missing value becomes inside JSON.
func orNull(v any) any {
	if isMissing(v) {
		return nil
	}
	return v
}

// objectNode builds an object; dots in its names nest.
type objectNode struct {
	members []member
	// shape is what the members make, with a place instead of each value; nil
	// when they clash and it depends on the values whether that is told.
	shape any
}

type member struct {
	name value.Path
	node node
}

// place stands in a shape for the value of the member with this number.
type place int

func newObject(members []member) objectNode {
	n := objectNode{members: members}
	var b value.Builder
	for i, m := range members {
		if b.Set(m.name, place(i)) != nil {
			return n
		}
	}
	shape := b.Value()
	if places(shape) == len(members) {
		n.shape = shape
	}
	return n
}

// places counts the places in a shape: of two values with one name only the
// last has one.
func places(shape any) int {
	n := 0
	switch shape := shape.(type) {
	case place:
		return 1
	case gonets.Rows:
		for _, r := range shape {
			n += places(r.Value)
		}
	case []any:
		for _, item := range shape {
			n += places(item)
		}
	}
	return n
}

// fill puts the values into their places.
func fill(shape any, values []any) any {
	switch shape := shape.(type) {
	case place:
		return values[shape]
	case gonets.Rows:
		rows := make(gonets.Rows, len(shape))
		for i, r := range shape {
			rows[i] = gonets.Row{Name: r.Name, Value: fill(r.Value, values)}
		}
		return rows
	case []any:
		list := make([]any, len(shape))
		for i, item := range shape {
			list[i] = fill(item, values)
		}
		return list
	}
	return nil
}

func (n objectNode) eval(s *Scope) (any, error) {
	if len(n.members) == 0 {
		return gonets.Rows{}, nil
	}
	if n.shape == nil {
		return n.build(s)
	}
	values := make([]any, len(n.members))
	for i, m := range n.members {
		v, err := m.node.eval(s)
		if err != nil {
			return nil, err
		}
		values[i] = orNull(v)
	}
	return fill(n.shape, values), nil
}

// build sets one value after another, so that of two mistakes the first is
// told.
func (n objectNode) build(s *Scope) (any, error) {
	var b value.Builder
	for _, m := range n.members {
		v, err := m.node.eval(s)
		if err != nil {
			return nil, err
		}
		if err := b.Set(m.name, orNull(v)); err != nil {
			return nil, gonets.Errorf(gonets.CodeTemplateFailed, "the JSON cannot be built: %w", err)
		}
	}
	return b.Value(), nil
}

// node compiles a value of a document.
func (c *compiler) node(at string, v any) node {
	switch v := v.(type) {
	case string:
		t := c.template(at, v)
		if t == nil {
			return literal{}
		}
		if text, ok := t.Literal(); ok {
			return literal{text}
		}
		return templateNode{t}
	case gonets.Rows:
		return c.object(at, v)
	case []any:
		list := make(listNode, len(v))
		for i, item := range v {
			list[i] = c.node(fmt.Sprintf("%s/%d", at, i), item)
		}
		return list
	}
	c.noteLiteral(at, v)
	return literal{v}
}

func (c *compiler) object(at string, rows gonets.Rows) objectNode {
	members := make([]member, 0, len(rows))
	for i, row := range rows {
		if row.Off {
			continue
		}
		if row.Name == "" {
			c.problem(fmt.Sprintf("%s/%d", at, i), gonets.Mistake("", gonets.CodeMissing, "the row has no name"))
			continue
		}
		pointer := rowPointer(at, rows, i)
		name, err := value.ParseName(row.Name)
		if err != nil {
			c.problem(pointer, err)
			continue
		}
		members = append(members, member{name: name, node: c.node(pointer, row.Value)})
	}
	return newObject(members)
}

// rows compiles a list of names and values (headers, query, form).
func (c *compiler) rows(at string, rows gonets.Rows) []namedTemplate {
	list := make([]namedTemplate, 0, len(rows))
	for i, row := range rows {
		if row.Off {
			continue
		}
		list = append(list, namedTemplate{name: row.Name, node: c.node(rowPointer(at, rows, i), row.Value)})
	}
	return list
}

// jsonBody compiles a JSON body: a text is a template of JSON text, rows and
// trees are built.
func (c *compiler) jsonBody(at string, t *gonets.Tree) (node, *expr.JSONTemplate) {
	if text, ok := t.Value.(string); ok {
		j, err := expr.ParseJSON(text)
		if err != nil {
			c.problem(at, err)
		} else {
			c.reads(at, j.Paths())
		}
		c.noteJSON(at, j)
		return nil, j
	}
	if rows, ok := t.Rows(); ok {
		return c.object(at, rows), nil
	}
	return c.node(at, t.Value), nil
}

func renderJSON(s *Scope, n node, t *expr.JSONTemplate) ([]byte, error) {
	if t != nil {
		return t.Render(s, &s.report)
	}
	v, err := n.eval(s)
	if err != nil {
		return nil, err
	}
	raw, err := value.EncodeJSON(orNull(v))
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeTemplateFailed, "the JSON cannot be built: %w", err)
	}
	if len(raw) > gonets.MaxRendered {
		return nil, gonets.Errorf(gonets.CodeTemplateLimit, "the body is %d bytes; at most %d can be sent", len(raw), gonets.MaxRendered)
	}
	return raw, nil
}

// number is how the scope holds our own numbers, the same way as received ones.
func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }
