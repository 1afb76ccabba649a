package expr

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"gonets"
	"gonets/internal/value"
)

// node is one compiled expression.
type node struct {
	src string
	at  place
	// pure is true when the expression is the one path operands[0].
	pure     bool
	operands []operand
	tree     ast.Node
	// patterns are the compiled regular expressions that the source spells out.
	patterns map[ast.Node]*pattern
}

// operand is a path or a number that was taken out of the source.
type operand struct {
	path     value.Path
	constant json.Number
	src      string
}

// firstOperand is the character that stands for operand 0 in the text that
// expr-lang parses: a block of letters with room for more operands than a
// source has bytes, none of which is left in the source outside strings.
const firstOperand = '\u4E00'

func compile(src string, at place) (node, error) {
	n := node{src: src, at: at}
	if len(src) > gonets.MaxTemplateSource {
		return n, n.limit(0, codeLong, "an expression is at most %d bytes long", gonets.MaxTemplateSource)
	}
	if !utf8.ValidString(src) {
		return n, n.syntax(0, codeNotUTF8, "the text is not UTF-8")
	}
	trimmed := strings.TrimFunc(src, unicode.IsSpace)
	if trimmed == "" {
		return n, n.syntax(0, codeEmpty, "the expression is empty")
	}
	if p, ok := purePath(trimmed); ok {
		n.pure, n.operands = true, []operand{{path: p, src: trimmed}}
		return n, n.noSecrets()
	}
	text, err := n.rewrite()
	if err != nil {
		return n, err
	}
	if n.tree, err = n.parse(text); err != nil {
		return n, err
	}
	c := checker{n: &n, seen: map[ast.Node]bool{}}
	if err := c.check(n.tree, 1); err != nil {
		return n, err
	}
	return n, n.noSecrets()
}

// secretRoot is where a reader of other systems looks for secrets. No scope
// gives any, so that none reaches a run's history.
const secretRoot = "secret"

// noSecrets refuses to read a secret: it would be empty, and the request would
// go without the key that it needs.
func (n *node) noSecrets() error {
	for _, o := range n.operands {
		if o.path.Len() > 0 && o.path.Root() == secretRoot {
			before, _, _ := strings.Cut(n.src, o.src)
			return n.syntax(utf8.RuneCountInString(before), codeSecret,
				"%s is no secret that a step can read: nothing would stand in its place; an event's field of this name is event.body.%s", o.src, o.src)
		}
	}
	return nil
}

func purePath(s string) (value.Path, bool) {
	p, end, err := value.ScanPath(s)
	if err != nil || end != len(s) || reserved(p.Root()) {
		return value.Path{}, false
	}
	return p, true
}

// reserved tells words that mean something else than a name.
func reserved(word string) bool {
	switch word {
	case "not", "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let",
		"true", "false", "nil", "null":
		return true
	}
	return false
}

// parse hands the rewritten text to expr-lang. Its parser has panicked on odd
// input before, so a panic counts as a mistake in the source.
func (n *node) parse(text string) (tree ast.Node, err error) {
	defer func() {
		if recover() != nil {
			tree, err = nil, n.syntax(0, codeNoExpression, "this is not an expression")
		}
	}()
	config := conf.CreateNew()
	config.MaxNodes = maxNodes
	config.DisableIfOperator = true
	t, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, n.explain(err)
	}
	if t.Node == nil {
		return nil, n.syntax(0, codeNoExpression, "this is not an expression")
	}
	return t.Node, nil
}

var unexpectedToken = regexp.MustCompile(`^unexpected token \w+\("(.*)"\)$`)

// explain puts expr-lang's messages in our words, without its drawing.
func (n *node) explain(err error) error {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return n.syntax(0, codeNoExpression, "this is not an expression")
	}
	m := fe.Message
	switch {
	case strings.Contains(m, "maximum allowed nodes"):
		return n.limit(fe.From, codeParts, "the expression has more than %d parts", maxNodes)
	case strings.Contains(m, "token EOF"), strings.Contains(m, "unexpected end"):
		return n.syntax(fe.From, codeEnds, "the expression ends too early")
	case strings.Contains(m, "literal not terminated"):
		return n.syntax(fe.From, codeQuote, "the quotation mark is not closed")
	case strings.Contains(m, "unclosed comment"):
		return n.syntax(fe.From, codeComment, "the comment is not closed")
	case strings.Contains(m, "(??)"):
		return n.syntax(fe.From, codeCoalesce, "put ?? and what stands on both sides of it in parentheses")
	case strings.HasPrefix(m, "unrecognized character"):
		if strings.Contains(m, "'@'") || strings.Contains(m, "'~'") || strings.Contains(m, "'\\'") {
			return n.syntax(fe.From, codeCharacter, "a character that has no meaning here")
		}
		return n.syntax(fe.From, codeCharacter, "%s", m)
	}
	if parts := unexpectedToken.FindStringSubmatch(m); parts != nil {
		token := parts[1]
		if r, size := utf8.DecodeRuneInString(token); size == len(token) {
			if o := n.operand(r); o != nil {
				token = o.src
			}
		}
		if token == "=" {
			return n.syntax(fe.From, codeCompare, "write == to compare")
		}
		return n.syntax(fe.From, codeUnexpected, "unexpected %s", token)
	}
	return n.syntax(fe.From, codeNoExpression, "this is not an expression")
}

func (n *node) operand(r rune) *operand {
	if i := int(r - firstOperand); i >= 0 && i < len(n.operands) {
		return &n.operands[i]
	}
	return nil
}

func (n *node) paths() []value.Path {
	var out []value.Path
	for _, o := range n.operands {
		if o.path.Len() > 0 {
			out = append(out, o.path)
		}
	}
	return out
}

// shownBytes bounds how much of an expression stands in an error.
const shownBytes = 200

func (n *node) shown() string {
	s := strings.TrimSpace(n.src)
	if len(s) > shownBytes {
		s = strings.ToValidUTF8(s[:shownBytes], "") + "…"
	}
	return s
}

// placeOf is the place of the rune with this index in the source.
func (n *node) placeOf(runes int) place {
	end := len(n.src)
	for i := range n.src {
		if runes == 0 {
			end = i
			break
		}
		runes--
	}
	return n.at.after(n.src[:end])
}

func (n *node) problem(code gonets.Code, runes int) problem {
	return problem{code: code, at: n.placeOf(runes), expression: n.shown()}
}

func (n *node) syntax(runes int, code gonets.Code, format string, args ...any) error {
	return n.problem(gonets.CodeTemplateSyntax, runes).errorf(code, format, args...)
}

func (n *node) limit(runes int, code gonets.Code, format string, args ...any) error {
	return n.problem(gonets.CodeTemplateLimit, runes).errorf(code, format, args...)
}

// checker refuses what is not evaluated here, so that mistakes show when a
// document is saved and not when a run needs it.
type checker struct {
	n *node
	// seen keeps shared subtrees (a < b < c has b twice) from being walked
	// again, which would be exponential in the depth.
	seen map[ast.Node]bool
}

func (c *checker) check(t ast.Node, depth int) error {
	if t == nil || c.seen[t] {
		return nil
	}
	c.seen[t] = true
	at := t.Location().From
	if depth > maxDepth {
		return c.n.limit(at, codeDeep, "the expression nests deeper than %d levels", maxDepth)
	}
	children, err := c.children(t, at)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := c.check(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) children(t ast.Node, at int) ([]ast.Node, error) {
	switch t := t.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
		return nil, nil
	case *ast.PointerNode:
		if t.Name != "" && t.Name != "index" {
			return nil, c.n.syntax(at, codeHash, "#%s is not known; there are # and #index", t.Name)
		}
		return nil, nil
	case *ast.IdentifierNode:
		if r, size := utf8.DecodeRuneInString(t.Value); size != len(t.Value) || c.n.operand(r) == nil {
			return nil, c.n.syntax(at, codeName, "the name %s cannot stand here", t.Value)
		}
		return nil, nil
	case *ast.UnaryNode:
		return []ast.Node{t.Node}, nil
	case *ast.BinaryNode:
		return []ast.Node{t.Left, t.Right}, c.binary(t, at)
	case *ast.ConditionalNode:
		return []ast.Node{t.Cond, t.Exp1, t.Exp2}, nil
	case *ast.ChainNode:
		return []ast.Node{t.Node}, nil
	case *ast.MemberNode:
		return []ast.Node{t.Node, t.Property}, nil
	case *ast.SliceNode:
		list := []ast.Node{t.Node}
		for _, edge := range []ast.Node{t.From, t.To} {
			if edge != nil {
				list = append(list, edge)
			}
		}
		return list, nil
	case *ast.ArrayNode:
		return t.Nodes, nil
	case *ast.MapNode:
		return t.Pairs, nil
	case *ast.PairNode:
		return []ast.Node{t.Key, t.Value}, nil
	case *ast.PredicateNode:
		return []ast.Node{t.Node}, nil
	case *ast.BuiltinNode:
		return t.Arguments, c.call(t.Name, t.Arguments, at)
	case *ast.CallNode:
		callee, ok := t.Callee.(*ast.IdentifierNode)
		if !ok {
			return nil, c.n.syntax(at, codeMethods, "values have no methods")
		}
		return t.Arguments, c.call(callee.Value, t.Arguments, at)
	}
	return nil, c.n.syntax(at, codeUnavailable, "%s are not available", "let, ;")
}

func (c *checker) binary(t *ast.BinaryNode, at int) error {
	switch t.Operator {
	case "**", "^":
		return c.n.syntax(at, codeUnavailable, "powers (%s) are not available", t.Operator)
	case "..":
		return c.n.syntax(at, codeUnavailable, "ranges (%s) are not available", t.Operator)
	case "matches":
		s, ok := t.Right.(*ast.StringNode)
		if !ok {
			return nil
		}
		re, err := compilePattern(s.Value)
		if err != nil {
			return c.n.problem(gonets.CodeTemplateSyntax, s.Location().From).of(err)
		}
		if c.n.patterns == nil {
			c.n.patterns = map[ast.Node]*pattern{}
		}
		c.n.patterns[t] = re
	}
	return nil
}

func (c *checker) call(name string, args []ast.Node, at int) error {
	if _, ok := predicates[name]; ok {
		return nil
	}
	f, ok := functions[name]
	if !ok {
		p := c.n.problem(gonets.CodeTemplateSyntax, at)
		p.suggestion = value.Nearest(name, functionNames())
		return p.errorf(codeFunction, "there is no function %s", name)
	}
	if len(args) < f.least || len(args) > f.most {
		return c.n.syntax(at, codeUsage, "%s is written %s", name, f.usage)
	}
	return nil
}
