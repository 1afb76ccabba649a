package drift

import (
	"encoding/json"
	"slices"
)

// maxTold bounds the changes that a letter names, maxToldUses the steps of each.
const (
	maxTold     = 12
	maxToldUses = 5
)

// News is what people are told of a source's fields.
type News struct {
	// Changes are all of them, so that a further one is told from those that are
	// known; behind those that are named it is only known which they are.
	Changes []Change `json:"changes"`
	// Hints are new fields that are named because others changed: one of them may
	// be a missing one by another name.
	Hints []string `json:"hints,omitempty"`
	// Over is true when there was more than the new fields that are left, and that
	// is as before.
	Over bool `json:"over,omitempty"`
}

// Tell is the text that stands in the path of a drift's signal; empty when there
// is nothing to tell. Fields that are new are told of by themselves only when that
// is wanted. before is the text that was told last.
func Tell(before string, changes []Change, wantNew bool) string {
	var n News
	for _, c := range changes {
		switch {
		case c.Kind == New && !wantNew:
			if len(n.Hints) < maxTold {
				n.Hints = append(n.Hints, c.Path)
			}
		case len(n.Changes) >= maxTold:
			n.Changes = append(n.Changes, Change{Kind: c.Kind, Path: c.Path, Since: c.Since})
		default:
			c.Uses = c.Uses[:min(len(c.Uses), maxToldUses)]
			n.Changes = append(n.Changes, c)
		}
	}
	if len(n.Changes) == 0 {
		return ""
	}
	n.Over = !n.Recovers() && Told(before).Recovers()
	raw, err := json.Marshal(n)
	if err != nil {
		panic("drift: a change is no JSON: " + err.Error()) // it holds texts and numbers only
	}
	return string(raw)
}

// Told reads Tell's text; what it cannot read is empty.
func Told(text string) (n News) {
	if json.Unmarshal([]byte(text), &n) != nil {
		return News{}
	}
	return n
}

// Named are the changes that a letter names, and how many there are more.
func (n News) Named() (changes []Change, more int) {
	changes = n.Changes[:min(len(n.Changes), maxTold)]
	return changes, len(n.Changes) - len(changes)
}

// Recovers tells whether it is good news when nothing of it is so any more: a
// field that is new becomes usual, and nothing is as before then.
func (n News) Recovers() bool {
	return n.Over || slices.ContainsFunc(n.Changes, func(c Change) bool { return c.Kind != New })
}

// Worse tells whether one text of Tell names a change that the one before does
// not.
func Worse(before, now string) bool {
	was := Told(before)
	for _, c := range Told(now).Changes {
		if !slices.ContainsFunc(was.Changes, func(o Change) bool { return o.Kind == c.Kind && o.Path == c.Path && o.Since == c.Since }) {
			return true
		}
	}
	return false
}
