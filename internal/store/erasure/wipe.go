package erasure

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/erase"
	"gonets/internal/store/dialect"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// EraseFound puts a note in the place of up to limit things that were found, in
// one commit with how far the job is; more tells that there may be further ones.
// What belongs to a run that is not over stays, and is counted.
func (e *Eraser) EraseFound(ctx context.Context, j *erase.Job, o erase.Owner, note string, limit int) (more, ok bool, err error) {
	erased, stayed := j.Erased, j.Left
	err = e.base.Change(ctx, func(t floor.Txn) error {
		j.Erased, j.Left, more = copied(erased), stayed, false
		if ok, err = e.mine(t, j.ID, o); err != nil || !ok {
			return err
		}
		// What is written over must not stay in the file.
		if err := pragma(t, e.base.Dialect.Overwrite); err != nil {
			return err
		}
		finds, err := pack.Collect(t, `SELECT kind, id, part FROM erasure_finds WHERE erasure = ? AND kind NOT IN ('mention', 'unread') ORDER BY kind, id, part LIMIT ?`, []any{j.ID, limit},
			func(scan func(...any) error) (f erase.Find, err error) {
				err = scan(&f.Kind, &f.ID, &f.Part)
				return f, err
			})
		if err != nil {
			return err
		}
		// A key is changed only while nobody accepts anything; others must not wait for
		// what is locked here before.
		if slices.ContainsFunc(finds, func(f erase.Find) bool { return f.Kind == erase.KindKey }) {
			if err := t.BumpConfig(); err != nil {
				return err
			}
		}
		// Whoever decides what is told at this moment would write it again.
		if slices.ContainsFunc(finds, func(f erase.Find) bool { return f.Part == partDrift || f.Part == partFields }) {
			if err := floor.DecideAlone(t); err != nil {
				return err
			}
		}
		w := wiping{Txn: t, job: j, note: note, lock: e.lock(), macs: e.base.Sealer.MACs}
		for i := range finds {
			f := &finds[i]
			if err := w.wipe(f); err != nil {
				return err
			}
			if err := t.Exec(`DELETE FROM erasure_finds WHERE erasure = ? AND kind = ? AND id = ? AND part = ?`, j.ID, string(f.Kind), f.ID, f.Part); err != nil {
				return err
			}
		}
		more = len(finds) == limit
		return e.write(t, j)
	})
	return more, ok, err
}

// pragma changes how the connection works; empty changes nothing.
func pragma(t floor.Txn, text string) error {
	if text == "" {
		return nil
	}
	_, err := pack.Collect(t, text, nil, func(func(...any) error) (struct{}, error) { return struct{}{}, nil })
	return err
}

// wiping is the erasing of one commit.
type wiping struct {
	floor.Txn
	job        *erase.Job
	note, lock string
	macs       func(string) [][]byte
}

func (w *wiping) done(kind erase.Kind, n int) { w.job.Erased[kind] += n }

func (w *wiping) wipe(f *erase.Find) error {
	switch f.Kind {
	case erase.KindEvent:
		return w.event(f.ID)
	case erase.KindBody:
		// Another person's element of the batch may still be on its way.
		if _, open, err := w.open("r.event", f.ID); err != nil || open > 0 {
			w.job.Left += min(open, 1)
			return err
		}
		w.done(f.Kind, 1)
		return w.body(f.ID, pack.EraseBodySQL, []any{len(w.note), []byte(w.note), f.ID})
	case erase.KindRun, erase.KindAttempt, erase.KindStep, erase.KindValue:
		return w.ofRun(f)
	case erase.KindCheck:
		return w.one(f.Kind, `DELETE FROM checks WHERE id = ?`, f.ID)
	case erase.KindLetter:
		return w.letter(f.ID)
	case erase.KindKey:
		key, err := hex.DecodeString(f.Part)
		if err != nil {
			return err
		}
		return w.key(pack.Key{Of: f.ID, Text: string(key)})
	case erase.KindNote:
		return w.noted(f)
	}
	return nil
}

// key hides a key of repeats: the same request is still known when it comes again.
func (w *wiping) key(k pack.Key) error {
	until, err := pack.Collect(w, `SELECT expires_at FROM dedupe WHERE source = ? AND idem_key = ?`, []any{k.Of, []byte(k.Text)}, func(scan func(...any) error) (at int64, err error) {
		err = scan(&at)
		return at, err
	})
	if err != nil || len(until) == 0 {
		return err
	}
	hidden := []byte(pack.HiddenKeys(w.macs, k)[0].Text)
	// One of before is over, or it would have been found in this one's place.
	if err := w.Exec(`DELETE FROM dedupe WHERE source = ? AND idem_key = ?`, k.Of, hidden); err != nil {
		return err
	}
	if err := w.Exec(pack.KeepHidden, strconv.FormatInt(until[0], 10)); err != nil {
		return err
	}
	return w.one(erase.KindKey, `UPDATE dedupe SET idem_key = ?, body_hash = ? WHERE source = ? AND idem_key = ?`, hidden, []byte{}, k.Of, []byte(k.Text))
}

// one counts the rows that a statement met.
func (w *wiping) one(kind erase.Kind, query string, args ...any) error {
	n, err := w.Changed(query, args...)
	w.done(kind, int(n))
	return err
}

// letter erases one; of one that waits nothing is left to be sent.
func (w *wiping) letter(id string) error {
	err := w.one(erase.KindLetter, `UPDATE letters SET subject = ?, body = ?, last_error = NULL, told = 'null' WHERE id = ?`,
		[]byte(w.note), []byte(w.note), id)
	if err != nil {
		return err
	}
	return w.Exec(`UPDATE letters SET state = 'failed', last_error = ? WHERE id = ? AND state = 'pending'`, []byte(w.note), id)
}

// noted is what was noted of people's wishes. A mass action whose question is gone
// does nothing more.
func (w *wiping) noted(f *erase.Find) error {
	part, rest, _ := strings.Cut(f.Part, ":")
	switch part + ":" {
	case partDeed:
		raw, err := hex.DecodeString(rest)
		if err != nil {
			return err
		}
		return w.one(f.Kind, `DELETE FROM deeds WHERE actor = ? AND deed_key = ?`, f.ID, raw)
	case partView:
		return w.view(f.ID, rest)
	case partBulk + ":":
		return w.one(f.Kind, `UPDATE bulks SET filter = ?, retry = NULL, state = CASE WHEN state = 'finished' THEN state ELSE 'stopped' END,
			finished_at = COALESCE(finished_at, ?) WHERE id = ?`, []byte("{}"), w.Now().UnixMilli(), f.ID)
	case partFields + ":":
		// They are learned anew, of the events that are left. What was told of them before
		// is over without news: nobody knows whether they are as before.
		if err := floor.EndTrouble(w, gonets.Cause{Source: f.ID, Code: gonets.CodeFieldDrift}); err != nil {
			return err
		}
		// Its row stays: whoever has read it before does not write it again.
		return w.one(f.Kind, `UPDATE fields SET revision = revision + 1, seen_at = 0, profile = ?, changes = ? WHERE source = ?`, []byte{}, []byte{}, f.ID)
	case partDrift + ":":
		return w.drift(f)
	}
	return w.one(f.Kind, `UPDATE audit SET detail = '{"erased":true}', object = '' WHERE id = ?`, f.ID)
}

// drift empties what was told of a source's fields; that it was told stays.
func (w *wiping) drift(f *erase.Find) error {
	for _, query := range []string{`UPDATE troubles SET path = '' WHERE id = ?`, `UPDATE notices SET path = '' WHERE trouble = ?`, `UPDATE signals SET path = '' WHERE trouble = ?`} {
		if err := w.Exec(query, f.ID); err != nil {
			return err
		}
	}
	w.done(f.Kind, 1)
	return nil
}

// view takes one view from those of a user.
func (w *wiping) view(name, print string) error {
	documents, err := pack.Texts(w, `SELECT document FROM settings WHERE name = ?`+w.lock, name)
	if err != nil || len(documents) == 0 {
		return err
	}
	items, ok := viewsIn(documents[0])
	left := slices.DeleteFunc(items, func(item json.RawMessage) bool { return printOf(item) == print })
	if !ok && len(left) == 0 {
		return w.one(erase.KindNote, `DELETE FROM settings WHERE name = ?`, name)
	}
	document, err := json.Marshal(map[string][]json.RawMessage{"items": left})
	if err != nil {
		return err
	}
	return w.one(erase.KindNote, `UPDATE settings SET document = ?, updated_at = ? WHERE name = ?`, string(document), w.Now().UnixMilli(), name)
}

// open are those of runs that are not over; nobody else changes them until the
// end of the transaction.
func (w *wiping) open(where, id string) (all []string, open int, err error) {
	_, err = pack.Collect(w, `SELECT r.id, r.finished_at IS NULL FROM runs r WHERE `+where+` = ? ORDER BY r.id`+w.lock, []any{id}, func(scan func(...any) error) (struct{}, error) {
		var run string
		var unfinished bool
		err := scan(&run, &unfinished)
		all = append(all, run)
		if unfinished {
			open++
		}
		return struct{}{}, err
	})
	return all, open, err
}

// event erases an event with all that its runs did.
func (w *wiping) event(id string) error {
	runs, open, err := w.open("r.event", id)
	if err != nil {
		return err
	}
	if open > 0 {
		w.job.Left++
		return nil
	}
	if err := w.body(id, pack.EraseEventSQL, pack.ErasedEvent(id, w.note)); err != nil {
		return err
	}
	w.done(erase.KindEvent, 1)
	// Whoever learns of its fields at this moment begins anew.
	err = w.Exec(`INSERT INTO fields (source, revision, seen_at, profile, changes) SELECT source, 1, 0, ?, ? FROM events WHERE id = ?
		ON CONFLICT (source) DO UPDATE SET revision = fields.revision + 1`, []byte{}, []byte{}, id)
	if err != nil {
		return err
	}
	// What was checked with it and the replies that were kept as examples go with it.
	if err := w.one(erase.KindCheck, `DELETE FROM checks WHERE event = ?`, id); err != nil {
		return err
	}
	for _, run := range runs {
		w.done(erase.KindRun, 1)
		if err := w.attempts(run, nil); err != nil {
			return err
		}
		if err := w.one(erase.KindStep, `UPDATE step_results SET value = ? WHERE run = ? AND value IS NOT NULL`, w.quoted(), run); err != nil {
			return err
		}
		if err := w.one(erase.KindValue, `DELETE FROM run_values WHERE run = ?`, run); err != nil {
			return err
		}
		if err := w.Exec(`UPDATE runs SET order_key = NULL WHERE id = ?`, run); err != nil {
			return err
		}
	}
	return nil
}

// body changes an event's row and removes the body that nothing refers to then.
func (w *wiping) body(id, query string, args []any) error {
	owners, err := pack.Texts(w, `SELECT COALESCE(body_owner, id) FROM events WHERE id = ?`+w.lock, id)
	if err != nil || len(owners) == 0 {
		return err
	}
	if err := w.Exec(query, args...); err != nil {
		return err
	}
	return w.Exec(pack.LooseEventBodiesSQL, owners[0])
}

// quoted is the note as a step's value.
func (w *wiping) quoted() []byte {
	b, _ := json.Marshal(w.note) //nolint:errchkjson // a text always writes
	return b
}

func (w *wiping) attempts(run string, numbers []int) error {
	rows, err := pack.ErasedAttempts(w, run, w.note, numbers)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := w.Exec(pack.EraseAttemptSQL, row...); err != nil {
			return err
		}
	}
	w.done(erase.KindAttempt, len(rows))
	return w.Exec(pack.LooseRunBodiesSQL, run)
}

// ofRun erases a part of a run whose event does not hold the value.
func (w *wiping) ofRun(f *erase.Find) error {
	runs, open, err := w.open("r.id", f.ID)
	if err != nil {
		return err
	}
	if open > 0 {
		w.job.Left++
		return nil
	}
	switch f.Kind {
	case erase.KindAttempt:
		n, err := strconv.Atoi(f.Part)
		if err != nil || !slices.Contains(runs, f.ID) {
			return err
		}
		return w.attempts(f.ID, []int{n})
	case erase.KindStep:
		return w.one(f.Kind, `UPDATE step_results SET value = ? WHERE run = ? AND path = ?`, w.quoted(), f.ID, f.Part)
	case erase.KindValue:
		value, err := hex.DecodeString(f.Part)
		if err != nil {
			return err
		}
		return w.one(f.Kind, `DELETE FROM run_values WHERE run = ? AND value = ?`, f.ID, value)
	}
	return w.one(f.Kind, `UPDATE runs SET order_key = NULL WHERE id = ?`, f.ID)
}

// because are the reasons of the dialect as people are told them.
var because = [...]erase.Because{dialect.LaterLarge: erase.BecauseLarge, dialect.LaterRoom: erase.BecauseRoom, dialect.LaterFailed: erase.BecauseFailed}

// Rewrite makes the database's file forget what was written over, or says why it
// does not yet.
func (e *Eraser) Rewrite(ctx context.Context) (erase.Because, error) {
	if e.base.Path == "" {
		return erase.BecausePostgres, nil
	}
	rewritten := !dialect.RewriteWanted(e.base.Path)
	err := e.base.Change(ctx, func(t floor.Txn) error {
		if rewritten { // what waits from now on is not what earlier jobs left
			if err := t.Exec(`UPDATE erasures SET progress = json_remove(progress, '$.because') WHERE finished_at IS NOT NULL`); err != nil {
				return err
			}
		}
		return pragma(t, e.base.Dialect.Usual)
	})
	if err != nil {
		return "", err
	}
	var used int64
	if err := e.base.Read(ctx).Row(e.base.Dialect.UsedBytes, nil, &used); err != nil {
		return "", e.base.Wrap(err)
	}
	later, err := dialect.Compact(ctx, e.base.Path, used, e.base.Fits)
	return because[later], e.base.Wrap(err)
}
