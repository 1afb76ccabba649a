package value

import (
	"fmt"
	"maps"

	"gonets"
)

// Builder puts values at places and gives the object or list that they make,
// members in the order in which they came. The zero value is empty. It never
// changes the values that it is given.
type Builder struct{ root *node }

// node is a leaf, an object or a list. Exactly one of isLeaf, names, items
// holds; a node that was only reserved by a gap holds none of them.
type node struct {
	leaf   any
	isLeaf bool
	names  []string
	byName map[string]*node
	items  []*node
}

// Set puts v at p. A place that has a value already is overwritten; a place
// that holds members cannot get a value, nor a value members: that is an
// *gonets.Error with code invalid, because one of both would be lost.
func (b *Builder) Set(p Path, v any) error {
	if b.root == nil {
		b.root = &node{}
	}
	n := b.root
	for i, s := range p.segs {
		next, err := n.child(s)
		if err != nil {
			return setError(p, i, err)
		}
		n = next
	}
	if n.byName != nil || n.items != nil {
		return setError(p, len(p.segs), errHasMembers)
	}
	n.leaf, n.isLeaf = v, true
	return nil
}

// Value is what was built: [gonets.Rows], []any, or the value that was set at
// the empty path; nil when nothing was set.
func (b *Builder) Value() any {
	if b.root == nil {
		return nil
	}
	return b.root.value()
}

func (n *node) value() any {
	switch {
	case n == nil:
		return nil
	case n.byName != nil:
		rows := make(gonets.Rows, len(n.names))
		for i, name := range n.names {
			rows[i] = gonets.Row{Name: name, Value: n.byName[name].value()}
		}
		return rows
	case n.items != nil:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.value()
		}
		return list
	}
	return n.leaf
}

type clash string

func (c clash) Error() string { return string(c) }

const (
	errHasMembers clash = "it has members already"
	errHasValue   clash = "it has a value already"
	errIsObject   clash = "it is an object already"
	errIsList     clash = "it is a list already"
	errNotSetable clash = "only names, [0] and [] build objects and lists"
	errTooFar     clash = "a list index is at most 10000"
)

func (n *node) child(s segment) (*node, error) {
	if n.isLeaf {
		return nil, errHasValue
	}
	if s.kind == kindName {
		if n.items != nil {
			return nil, errIsList
		}
		if n.byName == nil {
			n.byName = map[string]*node{}
		}
		c := n.byName[s.name]
		if c == nil {
			c = &node{}
			n.byName[s.name] = c
			n.names = append(n.names, s.name)
		}
		return c, nil
	}
	if n.byName != nil {
		return nil, errIsObject
	}
	i, err := place(s, len(n.items))
	if err != nil {
		return nil, err
	}
	for len(n.items) <= i {
		n.items = append(n.items, nil)
	}
	if n.items[i] == nil {
		n.items[i] = &node{}
	}
	return n.items[i], nil
}

// place is the index at which a list of length n is set.
func place(s segment, n int) (int, error) {
	i := s.index
	switch {
	case s.kind == kindAppend:
		i = n
	case s.kind != kindIndex || i < 0:
		return 0, errNotSetable
	}
	if i > MaxIndex {
		return 0, errTooFar
	}
	return i, nil
}

func setError(p Path, depth int, err error) error {
	return &gonets.Error{Code: gonets.CodeInvalid, Err: err, Message: fmt.Sprintf(
		"%s cannot be set: %s, at %s", p, err, Path{segs: p.segs[:depth]}.orWhole())}
}

func (p Path) orWhole() string {
	if len(p.segs) == 0 {
		return "the whole value"
	}
	return p.String()
}

// Set gives root with v at p. New objects are [gonets.Rows]; gaps of lists are
// null. Neither root nor v is changed: the containers on the way are copied,
// so use [Builder] for many values. A member of a map is overwritten whatever
// it was; a member of Rows that is an object or list is not, nor does a plain
// value get members: that is an *gonets.Error with code invalid.
func Set(root any, p Path, v any) (any, error) { return set(root, p, 0, v) }

func set(at any, p Path, depth int, v any) (any, error) {
	if depth == len(p.segs) {
		return v, nil
	}
	s := p.segs[depth]
	switch at := at.(type) {
	case nil:
		if s.kind != kindName {
			return setItem(nil, p, depth, v)
		}
		return setRow(nil, p, depth, v)
	case gonets.Rows:
		if s.kind == kindName {
			return setRow(at, p, depth, v)
		}
	case map[string]any:
		if s.kind == kindName {
			m, err := set(at[s.name], p, depth+1, v)
			if err != nil {
				return nil, err
			}
			out := maps.Clone(at)
			if out == nil {
				out = map[string]any{}
			}
			out[s.name] = m
			return out, nil
		}
	case []any:
		if s.kind != kindName {
			return setItem(at, p, depth, v)
		}
		return nil, setError(p, depth, errIsList)
	default:
		return nil, setError(p, depth, errHasValue)
	}
	return nil, setError(p, depth, errIsObject)
}

func setRow(rows gonets.Rows, p Path, depth int, v any) (any, error) {
	name := p.segs[depth].name
	out := append(make(gonets.Rows, 0, len(rows)+1), rows...)
	for i := range out {
		if out[i].Name != name || out[i].Off {
			continue
		}
		if depth == len(p.segs)-1 && isContainer(out[i].Value) {
			return nil, setError(p, depth+1, errHasMembers)
		}
		m, err := set(out[i].Value, p, depth+1, v)
		out[i].Value = m
		return out, err
	}
	m, err := set(nil, p, depth+1, v)
	return append(out, gonets.Row{Name: name, Value: m}), err
}

func setItem(list []any, p Path, depth int, v any) (any, error) {
	i, err := place(p.segs[depth], len(list))
	if err != nil {
		return nil, setError(p, depth, err)
	}
	out := make([]any, max(len(list), i+1))
	copy(out, list)
	out[i], err = set(out[i], p, depth+1, v)
	return out, err
}

func isContainer(v any) bool {
	switch v.(type) {
	case gonets.Rows, map[string]any, []any:
		return true
	}
	return false
}
