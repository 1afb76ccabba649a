package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/engine"
	"gonets/internal/lane"
	"gonets/internal/step"
	"gonets/internal/store"
	"gonets/internal/valid"
)

// queues are the lanes as people see them: what the store and this node's
// memory know together.
type queues struct {
	store  *store.Store
	engine *engine.Engine
	docs   documents
	clock  gonets.Clock
	// setting keeps two changes of the settings apart.
	setting *sync.Mutex
}

// laneName is the lane of an address that a person wrote.
func laneName(address string) (string, error) {
	name := step.Origin(strings.TrimSpace(address))
	if !engine.IsDestination(name) {
		return "", gonets.Errorf(gonets.CodeInvalid, "%q is no address of a service; write it as https://crm.example.ru", address)
	}
	return name, nil
}

// Lanes lists the lanes to services of which anything is known.
func (q queues) Lanes(ctx context.Context) ([]api.Lane, error) {
	rows, err := q.known(ctx)
	if err != nil {
		return nil, err
	}
	return q.count(ctx, slices.Sorted(maps.Keys(rows)), rows)
}

// Lane is one lane, known or not.
func (q queues) Lane(ctx context.Context, address string) (api.Lane, error) {
	name, err := laneName(address)
	if err != nil {
		return api.Lane{}, err
	}
	rows, err := q.known(ctx)
	if err != nil {
		return api.Lane{}, err
	}
	if rows[name] == nil {
		rows[name] = q.open(name)
	}
	one, err := q.count(ctx, []string{name}, rows)
	if err != nil {
		return api.Lane{}, err
	}
	return one[0], nil
}

// open is a lane of which nothing is known but its limits.
func (q queues) open(name string) *api.Lane {
	l := q.engine.DescribeLane(name)
	return &api.Lane{Lane: name, Host: laneHost(name), Limit: l.Limit, Usual: l.Usual}
}

// count adds to lanes what waits for them in the database.
func (q queues) count(ctx context.Context, names []string, rows map[string]*api.Lane) ([]api.Lane, error) {
	waiting, err := q.store.LaneWaiting(ctx, names)
	if err != nil {
		return nil, err
	}
	out := make([]api.Lane, 0, len(names))
	for _, name := range names {
		l, w := rows[name], waiting[name]
		if l.Waiting += w.Runs; !w.Since.IsZero() {
			l.OldestAt = &w.Since
		}
		if l.State == "" {
			if l.State = api.LaneOpen; l.Waiting > 0 {
				l.State = api.LaneBusy
			}
		}
		out = append(out, *l)
	}
	return out, nil
}

// known are the lanes with all but what waits in the database.
func (q queues) known(ctx context.Context) (map[string]*api.Lane, error) {
	counts, err := q.store.LaneCounts(ctx)
	if err != nil {
		return nil, err
	}
	records, err := q.store.LaneRecords(ctx)
	if err != nil {
		return nil, err
	}
	backlog, err := q.store.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	rows := map[string]*api.Lane{}
	row := func(name string) *api.Lane {
		if rows[name] == nil && engine.IsDestination(name) {
			rows[name] = q.open(name)
		} else if rows[name] == nil {
			return &api.Lane{}
		}
		return rows[name]
	}
	for _, c := range []map[string]lane.Count{counts, q.engine.Places.Counts()} {
		for name, n := range c {
			l := row(name)
			l.OK24h, l.Failed24h = l.OK24h+n.OK, l.Failed24h+n.Failed
		}
	}
	for name, limits := range q.docs.live.LaneLimits() {
		row(name).Limits = limits
	}
	for _, b := range backlog {
		row(b.Lane)
	}
	for _, i := range q.engine.Lanes() {
		l := row(i.Name)
		l.Active, l.Waiting = i.Active, i.Queued
	}
	for i := range records {
		q.tell(row(records[i].Name), &records[i])
	}
	return rows, nil
}

// tell says why a lane is not simply open.
func (q queues) tell(l *api.Lane, r *lane.Record) {
	l.Drain = r.Drain
	if r.Closed() {
		l.ClosedAt, l.ClosedUntil, l.Code, l.Status = &r.ClosedAt, &r.ClosedUntil, r.Code, r.Status
	}
	switch {
	case r.Paused():
		l.State, l.PausedAt, l.PausedBy = api.LanePaused, &r.PausedAt, r.PausedBy
	case r.Closed() && r.ClosedUntil.After(q.clock.Now()):
		l.State = api.LaneClosed
	case r.Closed():
		l.State = api.LaneProbing
	case !r.RampAt.IsZero():
		l.State = api.LaneRecovering
	}
}

// laneHost is a lane's name for people.
func laneHost(name string) string {
	host, plain := strings.CutPrefix(name, "http://")
	if plain {
		return strings.TrimSuffix(host, ":80")
	}
	return strings.TrimSuffix(strings.TrimPrefix(name, "https://"), ":443")
}

// laneKey is how the settings name a lane.
func laneKey(name string) string {
	scheme, _, _ := strings.Cut(name, "://")
	return scheme + "://" + laneHost(name)
}

// LimitLane changes the limits of one lane in the settings.
func (q queues) LimitLane(ctx context.Context, set api.LaneSet, actor string) error {
	name, err := laneName(set.Lane)
	if err != nil {
		return err
	}
	q.setting.Lock()
	defer q.setting.Unlock()
	s, err := q.store.Settings(ctx)
	if err != nil {
		return err
	}
	lanes := maps.Clone(s.Lanes)
	maps.DeleteFunc(lanes, func(key string, _ gonets.LaneLimits) bool { return step.Origin(key) == name })
	if set.LaneLimits != (gonets.LaneLimits{}) {
		if lanes == nil {
			lanes = map[string]gonets.LaneLimits{}
		}
		lanes[laneKey(name)] = set.LaneLimits
	}
	s.Lanes = lanes
	if problems := valid.Settings(&s); len(problems) > 0 {
		return &gonets.Error{Code: gonets.CodeInvalid, Message: "these limits are not possible", Problems: problems}
	}
	_, err = q.docs.Apply(ctx, document.Apply{Settings: &s, Actor: actor})
	return err
}

// ActOnLane does what a person wants of a lane, on all nodes.
func (q queues) ActOnLane(ctx context.Context, a api.LaneAction, actor string) error {
	name, err := laneName(a.Lane)
	if err != nil {
		return err
	}
	err = q.store.ActOnLane(ctx, lane.Action{Name: name, Kind: lane.ActionKind(a.Action), Rate: a.Rate, Actor: actor})
	if err == nil {
		err = q.engine.RereadLanes(ctx)
	}
	return err
}

// LaneWait implements [httpapi.Lanes].
func (q queues) LaneWait(name string) *api.LaneWait {
	r := q.engine.Places.Record(name)
	switch {
	case r.Paused():
		return &api.LaneWait{Why: api.LanePaused, By: r.PausedBy}
	case r.Closed():
		return &api.LaneWait{Why: api.LaneClosed, Until: &r.ClosedUntil, Code: r.Code, Status: r.Status}
	}
	return &api.LaneWait{Why: api.LaneBusy}
}
