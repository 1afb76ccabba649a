package alert

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

// freshFor is how many refreshes a trouble that this node saw by itself
// outlives without standing in the database: its signal may not have been
// looked at yet.
const freshFor = 2

// Watch is what this node knows of open troubles. While there are none, it
// costs those who ask next to nothing. The zero value is ready.
type Watch struct {
	// open counts scenarios with troubles.
	open atomic.Int64
	// success is the rule of runs that succeed; nil while it is off.
	success atomic.Pointer[setting.Rule]

	mu       sync.RWMutex
	troubles map[string][]news.Watched
	fresh    map[string]int

	rejecting sync.Mutex
	rejected  map[string]refusals

	counting sync.Mutex
	happened map[string]news.Outcomes
}

// Watched are the open troubles of a scenario; nobody changes the slice.
func (w *Watch) Watched(scenario string) []news.Watched {
	if w.open.Load() == 0 {
		return nil
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.troubles[scenario]
}

// Tells is whether people want to be told that a scenario's runs succeed.
func (w *Watch) Tells(scenario string) bool {
	r := w.success.Load()
	return r != nil && news.Fits(r.Scenarios, scenario)
}

// wants takes up the rules as they are now.
func (w *Watch) wants(n *setting.Notices) {
	r := n.Rule(setting.RuleSuccess)
	if !*r.On {
		w.success.Store(nil)
		return
	}
	w.success.Store(&r)
}

// Noted takes up what this node stored: a failure is watched from now on, and
// one success is enough.
func (w *Watch) Noted(signals []gonets.Signal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range signals {
		s := &signals[i]
		if s.Kind == gonets.SignalDone {
			continue
		}
		id := s.TroubleID()
		list := slices.Clone(w.troubles[s.Scenario])
		list = slices.DeleteFunc(list, func(t news.Watched) bool { return t.ID == id })
		delete(w.fresh, id)
		if s.Kind == gonets.SignalFailed || s.Kind == gonets.SignalEnded {
			list = append(list, news.Watched{ID: id, Host: s.Host, Path: s.Path})
			if w.fresh == nil {
				w.fresh = map[string]int{}
			}
			w.fresh[id] = freshFor
		}
		w.set(s.Scenario, list)
	}
	w.open.Store(int64(len(w.troubles)))
}

func (w *Watch) set(scenario string, list []news.Watched) {
	switch {
	case len(list) == 0:
		delete(w.troubles, scenario)
	case w.troubles == nil:
		w.troubles = map[string][]news.Watched{scenario: list}
	default:
		w.troubles[scenario] = list
	}
}

// refresh takes up what all nodes know.
func (w *Watch) refresh(known map[string][]news.Watched) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.troubles
	w.troubles = known
	for scenario, list := range old {
		for _, t := range list {
			if slices.ContainsFunc(known[scenario], func(k news.Watched) bool { return k.ID == t.ID }) {
				delete(w.fresh, t.ID)
				continue
			}
			left := w.fresh[t.ID] - 1
			if left <= 0 {
				delete(w.fresh, t.ID)
				continue
			}
			w.fresh[t.ID] = left
			w.set(scenario, append(slices.Clone(w.troubles[scenario]), t))
		}
	}
	w.open.Store(int64(len(w.troubles)))
}

// refusals are how often a source did not believe a caller, and when it last did so.
type refusals struct {
	n    int
	last time.Time
}

// Rejected counts a request that a source did not believe at a time. It is kept in
// memory until the next look, so that a flood of them writes nothing.
func (w *Watch) Rejected(source string, at time.Time) {
	w.rejecting.Lock()
	defer w.rejecting.Unlock()
	if w.rejected == nil {
		w.rejected = map[string]refusals{}
	}
	known := w.rejected[source]
	w.rejected[source] = refusals{known.n + 1, gonets.Later(known.last, at)}
}

// takeRejected gives the counts away.
func (w *Watch) takeRejected() map[string]refusals {
	w.rejecting.Lock()
	defer w.rejecting.Unlock()
	out := w.rejected
	w.rejected = nil
	return out
}

// Happened counts how a scenario's work ends. It is kept in memory until the next
// look: a server that is killed forgets the last seconds of it.
func (w *Watch) Happened(run *gonets.Run, t *gonets.Transition, told []gonets.Signal) {
	c := news.OutcomesOf(run, t, told)
	if c == (news.Outcomes{}) {
		return
	}
	w.counting.Lock()
	defer w.counting.Unlock()
	if w.happened == nil {
		w.happened = map[string]news.Outcomes{}
	}
	w.happened[run.Scenario] = w.happened[run.Scenario].Plus(c)
}

// takeOutcomes gives the counts away.
func (w *Watch) takeOutcomes() map[string]news.Outcomes {
	w.counting.Lock()
	defer w.counting.Unlock()
	out := w.happened
	w.happened = nil
	return out
}
