// Package deeds remembers what people did to runs: which wish a key stood for,
// and of which run another one was made. Both are kept in the commit of the deed
// itself.
package deeds

import (
	"database/sql"
	"errors"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// remembered is how long a key is known.
const remembered = 24 * time.Hour

// Wish is what somebody wants done once.
type Wish struct {
	Actor string
	// Key recognises a repeat; empty recognises none.
	Key string
	// What tells one wish from another: the same key for another one is refused.
	What string
}

// Done tells whether the wish was granted before, and what it led to. If it was
// not, the key is taken for it until the transaction ends, and [Wish.Keep] has to
// follow.
func (w Wish) Done(t floor.Txn) (result string, done bool, err error) {
	if w.Key == "" {
		return "", false, nil
	}
	now := t.Now()
	taken, err := t.Changed(`INSERT INTO deeds (actor, deed_key, what, result, taken_at, expires_at) VALUES (?, ?, ?, '', ?, ?)
		ON CONFLICT (actor, deed_key) DO UPDATE SET what = excluded.what, result = '', taken_at = excluded.taken_at,
			expires_at = excluded.expires_at WHERE deeds.expires_at <= excluded.taken_at`,
		w.Actor, []byte(w.Key), []byte(w.What), now.UnixMilli(), now.Add(remembered).UnixMilli())
	if err != nil || taken > 0 {
		return "", false, err
	}
	var what []byte
	err = t.Row(`SELECT what, result FROM deeds WHERE actor = ? AND deed_key = ?`, []any{w.Actor, []byte(w.Key)}, &what, &result)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, gonets.Errorf(gonets.CodeBusy, "the key was forgotten at this very moment; try again")
	}
	if err == nil && string(what) != w.What {
		err = gonets.Errorf(gonets.CodeKeyReused, "this Idempotency-Key came before with another wish; every new one needs a new key")
	}
	return result, err == nil, err
}

// Keep remembers what the wish led to.
func (w Wish) Keep(t floor.Txn, result string) error {
	if w.Key == "" {
		return nil
	}
	return t.Exec(`UPDATE deeds SET result = ? WHERE actor = ? AND deed_key = ?`, result, w.Actor, []byte(w.Key))
}

// forgotten bounds how many keys are forgotten in one commit.
const forgotten = 1_000

// Forget removes keys whose time is over, and deeds of runs that are no more.
func Forget(t floor.Txn, s *Sweep) error {
	if err := t.Exec(forgetSQL, t.Now().UnixMilli(), forgotten); err != nil {
		return err
	}
	return forgetActs(t, s)
}

const forgetSQL = `DELETE FROM deeds WHERE (actor, deed_key) IN
	(SELECT actor, deed_key FROM deeds WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`

var link = dialect.Columns{dialect.Text("run"), dialect.Text("origin")}

// Reruns links a new run with the one of which it was made, and RerunsGone
// forgets that with the new one.
var (
	Reruns     = dialect.Insert("reruns", link, "ON CONFLICT (run) DO NOTHING", "")
	RerunsGone = dialect.Delete("reruns", dialect.Columns{dialect.Text("run")}, "reruns.run = v.run")
)

// maxLinks bounds how many runs that were made of one are named.
const maxLinks = 100

// The way to a run's relatives.
const (
	originSQL = `SELECT origin FROM reruns WHERE run = ?`
	rerunsSQL = `SELECT run FROM reruns WHERE origin = ? ORDER BY run LIMIT ?`
)

// Link reads of which run another was made, which were made of it, which one is in
// front of it, and what people did to it.
func Link(q pack.Reader, d *gonets.RunDetail) error {
	run := []gonets.RunSummary{d.Run}
	if err := pack.LoadFronts(q, run); err != nil {
		return err
	}
	d.Run = run[0]
	origin, err := pack.Texts(q, originSQL, d.Run.ID)
	if err != nil {
		return err
	}
	if len(origin) > 0 {
		d.RerunOf = origin[0]
	}
	if d.Reruns, err = pack.Texts(q, rerunsSQL, d.Run.ID, maxLinks); err != nil {
		return err
	}
	return readActs(q, d)
}

// Queries are those whose plans are looked at.
func Queries() map[string]string {
	return map[string]string{"paths of a run's attempts": triedSQL, "origin of a rerun": originSQL, "reruns of a run": rerunsSQL, "deeds of a run": actsSQL, "deeds of runs that are no more": orphansSQL, "deeds that made runs": madeSQL(2)}
}
