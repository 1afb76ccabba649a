package people

import (
	"context"
	"encoding/json"

	"gonets"
	"gonets/internal/deed"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// deedsAtOnce are how many entries one question looks at, whether it wants them
// or not.
const deedsAtOnce = 20_000

// AuditSQL reads what one question looks at, the newest first; ids tell the time.
const AuditSQL = `SELECT a.id, a.at, COALESCE(u.login, a.actor), a.action,
		CASE WHEN o.login IS NULL THEN a.object ELSE 'User/' || o.login END, a.detail
	FROM (SELECT id, at, actor, action, object, detail FROM audit WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT ?) a
	LEFT JOIN users u ON u.id = a.actor
	LEFT JOIN users o ON o.id = CASE WHEN substr(a.object, 1, 5) = 'User/' THEN substr(a.object, 6) END ORDER BY a.id DESC`

// Audit lists what people did, newest first. A page may be short, and its next
// then goes on with what is older.
func (p *People) Audit(ctx context.Context, f deed.Filter) (out gonets.List[deed.Deed], err error) {
	from, err := filter.ParseCursor(f.Page.Cursor)
	if err != nil {
		return out, err
	}
	before, since, look := from.ID, "", deedsAtOnce
	if f.Actor == "" && f.Action == "" && f.Object == "" {
		look = f.Page.Size() + 1
	}
	if before == "" {
		before = "g" // behind every id
	}
	if !f.Until.IsZero() {
		before = min(before, pack.From(f.Until))
	}
	if !f.Since.IsZero() {
		since = pack.From(f.Since)
	}
	err = p.base.Ask(ctx, func(q pack.Reader) error {
		rows, err := pack.Collect(q, AuditSQL, []any{before, since, look}, scanDeed)
		if err != nil {
			return err
		}
		for i := range rows {
			if !fits(&rows[i], &f) {
				continue
			}
			if len(out.Items) == f.Page.Size() {
				out.Next = filter.Cursor{ID: out.Items[len(out.Items)-1].ID}.String()
				return nil
			}
			out.Items = append(out.Items, rows[i])
		}
		if len(rows) == look {
			out.Next = filter.Cursor{ID: rows[len(rows)-1].ID}.String()
		}
		return nil
	})
	return out, err
}

func fits(d *deed.Deed, f *deed.Filter) bool {
	return (f.Actor == "" || d.Actor == f.Actor) && (f.Action == "" || d.Action == f.Action) && (f.Object == "" || d.Object == f.Object)
}

func scanDeed(scan func(...any) error) (d deed.Deed, err error) {
	var at int64
	var detail string
	err = scan(&d.ID, &at, &d.Actor, &d.Action, &d.Object, &detail)
	d.At = fromMS(at)
	switch {
	case detail == "":
	case json.Valid([]byte(detail)):
		d.Detail = json.RawMessage(detail)
	default: // a text, such as a pace
		d.Detail, _ = json.Marshal(detail)
	}
	return d, err
}
