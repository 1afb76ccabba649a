package checks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"gonets"
	"gonets/internal/compress"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// What stands for the end of what has none that retention counts from: what is over
// ended before all of them.
const (
	// never is an example's: it stays until a person takes it away.
	never = math.MaxInt64
	// going is a check's that is on its way, ending when a person wants its end.
	going  = never - 1
	ending = never - 2
	// lost is a check's whose server went away, until somebody notes it; noted one's that
	// is to end should that server come back, because a person wants its end or has noted it.
	lost  = never - 3
	noted = never - 4
)

// OpenChecks are the checks that are on their way at all servers, and those that were
// lost, the oldest first; Ending are the lost ones that need not be told of any more.
func (b *Book) OpenChecks(ctx context.Context) (out []gonets.OpenCheck, err error) {
	var nodes []string
	err = b.base.Ask(ctx, func(q pack.Reader) (err error) {
		out, err = pack.Collect(q, `SELECT finished_at, id, scenario, created_at, summary FROM checks WHERE finished_at IN (?, ?, ?, ?) ORDER BY id`,
			[]any{int64(going), int64(ending), int64(lost), int64(noted)}, func(scan func(...any) error) (c gonets.OpenCheck, err error) {
				var end int64
				c.RunSummary, err = scanSummary(func(to ...any) error { return scan(append([]any{&end}, to...)...) })
				c.Ending = end == ending || end == noted
				return c, err
			})
		if err == nil && len(out) > 0 && b.base.Dialect.Shared {
			nodes, err = pack.Texts(q, `SELECT id FROM nodes WHERE `+pack.HeardSQL(b.base.Dialect, "nodes"))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Left = b.base.Dialect.Shared && !slices.Contains(nodes, out[i].Lease.Node)
	}
	return out, nil
}

// EndCheck notes that a person wants the end of a check, wherever it is on its way, or
// that he has seen that it was lost.
func (b *Book) EndCheck(ctx context.Context, id string) error {
	return b.base.Change(ctx, func(t floor.Txn) error {
		n, err := t.Changed(`UPDATE checks SET finished_at = CASE finished_at WHEN ? THEN ? WHEN ? THEN ? ELSE finished_at END WHERE id = ? AND finished_at IN (?, ?, ?)`,
			int64(going), int64(ending), int64(lost), int64(noted), id, int64(going), int64(ending), int64(lost))
		if err == nil && n == 0 {
			err = gonets.Errorf(gonets.CodeNotFound, "no check %s is on its way; what came of it, if it was one, stands in the history", id)
		}
		return err
	})
}

// LoseCheck ends a check that no server has any more. One that went on without its
// editor, and whose end nobody wanted, is told of until somebody notes it. Data that is
// damaged stays as it is.
func (b *Book) LoseCheck(ctx context.Context, id string, now time.Time) error {
	var d gonets.RunDetail
	var size int64
	var data []byte
	err := b.base.Ask(ctx, func(q pack.Reader) (err error) {
		d.Run, err = scanSummary(func(to ...any) error {
			return q.Row(`SELECT size, data, id, scenario, created_at, summary FROM checks WHERE id = ?`, []any{id}, append([]any{&size, &data}, to...)...)
		})
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	whole, damage := unpack(data, size)
	if damage == nil {
		d = whole
	}
	d.Run.Reason, d.Run.Lease, d.Run.FinishedAt = gonets.CodeCheckLost, gonets.Lease{}, now
	untold := int64(lost)
	if d.Run.Going == nil {
		untold = now.UnixMilli()
	}
	summary, err := json.Marshal(d.Run)
	if err != nil {
		return b.base.Wrap(err)
	}
	set, args := `summary = ?`, []any{summary}
	if damage == nil {
		if data, err = json.Marshal(d); err != nil {
			return b.base.Wrap(err)
		}
		set, args = set+`, size = ?, data = ?`, append(args, len(data), compress.Zstd(data))
	}
	args = append(args, int64(going), untold, int64(ending), int64(noted), id, int64(going), int64(ending))
	return b.base.Change(ctx, func(t floor.Txn) error {
		// It may have ended meanwhile, or been removed.
		return t.Exec(`UPDATE checks SET `+set+`, finished_at = CASE finished_at WHEN ? THEN ? WHEN ? THEN ? ELSE finished_at END
			WHERE id = ? AND finished_at IN (?, ?)`, args...)
	})
}
