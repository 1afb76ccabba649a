package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// TestARunOnADamagedPageWaitsForAPerson: what cannot be read from the disk is given back a
// few times, then it is paused with its reason; the server lives, and everybody else's runs
// go on. Where the index of attempts is damaged, none is added to it.
func TestARunOnADamagedPageWaitsForAPerson(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		damage func(t *testing.T, path string, root int)
		is     string
	}{
		"its event":                 {func(t *testing.T, path string, _ int) { spoil(t, path, halfPage, "/in/s/04") }, "paused internal 2"},
		"its attempts":              {func(t *testing.T, path string, _ int) { spoil(t, path, halfPage, "attempt-04") }, "paused internal 2"},
		"the index of its attempts": {func(t *testing.T, path string, root int) { spoilPage(t, path, root) }, "paused internal 1"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "gonets.db")
			s := openAt(t, path, testkit.NewClock(), &storetest.Places{})
			runs := queued(t, s, 9)
			root, err := s.Texts(`SELECT CAST(rootpage AS TEXT) FROM sqlite_schema WHERE name = 'sqlite_autoindex_attempts_1'`)
			if err := errors.Join(err, s.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			page, err := strconv.Atoi(root[0])
			if err != nil {
				t.Fatal(err)
			}
			c.damage(t, path, page)
			s = openAt(t, path, s.Clock, &storetest.Places{})
			read, paused := map[string]bool{}, 0
			for range 3 {
				jobs, err := s.Claim(t.Context(), gonets.Claim{Lane: runs[0].Lane, Limit: 20, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()})
				for _, j := range jobs {
					if read[j.Run.ID] = !j.Unread; j.Unread {
						if err := s.Release(t.Context(), []gonets.Run{j.Run}); err != nil {
							t.Fatal(err)
						}
					}
				}
				if unread := slices.ContainsFunc(jobs, func(j gonets.Job) bool { return j.Unread }); unread != (err != nil) {
					t.Fatalf("%d jobs, unread %v: %v", len(jobs), unread, err)
				}
			}
			for i, r := range runs {
				if read[r.ID] {
					continue
				}
				paused++
				is, err := s.Texts(`SELECT state || ' ' || reason || ' ' || attempts FROM runs WHERE node IS NULL AND id = '` + r.ID + `'`)
				if err != nil || !slices.Equal(is, []string{c.is}) {
					t.Errorf("run %d cannot be read, and is %v: %v", i, is, err)
				}
			}
			if read[runs[4].ID] || what == "its event" && paused == len(runs) || s.Health() != nil {
				t.Errorf("%d of %d are paused: %v", paused, len(runs), s.Health())
			}
			// A person who lets it go on again is not told at once that it cannot be.
			if _, err := s.Act(t.Context(), gonets.Action{RunID: runs[4].ID, Kind: gonets.ActionResume}); err != nil {
				t.Error(err)
			}
			jobs, err := s.Claim(t.Context(), gonets.Claim{Lane: runs[0].Lane, Limit: 20, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()})
			if len(jobs) != 1 || !jobs[0].Unread || err == nil {
				t.Errorf("resumed: %+v, %v", jobs, err)
			}
		})
	}
}

// queued are runs behind their first step, whose events and attempts carry their number.
func queued(t *testing.T, s storetest.Opened, n int) (runs []gonets.Run) {
	t.Helper()
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		run := claimed(t, s, gonets.Event{ID: newID(), Source: "s", Method: "POST", Path: fmt.Sprintf("/in/s/%02d", i), ReceivedAt: s.Clock.Now(), Body: noise(2_500)})
		_, err := s.Finish(t.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: "s", Lease: run.Lease, State: gonets.RunWaiting, At: s.Clock.Now(), DueAt: s.Clock.Now().Add(1e9),
			Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: 1}},
			Attempt: &gonets.Attempt{RunID: run.ID, N: 1, Path: fmt.Sprintf("attempt-%02d", i), StartedAt: s.Clock.Now(), Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK,
				URL: "https://crm.example/", ReplyBody: noise(2_500)}}})
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run)
	}
	s.Clock.Advance(1e9)
	return runs
}

// spoilPage writes over one page of a closed database.
func spoilPage(t *testing.T, path string, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, wholePage), int64(n-1)*wholePage)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
