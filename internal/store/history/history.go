// Package history is the room of the store for those who look at many runs at
// once: it counts them, tells how they went over time, and reads what they
// carried.
package history

import (
	"context"
	"slices"
	"time"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// History is the room.
type History struct{ base floor.Base }

// New furnishes the room.
func New(b floor.Base) *History { return &History{b} }

// MaxCount is where counting stops.
const MaxCount = 10_000

// How many runs one question looks at, whether it wants them or not.
const (
	countPart = 20_000
	chartPart = 20_000
)

// CountRuns counts the runs of a filter; the work is bounded whatever it is.
func (h *History) CountRuns(ctx context.Context, f gonets.RunFilter) (out gonets.RunCount, err error) {
	f.Page, f.Ascending = gonets.Page{}, false
	queries, err := filter.Runs(f)
	if err != nil {
		return out, err
	}
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		for i := range queries {
			part := countPart
			if queries[i].Few {
				part = MaxCount
			}
			q := queries[i]
			border, err := q.Reach(r, part)
			if err != nil {
				return err
			}
			t, err := q.Until(border).Count(r, part+1)
			if err != nil {
				return err
			}
			out.N, out.More = out.N+t.Runs, out.More || border != ""
		}
		return nil
	})
	if out.N > MaxCount {
		out.N, out.More = MaxCount, true
	}
	return out, err
}

// ChartRuns tells how the filter's runs went that began within each span, the
// newest span first, as far as one question gets: the answer may hold fewer
// spans than were asked for, at least one.
func (h *History) ChartRuns(ctx context.Context, f gonets.RunFilter, spans []gonets.RunTally) ([]gonets.RunTally, error) {
	if len(spans) == 0 {
		return nil, nil
	}
	f.Page, f.Ascending = gonets.Page{}, false
	f.Since, f.Until = gonets.Later(f.Since, spans[len(spans)-1].From), sooner(f.Until, spans[0].Until)
	whole, err := filter.Runs(f)
	if err != nil {
		return nil, err
	}
	var out []gonets.RunTally
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		out = out[:0]
		reached, part := time.Time{}, chartPart/len(whole)
		queries := slices.Clone(whole)
		for i := range queries {
			border, err := queries[i].Reach(r, part)
			if err != nil {
				return err
			}
			reached = gonets.Later(reached, filter.At(border))
		}
		for _, span := range spans {
			known := !span.From.Before(reached) // how many there are at most
			if !known && len(out) > 0 {
				return nil
			}
			for i := range queries {
				q, border := queries[i].Within(span.From, span.Until), ""
				if !known {
					if border, err = q.Reach(r, part); err != nil {
						return err
					}
				}
				t, err := q.Until(border).Count(r, part+1)
				if err != nil {
					return err
				}
				span.Runs, span.Done, span.Failed, span.More = span.Runs+t.Runs, span.Done+t.Done, span.Failed+t.Failed, span.More || border != ""
			}
			out = append(out, span)
		}
		return nil
	})
	return out, err
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// carriedRoom bounds what is held at once of what runs carried, in bytes, unless a
// single run carried more.
const carriedRoom = 4 << 20

// Carried reads what runs carried: their events, and their attempts with what was sent
// and replied, of as many of the first ones as it has room for, at least one. The error
// tells why that of the run behind them cannot be read. An event is empty once it is
// gone.
func (h *History) Carried(ctx context.Context, runs []gonets.RunSummary) (out []gonets.RunDetail, err error) {
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		out, err = pack.LoadCarried(r, runs, carriedRoom)
		return err
	})
	return out, err
}

// Outlines reads what it takes to tell of the last attempts of runs of a list: their
// events and attempts, as far as they can be read, without large bodies. It asks as
// many questions for many runs as for one.
func (h *History) Outlines(ctx context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	out, ids, eventIDs := make([]gonets.RunDetail, len(runs)), make([]string, len(runs)), make([]string, len(runs))
	for i := range runs {
		out[i].Run, ids[i], eventIDs[i] = runs[i], runs[i].ID, runs[i].EventID
	}
	err := h.base.Ask(ctx, func(r pack.Reader) error {
		events, err := pack.LoadEvents(r, eventIDs, 0)
		if events == nil {
			return err // else it is damage of some
		}
		attempts, err := pack.LoadHeads(r, ids)
		if err != nil && !dialect.Corrupt(err) {
			return err
		}
		for i := range out {
			out[i].Event, out[i].Attempts = events[eventIDs[i]], attempts[ids[i]]
		}
		return nil
	})
	return out, err
}

// Walked are the finished steps of runs as far as they decide where those stand.
func (h *History) Walked(ctx context.Context, runs []gonets.RunSummary) (done map[string][]gonets.StepResult, err error) {
	if len(runs) == 0 {
		return nil, nil
	}
	ids := make([]string, len(runs))
	for i := range runs {
		ids[i] = runs[i].ID
	}
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		done, err = deeds.Walked(r, ids)
		return err
	})
	return done, err
}

// lookedBack is among how many of a scenario's last runs an attempt is looked for
// that went well.
const lookedBack = 2_000

// triedGood is how many of these are looked at until one is kept: what it carried may
// have been erased.
const triedGood = 10

// LastGoodSQL finds the last runs of a scenario in which a step was done, and the
// attempts that did it, but for one.
const LastGoodSQL = `SELECT r.id, s.attempt FROM runs r
	JOIN step_results s ON s.run = r.id AND s.path = ? AND s.state = 'done'
	JOIN attempts a ON a.run = s.run AND a.n = s.attempt AND a.outcome = 'ok' AND a.purpose IN ('', 'renew')
	WHERE r.scenario = ? AND r.id > COALESCE((SELECT b.id FROM runs b WHERE b.scenario = ? ORDER BY b.id DESC LIMIT 1 OFFSET ?), '')
	AND NOT (r.id = ? AND s.attempt = ?)
	ORDER BY r.id DESC LIMIT ?`

// LastGood reads the last attempt beside another one of a scenario that made the same
// step go well and is kept, with what was sent and replied; nil when its last runs have
// none.
func (h *History) LastGood(ctx context.Context, scenario string, beside *gonets.Attempt) (good *gonets.Attempt, err error) {
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		type place struct {
			run string
			n   int
		}
		args := []any{beside.Path, scenario, scenario, lookedBack, beside.RunID, beside.N, triedGood}
		found, err := pack.Collect(r, LastGoodSQL, args, func(scan func(...any) error) (p place, err error) {
			err = scan(&p.run, &p.n)
			return p, err
		})
		for _, p := range found {
			attempts, err := pack.LoadAttempts(r, p.run, nil)
			for i := range attempts {
				if a := &attempts[i]; a.N == p.n && a.Kept() {
					good = a
				}
			}
			if err != nil || good != nil {
				return err
			}
		}
		return err
	})
	return good, err
}
