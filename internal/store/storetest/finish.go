package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func attemptComesBack(f fixture) {
	f.Places.Give(10)
	run := f.run("1")
	big := []byte(body(70_000))
	var want []gonets.Attempt
	for n := 1; n <= 3; n++ {
		a := gonets.Attempt{RunID: run.ID, N: n, Path: "only/send", StartedAt: f.Clock.Now(), Duration: 1234 * time.Microsecond,
			Charged: n > 1, Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus,
				Error: "no\x00\xff", Method: "P", URL: "http://h/ a\xff?b c", RequestHeaders: []gonets.Header{{Name: "A", Value: "\x00"}},
				RequestBody: big, Status: 500, StatusLine: "500 \xff", ReplyHeaders: []gonets.Header{{Name: "B", Value: ""}},
				ReplyBody: []byte{}, ReplyCut: true, Timings: gonets.Timings{DNS: 1, Total: 5}, Remote: "[::1]:80",
				HTTPVersion: "2", TLSVersion: "1.3", Hops: []gonets.Hop{{Status: 301, URL: "u"}}, Gzip: n == 1,
				Cookies: []gonets.Cookie{{URL: "http://h/", Line: "a=1; Path=/", At: f.Clock.Now()}}}}
		if n == 2 {
			a.RequestBody, a.ReplyBody = nil, []byte("x\x00\xff")
		}
		want = append(want, a)
		tr := f.transition(run, gonets.RunRunning)
		tr.Attempt, tr.KeepLease = &a, true
		fenced, err := f.Finish(f.ctx(), tr)
		f.must(err)
		if fenced {
			f.t.Fatal("fenced")
		}
	}
	d := f.detail(run.ID)
	if diff := cmp.Diff(want, d.Attempts); diff != "" {
		f.t.Errorf("-want +got\n%s", diff)
	}
	if d.Run.LastStatus != 500 || d.Run.LastOutcome != gonets.OutcomeHTTP || d.Run.LastError != "no\x00\xff" ||
		d.Run.Attempts != 3 || d.Run.LastTries != 2 || d.Run.Source != "s" || d.Version == nil || d.Version.N != 1 || d.Event.ID != run.EventID {
		f.t.Errorf("summary %+v of version %v", d.Run, d.Version)
	}
}

func fencing(f fixture) {
	f.Places.Give(1)
	run := f.run("1")
	for _, wrong := range []gonets.Lease{
		{Node: "other", Epoch: run.Lease.Epoch, Seq: run.Lease.Seq}, {Node: run.Lease.Node, Epoch: run.Lease.Epoch - 1, Seq: run.Lease.Seq},
		{Node: run.Lease.Node, Epoch: run.Lease.Epoch, Seq: run.Lease.Seq + 1}, {},
	} {
		tr := f.transition(run, gonets.RunSucceeded)
		tr.Lease, tr.Answer = wrong, &gonets.Answer{Status: 200}
		fenced, err := f.Finish(f.ctx(), tr)
		f.must(err)
		if !fenced {
			f.t.Errorf("lease %+v was honoured", wrong)
		}
	}
	d := f.detail(run.ID)
	if d.Run.State != gonets.RunRunning || len(d.Results) != 0 || d.Event.Answer != nil {
		f.t.Errorf("a fenced result had effect: %+v", d)
	}
	if len(d.Attempts) != 1 || !d.Attempts[0].Fenced {
		f.t.Errorf("the fenced attempt: %+v", d.Attempts)
	}
	f.finish(run, gonets.RunSucceeded)
	if fenced, err := f.Finish(f.ctx(), f.transition(run, gonets.RunSucceeded)); err != nil || !fenced {
		f.t.Errorf("finished twice: %v %v", fenced, err)
	}
	gone := f.transition(gonets.Run{ID: "gone", Lease: run.Lease}, gonets.RunSucceeded)
	if fenced, err := f.Finish(f.ctx(), gone); err != nil || !fenced {
		f.t.Errorf("a run that is gone: %v %v", fenced, err)
	}
}

func keepLease(f fixture) {
	f.Places.Give(1)
	run := f.run("1")
	tr := f.transition(run, gonets.RunRunning)
	tr.KeepLease, tr.Cursor, tr.Lane, tr.Mark = true, "next", "http://other", gonets.MarkMissing
	tr.Results = []gonets.StepResult{{Path: "a", State: gonets.StepDone, Value: json.RawMessage(`{"n":1.10}`), FinishedAt: 5}}
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	got := f.wantState(run.ID, gonets.RunRunning)
	if got.Lease != run.Lease || got.Cursor != "next" || got.Lane != "http://other" || got.Mark != gonets.MarkMissing || got.Tries != 1 || got.Attempts != 1 {
		f.t.Errorf("%+v", got)
	}
	tr = f.transition(got, gonets.RunWaiting)
	tr.Mark = ""
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)
	got = f.wantState(run.ID, gonets.RunWaiting)
	if got.Lease.Held() || !got.DueAt.Equal(tr.DueAt) || got.Mark != gonets.MarkMissing || got.Lease.Seq != 1 || got.Lane != "http://other" {
		f.t.Errorf("%+v", got)
	}
	if d := cmp.Diff([]gonets.StepResult{{Path: "a", State: gonets.StepDone, Value: json.RawMessage(`{"n":1.10}`), FinishedAt: 5}},
		f.detail(run.ID).Results); d != "" {
		f.t.Error(d)
	}
}

func firstAnswerStays(f fixture) {
	f.Places.Give(1)
	acc := f.accept(gonets.Acceptance{Event: f.event("1"), Key: "k", DedupeWindow: time.Hour})[0]
	if a, err := f.Answer(f.ctx(), acc.EventID); err != nil || a != nil {
		f.t.Errorf("before: %v %v", a, err)
	}
	run := acc.Runs[0]
	first := &gonets.Answer{Status: 201, Headers: []gonets.Header{{Name: "A", Value: "b"}}, Body: []byte("one\x00\xff")}
	for _, a := range []*gonets.Answer{first, {Status: 202}} {
		tr := f.transition(run, gonets.RunRunning)
		tr.Attempt, tr.KeepLease, tr.Answer = nil, true, a
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
	}
	got, err := f.Answer(f.ctx(), acc.EventID)
	f.must(err)
	dup := f.accept(gonets.Acceptance{Event: f.event("1"), Key: "k", DedupeWindow: time.Hour})[0]
	for _, g := range []*gonets.Answer{got, dup.Answer} {
		if d := cmp.Diff(first, g); d != "" {
			f.t.Errorf("-want +got\n%s", d)
		}
	}
	_, err = f.Answer(f.ctx(), "nobody")
	f.wantCode(err, gonets.CodeNotFound)
}

func badFinishAlone(f fixture) {
	f.Places.Give(1000)
	var runs []gonets.Run
	for i := range 40 {
		runs = append(runs, f.run(fmt.Sprint(i)))
	}
	var wg sync.WaitGroup
	for i, run := range runs {
		wg.Go(func() {
			tr := f.transition(run, gonets.RunSucceeded)
			if i%4 == 0 { // nothing can be tried less than never
				tr.Tries = -1
			}
			_, err := f.Finish(f.ctx(), tr)
			if (err != nil) != (i%4 == 0) {
				f.t.Errorf("transition %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i, run := range runs {
		d := f.detail(run.ID)
		want := gonets.RunSucceeded
		if i%4 == 0 {
			want = gonets.RunRunning
		}
		if d.Run.State != want || (len(d.Attempts) == 1) != (want == gonets.RunSucceeded) {
			f.t.Errorf("run %d is %s with %d attempts, want %s", i, d.Run.State, len(d.Attempts), want)
		}
	}
}

func release(f fixture) {
	f.Places.Give(2)
	a, b := f.run("1"), f.run("2")
	stale := b
	stale.Lease.Seq++
	f.must(f.Release(f.ctx(), []gonets.Run{a, stale}))
	got := f.wantState(a.ID, gonets.RunQueued)
	if got.Lease.Held() || got.Tries != 0 || !got.StepAt.Equal(a.StepAt) {
		f.t.Errorf("released: %+v", got)
	}
	f.wantState(b.ID, gonets.RunRunning)
	jobs := f.claim(crm, 10)
	if len(jobs) != 1 || jobs[0].Run.ID != a.ID || jobs[0].Run.Lease.Seq != 2 {
		f.t.Errorf("claimed %+v", jobs)
	}
	if fenced, err := f.Finish(f.ctx(), f.transition(a, gonets.RunSucceeded)); err != nil || !fenced {
		f.t.Errorf("the old lease still works: %v %v", fenced, err)
	}
}

func claimOrder(f fixture) {
	f.Places.Give(3)
	late, soon := f.run("late"), f.run("soon")
	for run, wait := range map[*gonets.Run]time.Duration{&late: time.Hour, &soon: time.Minute} {
		tr := f.transition(*run, gonets.RunWaiting)
		tr.DueAt = f.Clock.Now().Add(wait)
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
	}
	other := f.run("other")
	tr := f.transition(other, gonets.RunQueued)
	tr.Lane = "elsewhere"
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	f.Clock.Advance(time.Minute - time.Millisecond)
	if jobs := f.claim(crm, 10); len(jobs) != 0 {
		f.t.Errorf("claimed %d runs before their time", len(jobs))
	}
	f.Clock.Advance(time.Hour)
	var got []string
	for range 3 {
		for _, j := range f.claim(crm, 1) {
			got = append(got, j.Run.ID)
		}
	}
	if !slices.Equal(got, []string{soon.ID, late.ID}) {
		f.t.Errorf("claimed %v, want %v", got, []string{soon.ID, late.ID})
	}
}

func claimOnce(f fixture) {
	want := map[string]bool{}
	for i := range 120 {
		want[f.run(fmt.Sprint(i)).ID] = true
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				jobs, err := f.Claim(f.ctx(), gonets.Claim{Lane: crm, Limit: 7, Node: f.Node(), Epoch: f.Epoch(), Now: f.Clock.Now()})
				if err != nil {
					f.t.Error(err)
				}
				mu.Lock()
				for _, j := range jobs {
					if !want[j.Run.ID] {
						f.t.Errorf("%s was claimed twice", j.Run.ID)
					}
					delete(want, j.Run.ID)
				}
				mu.Unlock()
				if len(jobs) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	if len(want) > 0 {
		f.t.Errorf("%d runs were not claimed", len(want))
	}
}

func claimedJob(f fixture) {
	f.Places.Give(1)
	run := f.run(body(10_000))
	now := f.Clock.Now()
	tr := f.transition(run, gonets.RunQueued)
	tr.Attempt.Exchange = gonets.Exchange{Outcome: gonets.OutcomeOK, Method: "GET", URL: "u", Status: 200, ReplyBody: []byte(body(9_000))}
	tr.Results = []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: now.UnixMilli()},
		{Path: "a_later", State: gonets.StepDone, Value: json.RawMessage(`{}`), FinishedAt: now.UnixMilli() + 1}}
	tr.StepAt = time.Time{}
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	f.Clock.Advance(time.Second)
	jobs := f.claim(crm, 10)
	if len(jobs) != 1 {
		f.t.Fatalf("%d jobs", len(jobs))
	}
	j := jobs[0]
	if string(j.Event.Body) != body(10_000) || j.Replies[1] == nil || string(j.Replies[1].ReplyBody) != body(9_000) {
		f.t.Error("the job has not the event or the reply")
	}
	if d := cmp.Diff(tr.Results, j.Results); d != "" {
		f.t.Error(d)
	}
	if want := f.Clock.Now(); j.Run.State != gonets.RunRunning || !j.Run.StepAt.Equal(want) || j.Run.Lease.Seq != 2 {
		f.t.Errorf("%+v", j.Run)
	}
}

func backlog(f fixture) {
	f.Places.Give(100)
	now := f.Clock.Now()
	var want []gonets.LaneBacklog
	for _, lane := range []string{"a", "b", "c"} {
		for i := range 3 {
			tr := f.transition(f.run(lane), gonets.RunWaiting)
			tr.Lane, tr.DueAt = lane, now.Add(time.Duration(len(want)+i+1)*time.Second)
			_, err := f.Finish(f.ctx(), tr)
			f.must(err)
		}
		want = append(want, gonets.LaneBacklog{Lane: lane, NextDue: now.Add(time.Duration(len(want)+1) * time.Second),
			Scenarios: []string{"x"}})
	}
	f.run("leased runs are no backlog")
	got, err := f.Backlog(f.ctx())
	f.must(err)
	if d := cmp.Diff(want, got); d != "" {
		f.t.Errorf("-want +got\n%s", d)
	}
}

func orderKeys(f fixture) {
	f.Places.Give(100)
	make := func(key string) gonets.Run {
		e := f.event("x")
		e.OrderKey = key
		return f.accept(gonets.Acceptance{Event: e})[0].Runs[0]
	}
	first, second, third, other := make("o\xff"), make("o\xff"), make("o\xff"), make("p")
	if !first.Lease.Held() || second.Lease.Held() || third.Lease.Held() || !other.Lease.Held() || f.Places.Taken() != 2 {
		f.t.Fatalf("leased: %v %v %v %v, %d places out", first.Lease, second.Lease, third.Lease, other.Lease, f.Places.Taken())
	}
	if jobs := f.claim(crm, 10); len(jobs) > 0 {
		f.t.Fatal("claimed while an older one is unfinished")
	}
	f.finish(first, gonets.RunPaused)
	if jobs := f.claim(crm, 10); len(jobs) > 0 {
		f.t.Fatal("claimed while an older one waits for a person")
	}
	_, err := f.Act(f.ctx(), gonets.Action{RunID: first.ID, Kind: gonets.ActionCancel})
	f.must(err)
	for _, want := range []gonets.Run{second, third} {
		jobs := f.claim(crm, 10)
		if len(jobs) != 1 || jobs[0].Run.ID != want.ID {
			f.t.Fatalf("claimed %d, want the next in order", len(jobs))
		}
		f.finish(jobs[0].Run, gonets.RunSucceeded)
	}
}
