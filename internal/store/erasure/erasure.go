// Package erasure is the room of the store for erasing one person: the jobs, the
// walk through everything that is kept, and the notes in the place of contents.
package erasure

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"gonets"
	"gonets/internal/erase"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// Eraser is the room.
type Eraser struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *Eraser { return &Eraser{b} }

const columns = `id, state, mark, actor, created_at, finished_at, progress`

func scan(scan func(...any) error) (j erase.Job, err error) {
	var created int64
	var finished sql.NullInt64
	var progress string
	if err = scan(&j.ID, &j.State, &j.Mark, &j.By, &created, &finished, &progress); err != nil {
		return j, err
	}
	j.CreatedAt, j.FinishedAt = time.UnixMilli(created).UTC(), pack.FromMS(finished)
	if json.Unmarshal([]byte(progress), &j.Progress) != nil {
		// How far it was nobody knows: one that is not over looks from the beginning,
		// and none keeps people from the others.
		j.Progress = erase.Progress{Damaged: true}
		if j.State == erase.Erasing || j.State == erase.Checking {
			// Nor what was confirmed of runs that are not over.
			j.State = erase.Found
		}
	}
	return j, nil
}

// still leaves out what was done since: a start that has rewritten the file.
func (e *Eraser) still(j *erase.Job) {
	if j.Because.AtStart() && !dialect.RewriteWanted(e.base.Path) {
		j.Because = ""
	}
}

// sealedFor binds a sealed value to its job.
func sealedFor(id string) string { return "erasure/" + id }

// CreateErasure keeps a job that begins at once.
func (e *Eraser) CreateErasure(ctx context.Context, j erase.Job) error {
	sealed, err := e.base.Sealer.Seal([]byte(j.Value), sealedFor(j.ID))
	if err != nil {
		return err
	}
	return e.base.Change(ctx, func(t floor.Txn) error {
		err := t.Exec(`INSERT INTO erasures (id, state, mark, sealed, actor, created_at, progress, owner, owned_until) VALUES (?, ?, ?, ?, ?, ?, '{}', '', 0)`,
			j.ID, string(j.State), j.Mark, sealed, j.By, j.CreatedAt.UnixMilli())
		if err != nil {
			return err
		}
		return t.Audit(j.By, "erasure.look", "erasure/"+j.ID, detail(&j))
	})
}

// detail is what the audit says of a job: never the value.
func detail(j *erase.Job) string {
	b, err := json.Marshal(struct {
		Mark   string             `json:"mark"`
		Found  map[erase.Kind]int `json:"found,omitempty"`
		Erased map[erase.Kind]int `json:"erased,omitempty"`
		Left   int                `json:"left,omitempty"`
	}{j.Mark, j.Found, j.Erased, j.Left})
	if err != nil {
		return ""
	}
	return string(b)
}

func read(q pack.Reader, id, suffix string) (erase.Job, error) {
	found, err := pack.Collect(q, `SELECT `+columns+` FROM erasures WHERE id = ?`+suffix, []any{id}, scan)
	if err != nil {
		return erase.Job{}, err
	}
	if len(found) == 0 {
		return erase.Job{}, gonets.Errorf(gonets.CodeNotFound, "there is no erasure %q", id)
	}
	return found[0], nil
}

// Erasure reads a job without its value.
func (e *Eraser) Erasure(ctx context.Context, id string) (erase.Job, error) {
	j, err := read(e.base.Read(ctx), id, "")
	e.still(&j)
	return j, e.base.Wrap(err)
}

// Erasures lists jobs, newest first.
func (e *Eraser) Erasures(ctx context.Context, p gonets.Page) (out gonets.List[erase.Job], err error) {
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	if from.ID == "" {
		from.ID = "g" // behind every id
	}
	out.Items, err = pack.Collect(e.base.Read(ctx), `SELECT `+columns+` FROM erasures WHERE id < ? ORDER BY id DESC LIMIT ?`, []any{from.ID, p.Size() + 1}, scan)
	if len(out.Items) > p.Size() {
		out.Items = out.Items[:p.Size()]
		out.Next = filter.Cursor{ID: out.Items[p.Size()-1].ID}.String()
	}
	for i := range out.Items {
		e.still(&out.Items[i])
	}
	return out, e.base.Wrap(err)
}

// lock is what keeps a job from being changed by others until the end of a
// transaction.
func (e *Eraser) lock() string {
	if e.base.Dialect.Shared {
		return " FOR UPDATE"
	}
	return ""
}

// SteerErasure changes a job as a person wishes.
func (e *Eraser) SteerErasure(ctx context.Context, id, actor string, change func(*erase.Job) error) (j erase.Job, err error) {
	err = e.base.Change(ctx, func(t floor.Txn) error {
		if j, err = read(t, id, e.lock()); err != nil {
			return err
		}
		if err := change(&j); err != nil {
			return err
		}
		if err := e.write(t, &j); err != nil {
			return err
		}
		return t.Audit(actor, "erasure."+string(j.State), "erasure/"+id, detail(&j))
	})
	return j, err
}

// write stores a job; one that is over forgets its value and what it found.
func (e *Eraser) write(t floor.Txn, j *erase.Job) error {
	if j.State.Final() {
		j.Place = erase.Place{} // it may tell of other people
	}
	progress, err := json.Marshal(j.Progress)
	if err != nil {
		return err
	}
	if !j.State.Final() {
		return t.Exec(`UPDATE erasures SET state = ?, progress = ? WHERE id = ?`, string(j.State), string(progress), j.ID)
	}
	j.FinishedAt = t.Now()
	if err := t.Exec(`DELETE FROM erasure_finds WHERE erasure = ?`, j.ID); err != nil {
		return err
	}
	return t.Exec(`UPDATE erasures SET state = ?, progress = ?, sealed = NULL, finished_at = ? WHERE id = ?`, string(j.State), string(progress), t.Now().UnixMilli(), j.ID)
}

// forgotten is how long what was found waits for a person.
const forgotten = 24 * time.Hour

// TakeErasure gives the job to work on, which belongs to the owner then, with its
// value; nil when there is none. What waits for a person longer than a day is
// dropped, unless it may have been confirmed before.
func (e *Eraser) TakeErasure(ctx context.Context, o erase.Owner) (*erase.Job, error) {
	open, err := pack.Collect(e.base.Read(ctx), `SELECT `+columns+` FROM erasures WHERE finished_at IS NULL ORDER BY id`, nil, scan)
	if err != nil || len(open) == 0 {
		return nil, e.base.Wrap(err)
	}
	var unread error
	for i := range open {
		j := &open[i]
		var mine bool
		var sealed []byte
		err := e.base.Change(ctx, func(t floor.Txn) error {
			mine = false
			// A person, or another server, may have changed it since it was listed.
			fresh, err := read(t, j.ID, e.lock())
			if err != nil || fresh.State.Final() {
				return err
			}
			if *j = fresh; j.State == erase.Found {
				if j.Damaged || t.Now().Sub(j.CreatedAt) < forgotten {
					return nil
				}
				j.State = erase.Dropped
				return e.write(t, j)
			}
			n, err := t.Changed(`UPDATE erasures SET owner = ?, owned_until = ? WHERE id = ? AND (owner = ? OR owned_until <= ?)`,
				o.Name, o.Until.UnixMilli(), j.ID, o.Name, t.Now().UnixMilli())
			if mine = n > 0; err != nil || !mine {
				return err
			}
			return t.Row(`SELECT sealed FROM erasures WHERE id = ?`, []any{j.ID}, &sealed)
		})
		if err != nil {
			return nil, err
		}
		if !mine {
			continue
		}
		plain, err := e.base.Sealer.Open(sealed, sealedFor(j.ID))
		if err != nil {
			unread = err // a person can drop it; others go on
			continue
		}
		j.Value = string(plain)
		return j, nil
	}
	return nil, unread
}

// SaveErasure keeps what a step of a walk found and how far the job is, unless it
// is somebody else's meanwhile, or over. It counts what is new in j.
func (e *Eraser) SaveErasure(ctx context.Context, j *erase.Job, o erase.Owner, finds []erase.Find) (ok bool, err error) {
	finds, err = e.whole(ctx, finds)
	if err != nil {
		return false, e.base.Wrap(err)
	}
	found, again, unread := j.Found, j.Again, j.Unread
	err = e.base.Change(ctx, func(t floor.Txn) error {
		j.Found, j.Again, j.Unread = copied(found), again, unread
		if ok, err = e.mine(t, j.ID, o); err != nil || !ok {
			return err
		}
		if unread == 0 { // each walk counts anew
			if err := t.Exec(`DELETE FROM erasure_finds WHERE erasure = ? AND kind = 'unread'`, j.ID); err != nil {
				return err
			}
		}
		for _, f := range finds {
			n, err := t.Changed(`INSERT INTO erasure_finds (erasure, kind, id, part) VALUES (?, ?, ?, ?) ON CONFLICT (erasure, kind, id, part) DO NOTHING`,
				j.ID, string(f.Kind), f.ID, f.Part)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if f.Kind == erase.KindUnread {
				j.Unread++
				continue
			}
			j.Again++
			if err := count(t, j.Found, &f); err != nil {
				return err
			}
		}
		if err := e.write(t, j); err != nil || j.State != erase.Finished {
			return err
		}
		return t.Audit(j.By, "erasure.finished", "erasure/"+j.ID, detail(j))
	})
	return ok, err
}

func copied(m map[erase.Kind]int) map[erase.Kind]int {
	out := make(map[erase.Kind]int, len(m))
	for k, n := range m {
		out[k] = n
	}
	return out
}

// mine tells whether a job is still the owner's, and not over.
func (e *Eraser) mine(t floor.Txn, id string, o erase.Owner) (bool, error) {
	found, err := pack.Texts(t, `SELECT id FROM erasures WHERE id = ? AND owner = ? AND finished_at IS NULL`+e.lock(), id, o.Name)
	return len(found) > 0, err
}

// count adds what a find stands for: an event with all that its runs did.
func count(t floor.Txn, to map[erase.Kind]int, f *erase.Find) error {
	to[f.Kind]++
	if f.Kind != erase.KindEvent {
		return nil
	}
	for kind, query := range map[erase.Kind]string{
		erase.KindRun:     `SELECT count(*) FROM runs r WHERE r.event = ?`,
		erase.KindAttempt: `SELECT count(*) FROM runs r JOIN attempts x ON x.run = r.id WHERE r.event = ?`,
		erase.KindStep:    `SELECT count(*) FROM runs r JOIN step_results x ON x.run = r.id WHERE r.event = ? AND x.value IS NOT NULL`,
		erase.KindValue:   `SELECT count(*) FROM runs r JOIN run_values x ON x.run = r.id WHERE r.event = ?`,
	} {
		var n int
		if err := t.Row(query, []any{f.ID}, &n); err != nil {
			return err
		}
		to[kind] += n
	}
	return nil
}

// unfinished are the runs of what was found that are not over. It begins with the
// finds: those of one erasure are few beside all runs.
const unfinished = `SELECT r.id, r.scenario, r.state FROM erasure_finds f JOIN runs r ON r.event = f.id
		WHERE f.erasure = ? AND f.kind = 'event' AND r.finished_at IS NULL
	UNION SELECT r.id, r.scenario, r.state FROM erasure_finds f JOIN runs r ON r.id = f.id
		WHERE f.erasure = ? AND f.kind IN ('run', 'attempt', 'step', 'value') AND r.finished_at IS NULL`

// UnfinishedSQL finds the first of them.
const UnfinishedSQL = unfinished + ` ORDER BY 1 LIMIT ?`

// Unfinished are the runs that are not over and carry the value, at most limit,
// and how many there are.
func (e *Eraser) Unfinished(ctx context.Context, id string, limit int) (out []erase.Blocker, n int, err error) {
	q := e.base.Read(ctx)
	out, err = pack.Collect(q, UnfinishedSQL, []any{id, id, limit}, func(scan func(...any) error) (b erase.Blocker, err error) {
		err = scan(&b.Run, &b.Scenario, &b.State)
		return b, err
	})
	if n = len(out); err == nil && n == limit {
		err = q.Row(`SELECT count(*) FROM (`+unfinished+`) u`, []any{id, id}, &n)
	}
	return out, n, e.base.Wrap(err)
}
