package expr

import (
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"gonets"
	"gonets/internal/value"
)

// lookup evaluates the expression; ok is false when its value is missing,
// which then stands in the report.
func (n *node) lookup(s Scope, r *Report) (v any, ok bool, err error) {
	if n.pure {
		v, ok = resolve(s, n.operands[0].path)
		if !ok {
			r.add(&absent{path: n.operands[0].path, scope: s})
			return nil, false, nil
		}
		return v, true, nil
	}
	ev := evaluation{n: n, scope: s, report: r, read: make([]any, len(n.operands))}
	v, err = ev.eval(n.tree)
	if err != nil {
		return nil, false, err
	}
	if a, missing := v.(*absent); missing {
		r.add(a)
		return nil, false, nil
	}
	return v, true, nil
}

func resolve(s Scope, p value.Path) (any, bool) {
	v, ok := s.Lookup(p.Root())
	if ok && p.Len() > 1 {
		v, ok = p.Rest().Get(v)
	}
	switch n := v.(type) {
	case int:
		v = json.Number(strconv.Itoa(n))
	case int64:
		v = json.Number(strconv.FormatInt(n, 10))
	}
	return v, ok
}

// evaluation is one walk over a tree. Values in it are those of package value
// and *absent.
type evaluation struct {
	n      *node
	scope  Scope
	report *Report
	// read keeps what the operands gave; nil is not read yet.
	read []any
	// element and index are what # and #index stand for.
	element any
	index   int
	steps   int
	bytes   int
}

// spend charges steps: one for each node, element and 64 bytes of text that
// are looked at.
func (ev *evaluation) spend(steps int) error {
	if ev.steps += steps; ev.steps > maxSteps {
		return over(codeSteps, "the expression takes too many steps")
	}
	return nil
}

// scan charges the reading of n bytes.
func (ev *evaluation) scan(n int) error { return ev.spend(n / 64) }

// produce charges the making of n bytes.
func (ev *evaluation) produce(n int) error {
	if ev.bytes += n; ev.bytes > gonets.MaxRendered {
		return over(codeLarge, "the expression makes more than %d MiB of text", gonets.MaxRendered>>20)
	}
	return nil
}

// text is the text form of v, its making charged.
func (ev *evaluation) text(v any) (string, error) {
	if s, ok := v.(string); ok {
		return s, ev.scan(len(s))
	}
	s := value.Text(v)
	return s, ev.produce(len(s))
}

// null stands in read for an operand that is null.
type null struct{}

func (ev *evaluation) eval(t ast.Node) (any, error) {
	v, err := ev.step(t)
	if err == nil {
		return v, nil
	}
	var located *gonets.Error
	if errors.As(err, &located) {
		return nil, err
	}
	code := gonets.CodeTemplateFailed
	var f *fault
	if errors.As(err, &f) && f.limit {
		code = gonets.CodeTemplateLimit
	}
	return nil, ev.n.problem(code, t.Location().From).of(err)
}

// use evaluates a node whose missing value is nothing but null.
func (ev *evaluation) use(t ast.Node) (any, error) {
	v, err := ev.eval(t)
	if a, missing := v.(*absent); missing {
		ev.report.add(a)
		return nil, err
	}
	return v, err
}

func (ev *evaluation) step(t ast.Node) (any, error) {
	if err := ev.spend(1); err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case *ast.IdentifierNode:
		return ev.operand(t)
	case *ast.StringNode:
		return t.Value, nil
	case *ast.BoolNode:
		return t.Value, nil
	case *ast.NilNode:
		return nil, nil
	case *ast.IntegerNode:
		return json.Number(strconv.Itoa(t.Value)), nil
	case *ast.FloatNode:
		return json.Number(value.AppendFloat(nil, t.Value)), nil
	case *ast.PointerNode:
		if t.Name == "index" {
			return json.Number(strconv.Itoa(ev.index)), nil
		}
		return ev.element, nil
	case *ast.UnaryNode:
		return ev.unary(t)
	case *ast.BinaryNode:
		return ev.binary(t)
	case *ast.ConditionalNode:
		yes, err := ev.condition(t.Cond)
		if err != nil {
			return nil, err
		}
		if yes {
			return ev.eval(t.Exp1)
		}
		return ev.eval(t.Exp2)
	case *ast.ChainNode:
		return ev.eval(t.Node)
	case *ast.MemberNode:
		return ev.member(t)
	case *ast.SliceNode:
		return ev.slice(t)
	case *ast.ArrayNode:
		return ev.list(t)
	case *ast.MapNode:
		return ev.object(t)
	case *ast.BuiltinNode:
		return ev.call(t.Name, t.Arguments)
	case *ast.CallNode:
		return ev.call(t.Callee.(*ast.IdentifierNode).Value, t.Arguments)
	}
	return nil, wrong(codeUnavailable, "%s is not available", "…")
}

func (ev *evaluation) operand(t *ast.IdentifierNode) (any, error) {
	r, _ := utf8.DecodeRuneInString(t.Value)
	i := int(r - firstOperand)
	switch v := ev.read[i].(type) {
	case nil:
	case null:
		return nil, nil
	default:
		return v, nil
	}
	o := &ev.n.operands[i]
	if o.constant != "" {
		ev.read[i] = o.constant
		return o.constant, nil
	}
	v, ok := resolve(ev.scope, o.path)
	if !ok {
		v = &absent{path: o.path, scope: ev.scope}
	}
	ev.read[i] = v
	if v == nil {
		ev.read[i] = null{}
	}
	return v, nil
}

func (ev *evaluation) condition(t ast.Node) (bool, error) {
	v, err := ev.use(t)
	if err != nil {
		return false, err
	}
	return truth(v)
}

func truth(v any) (bool, error) {
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	}
	return false, wrong(codeNotYesNo, "a condition must be true or false, this is %s; compare it with something", kindName(v))
}

func (ev *evaluation) unary(t *ast.UnaryNode) (any, error) {
	if t.Operator == "not" || t.Operator == "!" {
		yes, err := ev.condition(t.Node)
		return !yes, err
	}
	v, err := ev.eval(t.Node)
	if _, missing := v.(*absent); missing || err != nil {
		return v, err
	}
	n, err := operandNumber(v)
	if err != nil {
		return nil, err
	}
	if t.Operator == "-" {
		if n, err = subtract(number{}, n); err != nil {
			return nil, err
		}
	}
	return json.Number(n.text()), nil
}

func (ev *evaluation) member(t *ast.MemberNode) (any, error) {
	v, err := ev.eval(t.Node)
	if err != nil {
		return nil, err
	}
	if _, missing := v.(*absent); missing {
		return v, nil
	}
	key, err := ev.use(t.Property)
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case string:
		m, ok := value.Member(v, key)
		if !ok {
			return &absent{text: key, source: v, scope: ev.scope}, nil
		}
		return m, nil
	case json.Number:
		i, err := index(key)
		if err != nil {
			return nil, err
		}
		list, _ := v.([]any)
		if i < 0 {
			i += len(list)
		}
		if i < 0 || i >= len(list) {
			return &absent{text: string(key), scope: ev.scope}, nil
		}
		return list[i], nil
	}
	return nil, wrong(codeBrackets, "brackets take a number or a text, this is %s", kindName(key))
}

func index(n json.Number) (int, error) {
	i, err := strconv.ParseInt(string(n), 10, 32)
	if err != nil {
		return 0, wrong(codePlace, "a place in a list is a whole number")
	}
	return int(i), nil
}

func (ev *evaluation) slice(t *ast.SliceNode) (any, error) {
	v, err := ev.eval(t.Node)
	if _, missing := v.(*absent); missing || err != nil {
		return v, err
	}
	if v == nil {
		return nil, nil
	}
	list, isList := v.([]any)
	s, isText := v.(string)
	if !isList && !isText {
		return nil, wrong(codeNoParts, "only lists and texts have parts, this is %s", kindName(v))
	}
	runes := []rune(nil)
	if isText {
		if err := ev.scan(16 * len(s)); err != nil {
			return nil, err
		}
		runes = []rune(s)
	}
	size := len(list) + len(runes)
	from, err := ev.edge(t.From, 0, size)
	if err != nil {
		return nil, err
	}
	to, err := ev.edge(t.To, size, size)
	if err != nil {
		return nil, err
	}
	to = max(from, to)
	if isList {
		return list[from:to:to], nil
	}
	part := string(runes[from:to])
	return part, ev.produce(len(part))
}

func (ev *evaluation) edge(t ast.Node, fallback, size int) (int, error) {
	if t == nil {
		return fallback, nil
	}
	v, err := ev.use(t)
	if err != nil {
		return 0, err
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, wrong(codePlace, "a place in a list is a whole number")
	}
	i, err := index(n)
	if i < 0 {
		i += size
	}
	return min(max(i, 0), size), err
}

func (ev *evaluation) list(t *ast.ArrayNode) (any, error) {
	list := make([]any, len(t.Nodes))
	for i, item := range t.Nodes {
		v, err := ev.use(item)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

func (ev *evaluation) object(t *ast.MapNode) (any, error) {
	rows := make(gonets.Rows, 0, len(t.Pairs))
	for _, p := range t.Pairs {
		pair := p.(*ast.PairNode)
		key, err := ev.use(pair.Key)
		if err != nil {
			return nil, err
		}
		v, err := ev.use(pair.Value)
		if err != nil {
			return nil, err
		}
		name, err := ev.text(key)
		if err != nil {
			return nil, err
		}
		rows = append(rows, gonets.Row{Name: name, Value: v})
	}
	return rows, nil
}

// kindName is what people call a value's type.
func kindName(v any) gonets.Term {
	switch v.(type) {
	case nil:
		return gonets.Term{Key: "null", English: "null"}
	case string:
		return gonets.Term{Key: "text", English: "a text"}
	case json.Number:
		return gonets.Term{Key: "number", English: "a number"}
	case bool:
		return gonets.Term{Key: "yes-no", English: "true or false"}
	case []any:
		return gonets.Term{Key: "list", English: "a list"}
	case []byte:
		return gonets.Term{Key: "binary", English: "binary"}
	case *absent:
		return gonets.Term{Key: "missing", English: "missing"}
	}
	return gonets.Term{Key: "object", English: "an object"}
}
