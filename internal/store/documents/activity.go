package documents

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// Counting stops here.
const maxCount = 10_000

// hours are how many an activity looks back.
const hours = 24

// What an index over states within a scenario holds.
const (
	failing = `r.state IN ('failed', 'paused')`
	waiting = `r.state IN ('held', 'waiting', 'cancelled')`
)

// ActivitySQL counts, for 24 spans of ids, a scenario's runs that began then,
// those that failed or need a person, and those that wait or were cancelled.
// Every count is answered by an index alone.
func ActivitySQL() string {
	count := func(condition string) string {
		return `(SELECT count(*) FROM (SELECT 1 FROM runs r WHERE ` + condition + `r.scenario = b.scenario
			AND r.id >= b.low AND r.id < b.high LIMIT 10000) c)`
	}
	return `WITH b (n, scenario, low, high) AS (VALUES ` + strings.TrimSuffix(strings.Repeat(`(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT)),`, hours), ",") + `)
		SELECT b.n, ` + count("") + `, ` + count(failing+` AND `+filter.IndexedStateOf+` AND `) + `, ` + count(waiting+` AND `+filter.IndexedStateOf+` AND `) + ` FROM b`
}

// StateSQL counts a scenario's runs of a state, up to a number.
const StateSQL = `SELECT count(*) FROM (SELECT 1 FROM runs r WHERE r.state = ? AND ` + filter.IndexedStateOf + ` AND r.scenario = ? LIMIT ?) c`

// LatestSQL is a scenario's newest run.
const LatestSQL = `SELECT r.created_at FROM runs r WHERE r.scenario = ? ORDER BY r.scenario DESC, r.id DESC LIMIT 1`

// The questions about what came to a source.
const (
	LatestEventSQL = `SELECT e.received_at FROM events e WHERE e.source = ? ORDER BY e.source DESC, e.received_at DESC, e.id DESC LIMIT 1`
	EventsSinceSQL = `SELECT count(*) FROM (SELECT 1 FROM events e WHERE e.source = ? AND e.received_at >= ? LIMIT ?) c`
)

// Activity is what a scenario did during the last 24 hours.
func (d *Documents) Activity(ctx context.Context, scenario string) (gonets.Activity, error) {
	var out gonets.Activity
	// Whole hours, so that what was counted does not change its place.
	end := d.base.Clock.Now().Truncate(time.Hour).Add(time.Hour)
	args := make([]any, 0, 4*hours)
	for i := range hours {
		at := end.Add(time.Duration(i-hours) * time.Hour)
		out.Buckets = append(out.Buckets, gonets.ActivityBucket{At: at.UTC()})
		args = append(args, i, scenario, pack.From(at), pack.From(at.Add(time.Hour)))
	}
	err := d.base.Ask(ctx, func(q pack.Reader) error {
		type row struct{ n, all, failed, waiting int }
		rows, err := pack.Collect(q, ActivitySQL(), args, func(scan func(...any) error) (r row, err error) {
			err = scan(&r.n, &r.all, &r.failed, &r.waiting)
			return r, err
		})
		if err != nil {
			return err
		}
		for _, r := range rows {
			out.Buckets[r.n].Done, out.Buckets[r.n].Failed = max(r.all-r.failed-r.waiting, 0), r.failed
			out.Total = min(out.Total+r.all, maxCount)
		}
		for state, n := range map[gonets.RunState]*int{gonets.RunPaused: &out.Paused, gonets.RunHeld: &out.Held} {
			if err := q.Row(StateSQL, []any{string(state), scenario, maxCount}, n); err != nil {
				return err
			}
		}
		out.LastAt, err = latest(q, LatestSQL, scenario)
		return err
	})
	return out, err
}

// SourceActivity is what came to a source.
func (d *Documents) SourceActivity(ctx context.Context, source string) (gonets.SourceActivity, error) {
	var out gonets.SourceActivity
	since := d.base.Clock.Now().Add(-hours * time.Hour).UnixMilli()
	err := d.base.Ask(ctx, func(q pack.Reader) (err error) {
		if err := q.Row(EventsSinceSQL, []any{source, since, maxCount}, &out.Day); err != nil {
			return err
		}
		out.LastAt, err = latest(q, LatestEventSQL, source)
		return err
	})
	return out, err
}

// latest is the time that a question finds; zero when there is none.
func latest(q pack.Reader, query, name string) (time.Time, error) {
	times, err := pack.Collect(q, query, []any{name}, func(scan func(...any) error) (at sql.NullInt64, err error) {
		err = scan(&at)
		return at, err
	})
	if err != nil || len(times) == 0 {
		return time.Time{}, err
	}
	return pack.FromMS(times[0]), nil
}
