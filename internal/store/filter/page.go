package filter

import (
	"cmp"
	"slices"

	"gonets"
	"gonets/internal/store/pack"
)

// How many runs are looked at for one page, whether they match or not: a few
// parts of that many.
const (
	// Part is for [Want.Part].
	Part  = 1_250
	parts = 4
)

// Want is what a page shall hold.
type Want[T any] struct {
	// Size is how many rows; one more tells that there are more.
	Size int
	// Part is how many runs are looked at in one go.
	Part int
	// Columns speak of the run as r, Join is what they need besides.
	Columns, Join string
	Scan          func(func(...any) error) (T, error)
}

// Page finds one row more than fit on a page, unless the query ends before; a
// border is how far it came when it looked at too many runs for that.
func Page[T any](r pack.Reader, query *Query, want Want[T]) (found []T, border string, err error) {
	q := *query
	for range parts {
		part := q
		if !q.Few {
			w, at, err := q.choose(r, want.Part)
			if err != nil {
				return nil, "", err
			}
			q.Walks, border = []Walk{w}, at
			part = q.Until(border)
		}
		text, args := q.Walks[0].List(want.Columns, want.Join, &part)
		items, err := pack.Collect(r, text, append(args, want.Size+1-len(found)), want.Scan)
		if err != nil {
			return nil, "", err
		}
		found = append(found, items...)
		if len(found) > want.Size || border == "" {
			return found, "", nil
		}
		q = q.Beyond(border)
	}
	return found, border, nil
}

// Reach is how far a look at so many runs comes; empty is the end. The query keeps to
// the way that leads there.
func (q *Query) Reach(r pack.Reader, part int) (border string, err error) {
	w, border, err := q.choose(r, part)
	q.Walks = []Walk{w}
	return border, err
}

// Count counts what the query finds on its first way, up to a limit.
func (q Query) Count(r pack.Reader, limit int) (t Tallied, err error) {
	text, args := q.Walks[0].Count(&q)
	err = r.Row(text, append(args, limit), &t.Runs, &t.Done, &t.Failed)
	return t, err
}

// Tallied are counted runs: all, those that succeeded, and their attempts that
// did not.
type Tallied struct{ Runs, Done, Failed int }

// choose takes the way on which a part leads the farthest, best to the end,
// and tells where that is; empty is the end.
func (q *Query) choose(r pack.Reader, part int) (best Walk, border string, err error) {
	for i, w := range q.Walks {
		text, args := w.Border(q)
		ids, err := pack.Texts(r, text, append(args, 1, part)...)
		if err != nil {
			return best, "", err
		}
		if len(ids) == 0 {
			return w, "", nil
		}
		if i == 0 || q.Farther(ids[0], border) {
			best, border = w, ids[0]
		}
	}
	return best, border, nil
}

// Merge puts what the queries of several states found into the order of the list
// and leaves out what lies beyond the border, if there is one. A run that changed
// its state between two of them was found twice; what was found first stays.
func (q *Query) Merge(found []gonets.RunSummary, border string) []gonets.RunSummary {
	slices.SortStableFunc(found, func(a, b gonets.RunSummary) int {
		if q.Ascending {
			return cmp.Compare(a.ID, b.ID)
		}
		return cmp.Compare(b.ID, a.ID)
	})
	found = slices.CompactFunc(found, func(a, b gonets.RunSummary) bool { return a.ID == b.ID })
	return slices.DeleteFunc(found, func(r gonets.RunSummary) bool { return border != "" && q.Farther(r.ID, border) })
}
