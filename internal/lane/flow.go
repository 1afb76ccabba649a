package lane

import "gonets"

// flows are the queues of a lane, one a scenario. They take turns, so that a
// scenario with a long queue keeps none of the others.
type flows struct {
	by map[string]*flow
	// ring are the flows with something in them, the next one first.
	ring []*flow
	n    int
}

type flow struct {
	items []Item
	head  int
}

func (f *flow) waiting() int { return len(f.items) - f.head }

func (q *flows) push(it Item) {
	name := it.Job.Run.Scenario
	f := q.by[name]
	if f == nil {
		if q.by == nil {
			q.by = map[string]*flow{}
		}
		f = &flow{}
		q.by[name] = f
	}
	if f.waiting() == 0 {
		q.ring = append(q.ring, f)
	}
	f.items = append(f.items, it)
	q.n++
}

// of is how many items of a scenario wait.
func (q *flows) of(scenario string) int {
	if f := q.by[scenario]; f != nil {
		return f.waiting()
	}
	return 0
}

// maxFlows bounds the empty queues that are kept for their memory.
const maxFlows = 64

// pop takes the next item; there must be one.
func (q *flows) pop() Item {
	f := q.ring[0]
	it := f.items[f.head]
	f.items[f.head] = Item{}
	f.head++
	q.n--
	if f.waiting() == 0 {
		f.items, f.head = f.items[:0], 0
		q.ring = append(q.ring[:0], q.ring[1:]...)
		if len(q.by) > maxFlows {
			delete(q.by, it.Job.Run.Scenario)
		}
		return it
	}
	if f.head >= gonets.LaneQueue {
		f.items = append(f.items[:0], f.items[f.head:]...)
		f.head = 0
	}
	if len(q.ring) > 1 {
		copy(q.ring, q.ring[1:])
		q.ring[len(q.ring)-1] = f
	}
	return it
}

// take removes the items that match.
func (q *flows) take(match func(*gonets.Run) bool) (taken []Item) {
	q.ring = q.ring[:0]
	for _, f := range q.by {
		rest := f.items[:0]
		for _, it := range f.items[f.head:] {
			if match(&it.Job.Run) {
				taken = append(taken, it)
			} else {
				rest = append(rest, it)
			}
		}
		clear(f.items[len(rest):])
		f.items, f.head = rest, 0
		if len(rest) > 0 {
			q.ring = append(q.ring, f)
		}
	}
	q.n -= len(taken)
	return taken
}
