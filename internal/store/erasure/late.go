package erasure

import (
	"context"
	"database/sql"
	"time"

	"gonets"
	"gonets/internal/erase"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// apart is by how much the clocks of two servers may differ.
const apart = time.Minute

// ErasedSince tells whether something may have been erased since a moment; the zero one
// is before all. Where that cannot be read it may have been.
func (e *Eraser) ErasedSince(ctx context.Context, at time.Time) bool {
	var n int
	err := e.base.Quick(ctx).Row(`SELECT count(*) FROM erasures WHERE state IN ('erasing', 'checking', 'closing') OR finished_at >= ?`,
		[]any{at.Add(-apart).UnixMilli()}, &n)
	return n > 0 || err != nil || at.IsZero()
}

// Late is what is kept of an attempt whose server had lost its run before the
// result came; nil when the run is gone. That server took the run's data into its
// memory when nothing was erased yet, so of a run that is older than the last
// erasing a note is kept in the place of what was sent and got: nobody would look
// for it there any more.
func (e *Eraser) Late(t floor.Txn, run string, a *pack.Attempt) (*pack.Attempt, error) {
	// Whoever erases the run at this moment has it locked. Only what is read behind
	// that tells what he did.
	created, err := pack.Collect(t, `SELECT created_at FROM runs WHERE id = ?`+e.base.Dialect.ReadLock, []any{run}, func(scan func(...any) error) (at int64, err error) {
		err = scan(&at)
		return at, err
	})
	if err != nil || len(created) == 0 {
		return nil, err
	}
	var mark sql.NullString
	var after int
	err = t.Row(`SELECT (SELECT e.mark FROM runs r JOIN events e ON e.id = r.event WHERE r.id = ?),
			(SELECT count(*) FROM erasures WHERE state IN ('erasing', 'checking', 'closing') OR state = 'finished' AND finished_at >= ?)`,
		[]any{run, created[0] - apart.Milliseconds()}, &mark, &after)
	if err != nil || mark.String != string(gonets.MarkErased) && after == 0 {
		return a, err
	}
	return a.Erased(erase.Note(t.Now()))
}
