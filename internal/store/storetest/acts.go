package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/document"
)

// acts are what people did to a run, a line for each.
func (f fixture) acts(run string) (out []string) {
	f.t.Helper()
	for _, a := range f.detail(run).Acts {
		if a.At.IsZero() {
			f.t.Errorf("%s of %s has no time", a.Kind, run)
		}
		line := fmt.Sprintf("%s %s %d-%d", a.By, a.Kind, a.From, a.To)
		switch {
		case a.Begins:
			line += " of " + a.Other
		case a.Other != "":
			line += " made " + a.Other
		}
		if a.Bulk != "" {
			line += " by " + a.Bulk
		}
		if a.Retry != nil {
			line += " " + a.Retry.String()
		}
		out = append(out, line)
	}
	return out
}

func (f fixture) wantActs(run string, want ...string) {
	f.t.Helper()
	if got := f.acts(run); !slices.Equal(got, want) {
		f.t.Errorf("what was done to %s:\n%q, want\n%q", run, got, want)
	}
}

func actsOfRun(f fixture) {
	f.Places.Give(3)
	run, untouched := f.run("one"), f.run("two")
	f.finish(run, gonets.RunPaused)
	act := func(actor string, a gonets.Action) {
		f.t.Helper()
		f.Clock.Advance(time.Second)
		a.RunID, a.Actor, a.At = run.ID, actor, f.Clock.Now()
		_, err := f.Act(f.ctx(), a)
		f.must(err)
	}
	tries := gonets.Action{Kind: gonets.ActionRetryPolicy, Retry: plan(time.Hour), Key: "once"}
	act("anna", tries)
	act("anna", tries) // the same wish: nothing is done
	f.publishAgain(true)
	act("boris", gonets.Action{Kind: gonets.ActionResume, Version: gonets.VersionCurrent})
	_, err := f.Act(f.ctx(), gonets.Action{RunID: run.ID, Kind: gonets.ActionSkip, Actor: "boris"})
	f.wantCode(err, gonets.CodeRunState) // what was refused was not done
	act("anna", gonets.Action{Kind: gonets.ActionCancel})
	f.Clock.Advance(time.Second)
	again, err := f.Rerun(f.ctx(), gonets.Rerun{RunID: run.ID, Actor: "vera", At: f.Clock.Now()})
	f.must(err)

	f.Opened = f.Reopen(f.t)
	f.wantActs(run.ID, "anna retry-policy 1-1 "+plan(time.Hour).String(), "boris resume 1-2", "anna cancel 2-2", "vera rerun 2-2 made "+again.Run.ID)
	f.wantActs(again.Run.ID, "vera rerun 2-2 of "+run.ID)
	f.wantActs(untouched.ID)
}

func actsOfMany(f fixture) {
	ids := f.paused(5)
	other := f.paused(1)[0]
	_, err := f.Act(f.ctx(), gonets.Action{RunID: ids[1], Kind: gonets.ActionCancel, Actor: "anna"})
	f.must(err)
	do := func(j bulk.Job, size int) (id string, acted []string) {
		f.t.Helper()
		for job := f.bulk(j); !job.Walked; {
			id = job.ID
			page := f.page(job, size)
			if len(acted) == 0 {
				page.Runs = append(page.Runs, ids[1]) // somebody was quicker with this one
			}
			after, some := f.step(page)
			acted, job = append(acted, some...), after
		}
		if bulk.Followed(j.Action) {
			_, err := f.SteerBulk(f.ctx(), id, bulk.Stop, "owner")
			f.must(err)
		}
		return id, acted
	}
	found := func(flt gonets.RunFilter) []string {
		got := f.runs(flt)
		slices.Sort(got)
		return got
	}
	resumed, acted := do(bulk.Job{Action: gonets.ActionResume}, 2)
	slices.Sort(acted)
	if got := found(gonets.RunFilter{Bulk: resumed}); len(got) != 5 || !slices.Equal(got, acted) {
		f.t.Errorf("the runs of the mass action are %v, want %v", got, acted)
	}
	f.wantActs(ids[0], "owner resume 1-1 by "+resumed)
	f.wantActs(ids[1], "anna cancel 1-1")
	f.wantActs(other, "owner resume 1-1 by "+resumed)
	f.Clock.Advance(time.Second)
	queued := bulk.Job{Filter: gonets.RunFilter{States: []gonets.RunState{gonets.RunQueued}, Bulk: resumed}}
	queued.Action = gonets.ActionCancel
	stopped, _ := do(queued, 250)
	f.wantActs(ids[2], "owner resume 1-1 by "+resumed, "owner cancel 0-0 by "+stopped)
	both := gonets.RunFilter{Bulk: resumed, States: []gonets.RunState{gonets.RunCancelled}, Value: "paused 2"}
	if got := found(both); !slices.Equal(got, []string{ids[2]}) {
		f.t.Errorf("one of them is found as %v", got)
	}
	if got := found(gonets.RunFilter{Bulk: resumed, ID: ids[1]}); got != nil {
		f.t.Errorf("a run that had another state belongs to the mass action: %v", got)
	}
	n, err := f.CountRuns(f.ctx(), gonets.RunFilter{Bulk: stopped})
	if f.must(err); n.N != 5 {
		f.t.Errorf("counted %+v", n)
	}
	// Of a rerun the new runs are found.
	f.Clock.Advance(time.Second)
	rerun := bulk.Job{Action: gonets.ActionRerun, Filter: gonets.RunFilter{Bulk: stopped, States: []gonets.RunState{gonets.RunCancelled}}}
	again, made := do(rerun, 250)
	slices.Sort(made)
	if got := found(gonets.RunFilter{Bulk: again}); len(got) != 6 || !slices.Equal(got, made) {
		f.t.Errorf("the new runs are %v, want %v", got, made)
	}
	d := f.detail(ids[3])
	f.wantActs(ids[3], "owner resume 1-1 by "+resumed, "owner cancel 0-0 by "+stopped, "owner rerun 1-1 made "+d.Reruns[0]+" by "+again)
}

// skipMany proves that paused runs go on together behind the steps at which they
// stand, each behind its own, once.
func skipMany(f fixture) {
	sc := Scenario("x", "s")
	send := gonets.HTTPStep{URL: crm + "/"}
	sc.Steps = []gonets.Step{{ID: "only", If: "true", Then: []gonets.Step{{ID: "deal", HTTP: &send}}, Else: []gonets.Step{{ID: "other", HTTP: &send}}}, {ID: "tell", HTTP: &send}}
	f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}})
	f.Places.Give(6)
	result := func(path, value string) gonets.StepResult {
		return gonets.StepResult{Path: path, State: gonets.StepDone, Value: []byte(value), FinishedAt: f.Clock.Now().UnixMilli()}
	}
	yes, deal := result("only", "true"), result("only/deal", `{"reply":"`+strings.Repeat("long ", 20)+`"}`)
	rests := []struct {
		done   []gonets.StepResult
		doubts gonets.Doubts
		cursor string
		// at is the step that is skipped; none when nothing is left.
		at, left string
	}{
		{done: []gonets.StepResult{yes}, doubts: "only/deal", cursor: "only/deal", at: "only/deal"},
		{done: []gonets.StepResult{yes, deal}, doubts: "only/deal tell", cursor: "tell", at: "tell", left: "only/deal"},
		{done: []gonets.StepResult{result("only", "false")}, cursor: "only", at: "only/other"}, // the cursor is a hint
		{done: []gonets.StepResult{yes}, doubts: "only/deal", cursor: "only/deal", at: "only/deal"},
		{done: []gonets.StepResult{yes, deal, result("tell", "{}")}, cursor: "tell"},
		{done: []gonets.StepResult{yes}, cursor: "only/deal"},
	}
	var ids []string
	for i := range rests {
		run := f.run(fmt.Sprint("rests ", i))
		tr := f.transition(run, gonets.RunPaused)
		tr.Results, tr.Doubts, tr.Cursor, tr.Attempt.Path = rests[i].done, rests[i].doubts, rests[i].cursor, "only/deal"
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
		ids = append(ids, run.ID)
	}
	f.Clock.Advance(time.Second)
	j := f.bulk(bulk.Job{Action: gonets.ActionSkip, Total: len(ids)})
	page := f.page(j, 10)
	f.act(ids[5], gonets.ActionCancel) // somebody was quicker
	after, acted := f.step(page)
	if !slices.Equal(slices.Sorted(slices.Values(acted)), ids[:4]) || after.Acted != 4 || after.Refused != 2 {
		f.t.Fatalf("%v of %v: %+v", acted, ids, after)
	}
	if again, acted := f.step(page); again != nil || acted != nil {
		f.t.Errorf("a page was done twice: %v", acted)
	}
	f.Opened = f.Reopen(f.t)
	for i, rest := range rests {
		d := f.detail(ids[i])
		last := d.Results[len(d.Results)-1]
		if rest.at == "" {
			if d.Run.State == gonets.RunQueued || last.State == gonets.StepSkipped {
				f.t.Errorf("run %d is %s with %+v", i, d.Run.State, last)
			}
			continue
		}
		if d.Run.State != gonets.RunQueued || d.Run.Doubts != gonets.Doubts(rest.left) || len(d.Results) != len(rest.done)+1 || last.Path != rest.at || last.State != gonets.StepSkipped {
			f.t.Errorf("run %d is %s, doubts %q, %+v", i, d.Run.State, d.Run.Doubts, d.Results)
		}
		if act := d.Acts[len(d.Acts)-1]; act.Kind != gonets.ActionSkip || act.Bulk != j.ID || act.From != d.Run.Version {
			f.t.Errorf("run %d: %+v", i, act)
		}
	}
}
