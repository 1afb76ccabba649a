package document

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gonets"
)

// Change is one difference between two states of a scenario, for people.
type Change struct {
	// Step is the step's path, in the newer state where it is there; empty is the
	// scenario itself.
	Step  string `json:"step"`
	Title string `json:"title,omitempty"`
	// Field is a JSON Pointer into the step or the scenario; empty is all of it.
	Field string `json:"field"`
	// Change is added, removed, changed or moved.
	Change string `json:"change"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
}

// The kinds of changes.
const (
	added   = "added"
	removed = "removed"
	changed = "changed"
	moved   = "moved"
)

// placed is a step at its place.
type placed struct {
	path string
	// above is the index of the step that holds it, -1 of the scenario; list is the
	// member of it where the step stands.
	above int
	list  string
	// key says where the step stands in words that stay when steps are renamed: their
	// first ids, of which the last is first. Id is what it is called in this state.
	key, first, id string
	members        gonets.Rows
}

func (s *placed) title() string {
	title, _ := member(s.members, "title").(string)
	if title == "" {
		return s.path[strings.LastIndexByte(s.path, '/')+1:]
	}
	return title
}

// Changes tells how two states of a scenario's document, JSON, differ. Steps
// are matched by their first ids: one that went to another place was moved.
func Changes(before, after json.RawMessage) ([]Change, error) {
	var trees [2]gonets.Rows
	for i, raw := range []json.RawMessage{before, after} {
		var t gonets.Tree
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, fmt.Errorf("read a state of a scenario: %w", err)
		}
		trees[i], _ = t.Value.(gonets.Rows)
	}
	out := compareFields(Change{}, "", without(trees[0], "apiVersion", "kind", "name", "steps"), without(trees[1], "apiVersion", "kind", "name", "steps"))
	old, now := stepsOf(trees[0], -1, "steps", nil), stepsOf(trees[1], -1, "steps", nil)
	match := matchSteps(old, now)
	shifted := shiftedSteps(old, now, match)
	for i := range now {
		s := &now[i]
		j, known := match[i]
		about := Change{Step: s.path, Title: s.title()}
		if !known {
			about.Change, about.After = added, without(s.members, "was", "then", "else")
			out = append(out, about)
			continue
		}
		if shifted[i] {
			about.Change, about.Before, about.After = moved, old[j].path, s.path
			out = append(out, about)
		}
		out = append(out, compareFields(Change{Step: s.path, Title: s.title()}, "",
			without(old[j].members, "was", "then", "else"), without(s.members, "was", "then", "else"))...)
	}
	kept := map[int]bool{}
	for _, j := range match {
		kept[j] = true
	}
	for j := range old {
		if !kept[j] {
			out = append(out, Change{Step: old[j].path, Title: old[j].title(), Change: removed, Before: without(old[j].members, "was", "then", "else")})
		}
	}
	return out, nil
}

// RequestChanges tells how the saved requests that the steps of a scenario send differ
// between two states, step by step.
func RequestChanges(sc *gonets.Scenario, before, after []gonets.SavedRequest) ([]Change, error) {
	states := [2]map[string]gonets.Rows{{}, {}}
	for i, saved := range [][]gonets.SavedRequest{before, after} {
		for _, r := range saved {
			raw, err := gonets.PlainJSON(r)
			var t gonets.Tree
			if err == nil {
				err = json.Unmarshal(raw, &t)
			}
			if err != nil {
				return nil, fmt.Errorf("read a saved request: %w", err)
			}
			states[i][r.Name], _ = t.Value.(gonets.Rows)
		}
	}
	var out []Change
	gonets.WalkSteps(sc.Steps, func(path string, st *gonets.Step) {
		was, now := states[0][st.Request], states[1][st.Request]
		if st.Request == "" || was == nil || now == nil {
			return
		}
		title := st.Title
		if title == "" {
			title = st.ID
		}
		out = append(out, compareFields(Change{Step: path, Title: title}, "/request", was, now)...)
	})
	return out, nil
}

// stepsOf puts all steps of a list, with those below them, behind out in the order of
// reading. Above is the index in out of the step that holds the list, -1 is the scenario.
func stepsOf(holder gonets.Rows, above int, list string, out []placed) []placed {
	steps, _ := member(holder, list).([]any)
	var at placed
	if above >= 0 {
		at = out[above]
	}
	for i, item := range steps {
		members, _ := item.(gonets.Rows)
		id, _ := member(members, "id").(string)
		if id == "" {
			id = fmt.Sprintf("#%d", i+1)
		}
		first := id
		if was, _ := member(members, "was").(string); was != "" {
			first = was
		}
		n := len(out)
		out = append(out, placed{path: gonets.StepPath(at.path, id), above: above, list: list,
			key: gonets.StepPath(at.key, first), first: first, id: id, members: members})
		out = stepsOf(members, n, "then", out)
		out = stepsOf(members, n, "else", out)
	}
	return out
}

// matchSteps finds for steps of the newer state what they were: the step of the
// same place, else one that is left and was first called the same. What a file lost or
// gained of first ids makes no other step: then it is the names of now that tell.
func matchSteps(old, now []placed) map[int]int {
	match, taken := map[int]int{}, map[int]bool{}
	for _, same := range []func(a, b *placed) bool{
		func(a, b *placed) bool { return a.key == b.key },
		func(a, b *placed) bool { return a.first == b.first },
		func(a, b *placed) bool { return a.path == b.path },
		func(a, b *placed) bool { return a.id == b.id },
	} {
		for i := range now {
			for j := range old {
				if _, known := match[i]; !known && !taken[j] && same(&old[j], &now[i]) {
					match[i], taken[j] = j, true
				}
			}
		}
	}
	return match
}

// shiftedSteps are those that stand in another list, or among the steps of
// their list not in the old order: as few as can explain it.
func shiftedSteps(old, now []placed, match map[int]int) map[int]bool {
	type list struct {
		above int
		name  string
	}
	out, lists := map[int]bool{}, map[list][]int{}
	for i := range now {
		j, known := match[i]
		if !known {
			continue
		}
		above := -1
		if now[i].above >= 0 {
			if a, held := match[now[i].above]; held {
				above = a
			} else {
				above = len(old) // a step that is new
			}
		}
		if here := (list{above, now[i].list}); here == (list{old[j].above, old[j].list}) {
			lists[here] = append(lists[here], i)
		} else {
			out[i] = true
		}
	}
	for _, list := range lists {
		keep := longestRise(list, match)
		for _, i := range list {
			if !keep[i] {
				out[i] = true
			}
		}
	}
	return out
}

// longestRise is the longest part of a list whose old places rise.
func longestRise(list []int, match map[int]int) map[int]bool {
	length, before := make([]int, len(list)), make([]int, len(list))
	best := -1
	for i := range list {
		length[i], before[i] = 1, -1
		for j := range i {
			if match[list[j]] < match[list[i]] && length[j] >= length[i] {
				length[i], before[i] = length[j]+1, j
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	keep := map[int]bool{}
	for ; best >= 0; best = before[best] {
		keep[list[best]] = true
	}
	return keep
}

// compareFields tells how two objects differ, member by member.
func compareFields(about Change, pointer string, old, now gonets.Rows) []Change {
	var out []Change
	report := func(kind, at string, before, after any) {
		c := about
		c.Change, c.Field, c.Before, c.After = kind, at, before, after
		out = append(out, c)
	}
	for _, row := range now {
		at := pointer + "/" + gonets.EscapePointer(row.Name)
		was, known := lookUp(old, row.Name)
		if !known {
			report(added, at, nil, row.Value)
			continue
		}
		a, b := asRows(was), asRows(row.Value)
		switch {
		case a != nil && b != nil:
			out = append(out, compareFields(about, at, a, b)...)
		case !reflect.DeepEqual(was, row.Value):
			report(changed, at, was, row.Value)
		}
	}
	for _, row := range old {
		if _, still := lookUp(now, row.Name); !still {
			report(removed, pointer+"/"+gonets.EscapePointer(row.Name), row.Value, nil)
		}
	}
	return out
}

// asRows is an object, or a list of rows with names of their own, as members
// by name; nil when it is neither.
func asRows(v any) gonets.Rows {
	switch v := v.(type) {
	case gonets.Rows:
		return v
	case []any:
		rows, ok := gonets.Tree{Value: v}.Rows()
		seen := map[string]bool{}
		for i, row := range rows {
			if seen[row.Name] {
				return nil
			}
			seen[row.Name] = true
			if row.Off {
				rows[i].Value = gonets.Rows{{Name: "value", Value: row.Value}, {Name: "on", Value: false}}
			}
		}
		if ok {
			return rows
		}
	}
	return nil
}

func lookUp(rows gonets.Rows, name string) (any, bool) {
	for _, row := range rows {
		if row.Name == name {
			return row.Value, true
		}
	}
	return nil, false
}

func member(rows gonets.Rows, name string) any {
	v, _ := lookUp(rows, name)
	return v
}

func without(rows gonets.Rows, names ...string) gonets.Rows {
	out := gonets.Rows{}
	for _, row := range rows {
		if !slices.Contains(names, row.Name) {
			out = append(out, row)
		}
	}
	return out
}
