package expr

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"

	"gonets/internal/value"
)

// function is one function of the language. Its arguments are values; when
// one is missing, the function is not called and its result is missing too,
// unless lazy.
type function struct {
	least, most int
	usage       string
	call        func(ev *evaluation, args []any) (any, error)
	lazy        bool
}

// functions are all functions; the table is never changed.
var functions = map[string]function{
	"default":  {2, 2, "default(x, y)", fnDefault, true},
	"required": {1, 1, "required(x)", fnRequired, true},

	"lower":       {1, 1, "lower(text)", textFunc(lower), false},
	"upper":       {1, 1, "upper(text)", textFunc(upper), false},
	"trim":        {1, 2, "trim(text) or trim(text, characters)", fnTrim, false},
	"trimPrefix":  {2, 2, "trimPrefix(text, prefix)", fnTrimPrefix, false},
	"trimSuffix":  {2, 2, "trimSuffix(text, suffix)", fnTrimSuffix, false},
	"hasPrefix":   {2, 2, "hasPrefix(text, prefix)", fnHasPrefix, false},
	"hasSuffix":   {2, 2, "hasSuffix(text, suffix)", fnHasSuffix, false},
	"replace":     {3, 3, "replace(text, old, new)", fnReplace, false},
	"split":       {2, 2, "split(text, separator)", fnSplit, false},
	"join":        {1, 2, "join(list, separator)", fnJoin, false},
	"string":      {1, 1, "string(x)", textFunc(same), false},
	"url":         {1, 1, "url(text)", textFunc(EscapeQuery), false},
	"base64":      {1, 1, "base64(text)", fnBase64, false},
	"from_base64": {1, 1, "from_base64(text)", fnFromBase64, false},
	"md5":         {1, 1, "md5(text)", hashFunc(md5Hex), false},
	"sha256":      {1, 1, "sha256(text)", hashFunc(sha256Hex), false},
	"hmac_sha256": {2, 2, "hmac_sha256(text, key)", fnHMAC, false},
	"phone":       {1, 1, "phone(text)", textFunc(phone), false},
	"json":        {1, 1, "json(x)", fnJSON, false},
	"parse_json":  {1, 1, "parse_json(text)", fnParseJSON, false},
	rawFunction:   {1, 1, "raw(text)", textFunc(same), false},

	"date":       {1, 3, `date(value, "dd.MM.yyyy", "Europe/Moscow")`, fnDate, false},
	"parse_date": {2, 3, `parse_date(text, "dd.MM.yyyy", "Europe/Moscow")`, fnParseDate, false},

	"number":  {1, 1, "number(text)", fnNumber, false},
	"decimal": {2, 2, "decimal(x, digits)", fnDecimal, false},
	"round":   {1, 2, "round(x) or round(x, digits)", roundFunc(roundHalf), false},
	"floor":   {1, 2, "floor(x) or floor(x, digits)", roundFunc(roundDown), false},
	"ceil":    {1, 2, "ceil(x) or ceil(x, digits)", roundFunc(roundUp), false},
	"div":     {3, 3, "div(a, b, digits)", fnDiv, false},
	"abs":     {1, 1, "abs(x)", fnAbs, false},
	"min":     {1, maxArguments, "min(a, b, …) or min(list)", extremeFunc(-1), false},
	"max":     {1, maxArguments, "max(a, b, …) or max(list)", extremeFunc(1), false},

	"len":     {1, 1, "len(x)", fnLen, false},
	"first":   {1, 1, "first(list)", listFunc(first), false},
	"last":    {1, 1, "last(list)", listFunc(last), false},
	"reverse": {1, 1, "reverse(list)", listFunc(reverse), false},
	"uniq":    {1, 1, "uniq(list)", listFunc(uniq), false},
	"sort":    {1, 1, "sort(list)", listFunc(sorted), false},
	"concat":  {1, maxArguments, "concat(list, list, …)", fnConcat, false},
	"keys":    {1, 1, "keys(object)", fnKeys, false},
	"values":  {1, 1, "values(object)", fnValues, false},
}

const maxArguments = 64

// predicates are the functions that take a condition or expression over #,
// the current element.
var predicates = map[string]struct{}{
	"all": {}, "any": {}, "none": {}, "one": {}, "filter": {}, "map": {}, "find": {}, "count": {}, "sum": {},
}

// functionNames lists all names in alphabetical order.
func functionNames() []string {
	names := slices.Collect(maps.Keys(functions))
	names = slices.AppendSeq(names, maps.Keys(predicates))
	slices.Sort(names)
	return names
}

func (ev *evaluation) call(name string, nodes []ast.Node) (any, error) {
	if _, ok := predicates[name]; ok {
		return ev.predicate(name, nodes)
	}
	f := functions[name]
	args := make([]any, len(nodes))
	for i, t := range nodes {
		v, err := ev.eval(t)
		if err != nil {
			return nil, err
		}
		if _, missing := v.(*absent); missing && !f.lazy {
			return v, nil
		}
		args[i] = v
	}
	v, err := f.call(ev, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// fnDefault gives the second value for one that is missing, null or an empty
// text: forms send empty fields as empty texts.
func fnDefault(_ *evaluation, args []any) (any, error) {
	if isEmpty(args[0]) {
		return args[1], nil
	}
	return args[0], nil
}

// fnRequired refuses what default would replace.
func fnRequired(_ *evaluation, args []any) (any, error) {
	if isEmpty(args[0]) {
		return nil, wrong(codeRequired, "a value is needed, there is none")
	}
	return args[0], nil
}

func isEmpty(v any) bool {
	_, missing := v.(*absent)
	return missing || v == nil || v == ""
}

func (ev *evaluation) predicate(name string, nodes []ast.Node) (any, error) {
	v, err := ev.eval(nodes[0])
	if _, missing := v.(*absent); missing || err != nil {
		return v, err
	}
	list, ok := v.([]any)
	if !ok && v != nil {
		return nil, fmt.Errorf("%s: %w", name, wrong(codeNeedsList, "a list is needed, this is %s", kindName(v)))
	}
	var body ast.Node
	if len(nodes) > 1 {
		body = nodes[1].(*ast.PredicateNode).Node
	}
	element, index := ev.element, ev.index
	defer func() { ev.element, ev.index = element, index }()

	var kept []any
	count, total := 0, number{}
	for i, item := range list {
		ev.element, ev.index = item, i
		v := item
		if body != nil {
			if v, err = ev.use(body); err != nil {
				return nil, err
			}
		}
		if name == "map" {
			kept = append(kept, v)
			continue
		}
		if name == "sum" {
			n, err := operandNumber(v)
			if err != nil {
				return nil, err
			}
			if total, err = add(total, n); err != nil {
				return nil, err
			}
			continue
		}
		yes, err := truth(v)
		if err != nil {
			return nil, err
		}
		switch {
		case yes && name == "any", !yes && name == "all":
			return yes, nil
		case yes && name == "none":
			return false, nil
		case yes && name == "find":
			return item, nil
		case yes:
			kept = append(kept, item)
			count++
		}
	}
	return predicateResult(name, kept, count, total), ev.spend(len(list))
}

func predicateResult(name string, kept []any, count int, total number) any {
	switch name {
	case "any":
		return false
	case "all", "none":
		return true
	case "one":
		return count == 1
	case "find":
		return nil
	case "count":
		return json.Number(strconv.Itoa(count))
	case "sum":
		return json.Number(total.text())
	}
	if kept == nil {
		kept = []any{}
	}
	return kept
}

func fnLen(ev *evaluation, args []any) (any, error) {
	n := 0
	switch v := args[0].(type) {
	case nil:
	case []any:
		n = len(v)
	default:
		if isObject(v) {
			n = len(value.Members(v))
			break
		}
		s, err := ev.text(v)
		if err != nil {
			return nil, err
		}
		n = len([]rune(s))
	}
	return json.Number(strconv.Itoa(n)), nil
}

// listFunc makes a function of a list; null is an empty one.
func listFunc(f func(ev *evaluation, list []any) (any, error)) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		list, err := listOf(args[0])
		if err != nil {
			return nil, err
		}
		if err := ev.spend(len(list)); err != nil {
			return nil, err
		}
		return f(ev, list)
	}
}

func listOf(v any) ([]any, error) {
	list, ok := v.([]any)
	if !ok && v != nil {
		return nil, wrong(codeNeedsList, "a list is needed, this is %s", kindName(v))
	}
	if list == nil {
		list = []any{}
	}
	return list, nil
}

func first(_ *evaluation, list []any) (any, error) {
	if len(list) == 0 {
		return nil, nil
	}
	return list[0], nil
}

func last(_ *evaluation, list []any) (any, error) {
	if len(list) == 0 {
		return nil, nil
	}
	return list[len(list)-1], nil
}

func reverse(_ *evaluation, list []any) (any, error) {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out, nil
}

func uniq(ev *evaluation, list []any) (any, error) {
	out := []any{}
	for _, item := range list {
		found, err := ev.in(item, out)
		if err != nil {
			return nil, err
		}
		if !found {
			out = append(out, item)
		}
	}
	return out, nil
}

func sorted(ev *evaluation, list []any) (any, error) {
	out := slices.Clone(list)
	var failed error
	slices.SortStableFunc(out, func(a, b any) int {
		if failed != nil {
			return 0
		}
		c, err := ev.compare(a, b)
		if err == nil {
			err = ev.spend(1)
		}
		failed = err
		return c
	})
	return out, failed
}

func fnConcat(ev *evaluation, args []any) (any, error) {
	out := []any{}
	for _, a := range args {
		list, err := listOf(a)
		if err != nil {
			return nil, err
		}
		if err := ev.spend(len(list)); err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func fnKeys(ev *evaluation, args []any) (any, error) {
	names, err := ev.membersOf(args[0])
	out := make([]any, len(names))
	for i, n := range names {
		out[i] = n
	}
	return out, err
}

func fnValues(ev *evaluation, args []any) (any, error) {
	names, err := ev.membersOf(args[0])
	out := make([]any, len(names))
	for i, n := range names {
		out[i], _ = value.Member(args[0], n)
	}
	return out, err
}

func (ev *evaluation) membersOf(v any) ([]string, error) {
	if v != nil && !isObject(v) {
		return nil, wrong(codeNeedsObject, "an object is needed, this is %s", kindName(v))
	}
	names := value.Members(v)
	return names, ev.spend(4 * len(names))
}

func fnNumber(ev *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case json.Number:
		return v, nil
	case string:
		return readNumber(v)
	}
	return nil, wrong(codeNotNumber, "%s is not a number", kindName(args[0]))
}

// maxFraction bounds the digits that rounding functions keep.
const maxFraction = 18

func fractionArg(v any) (int, error) {
	n, ok := v.(json.Number)
	if ok {
		if i, err := index(n); err == nil && i >= 0 && i <= maxFraction {
			return i, nil
		}
	}
	return 0, wrong(codeDigits, "the digits after the point are 0 to %d", maxFraction)
}

// fnDecimal writes a number with so many digits after the point, zeros
// included, as services for payments want it.
func fnDecimal(ev *evaluation, args []any) (any, error) {
	n, err := operandNumber(args[0])
	if err != nil {
		return nil, err
	}
	digits, err := fractionArg(args[1])
	if err != nil {
		return nil, err
	}
	return json.Number(fixed(round(n.rat(), digits, roundHalf), digits)), nil
}

func roundFunc(how rounding) func(*evaluation, []any) (any, error) {
	return func(_ *evaluation, args []any) (any, error) {
		n, err := operandNumber(args[0])
		if err != nil {
			return nil, err
		}
		digits := 0
		if len(args) == 2 {
			if digits, err = fractionArg(args[1]); err != nil {
				return nil, err
			}
		}
		n, err = number{coef: round(n.rat(), digits, how), scale: digits}.checked()
		return json.Number(n.text()), err
	}
}

func fnDiv(_ *evaluation, args []any) (any, error) {
	a, b, err := twoNumbers(args[0], args[1])
	if err != nil {
		return nil, err
	}
	digits, err := fractionArg(args[2])
	if err != nil {
		return nil, err
	}
	if b.sign() == 0 {
		return nil, errZero
	}
	n, err := number{coef: round(ratio(a, b), digits, roundHalf), scale: digits}.checked()
	return json.Number(n.text()), err
}

func fnAbs(_ *evaluation, args []any) (any, error) {
	n, err := operandNumber(args[0])
	if err == nil && n.sign() < 0 {
		n, err = subtract(number{}, n)
	}
	return json.Number(n.text()), err
}

// extremeFunc makes min (want -1) and max (want 1).
func extremeFunc(want int) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		list := args
		if inner, ok := args[0].([]any); ok && len(args) == 1 {
			list = inner
		}
		if len(list) == 0 {
			return nil, wrong(codeEmptyList, "the list is empty")
		}
		best := list[0]
		for _, item := range list[1:] {
			if err := ev.spend(1); err != nil {
				return nil, err
			}
			c, err := ev.compare(item, best)
			if err != nil {
				return nil, err
			}
			if c == want {
				best = item
			}
		}
		return best, nil
	}
}
