// Package filter makes the statements of lists: what is asked for, in an order
// that an index has, from where the page before ended.
package filter

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/pack"
)

// IndexedState is the condition of the index over states: running is found by
// the lease, and succeeded is nearly every row.
const IndexedState = `state <> 'running' AND state <> 'succeeded'`

// Query is one statement over an index that has the order of the list.
type Query struct {
	where []string
	Args  []any
}

func (q *Query) add(cond string, args ...any) {
	q.where = append(q.where, cond)
	q.Args = append(q.Args, args...)
}

// afterAllIDs sorts behind every id, in any collation.
const afterAllIDs = "g"

// clockSlack is how far ids may run behind or ahead of created_at after the
// clock was set.
const clockSlack = 24 * time.Hour

// Runs are the statements whose results, merged by id, are the list: one
// for each state, because only then an index gives the order.
func Runs(f gonets.RunFilter) ([]Query, error) {
	from, err := ParseCursor(f.Page.Cursor)
	if err != nil {
		return nil, err
	}
	var base Query
	switch {
	case from.ID == "" && f.Ascending:
		base.add("r.id > ?", "")
	case from.ID == "":
		base.add("r.id < ?", afterAllIDs)
	case f.Ascending:
		base.add("r.id > ?", from.ID)
	default:
		base.add("r.id < ?", from.ID)
	}
	if f.EventID != "" {
		base.add("r.event = ?", f.EventID)
	}
	if f.Value != "" {
		base.add("r.event IN (SELECT v.event FROM run_values v WHERE v.value = ?)", SearchKey(f.Value))
	}
	if f.Scenario != "" {
		base.add("r.scenario = ?", f.Scenario)
	}
	if f.Source != "" {
		base.add("r.source = ?", f.Source)
	}
	if !f.Since.IsZero() {
		base.add("r.created_at >= ? AND r.id >= ?", f.Since.UnixMilli(), pack.From(f.Since))
	}
	if !f.Until.IsZero() {
		base.add("r.created_at < ? AND r.id < ?", f.Until.UnixMilli(), pack.From(f.Until.Add(clockSlack)))
	}
	if len(f.States) == 0 {
		return []Query{base}, nil
	}
	var out []Query
	for _, st := range slices.Compact(slices.Sorted(slices.Values(f.States))) {
		q := Query{slices.Clone(base.where), slices.Clone(base.Args)}
		q.add("r.state = ?", string(st))
		switch st {
		case gonets.RunRunning:
			q.add("r.node IS NOT NULL")
		case gonets.RunSucceeded:
		default:
			q.add(IndexedState)
		}
		out = append(out, q)
	}
	return out, nil
}

// Text is the statement that begins with what to select; its last argument is
// the limit.
func (q *Query) Text(selects string, f gonets.RunFilter) string {
	order := " ORDER BY r.id DESC LIMIT ?"
	if f.Ascending {
		order = " ORDER BY r.id LIMIT ?"
	}
	return selects + "WHERE " + strings.Join(q.where, " AND ") + order
}

// SearchKey is a value as it stands in the index: long ones by their hash.
func SearchKey(v string) []byte {
	if len(v) <= gonets.MaxIDLength {
		return []byte(v)
	}
	sum := sha256.Sum256([]byte(v))
	return sum[:]
}
