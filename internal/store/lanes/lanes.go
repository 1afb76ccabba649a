// Package lanes is the room of the store for what all nodes know of a lane
// beside its runs: that it is closed or paused, who tries it out, which turns
// are taken, and how its requests ended.
package lanes

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/lane"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// Lanes is the room.
type Lanes struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *Lanes { return &Lanes{b} }

const recordsSQL = `SELECT name, paused_at, paused_by, drain, closed_at, closed_until, closures, code, status, probe,
		probe_until, ramp_at FROM lanes
	WHERE paused_at <> 0 OR closed_until <> 0 OR ramp_at <> 0 OR drain <> '' ORDER BY name`

// LaneRecords are the lanes that are not simply open.
func (l *Lanes) LaneRecords(ctx context.Context) ([]lane.Record, error) {
	out, err := pack.Collect(l.base.Read(ctx), recordsSQL, nil, func(scan func(...any) error) (r lane.Record, err error) {
		var paused, closed, until, probe, ramp int64
		err = scan(&r.Name, &paused, &r.PausedBy, &r.Drain, &closed, &until, &r.Closures, &r.Code, &r.Status, &r.Probe, &probe, &ramp)
		r.PausedAt, r.ClosedAt, r.ClosedUntil = pack.FromStamp(paused), pack.FromStamp(closed), pack.FromStamp(until)
		r.ProbeUntil, r.RampAt = pack.FromStamp(probe), pack.FromStamp(ramp)
		return r, err
	})
	return out, l.base.Wrap(err)
}

// KeepLane makes durable what a node found out about a lane.
func (l *Lanes) KeepLane(ctx context.Context, c lane.Change, node string) error {
	return l.base.Change(ctx, func(t floor.Txn) error {
		switch c.Kind {
		case lane.ChangeClosed:
			// Whoever wants to wait longest is followed.
			return t.Exec(`INSERT INTO lanes (name, closed_at, closed_until, closures, code, status) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET
					closed_at = CASE WHEN lanes.closed_until = 0 THEN excluded.closed_at ELSE lanes.closed_at END,
					closed_until = CASE WHEN lanes.closed_until > excluded.closed_until THEN lanes.closed_until ELSE excluded.closed_until END,
					closures = CASE WHEN lanes.closures > excluded.closures THEN lanes.closures ELSE excluded.closures END,
					code = excluded.code, status = excluded.status, probe = '', probe_until = 0, ramp_at = 0`,
				c.Name, pack.Stamp(c.ClosedAt), pack.Stamp(c.ClosedUntil), c.Closures, string(c.Code), c.Status)
		case lane.ChangeOpened:
			return t.Exec(`UPDATE lanes SET closed_at = 0, closed_until = 0, code = '', status = 0, probe = '', probe_until = 0,
				ramp_at = ? WHERE name = ? AND probe = ?`, pack.Stamp(c.RampAt), c.Name, node)
		case lane.ChangeWell:
			return t.Exec(`UPDATE lanes SET closures = 0, ramp_at = 0 WHERE name = ? AND closed_until = 0`, c.Name)
		case lane.ChangeUnproved:
			return t.Exec(`UPDATE lanes SET probe = '', probe_until = 0 WHERE name = ? AND probe = ?`, c.Name, node)
		}
		return nil
	})
}

// ProbeLane asks to try a closed lane out: of all nodes, one may at a time.
func (l *Lanes) ProbeLane(ctx context.Context, p lane.Probe) (won bool, err error) {
	err = l.base.Change(ctx, func(t floor.Txn) error {
		n, err := t.Changed(`UPDATE lanes SET probe = ?, probe_until = ? WHERE name = ? AND paused_at = 0
			AND closed_until <> 0 AND closed_until <= ? AND (probe = '' OR probe = ? OR probe_until <= ?)`,
			p.Node, pack.Stamp(p.Until), p.Name, pack.Stamp(p.Now), p.Node, pack.Stamp(p.Now))
		won = n > 0
		return err
	})
	return won, err
}

// farAhead is behind how many bookings of the longest kind a turn may lie: beyond
// them it was booked by a clock that was set back since.
const farAhead = 32

// BookTurns takes the next turns of a lane for one node and gives the first.
func (l *Lanes) BookTurns(ctx context.Context, w lane.Want, now time.Time) (first time.Time, err error) {
	err = l.base.Change(ctx, func(t floor.Txn) error {
		from, span := now.UnixMicro(), int64(w.Turns)*w.Every.Microseconds()
		far := from + farAhead*max(w.Every, lane.BookAhead).Microseconds()
		err := t.Exec(`INSERT INTO lanes (name, turn_at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET
			turn_at = CASE WHEN lanes.turn_at > ? AND lanes.turn_at < ? THEN lanes.turn_at ELSE ? END + ?`, w.Name, from+span, from, far, from, span)
		if err != nil {
			return err
		}
		var end int64
		err = t.Row(`SELECT turn_at FROM lanes WHERE name = ?`, []any{w.Name}, &end)
		first = time.UnixMicro(end - span)
		return err
	})
	return first, err
}

// keepHours is how long the counts of an hour are kept.
const keepHours = 49

// CountAttempts adds to the counts of the present hour.
func (l *Lanes) CountAttempts(ctx context.Context, counts map[string]lane.Count) error {
	return l.base.Change(ctx, func(t floor.Txn) error {
		hour := t.Now().Unix() / 3600
		for name, c := range counts {
			err := t.Exec(`INSERT INTO lane_hours (hour, lane, ok, failed) VALUES (?, ?, ?, ?)
				ON CONFLICT (hour, lane) DO UPDATE SET ok = lane_hours.ok + excluded.ok, failed = lane_hours.failed + excluded.failed`,
				hour, name, c.OK, c.Failed)
			if err != nil {
				return err
			}
		}
		return t.Exec(`DELETE FROM lane_hours WHERE hour < ?`, hour-keepHours)
	})
}

// ActOnLane does what a person wants of a lane.
func (l *Lanes) ActOnLane(ctx context.Context, a lane.Action) error {
	return l.base.Change(ctx, func(t floor.Txn) error {
		now := pack.Stamp(t.Now())
		var paused, closed int64
		err := t.Row(`SELECT paused_at, closed_until FROM lanes WHERE name = ?`, []any{a.Name}, &paused, &closed)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		switch a.Kind {
		case lane.ActPause:
			if paused != 0 {
				return nil
			}
			err = t.Exec(`INSERT INTO lanes (name, paused_at, paused_by) VALUES (?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET paused_at = excluded.paused_at, paused_by = excluded.paused_by`, a.Name, now, a.Actor)
		case lane.ActResume:
			if paused == 0 {
				return nil
			}
			err = t.Exec(`UPDATE lanes SET paused_at = 0, paused_by = '' WHERE name = ?`, a.Name)
		case lane.ActTry:
			if paused != 0 {
				return gonets.Errorf(gonets.CodeLanePaused, "the queue to %s is paused; resume it first", a.Name)
			}
			if closed == 0 {
				return nil
			}
			err = t.Exec(`UPDATE lanes SET closed_until = ? WHERE name = ? AND closed_until > ?`, now, a.Name, now)
		case lane.ActDrain:
			err = t.Exec(`INSERT INTO lanes (name, drain) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET drain = excluded.drain,
				paused_at = 0, paused_by = ''`, a.Name, string(a.Rate))
		}
		if err != nil {
			return err
		}
		detail := ""
		if a.Rate != "" {
			detail = `{"rate":` + strconv.Quote(string(a.Rate)) + `}`
		}
		return t.Audit(a.Actor, "lane."+string(a.Kind), a.Name, detail)
	})
}

// LiveNodes are the nodes that were heard of lately, by their names.
func (l *Lanes) LiveNodes(ctx context.Context) ([]lane.Sharer, error) {
	nodes, err := pack.Collect(l.base.Read(ctx), `SELECT id, parts FROM nodes WHERE `+pack.HeardSQL(l.base.Dialect, "nodes")+` ORDER BY id`,
		nil, func(scan func(...any) error) (n lane.Sharer, err error) {
			err = scan(&n.Name, &n.Parts)
			return n, err
		})
	return nodes, l.base.Wrap(err)
}

// KeepParts tells the others among how many nodes one keeps to its part.
func (l *Lanes) KeepParts(ctx context.Context, n lane.Sharer) error {
	return l.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`UPDATE nodes SET parts = ? WHERE id = ?`, n.Parts, n.Name)
	})
}

const (
	hoursSQL = `SELECT lane, CAST(sum(ok) AS BIGINT), CAST(sum(failed) AS BIGINT) FROM lane_hours WHERE hour > ? GROUP BY lane`
	// due are the runs of a lane that are due and nobody's.
	due = ` FROM runs c WHERE c.lane = ? AND c.state IN ('queued', 'waiting') AND c.node IS NULL AND c.parked = 0 AND c.due_at <= ?`
	// stuck is 1 of a run c that goes after one of its order key which waits for a person,
	// for its time, or for another lane to which nothing is sent: no place in its own helps it.
	stuck = `COALESCE((SELECT CASE WHEN f.node IS NULL AND (f.state = 'paused' OR f.due_at > ? OR f.lane <> c.lane AND
			COALESCE((SELECT l.paused_at + l.closed_until FROM lanes l WHERE l.name = f.lane), 0) <> 0) THEN 1 ELSE 0 END` + pack.FrontOf + `), 0)`
	// waitingSQL counts what of a lane waits for it, and what was looked at for that, up
	// to a number.
	waitingSQL = `SELECT CAST(? AS BIGINT), count(*), CAST(COALESCE(sum(1 - b.stuck), 0) AS BIGINT), COALESCE(min(CASE WHEN b.stuck = 0 THEN b.due_at END), 0)
		FROM (SELECT c.due_at, ` + stuck + ` AS stuck` + due + ` LIMIT ?) b`
	// busySQL is 1 while a node has anything of a lane, anything waits for it, or more is
	// due than is looked at.
	busySQL = `SELECT CASE
		WHEN EXISTS (SELECT 1 FROM runs r WHERE r.node IS NOT NULL AND r.lane = ?) THEN 1
		WHEN EXISTS (SELECT 1 FROM (SELECT ` + stuck + ` AS stuck` + due + ` LIMIT ?) b WHERE b.stuck = 0) THEN 1
		WHEN (SELECT count(*) FROM (SELECT 1` + due + ` LIMIT ?) b) >= ? THEN 1 ELSE 0 END`
)

// Queries are those of which the plan matters.
func Queries() map[string]string {
	return map[string]string{"waiting of lanes": waitingOf(3), "whether a lane drains": busySQL}
}

// LaneCounts are the counts of the last day.
func (l *Lanes) LaneCounts(ctx context.Context) (out map[string]lane.Count, err error) {
	out = map[string]lane.Count{}
	hour := l.base.Clock.Now().Unix() / 3600
	_, err = pack.Collect(l.base.Read(ctx), hoursSQL, []any{hour - 24}, func(scan func(...any) error) (none struct{}, err error) {
		var name string
		var c lane.Count
		err = scan(&name, &c.OK, &c.Failed)
		out[name] = c
		return none, err
	})
	return out, l.base.Wrap(err)
}

// waitingAtOnce is of how many lanes one statement tells what waits for them.
const waitingAtOnce = 50

// waitingOf tells of so many lanes what waits for them.
func waitingOf(n int) string {
	return strings.Repeat(waitingSQL+" UNION ALL ", n-1) + waitingSQL
}

// LaneWaiting tells what waits for lanes in the database; of those for which nothing does
// it tells nothing. Where more is due than is looked at, it all counts.
func (l *Lanes) LaneWaiting(ctx context.Context, names []string) (map[string]lane.Waiting, error) {
	out := map[string]lane.Waiting{}
	now := l.base.Clock.Now().UnixMilli()
	err := l.base.Ask(ctx, func(q pack.Reader) error {
		for some := range slices.Chunk(names, waitingAtOnce) {
			var args []any
			for i, name := range some {
				args = append(args, i, now, name, now, lane.CountWaiting)
			}
			_, err := pack.Collect(q, waitingOf(len(some)), args, func(scan func(...any) error) (none struct{}, err error) {
				var i, looked int
				var w lane.Waiting
				var at int64
				if err = scan(&i, &looked, &w.Runs, &at); err != nil {
					return none, err
				}
				if looked == lane.CountWaiting {
					w.Runs = looked
				}
				if w.Since = pack.FromStamp(at); w.Runs > 0 {
					out[some[i]] = w
				}
				return none, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// EndDrain ends a drain when no node has anything of the lane and nothing waits for it any more.
func (l *Lanes) EndDrain(ctx context.Context, name string) (ended bool, err error) {
	now, most := l.base.Clock.Now().UnixMilli(), lane.CountWaiting
	var busy int
	drains, err := pack.Texts(l.base.Read(ctx), `SELECT drain FROM lanes WHERE name = ?`, name)
	if err == nil {
		err = l.base.Read(ctx).Row(busySQL, []any{name, now, name, now, most, name, now, most, most}, &busy)
	}
	if err != nil || busy > 0 {
		return false, l.base.Wrap(err)
	}
	return true, l.base.Change(ctx, func(t floor.Txn) (err error) {
		for _, drain := range drains {
			// One that a person has begun since stays.
			err = t.Exec(`UPDATE lanes SET drain = '' WHERE name = ? AND drain = ?`, name, drain)
		}
		return err
	})
}
