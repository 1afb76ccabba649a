package document

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gonets"
)

// Bounds of one call. They keep a small file from growing into a large tree.
const (
	maxDocuments = 1_000
	// maxDepth leaves room for MaxStepDepth branches, two levels each, and a
	// JSON body of MaxJSONDepth below them.
	maxDepth = 2*gonets.MaxStepDepth + gonets.MaxJSONDepth + 16
	// maxAliased bounds the nodes that aliases repeat, maxAliasedText their
	// text in bytes.
	maxAliased     = 10_000
	maxAliasedText = 1 << 20
	maxProblems    = 50
)

// told is the number of aliased nodes once it was told that there are too many: the rest
// is left out.
const told = 1 << 30

type nodeKind int

const (
	nullNode nodeKind = iota
	textNode
	numberNode
	boolNode
	listNode
	mapNode
)

func (k nodeKind) String() string {
	return [...]string{"nothing", "text", "a number", "true or false", "a list", "a map"}[k]
}

func (k nodeKind) term() gonets.Term {
	return gonets.Term{Key: [...]string{"nothing", "text", "number", "yes-no", "list", "object"}[k], English: k.String()}
}

// layout is how a scalar stands in its file: it decides where a column of its
// text is found.
type layout int

const (
	otherLayout layout = iota
	plainLayout
	quotedLayout
	literalLayout
)

// node is one value of a document with its place; YAML and JSON become the
// same tree.
type node struct {
	kind nodeKind
	// text is a scalar's text; a number's digits are as they were written.
	text      string
	line, col int
	layout    layout
	// keys belong to a map, one for each item.
	keys  []mapKey
	items []*node
}

type mapKey struct {
	name      string
	line, col int
}

// member is the value of a map's key; nil when there is none.
func (n *node) member(name string) *node {
	if i := n.index(name); i >= 0 {
		return n.items[i]
	}
	return nil
}

func (n *node) index(name string) int {
	for i, k := range n.keys {
		if k.name == name {
			return i
		}
	}
	return -1
}

// jsonNumber is JSON's grammar of numbers (RFC 8259 §6). Only what fits it is
// a number: +79990001122, 007, 0x1F and 1_000 stay the text that they are.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// place is where a pointer leads: the value, and the key in front of it.
type place struct {
	node      *node
	line, col int
	// exact is false when the pointer leads to something that is not there and
	// the place is the nearest thing around it.
	exact bool
}

// locate finds the place of a JSON Pointer. The elements of a map may be named
// by number too, as gonets.Rows counts them, and those of a list of rows by
// the row's name.
func (n *node) locate(pointer string) place {
	at := place{node: n, line: n.line, col: n.col, exact: true}
	if pointer == "" {
		return at
	}
	for _, segment := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		segment = strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)
		next, ok := at.step(segment)
		if !ok {
			// A row of a map is its value: /0/value is where /0 is.
			if at.node.kind < listNode && (segment == "value" || segment == "name") {
				continue
			}
			at.exact = false
			return at
		}
		at = next
	}
	return at
}

func (p place) step(segment string) (place, bool) {
	n := p.node
	i := n.index(segment)
	if i < 0 && (n.kind == mapNode || n.kind == listNode) {
		i = rowNumber(n, segment)
	}
	if i < 0 {
		return place{}, false
	}
	child := n.items[i]
	next := place{node: child, line: child.line, col: child.col, exact: true}
	if n.kind == mapNode && (child.kind == nullNode || child.line == 0) {
		next.line, next.col = n.keys[i].line, n.keys[i].col
	}
	return next, true
}

func rowNumber(n *node, segment string) int {
	if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(n.items) {
		return i
	}
	if n.kind == listNode {
		for i, item := range n.items {
			if name := item.member("name"); name != nil && name.text == segment {
				return i
			}
		}
	}
	return -1
}

// tree makes the value that gonets.Tree holds: maps keep their order.
func (n *node) tree() any {
	switch n.kind {
	case listNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.tree()
		}
		return list
	case mapNode:
		rows := make(gonets.Rows, len(n.items))
		for i, item := range n.items {
			rows[i] = gonets.Row{Name: n.keys[i].name, Value: item.tree()}
		}
		return rows
	}
	return n.scalar()
}

// builder gathers what is wrong while a text becomes nodes.
type builder struct {
	problems *problems
	aliased  int
	aliasing int
	text     int
}

// checkKeys reports keys that stand twice: which of them counts would be luck.
func (b *builder) checkKeys(n *node) {
	first := make(map[string]int, len(n.keys))
	for _, k := range n.keys {
		if line, twice := first[k.name]; twice {
			b.problems.add(at(k.line, k.col, gonets.Mistake("", gonets.CodeTwice, "key `%s` stands twice; the first one is on line %d", k.name, line)))
			continue
		}
		first[k.name] = k.line
	}
}

// problems is a list with an end.
type problems struct {
	list     []gonets.Problem
	document int
	more     bool
	// torn are the documents that could not be read whole. What follows from
	// their holes is not said.
	torn map[int]bool
}

// tear reports something that leaves a hole in the document.
func (p *problems) tear(x gonets.Problem) {
	if p.torn == nil {
		p.torn = make(map[int]bool)
	}
	p.torn[p.document] = true
	p.add(x)
}

func (p *problems) add(x gonets.Problem) {
	if len(p.list) >= maxProblems {
		p.more = true
		return
	}
	if x.Document == 0 {
		x.Document = p.document
	}
	p.list = append(p.list, x)
}

// err is the *gonets.Error of a call; nil when nothing is wrong.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	message := "there is a mistake in the document"
	switch {
	case p.more:
		message = fmt.Sprintf("there are more than %d mistakes in the documents; here are the first", maxProblems)
	case len(p.list) > 1:
		message = fmt.Sprintf("there are %d mistakes in the documents", len(p.list))
	}
	return &gonets.Error{Code: gonets.CodeInvalid, Message: message, Problems: p.list}
}
