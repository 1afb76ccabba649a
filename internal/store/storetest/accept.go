package storetest

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gonets"
	"gonets/internal/document"
)

func eventComesBack(f fixture) {
	for _, body := range [][]byte{nil, {}, []byte("small"), []byte("a\x00b\xff\xfe"), []byte(body(gonets.InlineBody + 1)), []byte(body(300_000))} {
		e := f.event("")
		e.Body = body
		e.Path, e.RawQuery, e.ContentType = "/p\x00\xff", "q=%zz\x00\xfe", "text/\xff"
		e.Headers = []gonets.Header{{Name: "X-A", Value: "1\xff\x00"}, {Name: "x-a", Value: ""}, {Name: "X-A", Value: "2"}}
		e.Item, e.Mark, e.OrderKey, e.Hops, e.Actor = []byte(`{"a":1}`), gonets.MarkUnparsed, "o\x00\xff", 3, "anna"
		f.accept(gonets.Acceptance{Event: e, Key: "k\x00\xff" + e.ID, DedupeWindow: time.Hour})
		got, err := f.Event(f.ctx(), e.ID)
		f.must(err)
		if d := cmp.Diff(e, got); d != "" {
			f.t.Errorf("body of %d bytes: -want +got\n%s", len(body), d)
		}
		byKey, err := f.FindEvent(f.ctx(), "s", "k\x00\xff"+e.ID)
		f.must(err)
		if byKey.ID != e.ID {
			f.t.Errorf("found %s by its key, want %s", byKey.ID, e.ID)
		}
	}
	_, err := f.Event(f.ctx(), "nobody")
	f.wantCode(err, gonets.CodeNotFound)
	_, err = f.FindEvent(f.ctx(), "s", "nobody")
	f.wantCode(err, gonets.CodeNotFound)
}

func splitSharesBody(f fixture) {
	raw := body(50_000)
	var as []gonets.Acceptance
	for i := range 20 {
		as = append(as, gonets.Acceptance{Event: f.event(raw), Key: fmt.Sprint(i), DedupeWindow: time.Hour})
	}
	f.accept(gonets.Acceptance{Event: f.event("first"), Key: "0", DedupeWindow: time.Hour})
	for i, acc := range f.accept(as...) {
		if acc.Duplicate != (i == 0) {
			f.t.Errorf("item %d: duplicate is %v", i, acc.Duplicate)
		}
		if i == 0 {
			continue
		}
		got, err := f.Event(f.ctx(), acc.EventID)
		f.must(err)
		if string(got.Body) != raw {
			f.t.Fatalf("item %d lost the body", i)
		}
		// Removing the first ones must not take the body from the others.
		if i < 19 {
			run := acc.Runs[0]
			_, err := f.Act(f.ctx(), gonets.Action{RunID: run.ID, Kind: gonets.ActionCancel})
			f.must(err)
		}
	}
	f.Clock.Advance(time.Hour)
	_, err := f.Prune(f.ctx(), f.Clock.Now(), 100)
	f.must(err)
	got, err := f.Event(f.ctx(), as[19].Event.ID)
	f.must(err)
	if string(got.Body) != raw {
		f.t.Error("the last item lost the body to the retention of the others")
	}
}

func bornLeased(f fixture) {
	f.Places.Give(1)
	first, second := f.run("1"), f.run("2")
	now := f.Clock.Now()
	want := gonets.Run{ID: first.ID, EventID: first.EventID, Scenario: "x", Version: 1, State: gonets.RunRunning,
		Lane: crm, DueAt: now, StepAt: now, CreatedAt: now, Lease: gonets.Lease{Node: f.Node(), Epoch: f.Epoch(), Seq: 1}}
	if d := cmp.Diff(want, first); d != "" {
		f.t.Errorf("leased: -want +got\n%s", d)
	}
	for _, run := range []gonets.Run{first, second} {
		if d := cmp.Diff(run, f.detail(run.ID).Run.Run); d != "" {
			f.t.Errorf("stored otherwise than answered: -answered +stored\n%s", d)
		}
	}
	if second.State != gonets.RunQueued || second.Lease.Held() || !second.StepAt.IsZero() || !second.DueAt.Equal(now) {
		f.t.Errorf("without a place: %+v", second)
	}
}

func heldWhileStopped(f fixture) {
	_, err := f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "x", State: gonets.ScenarioStopped})
	f.must(err)
	run := f.run("1")
	if run.State != gonets.RunHeld || run.Version != 0 || run.Lease.Held() {
		f.t.Errorf("%+v", run)
	}
	if len(f.claim(crm, 10)) > 0 || len(f.claim(gonets.LaneUnknown, 10)) > 0 {
		f.t.Error("a held run was claimed")
	}
	info, err := f.Scenario(f.ctx(), "x")
	f.must(err)
	if info.Held != 1 || info.State != gonets.ScenarioStopped {
		f.t.Errorf("held %d, state %s", info.Held, info.State)
	}
}

func dedupe(f fixture) {
	first := f.event("same")
	f.accept(gonets.Acceptance{Event: first, Key: "k", DedupeWindow: time.Hour})
	for _, c := range []struct {
		source, key string
		duplicate   bool
	}{{"s", "k", true}, {"s", "K", false}, {"other", "k", false}, {"s", "", false}} {
		e := f.event("same")
		e.Source = c.source
		got := f.accept(gonets.Acceptance{Event: e, Key: c.key, DedupeWindow: time.Hour})[0]
		want := gonets.Accepted{EventID: e.ID}
		if c.duplicate {
			want = gonets.Accepted{EventID: first.ID, Duplicate: true}
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(gonets.Accepted{}, "Runs")); d != "" {
			f.t.Errorf("%+v: -want +got\n%s", c, d)
		}
		if c.duplicate && len(got.Runs) > 0 {
			f.t.Error("a duplicate made a run")
		}
	}
	if n := f.count(gonets.RunFilter{Scenario: "x"}); n != 3 {
		f.t.Errorf("%d runs, want 3", n)
	}
}

func dedupeExpires(f fixture) {
	a := gonets.Acceptance{Event: f.event("1"), Key: "k", DedupeWindow: time.Hour}
	f.accept(a)
	f.Clock.Advance(time.Hour - time.Millisecond)
	a.Event = f.event("2")
	if !f.accept(a)[0].Duplicate {
		f.t.Error("forgotten within the window")
	}
	f.Clock.Advance(time.Millisecond)
	a.Event = f.event("3")
	if got := f.accept(a)[0]; got.Duplicate || got.EventID != a.Event.ID || len(got.Runs) != 1 {
		f.t.Errorf("after the window: %+v", got)
	}
	third := a.Event.ID
	a.Event = f.event("4")
	if got := f.accept(a)[0]; got.EventID != third {
		f.t.Errorf("the new window belongs to %s, want %s", got.EventID, third)
	}
}

func dedupeTogether(f fixture) {
	const callers = 100
	var mu sync.Mutex
	winners, ids := 0, map[string]bool{}
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			// Each call holds its key twice, in an order of its own.
			keys := []string{"a", "b", "a", "c"}
			var as []gonets.Acceptance
			for j := range keys {
				e := f.event("x")
				as = append(as, gonets.Acceptance{Event: e, Key: keys[(i+j)%len(keys)], DedupeWindow: time.Hour})
			}
			got, err := f.Accept(f.ctx(), as)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				f.t.Error(err)
				return
			}
			for _, g := range got {
				ids[g.EventID] = true
				if !g.Duplicate {
					winners++
				}
			}
		})
	}
	wg.Wait()
	if winners != 3 || len(ids) != 3 {
		f.t.Errorf("%d winners over %d events, want 3 and 3", winners, len(ids))
	}
	if n := f.count(gonets.RunFilter{Page: gonets.Page{Limit: 1000}}); n != 3 {
		f.t.Errorf("%d runs, want 3", n)
	}
}

func strictKey(f fixture) {
	ask := func(body string, strict bool) gonets.Accepted {
		return f.accept(gonets.Acceptance{Event: f.event(body), Key: "k", StrictKey: strict,
			BodyHash: sha256.Sum256([]byte(body)), DedupeWindow: time.Hour})[0]
	}
	first := ask("1", true)
	if got := ask("1", true); !got.Duplicate || got.Conflict {
		f.t.Errorf("same body: %+v", got)
	}
	if got := ask("2", true); !got.Conflict || got.EventID != first.EventID {
		f.t.Errorf("another body: %+v", got)
	}
	if got := ask("2", false); !got.Duplicate || got.Conflict {
		f.t.Errorf("another body under the provider's id: %+v", got)
	}
	both := f.accept(
		gonets.Acceptance{Event: f.event("3"), Key: "n", StrictKey: true, BodyHash: sha256.Sum256([]byte("3")), DedupeWindow: time.Hour},
		gonets.Acceptance{Event: f.event("4"), Key: "n", StrictKey: true, BodyHash: sha256.Sum256([]byte("4")), DedupeWindow: time.Hour})
	if both[0].Conflict || both[0].Duplicate || !both[1].Conflict {
		f.t.Errorf("within one commit: %+v", both)
	}
}

func repeatFindsItself(f fixture) {
	f.Places.Give(10)
	for _, key := range []string{"", "k"} {
		a := gonets.Acceptance{Event: f.event("x" + key), Key: key, DedupeWindow: time.Hour}
		f.accept(a)
		taken := f.Places.Taken()
		got := f.accept(a)[0]
		if got.EventID != a.Event.ID || got.Duplicate || len(got.Runs) != 0 {
			f.t.Errorf("key %q: %+v", key, got)
		}
		if n := f.count(gonets.RunFilter{EventID: a.Event.ID}); n != 1 || f.Places.Taken() != taken {
			f.t.Errorf("key %q: %d runs, %d new places", key, n, f.Places.Taken()-taken)
		}
	}
}

func badAcceptAlone(f fixture) {
	f.Places.Give(1000)
	old := f.event("old")
	f.accept(gonets.Acceptance{Event: old})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			good := f.event(fmt.Sprint("good", i))
			as := []gonets.Acceptance{{Event: good}}
			bad := i%3 == 0
			if bad {
				thief := f.event("another body")
				thief.ID = old.ID
				as = append(as, gonets.Acceptance{Event: thief})
			}
			_, err := f.Accept(f.ctx(), as)
			_, known := f.Event(f.ctx(), good.ID)
			switch {
			case bad && (gonets.CodeOf(err) != gonets.CodeConflict || known == nil):
				f.t.Errorf("bad call: %v; its good half is stored: %v", err, known == nil)
			case !bad && (err != nil || known != nil):
				f.t.Errorf("good call: %v, %v", err, known)
			}
		})
	}
	wg.Wait()
	if n := f.Places.Taken(); n != 41 {
		f.t.Errorf("%d places are out, want 41", n)
	}
}

func manualRun(f fixture) {
	changed := Scenario("x", "s")
	changed.Title = "second"
	f.apply(document.Apply{Scenarios: []gonets.Scenario{changed, {Name: "draft-only"}}, Draft: false})
	_, err := f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "x", State: gonets.ScenarioStopped})
	f.must(err)
	for version, want := range map[int]int{0: 2, 1: 1, 2: 2} {
		got := f.accept(gonets.Acceptance{Event: f.event("m"), Scenario: "x", Version: version, RunMark: gonets.MarkCheck})[0]
		if len(got.Runs) != 1 || got.Runs[0].Version != want || got.Runs[0].Mark != gonets.MarkCheck || got.Runs[0].State != gonets.RunQueued {
			f.t.Errorf("version %d: %+v", version, got.Runs)
		}
	}
	if n := f.count(gonets.RunFilter{Value: "m"}); n != 3 {
		f.t.Errorf("%d runs are found by their value, want 3", n)
	}
	_, err = f.Accept(f.ctx(), []gonets.Acceptance{{Event: f.event("m"), Scenario: "x", Version: 9}})
	f.wantCode(err, gonets.CodeNotFound)
	_, err = f.Accept(f.ctx(), []gonets.Acceptance{{Event: f.event("m"), Scenario: "nobody"}})
	f.wantCode(err, gonets.CodeNotFound)
}
