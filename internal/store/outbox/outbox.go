// Package outbox is the room of the store for what people are told: signals of
// what went wrong, the troubles made of them, notices, and the letters that
// carry those. It keeps and hands out; what is worth telling, others decide.
package outbox

import (
	"context"
	"database/sql"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
	"gonets/internal/store/tally"
)

const (
	// roundSignals, roundTroubles and roundNotices bound what one round looks
	// at, so that it holds up nobody's commit; the rest waits for the next one.
	roundSignals  = 500
	roundTroubles = 200
	roundNotices  = 500
	// maxWatched bounds the troubles whose end is watched for.
	maxWatched = 10_000
)

// Outbox is the room.
type Outbox struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *Outbox { return &Outbox{b} }

// Signal stores signals that come with no other change.
func (o *Outbox) Signal(ctx context.Context, signals []gonets.Signal) error {
	if len(signals) == 0 {
		return nil
	}
	return o.base.Change(ctx, func(t floor.Txn) error { return signal(t, signals) })
}

func signal(t floor.Txn, signals []gonets.Signal) error {
	for i := range signals {
		if s := &signals[i]; s.Kind == gonets.SignalRejected {
			t.Tally().At(tally.KeyOf(s.Source, s.Last)).Rejected += int64(s.Runs)
			at := s.Last.UnixMilli()
			if err := t.Exec(`UPDATE sources SET refused_at = ? WHERE name = ? AND refused_at < ?`, at, s.Source, at); err != nil {
				return err
			}
		}
		if err := t.Exec(pack.Signals.Each, pack.Signal(&signals[i])...); err != nil {
			return err
		}
	}
	return nil
}

// KeepRejected stores what a server counted since the batch before. A batch whose
// answer was lost comes again under the same id, and is stored once.
func (o *Outbox) KeepRejected(ctx context.Context, server, batch string, signals []gonets.Signal) error {
	return o.base.Change(ctx, func(t floor.Txn) error {
		if first, err := isFirst(t, pack.RejectedOf+server, batch); err != nil || !first {
			return err
		}
		return signal(t, signals)
	})
}

// isFirst tells whether a batch is another one than the last of its name.
func isFirst(t floor.Txn, name, batch string) (bool, error) {
	n, err := t.Changed(`INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value`, name, batch)
	return n > 0, err
}

// healedSQL finds open troubles whose last failed step has succeeded since:
// perhaps on another node, which did not know of them yet.
const healedSQL = `SELECT t.id FROM (SELECT id, run, n, path FROM troubles
		WHERE over_at IS NULL AND ok_at <= failed_at ORDER BY failed_at DESC LIMIT ?) t
	WHERE EXISTS (SELECT 1 FROM attempts a WHERE a.run = t.run AND a.n > t.n AND a.path = t.path AND a.outcome = 'ok' AND a.purpose <> 'ask.not_done')`

// dueSQL is what is asked every few seconds.
const dueSQL = `SELECT
		CASE WHEN EXISTS (SELECT 1 FROM signals) OR EXISTS (SELECT 1 FROM troubles WHERE look_at <= ?)
			OR EXISTS (` + healedSQL + `) THEN 1 ELSE 0 END,
		CASE WHEN EXISTS (SELECT 1 FROM notices WHERE letter IS NULL AND due_at <= ?) THEN 1 ELSE 0 END`

// watchedSQL lists the open troubles that a success may end.
const watchedSQL = `SELECT scenario, id, host, path FROM troubles
	WHERE over_at IS NULL AND ok_at <= failed_at AND scenario <> '' AND code <> 'errors.many' ORDER BY failed_at DESC LIMIT ?`

// Queries are those that are asked again and again.
func Queries() map[string]string {
	return map[string]string{"due": dueSQL, "watched": watchedSQL, "notices": listSQL("WHERE n.id < ?"),
		"letter": letterDueSQL, "last heard": lastHeardSQL, "hours": hoursSQL, "told": toldSQL, "conditions": openSQL(len(news.Conditions())), "sheets": sheetsSQL, "sheet": sheetSQL, "silence": silenceSQL, "outcomes": outcomesSQL, "certificates": shownSQL, "lasting": lastingSQL, "ended": endedSQL, "deliveries": deliveriesSQL(2)}
}

// AlertsDue tells whether a round has something to decide, and whether there
// are notices without a letter.
func (o *Outbox) AlertsDue(ctx context.Context, now time.Time) (due news.Due, err error) {
	at := now.UnixMilli()
	err = o.base.Read(ctx).Row(dueSQL,
		[]any{at, roundTroubles, at}, &due.Signals, &due.Notices)
	return due, o.base.Wrap(err)
}

// AlertRound takes the signals, lets decide draw the conclusions, and stores
// them, all in one commit. Rounds of several nodes go one after another. decide
// may be called again after a rollback. It returns how many signals were taken.
func (o *Outbox) AlertRound(ctx context.Context, decide func(*news.Round)) (taken int, err error) {
	err = o.base.Change(ctx, func(t floor.Txn) error {
		if err := floor.DecideAlone(t); err != nil {
			return err
		}
		r, err := load(t)
		if err != nil {
			return err
		}
		taken = len(r.Signals)
		before := remember(r)
		decide(r)
		return before.store(t, r)
	})
	return taken, err
}

func load(t floor.Txn) (*news.Round, error) {
	now := t.Now()
	r := &news.Round{Now: now, Troubles: map[string]*news.Trouble{}}
	var err error
	r.Signals, err = pack.Collect(t, `DELETE FROM signals WHERE id IN (SELECT id FROM signals ORDER BY id LIMIT ?)
		RETURNING trouble, kind, `+causeColumns+`, run, n, path, runs, ended, at`, []any{roundSignals}, scanSignal)
	if err != nil {
		return nil, err
	}
	if r.Healed, err = pack.Texts(t, healedSQL, roundTroubles); err != nil {
		return nil, err
	}
	ids := append([]string(nil), r.Healed...)
	for i := range r.Signals {
		ids = append(ids, r.Signals[i].TroubleID())
	}
	troubles, err := pack.Collect(t, troubleSelect+`WHERE id IN (`+pack.In(len(ids))+`)`, pack.Args(ids), scanTrouble)
	if err != nil {
		return nil, err
	}
	looks, err := pack.Collect(t, troubleSelect+`WHERE look_at <= ? ORDER BY look_at LIMIT ?`,
		[]any{now.UnixMilli(), roundTroubles}, scanTrouble)
	if err != nil {
		return nil, err
	}
	for _, tr := range append(troubles, looks...) {
		r.Troubles[tr.ID] = &tr
	}
	if r.Notices, err = loadNotices(t, r); err != nil {
		return nil, err
	}
	r.Lately, err = pack.Collect(t, `SELECT MIN(created_at) AS first FROM letters WHERE created_at > ? AND body IS NOT NULL GROUP BY bundle ORDER BY first LIMIT 1000`,
		[]any{now.Add(-time.Hour).UnixMilli()}, func(scan func(...any) error) (time.Time, error) {
			var at sql.NullInt64
			err := scan(&at)
			return pack.FromMS(at), err
		})
	return r, err
}

// loadNotices finds those without a letter and the last one of all that is
// counted: what a source rejected, runs that succeeded.
func loadNotices(t floor.Txn, r *news.Round) ([]*news.Notice, error) {
	notices, err := pack.Collect(t, `SELECT `+noticeColumns+` FROM notices n WHERE n.letter IS NULL ORDER BY n.due_at LIMIT ?`,
		[]any{roundNotices}, scanNotice)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, n := range notices {
		seen[n.Trouble] = true
	}
	for i := range r.Signals {
		s := &r.Signals[i]
		if s.Kind != gonets.SignalRejected && s.Kind != gonets.SignalDone || seen[s.TroubleID()] {
			continue
		}
		seen[s.TroubleID()] = true
		last, err := pack.Collect(t, `SELECT `+noticeColumns+` FROM notices n WHERE n.trouble = ? ORDER BY n.id DESC LIMIT 1`,
			[]any{s.TroubleID()}, scanNotice)
		if err != nil {
			return nil, err
		}
		notices = append(notices, last...)
	}
	return notices, nil
}

// memory is what a round held before somebody decided.
type memory struct {
	troubles map[string]news.Trouble
	notices  map[string]news.Notice
}

func remember(r *news.Round) memory {
	m := memory{map[string]news.Trouble{}, map[string]news.Notice{}}
	for id, tr := range r.Troubles {
		m.troubles[id] = *tr
	}
	for _, n := range r.Notices {
		m.notices[n.ID] = *n
	}
	return m
}

// store writes what was decided.
func (m *memory) store(t floor.Txn, r *news.Round) error {
	for id, tr := range r.Troubles {
		old, known := m.troubles[id]
		if known && old == *tr {
			continue
		}
		if err := t.Exec(troubleUpsert, troubleRow(tr)...); err != nil {
			return err
		}
		// What was dropped is over, but not well.
		if old.OverAt.IsZero() && !tr.OverAt.IsZero() && tr.OKAt.After(tr.FailedAt) {
			err := t.Exec(`UPDATE notices SET recovered_at = ? WHERE trouble = ? AND recovered_at IS NULL AND kind <> ?`,
				tr.OverAt.UnixMilli(), id, string(news.NoticeRecovered))
			if err != nil {
				return err
			}
		}
	}
	for i := range r.Bundles {
		if err := addBundle(t, &r.Bundles[i]); err != nil {
			return err
		}
	}
	for _, n := range r.Notices {
		old, known := m.notices[n.ID]
		switch {
		case n.ID == "":
			n.ID = id.New()
			if err := t.Exec(noticeInsert, noticeRow(n)...); err != nil {
				return err
			}
		case known && old != *n:
			err := t.Exec(`UPDATE notices SET kind = ?, due_at = ?, runs = ?, ended = ?, run = ?, path = ?, recovered_at = ?, letter = ? WHERE id = ?`,
				string(n.Kind), n.DueAt.UnixMilli(), n.Runs, n.Ended, n.RunID, n.Path, pack.MS(n.RecoveredAt), letterOf(n), n.ID)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Watched are the open troubles by scenario.
func (o *Outbox) Watched(ctx context.Context) (map[string][]news.Watched, error) {
	type row struct {
		scenario string
		news.Watched
	}
	rows, err := pack.Collect(o.base.Read(ctx), watchedSQL,
		[]any{maxWatched}, func(scan func(...any) error) (r row, err error) {
			var host []byte
			err = scan(&r.scenario, &r.ID, &host, &r.Path)
			r.Host = string(host)
			return r, err
		})
	if err != nil {
		return nil, o.base.Wrap(err)
	}
	out := map[string][]news.Watched{}
	for _, r := range rows {
		out[r.scenario] = append(out[r.scenario], r.Watched)
	}
	return out, nil
}
