package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"hash/fnv"
	"slices"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// acceptOp is one call of Accept: all of it or nothing.
type acceptOp struct {
	items   []acceptItem
	results []gonets.Accepted
	// stale is true when values were worked out for paths of the past; then
	// nothing was stored.
	stale bool
	// shared is true once the body of a split request is stored.
	shared bool
}

type acceptItem struct {
	*gonets.Acceptance
	row eventRow
	// found are the values for the history, for the paths known beforehand.
	found filter.Found
}

// Accept keeps events and makes their runs, all of a call in one commit.
// When it returns without an error, everything is durable. A leased run in the
// answer belongs to this node: whoever called hands it to the engine.
func (s *Store) Accept(ctx context.Context, in []gonets.Acceptance) ([]gonets.Accepted, error) {
	if len(in) == 0 {
		return nil, nil
	}
	a := &acceptOp{items: make([]acceptItem, len(in))}
	var size int64
	for i := range in {
		a.items[i] = acceptItem{Acceptance: &in[i], row: a.pack(i, in)}
		if row := &a.items[i].row; row.owner == "" || i == 0 {
			size += row.bytes()
		}
	}
	for range maxLookups {
		for i := range a.items {
			it := &a.items[i]
			if paths := s.finder.Paths(filter.PlaceOf(it.Acceptance)); !it.found.Fits(paths) {
				it.found = s.finder.Find(&it.Event, paths)
			}
		}
		err := s.commits.do(ctx, &op{class: classAccept, accept: a, bytes: size})
		if err != nil {
			return nil, err
		}
		if !a.stale {
			return a.results, nil
		}
	}
	return nil, gonets.Errorf(gonets.CodeBusy, "the configuration changes all the time; nothing was stored, try again in a second")
}

// maxLookups bounds how often a call begins again because the configuration
// moved under it.
const maxLookups = 20

// pack makes event i ready. The events of a split request have one body, which
// is hashed, compressed and stored once.
func (a *acceptOp) pack(i int, in []gonets.Acceptance) eventRow {
	ev, first := &in[i].Event, &in[0].Event
	if len(in) == 1 || len(ev.Body) <= gonets.InlineBody || !bytes.Equal(ev.Body, first.Body) {
		return packEvent(ev)
	}
	if i == 0 {
		row := packEvent(ev)
		row.owner = ev.ID
		return row
	}
	return eventRow{Event: ev, headers: pack.Headers(ev.Headers), raw: a.items[0].row.raw, owner: first.ID}
}

// seen is what a dedupe key stands for.
type seen struct {
	event string
	hash  []byte
	fresh bool
}

type dedupeKey struct{ source, key string }

// acceptAll works on all accepts of a batch together: a key that comes twice
// is asked for once, and keys are taken in order, so that two nodes can't
// block each other.
func (t *txn) acceptAll(ops []*acceptOp) error {
	if err := t.fresh(); err != nil {
		return err
	}
	ops, err := t.upToDate(ops)
	if err != nil {
		return err
	}
	keys, err := t.takeKeys(ops)
	if err != nil {
		return err
	}
	for _, a := range ops {
		a.results, a.shared = make([]gonets.Accepted, len(a.items)), false
		for i := range a.items {
			if a.results[i], err = t.accept(a, &a.items[i], keys); err != nil {
				return err
			}
		}
	}
	return nil
}

// upToDate leaves out the calls whose values were worked out for other paths
// than apply now: parsing has no place in a transaction, so they come again.
func (t *txn) upToDate(ops []*acceptOp) ([]*acceptOp, error) {
	var out []*acceptOp
	for _, a := range ops {
		a.stale = false
		for i := range a.items {
			it := &a.items[i]
			paths, err := t.searchPaths(it)
			if gonets.CodeOf(err) == gonets.CodeNotFound || gonets.CodeOf(err) == gonets.CodeConflict {
				continue // the call fails by itself, for that reason
			}
			if err != nil {
				return nil, err
			}
			if !it.found.Fits(paths) {
				t.s.finder.Learn(filter.PlaceOf(it.Acceptance), paths)
				a.stale = true
			}
		}
		if !a.stale {
			out = append(out, a)
		}
	}
	return out, nil
}

// searchPaths are the paths of all scenarios that will run for the event.
func (t *txn) searchPaths(it *acceptItem) (paths []string, err error) {
	rs, err := t.routesOf(it)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		for _, p := range r.doc.Search {
			if !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		}
	}
	return paths, nil
}

// routesOf are the scenarios that run for the event.
func (t *txn) routesOf(it *acceptItem) ([]*route, error) {
	if it.Scenario == "" {
		return t.subscribers(it.Event.Source)
	}
	r, err := t.asked(it.Scenario, it.Version)
	return []*route{r}, err
}

// takeKeys claims every key of the batch for its first event, or finds whose
// it is.
func (t *txn) takeKeys(ops []*acceptOp) (map[dedupeKey]*seen, error) {
	var first []*acceptItem
	keys := map[dedupeKey]*seen{}
	for _, a := range ops {
		for i := range a.items {
			it := &a.items[i]
			k := dedupeKey{it.Event.Source, it.Key}
			if it.Key == "" || keys[k] != nil {
				continue
			}
			keys[k] = &seen{event: it.Event.ID, hash: it.BodyHash[:]}
			first = append(first, it)
		}
	}
	slices.SortFunc(first, func(a, b *acceptItem) int {
		return cmp.Or(cmp.Compare(a.Event.Source, b.Event.Source), cmp.Compare(a.Key, b.Key))
	})
	now := t.now.UnixMilli()
	for _, it := range first {
		s := keys[dedupeKey{it.Event.Source, it.Key}]
		n, err := t.changed(`INSERT INTO dedupe (source, idem_key, event, body_hash, expires_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (source, idem_key) DO UPDATE
			SET event = excluded.event, body_hash = excluded.body_hash, expires_at = excluded.expires_at
			WHERE dedupe.expires_at <= ?`,
			it.Event.Source, []byte(it.Key), it.Event.ID, it.BodyHash[:], t.now.Add(it.DedupeWindow).UnixMilli(), now)
		if err != nil {
			return nil, err
		}
		if s.fresh = n == 1; s.fresh {
			continue
		}
		err = t.row(`SELECT event, body_hash FROM dedupe WHERE source = ? AND idem_key = ?`,
			[]any{it.Event.Source, []byte(it.Key)}, &s.event, &s.hash)
		if err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func (t *txn) accept(a *acceptOp, it *acceptItem, keys map[dedupeKey]*seen) (gonets.Accepted, error) {
	if it.Key != "" {
		s := keys[dedupeKey{it.Event.Source, it.Key}]
		if s.event != it.Event.ID {
			return t.duplicate(it, s)
		}
	}
	known, err := it.row.store(t)
	if err == nil && !known {
		err = a.storeBody(t, &it.row)
	}
	if err != nil {
		return gonets.Accepted{}, err
	}
	out := gonets.Accepted{EventID: it.Event.ID}
	if known {
		// The answer to this very event's commit was lost; its runs are stored
		// and are not handed over a second time.
		out.Answer, err = t.answerOf(it.Event.ID)
		return out, err
	}
	return t.makeRuns(it, out)
}

func (a *acceptOp) storeBody(t *txn, row *eventRow) error {
	if row.owner == "" {
		return row.raw.store(t, row.ID)
	}
	if a.shared {
		return nil
	}
	a.shared = true
	return row.raw.store(t, row.owner)
}

func (t *txn) duplicate(it *acceptItem, s *seen) (gonets.Accepted, error) {
	out := gonets.Accepted{EventID: s.event, Duplicate: true}
	out.Conflict = it.StrictKey && !bytes.Equal(s.hash, it.BodyHash[:])
	var err error
	out.Answer, err = t.answerOf(s.event)
	if err != nil || out.Conflict || out.Answer != nil {
		return out, err
	}
	// The first answer may still come: a repeat waits for it like the first.
	rs, err := t.subscribers(it.Event.Source)
	for _, r := range rs {
		out.MayRespond = out.MayRespond || r.mayRespond
	}
	return out, err
}

func (t *txn) answerOf(event string) (*gonets.Answer, error) {
	var b []byte
	err := t.row(`SELECT answer FROM events WHERE id = ?`, []any{event}, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // the event's retention is over, its key's is not
	}
	if err != nil {
		return nil, err
	}
	return readAnswer(b)
}

func (t *txn) makeRuns(it *acceptItem, out gonets.Accepted) (gonets.Accepted, error) {
	rs, err := t.routesOf(it)
	if err != nil {
		return out, err
	}
	for _, r := range rs {
		if out, err = t.makeRun(it, r, out); err != nil {
			return out, err
		}
	}
	return out, t.keepValues(it)
}

// asked is the route of a run that a person wants, whatever the scenario's
// state; version 0 is the published one.
func (t *txn) asked(scenario string, version int) (*route, error) {
	r, err := t.scenario(scenario)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		version = r.version
	}
	if version == 0 {
		return nil, gonets.Errorf(gonets.CodeConflict,
			"the scenario %q was never published, so there is nothing to run; publish it first", scenario)
	}
	doc, err := t.version(scenario, version)
	if err != nil {
		return nil, err
	}
	return &route{name: scenario, state: gonets.ScenarioRunning, version: version, doc: doc,
		mayRespond: doc.MayRespond()}, nil
}

func (t *txn) makeRun(it *acceptItem, r *route, out gonets.Accepted) (gonets.Accepted, error) {
	if dropEvery > 0 {
		if t.c.dropped++; t.c.dropped%max(dropEvery, 1) == 0 {
			return out, nil
		}
	}
	run, err := t.insertRun(&it.Event, r, it.RunMark)
	if err != nil {
		return out, err
	}
	out.Runs = append(out.Runs, run)
	out.MayRespond = out.MayRespond || r.mayRespond
	return out, nil
}

// insertRun makes a run: held when its scenario does not run, leased to this
// node when its lane has a place, else queued.
func (t *txn) insertRun(ev *gonets.Event, r *route, mark gonets.Mark) (gonets.Run, error) {
	run := gonets.Run{ID: t.s.ids.Next(t.now), EventID: ev.ID, Scenario: r.name, State: gonets.RunHeld,
		Reason: gonets.CodeScenarioHeld, Lane: gonets.LaneUnknown, OrderKey: ev.OrderKey,
		Mark: mark, CreatedAt: t.now}
	if r.running() {
		if err := t.born(&run, ev, r); err != nil {
			return run, err
		}
	}
	var version any
	if run.Version > 0 {
		version = run.Version
	}
	var epoch any
	if run.Lease.Held() {
		epoch = run.Lease.Epoch
	}
	return run, t.exec(`INSERT INTO runs (id, event, source, scenario, version, state, reason, lane, order_key, due_at,
			node, node_epoch, lease_seq, cursor_path, tries, attempts, step_at, crashes, mark, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, ?, 0, ?, ?)`,
		run.ID, run.EventID, ev.Source, run.Scenario, version, string(run.State), string(run.Reason), run.Lane,
		blob(run.OrderKey), ms(run.DueAt), nullText(run.Lease.Node), epoch, run.Lease.Seq, ms(run.StepAt),
		string(run.Mark), run.CreatedAt.UnixMilli())
}

// born decides how a run of a running scenario starts its life.
func (t *txn) born(run *gonets.Run, ev *gonets.Event, r *route) error {
	run.Version, run.Reason, run.DueAt, run.State = r.version, "", t.now, gonets.RunQueued
	lane, reserved := t.place(r.doc, ev)
	run.Lane = lane
	if reserved && run.OrderKey != "" {
		waits, err := t.mustWait(run)
		if err != nil {
			return err
		}
		if waits {
			t.unplaceLast()
			return nil
		}
	}
	if reserved {
		run.State, run.StepAt = gonets.RunRunning, t.now
		run.Lease = gonets.Lease{Node: t.s.opt.Node, Epoch: t.s.Epoch(), Seq: 1}
	}
	return nil
}

// mustWait tells whether an older run of the order key is unfinished; on a
// shared database any other one, because ids of different nodes need not come
// in the order of their commits.
func (t *txn) mustWait(run *gonets.Run) (bool, error) {
	older := ` AND id < ? LIMIT 1`
	if t.s.dialect.Shared {
		older = ` AND id <> ? LIMIT 1`
		h := fnv.New64a()
		h.Write([]byte(run.Scenario + "\x00" + run.OrderKey))
		if err := t.exec(`SELECT pg_advisory_xact_lock(?)`, int64(h.Sum64())); err != nil {
			return false, err
		}
	}
	found, err := collectText(t, `SELECT id FROM runs WHERE scenario = ? AND order_key = ? AND `+unfinishedOrdered+older,
		run.Scenario, []byte(run.OrderKey), run.ID)
	return len(found) > 0, err
}

// keepValues indexes the values by which the history finds the event's runs.
func (t *txn) keepValues(it *acceptItem) error {
	for _, v := range it.found.Values {
		err := t.exec(`INSERT INTO run_values (value, event, created_at) VALUES (?, ?, ?)
			ON CONFLICT (value, event) DO NOTHING`, filter.SearchKey(v), it.Event.ID, t.now.UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}
