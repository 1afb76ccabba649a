package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/document"
	"gonets/internal/id"
)

// paused makes runs that wait for a person.
func (f fixture) paused(n int) (ids []string) {
	f.t.Helper()
	f.Places.Give(n)
	for i := range n {
		run := f.run(fmt.Sprint("paused ", i))
		f.finish(run, gonets.RunPaused)
		ids = append(ids, run.ID)
	}
	f.Places.Give(0)
	f.Clock.Advance(time.Second)
	return ids
}

// bulk keeps a job over the paused runs and takes it.
func (f fixture) bulk(j bulk.Job) *bulk.Job {
	f.t.Helper()
	j.ID, j.By, j.CreatedAt = id.New(), "owner", f.Clock.Now()
	if j.Filter.States == nil {
		j.Filter.States = []gonets.RunState{gonets.RunPaused}
	}
	j.Filter.Until = f.Clock.Now()
	_, err := f.CreateBulk(f.ctx(), j, "")
	f.must(err)
	return f.takeBulk("me")
}

// takeBulk is the one running job as an owner has it; nil when it is another's.
func (f fixture) takeBulk(owner string) *bulk.Job {
	f.t.Helper()
	now := f.Clock.Now()
	jobs, err := f.TakeBulks(f.ctx(), bulk.Owner{Name: owner, Until: now.Add(15 * time.Second)}, now.Add(5*time.Second))
	f.must(err)
	if len(jobs) == 0 {
		return nil
	}
	return &jobs[0]
}

// page is the job's next page.
func (f fixture) page(j *bulk.Job, size int) bulk.Step {
	f.t.Helper()
	filter := j.Filter
	filter.Ascending, filter.Page = true, gonets.Page{Cursor: j.Position, Limit: size}
	l, err := f.Runs(f.ctx(), filter)
	f.must(err)
	s := bulk.Step{Job: j, Next: l.Next, Last: l.Next == ""}
	for i := range l.Items {
		s.Runs = append(s.Runs, l.Items[i].ID)
	}
	return s
}

func (f fixture) step(s bulk.Step) (*bulk.Job, []string) {
	f.t.Helper()
	done, err := f.StepBulk(f.ctx(), s)
	f.must(err)
	return done.Job, done.Acted
}

func bulkPage(f fixture) {
	ids := f.paused(5)
	late := f.Clock.Now()
	j := f.bulk(bulk.Job{Action: gonets.ActionResume, Total: 5})
	f.paused(1) // after the job was made
	// Somebody was quicker with one of them.
	_, err := f.Act(f.ctx(), gonets.Action{RunID: ids[1], Kind: gonets.ActionCancel})
	f.must(err)
	first := f.page(j, 3)
	first.Runs = append(first.Runs, ids[1])
	after, acted := f.step(first)
	if len(acted) != 3 || after.Acted != 3 || after.Refusals[gonets.CodeRunState] != 1 || after.First != ids[0] || after.Working() != 3 {
		f.t.Fatalf("the first page: %v %+v", acted, after)
	}
	// The same page again, as after an answer that was lost, does nothing.
	if again, acted := f.step(first); again != nil || acted != nil {
		f.t.Fatalf("a page was done twice: %v", acted)
	}
	f.Opened = f.Reopen(f.t)
	j = f.takeBulk("me")
	if j.Acted != 3 || j.Position != after.Position {
		f.t.Fatalf("after a death: %+v", j)
	}
	for !j.Walked {
		if j, _ = f.step(f.page(j, 3)); j == nil {
			f.t.Fatal("the job is lost")
		}
	}
	if j.Acted != 4 || j.State != bulk.Running {
		f.t.Errorf("all pages: %+v", j)
	}
	f.wantState(ids[4], gonets.RunQueued)
	if n := f.count(gonets.RunFilter{States: []gonets.RunState{gonets.RunPaused}, Since: late}); n != 1 {
		f.t.Errorf("the run that came later was met; %d are left", n)
	}
}

// bulkText looks at what is kept of a job that looks for a text: what did not carry it
// is no part of it.
func bulkText(f fixture) {
	ids := f.paused(5)
	j := f.bulk(bulk.Job{Action: gonets.ActionCancel, Total: 5, Filter: gonets.RunFilter{Text: "Анна"}})
	if j.Filter.Text != "Анна" || !j.AtMost() {
		f.t.Fatalf("%+v", j)
	}
	first := bulk.Step{Job: j, Runs: ids[:1], Missed: 1, Unread: 1, Next: "here"}
	j, acted := f.step(first)
	if len(acted) != 1 || j.Total != 4 || j.Acted != 1 || j.Refused != 1 || !j.AtMost() {
		f.t.Fatalf("the first stretch: %v %+v", acted, j)
	}
	if again, _ := f.step(first); again != nil {
		f.t.Fatal("a stretch was counted twice")
	}
	f.Opened = f.Reopen(f.t)
	j = f.takeBulk("me")
	if j.Total != 4 || j.Position != "here" {
		f.t.Fatalf("after a death: %+v", j)
	}
	// A stretch without a run moves it too; one that went on by itself is not met.
	j, _ = f.step(bulk.Step{Job: j, Missed: 1, Last: true})
	if j.Total != 2 || j.State != bulk.Finished || j.AtMost() {
		f.t.Errorf("at its end: %+v", j)
	}
	f.wantState(ids[0], gonets.RunCancelled)
	f.wantState(ids[1], gonets.RunPaused)
}

func bulkOutcomes(f fixture) {
	f.paused(4)
	j := f.bulk(bulk.Job{Action: gonets.ActionResume, Total: 4})
	for !j.Walked {
		j, _ = f.step(f.page(j, 250))
	}
	jobs := f.claim(crm, 10)
	for i, st := range []gonets.RunState{gonets.RunSucceeded, gonets.RunWaiting, gonets.RunPaused} {
		f.finish(jobs[i].Run, st)
	}
	settle := func() bulk.Job {
		_, _, err := f.SettleBulk(f.ctx(), j.ID, bulk.Look{})
		f.must(err)
		got, err := f.Bulk(f.ctx(), j.ID)
		f.must(err)
		return got
	}
	want := bulk.Tally{Acted: 4, Succeeded: 1, Retrying: 1, Paused: 1}
	if got := settle(); got.Tally != want || got.State != bulk.Running {
		f.t.Errorf("%+v", got)
	}
	f.finish(jobs[3].Run, gonets.RunFailed)
	want.Failed = 1
	// Counted once, however often one looks.
	settle()
	if got := settle(); got.Tally != want || got.State != bulk.Finished || got.FinishedAt.IsZero() {
		f.t.Errorf("%+v", got)
	}
	// A retry that ends later is still counted.
	_, err := f.Act(f.ctx(), gonets.Action{RunID: jobs[1].Run.ID, Kind: gonets.ActionSendNow})
	f.must(err)
	settle()
	f.finish(f.claim(crm, 1)[0].Run, gonets.RunSucceeded)
	want.Succeeded, want.Retrying = 2, 0
	if got := settle(); got.Tally != want {
		f.t.Errorf("%+v", got.Tally)
	}
	if ids, err := f.UnsettledBulks(f.ctx()); err != nil || len(ids) > 0 {
		f.t.Errorf("unsettled: %v %v", ids, err)
	}
	f.Clock.Advance(time.Hour)
	f.must(f.PruneBulks(f.ctx(), f.Clock.Now()))
	_, err = f.Bulk(f.ctx(), j.ID)
	f.wantCode(err, gonets.CodeNotFound)
}

func bulkOwners(f fixture) {
	ids := f.paused(20)
	j := f.bulk(bulk.Job{Action: gonets.ActionRerun, Total: 20})
	if other := f.takeBulk("other"); other != nil {
		f.t.Fatal("a job is worked on by two")
	}
	f.Clock.Advance(16 * time.Second)
	other := f.takeBulk("other")
	if other == nil {
		f.t.Fatal("nobody takes the job over")
	}
	// The silent one comes back and works on with what it remembers.
	if after, acted := f.step(f.page(j, 5)); after != nil || acted != nil {
		f.t.Errorf("the old owner made %d runs", len(acted))
	}
	// Many try the same page at once.
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for !other.Walked {
		page, next := f.page(other, 7), (*bulk.Job)(nil)
		for range 4 {
			wg.Go(func() {
				done, err := f.StepBulk(f.ctx(), page)
				mu.Lock()
				defer mu.Unlock()
				if made += len(done.Acted); done.Job != nil {
					next = done.Job
				}
				if err != nil {
					f.t.Error(err)
				}
			})
		}
		wg.Wait()
		other = next
	}
	if n := f.count(gonets.RunFilter{Page: gonets.Page{Limit: 1000}}); made != 20 || n != 40 {
		f.t.Errorf("%d new runs were made, %d runs are there", made, n)
	}
	d := f.detail(ids[3])
	if len(d.Reruns) != 1 || d.Run.State != gonets.RunPaused || f.detail(d.Reruns[0]).RerunOf != ids[3] || f.Places.Taken() != 20 {
		f.t.Errorf("%+v, %d places", d.Reruns, f.Places.Taken())
	}
}

func bulkSteering(f fixture) {
	f.paused(3)
	j := f.bulk(bulk.Job{Action: gonets.ActionCancel, Total: 3, OneFirst: true})
	after, _ := f.step(f.page(j, 1))
	if after.State != bulk.WaitsForYou {
		f.t.Fatalf("after the first one: %s", after.State)
	}
	if f.takeBulk("me") != nil {
		f.t.Error("a job that waits is worked on")
	}
	steer := func(v bulk.Verb, want bulk.State) {
		f.t.Helper()
		for range 2 { // a double click
			got, err := f.SteerBulk(f.ctx(), j.ID, v, "owner")
			f.must(err)
			if got.State != want {
				f.t.Errorf("%s leads to %s", v, got.State)
			}
		}
	}
	steer(bulk.GoOn, bulk.Running)
	j = f.takeBulk("me")
	steer(bulk.Hold, bulk.Paused)
	if after, _ := f.step(f.page(j, 1)); after != nil {
		f.t.Error("a held job works")
	}
	steer(bulk.GoOn, bulk.Running)
	if after, _ = f.step(f.page(f.takeBulk("me"), 1)); after == nil || after.State != bulk.Running || after.Acted != 2 {
		f.t.Errorf("it stopped behind the second one as well: %+v", after)
	}
	steer(bulk.Stop, bulk.Stopped)
	_, err := f.SteerBulk(f.ctx(), j.ID, bulk.GoOn, "owner")
	f.wantCode(err, gonets.CodeConflict)
	if n := f.count(gonets.RunFilter{States: []gonets.RunState{gonets.RunCancelled}}); n != 2 {
		f.t.Errorf("%d are cancelled", n)
	}
	l, err := f.Bulks(f.ctx(), gonets.Page{})
	f.must(err)
	if len(l.Items) != 1 || l.Items[0].State != bulk.Stopped {
		f.t.Errorf("%+v", l)
	}
}

// publishAgain makes version 2 of scenario x with another step, or with the same.
func (f fixture) publishAgain(changed bool) {
	f.t.Helper()
	sc := Scenario("x", "s")
	if sc.Title = "other"; changed {
		sc.Steps[0].HTTP.URL += "mended"
	}
	f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}})
}

func resumeVersions(f fixture) {
	ids := f.paused(8)
	resume := func(id string, version, want int) {
		f.t.Helper()
		run, err := f.Act(f.ctx(), gonets.Action{RunID: id, Kind: gonets.ActionResume, Version: version})
		f.must(err)
		if run.Version != want {
			f.t.Errorf("version %d leads to %d, want %d", version, run.Version, want)
		}
	}
	f.publishAgain(false)
	resume(ids[0], gonets.VersionFit, 1)
	resume(ids[1], gonets.VersionCurrent, 2)
	f.publishAgain(true)
	resume(ids[2], gonets.VersionFit, 3)
	resume(ids[3], gonets.VersionSame, 1)
	resume(ids[4], 2, 2)
	_, err := f.Act(f.ctx(), gonets.Action{RunID: ids[5], Kind: gonets.ActionResume, Version: 9})
	f.wantCode(err, gonets.CodeNotFound)
	f.wantState(ids[5], gonets.RunPaused)
	// Many together find the same.
	j := f.bulk(bulk.Job{Action: gonets.ActionResume, Version: gonets.VersionFit})
	if _, acted := f.step(f.page(j, 250)); len(acted) != 3 {
		f.t.Errorf("%d went on", len(acted))
	}
	if got := f.wantState(ids[7], gonets.RunQueued); got.Version != 3 {
		f.t.Errorf("together: version %d", got.Version)
	}
}

// resumeLost proves that a request is not lost with its step: the run goes on with its
// own version, which has it.
func resumeLost(f fixture) {
	ids := f.paused(4)
	for _, steps := range [][]gonets.Step{
		{{ID: "other", Set: gonets.Rows{}}},
		{{ID: "only", If: "true", Then: Scenario("x", "s").Steps}},
	} {
		sc := Scenario("x", "s")
		sc.Steps = steps
		f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}})
		run, err := f.Act(f.ctx(), gonets.Action{RunID: ids[0], Kind: gonets.ActionResume})
		f.must(err)
		j := f.bulk(bulk.Job{Action: gonets.ActionResume, OneFirst: true}) // waits for a person then
		_, acted := f.step(f.page(j, 1))
		if len(acted) != 1 {
			f.t.Fatalf("%d went on together", len(acted))
		}
		if many := f.detail(acted[0]).Run; run.Version != 1 || many.Version != 1 {
			f.t.Errorf("alone version %d, together %d, want 1", run.Version, many.Version)
		}
		ids = slices.DeleteFunc(ids[1:], func(id string) bool { return id == acted[0] })
	}
}

// renamed publishes steps of scenario x: an id, and behind < the one that it was
// first. The last one stands in the branch of the one before it.
func (f fixture) renamed(ids ...string) {
	f.t.Helper()
	sc := Scenario("x", "s")
	sc.Steps = nil
	for i, text := range ids {
		id, was, _ := strings.Cut(text, "<")
		st := gonets.Step{ID: id, Was: was}
		switch last := len(ids) - 1; i {
		case 0, last:
			st.HTTP = &gonets.HTTPStep{URL: crm + "/"}
		case last - 1:
			st.If = "true"
		default:
			st.Set = gonets.Rows{}
		}
		if i == len(ids)-1 {
			sc.Steps[i-1].Then = []gonets.Step{st}
			break
		}
		sc.Steps = append(sc.Steps, st)
	}
	f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}})
}

// wantDone wants the values of a run's results and the paths of its attempts.
func (f fixture) wantDone(run string, results map[string]string, attempts ...string) gonets.Run {
	f.t.Helper()
	d := f.detail(run)
	got, paths := map[string]string{}, []string{}
	for _, r := range d.Results {
		got[r.Path] = string(r.Value)
	}
	for i := range d.Attempts {
		paths = append(paths, d.Attempts[i].Path)
	}
	if !maps.Equal(got, results) || !slices.Equal(paths, attempts) {
		f.t.Errorf("version %d: results %v, attempts of %v; want %v and %v", d.Run.Version, got, paths, results, attempts)
	}
	return d.Run.Run
}

// resumeRenamed proves that a step is known by the path that it had first: one that
// was done is not done again, and the one that failed is found.
func resumeRenamed(f fixture) {
	f.renamed("deal", "a", "b", "only", "tell")
	f.Places.Give(3)
	var ids []string
	for i := range 3 {
		run := f.run(fmt.Sprint(i))
		ids = append(ids, run.ID)
		tr := f.transition(run, gonets.RunRunning)
		tr.KeepLease, tr.Attempt.Path, tr.Tries = true, "deal", 0
		tr.Results = []gonets.StepResult{{Path: "deal", State: gonets.StepDone, Attempt: 1}, {Path: "a", State: gonets.StepDone, Value: []byte("1")},
			{Path: "b", State: gonets.StepDone, Value: []byte("2")}, {Path: "only", State: gonets.StepDone, Value: []byte("true")}}
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
		tr = f.transition(run, gonets.RunPaused)
		tr.Attempt.N, tr.Attempt.Path, tr.Cursor, tr.Doubts = 2, "only/tell", "only/tell", "only/tell"
		if i == 2 {
			tr.Forget, tr.Cursor = []string{"deal"}, "deal"
			tr.Renewal = &gonets.Renewal{Step: "deal", N: 2, Path: "only/tell", Unsure: 1}
		}
		_, err = f.Finish(f.ctx(), tr)
		f.must(err)
	}
	_, err := f.Act(f.ctx(), gonets.Action{RunID: ids[0], Kind: gonets.ActionRetryPolicy,
		Retry: &gonets.RetryChange{Retry: gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Second)}}}})
	f.must(err)

	f.renamed("order<deal", "c<a", "d<b", "choice<only", "message<tell")
	_, err = f.Act(f.ctx(), gonets.Action{RunID: ids[0], Kind: gonets.ActionResume, Version: gonets.VersionCurrent})
	f.must(err)
	f.Clock.Advance(time.Second)
	j := f.bulk(bulk.Job{Action: gonets.ActionResume, Version: gonets.VersionCurrent})
	if _, acted := f.step(f.page(j, 250)); len(acted) != 2 {
		f.t.Errorf("%d went on together", len(acted))
	}
	done := map[string]string{"order": "", "c": "1", "d": "2", "choice": "true"}
	for _, id := range ids[:2] {
		r := f.wantDone(id, done, "order", "choice/message")
		if r.Version != 3 || r.Cursor != "choice/message" || r.Doubts != "choice/message" {
			f.t.Errorf("version %d stands at %q, doubts %q", r.Version, r.Cursor, r.Doubts)
		}
		if id == ids[0] && (r.Retry == nil || r.Retry.Path != "choice/message" || len(r.Retry.Delays) != 1) {
			f.t.Errorf("the tries that a person set: %+v", r.Retry)
		}
	}
	delete(done, "order")
	r := f.wantDone(ids[2], done, "order", "choice/message")
	if left := r.Renewal; !left.Pending() || left.Step != "order" || left.Path != "choice/message" || left.N != 2 || left.Unsure != 1 || r.Cursor != "order" {
		f.t.Errorf("what is done again: %+v, at %q", left, r.Cursor)
	}

	// Two steps change names; then one is gone, and the other has its name.
	f.Clock.Advance(time.Second)
	for _, next := range []struct {
		steps, attempts []string
		results         map[string]string
	}{
		{[]string{"order<deal", "d<a", "c<b", "choice<only", "message<tell"}, []string{"order", "choice/message"},
			map[string]string{"order": "", "d": "1", "c": "2", "choice": "true"}},
		{[]string{"deal", "c<a", "only", "tell"}, []string{"deal", "only/tell"}, map[string]string{"deal": "", "c": "1", "only": "true"}},
		// A file by hand may lose a first name, or gain one: the step is the same.
		{[]string{"deal<first", "c", "only", "tell"}, []string{"deal", "only/tell"}, map[string]string{"deal": "", "c": "1", "only": "true"}},
	} {
		for _, job := range f.claim(crm, 3) {
			tr := f.transition(job.Run, gonets.RunPaused)
			tr.Attempt, tr.Cursor = nil, job.Run.Cursor
			_, err = f.Finish(f.ctx(), tr)
			f.must(err)
		}
		f.renamed(next.steps...)
		_, err = f.Act(f.ctx(), gonets.Action{RunID: ids[0], Kind: gonets.ActionResume, Version: gonets.VersionCurrent})
		f.must(err)
		if r := f.wantDone(ids[0], next.results, next.attempts...); r.Cursor != next.attempts[1] {
			f.t.Errorf("it stands at %q", r.Cursor)
		}
		f.Clock.Advance(time.Second)
	}
}

// oneBulkForAWish repeats a wish a minute later, when "the last day" is another.
func (f fixture) oneBulkForAWish() {
	f.t.Helper()
	begin := func(key, asked string) (bulk.Job, error) {
		f.Clock.Advance(time.Minute)
		now := f.Clock.Now()
		return f.CreateBulk(f.ctx(), bulk.Job{ID: id.New(), By: "owner", CreatedAt: now, Action: gonets.ActionResume, Asked: asked,
			Filter: gonets.RunFilter{Since: now.Add(-24 * time.Hour), Until: now}, State: bulk.Stopped}, key)
	}
	first, err := begin("day", "after:-24h")
	f.must(err)
	again, err := begin("day", "after:-24h")
	f.must(err)
	if again.ID != first.ID {
		f.t.Error("a repeat made a second mass action")
	}
	_, err = begin("day", "after:-48h")
	f.wantCode(err, gonets.CodeKeyReused)
	for f.takeBulk("me") != nil {
		_, err = f.SteerBulk(f.ctx(), first.ID, bulk.Stop, "owner")
		f.must(err)
	}
}

func wishOnce(f fixture) {
	f.oneBulkForAWish()

	ids := f.paused(2)
	resume := gonets.Action{RunID: ids[0], Kind: gonets.ActionResume, Key: "k", Actor: "owner"}
	var wg sync.WaitGroup
	for range 6 { // a nervous finger
		wg.Go(func() {
			if _, err := f.Act(f.ctx(), resume); err != nil {
				f.t.Error(err)
			}
		})
	}
	wg.Wait()
	if run := f.wantState(ids[0], gonets.RunQueued); run.Lease.Seq != 2 {
		f.t.Errorf("it was resumed %d times", run.Lease.Seq-1)
	}
	other := resume
	other.RunID = ids[1]
	_, err := f.Act(f.ctx(), other)
	f.wantCode(err, gonets.CodeKeyReused)
	// What was refused has taken no key.
	bad := gonets.Action{RunID: ids[1], Kind: gonets.ActionSendNow, Key: "l", Actor: "owner"}
	_, err = f.Act(f.ctx(), bad)
	f.wantCode(err, gonets.CodeRunState)
	bad.Kind = gonets.ActionResume
	_, err = f.Act(f.ctx(), bad)
	f.must(err)

	f.Places.Give(10)
	var mu sync.Mutex
	var made []string
	leased := 0
	for range 6 {
		wg.Go(func() {
			job, err := f.Rerun(f.ctx(), gonets.Rerun{RunID: ids[0], Key: "r", Actor: "owner"})
			mu.Lock()
			defer mu.Unlock()
			if made = append(made, job.Run.ID); job.Run.Lease.Held() {
				leased++
			}
			if err != nil {
				f.t.Error(err)
			}
		})
	}
	wg.Wait()
	if slices.Sort(made); made[0] != made[5] || leased != 1 {
		f.t.Errorf("runs %v, handed over %d times", made, leased)
	}
	// A day later the key is new.
	f.Clock.Advance(25 * time.Hour)
	job, err := f.Rerun(f.ctx(), gonets.Rerun{RunID: ids[0], Key: "r", Actor: "owner"})
	f.must(err)
	if job.Run.ID == made[0] {
		f.t.Error("the key is remembered for ever")
	}
}

func rerunEdited(f fixture) {
	ids := f.paused(1)
	old := f.detail(ids[0])
	edited := func(body, key string) (gonets.Job, error) {
		ev := old.Event
		ev.ID, ev.Body, ev.ReceivedAt = id.New(), []byte(body), f.Clock.Now()
		return f.Rerun(f.ctx(), gonets.Rerun{RunID: ids[0], Event: &ev, Key: key, Actor: "owner"})
	}
	first, err := edited("new", "k")
	f.must(err)
	second, err := edited("new", "")
	f.must(err)
	again, err := edited("new", "k")
	f.must(err)
	_, err = edited("other", "k")
	f.wantCode(err, gonets.CodeKeyReused)
	if first.Run.ID == second.Run.ID || again.Run.ID != first.Run.ID {
		f.t.Errorf("%s, %s, %s", first.Run.ID, second.Run.ID, again.Run.ID)
	}
	d := f.detail(first.Run.ID)
	if string(d.Event.Body) != "new" || d.RerunOf != ids[0] || d.Event.ID == old.Event.ID {
		f.t.Errorf("%+v of %q", d.Run, d.RerunOf)
	}
	if found := f.runs(gonets.RunFilter{Value: "new"}); len(found) != 2 {
		f.t.Errorf("the new runs are found by their values: %v", found)
	}
	now := f.detail(ids[0])
	if string(now.Event.Body) != string(old.Event.Body) || !slices.Equal(now.Reruns, []string{first.Run.ID, second.Run.ID}) {
		f.t.Errorf("the old run: %q, %v", now.Event.Body, now.Reruns)
	}
}

func skipStep(f fixture) {
	ids := f.paused(2)
	run, err := f.Act(f.ctx(), gonets.Action{RunID: ids[0], Kind: gonets.ActionSkip, Value: []byte(`{"id":7}`)})
	f.must(err)
	d := f.detail(ids[0])
	if run.State != gonets.RunQueued || len(d.Results) != 1 || d.Results[0].State != gonets.StepSkipped || string(d.Results[0].Value) != `{"id":7}` {
		f.t.Errorf("%s with %+v", run.State, d.Results)
	}
	_, err = f.Act(f.ctx(), gonets.Action{RunID: ids[0], Kind: gonets.ActionSkip})
	f.wantCode(err, gonets.CodeRunState)
	jobs := f.claim(crm, 10)
	if len(jobs) != 1 || gonets.Next(&d.Version.Scenario, &jobs[0].Run, gonets.NewProgress(jobs[0].Results), f.Clock.Now()).Kind != gonets.NextFinish {
		f.t.Errorf("the run does not go on behind the step: %+v", jobs)
	}
	if len(f.detail(ids[1]).Results) != 0 {
		f.t.Error("another run's step was skipped")
	}
}
