// Package drift learns what the events of a source usually hold, names and types
// of fields and no value, and finds what has changed: a field that is missing,
// that is of another type, or that is new.
package drift

import (
	"encoding/json"
	"math/bits"
	"strings"

	"gonets/internal/source"
	"gonets/internal/value"
)

// Types is a set of types of values.
type Types uint8

// The types, in the order in which they are told.
const (
	Text Types = 1 << iota
	Number
	Bool
	Null
	List
	Object
)

// kinds is how many types there are.
const kinds = 6

// Names are the types as the API tells them.
func (t Types) Names() []string {
	names := [kinds]string{"text", "number", "bool", "null", "list", "object"}
	var out []string
	for ; t != 0; t &= t - 1 {
		out = append(out, names[bits.TrailingZeros8(uint8(t))])
	}
	return out
}

// What of an event is looked at.
const (
	// maxDepth is how deep, maxSeen how many fields, maxItems how many elements of
	// each list.
	maxDepth = 8
	maxSeen  = 200
	maxItems = 10
	// maxName and maxPath are in bytes.
	maxName = 64
	maxPath = 250
	// manyDigits make a name an id.
	manyDigits = 5
)

// Seen is a field of an event.
type Seen struct {
	// Path is as templates write it; Parent is that of the object or list which
	// holds it, empty for the whole body.
	Path, Parent string
	Types        Types
}

// Outline is what of an event was looked at.
type Outline struct {
	// Seen are its fields, parents first.
	Seen []Seen
	// Cut are the paths of that which was not looked at to its end: of lists, and of
	// the whole. What is not seen within may be there.
	Cut []string
}

// Fields are the fields of an event as templates see it: of its
// element of a batch, else of its body. Names that look like values, ids and
// addresses, are no names: nobody's data is remembered.
func Fields(event map[string]any) Outline {
	root := "body"
	if _, split := event["item"]; split {
		root = "item"
	}
	w := walk{at: map[string]int{}}
	w.visit(value.Path{}.Join("event").Join(root), "", event[root], 0)
	if w.full {
		w.cut = []string{w.out[0].Path}
	}
	return Outline{w.out, w.cut}
}

type walk struct {
	out []Seen
	cut []string
	// full is true when there was no room for a field.
	full bool
	at   map[string]int
}

func (w *walk) visit(path value.Path, parent string, v any, depth int) {
	text := path.String()
	if !w.note(text, parent, typeOf(v)) || depth == maxDepth {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if source.IsFile(v) { // what it is told by is ours, not the sender's
			w.cut = append(w.cut, text)
			return
		}
		for _, name := range value.Members(v) {
			if plain(name) {
				w.visit(path.Join(name), text, v[name], depth+1)
			}
		}
	case []any:
		if len(v) > maxItems {
			w.cut = append(w.cut, text)
		}
		for _, item := range v[:min(len(v), maxItems)] {
			w.visit(path.All(), text, item, depth+1)
		}
	}
}

// note adds a field, or a type to one of a list's elements; false when there is no
// room for it.
func (w *walk) note(path, parent string, t Types) bool {
	if i, ok := w.at[path]; ok {
		w.out[i].Types |= t
		return true
	}
	if len(path) > maxPath {
		return false // it never is one
	}
	if w.full = w.full || len(w.out) == maxSeen; w.full {
		return false
	}
	w.at[path] = len(w.out)
	w.out = append(w.out, Seen{path, parent, t})
	return true
}

// plain tells whether a name is none that holds somebody's data, and can stand in
// a line.
func plain(name string) bool {
	digits := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c < ' ' || c == 0x7f:
			return false
		case c >= '0' && c <= '9':
			digits++
		}
	}
	return name != "" && len(name) <= maxName && digits < manyDigits && !strings.Contains(name, "@")
}

func typeOf(v any) Types {
	switch v.(type) {
	case nil:
		return Null
	case string, []byte:
		return Text
	case bool:
		return Bool
	case json.Number, float64, int, int64:
		return Number
	case []any:
		return List
	}
	return Object
}
