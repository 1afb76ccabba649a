// Package checks is the room of the store for checks: runs that a person made
// to try a draft. They are final from the first time that they are kept, and
// stand apart from other runs, so that no server ever goes on with one and no
// list, count or notice meets one that did not ask.
package checks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gonets"
	"gonets/internal/compress"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// Book is the room.
type Book struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *Book { return &Book{b} }

// maxData bounds a check when it is read, in bytes: its replies, requests and
// event in JSON.
const maxData = 512 << 20

// SaveCheck keeps a check, or replaces what was kept of it before. Its state has
// to be final. Of a received event only the id is kept.
func (b *Book) SaveCheck(ctx context.Context, d gonets.RunDetail) error {
	if !d.Run.State.Final() {
		return gonets.Errorf(gonets.CodeInternal, "a check that is %s cannot be kept", d.Run.State)
	}
	var event any
	if d.Event.Mark != gonets.MarkCheck {
		event, d.Event = d.Event.ID, gonets.Event{}
	}
	summary, err := json.Marshal(d.Run)
	if err != nil {
		return b.base.Wrap(err)
	}
	data, err := json.Marshal(d)
	if err != nil {
		return b.base.Wrap(err)
	}
	finished := d.Run.FinishedAt.UnixMilli()
	if d.Run.Reason == gonets.CodeCheckGoing {
		finished = going
	}
	row := []any{d.Run.ID, d.Run.Scenario, event, d.Run.CreatedAt.UnixMilli(), finished, summary, len(data), compress.Zstd(data)}
	// Who wants its end meanwhile is not forgotten, nor that it was taken for lost then.
	return b.keep(ctx, append(row, int64(going), int64(ending), int64(noted), int64(ending)), `ON CONFLICT (id) DO UPDATE SET summary = excluded.summary, size = excluded.size, data = excluded.data,
		finished_at = CASE WHEN excluded.finished_at = ? AND checks.finished_at IN (?, ?) THEN ? ELSE excluded.finished_at END`)
}

// columns are those of a row.
const columns = 8

// keep stores a row, unless its event was erased meanwhile; behind the columns stand the
// arguments of again.
func (b *Book) keep(ctx context.Context, row []any, again string) error {
	return b.base.Change(ctx, func(t floor.Txn) error {
		if event, ok := row[2].(string); ok {
			if err := pack.NotErased(t, event, b.base.Dialect.ReadLock); err != nil {
				return err
			}
		}
		return t.Exec(`INSERT INTO checks (id, scenario, event, created_at, finished_at, summary, size, data) VALUES (`+pack.In(columns)+`) `+again, row...)
	})
}

// Check returns all that is kept about a check. The event that it was made of
// is empty once that is removed.
func (b *Book) Check(ctx context.Context, id string) (d gonets.RunDetail, err error) {
	err = b.base.Ask(ctx, func(q pack.Reader) error {
		var event sql.NullString
		var size int64
		var data []byte
		err := q.Row(`SELECT event, size, data FROM checks WHERE id = ?`, []any{id}, &event, &size, &data)
		if errors.Is(err, sql.ErrNoRows) {
			return gonets.Errorf(gonets.CodeNotFound, "there is no run %q; it may have been removed by the retention", id)
		}
		if err != nil {
			return err
		}
		if d, err = unpack(data, size); err != nil {
			return fmt.Errorf("the check %s: %w", id, err)
		}
		if !event.Valid {
			return nil
		}
		found, err := pack.LoadEvents(q, []string{event.String}, -1)
		d.Event = found[event.String]
		return err
	})
	return d, err
}

// unpack opens what is kept of a check, but for a received event.
func unpack(data []byte, size int64) (d gonets.RunDetail, err error) {
	if data, err = compress.Unzstd(data, min(size, maxData)); err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err == nil && d.Version != nil {
		d.Version.Scenario.Use(d.Version.Requests)
	}
	return d, err
}

// readAhead is how many checks are read for one page at most.
const readAhead = 5_000

// Checks lists checks like runs are listed: newest first unless Ascending. A
// page may hold fewer than there is room for.
func (b *Book) Checks(ctx context.Context, f gonets.RunFilter) (out gonets.List[gonets.RunSummary], err error) {
	from, err := filter.ParseCursor(f.Page.Cursor)
	if err != nil {
		return out, err
	}
	where, args := `finished_at < ?`, []any{int64(never)}
	add := func(text string, arg any) { where, args = where+" AND "+text, append(args, arg) }
	if f.Scenario != "" {
		add("scenario = ?", f.Scenario)
	}
	if f.EventID != "" {
		add("event = ?", f.EventID)
	}
	if !f.Since.IsZero() {
		add("created_at >= ?", f.Since.UnixMilli())
	}
	if !f.Until.IsZero() {
		add("created_at < ?", f.Until.UnixMilli())
	}
	order, beyond := "id DESC", "id < ?"
	if f.Ascending {
		order, beyond = "id", "id > ?"
	}
	if from.ID != "" {
		add(beyond, from.ID)
	}
	last, read := "", 0
	err = b.base.Ask(ctx, func(q pack.Reader) error {
		rows, err := pack.Collect(q, `SELECT id, scenario, created_at, summary FROM checks WHERE `+where+` ORDER BY `+order+` LIMIT ?`,
			append(args, min(f.Page.Size()*10, readAhead)), scanSummary)
		read = len(rows)
		for _, r := range rows {
			if len(out.Items) == f.Page.Size() {
				read = readAhead
				break
			}
			last = r.ID
			if filter.Fits(&r, &f) {
				out.Items = append(out.Items, r)
			}
		}
		return err
	})
	if err == nil && last != "" && read >= min(f.Page.Size()*10, readAhead) {
		out.Next = filter.Cursor{ID: last}.String()
	}
	return out, err
}

// RequestChecks are the newest checks that are over of the saved requests that are there,
// by the names of these; only of those that are named, if some are.
func (b *Book) RequestChecks(ctx context.Context, names ...string) (map[string]gonets.RunSummary, error) {
	out, where, args := map[string]gonets.RunSummary{}, "", []any{int64(ending)}
	if len(names) > 0 {
		where = " WHERE r.name IN (" + pack.In(len(names)) + ")"
	}
	for _, name := range names {
		args = append(args, name)
	}
	err := b.base.Ask(ctx, func(q pack.Reader) error {
		rows, err := pack.Collect(q, `SELECT c.id, c.scenario, c.created_at, c.summary FROM saved_requests r JOIN checks c ON c.id =
			(SELECT id FROM checks WHERE scenario = '`+gonets.CheckOfRequest+`' || r.name AND finished_at < ? ORDER BY id DESC LIMIT 1)`+where, args, scanSummary)
		for _, run := range rows {
			out[strings.TrimPrefix(run.Scenario, gonets.CheckOfRequest)] = run
		}
		return err
	})
	return out, err
}

func scanSummary(scan func(...any) error) (r gonets.RunSummary, err error) {
	var id, scenario string
	var created sql.NullInt64
	var text []byte
	if err = scan(&id, &scenario, &created, &text); err == nil && json.Unmarshal(text, &r) != nil {
		// What is damaged shows that it was there.
		r = gonets.RunSummary{Run: gonets.Run{ID: id, Scenario: scenario, CreatedAt: pack.FromMS(created), Mark: gonets.MarkCheck,
			State: gonets.RunFailed, Reason: gonets.CodeDamaged}}
	}
	return r, err
}

// PruneChecks removes checks that ended before a time, at most so many. Of those that
// were lost and are told of, or were noted, it is the time when they began.
func (b *Book) PruneChecks(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	for removed < limit {
		want, n := min(limit-removed, gonets.RetentionBatch), int64(0)
		err := b.base.Change(ctx, func(t floor.Txn) (err error) {
			if err = t.Exec(`UPDATE checks SET finished_at = created_at WHERE finished_at IN (?, ?) AND created_at < ?`, int64(lost), int64(noted), before.UnixMilli()); err != nil {
				return err
			}
			n, err = t.Changed(`DELETE FROM checks WHERE id IN
				(SELECT id FROM checks WHERE finished_at < ? ORDER BY finished_at, id LIMIT ?)`, before.UnixMilli(), want)
			return err
		})
		removed += int(n)
		if err != nil || n < int64(want) {
			return removed, err
		}
	}
	return removed, nil
}
