package deeds

import (
	"cmp"
	"encoding/json"
	"strings"

	"gonets"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// Renames tell which paths the steps of a version of a scenario have in another
// one. A step is known by the path that it had first.
type Renames struct {
	was   map[string]string // first paths by those of before
	first map[string]string // first paths by those of now
	now   map[string]string // the other way round
	known map[string]bool   // the first paths of before
}

// NewRenames compares two versions. What was done with one that is nil, because it
// cannot be read, is known by the path itself.
func NewRenames(was, now *gonets.Scenario) Renames {
	r := Renames{first: gonets.FirstPaths(now.Steps), now: map[string]string{}, known: map[string]bool{}}
	if was != nil {
		r.was = gonets.FirstPaths(was.Steps)
	}
	for _, first := range r.was {
		r.known[first] = true
	}
	for path, first := range r.first {
		r.now[first] = path
	}
	return r
}

// None tells whether nothing that a run did is known by another path now.
func (r Renames) None() bool {
	for path := range r.was {
		if r.to(path) != path {
			return false
		}
	}
	for first, path := range r.now {
		if first != path && r.was[path] != first {
			return false // a run may have done it with a still older version
		}
	}
	return true
}

// to is the path that the step at a path has now. A step that is no more keeps its
// own, as one does whose first path a file lost or gained; it has none when another
// step of before has that now.
func (r Renames) to(path string) string {
	if to, known := r.now[cmp.Or(r.was[path], path)]; known {
		return to
	}
	if r.known[r.first[path]] {
		return ""
	}
	return path
}

const (
	triedSQL  = `SELECT path FROM attempts WHERE run = ?`
	renameSQL = `UPDATE runs SET cursor_path = ?, unsure = ?, doubts = ?, renewal = ?, policy = COALESCE(?, policy) WHERE id = ?`
)

func renameTriedSQL(paths int) string {
	return `UPDATE attempts SET path = CASE path` + strings.Repeat(` WHEN ? THEN ?`, paths) + ` ELSE path END WHERE run = ?`
}

// apply moves all that a run did to the paths of now.
func (r Renames) apply(t floor.Txn, run *gonets.Run) error {
	results, err := pack.LoadResults(t, []string{run.ID})
	if err != nil {
		return err
	}
	moved := results[run.ID][:0]
	for _, result := range results[run.ID] {
		to := r.to(result.Path)
		if to == result.Path {
			continue
		}
		if err := t.Exec(pack.Forgets.Each, run.ID, result.Path); err != nil {
			return err
		}
		if result.Path = to; to != "" {
			moved = append(moved, result)
		}
	}
	// Not before all are away: one may take the place of another.
	for i := range moved {
		if err := t.Exec(pack.Results.Each, pack.Result(run.ID, &moved[i])...); err != nil {
			return err
		}
	}
	if err := r.attempts(t, run.ID); err != nil {
		return err
	}
	return r.run(t, run)
}

// attempts moves a run's attempts. Those of a step that is no more stay.
func (r Renames) attempts(t floor.Txn, run string) error {
	paths, err := pack.Texts(t, triedSQL, run)
	if err != nil {
		return err
	}
	var args []any
	seen := map[string]bool{}
	for _, path := range paths {
		if to := r.to(path); !seen[path] && to != "" && to != path {
			args = append(args, path, to)
		}
		seen[path] = true
	}
	if len(args) == 0 {
		return nil
	}
	return t.Exec(renameTriedSQL(len(args)/2), append(args, run)...)
}

// run moves the run itself: where it stands, what it doubts, what it does again, and
// what a person set for its tries.
func (r Renames) run(t floor.Txn, run *gonets.Run) error {
	run.Cursor = r.to(run.Cursor)
	doubts := run.Doubts
	run.Doubts = ""
	for path := range strings.FieldsSeq(string(doubts)) {
		run.Doubts = gonets.Doubts(strings.TrimSpace(string(run.Doubts) + " " + r.to(path)))
	}
	if left := run.Renewal; left.Pending() {
		left.Step, left.Path = r.to(left.Step), r.to(left.Path)
	}
	var policy any
	if run.Retry != nil {
		run.Retry.Path = r.to(run.Retry.Path)
		text, err := json.Marshal(run.Retry)
		if err != nil {
			return err
		}
		policy = string(text)
	}
	return t.Exec(renameSQL, run.Cursor, pack.Unsure(run.Doubts, run.Asked), string(run.Doubts), pack.RenewalText(run.Renewal), policy, run.ID)
}
