package expr

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"gonets"
	"gonets/internal/value"
)

// XMLTemplate is XML text with {{ expressions }}. Between tags, in an attribute's
// quotation marks and in CDATA a value becomes text, escaped for its place; it can
// never change the structure, unless it is written as {{ raw(…) }} between tags:
// then it is XML already. A value can stand nowhere else.
type XMLTemplate struct {
	t *Template
	// spots tells for each part that is an expression where it stands.
	spots []xmlSpot
	// open tells that some of the structure comes with raw values.
	open bool
}

// xmlSpot is a kind of place in XML text.
type xmlSpot uint8

const (
	xmlText   xmlSpot = iota // between tags
	xmlTag                   // in a tag or declaration, outside quotation marks
	xmlDouble                // in an attribute's " "
	xmlSingle                // in an attribute's ' '
	xmlCDATA
	xmlComment
	xmlInstruction
)

// ParseXML reads an XML template. It must be well-formed with a text in the places
// of its expressions; errors are *gonets.Error with line and column.
func ParseXML(src string) (*XMLTemplate, error) {
	t, err := Parse(src)
	if err != nil {
		return nil, err
	}
	x := &XMLTemplate{t: t, spots: make([]xmlSpot, len(t.parts))}
	spot := xmlText
	var probe strings.Builder
	starts := make([]int, len(t.parts))
	for i, p := range t.parts {
		starts[i] = probe.Len()
		if p.node == nil {
			spot = spot.after(p.text)
			probe.WriteString(p.text)
			continue
		}
		x.spots[i] = spot
		raw := p.node.isRaw()
		switch {
		case spot == xmlTag || spot == xmlComment || spot == xmlInstruction, raw && spot != xmlText:
			return nil, p.node.syntax(0, codeXMLPlace, "in XML a value can stand between tags and in an attribute's quotation marks only")
		case raw:
			x.open = true
		default:
			probe.WriteString("x")
		}
	}
	if wrong := wellFormed(probe.String()); wrong != nil && !(x.open && wrong.code == codeXMLRoot) {
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

// xmlEnds are the marks at which constructs end.
var xmlEnds = map[xmlSpot]string{
	xmlDouble: `"`, xmlSingle: `'`, xmlCDATA: "]]>", xmlComment: "-->", xmlInstruction: "?>",
}

// after is the place behind a text that begins at spot.
func (spot xmlSpot) after(s string) xmlSpot {
	for s != "" {
		switch end := xmlEnds[spot]; {
		case end != "":
			i := strings.Index(s, end)
			if i < 0 {
				return spot
			}
			s = s[i+len(end):]
			if spot == xmlDouble || spot == xmlSingle {
				spot = xmlTag
			} else {
				spot = xmlText
			}
		case spot == xmlTag:
			i := strings.IndexAny(s, `"'>`)
			if i < 0 {
				return spot
			}
			spot = map[byte]xmlSpot{'"': xmlDouble, '\'': xmlSingle, '>': xmlText}[s[i]]
			s = s[i+1:]
		default:
			i := strings.IndexByte(s, '<')
			if i < 0 {
				return spot
			}
			spot, s = opened(s[i:])
		}
	}
	return spot
}

// opened is what a < begins, and the text behind the mark.
func opened(s string) (spot xmlSpot, rest string) {
	for mark, spot := range map[string]xmlSpot{"<![CDATA[": xmlCDATA, "<!--": xmlComment, "<?": xmlInstruction} {
		if rest, ok := strings.CutPrefix(s, mark); ok {
			return spot, rest
		}
	}
	return xmlTag, s[1:]
}

// Render fills the template in: well-formed XML of at most gonets.MaxRendered
// bytes. A missing value is nothing.
func (x *XMLTemplate) Render(s Scope, r *Report) ([]byte, error) {
	out := make([]byte, 0, len(x.t.src)+128)
	starts := make([]int, len(x.t.parts))
	for i, p := range x.t.parts {
		starts[i] = len(out)
		if p.node == nil {
			out = append(out, p.text...)
			continue
		}
		v, _, err := p.node.lookup(s, r)
		if err != nil {
			return nil, err
		}
		switch v.(type) {
		case map[string]any, gonets.Rows, []any, []byte:
			return nil, p.node.problem(gonets.CodeTemplateFailed, 0).errorf(codeXMLValue, "XML takes a text here, and this is %s", kindName(v))
		}
		text := value.Text(v)
		switch {
		case p.node.isRaw():
			out = append(out, text...)
		case x.spots[i] == xmlCDATA:
			out = appendCDATA(out, text)
		default:
			out = append(out, escapeXML(text)...)
		}
		if len(out) > gonets.MaxRendered {
			return nil, p.node.tooLarge()
		}
	}
	if wrong := wellFormed(string(out)); wrong != nil {
		return nil, x.located(gonets.CodeTemplateFailed, wrong, starts)
	}
	return out, nil
}

// escapeXML writes a text for a place between tags or in an attribute. Line ends
// and tabs are written as numbers, or a reader would turn them into spaces; what
// XML cannot hold at all becomes U+FFFD.
func escapeXML(s string) string {
	var b strings.Builder
	// It writes into memory, which cannot fail.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// appendCDATA writes a text inside CDATA. One that could end it, by itself or with
// what stands around it, is written outside.
func appendCDATA(out []byte, s string) []byte {
	if strings.ContainsAny(s, "]>") || out[len(out)-1] == ']' || strings.ContainsFunc(s, func(r rune) bool { return !xmlCharacter(r) }) {
		out = append(out, "]]>"...)
		out = append(out, escapeXML(s)...)
		return append(out, "<![CDATA["...)
	}
	return append(out, s...)
}

// xmlCharacter tells whether XML can hold a character (XML 1.0 §2.2); a carriage
// return it holds as a number only.
func xmlCharacter(r rune) bool {
	return r == '\t' || r == '\n' || r >= ' ' && r <= 0xd7ff || r >= 0xe000 && r < 0xfffe && r != utf8.RuneError || r >= 0x10000
}

// xmlFault is why a text is not well-formed, and where.
type xmlFault struct {
	code   gonets.Code
	offset int
	format string
	args   []any
}

// wellFormed is nil for one XML document in UTF-8.
func wellFormed(text string) *xmlFault {
	encoding := ""
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		encoding = label
		return in, nil
	}
	depth, roots := 0, 0
	for {
		at := int(d.InputOffset())
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		fault := &xmlFault{code: codeNotXML, offset: at, format: "this is not well-formed XML: %s"}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				roots++
			}
			if name := repeated(t.Attr); name != "" {
				fault.args = []any{"the attribute " + name + " stands twice"}
			}
			if depth == 1 && roots > 1 {
				return &xmlFault{code: codeXMLRoot, offset: at, format: "XML has one outermost element"}
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && strings.Trim(string(t), " \t\r\n") != "" {
				return &xmlFault{code: codeXMLRoot, offset: at, format: "XML has one outermost element"}
			}
		case xml.Directive:
			if strings.ContainsRune(string(t), '[') {
				fault.args = []any{"<!DOCTYPE …> holds declarations of its own"}
			}
		case xml.ProcInst:
			if strings.EqualFold(t.Target, "xml") && at > 0 {
				fault.args = []any{"<?xml … ?> stands at the very beginning"}
			}
		}
		switch {
		case err != nil:
			var wrong *xml.SyntaxError
			if fault.args = []any{err.Error()}; errors.As(err, &wrong) {
				fault.args = []any{wrong.Msg}
			}
			fault.offset = max(int(d.InputOffset())-1, at)
			return fault
		case encoding != "":
			return &xmlFault{code: codeXMLEncoding, offset: at, format: "it says that it is in %s, and it is sent in UTF-8", args: []any{encoding}}
		case fault.args != nil:
			return fault
		}
	}
	if roots == 0 {
		return &xmlFault{code: codeXMLRoot, offset: len(text), format: "XML has one outermost element"}
	}
	return nil
}

// repeated is the name of an attribute that a tag has twice.
func repeated(attrs []xml.Attr) string {
	seen := make(map[xml.Name]bool, len(attrs))
	for _, a := range attrs {
		if seen[a.Name] {
			return a.Name.Local
		}
		seen[a.Name] = true
	}
	return ""
}

// located gives a mistake in filled-in text its place in the template.
func (x *XMLTemplate) located(code gonets.Code, wrong *xmlFault, starts []int) error {
	return x.t.located(code, wrong.offset, starts).errorf(wrong.code, wrong.format, wrong.args...)
}
