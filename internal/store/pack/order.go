package pack

import (
	"database/sql"
	"errors"
	"hash/fnv"
	"maps"
	"slices"

	"gonets"
	"gonets/internal/store/dialect"
)

// The way to runs that others of their order key have to wait for.
const (
	OrderedSQL = `SELECT 1 FROM runs WHERE scenario = ? AND order_key = ?
		AND order_key IS NOT NULL AND finished_at IS NULL AND state <> 'held' LIMIT 1`
	// (For EXISTS PostgreSQL may make a join of it that reads all orders.)
	OrderedManySQL = `SELECT v.scenario, v.order_key FROM unnest(CAST(? AS text[]), CAST(? AS bytea[])) AS v (scenario, order_key)
		WHERE (SELECT r.id FROM runs r WHERE r.scenario = v.scenario AND r.order_key = v.order_key
			AND r.order_key IS NOT NULL AND r.finished_at IS NULL AND r.state <> 'held' LIMIT 1) IS NOT NULL`
	// FrontOf is the first of all runs that a run c has to wait for, or c itself: it is
	// among them while it is queued or waits. (Asked for the same key alone, PostgreSQL may
	// sort all its runs.)
	FrontOf = ` FROM runs f WHERE f.scenario = c.scenario AND (f.order_key, f.id) >= (c.order_key, '')
		AND f.order_key IS NOT NULL AND f.finished_at IS NULL AND f.state <> 'held' ORDER BY f.order_key, f.id LIMIT 1`
	lockOrdersSQL = `SELECT count(pg_advisory_xact_lock(v.h)) FROM unnest(CAST(? AS bigint[])) AS v (h)`
)

// Orders tells within a transaction of order keys in their scenarios whether an
// unfinished run has them. On a shared database they are locked until it ends,
// because a run of another node may be about to come.
type Orders map[Key]bool

// Take notes that a key has an unfinished run now.
func (o Orders) Take(k Key) { o[k] = true }

// Waits tells whether a run of the key has to wait.
func (o Orders) Waits(q Reader, d *dialect.Dialect, k Key) (bool, error) {
	if _, known := o[k]; !known {
		if err := o.LookUp(q, d, []Key{k}); err != nil {
			return false, err
		}
	}
	return o[k], nil
}

// LookUp finds out about keys together.
func (o Orders) LookUp(q Reader, d *dialect.Dialect, keys []Key) error {
	slices.SortFunc(keys, Key.Compare)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil
	}
	found, err := ordered(q, d, keys)
	maps.Copy(o, found)
	return err
}

func ordered(q Reader, d *dialect.Dialect, keys []Key) (map[Key]bool, error) {
	out := make(map[Key]bool, len(keys))
	if !d.Shared {
		for _, k := range keys {
			var one int
			err := q.Row(OrderedSQL, []any{k.Of, []byte(k.Text)}, &one)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return nil, err
			}
			out[k] = err == nil
		}
		return out, nil
	}
	hashes := make([]int64, len(keys))
	for i, k := range keys {
		h := fnv.New64a()
		h.Write([]byte(k.Of + "\x00" + k.Text))
		hashes[i] = int64(h.Sum64())
		out[k] = false
	}
	slices.Sort(hashes)
	var locked int
	if err := q.Row(lockOrdersSQL, []any{hashes}, &locked); err != nil {
		return nil, err
	}
	of, texts := lists(keys)
	_, err := Collect(q, OrderedManySQL, []any{of, texts}, func(scan func(...any) error) (struct{}, error) {
		var k string
		var text []byte
		err := scan(&k, &text)
		out[Key{k, string(text)}] = true
		return struct{}{}, err
	})
	return out, err
}

// FrontsSQL finds those in front of so many runs that wait.
func FrontsSQL(runs int) string {
	return `SELECT c.id, (SELECT f.id` + FrontOf + `), (SELECT f.state` + FrontOf + `) FROM runs c WHERE c.id IN (` + In(runs) + `)
		AND c.state IN ('queued', 'waiting') AND c.order_key IS NOT NULL`
}

// LoadFronts tells of runs that wait which ones are in front of them, in one go.
func LoadFronts(q Reader, runs []gonets.RunSummary) error {
	var wait []string
	for i := range runs {
		if r := &runs[i]; r.OrderKey != "" && !r.Lease.Held() && (r.State == gonets.RunQueued || r.State == gonets.RunWaiting) {
			wait = append(wait, r.ID)
		}
	}
	if len(wait) == 0 {
		return nil
	}
	fronts := make(map[string]gonets.RunSummary, len(wait))
	_, err := Collect(q, FrontsSQL(len(wait)), Args(wait), func(scan func(...any) error) (none struct{}, err error) {
		var run string
		var is gonets.RunSummary
		if err = scan(&run, &is.Front, &is.FrontState); is.Front != run {
			fronts[run] = is
		}
		return none, err
	})
	for i := range runs {
		is := fronts[runs[i].ID]
		runs[i].Front, runs[i].FrontState = is.Front, is.FrontState
	}
	if dialect.Corrupt(err) {
		return nil // what is in front of some is damaged; the rest is told
	}
	return err
}
