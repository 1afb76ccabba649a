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
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/routes"
)

// acceptOp is one call of Accept: all of it or nothing.
type acceptOp struct {
	items   []acceptItem
	results []gonets.Accepted
	// stale is true when values were worked out for paths of the past; then
	// nothing was stored.
	stale bool
}

type acceptItem struct {
	*gonets.Acceptance
	row pack.Event
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
		if row := &a.items[i].row; row.Owner == "" || i == 0 {
			size += row.Weight()
		}
	}
	for range maxLookups {
		for i := range a.items {
			it := &a.items[i]
			if paths := s.finder.Paths(filter.PlaceOf(it.Acceptance)); !it.found.Fits(paths) {
				it.found = s.finder.Find(&it.Event, paths)
			}
		}
		err := s.commits.do(ctx, &op{Class: queue.Accept, Do: &work{accept: a}, Bytes: size})
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
func (a *acceptOp) pack(i int, in []gonets.Acceptance) pack.Event {
	ev, first := &in[i].Event, &in[0].Event
	if len(in) == 1 || len(ev.Body) <= gonets.InlineBody || !bytes.Equal(ev.Body, first.Body) {
		return pack.NewEvent(ev)
	}
	if i == 0 {
		row := pack.NewEvent(ev)
		row.Owner = ev.ID
		return row
	}
	return pack.PartOf(&a.items[0].row, ev)
}

// seen is what a dedupe key stands for.
type seen struct {
	event string
	hash  []byte
}

type dedupeKey struct{ source, key string }

func keyOf(it *acceptItem) dedupeKey { return dedupeKey{it.Event.Source, it.Key} }

// seenKeys are the keys of a batch.
type seenKeys map[dedupeKey]*seen

// repeated is what the item's key stands for, when that is another event.
func (keys seenKeys) repeated(it *acceptItem) *seen {
	if s := keys[keyOf(it)]; it.Key != "" && s.event != it.Event.ID {
		return s
	}
	return nil
}

// acceptAll works on all accepts of a batch together: a key that comes twice
// is asked for once, and keys are taken in order, so that two nodes can't
// block each other.
func (t *txn) acceptAll(ops []*acceptOp) error {
	if len(ops) == 0 {
		return nil
	}
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
	fresh, err := t.storeEvents(ops, keys)
	if err != nil {
		return err
	}
	for _, a := range ops {
		a.results = make([]gonets.Accepted, len(a.items))
		for i := range a.items {
			if a.results[i], err = t.accept(&a.items[i], keys, fresh); err != nil {
				return err
			}
		}
	}
	return nil
}

// storeEvents adds the events that are no repeats and tells which of them
// were new.
func (t *txn) storeEvents(ops []*acceptOp, keys seenKeys) (fresh map[string]bool, err error) {
	events := &dialect.Part{Many: pack.Events}
	var bodies [][]any
	for _, a := range ops {
		shared := false
		for i := range a.items {
			it := &a.items[i]
			if keys.repeated(it) != nil {
				continue
			}
			events.Rows = append(events.Rows, it.row.Row())
			owner := it.row.Owner
			switch {
			case it.row.Raw.Ref == nil || owner != "" && shared:
			case owner != "":
				shared = true
				bodies = append(bodies, it.row.Raw.Row(owner))
			default:
				bodies = append(bodies, it.row.Raw.Row(it.row.ID))
			}
		}
	}
	if len(events.Rows) == 0 {
		return nil, nil
	}
	if err := t.send(events); err != nil {
		return nil, err
	}
	fresh = make(map[string]bool, len(events.Rows))
	for i, row := range events.Rows {
		fresh[row[0].(string)] = fresh[row[0].(string)] || events.Hit[i]
	}
	for _, row := range bodies {
		if err := t.later(pack.Bodies, row); err != nil {
			return nil, err
		}
	}
	return fresh, nil
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
		for _, p := range r.Doc.Search {
			if !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		}
	}
	return paths, nil
}

// routesOf are the scenarios that run for the event.
func (t *txn) routesOf(it *acceptItem) ([]*routes.Route, error) {
	if it.Scenario == "" {
		return t.s.routes.Subscribers(t, it.Event.Source)
	}
	r, err := t.asked(it.Scenario, it.Version)
	return []*routes.Route{r}, err
}

// pack.Keys claims every key of the batch for its first event, or finds whose
// it is.
func (t *txn) takeKeys(ops []*acceptOp) (seenKeys, error) {
	var first []*acceptItem
	keys := seenKeys{}
	for _, a := range ops {
		for i := range a.items {
			it := &a.items[i]
			if k := keyOf(it); it.Key != "" && keys[k] == nil {
				keys[k] = &seen{event: it.Event.ID, hash: it.BodyHash[:]}
				first = append(first, it)
			}
		}
	}
	if len(first) == 0 {
		return keys, nil
	}
	slices.SortFunc(first, func(a, b *acceptItem) int {
		return cmp.Or(cmp.Compare(a.Event.Source, b.Event.Source), cmp.Compare(a.Key, b.Key))
	})
	take := &dialect.Part{Many: pack.Keys}
	for _, it := range first {
		take.Rows = append(take.Rows, []any{it.Event.Source, []byte(it.Key), it.Event.ID, it.BodyHash[:],
			t.now.Add(it.DedupeWindow).UnixMilli(), t.now.UnixMilli()})
	}
	if err := t.send(take); err != nil {
		return nil, err
	}
	for i, it := range first {
		if take.Hit[i] {
			continue
		}
		s := keys[keyOf(it)]
		err := t.Row(`SELECT event, body_hash FROM dedupe WHERE source = ? AND idem_key = ?`,
			[]any{it.Event.Source, []byte(it.Key)}, &s.event, &s.hash)
		if err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func (t *txn) accept(it *acceptItem, keys seenKeys, fresh map[string]bool) (gonets.Accepted, error) {
	if s := keys.repeated(it); s != nil {
		return t.duplicate(it, s)
	}
	out := gonets.Accepted{EventID: it.Event.ID}
	if fresh[it.Event.ID] {
		return t.makeRuns(it, out)
	}
	// The answer to this very event's commit was lost; its runs are stored and
	// are not handed over a second time.
	err := it.row.Same(t)
	if err == nil {
		out.Answer, err = t.answerOf(it.Event.ID)
	}
	return out, err
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
	rs, err := t.s.routes.Subscribers(t, it.Event.Source)
	for _, r := range rs {
		out.MayRespond = out.MayRespond || r.MayRespond
	}
	return out, err
}

func (t *txn) answerOf(event string) (*gonets.Answer, error) {
	var b []byte
	err := t.Row(`SELECT answer FROM events WHERE id = ?`, []any{event}, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // the event's retention is over, its key's is not
	}
	if err != nil {
		return nil, err
	}
	return pack.ReadAnswer(b)
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
	return out, t.keepValues(it, out.Runs)
}

// asked is the route of a run that a person wants, whatever the scenario's
// state; version 0 is the published one.
func (t *txn) asked(scenario string, version int) (*routes.Route, error) {
	r, err := t.s.routes.Scenario(t, scenario)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		version = r.Version
	}
	if version == 0 {
		return nil, gonets.Errorf(gonets.CodeConflict,
			"the scenario %q was never published, so there is nothing to run; publish it first", scenario)
	}
	doc, err := t.s.routes.Version(t, scenario, version)
	if err != nil {
		return nil, err
	}
	return &routes.Route{Name: scenario, State: gonets.ScenarioRunning, Version: version, Doc: doc,
		MayRespond: doc.MayRespond()}, nil
}

func (t *txn) makeRun(it *acceptItem, r *routes.Route, out gonets.Accepted) (gonets.Accepted, error) {
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
	out.MayRespond = out.MayRespond || r.MayRespond
	return out, nil
}

// insertRun makes a run: held when its scenario does not run, leased to this
// node when its lane has a place, else queued.
func (t *txn) insertRun(ev *gonets.Event, r *routes.Route, mark gonets.Mark) (gonets.Run, error) {
	id, made := t.s.ids.Next(t.now)
	run := gonets.Run{ID: id, EventID: ev.ID, Scenario: r.Name, State: gonets.RunHeld,
		Reason: gonets.CodeScenarioHeld, Lane: gonets.LaneUnknown, OrderKey: ev.OrderKey,
		Mark: mark, CreatedAt: made}
	if r.Running() {
		if err := t.born(&run, ev, r); err != nil {
			return run, err
		}
	}
	return run, t.later(pack.Runs, pack.NewRun(&run, ev.Source))
}

// born decides how a run of a running scenario starts its life.
func (t *txn) born(run *gonets.Run, ev *gonets.Event, r *routes.Route) error {
	run.Version, run.Reason, run.DueAt, run.State = r.Version, "", t.now, gonets.RunQueued
	lane, reserved := t.place(r.Doc, ev)
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
	found, err := pack.Texts(t, `SELECT id FROM runs WHERE scenario = ? AND order_key = ? AND `+unfinishedOrdered+older,
		run.Scenario, []byte(run.OrderKey), run.ID)
	return len(found) > 0, err
}

// pack.Values indexes the values by which the history finds the event's runs.
func (t *txn) keepValues(it *acceptItem, runs []gonets.Run) error {
	for _, v := range it.found.Values {
		for i := range runs {
			if err := t.later(pack.Values, []any{filter.SearchKey(v), runs[i].ID}); err != nil {
				return err
			}
		}
	}
	return nil
}
