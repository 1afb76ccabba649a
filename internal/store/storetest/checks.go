package storetest

import (
	"bytes"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
)

// check is a check of scenario x with a reply that is too long for a row.
func (f fixture) check(ev gonets.Event) gonets.RunDetail {
	now := f.Clock.Now().UTC()
	long := make([]byte, 40_000)
	for i := range long {
		long[i] = byte(i * i >> 3)
	}
	run := gonets.Run{ID: id.New(), EventID: ev.ID, Scenario: "x", State: gonets.RunCancelled, Reason: gonets.CodeCancelled,
		Lane: gonets.LaneLocal, Mark: gonets.MarkCheck, CreatedAt: now, FinishedAt: now, StepAt: now, Attempts: 1}
	scenario := Scenario("x", "s")
	return gonets.RunDetail{Run: gonets.RunSummary{Run: run, Source: "s"}, Event: ev,
		Version: &gonets.Version{Scenario: scenario, CreatedAt: now},
		Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: now.UnixMilli()}},
		Attempts: []gonets.Attempt{{RunID: run.ID, N: 1, Path: "send", StartedAt: now, Duration: time.Second,
			Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200, Method: "POST", URL: crm, ReplyBody: long}}}}
}

// checksStandApart: a check comes back as it was kept, and whoever did not ask
// for checks never meets one, not even a server that takes over after a death.
func checksStandApart(f fixture) {
	sample := f.event("tried")
	sample.Mark = gonets.MarkCheck
	received := f.event("received")
	f.accept(gonets.Acceptance{Event: received})
	first, second := f.check(sample), f.check(received)
	for _, d := range []gonets.RunDetail{first, second} {
		f.must(f.SaveCheck(f.ctx(), d))
	}
	first.Run.State, first.Run.Reason, first.Run.LastStatus = gonets.RunSucceeded, "", 200
	first.Run.FinishedAt = first.Run.FinishedAt.Add(time.Second)
	f.must(f.SaveCheck(f.ctx(), first))

	opened := f.Reopen(f.t)
	f.Opened = opened
	for _, want := range []gonets.RunDetail{first, second} {
		got, err := f.Check(f.ctx(), want.Run.ID)
		f.must(err)
		got.Event.ReceivedAt, want.Event.ReceivedAt = time.Time{}, time.Time{}
		if diff := cmp.Diff(want, got); diff != "" {
			f.t.Errorf("the check came back different:\n%s", diff)
		}
		if _, err := f.Run(f.ctx(), want.Run.ID); gonets.CodeOf(err) != gonets.CodeNotFound {
			f.t.Errorf("a check stands among the runs: %v", err)
		}
		if _, err := f.Act(f.ctx(), gonets.Action{RunID: want.Run.ID, Kind: gonets.ActionResume}); gonets.CodeOf(err) != gonets.CodeNotFound {
			f.t.Errorf("a check was resumed: %v", err)
		}
	}
	list, err := f.Checks(f.ctx(), gonets.RunFilter{Scenario: "x", Page: gonets.Page{Limit: 1}})
	f.must(err)
	if len(list.Items) != 1 || list.Items[0].ID != second.Run.ID || list.Next == "" {
		f.t.Fatalf("the first page of checks: %+v", list)
	}
	list, err = f.Checks(f.ctx(), gonets.RunFilter{States: []gonets.RunState{gonets.RunSucceeded}, Page: gonets.Page{Cursor: list.Next, Limit: 1}})
	f.must(err)
	if len(list.Items) != 1 || list.Items[0].ID != first.Run.ID {
		f.t.Fatalf("the second page of checks: %+v", list)
	}
	runs, err := f.Runs(f.ctx(), gonets.RunFilter{})
	f.must(err)
	backlog, err := f.Backlog(f.ctx())
	f.must(err)
	if len(runs.Items) != 1 || runs.Items[0].EventID != received.ID || len(backlog) > 1 {
		f.t.Errorf("checks are met among the runs: %+v, backlog %+v", runs.Items, backlog)
	}
	unfinished := first
	unfinished.Run.State = gonets.RunQueued
	if err := f.SaveCheck(f.ctx(), unfinished); err == nil {
		f.t.Error("a check that is not final was kept")
	}
	n, err := f.Prune(f.ctx(), first.Run.FinishedAt, 100)
	f.must(err)
	if _, err := f.Check(f.ctx(), second.Run.ID); n != 1 || gonets.CodeOf(err) != gonets.CodeNotFound {
		f.t.Errorf("retention removed %d and left the older check: %v", n, err)
	}
	if _, err := f.Check(f.ctx(), first.Run.ID); err != nil {
		f.t.Errorf("retention removed the younger check: %v", err)
	}
}

// requestsWereChecked: of each saved request the newest check of the request itself is
// told, and of nothing else.
func requestsWereChecked(f fixture) {
	for _, name := range []string{"chat", "mail", "quiet"} {
		f.apply(document.Apply{Requests: []gonets.SavedRequest{{Name: name, HTTP: gonets.HTTPStep{URL: crm + "/"}}}})
	}
	sample := f.event("tried")
	sample.Mark = gonets.MarkCheck
	want := map[string]string{}
	for _, name := range []string{"chat", "chat", "mail", "chat/draft", "gone"} {
		f.Clock.Advance(time.Second)
		d := f.check(sample)
		d.Run.Scenario = gonets.CheckOfRequest + name
		f.must(f.SaveCheck(f.ctx(), d))
		if name == "chat" || name == "mail" {
			want[name] = d.Run.ID
		}
	}
	going := f.check(sample)
	going.Run.Scenario, going.Run.Reason = gonets.CheckOfRequest+"mail", gonets.CodeCheckGoing
	f.must(f.SaveCheck(f.ctx(), going))
	f.must(f.SaveExample(f.ctx(), gonets.Example{Scenario: gonets.CheckOfRequest + "quiet", Attempt: f.check(sample).Attempts[0], SavedAt: f.Clock.Now()}))
	found, err := f.RequestChecks(f.ctx())
	f.must(err)
	got := map[string]string{}
	for name, run := range found {
		got[name] = run.ID
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Errorf("the last checks of saved requests:\n%s", diff)
	}
	found, err = f.RequestChecks(f.ctx(), "quiet", "mail")
	f.must(err)
	if len(found) != 1 || found["mail"].ID != want["mail"] {
		f.t.Errorf("the last check of one of them: %+v", found)
	}
}

// checksEndWithTheirServer: what a server left on its way is lost, and that is told until
// somebody notes it; whoever wants the end of a check is heard by the one that has it.
func checksEndWithTheirServer(f fixture) {
	sample := f.event("tried")
	sample.Mark = gonets.MarkCheck
	save := func(told bool) gonets.RunDetail {
		d := f.check(sample)
		d.Run.Reason, d.Run.Lease.Node, d.Run.FinishedAt = gonets.CodeCheckGoing, "gone", time.Time{}
		if told {
			d.Run.Going = &gonets.GoingCheck{Title: "X", By: "anna", At: "send"}
		}
		f.must(f.SaveCheck(f.ctx(), d))
		return d
	}
	told, untold, unwanted, over := save(true), save(false), save(true), save(true)
	f.must(f.EndCheck(f.ctx(), unwanted.Run.ID))
	f.must(f.EndCheck(f.ctx(), unwanted.Run.ID))
	f.must(f.SaveCheck(f.ctx(), unwanted)) // it goes on to its next request before it hears of that
	over.Run.Reason, over.Run.Lease.Node, over.Run.Going, over.Run.FinishedAt = gonets.CodeCancelled, "", nil, f.Clock.Now()
	f.must(f.SaveCheck(f.ctx(), over))
	open := func() map[string]string {
		list, err := f.OpenChecks(f.ctx())
		f.must(err)
		out := map[string]string{}
		for _, one := range list {
			out[one.ID] = string(one.Reason)
			if one.Ending {
				out[one.ID] += ", ending"
			}
			if one.Going != nil && (one.Going.By != "anna" || one.Going.At != "send") {
				f.t.Errorf("%+v", one.Going)
			}
		}
		return out
	}
	if diff := cmp.Diff(map[string]string{told.Run.ID: "check.going", untold.Run.ID: "check.going", unwanted.Run.ID: "check.going, ending"}, open()); diff != "" {
		f.t.Errorf("on their way:\n%s", diff)
	}
	if _, err := f.PruneChecks(f.ctx(), f.Clock.Now().Add(-time.Hour), 100); err != nil {
		f.t.Error(err)
	}
	for _, d := range []gonets.RunDetail{told, untold, unwanted, over} {
		f.must(f.LoseCheck(f.ctx(), d.Run.ID, f.Clock.Now()))
		got, err := f.Check(f.ctx(), d.Run.ID)
		f.must(err)
		want := gonets.CodeCheckLost
		if d.Run.ID == over.Run.ID {
			want = gonets.CodeCancelled
		}
		if got.Run.Reason != want || got.Run.FinishedAt.IsZero() || got.Run.Lease.Node != "" || len(got.Attempts) != 1 || got.Event.ID != d.Event.ID {
			f.t.Errorf("%+v, want %s", got.Run, want)
		}
	}
	if diff := cmp.Diff(map[string]string{told.Run.ID: "check.lost", unwanted.Run.ID: "check.lost, ending"}, open()); diff != "" {
		f.t.Errorf("what was lost:\n%s", diff)
	}
	// The servers of these were only slow: what they say counts, but for a person's word.
	f.must(f.SaveCheck(f.ctx(), told))
	f.must(f.SaveCheck(f.ctx(), untold))
	f.must(f.SaveCheck(f.ctx(), unwanted))
	if diff := cmp.Diff(map[string]string{told.Run.ID: "check.going", untold.Run.ID: "check.going", unwanted.Run.ID: "check.going, ending"}, open()); diff != "" {
		f.t.Errorf("after their servers came back:\n%s", diff)
	}
	for _, d := range []gonets.RunDetail{told, untold, unwanted} {
		f.must(f.LoseCheck(f.ctx(), d.Run.ID, f.Clock.Now()))
	}
	f.must(f.LoseCheck(f.ctx(), "nobody", f.Clock.Now()))
	f.must(f.EndCheck(f.ctx(), told.Run.ID))
	for _, id := range []string{told.Run.ID, over.Run.ID, "nobody"} {
		if err := f.EndCheck(f.ctx(), id); gonets.CodeOf(err) != gonets.CodeNotFound {
			f.t.Errorf("what is over was ended: %v", err)
		}
	}
	f.must(f.SaveCheck(f.ctx(), told))
	if diff := cmp.Diff(map[string]string{told.Run.ID: "check.going, ending", unwanted.Run.ID: "check.lost, ending"}, open()); diff != "" {
		f.t.Errorf("after what was noted came back:\n%s", diff)
	}
	if _, err := f.PruneChecks(f.ctx(), f.Clock.Now().Add(time.Hour), 100); err != nil {
		f.t.Error(err)
	}
	if diff := cmp.Diff(map[string]string{told.Run.ID: "check.going, ending"}, open()); diff != "" {
		f.t.Errorf("after retention:\n%s", diff)
	}
	// What was lost goes by the time when it began, whether it was noted or not.
	unnoted := save(true)
	f.must(f.LoseCheck(f.ctx(), told.Run.ID, f.Clock.Now()))
	f.must(f.LoseCheck(f.ctx(), unnoted.Run.ID, f.Clock.Now()))
	f.Clock.Advance(time.Hour)
	if n, err := f.PruneChecks(f.ctx(), f.Clock.Now(), 100); err != nil || n != 2 || len(open()) > 0 {
		f.t.Errorf("retention took %d of two that were lost: %v", n, err)
	}
}

// whatIsDamagedIsLostToo: neither the data of a check nor the event that it was made of
// keeps it from coming to an end.
func whatIsDamagedIsLostToo(f fixture) {
	if f.Exec == nil {
		f.t.Skip("this database cannot be damaged")
	}
	for _, damage := range []string{`UPDATE events SET answer = x'7b' WHERE id = ?`, `UPDATE checks SET data = x'7b' WHERE event = ?`} {
		received := f.event(damage)
		f.accept(gonets.Acceptance{Event: received})
		d := f.check(received)
		d.Run.Reason, d.Run.Lease.Node, d.Run.Going = gonets.CodeCheckGoing, "gone", &gonets.GoingCheck{By: "anna"}
		f.must(f.SaveCheck(f.ctx(), d))
		f.Exec(f.t, damage, received.ID)
		if _, err := f.Check(f.ctx(), d.Run.ID); err == nil {
			f.t.Fatalf("nothing is damaged by %s", damage)
		}
		f.must(f.LoseCheck(f.ctx(), d.Run.ID, f.Clock.Now()))
		list, err := f.OpenChecks(f.ctx())
		f.must(err)
		if len(list) != 1 || list[0].Reason != gonets.CodeCheckLost || list[0].Going == nil || list[0].Lease.Node != "" {
			f.t.Errorf("after %s: %+v", damage, list)
		}
		f.Clock.Advance(time.Hour)
		if n, err := f.PruneChecks(f.ctx(), f.Clock.Now(), 100); err != nil || n != 1 {
			f.t.Errorf("retention took %d after %s: %v", n, damage, err)
		}
	}
}

// examplesStay: what a person kept for a step is no check, outlives all checks and
// goes with its scenario.
func examplesStay(f fixture) {
	ev := f.event("tried")
	ev.Mark = gonets.MarkCheck
	check := f.check(ev)
	f.must(f.SaveCheck(f.ctx(), check))
	now := f.Clock.Now().UTC()
	save := func(scenario, path string, status int) {
		a := check.Attempts[0]
		a.Path, a.Status = path, status
		f.must(f.SaveExample(f.ctx(), gonets.Example{Scenario: scenario, Attempt: a, SavedAt: now, SavedBy: "anna"}))
	}
	save("x", "send", 500)
	save("x", "send", 201)
	save("x", "only/tell", 200)
	save("y", "send", 202)
	list, err := f.Examples(f.ctx(), "x")
	f.must(err)
	got := map[string]int{}
	for _, e := range list {
		got[e.Attempt.Path] = e.Attempt.Status
		if e.SavedBy != "anna" || !e.SavedAt.Equal(now) {
			f.t.Errorf("%+v", e)
		}
	}
	if diff := cmp.Diff(map[string]int{"send": 201, "only/tell": 200}, got); diff != "" {
		f.t.Error(diff)
	}
	replies, err := f.ExampleReplies(f.ctx(), "x", []string{"send", "gone"})
	f.must(err)
	if len(replies) != 1 || replies[0].Status != 201 || !bytes.Equal(replies[0].ReplyBody, check.Attempts[0].ReplyBody) {
		f.t.Errorf("%d replies came back, or another one", len(replies))
	}
	checks, err := f.Checks(f.ctx(), gonets.RunFilter{})
	f.must(err)
	if len(checks.Items) != 1 {
		f.t.Errorf("%d checks, one was made", len(checks.Items))
	}
	if n, err := f.Prune(f.ctx(), now.Add(10*365*24*time.Hour), 100); err != nil || n != 1 {
		f.t.Errorf("retention removed %d: %v", n, err)
	}
	f.must(f.DropExample(f.ctx(), "x", "only/tell"))
	f.must(f.DropExample(f.ctx(), "x", "only/tell"))
	if list, err = f.Examples(f.ctx(), "x"); err != nil || len(list) != 1 {
		f.t.Errorf("%+v %v", list, err)
	}
	_, err = f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "x", State: gonets.ScenarioStopped})
	f.must(err)
	f.must(f.DeleteScenario(f.ctx(), "x", "anna"))
	if list, err = f.Examples(f.ctx(), "x"); err != nil || len(list) != 0 {
		f.t.Errorf("the scenario is gone, its example is there: %+v %v", list, err)
	}
	if list, err = f.Examples(f.ctx(), "y"); err != nil || len(list) != 1 {
		f.t.Errorf("another scenario's example went with it: %+v %v", list, err)
	}
}
