package drift

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
	"time"
)

const (
	// Window is about how many of the last events are remembered as numbers.
	Window = 200
	// Least is how many events must be known before any is unlike them.
	Least = 30
	// usually is of how many in a hundred a field is part when it is usual;
	// seldom is how many of a type are too few to be usual.
	usually = 95
	seldom  = 5
	// soon is how many events in a row must be unlike all of those before, and
	// surely how many where there was one like them.
	soon   = 5
	surely = 10
	// maxFields bounds what is remembered of a source.
	maxFields = 300
	// newFor is how long a field is new.
	newFor = 14 * 24 * time.Hour
)

// Profile is what events of a source usually hold: names and numbers, no values.
// The zero value knows nothing.
type Profile struct {
	Fields map[string]*Field `json:"fields,omitempty"`
}

// Field is what is known of one. Numbers are of the last events, and fade.
type Field struct {
	Parent string `json:"in,omitempty"`
	// Of counts the events in which the field could have been, because what holds
	// it was there, Has those in which it was, Types of which type it was then.
	Of    int        `json:"of"`
	Has   int        `json:"has"`
	Types [kinds]int `json:"types"`
	// Gone is how many of the last events in a row were without a usual field, and
	// Odd how many had it with a type, OddTypes, that is not usual. Neither is in
	// the other numbers while it lasts.
	Gone     int   `json:"gone,omitempty"`
	Odd      int   `json:"odd,omitempty"`
	OddTypes Types `json:"odd_types,omitempty"`
	// Cut counts the events that were not looked at to their end within it.
	Cut int `json:"cut,omitempty"`
	// Since is when Gone or Odd began, NewAt when the field came up, in
	// milliseconds; 0 is never.
	Since int64 `json:"since,omitempty"`
	NewAt int64 `json:"new_at,omitempty"`
}

// Known tells whether enough events were seen for any to be unlike them.
func (p *Profile) Known() bool { return p.Count() >= Least }

// Count is how many of the last events the numbers are of.
func (p *Profile) Count() int {
	most := 0
	for _, f := range p.Fields {
		if f.Parent == "" {
			most = max(most, f.Of)
		}
	}
	return most
}

// Observe takes up an event that came at a time. Where it was not looked at to its
// end nothing is missing.
func (p *Profile) Observe(event Outline, at time.Time) {
	if p.Fields == nil {
		p.Fields = map[string]*Field{}
	}
	there := make(map[string]Types, len(event.Seen))
	for _, s := range event.Seen {
		there[s.Path] = s.Types
	}
	known := p.Known()
	for _, holder := range event.Cut {
		if f := p.Fields[holder]; f != nil {
			f.Cut++
		}
	}
	unseen := p.unseen()
	for path, f := range p.Fields {
		switch types, ok := there[path]; {
		case ok:
			f.seen(types, at)
		case holds(there, path, f.Parent) && !event.cuts(path):
			f.missed(at)
		}
		p.fade(path, f)
	}
	for _, s := range event.Seen {
		if p.Fields[s.Path] != nil || len(p.Fields) >= maxFields && !p.makeRoom() {
			continue
		}
		f := &Field{Parent: s.Parent}
		// What is under a field that is new itself, or of a new type, goes without saying.
		parent := p.Fields[s.Parent]
		if known && parent != nil && parent.Has >= Least && parent.NewAt == 0 && parent.Odd == 0 && !strings.HasSuffix(s.Path, "[*]") && !unseen.cuts(s.Path) {
			f.NewAt = at.UnixMilli()
		}
		f.seen(s.Types, at)
		p.Fields[s.Path] = f
	}
}

// unseen is where fields may always have been without being seen.
func (p *Profile) unseen() (o Outline) {
	for path, f := range p.Fields {
		if f.Cut > 0 && f.Cut*100 >= f.Of*seldom {
			o.Cut = append(o.Cut, path)
		}
	}
	return o
}

// cuts tells whether a field may be where an event was not looked at.
func (o *Outline) cuts(path string) bool {
	return slices.ContainsFunc(o.Cut, func(holder string) bool { return within(path, holder) })
}

// holds tells whether what a field is in was there. An empty list lacks none of
// the fields of its elements.
func holds(there map[string]Types, path, parent string) bool {
	t, ok := there[parent]
	return parent == "" || ok && t&Object != 0 && !strings.HasSuffix(path, "[*]")
}

func (f *Field) seen(types Types, at time.Time) {
	if f.Gone > 0 {
		f.Of += min(f.Gone, surely)
		f.Gone = 0
	}
	f.Of, f.Has = f.Of+1, f.Has+1
	if types&^f.usual() != 0 && f.Has > Least {
		if f.Odd == 0 {
			f.Since, f.OddTypes = at.UnixMilli(), 0
		}
		f.Odd++
		f.OddTypes |= types
		return
	}
	if f.Odd > 0 {
		f.count(f.OddTypes, min(f.Odd, surely))
		f.Odd, f.OddTypes = 0, 0
	}
	f.count(types, 1)
}

func (f *Field) count(types Types, n int) {
	for t := types; t != 0; t &= t - 1 {
		f.Types[bits.TrailingZeros8(uint8(t))] += n
	}
}

func (f *Field) missed(at time.Time) {
	if !f.expected() {
		f.Of++
		return
	}
	if f.Gone == 0 {
		f.Since = at.UnixMilli()
	}
	f.Gone++
}

// expected tells whether nearly all events have the field.
func (f *Field) expected() bool { return f.Of >= Least && f.Has*100 >= f.Of*usually }

// usual are the types that it often has.
func (f *Field) usual() (t Types) {
	all := 0
	for _, n := range f.Types {
		all += n
	}
	for i, n := range f.Types {
		if n > 0 && n*100 >= all*seldom {
			t |= 1 << i
		}
	}
	return t
}

// gone tells whether a field is missing for good, odd whether it is of another
// type for good.
func (f *Field) gone() bool {
	return f.Gone >= surely || f.Gone >= soon && f.Has == f.Of
}

func (f *Field) odd() bool {
	before := 0
	for t := f.OddTypes &^ f.usual(); t != 0; t &= t - 1 {
		before += f.Types[bits.TrailingZeros8(uint8(t))]
	}
	return f.Odd >= surely || f.Odd >= soon && before == 0
}

// fade halves the numbers of a field, so that they are of the last events, and
// forgets it when it has become rare.
func (p *Profile) fade(path string, f *Field) {
	if f.Of < Window {
		return
	}
	f.Of, f.Has, f.Cut, f.NewAt = f.Of/2, (f.Has+1)/2, f.Cut/2, 0
	for i := range f.Types {
		if f.Odd > 0 {
			break // what was usual stays known while it is not so
		}
		f.Types[i] = (f.Types[i] + 1) / 2
		if f.Types[i] == 1 {
			f.Types[i] = 0
		}
	}
	if f.Has*50 < f.Of {
		delete(p.Fields, path)
	}
}

// makeRoom forgets the fields that came once.
func (p *Profile) makeRoom() bool {
	for path, f := range p.Fields {
		if f.Of >= soon && f.Has == 1 {
			delete(p.Fields, path)
		}
	}
	return len(p.Fields) < maxFields
}

// Kind is what has changed.
type Kind string

// The kinds of changes.
const (
	Missing Kind = "missing"
	Type    Kind = "type"
	New     Kind = "new"
)

// Change is one field that is not as it was.
type Change struct {
	Kind Kind   `json:"kind"`
	Path string `json:"path"`
	// Was are the usual types; Now those that came instead, or the new field's.
	Was Types `json:"was,omitempty"`
	Now Types `json:"now,omitempty"`
	// Since is when it began, in milliseconds.
	Since int64 `json:"since"`
	// Uses are the steps that read the field.
	Uses []Use `json:"uses,omitempty"`
}

// At is when it began.
func (c *Change) At() time.Time { return time.UnixMilli(c.Since) }

// Use is a step that reads a field.
type Use struct {
	Scenario string `json:"scenario"`
	Step     string `json:"step"`
}

// Changes are what is not as it was, by path; what is missing first, what is new
// last.
func (p *Profile) Changes(now time.Time) []Change {
	var out []Change
	for path, f := range p.Fields {
		switch {
		case f.gone():
			out = append(out, Change{Kind: Missing, Path: path, Was: f.usual(), Since: f.Since})
		case f.odd():
			out = append(out, Change{Kind: Type, Path: path, Was: f.usual(), Now: f.OddTypes, Since: f.Since})
		case f.NewAt > 0 && f.Has >= soon && f.Has*2 >= f.Of && now.Sub(time.UnixMilli(f.NewAt)) < newFor:
			out = append(out, Change{Kind: New, Path: path, Now: f.usual(), Since: f.NewAt})
		}
	}
	order := []Kind{Missing, Type, New}
	slices.SortFunc(out, func(a, b Change) int {
		if d := slices.Index(order, a.Kind) - slices.Index(order, b.Kind); d != 0 {
			return d
		}
		return strings.Compare(a.Path, b.Path)
	})
	return out
}

// Accept makes what is the usual: missing fields are forgotten, other types are
// usual, new fields are known.
func (p *Profile) Accept() {
	for path, f := range p.Fields {
		f.NewAt = 0
		switch {
		case f.gone():
			delete(p.Fields, path)
			maps.DeleteFunc(p.Fields, func(under string, _ *Field) bool { return within(under, path) })
		case f.odd():
			f.count(f.OddTypes, f.Has)
			f.Odd, f.OddTypes = 0, 0
		}
	}
}
