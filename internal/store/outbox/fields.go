package outbox

import (
	"context"
	"database/sql"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

const (
	sheetsSQL = `SELECT s.name, (SELECT e.received_at FROM events e WHERE e.source = s.name ORDER BY e.received_at DESC LIMIT 1), f.seen_at, f.changes, f.revision
		FROM sources s LEFT JOIN fields f ON f.source = s.name`
	sheetSQL   = `SELECT seen_at, profile, changes, revision FROM fields WHERE source = ?`
	silenceSQL = `SELECT path FROM troubles WHERE id = ? AND over_at IS NULL AND ok_at <= failed_at`
)

// Sheets are what is known of the fields of all sources' events, without their
// profiles.
func (o *Outbox) Sheets(ctx context.Context) ([]news.Sheet, error) {
	out, err := pack.Collect(o.base.Read(ctx), sheetsSQL, nil, func(scan func(...any) error) (s news.Sheet, err error) {
		var last, seen, revision sql.NullInt64
		err = scan(&s.Source, &last, &seen, &s.Changes, &revision)
		s.LastAt, s.SeenAt, s.Revision = pack.FromMS(last), pack.FromStamp(seen.Int64), revision.Int64
		return s, err
	})
	return out, o.base.Wrap(err)
}

// Sheet is what is known of one source's; empty when that is nothing yet.
func (o *Outbox) Sheet(ctx context.Context, source string) (news.Sheet, error) {
	found, err := pack.Collect(o.base.Read(ctx), sheetSQL, []any{source}, func(scan func(...any) error) (s news.Sheet, err error) {
		var seen int64
		err = scan(&seen, &s.Profile, &s.Changes, &s.Revision)
		s.SeenAt = pack.FromStamp(seen)
		return s, err
	})
	if err != nil || len(found) == 0 {
		return news.Sheet{Source: source}, o.base.Wrap(err)
	}
	found[0].Source = source
	return found[0], nil
}

// KeepSheet keeps what was learned, unless somebody else was faster: kept is false
// then.
func (o *Outbox) KeepSheet(ctx context.Context, s *news.Sheet) (kept bool, err error) {
	err = o.base.Change(ctx, func(t floor.Txn) error {
		kept, err = keepSheet(t, s)
		return err
	})
	return kept, err
}

func keepSheet(t floor.Txn, s *news.Sheet) (bool, error) {
	text, args := `UPDATE fields SET revision = revision + 1, seen_at = ?, profile = ?, changes = ? WHERE source = ? AND revision = ?`,
		[]any{pack.Stamp(s.SeenAt), s.Profile, s.Changes, s.Source, s.Revision}
	if s.Revision == 0 {
		text, args = `INSERT INTO fields (seen_at, profile, changes, source, revision) VALUES (?, ?, ?, ?, 1) ON CONFLICT (source) DO NOTHING`, args[:4]
	}
	n, err := t.Changed(text, args...)
	return n > 0, err
}

// AcceptSheet keeps what a person said is the usual now, and ends the trouble
// without news; kept is false when somebody else was faster.
func (o *Outbox) AcceptSheet(ctx context.Context, s *news.Sheet, actor string) (kept bool, err error) {
	err = o.base.Change(ctx, func(t floor.Txn) error {
		kept = false
		// First, as whoever erases what was noted of fields does it: neither waits for the
		// other for ever.
		if err := floor.DecideAlone(t); err != nil {
			return err
		}
		if kept, err = keepSheet(t, s); err != nil || !kept {
			return err
		}
		return accepted(t, gonets.Cause{Source: s.Source, Code: gonets.CodeFieldDrift}, actor)
	})
	return kept, err
}

// AcceptSilence notes that a person finds a source's silence all right: it is told
// no longer, and it counts when usual silence is learned. Of a source that is not
// silent nothing is noted.
func (o *Outbox) AcceptSilence(ctx context.Context, source, actor string) error {
	c := gonets.Cause{Source: source, Code: gonets.CodeSourceSilent}
	return o.base.Change(ctx, func(t floor.Txn) error {
		found, err := pack.Texts(t, silenceSQL, c.ID())
		if err != nil || len(found) == 0 {
			return err
		}
		since := news.ParseSilence(found[0]).Since.UnixMilli()
		err = t.Exec(`INSERT INTO silences (source, since, accepted_at) VALUES (?, ?, ?) ON CONFLICT (source, since) DO UPDATE SET accepted_at = excluded.accepted_at`,
			source, since, t.Now().UnixMilli())
		if err != nil {
			return err
		}
		return accepted(t, c, actor)
	})
}

// accepted ends a trouble without news, because of a person.
func accepted(t floor.Txn, c gonets.Cause, actor string) error {
	if err := floor.EndTrouble(t, c); err != nil {
		return err
	}
	return t.Audit(actor, "accept", "Source/"+c.Source, `{"what":"`+string(c.Code)+`"}`)
}

// Silences are the sources that are silent for too long.
func (o *Outbox) Silences(ctx context.Context) (map[string]news.Silence, error) {
	out := map[string]news.Silence{}
	_, err := pack.Collect(o.base.Read(ctx), openSQL(1), []any{string(gonets.CodeSourceSilent)}, func(scan func(...any) error) (none struct{}, err error) {
		var c news.Condition
		dest, fill := cause(&c.Cause)
		err = scan(append(dest, &c.Path)...)
		fill()
		out[c.Source] = news.ParseSilence(c.Path)
		return none, err
	})
	return out, o.base.Wrap(err)
}

// forget removes what is known of sources that are gone, and of silences that are
// long over.
func forget(t floor.Txn, now time.Time) error {
	if err := t.Exec(`DELETE FROM fields WHERE source NOT IN (SELECT name FROM sources)`); err != nil {
		return err
	}
	return t.Exec(`DELETE FROM silences WHERE source NOT IN (SELECT name FROM sources) OR accepted_at < ? AND EXISTS
		(SELECT 1 FROM events e WHERE e.source = silences.source AND e.received_at > silences.accepted_at)`, now.Add(-2*news.LearnFrom).UnixMilli())
}
