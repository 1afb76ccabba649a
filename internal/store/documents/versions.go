package documents

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

const versionQuery = `SELECT scenario, n, document, created_at, actor, note, text, requests FROM versions WHERE scenario = ? `

func scanVersion(scan func(...any) error) (gonets.Version, error) {
	var v gonets.Version
	var name, text string
	var created sql.NullInt64
	var comments, requests sql.NullString
	if err := scan(&name, &v.N, &text, &created, &v.Actor, &v.Note, &comments, &requests); err != nil {
		return v, err
	}
	v.CreatedAt, v.Text = pack.FromMS(created), comments.String
	v.Scenario, v.Requests, v.Damage = pack.Version(fmt.Sprintf("version %d of the scenario %q", v.N, name), text, requests.String)
	v.Scenario.Name = name
	return v, nil
}

// Versions lists a scenario's published versions, newest first.
func (d *Documents) Versions(ctx context.Context, scenario string, p gonets.Page) (gonets.List[gonets.Version], error) {
	var out gonets.List[gonets.Version]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	below := int64(math.MaxInt64)
	if from.ID != "" {
		below = from.At
	}
	out.Items, err = pack.Collect(d.base.Read(ctx), versionQuery+`AND n < ? ORDER BY n DESC LIMIT ?`,
		[]any{scenario, below, p.Size() + 1}, scanVersion)
	if size := p.Size(); len(out.Items) > size {
		out.Items = out.Items[:size]
		out.Next = filter.Cursor{At: int64(out.Items[size-1].N), ID: scenario}.String()
	}
	return out, d.base.Wrap(err)
}

// Version returns a published version; CodeDamaged when it cannot be read.
func (d *Documents) Version(ctx context.Context, scenario string, n int) (*gonets.Version, error) {
	items, err := pack.Collect(d.base.Read(ctx), versionQuery+`AND n = ?`, []any{scenario, n}, scanVersion)
	if err != nil {
		return nil, d.base.Wrap(err)
	}
	if len(items) == 0 {
		return nil, gonets.Errorf(gonets.CodeNotFound, "the scenario %q has no version %d", scenario, n)
	}
	if items[0].Damage != nil {
		return nil, items[0].Damage
	}
	return &items[0], nil
}
