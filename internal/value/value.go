// Package value works on the values that run through scenarios: what JSON and
// forms decode to, what steps save and what templates give.
//
// A value is map[string]any, []any, string, json.Number (its digits are kept
// to the byte), bool, nil, or []byte for binary. Objects that are built to be
// sent are [gonets.Rows], which keep the order in which people wrote them;
// everything here reads them like any other object.
//
// A [Path] leads to a place inside a value:
//
//	event.body.name          member
//	body.items[0]  [-1]      element, from the end when negative
//	body["any text"]         member with any name; \" and \\ inside
//	body.fields[id=701]      first element whose member equals, as text
//	body.entry[*].id         all elements: gives a list
//
// A name without quotes holds letters of any alphabet, digits, _ and, after
// the first character, hyphens.
package value

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gonets"
)

// Text is the text form of a value: text as it is, numbers with their digits,
// true and false, nothing for null, JSON for objects and lists, the bytes of
// binary. A value that JSON cannot hold gives "".
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case []byte:
		return string(v)
	}
	b, err := EncodeJSON(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// Members are the names of an object's members, sorted; nil for other values.
func Members(v any) []string {
	var names []string
	switch v := v.(type) {
	case map[string]any:
		names = make([]string, 0, len(v))
		for k := range v {
			names = append(names, k)
		}
	case map[string]string:
		names = make([]string, 0, len(v))
		for k := range v {
			names = append(names, k)
		}
	case gonets.Rows:
		names = make([]string, 0, len(v))
		for _, r := range v {
			if !r.Off {
				names = append(names, r.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// Member reads one member of an object; ok is false for other values. Of rows with the same name the last
// one counts, as it does in JSON.
func Member(v any, name string) (m any, ok bool) {
	switch v := v.(type) {
	case map[string]any:
		m, ok := v[name]
		return m, ok
	case map[string]string:
		m, ok := v[name]
		return m, ok
	case gonets.Rows:
		for i := len(v) - 1; i >= 0; i-- {
			if v[i].Name == name && !v[i].Off {
				return v[i].Value, true
			}
		}
	}
	return nil, false
}

// nearestBound is the most edits between a name and its suggestion.
const nearestBound = 3

// nearestNames bounds how many known names are compared: a payload may bring a
// hundred thousand of them, and a suggestion is not worth that.
const nearestNames = 1_000

// Nearest is the known name that is most like name, or "" when none is within
// a third of its length in edits (at most 3). Case costs nothing; of equals
// the first wins.
func Nearest(name string, known []string) string {
	if utf8.RuneCountInString(name) > gonets.MaxNameLength {
		return ""
	}
	want := []rune(strings.ToLower(name))
	best, bound := "", min(nearestBound, max(1, len(want)/3))+1
	for _, k := range known[:min(len(known), nearestNames)] {
		if k == name || len(k) > 4*gonets.MaxNameLength {
			continue
		}
		if d := distance(want, []rune(strings.ToLower(k)), bound); d < bound {
			best, bound = k, d
		}
	}
	return best
}

// distance counts the edits (insert, delete, replace, swap of neighbours) from
// a to b, or gives bound when there are at least that many.
func distance(a, b []rune, bound int) int {
	if len(a)-len(b) >= bound || len(b)-len(a) >= bound {
		return bound
	}
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= bound {
			return bound
		}
		before, prev, row = prev, row, before
	}
	return min(prev[len(b)], bound)
}
