package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/routes"
	"gonets/internal/store/tally"
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
	if s.opt.Room.Full() {
		return nil, dialect.ErrFull() // what room is left is for people who make more
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
			if err := s.finder.Renew(&a.items[i].found, a.items[i].Acceptance); err != nil {
				return nil, err
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
	return nil, errUnsettled
}

var errUnsettled = gonets.Errorf(gonets.CodeBusy, "the configuration changes all the time; nothing was stored, try again in a second")

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

func keyOf(it *acceptItem) pack.Key { return pack.Key{Of: it.Event.Source, Text: it.Key} }

// orderOf is the order key of an event's run.
func orderOf(scenario string, ev *gonets.Event) pack.Key {
	return pack.Key{Of: scenario, Text: ev.OrderKey}
}

// seenKeys are the keys of a batch.
type seenKeys map[pack.Key]pack.Seen

// repeated tells whether the item's key stands for another event, and for which.
func (keys seenKeys) repeated(it *acceptItem) (pack.Seen, bool) {
	s := keys[keyOf(it)]
	return s, it.Key != "" && s.Event != it.Event.ID
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
	if err == nil {
		err = t.lookUpOrders(ops, fresh)
	}
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
			if _, again := keys.repeated(it); again {
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
	if err := t.expect(events); err != nil {
		return nil, err
	}
	fresh = make(map[string]bool, len(events.Rows))
	for i, row := range events.Rows {
		fresh[row[0].(string)] = fresh[row[0].(string)] || events.Hit[i]
	}
	for _, row := range bodies {
		t.later(pack.Bodies, row)
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
			if err != nil && !deeds.ItsOwn(err) {
				return nil, err
			}
			if err != nil {
				continue // the call fails by itself, for that reason
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
			k := keyOf(it)
			if _, known := keys[k]; it.Key != "" && !known {
				keys[k] = pack.Seen{Event: it.Event.ID, Hash: it.BodyHash[:]}
				first = append(first, it)
			}
		}
	}
	if len(first) == 0 {
		return keys, nil
	}
	names, err := t.names(first)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(first, func(a, b *acceptItem) int { return names.Of(keyOf(a)).Compare(names.Of(keyOf(b))) })
	take := &dialect.Part{Many: pack.Keys}
	for _, it := range first {
		take.Rows = append(take.Rows, []any{it.Event.Source, []byte(names.Of(keyOf(it)).Text), it.Event.ID, it.BodyHash[:],
			t.now.Add(it.DedupeWindow).UnixMilli(), t.now.UnixMilli()})
	}
	if err := t.send(take); err != nil {
		return nil, err
	}
	var taken []pack.Key
	for i, it := range first {
		if !take.Hit[i] {
			taken = append(taken, names.Of(keyOf(it)))
		}
	}
	if len(taken) == 0 {
		return keys, nil
	}
	others, err := pack.LoadSeen(t, &t.s.dialect, taken)
	for _, it := range first {
		if s, ok := others[names.Of(keyOf(it))]; ok {
			keys[keyOf(it)] = s
		}
	}
	return keys, err
}

// names finds the keys whose text was erased and that still have to recognise
// repeats.
func (t *txn) names(items []*acceptItem) (pack.Names, error) {
	until, err := t.s.routes.HiddenUntil(t)
	if err != nil || t.now.UnixMilli() >= until {
		return nil, err
	}
	hidden := make(map[pack.Key][]pack.Key, len(items))
	for _, it := range items {
		hidden[keyOf(it)] = pack.HiddenKeys(t.MACs, keyOf(it))
	}
	return pack.Counting(t, &t.s.dialect, hidden, t.now)
}

func (t *txn) accept(it *acceptItem, keys seenKeys, fresh map[string]bool) (gonets.Accepted, error) {
	if s, again := keys.repeated(it); again {
		return t.duplicate(it, &s)
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

func (t *txn) duplicate(it *acceptItem, s *pack.Seen) (gonets.Accepted, error) {
	out := gonets.Accepted{EventID: s.Event, Duplicate: true}
	out.Conflict = it.StrictKey && len(s.Hash) > 0 && !bytes.Equal(s.Hash, it.BodyHash[:])
	if !out.Conflict {
		t.tally.At(tally.KeyOf(it.Event.Source, it.Event.ReceivedAt)).Repeats++
	}
	var err error
	out.Answer, err = pack.ReadAnswer(s.Answer)
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
	counts := t.tally.At(tally.KeyOf(it.Event.Source, it.Event.ReceivedAt))
	counts.Events++
	if counts.Runs += int64(len(rs)); len(rs) == 0 {
		counts.Bare++
	}
	for _, r := range rs {
		if out, err = t.makeRun(it, r, out); err != nil {
			return out, err
		}
	}
	t.keepValues(it, out.Runs)
	return out, nil
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
		t.ordered.Take(orderOf(r.Name, ev))
	}
	t.later(pack.Runs, pack.NewRun(&run, ev.Source))
	return run, nil
}

// born decides how a run of a running scenario starts its life.
func (t *txn) born(run *gonets.Run, ev *gonets.Event, r *routes.Route) error {
	run.Version, run.Reason, run.DueAt, run.State = r.Version, "", t.now, gonets.RunQueued
	if r.Damage != nil {
		return nil //nolint:nilerr // it is taken all the same; whoever claims it says what is wrong
	}
	lane, reserved := t.place(r.Doc, ev)
	run.Lane = lane
	if reserved && t.waits {
		t.unplaceLast()
		return nil
	}
	if reserved && run.OrderKey != "" {
		waits, err := t.ordered.Waits(t, &t.s.dialect, orderOf(r.Name, ev))
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

// lookUpOrders finds out about the order keys of a batch together.
func (t *txn) lookUpOrders(ops []*acceptOp, fresh map[string]bool) error {
	var keys []pack.Key
	for _, a := range ops {
		for i := range a.items {
			it := &a.items[i]
			if it.Event.OrderKey == "" || !fresh[it.Event.ID] {
				continue
			}
			rs, _ := t.routesOf(it) // where there are none, the call fails by itself
			for _, r := range rs {
				keys = append(keys, orderOf(r.Name, &it.Event))
			}
		}
	}
	return t.ordered.LookUp(t, &t.s.dialect, keys)
}

// pack.Values indexes the values by which the history finds the event's runs.
func (t *txn) keepValues(it *acceptItem, runs []gonets.Run) {
	for _, v := range it.found.Values {
		for i := range runs {
			t.later(pack.Values, []any{filter.SearchKey(v), runs[i].ID})
		}
	}
}
