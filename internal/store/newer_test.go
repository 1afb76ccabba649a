package store_test

import (
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	lanes "gonets/internal/lane"
	"gonets/internal/store/storetest"
)

// TestAnOlderServerKeepsWhatANewerOneWrote: for the time of an update both work on
// one database, whose tables are the newer one's.
func TestAnOlderServerKeepsWhatANewerOneWrote(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) storetest.Opened{"sqlite": open, "postgres": freshPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			lives(t, s, "before", gonets.RunPaused)
			kept := newer(t, s)
			if lost := lost(t, s, kept); lost != "" {
				t.Fatalf("lost before anything was done: %s", lost)
			}
			// The same rows change again, and new ones come.
			lives(t, s, "after", gonets.RunSucceeded)
			if lost := lost(t, s, kept); lost != "" {
				t.Errorf("what a newer server wrote is gone: %s", lost)
			}
			damage(t, s, `UPDATE runs SET newer = '' WHERE newer = 'written'`)
			if lost(t, s, kept) != "runs" {
				t.Error("a loss is not noticed")
			}
		})
	}
}

// lives does what changes most tables: all runs that are there come to a state.
func lives(t *testing.T, s storetest.Opened, title string, state gonets.RunState) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sc := storetest.Scenario("x", "s")
	sc.Title = title
	_, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Title: title, Preset: "generic"}}, Scenarios: []gonets.Scenario{sc}})
	must(err)
	const host = "http://crm.example"
	must(s.ActOnLane(t.Context(), lanes.Action{Name: host, Kind: lanes.ActPause}))
	must(s.ActOnLane(t.Context(), lanes.Action{Name: host, Kind: lanes.ActResume}))
	must(s.KeepParts(t.Context(), lanes.Sharer{Name: s.Node(), Parts: 1}))
	paused, err := s.Runs(t.Context(), gonets.RunFilter{States: []gonets.RunState{gonets.RunPaused}})
	must(err)
	for _, run := range paused.Items {
		_, err := s.Act(t.Context(), gonets.Action{RunID: run.ID, Kind: gonets.ActionResume})
		must(err)
	}
	_, err = s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now(), Body: []byte(title)}}})
	must(err)
	s.Clock.Advance(time.Hour)
	jobs, err := s.Claim(t.Context(), gonets.Claim{Lane: host, Limit: 10, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()})
	must(err)
	if len(jobs) != len(paused.Items)+1 {
		t.Fatalf("%d runs are claimed of %d", len(jobs), len(paused.Items)+1)
	}
	for _, job := range jobs {
		run, now := job.Run, s.Clock.Now()
		_, err := s.Finish(t.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: "s", ReceivedAt: run.CreatedAt, Lease: run.Lease,
			State: state, Cursor: "send", At: now, Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: run.Attempts + 1}},
			Attempt: &gonets.Attempt{RunID: run.ID, N: run.Attempts + 1, Path: "send", StartedAt: now, Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK}}})
		must(err)
	}
}

func damage(t *testing.T, s storetest.Opened, query string) {
	t.Helper()
	if err := s.Damage(query); err != nil {
		t.Fatal(err)
	}
}

// newer gives every table a column that this program does not know, and writes it
// in all rows. It returns how many those are, by table.
func newer(t *testing.T, s storetest.Opened) map[string]string {
	t.Helper()
	tables, err := s.Texts(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
	if err != nil {
		if tables, err = s.Texts(`SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'`); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range tables {
		damage(t, s, `ALTER TABLE `+table+` ADD COLUMN newer TEXT NOT NULL DEFAULT ''`)
		damage(t, s, `UPDATE `+table+` SET newer = 'written'`)
	}
	kept := map[string]string{}
	for _, table := range []string{"sources", "scenarios", "versions", "events", "runs", "attempts", "step_results", "lanes", "nodes", "meta"} {
		if kept[table] = written(t, s, table); kept[table] == "0" {
			t.Errorf("nothing is written in %s", table)
		}
	}
	return kept
}

func written(t *testing.T, s storetest.Opened, table string) string {
	t.Helper()
	n, err := s.Texts(`SELECT CAST(count(*) AS TEXT) FROM ` + table + ` WHERE newer = 'written'`)
	if err != nil {
		t.Fatal(err)
	}
	return n[0]
}

// lost are the tables in which something is missing.
func lost(t *testing.T, s storetest.Opened, kept map[string]string) string {
	t.Helper()
	var tables []string
	for table, n := range kept {
		if written(t, s, table) != n {
			tables = append(tables, table)
		}
	}
	return strings.Join(tables, " ")
}
