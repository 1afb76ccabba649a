// Package reconcile is the room of the store for what came in and what became of
// it, day by day. Events, runs and successes are counted in the commits that store
// them (package tally), everything else from the runs that are there: two counts
// that have to agree.
package reconcile

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/calendar"
	"gonets/internal/reconciliation"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
	"gonets/internal/store/tally"
)

// Books is the room.
type Books struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *Books { return &Books{b} }

// SQL finds the counts of a time, and in the same look the runs that have not
// succeeded, event by event: counts and runs of two moments would not agree. Its
// arguments are of Args. Counts are summed up by day, runs by quarter: there may be
// a million of the former, and few of the latter. Rows are a quarter, a source,
// how badly off, and the counts of [tally.Counts]. How badly off is 0 for counts, twice the place in
// [tally.Open] counted from 1 for runs, and one less for runs that were removed
// while others of their events stayed.
func SQL(days int, source bool) string {
	only := ""
	if source {
		only = " AND source = ?"
	}
	var open []string
	fallen := ""
	for i, s := range tally.Open() {
		where := filter.IndexedState
		if s == gonets.RunRunning {
			where = "node IS NOT NULL"
		}
		open = append(open, fmt.Sprintf("SELECT event, %d AS worst, 1 AS n FROM runs WHERE state = '%s' AND %s AND id >= ?%s", 2*(i+1), s, where, only))
		fallen += fmt.Sprintf(" WHEN '%s' THEN %d", s, 2*(i+1)-1)
	}
	open = append(open, "SELECT event, CASE state"+fallen+" END, 0 FROM fallen WHERE event >= ?")
	var sums, zeros []string
	for i, m := range tally.Members() {
		sums = append(sums, "CAST(sum("+m+") AS BIGINT)")
		switch i {
		case 0:
			zeros = append(zeros, "count(*)")
		case 1:
			zeros = append(zeros, "CAST(sum(c.n) AS BIGINT)")
		default:
			zeros = append(zeros, "0")
		}
	}
	return `SELECT d.column1, source, 0, ` + strings.Join(sums, ", ") + `
	FROM (VALUES ` + strings.Repeat("(CAST(? AS BIGINT), CAST(? AS BIGINT)), ", days-1) + `(CAST(? AS BIGINT), CAST(? AS BIGINT))) d
		CROSS JOIN tallies WHERE slot >= d.column1 AND slot < d.column2` + only + ` GROUP BY d.column1, source
	UNION ALL SELECT e.received_at / 900000, e.source, c.worst, ` + strings.Join(zeros, ", ") + `
	FROM (SELECT b.event, max(b.worst) AS worst, CAST(sum(b.n) AS BIGINT) AS n FROM (` + strings.Join(open, " UNION ALL ") + `) b GROUP BY b.event) c
		CROSS JOIN events e WHERE e.id = c.event AND e.received_at >= ? AND e.received_at < ?` + strings.ReplaceAll(only, "source", "e.source") + `
	GROUP BY 1, 2, 3`
}

// Args are the arguments of SQL.
func Args(a reconciliation.Question) []any {
	var source []any
	if a.Source != "" {
		source = []any{a.Source}
	}
	var args []any
	for _, d := range days(a) {
		args = append(args, tally.KeyOf("", d.from).Slot, tally.KeyOf("", d.until).Slot)
	}
	args = append(args, source...)
	for range tally.Open() {
		args = append(append(args, pack.From(a.From.Add(-filter.Clocks))), source...)
	}
	args = append(args, pack.From(a.From.Add(-filter.Clocks)))
	return append(append(args, a.From.UnixMilli(), a.Until.UnixMilli()), source...)
}

// span is a day, or what is asked of it.
type span struct{ day, from, until time.Time }

// days are those of a question, the oldest first; there is one at least.
func days(a reconciliation.Question) []span {
	var out []span
	year, month, date := a.From.In(a.Zone).Date()
	for n := 0; ; n++ {
		s := span{day: calendar.DayStart(year, month, date+n, a.Zone), until: calendar.DayStart(year, month, date+n+1, a.Zone)}
		if s.from = s.day; s.from.Before(a.From) {
			s.from = a.From
		}
		if !s.until.Before(a.Until) {
			s.until = a.Until
			return append(out, s)
		}
		out = append(out, s)
	}
}

type day struct {
	at     int64
	source string
}

// Reconcile counts, the newest day first and within a day by source. Days of
// which nothing is known are left out.
func (b *Books) Reconcile(ctx context.Context, a reconciliation.Question) ([]reconciliation.Day, error) {
	found := map[day]*reconciliation.Day{}
	spans := days(a)
	err := b.base.Ask(ctx, func(r pack.Reader) error {
		clear(found)
		_, err := pack.Collect(r, SQL(len(spans), a.Source != ""), Args(a), func(scan func(...any) error) (struct{}, error) {
			var k tally.Key
			var worst int
			var c tally.Counts
			dest := []any{&k.Slot, &k.Source, &worst}
			for _, n := range c.All() {
				dest = append(dest, n)
			}
			if err := scan(dest...); err != nil {
				return struct{}{}, err
			}
			// The last day that has begun by then.
			i, _ := slices.BinarySearchFunc(spans, k.Time(), func(s span, t time.Time) int {
				if s.from.After(t) {
					return 1
				}
				return -1
			})
			at := spans[max(i-1, 0)].day
			d := found[day{at.Unix(), k.Source}]
			if d == nil {
				d = &reconciliation.Day{At: at, Source: k.Source}
				found[day{at.Unix(), k.Source}] = d
			}
			add(d, worst, &c)
			return struct{}{}, nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	keys := slices.SortedFunc(maps.Keys(found), func(x, y day) int {
		return cmp.Or(cmp.Compare(y.at, x.at), cmp.Compare(x.source, y.source))
	})
	out := make([]reconciliation.Day, len(keys))
	for i, k := range keys {
		out[i] = *found[k]
	}
	return out, nil
}

// add adds a row. What succeeded is what nothing else is said of, but for runs
// that nothing at all is known of.
func add(d *reconciliation.Day, worst int, c *tally.Counts) {
	if worst > 0 {
		events, runs := c.Events, c.Bare
		state := tally.Open()[(worst+1)/2-1]
		if worst%2 == 1 && state == gonets.RunHeld {
			d.Expired += events
		} else {
			*place(d, state) += events
		}
		d.Done -= events
		d.Missing -= runs
		d.Done += runs
		return
	}
	missing := c.Runs - c.Done - c.Gone
	d.Received += c.Events
	d.Repeats += c.Repeats
	d.Rejected += c.Rejected
	d.Unused += c.Bare
	d.Failed += c.GoneFailed
	d.Cancelled += c.GoneCancelled
	d.Skipped += c.GoneSkipped
	d.Expired += c.GoneHeld
	d.Missing += missing
	d.Done += c.Events - c.Bare - c.GoneFailed - c.GoneCancelled - c.GoneSkipped - c.GoneHeld - missing
}

// place is where events with a run in such a state are counted.
func place(d *reconciliation.Day, s gonets.RunState) *int64 {
	switch s {
	case gonets.RunPaused:
		return &d.Paused
	case gonets.RunFailed:
		return &d.Failed
	case gonets.RunHeld:
		return &d.Held
	case gonets.RunCancelled:
		return &d.Cancelled
	case gonets.RunSkipped:
		return &d.Skipped
	default:
		return &d.Waiting
	}
}

// RefusedSQL counts the callers that a source did not believe, by the index of such rows.
const RefusedSQL = `SELECT CAST(COALESCE(sum(rejected), 0) AS BIGINT), COALESCE(max(slot), 0) FROM tallies WHERE source = ? AND slot >= ? AND rejected > 0`

// Refused is how often a source surely did not believe a caller since a time, and when
// the last of them came at the earliest. Of the quarter of an hour of that time only
// the very last refusal is known to be behind it; what a server stores together is
// counted at the time of its last.
func (b *Books) Refused(ctx context.Context, source string, since time.Time) (n int64, last time.Time, err error) {
	err = b.base.Ask(ctx, func(r pack.Reader) error {
		n, last = 0, time.Time{}
		k := tally.KeyOf(source, since.Add(tally.Slot-time.Millisecond)) // the first that begins since then
		if err := r.Row(RefusedSQL, []any{source, k.Slot}, &n, &k.Slot); err != nil {
			return err
		}
		if n > 0 {
			last = k.Time()
		}
		exact, err := pack.Collect(r, `SELECT refused_at FROM sources WHERE name = ?`, []any{source}, func(scan func(...any) error) (at sql.NullInt64, err error) {
			err = scan(&at)
			return at, err
		})
		if err != nil || len(exact) == 0 {
			return err
		}
		if at := pack.FromMS(exact[0]); !at.Before(since) {
			n, last = max(n, 1), gonets.Later(last, at)
		}
		return nil
	})
	return n, last, err
}

// Keep is how long counts are kept.
const Keep = 400 * 24 * time.Hour

// PruneTallies forgets the counts of days long ago.
func (b *Books) PruneTallies(ctx context.Context) error {
	return b.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`DELETE FROM tallies WHERE slot < ?`, tally.KeyOf("", t.Now().Add(-Keep)).Slot)
	})
}
