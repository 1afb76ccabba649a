package document

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/trial"
	"gonets/internal/value"
)

// decoder fills the types of the root package from nodes. Keys are those of
// the json tags, so a new field of a type is a new key here.
type decoder struct {
	problems *problems
	// kind is the document's, for messages.
	kind string
	// broken are the pointers of what could not be read, invalid those that
	// validation refused, so that nobody says the same in other words.
	broken  map[string]bool
	invalid []string
}

var (
	durationType = reflect.TypeFor[gonets.Duration]()
	rowsType     = reflect.TypeFor[gonets.Rows]()
	treeType     = reflect.TypeFor[gonets.Tree]()
	sourceIDType = reflect.TypeFor[gonets.SourceID]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	repliesType  = reflect.TypeFor[trial.Replies]()
	testsType    = reflect.TypeFor[gonets.Tests]()
	trialsType   = reflect.TypeFor[[]trial.Test]()
)

// emptyKinds are steps that need no members: `stop:` alone is a step.
func emptyKind(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[gonets.StopStep](), reflect.TypeFor[gonets.FailStep](), reflect.TypeFor[gonets.RespondStep]():
		return true
	}
	return false
}

// breaks remembers a pointer, as long as there is room for more problems.
func (d *decoder) breaks(pointer string) {
	if len(d.broken) <= maxProblems {
		d.broken[pointer] = true
	}
}

func (d *decoder) fail(n *node, p gonets.Problem) {
	d.breaks(p.Pointer)
	d.problems.add(at(n.line, n.col, p))
}

// wrongType reports a value of another type than wanted. The key names it.
func (d *decoder) wrongType(n *node, pointer string, want gonets.Term) {
	key := pointer[strings.LastIndexByte(pointer, '/')+1:]
	key = "`" + key + "`"
	if _, err := strconv.Atoi(strings.Trim(key, "`")); err == nil {
		key = "this"
	}
	here := n.kind.String()
	if len(n.text) > 0 && len(n.text) <= 20 {
		here += ", " + n.text
	}
	d.fail(n, gonets.Mistake(pointer, codeType, "%s must be %s; here it is %s", key, want, here))
}

func (d *decoder) into(n *node, v reflect.Value, pointer string) {
	t := v.Type()
	if n.kind == nullNode && t != sourceIDType {
		if t.Kind() == reflect.Pointer && emptyKind(t.Elem()) {
			v.Set(reflect.New(t.Elem()))
		}
		if t.Kind() != reflect.Pointer || t.Elem() != sourceIDType {
			return // a key without a value is as good as none
		}
	}
	switch t {
	case durationType:
		d.duration(n, v, pointer)
		return
	case rowsType:
		d.rows(n, v, pointer)
		return
	case treeType:
		v.Set(reflect.ValueOf(gonets.Tree{Value: n.tree()}))
		return
	case sourceIDType:
		d.sourceID(n, v, pointer)
		return
	case testsType:
		d.tests(n, v, pointer)
		return
	case repliesType:
		if n.kind == mapNode {
			v.Set(reflect.MakeSlice(t, 1, 1))
			d.into(n, v.Index(0), pointer)
			return
		}
	case rawType:
		raw, err := gonets.PlainJSON(n.tree())
		if err != nil {
			d.fail(n, gonets.Mistake(pointer, codeValue, "%s", err))
		}
		v.SetBytes(raw)
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		d.into(n, v.Elem(), pointer)
	case reflect.Struct:
		d.object(n, v, pointer)
	case reflect.Slice:
		d.list(n, v, pointer)
	case reflect.Map:
		d.texts(n, v, pointer)
	default:
		d.scalar(n, v, pointer)
	}
}

// tests keeps tests as they are written, once they can be read.
func (d *decoder) tests(n *node, v reflect.Value, pointer string) {
	before := len(d.broken)
	d.into(n, reflect.New(trialsType).Elem(), pointer)
	if len(d.broken) > before {
		return
	}
	coerce(n, trialsType)
	tests := make(gonets.Tests, len(n.items))
	for i, item := range n.items {
		tests[i].Value = item.tree()
	}
	v.Set(reflect.ValueOf(tests))
}

func (d *decoder) scalar(n *node, v reflect.Value, pointer string) {
	var err error
	switch v.Kind() {
	case reflect.String:
		// Numbers and booleans in the place of text are the text that was
		// written: codes: [200], if: true, port: 1.10.
		if n.kind == listNode || n.kind == mapNode {
			d.wrongType(n, pointer, gonets.Term{Key: "text", English: "text"})
			return
		}
		v.SetString(n.text)
	case reflect.Bool:
		if n.kind != boolNode {
			d.wrongType(n, pointer, gonets.Term{Key: "yes-no", English: "true or false"})
			return
		}
		v.SetBool(strings.EqualFold(n.text, "true"))
	case reflect.Int, reflect.Int64:
		var i int64
		if i, err = strconv.ParseInt(n.text, 10, 64); n.kind != numberNode || err != nil {
			d.wrongType(n, pointer, gonets.Term{Key: "whole", English: "a whole number"})
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		var f float64
		if f, err = strconv.ParseFloat(n.text, 64); n.kind != numberNode || err != nil {
			d.wrongType(n, pointer, gonets.Term{Key: "number", English: "a number"})
			return
		}
		v.SetFloat(f)
	default:
		d.fail(n, gonets.Mistake(pointer, codeValue, "%s cannot be read", v.Type()))
	}
}

func (d *decoder) duration(n *node, v reflect.Value, pointer string) {
	if n.kind == numberNode {
		d.fail(n, gonets.Mistake(pointer, codeUnit, "a time span needs a unit: %ss, %[1]sm or %[1]sh", n.text))
		return
	}
	if n.kind != textNode {
		d.wrongType(n, pointer, gonets.Term{Key: "span", English: "a time span such as 30s"})
		return
	}
	span, err := gonets.ParseDuration(n.text)
	if err != nil {
		d.fail(n, gonets.Mistake(pointer, gonets.CodeBadDuration, "%s", err))
		return
	}
	v.SetInt(int64(span))
}

// sourceID reads a path, or null or {id: null} for none.
func (d *decoder) sourceID(n *node, v reflect.Value, pointer string) {
	if n.kind == mapNode && len(n.keys) == 1 && n.keys[0].name == "id" {
		n = n.items[0]
	}
	switch n.kind {
	case nullNode:
	case textNode:
		v.Field(0).SetString(n.text)
	default:
		d.fail(n, gonets.Mistake(pointer, codeIDPath, "id is a path such as body.id, or {id: null} for none"))
	}
}

func (d *decoder) list(n *node, v reflect.Value, pointer string) {
	if n.kind != listNode {
		d.wrongType(n, pointer, gonets.Term{Key: "list", English: "a list"})
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		at := fmt.Sprintf("%s/%d", pointer, i)
		if item.kind == nullNode {
			d.fail(item, gonets.Mistake(at, codeHole, "the list has an empty element here"))
			continue
		}
		d.into(item, list.Index(i), at)
	}
	v.Set(list)
}

func (d *decoder) texts(n *node, v reflect.Value, pointer string) {
	if n.kind != mapNode {
		d.wrongType(n, pointer, gonets.Term{Key: "texts", English: "a map of names and texts"})
		return
	}
	m := reflect.MakeMap(v.Type())
	for i, k := range n.keys {
		text := reflect.New(v.Type().Elem()).Elem()
		d.into(n.items[i], text, pointer+"/"+gonets.EscapePointer(k.name))
		m.SetMapIndex(reflect.ValueOf(k.name), text)
	}
	v.Set(m)
}

// rows reads a map of names and values, or a list of {name, value, on}.
func (d *decoder) rows(n *node, v reflect.Value, pointer string) {
	switch n.kind {
	case mapNode:
		v.Set(reflect.ValueOf(n.tree()))
	case listNode:
		rows := make(gonets.Rows, 0, len(n.items))
		for i, item := range n.items {
			rows = append(rows, d.row(item, fmt.Sprintf("%s/%d", pointer, i)))
		}
		v.Set(reflect.ValueOf(rows))
	default:
		d.wrongType(n, pointer, gonets.Term{Key: "rows", English: "a map of names and values or a list of {name, value, on}"})
	}
}

func (d *decoder) row(n *node, pointer string) gonets.Row {
	var row gonets.Row
	if n.kind != mapNode {
		d.fail(n, gonets.Mistake(pointer, codeRow, "a row is {name, value, on}; here it is %s", n.kind.term()))
		return row
	}
	named := n.member("name") != nil
	for i, k := range n.keys {
		item, at := n.items[i], pointer+"/"+gonets.EscapePointer(k.name)
		switch k.name {
		case "name":
			d.into(item, reflect.ValueOf(&row.Name).Elem(), at)
		case "value":
			row.Value = item.tree()
		case "on":
			on := true
			d.into(item, reflect.ValueOf(&on).Elem(), at)
			row.Off = !on
		default:
			d.unknownKey(k, at, "a row", []string{"name", "value", "on"})
			named = true // enough has been said about this row
		}
	}
	if !named {
		d.fail(n, gonets.Mistake(pointer, gonets.CodeMissing, "the row has no name"))
	}
	return row
}

func (d *decoder) object(n *node, v reflect.Value, pointer string) {
	if n.kind != mapNode {
		d.wrongType(n, pointer, gonets.Term{Key: "object", English: "a map"})
		return
	}
	fields := fieldsOf(v.Type(), nil)
	for i, k := range n.keys {
		at := pointer + "/" + gonets.EscapePointer(k.name)
		f, known := find(fields, k.name)
		if !known {
			d.unknownKey(k, at, d.where(pointer), names(fields))
			continue
		}
		target := v.FieldByIndex(f.index)
		d.into(n.items[i], target, at)
		// One form for nothing: what the document leaves out when it is
		// written, an empty list too, is nil in memory.
		if f.omitEmpty && (target.Kind() == reflect.Slice || target.Kind() == reflect.Map) && target.Len() == 0 {
			target.SetZero()
		}
	}
}

// where names the thing that a pointer leads to, for messages.
func (d *decoder) where(pointer string) string {
	segments := strings.Split(pointer, "/")
	last := segments[len(segments)-1]
	if _, err := strconv.Atoi(last); err == nil && len(segments) > 1 {
		switch last = segments[len(segments)-2]; last {
		case "steps", "then", "else":
			return "a step"
		}
	}
	if last == "" {
		return d.kind
	}
	return "`" + last + "`"
}

func (d *decoder) unknownKey(k mapKey, pointer, where string, known []string) {
	d.breaks(pointer)
	p := at(k.line, k.col, gonets.Mistake(pointer, gonets.CodeUnknownKey, "unknown key `%s` in %s", k.name, where))
	p.Suggestion = value.Nearest(k.name, known)
	if p.Suggestion == "" {
		p.Message += "; it knows " + strings.Join(known, ", ")
	}
	d.problems.add(p)
}

// field is one key of a document's object.
type field struct {
	name      string
	index     []int
	omitEmpty bool
}

func fieldsOf(t reflect.Type, prefix []int) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int(nil), prefix...), i)
		if f.Anonymous {
			out = append(out, fieldsOf(f.Type, index)...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			out = append(out, field{name: name, index: index, omitEmpty: strings.Contains(options, "omitempty")})
		}
	}
	return out
}

func find(fields []field, name string) (field, bool) {
	for _, f := range fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func names(fields []field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return out
}

// scalar is the value of a leaf.
func (n *node) scalar() any {
	switch n.kind {
	case textNode:
		return n.text
	case numberNode:
		return json.Number(n.text)
	case boolNode:
		return strings.EqualFold(n.text, "true")
	}
	return nil
}
