package erasure

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sort"
	"strconv"

	"gonets/internal/erase"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
)

// rowsOf are those of a shelf behind the place; the last arguments are that and how many.
// The table is empty where its things are not told apart by their ids alone.
type rowsOf struct {
	table, query string
	args         []any
}

// list reads rows. Where a page of the table is damaged on the disk it gives those before
// that, and the next time goes on behind it; of no table the rest is left out.
func list[T any](l *looking, of rowsOf, scan func(func(...any) error) (T, error)) (rows []T, err error) {
	err = l.Each(of.query, of.args, func(row func(...any) error) error {
		one, err := scan(row)
		if err == nil {
			rows = append(rows, one)
		}
		return err
	})
	switch {
	case err == nil:
		return rows, nil
	case !l.damaged(err, false):
		return nil, err
	case of.table == "":
		l.leaveRest()
		return rows, nil
	case len(rows) > 0:
		l.more = true
		return rows, nil
	}
	return behind(l, of, scan)
}

// behind passes things over that cannot be read, each of them counted, and gives the first
// one behind them.
func behind[T any](l *looking, of rowsOf, scan func(func(...any) error) (T, error)) ([]T, error) {
	args, place := slices.Clone(of.args), len(of.args)-2
	args[place+1] = 1
	for after := l.from.After; l.page.Looked < few; l.page.Looked++ {
		args[place] = after
		rows, err := pack.Collect(l, of.query, args, scan)
		if !l.damaged(err, false) {
			l.more = len(rows) > 0
			return rows, err
		}
		if after, err = l.next(of.table, after); err != nil || after == "" {
			return nil, err
		}
		l.lose(after)
		l.last = after
	}
	l.more = true
	return nil, nil
}

// next is the id of the first thing behind another one, be it damaged or not; empty behind
// the last, or when nothing tells which there are.
func (l *looking) next(table, after string) (string, error) {
	first := func(cond, id string, args ...any) (string, error) {
		ids, err := pack.Texts(l, `SELECT `+id+` FROM `+table+` WHERE `+cond+` ORDER BY 1 LIMIT 1`, args...)
		return append(ids, "")[0], err
	}
	id, err := first(`id > ?`, `id`, after)
	if !l.damaged(err, false) {
		return id, err
	}
	upTo := func(end string) error {
		_, err := first(`id > ? AND id <= ?`, `id`, after, end)
		return err
	}
	if empty := upTo(after + " "); empty != nil {
		// What is damaged is their order: each thing is asked for its id.
		id, err = first(`id || '' > ?`, `id || ''`, after)
		if l.damaged(err, false) {
			l.leaveRest()
			return "", nil
		}
		return id, err
	}
	// The database does not tell an id without reading the thing. Up to which one it can,
	// shows the first that it cannot, digit by digit.
	const digits = "-0123456789abcdef"
	var failure error
	fails := func(end string) bool {
		err := upTo(end)
		if err != nil && !l.damaged(err, false) {
			failure = cmp.Or(failure, err)
		}
		return err != nil
	}
	id = ""
	for len(id) < lenID && failure == nil {
		i := sort.Search(len(digits)-1, func(i int) bool { return fails(id + digits[i:i+1] + "~") })
		id += digits[i : i+1]
	}
	if failure == nil && !fails(id) {
		failure = err
	}
	return id, failure
}

// lenID is how long ids are.
const lenID = 36

func scanText(scan func(...any) error) (s string, err error) {
	err = scan(&s)
	return s, err
}

// each reads things, one by one where they cannot be read together, and counts those that
// cannot be read.
func each[T any](l *looking, ids []string, load func(ids []string) (map[string]T, error)) (map[string]T, error) {
	if found, err := load(ids); err == nil {
		return found, nil
	}
	found := make(map[string]T, len(ids))
	for _, id := range ids {
		one, err := load([]string{id})
		if err != nil && !l.damaged(err, one != nil) {
			return nil, err
		}
		if err != nil {
			l.lose(id)
		}
		maps.Copy(found, one)
	}
	return found, nil
}

// lose counts something that cannot be read, in part or as a whole, once.
func (l *looking) lose(id string) {
	if !l.lost[id] {
		l.lost[id] = true
		l.page.Unread = append(l.page.Unread, id)
	}
}

// leaveRest leaves out what stands on the shelf from here on: nothing leads to it. It counts as
// one thing.
func (l *looking) leaveRest() { l.lose("behind shelf " + strconv.Itoa(l.from.Shelf)) }

// whole puts what cannot be read in the place of what was found on pages that are damaged
// on the disk, or beside parts that are: to write there would end the server.
func (e *Eraser) whole(ctx context.Context, finds []erase.Find) ([]erase.Find, error) {
	out := make([]erase.Find, 0, len(finds))
	p := pages{Reader: e.base.Read(ctx), known: map[string]error{}}
	for i := range finds {
		id, err := p.touch(&finds[i])
		switch {
		case dialect.Corrupt(err) && ctx.Err() == nil:
			out = append(out, erase.Find{Kind: erase.KindUnread, ID: id})
			continue
		case err != nil && e.base.Dialect.Classify(err) != dialect.FaultOperation:
			return nil, err
		}
		out = append(out, finds[i])
	}
	return out, nil
}

// pages are those on which things stand; known is what was read of them, by id.
type pages struct {
	pack.Reader
	known map[string]error
}

// touch reads whatever is written when something is erased, up to what is damaged there.
func (p *pages) touch(f *erase.Find) (id string, failure error) {
	runs := []string{f.ID}
	switch f.Kind {
	case erase.KindEvent, erase.KindBody:
		if failure = p.once(f.ID, p.event); dialect.Corrupt(failure) {
			return f.ID, failure
		}
		of, err := pack.Texts(p, `SELECT id FROM runs WHERE event = ?`, f.ID)
		if runs, failure = of, errors.Join(failure, err); dialect.Corrupt(failure) {
			return f.ID, failure
		}
	case erase.KindRun, erase.KindAttempt, erase.KindStep, erase.KindValue:
	default:
		return f.ID, nil
	}
	for _, run := range runs {
		if failure = errors.Join(failure, p.once(run, p.run)); dialect.Corrupt(failure) {
			return run, failure
		}
	}
	return f.ID, failure
}

// once reads something, or tells what came of it before.
func (p *pages) once(id string, read func(id string) error) error {
	err, known := p.known[id]
	if !known {
		err = read(id)
		p.known[id] = err
	}
	return err
}

// event reads an event, what was checked with it and what is known of its source's fields.
func (p *pages) event(id string) error {
	_, event := pack.LoadEvents(p, []string{id}, -1)
	_, checks := pack.Texts(p, `SELECT data FROM checks WHERE event = ?`, id)
	_, fields := pack.Texts(p, `SELECT f.changes FROM events e JOIN fields f ON f.source = e.source WHERE e.id = ?`, id)
	return errors.Join(event, checks, fields)
}

func (p *pages) run(id string) error {
	_, attempts := pack.LoadAttempts(p, id, nil)
	_, results := pack.LoadResults(p, []string{id})
	_, values := pack.Texts(p, `SELECT r.scenario FROM runs r LEFT JOIN run_values v ON v.run = r.id WHERE r.id = ?`, id)
	return errors.Join(attempts, results, values)
}
