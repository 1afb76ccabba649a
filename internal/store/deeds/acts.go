package deeds

import (
	"encoding/json"
	"slices"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

var acts = dialect.Columns{dialect.Text("run"), dialect.Text("act"), dialect.Int("many"), dialect.Int("at"), dialect.Text("actor"),
	dialect.Text("action"), dialect.Int("from_version"), dialect.Int("to_version"), dialect.Text("detail")}

// Acts remembers what people did to runs, and ActsGone forgets it with the run.
var (
	Acts     = dialect.Insert("acts", acts, "ON CONFLICT (run, act) DO NOTHING", "")
	ActsGone = dialect.Delete("acts", dialect.Columns{dialect.Text("run")}, "acts.run = v.run")
)

// Act is what somebody did to runs at a time, with the versions that they had
// before and have now.
type Act struct {
	*gonets.Action
	// ID is the deed's own; that of a mass action takes its place.
	ID       string
	At       time.Time
	From, To int
}

// Row is the deed's row of a run.
func (a Act) Row(run string) []any {
	act, many := a.ID, 0
	if a.Bulk != "" {
		act, many = a.Bulk, 1
	}
	return []any{run, act, many, a.At.UnixMilli(), a.Actor, string(a.Kind), a.From, a.To, a.Retry.String()}
}

// Sweep is how far the search for deeds of runs that are no more has come.
type Sweep struct{ after string }

// orphansSQL tells of runs with deeds whether they are no more.
const orphansSQL = `SELECT a.run, (SELECT r.id FROM runs r WHERE r.id = a.run) IS NULL FROM acts a WHERE a.run > ? GROUP BY a.run ORDER BY a.run LIMIT ?`

// forgetActs removes what people did to runs that a server of before removed
// without it.
func forgetActs(t floor.Txn, s *Sweep) error {
	after := ""
	read := 0
	gone, err := pack.Collect(t, orphansSQL, []any{s.after, forgotten}, func(scan func(...any) error) (run string, err error) {
		var orphan bool
		err = scan(&after, &orphan)
		if read++; orphan {
			run = after
		}
		return run, err
	})
	if err != nil {
		return err
	}
	if s.after = after; read < forgotten {
		s.after = "" // from the beginning
	}
	gone = slices.DeleteFunc(gone, func(run string) bool { return run == "" })
	if len(gone) == 0 {
		return nil
	}
	return t.Exec(`DELETE FROM acts WHERE run IN (`+pack.In(len(gone))+`)`, pack.Args(gone)...)
}

// maxActs bounds how many deeds of a run are shown: the last ones.
const maxActs = 200

// What was done to a run, and which runs were made of it: the row of such a deed
// is the new run's.
const (
	actColumns = `a.act, a.many, a.at, a.actor, a.action, a.from_version, a.to_version, a.detail, a.run`
	actsSQL    = `SELECT ` + actColumns + ` FROM acts a WHERE a.run = ? ORDER BY a.act DESC LIMIT ?`
)

func madeSQL(runs int) string {
	return `SELECT ` + actColumns + ` FROM acts a WHERE a.run IN (` + pack.In(runs) + `) AND a.action = 'rerun'`
}

// readActs reads what people did to a run, the oldest first. Its links are known.
func readActs(q pack.Reader, d *gonets.RunDetail) error {
	own, err := pack.Collect(q, actsSQL, []any{d.Run.ID, maxActs}, scanAct)
	if err != nil {
		return err
	}
	for i := range own {
		if own[i].Other = ""; own[i].Kind == gonets.ActionRerun {
			own[i].Other, own[i].Begins = d.RerunOf, true
		}
	}
	if len(d.Reruns) > 0 {
		made, err := pack.Collect(q, madeSQL(len(d.Reruns)), pack.Args(d.Reruns), scanAct)
		if err != nil {
			return err
		}
		own = append(own, made...)
	}
	slices.SortStableFunc(own, func(a, b gonets.RunAct) int { return a.At.Compare(b.At) })
	d.Acts = own
	return nil
}

func scanAct(scan func(...any) error) (a gonets.RunAct, err error) {
	var act, detail string
	var many int
	var at int64
	if err = scan(&act, &many, &at, &a.By, &a.Kind, &a.From, &a.To, &detail, &a.Other); err != nil {
		return a, err
	}
	if a.At = time.UnixMilli(at).UTC(); many != 0 {
		a.Bulk = act
	}
	if detail != "" && json.Unmarshal([]byte(detail), &a.Retry) != nil {
		a.Retry = nil // that it was done is still told
	}
	return a, nil
}
