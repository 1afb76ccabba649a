package storetest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/document"
	"gonets/internal/flow"
)

// draftOf makes a change of a draft out of a scenario.
func (f fixture) draftOf(sc gonets.Scenario, ifMatch, actor string) gonets.DraftChange {
	text, err := json.Marshal(sc)
	f.must(err)
	return gonets.DraftChange{Name: sc.Name, Document: text, Parsed: &sc, IfMatch: ifMatch, Actor: actor}
}

func draftIsKept(f fixture) {
	first, err := f.Draft(f.ctx(), "x")
	f.must(err)
	if first.Open || first.Changed || first.BasedOn != 1 || first.ETag == "" {
		f.t.Errorf("a scenario without a draft: %+v", first)
	}
	two := Scenario("x", "s")
	two.Title = "two"
	c := f.draftOf(two, first.ETag, "anna")
	c.Document, c.Text = json.RawMessage(`{"steps":[{"id":"a","if":""}]}`), "# why\nsteps: []\n"
	saved, err := f.SaveDraft(f.ctx(), c)
	f.must(err)
	got, err := f.Draft(f.ctx(), "x")
	f.must(err)
	if string(got.Document) != string(c.Document) || got.Text != c.Text || got.ETag != saved.ETag || got.ETag == first.ETag ||
		!got.Open || !got.Changed || got.BasedOn != 1 || got.UpdatedBy != "anna" || !got.UpdatedAt.Equal(f.Clock.Now()) {
		f.t.Errorf("%+v", got)
	}
	info, err := f.Scenario(f.ctx(), "x")
	f.must(err)
	if !info.HasDraft || info.Title != "" || info.Version != 1 || info.UpdatedBy != "anna" {
		f.t.Errorf("a draft changed what is published: %+v", info)
	}
	// An answer may be lost: the same once more is no conflict.
	again, err := f.SaveDraft(f.ctx(), c)
	f.must(err)
	if again.ETag != saved.ETag {
		f.t.Errorf("a repeat changed the draft: %+v", again)
	}
	f.wantCode(f.DropDraft(f.ctx(), "x", first.ETag, "boris"), gonets.CodeDraftConflict)
	f.must(f.DropDraft(f.ctx(), "x", saved.ETag, "boris"))
	if got, err = f.Draft(f.ctx(), "x"); err != nil || got.Open || got.ETag != first.ETag {
		f.t.Errorf("%+v %v", got, err)
	}
	_, err = f.Draft(f.ctx(), "none")
	f.wantCode(err, gonets.CodeNotFound)
}

func secondDraftIsRefused(f fixture) {
	base, err := f.Draft(f.ctx(), "x")
	f.must(err)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		sc := Scenario("x", "s")
		sc.Title = strings.Repeat("t", i+1)
		wg.Go(func() { _, errs[i] = f.SaveDraft(f.ctx(), f.draftOf(sc, base.ETag, "person")) })
	}
	wg.Wait()
	saved := 0
	for _, err := range errs {
		if err == nil {
			saved++
			continue
		}
		f.wantCode(err, gonets.CodeDraftConflict)
		if !strings.Contains(err.Error(), "person") {
			f.t.Errorf("nobody is named: %v", err)
		}
	}
	if saved != 1 {
		f.t.Errorf("%d of %d who began from the same draft were saved", saved, len(errs))
	}
	sc := Scenario("x", "s")
	sc.Title = "all the same"
	_, err = f.SaveDraft(f.ctx(), f.draftOf(sc, "*", "person"))
	f.must(err)
}

func publishOfADraft(f fixture) {
	name, err := f.CreateScenario(f.ctx(), gonets.NewDocument[gonets.Scenario]{Name: "x", Document: json.RawMessage(`{}`),
		Parsed: &gonets.Scenario{}, Actor: "anna"})
	f.must(err)
	if name != "x-2" {
		f.t.Errorf("a name that is taken was given to %q", name)
	}
	draft, err := f.Draft(f.ctx(), name)
	f.must(err)
	if draft.State != gonets.ScenarioDraft || !draft.Changed || string(draft.Document) != "{}" {
		f.t.Errorf("%+v", draft)
	}
	f.wantCode(f.DropDraft(f.ctx(), name, "*", ""), gonets.CodeConflict)
	sc := Scenario(name, "s")
	draft, err = f.SaveDraft(f.ctx(), f.draftOf(sc, draft.ETag, "anna"))
	f.must(err)
	if acc := f.accept(gonets.Acceptance{Event: f.event("1")})[0]; len(acc.Runs) != 2 || acc.Runs[1].State != gonets.RunHeld {
		f.t.Errorf("events do not follow the draft of a scenario that was never published: %+v", acc.Runs)
	}
	_, err = f.Publish(f.ctx(), gonets.Publish{Scenario: &sc, IfMatch: "another", Start: true})
	f.wantCode(err, gonets.CodeDraftConflict)
	strange := Scenario(name, "nowhere")
	_, err = f.Publish(f.ctx(), gonets.Publish{Scenario: &strange, IfMatch: draft.ETag, Start: true})
	f.wantCode(err, gonets.CodeInvalid)
	info, err := f.Publish(f.ctx(), gonets.Publish{Scenario: &sc, IfMatch: draft.ETag, Start: true, ReleaseHeld: true, Actor: "anna", Note: "first"})
	f.must(err)
	if info.State != gonets.ScenarioRunning || info.Version != 1 || info.Held != 0 || info.HasDraft {
		f.t.Errorf("%+v", info)
	}
	if v, err := f.Version(f.ctx(), name, 1); err != nil || v.Note != "first" || v.Actor != "anna" {
		f.t.Errorf("%+v %v", v, err)
	}
	// Comments are no new version.
	draft, err = f.Draft(f.ctx(), name)
	f.must(err)
	c := f.draftOf(sc, draft.ETag, "anna")
	c.Text = "# commented"
	draft, err = f.SaveDraft(f.ctx(), c)
	f.must(err)
	info, err = f.Publish(f.ctx(), gonets.Publish{Scenario: &sc, IfMatch: draft.ETag, Actor: "anna"})
	f.must(err)
	v, err := f.Version(f.ctx(), name, 1)
	if err != nil || info.Version != 1 || info.State != gonets.ScenarioRunning || v.Text != c.Text {
		f.t.Errorf("%+v %+v %v", info, v, err)
	}
}

func deleteScenario(f fixture) {
	f.wantCode(f.DeleteScenario(f.ctx(), "x", "anna"), gonets.CodeScenarioRunning)
	f.accept(gonets.Acceptance{Event: f.event("1")})
	_, err := f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "x", State: gonets.ScenarioStopped})
	f.must(err)
	f.accept(gonets.Acceptance{Event: f.event("2")})
	f.wantCode(f.DeleteSource(f.ctx(), "s", "anna"), gonets.CodeSourceUsed)
	f.must(f.DeleteScenario(f.ctx(), "x", "anna"))
	f.wantCode(f.DeleteScenario(f.ctx(), "x", "anna"), gonets.CodeNotFound)
	l, err := f.Runs(f.ctx(), gonets.RunFilter{Scenario: "x"})
	f.must(err)
	for _, r := range l.Items {
		if r.State != gonets.RunCancelled {
			f.t.Errorf("a run of a deleted scenario is %s", r.State)
		}
		if !r.Orphan || r.Reason != "" && r.Reason != gonets.CodeScenarioGone {
			f.t.Errorf("nothing tells that the scenario was deleted: %+v", r)
		}
	}
	if held := l.Items[0]; held.Reason != gonets.CodeScenarioGone {
		f.t.Errorf("the run that waited was cancelled for %q", held.Reason)
	}
	_, err = f.Rerun(f.ctx(), gonets.Rerun{RunID: l.Items[0].ID})
	f.wantCode(err, gonets.CodeScenarioGone)
	j := f.bulk(bulk.Job{Action: gonets.ActionRerun, Total: 2})
	if j, acted := f.step(bulk.Step{Job: j, Runs: []string{l.Items[0].ID, l.Items[1].ID}, Last: true}); len(acted) != 0 || j.Refused != 2 || j.Refusals[gonets.CodeScenarioGone] != 2 {
		f.t.Errorf("runs of a deleted scenario were left alone without the reason: %+v", j)
	}
	if kept, err := f.Bulk(f.ctx(), j.ID); err != nil || kept.Refusals[gonets.CodeScenarioGone] != 2 {
		f.t.Errorf("the reason is not kept: %+v %v", kept, err)
	}
	if len(l.Items) != 2 {
		f.t.Errorf("%d runs are left in the history", len(l.Items))
	}
	// Its name may come back by a file; the history keeps both apart.
	second := Scenario("x", "s")
	second.Title = "second"
	if got := f.apply(document.Apply{Scenarios: []gonets.Scenario{second}}); got[0].Version != 2 || got[0].Change != "created" {
		f.t.Errorf("%+v", got)
	}
	if v, err := f.Version(f.ctx(), "x", 1); err != nil || v.Scenario.Title != "" {
		f.t.Errorf("%+v %v", v, err)
	}
	_, err = f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "x", State: gonets.ScenarioStopped})
	f.must(err)
	f.must(f.DeleteScenario(f.ctx(), "x", "anna"))
	f.must(f.DeleteSource(f.ctx(), "s", "anna"))
	_, err = f.Source(f.ctx(), "s")
	f.wantCode(err, gonets.CodeNotFound)
	name, err := f.CreateSource(f.ctx(), gonets.NewDocument[gonets.Source]{Name: "s", Parsed: &gonets.Source{Preset: "generic"}})
	f.must(err)
	if name != "s-2" {
		f.t.Errorf("a new source takes over the events of %q", name)
	}
}

func sourceIsEdited(f fixture) {
	old, err := f.Source(f.ctx(), "s")
	f.must(err)
	changed := gonets.Source{Name: "s", Preset: "generic", Title: "T"}
	f.must(f.SaveSource(f.ctx(), gonets.SourceChange{Source: &changed, IfMatch: old.ETag}))
	f.must(f.SaveSource(f.ctx(), gonets.SourceChange{Source: &changed, IfMatch: old.ETag})) // a repeat
	other := gonets.Source{Name: "s", Preset: "generic", Title: "U"}
	f.wantCode(f.SaveSource(f.ctx(), gonets.SourceChange{Source: &other, IfMatch: old.ETag}), gonets.CodeDraftConflict)
	f.wantCode(f.RetireAddress(f.ctx(), "s", 1, ""), gonets.CodeConflict)
	f.Clock.Advance(time.Second)
	f.must(f.AddAddress(f.ctx(), "s", "anna"))
	two, err := f.Source(f.ctx(), "s")
	f.must(err)
	if len(two.Addresses) != 2 || two.Tokens[0] != old.Tokens[0] || !two.Addresses[0].LastUsedAt.IsZero() {
		f.t.Fatalf("%+v", two)
	}
	_, err = f.SourceByToken(f.ctx(), two.Tokens[1])
	f.must(err)
	f.must(f.KeepUses(f.ctx()))
	f.wantCode(f.RetireAddress(f.ctx(), "s", 3, ""), gonets.CodeNotFound)
	f.must(f.RetireAddress(f.ctx(), "s", 1, "anna"))
	one, err := f.Source(f.ctx(), "s")
	f.must(err)
	if !slices.Equal(one.Tokens, two.Tokens[1:]) || one.Addresses[0].LastUsedAt.IsZero() {
		f.t.Errorf("%+v", one)
	}
	_, err = f.SourceByToken(f.ctx(), old.Tokens[0])
	f.wantCode(err, gonets.CodeAddressUnknown)
}

func activity(f fixture) {
	f.Places.Give(1)
	f.accept(gonets.Acceptance{Event: f.event("1")}, gonets.Acceptance{Event: f.event("2")})
	f.Clock.Advance(3 * time.Hour)
	f.Places.Give(1)
	f.finish(f.run("3"), gonets.RunPaused)
	got, err := f.Activity(f.ctx(), "x")
	last := got.Buckets[23]
	if err != nil || len(got.Buckets) != 24 || got.Total != 3 || got.Paused != 1 || got.Held != 0 || last.Failed != 1 || last.Done != 0 ||
		got.Buckets[20].Done != 2 || !got.LastAt.Equal(f.Clock.Now()) || last.At.After(f.Clock.Now()) || f.Clock.Now().Sub(last.At) >= time.Hour {
		f.t.Errorf("%v %+v", err, got)
	}
	if got, err = f.Activity(f.ctx(), "none"); err != nil || got.Total != 0 || !got.LastAt.IsZero() {
		f.t.Errorf("%+v %v", got, err)
	}
	src, err := f.SourceActivity(f.ctx(), "s")
	if err != nil || src.Day != 3 || !src.LastAt.Equal(f.Clock.Now()) {
		f.t.Errorf("%+v %v", src, err)
	}
}

func flowOfRuns(f fixture) {
	stay := func(run gonets.Run, state gonets.RunState) {
		tr := f.transition(run, state)
		tr.Cursor = "send"
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
	}
	f.Places.Give(2)
	f.finish(f.run("old"), gonets.RunSucceeded)
	stay(f.run("waits for long"), gonets.RunPaused)
	f.Clock.Advance(25 * time.Hour)
	f.Places.Give(4)
	stay(f.run("done"), gonets.RunSucceeded)
	stay(f.run("asks"), gonets.RunPaused)
	stay(f.run("tries again"), gonets.RunWaiting)
	f.run("has begun")
	f.run("is queued")
	want := flow.Flow{Since: f.Clock.Now().Add(-24 * time.Hour), Sources: []flow.Source{{Name: "s", Runs: 5}},
		Steps: []flow.Step{{Version: 1, Path: "send", Runs: 3, Waiting: 2}}}
	got, err := f.Flow(f.ctx(), "x")
	if f.must(err); cmp.Diff(want, got) != "" {
		f.t.Error(cmp.Diff(want, got))
	}
	if got, err := f.Flow(f.ctx(), "none"); err != nil || len(got.Steps)+len(got.Sources) > 0 || got.More {
		f.t.Errorf("%+v %v", got, err)
	}
}
