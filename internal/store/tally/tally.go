// Package tally counts what comes in and what becomes of it, in the commits that
// store it: events, their runs, those that succeeded, and what retention removes.
package tally

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
)

// Slot is the time that one row stands for: the days of every zone begin at one.
const Slot = 15 * time.Minute

const slotMillis = int64(Slot / time.Millisecond)

// Key is when and where events came from.
type Key struct {
	Slot   int64
	Source string
}

// KeyOf is the key of an event.
func KeyOf(source string, received time.Time) Key {
	return Key{received.UnixMilli() / slotMillis, source}
}

// Time is the beginning of the quarter.
func (k Key) Time() time.Time { return time.UnixMilli(k.Slot * slotMillis) }

// Counts are the numbers of a key.
type Counts struct {
	// Events came in; for Bare of them no scenario ran.
	Events, Bare int64
	// Runs were made for them, and Done of these succeeded.
	Runs, Done int64
	// Repeats were recognised by their key, Rejected were not believed.
	Repeats, Rejected int64
	// Gone are runs without success that were removed; the events whose last
	// runs are removed are in the others, by the worst of them.
	Gone, GoneFailed, GoneCancelled, GoneSkipped, GoneHeld int64
}

// members are the columns of the counts, in their order.
var members = [...]string{"events", "bare", "runs", "done", "repeats", "rejected", "gone", "gone_failed", "gone_cancelled", "gone_skipped", "gone_held"}

// Members are the columns of the counts.
func Members() []string { return slices.Clone(members[:]) }

// All are the counts in the order of Members.
func (c *Counts) All() [len(members)]*int64 {
	return [...]*int64{&c.Events, &c.Bare, &c.Runs, &c.Done, &c.Repeats, &c.Rejected, &c.Gone, &c.GoneFailed, &c.GoneCancelled, &c.GoneSkipped, &c.GoneHeld}
}

// Removed counts an event whose last runs are removed, by the worst state of
// them.
func (c *Counts) Removed(worst gonets.RunState) {
	switch worst {
	case gonets.RunFailed:
		c.GoneFailed++
	case gonets.RunCancelled:
		c.GoneCancelled++
	case gonets.RunSkipped:
		c.GoneSkipped++
	case gonets.RunHeld:
		c.GoneHeld++
	}
}

// Sum is what a commit counts.
type Sum map[Key]*Counts

// At is the place to count at; the sum must not be nil.
func (s Sum) At(k Key) *Counts {
	if s[k] == nil {
		s[k] = &Counts{}
	}
	return s[k]
}

// Rows are the rows of [Adds].
func (s Sum) Rows(node string) [][]any {
	keys := slices.SortedFunc(maps.Keys(s), func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Source, b.Source))
	})
	rows := make([][]any, 0, len(keys))
	for _, k := range keys {
		row := []any{k.Slot, k.Source, node}
		for _, n := range s[k].All() {
			row = append(row, *n)
		}
		rows = append(rows, row)
	}
	return rows
}

// Adds adds to what was counted before.
var Adds = adds()

func adds() *dialect.Many {
	columns := dialect.Columns{dialect.Int("slot"), dialect.Text("source"), dialect.Text("node")}
	set := make([]string, len(members))
	for i, m := range members {
		columns = append(columns, dialect.Int(m))
		set[i] = m + " = tallies." + m + " + excluded." + m
	}
	return dialect.Insert("tallies", columns, "ON CONFLICT (slot, source, node) DO UPDATE SET "+strings.Join(set, ", "), "")
}

// open are the states without success, from the best to the worst.
var open = [...]gonets.RunState{gonets.RunSkipped, gonets.RunCancelled, gonets.RunWaiting, gonets.RunRunning, gonets.RunQueued,
	gonets.RunHeld, gonets.RunFailed, gonets.RunPaused}

// Open are the states without success, from the best to the worst.
func Open() []gonets.RunState { return open[:] }

// Worse is the state of the two in which a run is worse off.
func Worse(a, b gonets.RunState) gonets.RunState {
	if slices.Index(open[:], b) > slices.Index(open[:], a) {
		return b
	}
	return a
}
