package history

import (
	"context"
	"maps"
	"slices"

	"gonets/internal/flow"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// One flow looks at so many of the newest runs, and at so many that wait.
const (
	flowRuns    = 5_000
	flowWaiting = 10_000
)

// The questions of a flow. A run came to the steps that have a result and to the
// one at which it stands; what is queued may not have begun.
const (
	FlowBorderSQL = `SELECT r.id FROM runs r WHERE r.scenario = ? AND r.id >= ? ORDER BY r.scenario DESC, r.id DESC LIMIT 1 OFFSET ?`
	FlowDoneSQL   = `SELECT '', COALESCE(r.version, 0), s.path, count(*) FROM runs r JOIN step_results s ON s.run = r.id
		WHERE r.scenario = ? AND r.id > ? GROUP BY r.version, s.path`
	FlowStandSQL = `SELECT d.source, d.version, d.path, count(*) FROM (
		SELECT r.source AS source, COALESCE(r.version, 0) AS version, CASE WHEN r.state IN ('queued', 'held')
			OR (SELECT s.path FROM step_results s WHERE s.run = r.id AND s.path = r.cursor_path) IS NOT NULL THEN '' ELSE r.cursor_path END AS path
		FROM runs r WHERE r.scenario = ? AND r.id > ?) d GROUP BY d.source, d.version, d.path`
	FlowWaitingSQL = `SELECT '', d.version, d.path, count(*) FROM (
		SELECT COALESCE(r.version, 0) AS version, r.cursor_path AS path FROM runs r
		WHERE r.state = 'paused' AND ` + filter.IndexedStateOf + ` AND r.scenario = ? LIMIT ?) d GROUP BY d.version, d.path`
)

// stand is a number of runs at a place.
type stand struct {
	source, path string
	version, n   int
}

func stands(r pack.Reader, question string, args ...any) ([]stand, error) {
	return pack.Collect(r, question, args, func(scan func(...any) error) (s stand, err error) {
		err = scan(&s.source, &s.version, &s.path, &s.n)
		return s, err
	})
}

// Flow tells how a scenario's runs of the last day went from step to step; of
// more than 5000 the newest are looked at.
func (h *History) Flow(ctx context.Context, scenario string) (out flow.Flow, err error) {
	since := h.base.Clock.Now().Add(-flow.Back)
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		out = flow.Flow{Since: since}
		beyond := pack.From(since)
		older, err := pack.Collect(r, FlowBorderSQL, []any{scenario, beyond, flowRuns}, func(scan func(...any) error) (id string, err error) {
			err = scan(&id)
			return id, err
		})
		if err != nil {
			return err
		}
		if len(older) > 0 {
			beyond, out.Since, out.More = older[0], filter.At(older[0]), true
		}
		done, err := stands(r, FlowDoneSQL, scenario, beyond)
		if err != nil {
			return err
		}
		here, err := stands(r, FlowStandSQL, scenario, beyond)
		if err != nil {
			return err
		}
		waiting, err := stands(r, FlowWaitingSQL, scenario, flowWaiting)
		out.Sources, out.Steps = bySource(here), byStep(append(done, here...), waiting)
		return err
	})
	return out, err
}

func bySource(here []stand) []flow.Source {
	runs := map[string]int{}
	for _, s := range here {
		runs[s.source] += s.n
	}
	var out []flow.Source
	for _, name := range slices.Sorted(maps.Keys(runs)) {
		out = append(out, flow.Source{Name: name, Runs: runs[name]})
	}
	return out
}

func byStep(came, waiting []stand) (out []flow.Step) {
	type place struct {
		version int
		path    string
	}
	at := map[place]int{}
	step := func(s stand) *flow.Step {
		p := place{s.version, s.path}
		if _, known := at[p]; !known {
			at[p] = len(out)
			out = append(out, flow.Step{Version: s.version, Path: s.path})
		}
		return &out[at[p]]
	}
	for _, s := range came {
		if s.path != "" {
			step(s).Runs += s.n
		}
	}
	for _, s := range waiting {
		step(s).Waiting += s.n
	}
	return out
}
