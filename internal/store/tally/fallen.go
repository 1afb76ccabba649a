package tally

import (
	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
)

// Of an event of which runs are left, the worst state of those that were removed
// is kept; of one that is removed, it goes.
var (
	Fallen = dialect.Insert("fallen", dialect.Columns{dialect.Text("event"), dialect.Text("state")},
		"ON CONFLICT (event) DO UPDATE SET state = excluded.state", "")
	FallenGone = dialect.Delete("fallen", dialect.Columns{dialect.Text("event")}, "fallen.event = v.event")
)

// WhatFell is kept of some events.
func WhatFell(q pack.Reader, events []pack.Gone) (map[string]gonets.RunState, error) {
	if len(events) == 0 {
		return nil, nil
	}
	out := map[string]gonets.RunState{}
	ids := make([]any, len(events))
	for i := range events {
		ids[i] = events[i].Event
	}
	_, err := pack.Collect(q, `SELECT event, state FROM fallen WHERE event IN (`+pack.In(len(ids))+`)`, ids, func(scan func(...any) error) (struct{}, error) {
		var event string
		var state gonets.RunState
		err := scan(&event, &state)
		out[event] = state
		return struct{}{}, err
	})
	return out, err
}
