package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/valid"
)

// Draft is a scenario's document while people work on it: its shape is right,
// whether it says enough is another question.
type Draft struct {
	// Document is JSON as its writer left it, with all that an incomplete
	// scenario's own form would leave out, such as an empty condition; without
	// apiVersion, kind and name.
	Document json.RawMessage
	Scenario gonets.Scenario
	// Problems keep it from being published.
	Problems []gonets.Problem
}

// ReadDraft reads a scenario's draft, JSON or, with yaml, YAML. Keys that
// nobody knows and values of a wrong type are a *gonets.Error; everything else
// is kept as a problem. The scenario's name stays: the text may leave it out,
// like apiVersion and kind, but may not say another. Without a name any is
// taken and none is given. What a file was based on does not matter to a draft.
func ReadDraft(data []byte, name string, yaml bool, check Checks) (*Draft, error) {
	p := &problems{document: 1}
	read := readJSON
	if yaml {
		read = readYAML
	}
	docs := read(data, p)
	if err := p.err(); err != nil {
		return nil, err
	}
	if len(docs) != 1 || docs[0].kind != mapNode {
		p.add(gonets.Mistake("", codeOneDraft, "this must be one scenario: a map with steps"))
		return nil, p.err()
	}
	n := docs[0]
	d := &decoder{problems: p, broken: make(map[string]bool), kind: KindScenario}
	d.strip(n, map[string]string{"apiVersion": APIVersion, "kind": KindScenario, "name": name, "based_on": ""})
	out := &Draft{}
	d.into(n, reflect.ValueOf(&out.Scenario).Elem(), "")
	if err := p.err(); err != nil {
		return nil, err
	}
	out.Scenario.Name = name
	coerce(n, reflect.TypeFor[gonets.Scenario]())
	var err error
	if out.Document, err = gonets.PlainJSON(n.tree()); err != nil {
		return nil, fmt.Errorf("write a draft: %w", err)
	}
	set := &Set{}
	if len(out.Scenario.Sources) == 0 {
		set.report(d, n, []gonets.Problem{{Pointer: "/sources", Code: gonets.CodeMissing, Message: "the scenario has no source of data"}})
	}
	set.report(d, n, valid.Scenario(&out.Scenario))
	if check.Scenario != nil {
		set.report(d, n, check.Scenario(&out.Scenario))
	}
	out.Problems = slices.DeleteFunc(p.list, func(x gonets.Problem) bool { return unfounded(n, x.Pointer) })
	for i := range out.Problems {
		x := &out.Problems[i]
		x.Document = 0
		if key, what := emptyAt(n, x); key != "" {
			x.Pointer, x.Message, x.Values = x.Pointer+"/"+key, what, nil
		}
	}
	return out, nil
}

// emptyAt finds what stands empty in a document where validation, which does
// not see it, misses a kind.
func emptyAt(n *node, p *gonets.Problem) (key, what string) {
	at := n.locate(p.Pointer)
	if p.Code != gonets.CodeMissing || !at.exact || at.node.kind != mapNode {
		return "", ""
	}
	for _, x := range [...][2]string{{"if", "the condition is missing"}, {"delay", "the time span is missing"}, {"path", "the path of the value is missing"}} {
		if m := at.node.member(x[0]); m != nil && m.text == "" && len(m.items) == 0 {
			return x[0], x[1]
		}
	}
	return "", ""
}

// unfounded tells whether a problem is that branches belong to a condition,
// though one stands there, if empty.
func unfounded(n *node, pointer string) bool {
	step, isThen := strings.CutSuffix(pointer, "/then")
	step, isElse := strings.CutSuffix(step, "/else")
	return (isThen || isElse) && n.locate(step).node.member("if") != nil
}

// strip takes members away that may say one thing only.
func (d *decoder) strip(n *node, only map[string]string) {
	keys, items := n.keys[:0:0], n.items[:0:0]
	for i, k := range n.keys {
		want, known := only[k.name]
		if !known {
			keys, items = append(keys, k), append(items, n.items[i])
			continue
		}
		if got := n.items[i]; got.kind != nullNode && want != "" && got.text != want {
			d.fail(got, gonets.Mistake("/"+k.name, codeFixed, "%s is %q here and stays so", k.name, want))
		}
	}
	n.keys, n.items = keys, items
}

// coerce gives a tree that was read the form that its type writes: numbers and
// words in the place of text are text, what is null is left out.
func coerce(n *node, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		if n.kind == nullNode && emptyKind(t.Elem()) {
			n.kind = mapNode
		}
		t = t.Elem()
	}
	switch t {
	case treeType, rawType, durationType, sourceIDType:
		return
	case testsType:
		coerce(n, trialsType)
		return
	case repliesType:
		if n.kind == mapNode {
			t = t.Elem()
		}
	case rowsType:
		for _, row := range n.items {
			if name := row.member("name"); n.kind == listNode && name != nil {
				name.kind = textNode
			}
		}
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		coerceObject(n, t)
	case reflect.Slice, reflect.Map:
		for _, item := range n.items {
			coerce(item, t.Elem())
		}
	case reflect.String:
		if n.kind == numberNode || n.kind == boolNode {
			n.kind = textNode
		}
	}
}

func coerceObject(n *node, t reflect.Type) {
	fields := fieldsOf(t, nil)
	keys, items := n.keys[:0:0], n.items[:0:0]
	for i, k := range n.keys {
		f, known := find(fields, k.name)
		if !known {
			continue
		}
		item := n.items[i]
		coerce(item, t.FieldByIndex(f.index).Type)
		if item.kind != nullNode {
			keys, items = append(keys, k), append(items, item)
		}
	}
	n.keys, n.items = keys, items
}

// WithTitle is a draft's document under another title.
func WithTitle(doc json.RawMessage, title string) (json.RawMessage, error) {
	var t gonets.Tree
	if err := json.Unmarshal(doc, &t); err != nil {
		return nil, fmt.Errorf("read a draft: %w", err)
	}
	rows, _ := t.Value.(gonets.Rows)
	return gonets.PlainJSON(append(gonets.Rows{{Name: "title", Value: title}}, without(rows, "title")...))
}

// draftNode is the whole document of a draft.
func draftNode(name string, doc json.RawMessage) (*node, error) {
	var p problems
	body, err := newJSONReader(doc, &p).value(1)
	if err != nil {
		return nil, fmt.Errorf("read a draft: %w", err)
	}
	n := &node{kind: mapNode}
	add := func(key string, item *node) {
		n.keys, n.items = append(n.keys, mapKey{name: key}), append(n.items, item)
	}
	for _, member := range [][2]string{{"apiVersion", APIVersion}, {"kind", KindScenario}, {"name", name}} {
		add(member[0], &node{kind: textNode, text: member[1]})
	}
	for i, k := range body.keys {
		switch k.name {
		case "apiVersion", "kind", "name":
		default:
			add(k.name, body.items[i])
		}
	}
	return n, nil
}

// DraftJSON is a draft as the API shows it: apiVersion, kind and name first.
func DraftJSON(name string, doc json.RawMessage) (json.RawMessage, error) {
	n, err := draftNode(name, doc)
	if err != nil {
		return nil, err
	}
	return gonets.PlainJSON(n.tree())
}

// DraftYAML writes a draft as YAML. The comments of before, an earlier text of
// the same draft, stay where what they speak of is still there.
func DraftYAML(name string, doc json.RawMessage, before string) ([]byte, error) {
	n, err := draftNode(name, doc)
	if err != nil {
		return nil, err
	}
	var e emitter
	e.block(n, 0)
	plain := e.out.Bytes()
	if before == "" {
		return plain, nil
	}
	commented := keepComments([]byte(before), plain)
	// A comment that would change what the text says is not worth it.
	if commented == nil || !sameMeaning(commented, plain) {
		return plain, nil
	}
	return commented, nil
}

func sameMeaning(a, b []byte) bool {
	var trees [2][]byte
	for i, text := range [][]byte{a, b} {
		p := &problems{document: 1}
		docs := readYAML(text, p)
		if p.err() != nil || len(docs) != 1 {
			return false
		}
		tree, err := gonets.PlainJSON(docs[0].tree())
		if err != nil {
			return false
		}
		trees[i] = tree
	}
	return bytes.Equal(trees[0], trees[1])
}
