package erasure

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"sort"
	"time"

	"gonets/internal/erase"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
)

// rowsOf are those of a shelf behind the place; the table is empty where their order is
// not that of their ids' time.
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
		l.page.Unread++
		return rows, nil
	case len(rows) > 0:
		l.more = true
		return rows, nil
	}
	return nil, l.skip(of.table)
}

// skip finds the moment from which on a table can be read again, and counts what stands
// before it: a page holds things that came one after another.
func (l *looking) skip(table string) error {
	from, ok := pack.Time(l.from.After)
	if !ok && l.from.After != "" {
		l.page.Unread++
		return nil
	}
	var failure error
	readable := func(ms int64) bool {
		_, err := pack.Texts(l, `SELECT id FROM `+table+` WHERE id > ? ORDER BY id LIMIT 1`, pack.From(time.UnixMilli(ms)))
		if err != nil && !l.damaged(err, false) {
			failure = cmp.Or(failure, err)
		}
		return err == nil
	}
	step := 1
	for !readable(from+int64(step)) && step < 1<<47 && failure == nil {
		step *= 2
	}
	step = step/2 + sort.Search(step-step/2, func(i int) bool { return readable(from + int64(step/2+i)) })
	if failure != nil {
		return failure
	}
	l.last = pack.From(time.UnixMilli(from + int64(step)))
	// By another way than by the ids' own order.
	var n int
	if l.Row(`SELECT count(*) FROM `+table+` WHERE id || '' > ? AND id || '' <= ?`, []any{l.from.After, l.last}, &n) != nil {
		n = 1
	}
	n = max(n, 1)
	if l.page.Looked, l.page.Unread, l.more = n, l.page.Unread+n, step < 1<<47; !l.more {
		l.size = n + 1 // the shelf ends there
	}
	return nil
}

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
		l.page.Unread++
	}
}

// whole leaves out what was found on pages that are damaged on the disk, or beside parts
// that are, and counts it: to write there would end the server.
func (e *Eraser) whole(ctx context.Context, finds []erase.Find) (kept []erase.Find, unread int, err error) {
	q := e.base.Read(ctx)
	for i := range finds {
		err := touch(q, &finds[i])
		switch {
		case dialect.Corrupt(err) && ctx.Err() == nil:
			unread++
			continue
		case err != nil && e.base.Dialect.Classify(err) != dialect.FaultOperation:
			return nil, 0, err
		}
		kept = append(kept, finds[i])
	}
	return kept, unread, nil
}

// touch reads whatever is written when something is erased.
func touch(q pack.Reader, f *erase.Find) (failure error) {
	runs := []string{f.ID}
	switch f.Kind {
	case erase.KindEvent, erase.KindBody:
		_, damage := pack.LoadEvents(q, runs, -1)
		of, err := pack.Texts(q, `SELECT id FROM runs WHERE event = ?`, f.ID)
		runs, failure = of, errors.Join(damage, err)
	case erase.KindRun, erase.KindAttempt, erase.KindStep, erase.KindValue:
	default:
		return nil
	}
	for _, run := range runs {
		_, attempts := pack.LoadAttempts(q, run, nil)
		_, results := pack.LoadResults(q, []string{run})
		_, values := pack.Texts(q, `SELECT r.scenario FROM runs r LEFT JOIN run_values v ON v.run = r.id WHERE r.id = ?`, run)
		failure = errors.Join(failure, attempts, results, values)
	}
	return failure
}
