// Package filter makes the statements of lists: what is asked for, in an order
// that an index has, from where the page before ended.
package filter

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/store/pack"
	"gonets/internal/store/tally"
)

// IndexedState is the condition of the index over states: running is found by
// the lease, and succeeded is nearly every row.
const IndexedState = `state <> 'running' AND state <> 'succeeded'`

// IndexedStateOf is the condition of the indexes over states within a scenario and
// a source. A queued run stays only for a moment.
const IndexedStateOf = IndexedState + ` AND state <> 'queued'`

// afterAllIDs sorts behind every id, in any collation.
const afterAllIDs = "g"

// cond is a condition with its arguments.
type cond struct {
	text string
	args []any
}

// Walk is a way through an index whose order is that of the list. Databases
// that know nothing of the data yet, or think of another value than the one
// asked for, would take a wrong one; so each text leaves only one: the order
// names all columns of the index, and what the index does not know is asked of
// an expression.
type Walk struct {
	// from is the table that is walked, join what else a run needs.
	from, join string
	// keys are the index's columns before the id, values what they must be.
	keys   []string
	values []any
	id     string
	// fixed is the index's own condition.
	fixed string
	rest  []cond
}

// Query finds the runs of one state, or of all.
type Query struct {
	// Walks are the ways to find them, the likely best first.
	Walks []Walk
	// Few is true when a walk meets few runs by its nature, or every run that it
	// meets is wanted.
	Few bool
	// Lower and Upper bound the ids; the latter is outside.
	Lower, Upper string
	// After is where an ascending list goes on, itself outside.
	After     string
	Ascending bool
}

// Runs are the queries whose results, merged by id, are the list: one for each
// state, because only then an index gives the order.
func Runs(f gonets.RunFilter) ([]Query, error) {
	from, err := ParseCursor(f.Page.Cursor)
	if err != nil {
		return nil, err
	}
	base := Query{Upper: afterAllIDs, Ascending: f.Ascending}
	// A run is made at the time that its id begins with.
	if !f.Since.IsZero() {
		base.Lower = pack.From(f.Since)
	}
	if !f.Until.IsZero() {
		base.Upper = pack.From(f.Until)
	}
	switch {
	case from.ID == "":
	case f.Ascending:
		base.After = from.ID
	default:
		base.Upper = min(base.Upper, from.ID)
	}
	if f.Text != "" {
		return nil, gonets.Errorf(gonets.CodeQueryText, "texts are not looked for here; leave out text:")
	}
	states := slices.Compact(slices.Sorted(slices.Values(f.States)))
	if !f.ReceivedFrom.IsZero() {
		base.Lower = max(base.Lower, pack.From(f.ReceivedFrom.Add(-Clocks)))
		if len(states) == 0 {
			states = gonets.RunStates()
		}
	}
	if len(states) == 0 {
		states = append(states, "")
	}
	if f.ID != "" {
		return named(f, base), nil
	}
	var out []Query
	if !f.ReceivedFrom.IsZero() && f.Value == "" && f.Bulk == "" && f.EventID == "" {
		again := base
		again.Walks, base.Upper, again.Lower = []Walk{rerun(f, states)}, min(base.Upper, afterReceived(f)), max(base.Lower, afterReceived(f))
		out = append(out, again)
	}
	for _, st := range states {
		q := base
		q.Walks = walks(f, st)
		q.Few = len(q.Walks) == 1 && (len(q.Walks[0].rest) == 0 || f.EventID != "" && f.Value == "" || st == gonets.RunRunning && f.Value == "")
		out = append(out, q)
	}
	if run, ok := id.Carried(f.Value); ok {
		// It may be a key of ours, or one of another system.
		f.ID, f.Value = run, ""
		out = append(out, named(f, base)[0])
	}
	return out, nil
}

// afterReceived is behind the runs that were made when the filter's events came.
func afterReceived(f gonets.RunFilter) string { return pack.From(f.ReceivedUntil.Add(Clocks)) }

// rerun is the walk to the runs that people made of events later, in any of these
// states: among all that were made since, they are few.
func rerun(f gonets.RunFilter, states []gonets.RunState) Walk {
	w := Walk{from: "reruns n", join: " CROSS JOIN runs r", id: "n.run",
		// An expression: PostgreSQL could as well walk runs in that order, all of them.
		rest: []cond{{"r.id = n.run || ''", nil}, {"r.state || '' IN (" + pack.In(len(states)) + ")", pack.States(states)}}}
	w.restOf(f, "")
	return w
}

// named are the queries for an id: that of a run, and that of an event whose
// runs are meant.
func named(f gonets.RunFilter, base Query) []Query {
	one, of := base, base
	one.Lower, one.Upper = max(base.Lower, f.ID), min(base.Upper, f.ID+" ")
	of.Few, one.Few = true, true
	walk := Walk{from: runsFrom, id: "r.id"}
	if f.Value != "" {
		walk.rest = append(walk.rest, cond{"EXISTS (SELECT 1 FROM run_values v WHERE v.value = ? AND v.run = r.id)", []any{SearchKey(f.Value)}})
	}
	event := walk
	event.keys, event.values = []string{"r.event"}, []any{f.ID}
	for _, w := range []*Walk{&walk, &event} {
		w.rest = slices.Clone(w.rest)
		if len(f.States) > 0 {
			w.rest = append(w.rest, cond{"r.state || '' IN (" + pack.In(len(f.States)) + ")", pack.States(f.States)})
		}
	}
	walk.restOf(f, "")
	event.restOf(f, "")
	if f.EventID != "" && f.EventID != f.ID {
		one.Walks = []Walk{walk}
		return []Query{one}
	}
	one.Walks, of.Walks = []Walk{walk}, []Walk{event}
	return []Query{one, of}
}

const runsFrom = `runs r`

// walks are the ways to the runs of a state; empty is any.
func walks(f gonets.RunFilter, st gonets.RunState) (out []Walk) {
	is := func(column string, value string) Walk {
		return Walk{from: runsFrom, id: "r.id", keys: []string{column}, values: []any{value}}
	}
	state := is("r.state", string(st))
	switch {
	case f.Value != "":
		out = []Walk{{from: "run_values v", join: " CROSS JOIN runs r", id: "v.run", keys: []string{"v.value"},
			values: []any{SearchKey(f.Value)}, rest: []cond{{"r.id = v.run", nil}}}}
	case f.Bulk != "":
		out = []Walk{{from: "acts d", join: " CROSS JOIN runs r", id: "d.run", keys: []string{"d.act"}, values: []any{f.Bulk}, rest: []cond{{"r.id = d.run", nil}}}}
	case f.EventID != "":
		out = []Walk{is("r.event", f.EventID)}
	case st == gonets.RunRunning:
		// Few runs are worked on at a time: they are sorted.
		out = []Walk{{from: runsFrom, id: "r.id || ''", fixed: "r.node IS NOT NULL AND r.node >= ''"}}
	case indexed(st):
		for _, more := range narrower(f) {
			if st == gonets.RunQueued {
				out = append(out, is(more.keys[0], more.values[0].(string)))
				continue
			}
			more.keys, more.values = append([]string{"r.state"}, more.keys...), append([]any{string(st)}, more.values...)
			more.fixed = IndexedStateOf
			out = append(out, more)
		}
		if st == gonets.RunQueued || len(out) == 0 {
			state.fixed = IndexedState
			out = append([]Walk{state}, out...)
		}
	default:
		out = narrower(f)
		if len(out) == 0 {
			out = []Walk{{from: runsFrom, id: "r.id"}}
		}
	}
	for i := range out {
		out[i].restOf(f, st)
	}
	return out
}

func indexed(st gonets.RunState) bool {
	return st != "" && st != gonets.RunRunning && st != gonets.RunSucceeded
}

// narrower are the walks within the filter's scenario and its source.
func narrower(f gonets.RunFilter) (out []Walk) {
	for _, by := range [][2]string{{"r.scenario", f.Scenario}, {"r.source", f.Source}} {
		if by[1] != "" {
			out = append(out, Walk{from: runsFrom, id: "r.id", keys: []string{by[0]}, values: []any{by[1]}})
		}
	}
	return out
}

// restOf adds what the walk's index does not know.
func (w *Walk) restOf(f gonets.RunFilter, st gonets.RunState) {
	for _, by := range [][2]string{{"r.state", string(st)}, {"r.event", f.EventID}, {"r.scenario", f.Scenario}, {"r.source", f.Source},
		{"r.mark", string(f.Mark)}, {"r.lane", f.Lane}} {
		if by[1] != "" && !slices.Contains(w.keys, by[0]) {
			w.rest = append(w.rest, cond{by[0] + " || '' = ?", []any{by[1]}})
		}
	}
	if f.Bulk != "" && !slices.Contains(w.keys, "d.act") {
		w.rest = append(w.rest, cond{"EXISTS (SELECT 1 FROM acts d WHERE d.run = r.id AND d.act = ?)", []any{f.Bulk}})
	}
	if len(f.Statuses) > 0 {
		w.rest = append(w.rest, statusIn(f.Statuses))
	}
	if f.Code != "" {
		w.rest = append(w.rest, codeIs(f.Code))
	}
	if !f.ReceivedFrom.IsZero() {
		w.rest = append(w.rest, decides(f.ReceivedFrom, f.ReceivedUntil))
	}
}

// Clocks is how far a run may seem to be made before its event came: they are
// told by different clocks.
const Clocks = time.Hour

// decides is true of the run by which its event is counted: the worst off, of
// several the first, unless a worse one was removed. As expressions, like the
// others, and without an order: a sort that PostgreSQL may not do seems to it so
// dear that any other way to the runs will do.
func decides(from, until time.Time) cond {
	rank := func(column string) string {
		var b strings.Builder
		for i, s := range tally.Open() {
			b.WriteString(" WHEN '" + string(s) + "' THEN " + strconv.Itoa(i+1))
		}
		return "CASE " + column + b.String() + " ELSE 0 END"
	}
	return cond{"(SELECT e.received_at BETWEEN ? AND ? FROM events e WHERE e.id = r.event)" +
		" AND (SELECT count(*) FROM runs o WHERE o.event = r.event AND (" + rank("o.state") + " > " + rank("r.state") +
		" OR " + rank("o.state") + " = " + rank("r.state") + " AND o.id < r.id)) = 0" +
		" AND COALESCE((SELECT " + rank("f.state") + " FROM fallen f WHERE f.event = r.event), 0) <= " + rank("r.state"),
		[]any{from.UnixMilli(), until.UnixMilli() - 1}}
}

// lastOf is a column of a run's last attempt, as an expression: a join could be
// walked from its other end.
func lastOf(column string) string {
	return "(SELECT l." + column + " FROM attempts l WHERE l.run = r.id AND l.n = r.attempts)"
}

func statusIn(spans []gonets.StatusSpan) (c cond) {
	var parts []string
	for _, s := range spans {
		parts = append(parts, "COALESCE("+lastOf("status")+", 0) BETWEEN ? AND ?")
		c.args = append(c.args, s.Low, s.High)
	}
	c.text = "(" + strings.Join(parts, " OR ") + ")"
	return c
}

// unknown is what the codes of requests begin with that may have been done.
const unknown = "unknown."

// doubtful tells whether a code is for all requests that may have been done: that is
// so of a run until it is known, whatever its last attempt ended with.
func doubtful(code string) bool {
	stem, open := strings.CutSuffix(code, "*")
	return open && strings.HasPrefix(unknown, stem)
}

func codeIs(code string) cond {
	stem, open := strings.CutSuffix(code, "*")
	compare := func(column string) string {
		if open {
			return "substr(" + column + ", 1, " + strconv.Itoa(len(stem)) + ") = ?"
		}
		return column + " || '' = ?"
	}
	text := compare("r.reason") + " OR " + compare("COALESCE("+lastOf("code")+", '')")
	if doubtful(code) {
		text += " OR r.unsure > 0 OR r.doubts <> ''" // an older server writes the first alone
	}
	return cond{"(" + text + ")", []any{stem, stem}}
}

// statement builds what both texts of a walk have in common.
func (w *Walk) statement(selects, join string, q *Query, rest []cond) (string, []any) {
	columns := append(slices.Clone(w.keys), w.id)
	list, places := columns[0], "?"
	if len(columns) > 1 {
		list, places = "("+strings.Join(columns, ", ")+")", "("+pack.In(len(columns))+")"
	}
	var where []string
	var args []any
	bound := func(compare, id string) {
		where = append(where, list+compare+places)
		args = append(append(args, w.values...), id)
	}
	if q.After != "" && q.After >= q.Lower {
		bound(" > ", q.After)
	} else {
		bound(" >= ", q.Lower)
	}
	bound(" < ", q.Upper)
	if w.fixed != "" {
		where = append(where, w.fixed)
	}
	for _, c := range rest {
		where = append(where, c.text)
		args = append(args, c.args...)
	}
	direction := " DESC"
	if q.Ascending {
		direction = ""
	}
	return "SELECT " + selects + " FROM " + w.from + join + " WHERE " + strings.Join(where, " AND ") +
		" ORDER BY " + strings.Join(columns, direction+", ") + direction + " LIMIT ?", args
}

// List is the statement for runs, with its arguments but for the last one, the
// limit. selects speaks of the run as r; join is what it needs besides.
func (w *Walk) List(selects, join string, q *Query) (string, []any) {
	return w.statement(selects, w.join+join, q, w.rest)
}

// Border is the statement for the id that a walk meets after so many others,
// whether they are wanted or not; there is none when the walk ends before. Its
// last arguments are 1 and how many.
func (w *Walk) Border(q *Query) (string, []any) {
	text, args := w.statement(w.id, "", q, nil)
	return text + " OFFSET ?", args
}

// Until ends the query before an id that [Walk.Border] gave, which is still
// part of it.
func (q Query) Until(border string) Query {
	if border == "" {
		return q
	}
	if q.Ascending {
		// No id lies between an id and the same with more behind it.
		q.Upper = border + " "
	} else {
		q.Lower = border
	}
	return q
}

// Beyond is what remains of the query behind a border.
func (q Query) Beyond(border string) Query {
	if q.Ascending {
		q.After = border
	} else {
		q.Upper = border
	}
	return q
}

// Within is the part of the query whose runs were made within a time.
func (q Query) Within(from, until time.Time) Query {
	q.Lower, q.Upper = max(q.Lower, pack.From(from)), min(q.Upper, pack.From(until))
	return q
}

// Farther tells whether a walk that meets border a after so many runs is the
// more selective one than one that meets b.
func (q *Query) Farther(a, b string) bool {
	if q.Ascending {
		return a > b
	}
	return a < b
}

// SearchKey is a value as it stands in the index: long ones by their hash.
func SearchKey(v string) []byte {
	if len(v) <= gonets.MaxIDLength {
		return []byte(v)
	}
	sum := sha256.Sum256([]byte(v))
	return sum[:]
}

// Count is the statement that counts what [Walk.List] lists: runs, those that
// succeeded, and the attempts of all that did not.
func (w *Walk) Count(q *Query) (string, []any) {
	text, args := w.List("r.id AS id, r.state AS state", "", q)
	return `SELECT count(*), CAST(COALESCE(sum(CASE WHEN c.state = 'succeeded' THEN 1 ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(sum((SELECT count(*) FROM attempts b WHERE b.run = c.id AND b.outcome <> 'ok')), 0) AS BIGINT)
		FROM (` + text + `) c`, args
}

// Fits tells whether a run that was read meets what its own row can tell: for
// what is not found by these statements.
func Fits(r *gonets.RunSummary, f *gonets.RunFilter) bool {
	span := func(s gonets.StatusSpan) bool { return s.Low <= r.LastStatus && r.LastStatus <= s.High }
	stem, open := strings.CutSuffix(f.Code, "*")
	return (len(f.States) == 0 || slices.Contains(f.States, r.State)) && (f.Source == "" || f.Source == r.Source) &&
		(f.ID == "" || f.ID == r.ID || f.ID == r.EventID) && (f.Lane == "" || f.Lane == r.Lane) &&
		(len(f.Statuses) == 0 || slices.ContainsFunc(f.Statuses, span)) &&
		(f.Code == "" || string(r.Reason) == f.Code || open && strings.HasPrefix(string(r.Reason), stem) || r.Doubts != "" && doubtful(f.Code)) &&
		(f.Value == "" || carries(r.ID, f.Value)) && f.Bulk == "" && f.Text == "" && f.ReceivedFrom.IsZero()
}

// carries tells whether a request of the run carried the text as its key or trace.
func carries(run, text string) bool {
	carried, ok := id.Carried(text)
	return ok && carried == run
}

// At is when the run was made that a border names.
func At(border string) time.Time {
	if ms, ok := pack.Time(border); ok {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}
