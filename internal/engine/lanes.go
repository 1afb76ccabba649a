package engine

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"gonets"
	"gonets/internal/hint"
	"gonets/internal/lane"
)

// Book is what all nodes know of lanes, kept by the store.
type Book interface {
	LaneRecords(ctx context.Context) ([]lane.Record, error)
	KeepLane(ctx context.Context, c lane.Change, node string) error
	ProbeLane(ctx context.Context, p lane.Probe) (won bool, err error)
	BookTurns(ctx context.Context, w lane.Want, now time.Time) (first time.Time, err error)
	CountAttempts(ctx context.Context, counts map[string]lane.Count) error
	// EndDrain ends a lane's drain when nothing waits for it any more.
	EndDrain(ctx context.Context, name string) (ended bool, err error)
	LiveNodes(ctx context.Context) ([]lane.Sharer, error)
	KeepParts(ctx context.Context, n lane.Sharer) error
}

const (
	// probeLease is for how long one node may try a lane out before another one
	// may: longer than most requests take.
	probeLease = time.Minute
	// countEvery is how often counts are stored.
	countEvery = 10 * time.Second
	// joinAfter is how long a node that joins others leaves shared lanes to them at
	// least, so that they have heard of it.
	joinAfter = 5 * time.Second
	// maxLead is how far ahead of now turns are booked at most.
	maxLead = 2 * time.Second
)

// lanes is what the engine does for lanes beside the work on runs.
type lanes struct {
	wake chan struct{}
	// reread is set when the store's records may have changed.
	reread atomic.Bool
	// counted and joined are when counts were stored and this node was first
	// seen among several, zero before.
	counted, joined time.Time
	// member is true once this node takes part in shared lanes, parts what the
	// others were told of it.
	member bool
	parts  int
	// lead is how long turns take to be booked: they are booked so far ahead, or
	// a slow database would hand over only turns that have passed.
	lead time.Duration
}

// lanesNews wakes the loop; it never blocks.
func (e *Engine) lanesNews() {
	select {
	case e.lanes.wake <- struct{}{}:
	default:
	}
}

// LanesChanged says that somebody changed a lane in the store.
func (e *Engine) LanesChanged() {
	e.rereadLanes()
	if e.Heart != nil {
		e.Heart.Tell(hint.Hint{Lanes: true})
	}
}

// RereadLanes puts into force what somebody changed of a lane in the store.
func (e *Engine) RereadLanes(ctx context.Context) error {
	defer e.LanesChanged()
	return e.adoptLanes(ctx)
}

// DescribeLane tells the limits of a lane on this node.
func (e *Engine) DescribeLane(name string) LaneDescription { return e.Places.DescribeLane(name) }

func (e *Engine) rereadLanes() {
	e.lanes.reread.Store(true)
	e.lanesNews()
}

// LimitsChanged says that lanes may have other limits.
func (e *Engine) LimitsChanged() {
	e.Places.Retune()
	e.lanesNews()
	e.look()
}

// laneLoop keeps lanes and the store's records of them the same.
func (e *Engine) laneLoop() {
	for {
		timer := e.Clock.NewTimer(claimEvery)
		tick := false
		select {
		case <-e.loopCtx.Done():
			timer.Stop()
			e.storeCounts(context.WithoutCancel(e.loopCtx))
			return
		case <-e.lanes.wake:
		case <-timer.C():
			tick = true
		}
		timer.Stop()
		e.lanePass(e.loopCtx, tick)
	}
}

// lanePass does what is to be done for lanes now. A store that does not answer
// is asked again a second later; until then this node keeps to what it knows.
func (e *Engine) lanePass(ctx context.Context, tick bool) {
	e.evict()
	told := false
	for _, c := range e.Places.Changes() {
		if err := e.Book.KeepLane(ctx, c, e.Node); err != nil {
			e.laneTrouble(ctx, err)
			break
		}
		e.Places.Stored(&c)
		told = true
		e.Bus.Publish(gonets.Change{Kind: "lane", ID: c.Name})
		if c.Kind == lane.ChangeClosed {
			e.Log.Warn("a service fails again and again; nothing is sent to it for a while", "lane", c.Name,
				"until", c.ClosedUntil, "code", c.Code, "status", c.Status)
		} else {
			e.look()
		}
	}
	if told && e.Heart != nil {
		e.Heart.Tell(hint.Hint{Lanes: true})
	}
	if e.lanes.reread.Swap(false) || tick && e.Heart != nil {
		if err := e.adoptLanes(ctx); err != nil {
			e.lanes.reread.Store(true)
			e.laneTrouble(ctx, err)
		}
	}
	e.bookTurns(ctx)
	if tick {
		e.laneTick(ctx)
	}
}

// bookTurns takes the turns that requests wait for.
func (e *Engine) bookTurns(ctx context.Context) {
	for _, w := range e.Places.Wanted() {
		asked := e.Clock.Now()
		first, err := e.Book.BookTurns(ctx, w, asked.Add(e.lanes.lead))
		if err != nil {
			e.laneTrouble(ctx, err)
			return
		}
		took := e.Clock.Now().Sub(asked)
		e.lanes.lead = min(maxLead, max(took, e.lanes.lead*3/4))
		e.Places.Book(w, first)
	}
}

func (e *Engine) laneTrouble(ctx context.Context, err error) {
	if ctx.Err() == nil {
		e.Log.Warn("the store could not be asked about lanes; trying again", "error", err)
	}
}

// laneTick does what has time.
func (e *Engine) laneTick(ctx context.Context) {
	e.countNodes(ctx)
	e.Places.Sweep()
	e.few.Sweep()
	if now := e.Clock.Now(); now.Sub(e.lanes.counted) >= countEvery {
		e.lanes.counted = now
		e.storeCounts(ctx)
	}
	for _, name := range e.Places.Drained() {
		ended, err := e.Book.EndDrain(ctx, name)
		if err != nil {
			e.laneTrouble(ctx, err)
			break
		}
		if ended {
			e.LanesChanged()
		}
	}
}

// adoptLanes takes over what the store knows of lanes.
func (e *Engine) adoptLanes(ctx context.Context) error {
	records, err := e.Book.LaneRecords(ctx)
	if err != nil {
		return err
	}
	if e.Places.Adopt(records, e.Node) {
		e.look()
	}
	e.evict()
	return nil
}

// countNodes finds out this node's part of what several share.
func (e *Engine) countNodes(ctx context.Context) {
	if e.Heart == nil {
		return
	}
	nodes, err := e.Book.LiveNodes(ctx)
	if err != nil {
		e.laneTrouble(ctx, err)
		return
	}
	// A node that seems to be silent itself has yet to learn that a clock was set: what
	// it knew of the others is nearer to the truth.
	heard := slices.ContainsFunc(nodes, func(n lane.Sharer) bool { return n.Name == e.Node })
	if e.lanes.parts > 0 && !(heard && e.Heart.Settled()) {
		return
	}
	now := e.Clock.Now()
	if e.lanes.joined.IsZero() {
		e.lanes.joined = now
	}
	names, room := make([]string, len(nodes)), now.Sub(e.lanes.joined) >= joinAfter
	for i, n := range nodes {
		names[i] = n.Name
		room = room && (n.Name == e.Node || n.Parts < 0 || n.Parts >= len(nodes))
	}
	// Who joins has to know of a larger part before it is used, and of a smaller one
	// when the requests of before are over.
	if len(names) < e.lanes.parts && !e.keepParts(ctx, len(names)) {
		return
	}
	e.lanes.member = e.lanes.member || room || len(names) < 2
	me := ""
	if e.lanes.member {
		me = e.Node
	}
	e.Places.SetNodes(names, me)
	if len(names) > e.lanes.parts && !e.Places.Over() {
		e.keepParts(ctx, len(names))
	}
}

// keepParts tells the others among how many nodes this one keeps to its part.
func (e *Engine) keepParts(ctx context.Context, parts int) (told bool) {
	err := e.Book.KeepParts(ctx, lane.Sharer{Name: e.Node, Parts: parts})
	if err != nil {
		e.laneTrouble(ctx, err)
		return false
	}
	e.lanes.parts = parts
	return true
}

func (e *Engine) storeCounts(ctx context.Context) {
	counts := e.Places.TakeCounts()
	if len(counts) == 0 {
		return
	}
	if err := e.Book.CountAttempts(ctx, counts); err != nil {
		e.Places.GiveCounts(counts)
		e.laneTrouble(ctx, err)
	}
}

// evict gives back what waits in memory for lanes to which nothing is sent now.
func (e *Engine) evict() {
	e.mu.Lock()
	items := e.Places.Evict()
	runs := make([]gonets.Run, len(items))
	for i, it := range items {
		runs[i] = it.Job.Run
		delete(e.holds, it.Job.Run.ID)
	}
	e.owed = append(e.owed, runs...)
	e.mu.Unlock()
	if len(runs) > 0 {
		e.settle()
	}
}

// probe asks for the right to try a closed lane out.
func (e *Engine) probe(name string) {
	now := e.Clock.Now()
	won, err := e.Book.ProbeLane(e.loopCtx, lane.Probe{Name: name, Node: e.Node, Now: now, Until: now.Add(probeLease)})
	if err != nil {
		e.laneTrouble(e.loopCtx, err)
	}
	if won {
		e.Places.Prove(name)
	}
}

// laneResult is what an attempt says of the service.
func (w *jobWork) laneResult(a *gonets.Attempt) lane.Result {
	r := lane.Result{Run: w.run.ID, OK: a.Outcome == gonets.OutcomeOK, Code: a.Code, Status: a.Status}
	switch {
	case !IsDestination(w.lane) || w.loopCtx.Err() != nil || a.Code == gonets.CodeCutOff || a.Code == gonets.CodeNoRoom:
	case a.Outcome == gonets.OutcomeOK:
		r.Verdict = lane.Alive
	case a.Outcome == gonets.OutcomeCancelled || a.Outcome == gonets.OutcomeBlocked || a.Outcome == gonets.OutcomeTemplate:
	case a.Status == 429:
		r.Verdict, r.Until = lane.Ill, gonets.RetryAfter(&a.Exchange, w.Clock.Now())
	case a.Status >= 500 || a.Outcome == gonets.OutcomeNetwork || a.Outcome == gonets.OutcomeUnknown:
		r.Verdict = lane.Ill
	default:
		r.Verdict = lane.Alive
	}
	return r
}

// noBook is for an engine whose lanes nobody remembers.
type noBook struct{}

func (noBook) LaneRecords(context.Context) ([]lane.Record, error)         { return nil, nil }
func (noBook) KeepLane(context.Context, lane.Change, string) error        { return nil }
func (noBook) ProbeLane(context.Context, lane.Probe) (bool, error)        { return true, nil }
func (noBook) CountAttempts(context.Context, map[string]lane.Count) error { return nil }
func (noBook) EndDrain(context.Context, string) (bool, error)             { return false, nil }
func (noBook) LiveNodes(context.Context) ([]lane.Sharer, error)           { return nil, nil }
func (noBook) KeepParts(context.Context, lane.Sharer) error               { return nil }
func (noBook) BookTurns(_ context.Context, _ lane.Want, now time.Time) (time.Time, error) {
	return now, nil
}
