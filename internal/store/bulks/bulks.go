// Package bulks is the room of the store for what is done to many runs. A page
// of runs is worked on in the commit that moves the job behind it, so that
// nothing is done twice, whoever dies.
package bulks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/store/deeds"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// Jobs is the room.
type Jobs struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *Jobs { return &Jobs{b} }

const columns = `id, action, filter, version, rate, one_first, state, actor, created_at, finished_at, total, position, walked,
	first_run, acted, refused, succeeded, retrying, paused, failed, owner, owned_until, retry, refusals`

func scan(scan func(...any) error) (j bulk.Job, err error) {
	var text []byte
	var oneFirst, walked int
	var created, until int64
	var finished sql.NullInt64
	var retry, refusals sql.NullString
	err = scan(&j.ID, &j.Action, &text, &j.Version, &j.Rate, &oneFirst, &j.State, &j.By, &created, &finished, &j.Total, &j.Position, &walked,
		&j.First, &j.Acted, &j.Refused, &j.Succeeded, &j.Retrying, &j.Tally.Paused, &j.Failed, &j.Owner.Name, &until, &retry, &refusals)
	if err != nil {
		return j, err
	}
	j.OneFirst, j.Walked = oneFirst != 0, walked != 0
	j.CreatedAt, j.FinishedAt = time.UnixMilli(created).UTC(), pack.FromMS(finished)
	j.Owner.Until = time.UnixMilli(until).UTC()
	damage := json.Unmarshal(text, &j.Filter)
	if retry.Valid {
		damage = errors.Join(damage, json.Unmarshal([]byte(retry.String), &j.Retry))
	}
	if refusals.Valid {
		damage = errors.Join(damage, json.Unmarshal([]byte(refusals.String), &j.Refusals))
	}
	// Nobody knows which runs a damaged one meant: it does nothing, and keeps nobody
	// from the others.
	if damage != nil && !j.State.Final() {
		j.State = bulk.Paused
	}
	return j, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// CreateBulk keeps a job that begins at once. A repeat under the same key is
// given the same job.
func (b *Jobs) CreateBulk(ctx context.Context, j bulk.Job, key string) (bulk.Job, error) {
	text, err := json.Marshal(j.Filter)
	if err != nil {
		return j, b.base.Wrap(err)
	}
	// The question as it was written: "the last day" means other times in a repeat.
	what, err := json.Marshal([]any{"bulk", j.Action, j.Asked, j.Version, j.Rate, j.OneFirst, j.Retry})
	if err != nil {
		return j, b.base.Wrap(err)
	}
	wish := deeds.Wish{Actor: j.By, Key: key, What: string(what)}
	var out bulk.Job
	err = b.base.Change(ctx, func(t floor.Txn) error {
		id, done, err := wish.Done(t)
		if err != nil {
			return err
		}
		if done {
			out, err = read(t, id)
			return err
		}
		err = t.Exec(`INSERT INTO bulks (`+columns+`) VALUES (`+pack.In(24)+`)`,
			j.ID, string(j.Action), text, j.Version, j.Rate, flag(j.OneFirst), string(bulk.Running), j.By, j.CreatedAt.UnixMilli(), nil,
			j.Total, "", 0, "", 0, 0, 0, 0, 0, 0, "", 0, pack.NullText(j.Retry.String()), nil)
		if err != nil {
			return err
		}
		if err := t.Audit(j.By, "bulk "+string(j.Action), "bulk/"+j.ID, string(what)); err != nil {
			return err
		}
		if err := wish.Keep(t, j.ID); err != nil {
			return err
		}
		out, err = read(t, j.ID)
		return err
	})
	return out, err
}

func read(q pack.Reader, id string) (bulk.Job, error) {
	found, err := pack.Collect(q, `SELECT `+columns+` FROM bulks WHERE id = ?`, []any{id}, scan)
	if err != nil {
		return bulk.Job{}, err
	}
	if len(found) == 0 {
		return bulk.Job{}, gonets.Errorf(gonets.CodeNotFound, "there is no mass action %q", id)
	}
	return found[0], nil
}

// Bulk reads a job.
func (b *Jobs) Bulk(ctx context.Context, id string) (bulk.Job, error) {
	j, err := read(b.base.Read(ctx), id)
	return j, b.base.Wrap(err)
}

const listSQL = `SELECT ` + columns + ` FROM bulks WHERE id < ? ORDER BY id DESC LIMIT ?`

// Bulks lists jobs, newest first.
func (b *Jobs) Bulks(ctx context.Context, p gonets.Page) (out gonets.List[bulk.Job], err error) {
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	if from.ID == "" {
		from.ID = "g" // behind every id
	}
	out.Items, err = pack.Collect(b.base.Read(ctx), listSQL, []any{from.ID, p.Size() + 1}, scan)
	if len(out.Items) > p.Size() {
		out.Items = out.Items[:p.Size()]
		out.Next = filter.Cursor{ID: out.Items[p.Size()-1].ID}.String()
	}
	return out, b.base.Wrap(err)
}

// SteerBulk does what a person wants with a job. What leaves it as it is, is no
// mistake.
func (b *Jobs) SteerBulk(ctx context.Context, id string, v bulk.Verb, actor string) (out bulk.Job, err error) {
	err = b.base.Change(ctx, func(t floor.Txn) error {
		j, err := lock(t, b.base, id)
		if err != nil {
			return err
		}
		after, ok := v.After(j.State)
		if !ok {
			return gonets.Errorf(gonets.CodeConflict, "%s is not possible: the mass action is %s", v, j.State)
		}
		if after == j.State {
			out = j
			return nil
		}
		var finished any
		if after.Final() {
			finished = t.Now().UnixMilli()
		}
		// One that goes on has shown its first run.
		oneFirst := flag(j.OneFirst && j.Acted == 0)
		if err := t.Exec(`UPDATE bulks SET state = ?, one_first = ?, finished_at = ? WHERE id = ?`, string(after), oneFirst, finished, id); err != nil {
			return err
		}
		if err := t.Audit(actor, "bulk "+string(v), "bulk/"+id, ""); err != nil {
			return err
		}
		out, err = read(t, id)
		return err
	})
	return out, err
}

// lock reads a job that nobody else changes until the transaction ends.
func lock(t floor.Txn, base floor.Base, id string) (bulk.Job, error) {
	suffix := ""
	if base.Dialect.Shared {
		suffix = " FOR UPDATE"
	}
	found, err := pack.Collect(t, `SELECT `+columns+` FROM bulks WHERE id = ?`+suffix, []any{id}, scan)
	if err != nil {
		return bulk.Job{}, err
	}
	if len(found) == 0 {
		return bulk.Job{}, gonets.Errorf(gonets.CodeNotFound, "there is no mass action %q", id)
	}
	return found[0], nil
}

const runningSQL = `SELECT ` + columns + ` FROM bulks WHERE state = 'running' ORDER BY id LIMIT ?`

// maxRunning bounds the jobs that are worked on at a time.
const maxRunning = 50

// TakeBulks gives the running jobs that belong to an owner now: his own, and
// those whose owner is silent. renew is until when a job has to be his already,
// or it becomes his again, until then.
func (b *Jobs) TakeBulks(ctx context.Context, o bulk.Owner, renew time.Time) ([]bulk.Job, error) {
	jobs, err := pack.Collect(b.base.Read(ctx), runningSQL, []any{maxRunning}, scan)
	if err != nil || len(jobs) == 0 {
		return nil, b.base.Wrap(err)
	}
	var mine []bulk.Job
	for i := range jobs {
		j := &jobs[i]
		if j.Owner.Name == o.Name && j.Owner.Until.After(renew) {
			mine = append(mine, *j)
			continue
		}
		taken := int64(0)
		err := b.base.Change(ctx, func(t floor.Txn) (err error) {
			taken, err = t.Changed(`UPDATE bulks SET owner = ?, owned_until = ? WHERE id = ? AND state = 'running'
				AND (owner = ? OR owned_until <= ?)`, o.Name, o.Until.UnixMilli(), j.ID, o.Name, t.Now().UnixMilli())
			return err
		})
		if err != nil {
			return nil, err
		}
		if taken > 0 {
			j.Owner = o
			mine = append(mine, *j)
		}
	}
	return mine, nil
}

// StepBulk works on a page of a job and moves the job behind it, in one commit.
func (b *Jobs) StepBulk(ctx context.Context, s bulk.Step) (out bulk.Stepped, err error) {
	err = b.base.Change(ctx, func(t floor.Txn) error {
		out = bulk.Stepped{}
		watch := gonets.StartStopwatch()
		j, err := lock(t, b.base, s.Job.ID)
		if err != nil {
			return err
		}
		if j.State != bulk.Running || j.Position != s.Job.Position || j.Walked || j.Owner.Name != s.Job.Owner.Name {
			return nil
		}
		var acted []string
		left := map[gonets.Code]int{}
		if !s.Refuse && len(s.Runs) > 0 {
			if acted, left, err = b.base.Many(t, gonets.Action{Kind: j.Action, Version: j.Version, Retry: j.Retry, Actor: j.By, Bulk: j.ID}, s.Runs); err != nil {
				return err
			}
		}
		if bulk.Followed(j.Action) && len(acted) > 0 {
			err := t.Exec(`INSERT INTO bulk_runs (bulk, retrying, run) SELECT ?, 0, id FROM runs WHERE id IN (`+pack.In(len(acted))+`)`,
				append([]any{j.ID}, pack.Args(acted)...)...)
			if err != nil {
				return err
			}
		}
		j.Acted += len(acted)
		if s.Refuse {
			left[gonets.CodeInternal] = len(s.Runs)
		}
		left[gonets.CodeInternal] += s.Unread
		j.Refuse(left)
		j.Total = max(j.Total-s.Missed, j.Acted+j.Refused)
		j.Position, j.Walked = s.Next, s.Last
		if j.Walked && j.Filter.Text != "" {
			j.Total = j.Acted + j.Refused // the others had gone on before they were met
		}
		if j.First == "" && len(acted) > 0 {
			j.First = acted[0]
		}
		if j.OneFirst && j.First != "" {
			j.State, j.OneFirst = bulk.WaitsForYou, false
		}
		if j.Walked && (!bulk.Followed(j.Action) || j.Working() == 0) {
			j.State, j.FinishedAt = bulk.Finished, t.Now()
		}
		err = store(t, &j)
		out = bulk.Stepped{Job: &j, Acted: acted, Took: time.Duration(watch.Microseconds()) * time.Microsecond}
		return err
	})
	return out, err
}

func store(t floor.Txn, j *bulk.Job) error {
	refusals, err := json.Marshal(j.Refusals)
	if err != nil {
		return err
	}
	return t.Exec(`UPDATE bulks SET state = ?, one_first = ?, finished_at = ?, total = ?, position = ?, walked = ?, first_run = ?, acted = ?, refused = ?,
			succeeded = ?, retrying = ?, paused = ?, failed = ?, refusals = ? WHERE id = ?`,
		string(j.State), flag(j.OneFirst), pack.MS(j.FinishedAt), j.Total, j.Position, flag(j.Walked), j.First, j.Acted, j.Refused,
		j.Succeeded, j.Retrying, j.Tally.Paused, j.Failed, string(refusals), j.ID)
}
