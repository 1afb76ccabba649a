package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/document"
)

func filters(f fixture) {
	f.Places.Give(100)
	f.apply(document.Apply{Sources: []gonets.Source{{Name: "t", Preset: "generic"}}, Scenarios: []gonets.Scenario{Scenario("y", "t")}})
	start := f.Clock.Now()
	states := []gonets.RunState{gonets.RunSucceeded, gonets.RunPaused, gonets.RunWaiting, gonets.RunRunning, gonets.RunSucceeded, gonets.RunFailed}
	var x []gonets.Run
	for i, st := range states {
		run := f.run(fmt.Sprint("value ", i%2))
		if st != gonets.RunRunning {
			f.finish(run, st)
		}
		x = append(x, run)
		f.Clock.Advance(time.Minute)
	}
	e := f.event("other")
	e.Source = "t"
	y := f.accept(gonets.Acceptance{Event: e})[0].Runs[0]
	all := []string{y.ID, x[5].ID, x[4].ID, x[3].ID, x[2].ID, x[1].ID, x[0].ID}
	reversed := slices.Clone(all)
	slices.Reverse(reversed)
	for i, c := range []struct {
		filter gonets.RunFilter
		want   []string
	}{
		{gonets.RunFilter{}, all},
		{gonets.RunFilter{Ascending: true}, reversed},
		{gonets.RunFilter{Scenario: "x"}, all[1:]},
		{gonets.RunFilter{Source: "t"}, all[:1]},
		{gonets.RunFilter{EventID: x[2].EventID}, []string{x[2].ID}},
		{gonets.RunFilter{States: []gonets.RunState{gonets.RunSucceeded}}, []string{x[4].ID, x[0].ID}},
		{gonets.RunFilter{States: []gonets.RunState{gonets.RunRunning}}, []string{y.ID, x[3].ID}},
		{gonets.RunFilter{States: []gonets.RunState{gonets.RunPaused, gonets.RunSucceeded, gonets.RunWaiting, gonets.RunPaused}},
			[]string{x[4].ID, x[2].ID, x[1].ID, x[0].ID}},
		{gonets.RunFilter{States: []gonets.RunState{gonets.RunPaused, gonets.RunFailed}, Scenario: "y"}, nil},
		{gonets.RunFilter{Value: "value 1"}, []string{x[5].ID, x[3].ID, x[1].ID}},
		{gonets.RunFilter{Value: "value"}, nil},
		{gonets.RunFilter{Value: "value 0", States: []gonets.RunState{gonets.RunSucceeded}}, []string{x[4].ID, x[0].ID}},
		{gonets.RunFilter{Since: start.Add(4 * time.Minute), Until: start.Add(6 * time.Minute)}, []string{x[5].ID, x[4].ID}},
		{gonets.RunFilter{Until: start}, nil},
	} {
		if d := cmp.Diff(c.want, f.runs(c.filter)); d != "" {
			f.t.Errorf("filter %d: -want +got\n%s", i, d)
		}
	}
	_, err := f.Runs(f.ctx(), gonets.RunFilter{Page: gonets.Page{Cursor: "???"}})
	f.wantCode(err, gonets.CodeInvalid)
	_, err = f.Run(f.ctx(), "nobody")
	f.wantCode(err, gonets.CodeNotFound)
}

func paging(f fixture) {
	for _, filter := range []gonets.RunFilter{{}, {Ascending: true}, {Scenario: "x"}, {States: []gonets.RunState{gonets.RunQueued, gonets.RunPaused}}} {
		var want []string
		for i := range 23 {
			want = append(want, f.run(fmt.Sprint(i)).ID)
		}
		filter.Page.Limit = 5
		seen := map[string]int{}
		for pages := 0; pages < 100; pages++ {
			l, err := f.Runs(f.ctx(), filter)
			f.must(err)
			if len(l.Items) > 5 {
				f.t.Fatalf("a page of %d", len(l.Items))
			}
			for _, r := range l.Items {
				seen[r.ID]++
			}
			if l.Next == "" {
				break
			}
			filter.Page.Cursor = l.Next
			if pages < 3 {
				f.run("while paging")
			}
		}
		for _, id := range want {
			if seen[id] != 1 {
				f.t.Errorf("%+v: %s was listed %d times", filter, id, seen[id])
			}
		}
	}
}

func samples(f fixture) {
	var want []string
	for i := range 7 {
		e := f.event(fmt.Sprint(i))
		f.accept(gonets.Acceptance{Event: e})
		want = append(want, e.ID)
		f.Clock.Advance(time.Second)
	}
	other := f.event("x")
	other.Source = "t"
	f.accept(gonets.Acceptance{Event: other})
	slices.Reverse(want)
	var got []string
	filter := gonets.EventFilter{Source: "s", Page: gonets.Page{Limit: 3}}
	for {
		l, err := f.Events(f.ctx(), filter)
		f.must(err)
		for _, e := range l.Items {
			got = append(got, e.ID)
		}
		if filter.Page.Cursor = l.Next; l.Next == "" {
			break
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		f.t.Errorf("-want +got\n%s", d)
	}
	all, err := f.Events(f.ctx(), gonets.EventFilter{})
	f.must(err)
	if len(all.Items) != 8 || all.Items[0].ID != other.ID || string(all.Items[0].Body) != "x" {
		f.t.Errorf("%d events", len(all.Items))
	}
	some, err := f.Events(f.ctx(), gonets.EventFilter{Since: f.Clock.Now().Add(-2 * time.Second), Until: f.Clock.Now()})
	f.must(err)
	if len(some.Items) != 2 || some.Items[0].ID != want[0] {
		f.t.Errorf("%d events in the window", len(some.Items))
	}
}

func retention(f fixture) {
	f.Places.Give(100)
	f.apply(document.Apply{Scenarios: []gonets.Scenario{Scenario("y", "s")}})
	_, err := f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "y", State: gonets.ScenarioStopped})
	f.must(err)
	// Runs of y are held; cancelling one lets its event go.
	make := func(state gonets.RunState, cancelHeld bool) gonets.Run {
		acc := f.accept(gonets.Acceptance{Event: f.event(body(6_000) + string(state)), Key: string(state), DedupeWindow: time.Hour})[0]
		run := acc.Runs[0]
		if state != gonets.RunRunning {
			tr := f.transition(run, state)
			tr.Attempt.RequestBody = []byte(body(8_000))
			_, err := f.Finish(f.ctx(), tr)
			f.must(err)
		}
		if cancelHeld {
			f.act(acc.Runs[1].ID, gonets.ActionCancel)
		}
		return run
	}
	gone := make(gonets.RunSucceeded, true)
	sibling := make(gonets.RunFailed, false)
	var kept []gonets.Run
	for _, st := range []gonets.RunState{gonets.RunPaused, gonets.RunWaiting, gonets.RunQueued, gonets.RunRunning} {
		kept = append(kept, make(st, true))
	}
	orphan := f.event("nobody's")
	orphan.Source = "unwatched"
	f.accept(gonets.Acceptance{Event: orphan})
	f.Clock.Advance(time.Second)
	border := f.Clock.Now()
	young := make(gonets.RunSkipped, true)
	f.Clock.Advance(2 * time.Hour)
	n, err := f.Prune(f.ctx(), border, 10_000)
	f.must(err)
	if n != 7 { // gone, sibling's, and five held ones that were cancelled
		f.t.Errorf("%d runs were removed, want 7", n)
	}
	for _, run := range append(kept, young) {
		if d := f.detail(run.ID); len(d.Event.Body) < 6_000 {
			f.t.Errorf("%s lost its event", run.State)
		}
	}
	for _, run := range []gonets.Run{gone, sibling} {
		_, err := f.Run(f.ctx(), run.ID)
		f.wantCode(err, gonets.CodeNotFound)
	}
	_, err = f.Event(f.ctx(), sibling.EventID)
	f.must(err) // its held run is there
	for _, id := range []string{gone.EventID, orphan.ID} {
		_, err := f.Event(f.ctx(), id)
		f.wantCode(err, gonets.CodeNotFound)
	}
	if l := f.runs(gonets.RunFilter{Value: body(6_000) + string(gonets.RunSucceeded)}); len(l) != 0 {
		f.t.Errorf("a removed run is found by its value: %v", l)
	}
	// The key's window is over: it may come again.
	if f.accept(gonets.Acceptance{Event: f.event("x"), Key: string(gonets.RunSucceeded), DedupeWindow: time.Hour})[0].Duplicate {
		f.t.Error("the key is still known")
	}
	if n, err := f.Prune(f.ctx(), border, 10_000); err != nil || n != 0 {
		f.t.Errorf("again: %d %v", n, err)
	}
}

func retentionBySize(f fixture) {
	const runs, together = 3_000, 500
	f.Places.Give(runs)
	for i := 0; i < runs; i += together {
		var as []gonets.Acceptance
		for j := range together {
			as = append(as, gonets.Acceptance{Event: f.event(fmt.Sprint(i+j) + body(2_000))})
		}
		var wg sync.WaitGroup
		for _, acc := range f.accept(as...) {
			tr := f.transition(acc.Runs[0], gonets.RunSucceeded)
			tr.Attempt.RequestBody = []byte(body(2_000))
			wg.Go(func() {
				if _, err := f.Finish(f.ctx(), tr); err != nil {
					f.t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	f.Clock.Advance(time.Second)
	full, err := f.Stats(f.ctx())
	f.must(err)
	limit, left := full.SizeBytes/5*4, runs
	for {
		now, err := f.Stats(f.ctx())
		f.must(err)
		if now.SizeBytes <= limit {
			break
		}
		n, err := f.Prune(f.ctx(), f.Clock.Now(), gonets.RetentionBatch/5)
		f.must(err)
		if left -= n; n == 0 {
			break
		}
	}
	// PostgreSQL learns of its size a little late.
	if left < runs/2 || left == runs {
		f.t.Errorf("%d of %d runs are left for 80%% of the size", left, runs)
	}
}

func stats(f fixture) {
	f.Places.Give(4)
	for _, st := range []gonets.RunState{gonets.RunPaused, gonets.RunWaiting, gonets.RunSucceeded} {
		f.finish(f.run("x"), st)
	}
	f.run("running")
	f.run("queued")
	got, err := f.Stats(f.ctx())
	f.must(err)
	want := map[gonets.RunState]int{gonets.RunHeld: 0, gonets.RunQueued: 1, gonets.RunRunning: 1, gonets.RunWaiting: 1, gonets.RunPaused: 1}
	if d := cmp.Diff(want, got.Runs); d != "" || got.SizeBytes < 4096 {
		f.t.Errorf("%s %d bytes", d, got.SizeBytes)
	}
}

func diskFull(f fixture) {
	if f.Fill == nil {
		f.t.Skip("this database cannot be filled")
	}
	f.Places.Give(1000)
	run := f.run("before")
	f.Fill(f.t, true)
	var full error
	for range 100 {
		if _, full = f.Accept(f.ctx(), []gonets.Acceptance{{Event: f.event(body(4_000))}}); full != nil {
			break
		}
	}
	f.wantCode(full, gonets.CodeDiskFull)
	var ge *gonets.Error
	if errors.As(full, &ge) && ge.Message == "" || f.Health() != nil {
		f.t.Errorf("%v, health %v", full, f.Health())
	}
	taken := f.Places.Taken()
	if n := f.count(gonets.RunFilter{Page: gonets.Page{Limit: 1000}}); n != taken {
		f.t.Errorf("%d runs but %d places are out", n, taken)
	}
	f.wantState(run.ID, gonets.RunRunning)
	f.Fill(f.t, false)
	f.run(body(4_000))
	f.finish(run, gonets.RunSucceeded)
}
