package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"gonets"
	"gonets/internal/expr/markup"
	"gonets/internal/value"
)

// XMLTemplate is XML text with {{ expressions }}. Between tags, in an attribute's
// quotation marks and in CDATA a value becomes text, escaped for its place; it can
// never change the structure, unless it is written as {{ raw(…) }} between tags:
// then it is XML already. A value can stand nowhere else.
type XMLTemplate struct {
	t *Template
	// spots tells for each part that is an expression where it stands.
	spots []markup.Spot
}

// ParseXML reads an XML template. It must be well-formed with a text in the places
// of its expressions; errors are *gonets.Error with line and column.
func ParseXML(src string) (*XMLTemplate, error) {
	t, err := Parse(src)
	if err != nil {
		return nil, err
	}
	x := &XMLTemplate{t: t, spots: make([]markup.Spot, len(t.parts))}
	// open tells that some of the structure comes with raw values.
	spot, open := markup.Text, false
	var probe strings.Builder
	starts := make([]int, len(t.parts))
	for i, p := range t.parts {
		starts[i] = probe.Len()
		if p.node == nil {
			spot = spot.After(p.text)
			probe.WriteString(p.text)
			continue
		}
		x.spots[i] = spot
		raw := p.node.isRaw()
		switch {
		case !spot.Takes(), raw && spot != markup.Text:
			return nil, p.node.syntax(0, codeXMLPlace, "in XML a value can stand between tags and in an attribute's quotation marks only")
		case raw:
			open = true
		default:
			probe.WriteString("x")
		}
	}
	if wrong := markup.Check(probe.String()); wrong != nil && !(open && wrong.Kind == markup.Root) {
		return nil, x.located(gonets.CodeTemplateSyntax, wrong, starts)
	}
	return x, nil
}

// isRaw tells whether a whole expression is raw(…).
func (n *node) isRaw() bool {
	call, ok := n.tree.(*ast.CallNode)
	if !ok {
		return false
	}
	callee, ok := call.Callee.(*ast.IdentifierNode)
	return ok && callee.Value == rawFunction
}

// rawFunction marks a value as XML; elsewhere it changes nothing.
const rawFunction = "raw"

// Render fills the template in: well-formed XML of at most gonets.MaxRendered
// bytes. A missing value is nothing.
func (x *XMLTemplate) Render(s Scope, r *Report) ([]byte, error) {
	starts := make([]int, len(x.t.parts))
	out, err := x.t.fill(s, r, starts, func(out []byte, part int, v any) ([]byte, error) {
		n := x.t.parts[part].node
		switch v.(type) {
		case map[string]any, gonets.Rows, []any, []byte:
			return nil, n.problem(gonets.CodeTemplateFailed, 0).errorf(codeXMLValue, "XML takes a text here, and this is %s", kindName(v))
		}
		if n.isRaw() {
			return append(out, value.Text(v)...), nil
		}
		return x.spots[part].Append(out, value.Text(v)), nil
	})
	if err != nil {
		return nil, err
	}
	if wrong := markup.Check(string(out)); wrong != nil {
		return nil, x.located(gonets.CodeTemplateFailed, wrong, starts)
	}
	return out, nil
}

// Paths are the paths that the template reads.
func (x *XMLTemplate) Paths() []string { return x.t.Paths() }

// located gives a mistake in filled-in text its place in the template.
func (x *XMLTemplate) located(code gonets.Code, wrong *markup.Fault, starts []int) error {
	p := x.t.located(code, wrong.Offset, starts)
	switch wrong.Kind {
	case markup.Root:
		return p.errorf(codeXMLRoot, "XML has one outermost element")
	case markup.Encoding:
		return p.errorf(codeXMLEncoding, "it says that it is in %s, and it is sent in UTF-8", wrong.Detail)
	}
	return p.errorf(codeNotXML, "this is not well-formed XML: %s", wrong.Detail)
}
