package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gonets"
)

// readYAML makes one node of each document; empty documents are left out. It
// stops at the first syntax error.
func readYAML(data []byte, p *problems) []*node {
	if !readable(data, p) || !printableYAML(data, p) {
		return nil
	}
	var nodes []*node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	from := 1
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return nodes
		}
		p.document = len(nodes) + 1
		if err != nil {
			p.tear(explain(data, from, err))
			return nodes
		}
		if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" && doc.Content[0].Value == "" {
			continue
		}
		if len(nodes) == maxDocuments {
			p.tear(at(doc.Line, doc.Column, gonets.Mistake("", codeMany, "more than %d documents; give them in several calls", maxDocuments)))
			return nodes
		}
		b := builder{problems: p}
		nodes = append(nodes, b.fromYAML(doc.Content[0], 1))
		from = doc.Content[0].Line
	}
}

// readable checks what a YAML or JSON file must be before anything else.
func readable(data []byte, p *problems) bool {
	if len(data) > gonets.MaxDocumentBytes {
		p.tear(gonets.Mistake("", codeLarge, "the documents are %d bytes long; %d are allowed", len(data), gonets.MaxDocumentBytes))
		return false
	}
	if utf8.Valid(data) {
		return true
	}
	offset := 0
	for offset < len(data) {
		r, size := utf8.DecodeRune(data[offset:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		offset += size
	}
	line, col := position(data, offset)
	p.tear(at(line, col, gonets.Mistake("", codeNotUTF8, "the file is not UTF-8 text; save it as UTF-8")))
	return false
}

// printableYAML finds control characters, which the library would report
// without a place (YAML 1.2 §5.1).
func printableYAML(data []byte, p *problems) bool {
	first := bytes.IndexFunc(data, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 && r != 0x85
	})
	if first < 0 {
		return true
	}
	r, _ := utf8.DecodeRune(data[first:])
	line, col := position(data, first)
	p.tear(at(line, col, gonets.Mistake("", codeControl, "the file holds the control character %s; write it as an escape in double quotes", fmt.Sprintf("%U", r))))
	return false
}

// position counts lines and characters from 1.
func position(data []byte, offset int) (line, col int) {
	before := data[:min(offset, len(data))]
	line = bytes.Count(before, []byte("\n")) + 1
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

func (b *builder) fail(n *yaml.Node, code gonets.Code, format string, args ...any) *node {
	b.problems.tear(at(n.Line, n.Column, gonets.Mistake("", code, format, args...)))
	return &node{line: n.Line, col: n.Column}
}

func (b *builder) fromYAML(n *yaml.Node, depth int) *node {
	if b.aliasing > 0 && b.aliased == told {
		return &node{line: n.Line, col: n.Column}
	}
	if depth > maxDepth && b.aliasing > 0 {
		b.aliased = told
		return b.fail(n, codeAlias, "the alias stands inside the value that it repeats")
	}
	if depth > maxDepth {
		return b.fail(n, gonets.CodeTooDeep, "nested deeper than %d", maxDepth)
	}
	if b.aliasing > 0 {
		b.aliased++
		b.text += len(n.Value)
		if b.aliased > maxAliased || b.text > maxAliasedText {
			b.aliased = told
			return b.fail(n, codeAliases, "aliases repeat more than %d values; write them out or make them smaller", maxAliased)
		}
	}
	switch n.Kind {
	case yaml.AliasNode:
		b.aliasing++
		out := b.fromYAML(n.Alias, depth+1)
		b.aliasing--
		return out
	case yaml.SequenceNode:
		out := &node{kind: listNode, line: n.Line, col: n.Column, items: make([]*node, 0, len(n.Content))}
		for _, c := range n.Content {
			out.items = append(out.items, b.fromYAML(c, depth+1))
		}
		return out
	case yaml.MappingNode:
		return b.mapping(n, depth)
	case yaml.ScalarNode:
		return b.scalar(n)
	}
	return b.fail(n, codeSyntax, "this is not understood")
}

func (b *builder) mapping(n *yaml.Node, depth int) *node {
	out := &node{kind: mapNode, line: n.Line, col: n.Column}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		switch {
		case k.Kind == yaml.MappingNode && k.Style&yaml.FlowStyle != 0:
			return b.fail(n, codeTemplate, `a template needs quotes here: "{{ … }}"`)
		case k.Kind != yaml.ScalarNode:
			b.fail(n.Content[i], codeKey, "a key must be text")
			continue
		case k.ShortTag() == "!!merge":
			b.fail(k, codeMerge, "the merge key << is not supported; write the members out")
			continue
		}
		out.keys = append(out.keys, mapKey{name: k.Value, line: n.Content[i].Line, col: n.Content[i].Column})
		out.items = append(out.items, b.fromYAML(n.Content[i+1], depth+1))
	}
	b.checkKeys(out)
	return out
}

func (b *builder) scalar(n *yaml.Node) *node {
	out := &node{kind: textNode, text: n.Value, line: n.Line, col: n.Column}
	switch {
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		out.layout = quotedLayout
	case n.Style&yaml.LiteralStyle != 0:
		out.layout = literalLayout
	case n.Style&yaml.FoldedStyle == 0:
		out.layout = plainLayout
	}
	tag := n.ShortTag()
	if n.Style&yaml.TaggedStyle != 0 {
		out.layout = otherLayout
		switch tag {
		case "!!str", "!!null", "!!bool", "!!int", "!!float", "!":
		default:
			return b.fail(n, codeTag, "the tag %s is not supported", n.Tag)
		}
	} else if out.layout != plainLayout {
		return out
	}
	switch {
	case tag == "!!null":
		out.kind = nullNode
	case tag == "!!bool":
		out.kind = boolNode
	case tag != "!!str" || n.Style&yaml.TaggedStyle == 0:
		// The library resolves YAML's numbers; ours are JSON's (jsonNumber).
		if jsonNumber.MatchString(n.Value) {
			out.kind = numberNode
		}
	}
	return out
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// explain turns the library's error into a place and a plain sentence. The
// library often names the line where the surrounding block began, so the place
// is searched for: it is the first line that no text can end with.
func explain(data []byte, from int, err error) gonets.Problem {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return gonets.Mistake("", codeSyntax, "not YAML: %s", err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	line, found := breakingLine(lines, from)
	if !found {
		line, _ = strconv.Atoi(m[1])
		line = max(line, 1)
	}
	text := ""
	if line <= len(lines) {
		text = strings.TrimRight(string(lines[line-1]), "\r\n")
	}
	indent := len(text) - len(strings.TrimLeft(text, " \t"))
	if tab := strings.IndexByte(text[:indent], '\t'); tab >= 0 {
		return at(line, tab+1, gonets.Mistake("", codeTab, "a tab stands in the indentation; YAML allows only spaces there"))
	}
	value, col := valueOf(text)
	here := func(code gonets.Code, format string, args ...any) gonets.Problem {
		return at(line, col, gonets.Mistake("", code, format, args...))
	}
	inLine := func(code gonets.Code, format string, args ...any) gonets.Problem {
		return at(line, indent+1, gonets.Mistake("", code, format, args...))
	}
	startsWith := func(chars string) bool { return value != "" && strings.ContainsRune(chars, rune(value[0])) }
	switch problem := m[2]; {
	case strings.HasPrefix(value, "{{"):
		return here(codeTemplate, `a template needs quotes here: "{{ … }}"`)
	case strings.Contains(problem, "unknown anchor"):
		return here(codeAnchor, "not YAML: %s", problem)
	case strings.Contains(problem, "unexpected end of stream"), startsWith(`"'`) && strings.Contains(problem, "document indicator"):
		return here(codeQuote, "a quote that is opened here is never closed")
	case startsWith("@`%"):
		return here(codeNeedQuotes, "a value that begins with %s needs quotes", value[:1])
	case startsWith("[{") && !strings.Contains(problem, "'-' indicator") && !strings.Contains(problem, "expected key"):
		return here(codeBracket, "what is opened here with %s is not closed, or something in it needs quotes", value[:1])
	case startsWith(`"'`):
		return here(codeAfterQuote, "the text goes on after its closing quote; put quotes around all of it")
	case strings.Contains(problem, "mapping values are not allowed"):
		return inLine(codeColon, "a value with a colon and a space needs quotes, or the indentation is wrong")
	case strings.Contains(problem, "did not find expected"):
		return inLine(codeIndent, "the indentation does not fit the lines above")
	case strings.Contains(problem, "could not find expected ':'"):
		return inLine(codeNoColon, "a colon and a space are missing after the key")
	default:
		return inLine(codeSyntax, "not YAML: %s", problem)
	}
}

// valueOf is what follows the dashes and the key of a line, and its column.
func valueOf(text string) (value string, column int) {
	rest := text
	for {
		trimmed := strings.TrimLeft(rest, " ")
		after, isItem := strings.CutPrefix(trimmed, "- ")
		if !isItem {
			rest = trimmed
			break
		}
		rest = after
	}
	if key, after, ok := strings.Cut(rest, ": "); ok && !strings.ContainsAny(key, `"'{[`) {
		rest = strings.TrimLeft(after, " ")
	}
	return rest, utf8.RuneCountInString(text[:len(text)-len(rest)]) + 1
}

// lookAhead is how many lines an open quote or bracket is thought to span.
const lookAhead = 24

// breakingLine finds the line after the longest part of the text, from line
// `from` on, that is sound by itself. A quote or bracket that stays open makes
// the parts after it unsound, so the search begins anew when a longer part is
// sound after all.
func breakingLine(lines [][]byte, from int) (line int, found bool) {
	budget := 4 << 20 // bytes to parse: a fraction of a second
	sound := func(n int) bool {
		part := bytes.Join(lines[from-1:n], nil)
		budget -= len(part) + 100
		decoder := yaml.NewDecoder(bytes.NewReader(part))
		for {
			var doc yaml.Node
			if err := decoder.Decode(&doc); err != nil {
				return errors.Is(err, io.EOF)
			}
		}
	}
	low, high := from-1, len(lines)
	for budget > 0 {
		for high-low > 1 && budget > 0 {
			if middle := (low + high) / 2; sound(middle) {
				low = middle
			} else {
				high = middle
			}
		}
		further := false
		for n := low + 2; n <= min(low+lookAhead, len(lines)) && budget > 0; n++ {
			if sound(n) {
				low, high, further = n, len(lines), true
				break
			}
		}
		if !further {
			return low + 1, budget > 0
		}
	}
	return 0, false
}
