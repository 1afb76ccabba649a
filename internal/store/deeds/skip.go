package deeds

import (
	"bytes"
	"slices"

	"gonets"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
	"gonets/internal/store/routes"
)

// Skip is what is kept of the step at which a paused run stands in a version when a
// person lets the run go on behind it; nothing of it is doubted any more. The action's
// time is set.
func Skip(a *gonets.Action, run *gonets.Run, doc *gonets.Scenario, at string) (*gonets.StepResult, error) {
	if at == "" {
		return nil, gonets.Errorf(gonets.CodeRunState, "no step is left to skip; resume the run")
	}
	st := gonets.FindStep(doc.Steps, at)
	if st.Set != nil && len(a.Value) > 0 && bytes.TrimSpace(a.Value)[0] != '{' {
		return nil, gonets.Errorf(gonets.CodeInvalid, "the step %s sets variables: its value has to be an object that names them", at)
	}
	run.Passed(at, st)
	return &gonets.StepResult{Path: at, State: gonets.StepSkipped, Value: a.Value, FinishedAt: a.At.UnixMilli()}, nil
}

// Behind are paused runs that go on alike behind the steps at which they stand.
type Behind struct {
	Version, Unsure int
	Doubts          gonets.Doubts
	Runs            []string
}

// Skip is [Skip] for paused runs that stand at a step, with the rows of the steps'
// results by run. Nobody else changes the runs until the transaction ends.
func (m *Many) Skip(t floor.Txn, c *routes.Cache, runs []gonets.Run) (behind []Behind, results map[string][]any, err error) {
	ids := make([]string, len(runs))
	for i := range runs {
		ids[i] = runs[i].ID
	}
	done, err := Walked(t, ids)
	if err != nil {
		return nil, nil, err
	}
	results = map[string][]any{}
	for i := range runs {
		run := &runs[i]
		doc, err := c.Version(t, run.Scenario, run.Version)
		if code := gonets.CodeOf(err); code == gonets.CodeNotFound || code == gonets.CodeDamaged {
			m.Leave(err) // where it stands nobody knows
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		result, err := Skip(m.Action, run, doc, gonets.StandsAt(doc, gonets.NewProgress(done[run.ID])))
		if err != nil {
			m.Leave(err)
			continue
		}
		results[run.ID] = pack.Result(run.ID, result)
		unsure := pack.Unsure(run.Doubts, run.Asked)
		n := slices.IndexFunc(behind, func(b Behind) bool {
			return b.Version == run.Version && b.Unsure == unsure && b.Doubts == run.Doubts
		})
		if n < 0 {
			n = len(behind)
			behind = append(behind, Behind{Version: run.Version, Unsure: unsure, Doubts: run.Doubts})
		}
		behind[n].Runs = append(behind[n].Runs, run.ID)
	}
	return behind, results, nil
}

// PausedSQL finds those of so many runs that wait for a person. Their state is an
// expression: along its index a database would pass all that wait, for each page.
func PausedSQL(runs int) string {
	return `SELECT ` + pack.RunColumns + ` FROM runs r WHERE r.id IN (` + pack.In(runs) + `) AND r.state || '' = 'paused' ORDER BY r.id`
}

// WalkedSQL finds the finished steps of so many runs, of their values only what a
// condition gives: where a run stands follows from that, and values may be large.
func WalkedSQL(runs int) string {
	return `SELECT run, path, state, CASE WHEN length(value) < 8 THEN value END FROM step_results WHERE run IN (` + pack.In(runs) + `)`
}

// Walked are the finished steps of runs as far as they decide where those stand.
func Walked(q pack.Reader, ids []string) (map[string][]gonets.StepResult, error) {
	out := map[string][]gonets.StepResult{}
	_, err := pack.Collect(q, WalkedSQL(len(ids)), pack.Args(ids), func(scan func(...any) error) (struct{}, error) {
		var run string
		var r gonets.StepResult
		var value []byte
		err := scan(&run, &r.Path, &r.State, &value)
		r.Value = value
		out[run] = append(out[run], r)
		return struct{}{}, err
	})
	return out, err
}
