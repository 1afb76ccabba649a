package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/expr-lang/expr/ast"

	"gonets"
	"gonets/internal/value"
)

func (ev *evaluation) binary(t *ast.BinaryNode) (any, error) {
	switch t.Operator {
	case "??":
		v, err := ev.eval(t.Left)
		if _, missing := v.(*absent); err != nil || v != nil && !missing {
			return v, err
		}
		return ev.eval(t.Right)
	case "and", "&&", "or", "||":
		left, err := ev.condition(t.Left)
		if err != nil || left == (t.Operator == "or" || t.Operator == "||") {
			return left, err
		}
		return ev.condition(t.Right)
	case "==", "!=":
		same, err := ev.same(t)
		return same == (t.Operator == "=="), err
	case "+":
		return ev.plus(t)
	case "-", "*", "/", "%":
		return ev.arithmetic(t)
	}
	a, b, err := sides(t, ev.use)
	if err != nil {
		return nil, err
	}
	switch t.Operator {
	case "<", "<=", ">", ">=":
		return ev.ordered(t.Operator, a, b)
	case "in":
		return ev.in(a, b)
	case "contains", "startsWith", "endsWith":
		return ev.textTest(t.Operator, a, b)
	case "matches":
		return ev.matches(t, a, b)
	}
	return nil, wrong(codeUnavailable, "%s is not available", t.Operator)
}

// same compares; a comparison with the word null asks whether a value is
// there, so a missing one needs no mention.
func (ev *evaluation) same(t *ast.BinaryNode) (bool, error) {
	read := ev.use
	if isNull(t.Left) || isNull(t.Right) {
		read = func(t ast.Node) (any, error) {
			v, err := ev.eval(t)
			if _, missing := v.(*absent); missing {
				v = nil
			}
			return v, err
		}
	}
	a, b, err := sides(t, read)
	if err != nil {
		return false, err
	}
	return ev.equal(a, b, 0)
}

func isNull(t ast.Node) bool {
	_, ok := t.(*ast.NilNode)
	return ok
}

func (ev *evaluation) equal(a, b any, depth int) (bool, error) {
	if err := ev.spend(1); err != nil {
		return false, err
	}
	if depth > gonets.MaxJSONDepth {
		return false, over(codeSteps, "the values nest too deep to be compared")
	}
	switch x := a.(type) {
	case nil:
		return b == nil, nil
	case bool:
		y, ok := b.(bool)
		return ok && x == y, nil
	case string:
		if y, ok := b.(string); ok {
			return x == y, ev.scan(len(x))
		}
	case []byte:
		if y, ok := b.([]byte); ok {
			return bytes.Equal(x, y), ev.scan(len(x))
		}
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false, nil
		}
		for i := range x {
			if same, err := ev.equal(x[i], y[i], depth+1); !same || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	if x, ok := a.(json.Number); ok && x == b {
		return true, nil
	}
	x, okX, errX := numeric(a)
	y, okY, errY := numeric(b)
	if err := errors.Join(errX, errY); err != nil || okX && okY {
		return err == nil && x.cmp(y) == 0, err
	}
	return ev.equalObjects(a, b, depth)
}

func (ev *evaluation) equalObjects(a, b any, depth int) (bool, error) {
	if !isObject(a) || !isObject(b) {
		return false, nil
	}
	names := value.Members(a)
	if err := ev.spend(4 * len(names)); err != nil || len(names) != len(value.Members(b)) {
		return false, err
	}
	for _, name := range names {
		x, _ := value.Member(a, name)
		y, ok := value.Member(b, name)
		if !ok {
			return false, nil
		}
		if same, err := ev.equal(x, y, depth+1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func isObject(v any) bool {
	switch v.(type) {
	case map[string]any, map[string]string, gonets.Rows:
		return true
	}
	return false
}

func (ev *evaluation) ordered(op string, a, b any) (bool, error) {
	if a == nil || b == nil {
		return false, nil
	}
	c, err := ev.compare(a, b)
	if err != nil {
		return false, err
	}
	switch op {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
}

func (ev *evaluation) compare(a, b any) (int, error) {
	x, okX, errX := numeric(a)
	y, okY, errY := numeric(b)
	if err := errors.Join(errX, errY); err != nil {
		return 0, err
	}
	if okX && okY {
		return x.cmp(y), nil
	}
	s, isText := a.(string)
	t, isTextToo := b.(string)
	if isText && isTextToo {
		return strings.Compare(s, t), ev.scan(min(len(s), len(t)))
	}
	return 0, wrong(codeOrder, "%s and %s have no order; number(x) reads a number from a text", kindName(a), kindName(b))
}

func (ev *evaluation) plus(t *ast.BinaryNode) (any, error) {
	if joins(t) {
		a, b, err := sides(t, ev.use)
		if err != nil {
			return nil, err
		}
		s, u, err := ev.twoTexts(a, b)
		if err != nil {
			return nil, err
		}
		return ev.join(s, u)
	}
	a, b, missing, err := ev.both(t)
	if missing != nil || err != nil {
		return missing, err
	}
	s, isText := a.(string)
	u, isTextToo := b.(string)
	if isText && isTextToo {
		return ev.join(s, u)
	}
	if isText || isTextToo {
		return nil, wrong(codePlus, "%s + %s is not clear: write number(x) to add, string(x) to join", kindName(a), kindName(b))
	}
	return calculate("+", a, b)
}

// joins tells whether + has a text in quotation marks on a side, so that
// joining is what is meant.
func joins(t ast.Node) bool {
	switch t := t.(type) {
	case *ast.StringNode:
		return true
	case *ast.BinaryNode:
		return t.Operator == "+" && (joins(t.Left) || joins(t.Right))
	}
	return false
}

func (ev *evaluation) join(a, b string) (any, error) {
	if err := ev.produce(len(a) + len(b)); err != nil {
		return nil, err
	}
	return a + b, nil
}

// sides reads both sides, the left one first.
func sides(t *ast.BinaryNode, read func(ast.Node) (any, error)) (a, b any, err error) {
	if a, err = read(t.Left); err != nil {
		return nil, nil, err
	}
	b, err = read(t.Right)
	return a, b, err
}

func (ev *evaluation) twoTexts(a, b any) (s, t string, err error) {
	if s, err = ev.text(a); err != nil {
		return "", "", err
	}
	t, err = ev.text(b)
	return s, t, err
}

// both evaluates the two sides; when one is missing, so is the result.
func (ev *evaluation) both(t *ast.BinaryNode) (a, b, missing any, err error) {
	if a, b, err = sides(t, ev.eval); err != nil {
		return nil, nil, nil, err
	}
	for _, v := range []any{a, b} {
		if _, is := v.(*absent); is {
			return nil, nil, v, nil
		}
	}
	return a, b, nil, nil
}

func (ev *evaluation) arithmetic(t *ast.BinaryNode) (any, error) {
	a, b, missing, err := ev.both(t)
	if missing != nil || err != nil {
		return missing, err
	}
	return calculate(t.Operator, a, b)
}

func calculate(op string, a, b any) (any, error) {
	x, y, err := twoNumbers(a, b)
	if err != nil {
		return nil, err
	}
	var n number
	switch op {
	case "+":
		n, err = add(x, y)
	case "-":
		n, err = subtract(x, y)
	case "*":
		n, err = multiply(x, y)
	case "/":
		n, err = divide(x, y)
	default:
		n, err = modulo(x, y)
	}
	if err != nil {
		return nil, err
	}
	return json.Number(n.text()), nil
}

func twoNumbers(a, b any) (x, y number, err error) {
	if x, err = operandNumber(a); err != nil {
		return x, y, err
	}
	y, err = operandNumber(b)
	return x, y, err
}

func operandNumber(v any) (number, error) {
	n, ok, err := numeric(v)
	switch {
	case err != nil:
		return n, err
	case v == nil:
		return n, wrong(codeNotNumber, "%s is not a number; default(x, 0) puts 0 in its place", kindName(nil))
	case !ok:
		return n, wrong(codeNotNumber, "%s is not a number; number(x) reads one from a text", kindName(v))
	}
	return n, nil
}

func (ev *evaluation) in(a, b any) (bool, error) {
	switch b := b.(type) {
	case nil:
		return false, nil
	case []any:
		for _, item := range b {
			if same, err := ev.equal(a, item, 0); same || err != nil {
				return same, err
			}
		}
		return false, nil
	case string:
		return ev.textTest("contains", b, a)
	}
	if !isObject(b) {
		return false, wrong(codeNeedsMembers, "in needs a list, an object or a text, this is %s", kindName(b))
	}
	name, err := ev.text(a)
	if err != nil {
		return false, err
	}
	_, ok := value.Member(b, name)
	return ok, nil
}

func (ev *evaluation) textTest(op string, a, b any) (bool, error) {
	if list, ok := a.([]any); ok && op == "contains" {
		return ev.in(b, list)
	}
	if a == nil || b == nil {
		return false, nil
	}
	s, t, err := ev.twoTexts(a, b)
	if err != nil {
		return false, err
	}
	switch op {
	case "startsWith":
		return strings.HasPrefix(s, t), nil
	case "endsWith":
		return strings.HasSuffix(s, t), nil
	}
	return strings.Contains(s, t), nil
}

func (ev *evaluation) matches(t *ast.BinaryNode, a, b any) (bool, error) {
	if a == nil || b == nil {
		return false, nil
	}
	s, err := ev.text(a)
	if err != nil {
		return false, err
	}
	p := ev.n.patterns[t]
	if p == nil {
		source, err := ev.text(b)
		if err != nil {
			return false, err
		}
		if p, err = compilePattern(source); err != nil {
			return false, err
		}
		if err := ev.spend(1_000 + 40*p.states); err != nil { // compiling costs far more than a step
			return false, err
		}
	}
	if len(s) > maxPatternInput {
		return false, over(codeSteps, "a text of more than 1 MiB cannot be matched")
	}
	if err := ev.spend(len(s) * p.states / 64); err != nil {
		return false, err
	}
	return p.MatchString(s), nil
}

// pattern is a regular expression and the number of its states: matching
// takes at most that many operations for each byte.
type pattern struct {
	*regexp.Regexp
	states int
}

// Limits of regular expressions, in bytes.
const (
	maxPattern      = 1 << 10
	maxPatternInput = 1 << 20
)

var (
	errPatternLong = wrong(codePatternLong, "a regular expression is at most 1024 bytes long")
	errPattern     = wrong(codePattern, "this is not a regular expression (RE2 syntax)")
)

func compilePattern(s string) (*pattern, error) {
	if len(s) > maxPattern {
		return nil, errPatternLong
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, errPattern
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, errPattern
	}
	re, err := regexp.Compile(s)
	if err != nil {
		return nil, errPattern
	}
	return &pattern{re, len(program.Inst)}, nil
}
