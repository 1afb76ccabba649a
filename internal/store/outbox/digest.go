package outbox

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

const (
	lastingSQL = troubleSelect + `WHERE over_at IS NULL AND ok_at <= failed_at ORDER BY failed_at DESC LIMIT ?`
	endedSQL   = troubleSelect + `WHERE over_at >= ? AND over_at < ? ORDER BY over_at DESC LIMIT ?`
)

// Troubles are those that last, and those that ended in a span of time, the
// newest first, up to a number of each.
func (o *Outbox) Troubles(ctx context.Context, from, to time.Time, limit int) (lasting, ended []news.Trouble, err error) {
	q := o.base.Read(ctx)
	if lasting, err = pack.Collect(q, lastingSQL, []any{limit}, scanTrouble); err == nil {
		ended, err = pack.Collect(q, endedSQL, []any{from.UnixMilli(), to.UnixMilli(), limit}, scanTrouble)
	}
	return lasting, ended, o.base.Wrap(err)
}

// Digested is until when digests have told; zero when there was none.
func (o *Outbox) Digested(ctx context.Context) (time.Time, error) {
	at, err := digested(o.base.Read(ctx))
	return at, o.base.Wrap(err)
}

func digested(q pack.Reader) (time.Time, error) {
	var text string
	err := q.Row(`SELECT value FROM meta WHERE name = 'digest'`, nil, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // whoever wrote it, digests begin anew
	}
	return time.UnixMilli(ms), nil
}

// KeepDigest notes that digests have told until a time, with the letters of the
// last one; nothing is done when another node has told since before. A zero
// until forgets that there were any.
func (o *Outbox) KeepDigest(ctx context.Context, before, until time.Time, b *news.Bundle) (done bool, err error) {
	err = o.base.Change(ctx, func(t floor.Txn) error {
		done = false
		if err := floor.DecideAlone(t); err != nil {
			return err
		}
		last, err := digested(t)
		if err != nil || !last.Equal(before) {
			return err
		}
		done = true
		if until.IsZero() {
			return t.Exec(`DELETE FROM meta WHERE name = 'digest'`)
		}
		err = t.Exec(`INSERT INTO meta (name, value) VALUES ('digest', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
			strconv.FormatInt(until.UnixMilli(), 10))
		if err != nil || b == nil {
			return err
		}
		if err := addBundle(t, b); err != nil {
			return err
		}
		for _, n := range b.Notices {
			n.ID = id.New()
			if err := t.Exec(noticeInsert, noticeRow(n)...); err != nil {
				return err
			}
		}
		return nil
	})
	return done && err == nil, err
}
