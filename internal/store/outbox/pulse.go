package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

const (
	// lastHeardSQL finds when every source was heard last, and behind what of that
	// silence was accepted.
	lastHeardSQL = `SELECT s.name, (SELECT e.received_at FROM events e WHERE e.source = s.name ORDER BY e.received_at DESC LIMIT 1),
		(SELECT max(a.since) FROM silences a WHERE a.source = s.name) FROM sources s`
	// hoursSQL looks into each hour by the index, however many events it has.
	hoursSQL = `WITH RECURSIVE hours(at) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT at + 3600000 FROM hours WHERE at + 3600000 < ?)
		SELECT (SELECT e.received_at FROM events e WHERE e.source = ? AND e.received_at >= hours.at AND e.received_at < hours.at + 3600000 ORDER BY e.received_at LIMIT 1),
			(SELECT e.received_at FROM events e WHERE e.source = ? AND e.received_at >= hours.at AND e.received_at < hours.at + 3600000 ORDER BY e.received_at DESC LIMIT 1)
		FROM hours ORDER BY hours.at`
	// toldSQL leaves out the silences of which a person said that they are all right.
	toldSQL = `SELECT at FROM notices WHERE trouble = ? AND kind = ? AND at >= ? AND at < ?
		AND NOT EXISTS (SELECT 1 FROM silences a WHERE a.source = notices.source AND a.since <= notices.at AND a.accepted_at >= notices.at)`
)

// openSQL finds open troubles by their codes.
func openSQL(codes int) string {
	return `SELECT scenario, source, host, code, status, path FROM troubles WHERE over_at IS NULL AND ok_at <= failed_at AND code IN (` + pack.In(codes) + `)`
}

// Pulses are the sources, without their hours.
func (o *Outbox) Pulses(ctx context.Context) ([]news.Pulse, error) {
	out, err := pack.Collect(o.base.Read(ctx), lastHeardSQL, nil, func(scan func(...any) error) (p news.Pulse, err error) {
		var at, accepted sql.NullInt64
		err = scan(&p.Source, &at, &accepted)
		p.LastAt, p.Accepted = pack.FromMS(at), pack.FromMS(accepted)
		return p, err
	})
	return out, o.base.Wrap(err)
}

// Awake is since when silences are watched without a break: while no server of the
// database was up for longer than gap, nobody could be heard. It notes the time,
// at most so often as every.
func (o *Outbox) Awake(ctx context.Context, every, gap time.Duration) (time.Time, error) {
	now := o.base.Clock.Now().UnixMilli()
	var text string
	err := o.base.Read(ctx).Row(`SELECT value FROM meta WHERE name = 'awake'`, nil, &text)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, o.base.Wrap(err)
	}
	var seen, since int64
	if _, err := fmt.Sscan(text, &seen, &since); err != nil || now-seen > gap.Milliseconds() {
		since = now
	}
	if now-seen < every.Milliseconds() {
		return time.UnixMilli(since), nil
	}
	err = o.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`INSERT INTO meta (name, value) VALUES ('awake', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, fmt.Sprint(now, since))
	})
	return time.UnixMilli(since), err
}

// Hours are those in which a source was heard until a time, and when people were
// told of its silence meanwhile.
func (o *Outbox) Hours(ctx context.Context, source string, until time.Time) (heard []news.Heard, told []time.Time, err error) {
	to := until.UnixMilli()
	from := to - news.LearnFrom.Milliseconds()
	rows, err := pack.Collect(o.base.Read(ctx), hoursSQL, []any{from, to, source, source},
		func(scan func(...any) error) (h news.Heard, err error) {
			var first, last sql.NullInt64
			err = scan(&first, &last)
			h.First, h.Last = pack.FromMS(first), pack.FromMS(last)
			return h, err
		})
	if err != nil {
		return nil, nil, o.base.Wrap(err)
	}
	for _, h := range rows {
		if !h.First.IsZero() {
			heard = append(heard, h)
		}
	}
	silence := gonets.Cause{Source: source, Code: gonets.CodeSourceSilent}
	told, err = pack.Collect(o.base.Read(ctx), toldSQL, []any{silence.ID(), string(news.NoticeSilent), from, to},
		func(scan func(...any) error) (time.Time, error) {
			var at sql.NullInt64
			err := scan(&at)
			return pack.FromMS(at), err
		})
	return heard, told, o.base.Wrap(err)
}

// Conditions are the open troubles that are states of something, not failures
// of runs.
func (o *Outbox) Conditions(ctx context.Context) ([]news.Condition, error) {
	codes := news.Conditions()
	out, err := pack.Collect(o.base.Read(ctx), openSQL(len(codes)), pack.Args(codes),
		func(scan func(...any) error) (c news.Condition, err error) {
			dest, fill := cause(&c.Cause)
			err = scan(append(dest, &c.Path)...)
			fill()
			return c, err
		})
	return out, o.base.Wrap(err)
}
