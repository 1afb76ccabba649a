package storetest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/erase"
	"gonets/internal/id"
)

func claimBytes(f fixture) {
	f.Places.Give(1)
	first := f.run("small, with a large reply")
	tr := f.transition(first, gonets.RunQueued)
	tr.Attempt.ReplyBody = []byte(body(30_000))
	tr.Results = []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: 1}}
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	f.Clock.Advance(1e6)
	for range 7 {
		f.run(body(10_000))
	}
	f.Clock.Advance(1e6)
	for _, c := range []struct {
		bytes int64
		want  int
	}{{30_000, 1}, {25_000, 2}, {1, 1}, {0, 4}} {
		jobs, err := f.Claim(f.ctx(), gonets.Claim{Lane: crm, Limit: 10, Node: f.Node(), Epoch: f.Epoch(), Now: f.Clock.Now(), Bytes: c.bytes})
		f.must(err)
		if len(jobs) != c.want {
			f.t.Errorf("%d bytes: %d jobs, want %d", c.bytes, len(jobs), c.want)
		}
		if c.bytes == 30_000 && (len(jobs) == 0 || jobs[0].Run.ID != first.ID) {
			f.t.Error("the one with the reply is not the first")
		}
	}
}

// damages are ways in which the rows of run ? or event ? become unreadable.
var damages = []struct {
	name, sql string
	event     bool
	says      string
	// loose ones need a column that takes values of another type.
	loose bool
}{
	{"the event's body", `UPDATE bodies SET data = x'00' WHERE owner = ?`, true, "body", false},
	{"the event's body is gone", `DELETE FROM bodies WHERE owner = ?`, true, "body", false},
	{"the event's headers", `UPDATE events SET headers = x'ff' WHERE id = ?`, true, "headers", false},
	{"the event's answer", `UPDATE events SET answer = x'7b' WHERE id = ?`, true, "JSON", false},
	{"the event is gone", `DELETE FROM events WHERE id = ?`, true, "event", false},
	{"the reply", `UPDATE bodies SET data = x'00' WHERE owner = ?`, false, "attempt 1", false},
	{"an attempt's details", `UPDATE attempts SET exchange = x'7b' WHERE run = ?`, false, "attempt 1", false},
	{"a number that is text", `UPDATE attempts SET status = 'x' WHERE run = ?`, false, "status", true},
}

func unreadableRuns(f fixture) {
	if f.Exec == nil {
		f.t.Skip("this database cannot be damaged")
	}
	f.Places.Give(2 * len(damages))
	good, bad := map[string]bool{}, map[string]string{}
	for _, d := range damages {
		if d.loose && !f.Loose {
			continue
		}
		for i := range 2 {
			run := f.run(body(6_000))
			tr := f.transition(run, gonets.RunQueued)
			tr.Attempt.ReplyBody, tr.Cursor, tr.Tries = []byte(body(9_000)), "next", 0
			tr.Results = []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: 1},
				{Path: "set", State: gonets.StepDone, Value: json.RawMessage(`{"a":1}`), FinishedAt: 2}}
			_, err := f.Finish(f.ctx(), tr)
			f.must(err)
			if i == 0 {
				good[run.ID] = true
				continue
			}
			at := run.ID
			if d.event {
				at = run.EventID
			}
			bad[run.ID] = d.name
			f.Exec(f.t, d.sql, at)
		}
	}
	for _, j := range f.claim(crm, 100) {
		if !good[j.Run.ID] {
			f.t.Errorf("%s: handed out", bad[j.Run.ID])
		}
		if d, err := f.Run(f.ctx(), j.Run.ID); err != nil || len(d.Unread) > 0 {
			f.t.Errorf("a whole run is told as damaged: %v", err)
		}
		delete(good, j.Run.ID)
	}
	if len(good) > 0 {
		f.t.Errorf("%d good runs were not handed out", len(good))
	}
	for id, name := range bad {
		if d, err := f.Run(f.ctx(), id); err != nil || len(d.Unread) == 0 {
			f.t.Errorf("%s: the run is told as if it were whole: %v", name, err)
		}
		for _, d := range damages {
			if d.name == name {
				f.wantPausedWithReason(id, name, d.says)
			}
		}
	}
	f.wantClaimable("afterwards", 0)
}

// unreadAndUnpaused: while the disk is full nothing is written of a run that cannot be
// read; its lease must not stay with a claimer who never heard of it.
func unreadAndUnpaused(f fixture) {
	if f.Exec == nil {
		f.t.Skip("this database cannot be damaged")
	}
	f.Places.Give(2)
	good, bad := f.run("whole"), f.run(body(6_000))
	f.must(f.Release(f.ctx(), []gonets.Run{good, bad}))
	f.Exec(f.t, `DELETE FROM bodies WHERE owner = ?`, bad.EventID)
	f.Room.Set(true, true)
	f.Room.Cramp()
	jobs, err := f.Claim(f.ctx(), gonets.Claim{Lane: crm, Limit: 10, Node: f.Node(), Epoch: f.Epoch(), Now: f.Clock.Now()})
	f.wantCode(err, gonets.CodeDiskFull)
	if len(jobs) != 2 || jobs[0].Run.ID != good.ID || jobs[0].Unread || jobs[1].Run.ID != bad.ID || !jobs[1].Unread || !jobs[1].Run.Lease.Held() {
		f.t.Fatalf("%+v", jobs)
	}
	f.must(f.Release(f.ctx(), []gonets.Run{jobs[1].Run}))
	f.Room.Set(false, false)
	if jobs := f.claim(crm, 10); len(jobs) != 0 {
		f.t.Errorf("what cannot be read is handed out: %+v", jobs)
	}
	f.wantState(bad.ID, gonets.RunPaused)
}

// sealedCookies: a run whose cookies cannot be opened is paused for that, and keeps what
// else is known of it.
func sealedCookies(f fixture) {
	if f.Exec == nil {
		f.t.Skip("this database cannot be damaged")
	}
	f.Places.Give(1)
	run := f.run("x")
	tr := f.transition(run, gonets.RunQueued)
	tr.Attempt.Cookies, tr.Cursor, tr.Tries = []gonets.Cookie{{URL: crm, Line: "sid=1"}}, "next", 0
	tr.Results = []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 2, FinishedAt: 1}}
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	f.Exec(f.t, `UPDATE attempts SET n = 2 WHERE run = ?`, run.ID) // they are bound to their place
	f.Exec(f.t, `UPDATE runs SET attempts = 2 WHERE id = ?`, run.ID)
	if jobs := f.claim(crm, 1); len(jobs) != 0 {
		f.t.Errorf("it is handed out without them: %+v", jobs)
	}
	d := f.detail(run.ID)
	if d.Run.State != gonets.RunPaused || d.Run.Reason != gonets.CodeCookies || len(d.Attempts) != 2 || !d.Attempts[0].Sealed || d.Attempts[1].Code != gonets.CodeCookies {
		f.t.Errorf("%+v", d)
	}
}

func damagedRows(f fixture) {
	if f.Exec == nil {
		f.t.Skip("this database cannot be damaged")
	}
	job := bulk.Job{ID: id.New(), By: "owner", CreatedAt: f.Clock.Now(), Action: gonets.ActionResume}
	_, err := f.CreateBulk(f.ctx(), job, "")
	f.must(err)
	f.Exec(f.t, `UPDATE bulks SET filter = x'7b' WHERE id = ?`, job.ID)
	jobs, err := f.Bulks(f.ctx(), gonets.Page{})
	if err != nil || len(jobs.Items) != 1 || jobs.Items[0].State != bulk.Paused {
		f.t.Errorf("a mass action of which nobody knows the runs: %v %+v", err, jobs.Items)
	}
	for _, st := range []erase.State{erase.Finished, erase.Looking, erase.Erasing} {
		f.must(f.CreateErasure(f.ctx(), erase.Job{ID: id.New(), State: st, By: "owner", CreatedAt: f.Clock.Now(), Value: "anna"}))
	}
	f.Exec(f.t, `UPDATE erasures SET progress = '{' WHERE id <> ?`, "")
	erasures, err := f.Erasures(f.ctx(), gonets.Page{})
	if err != nil || len(erasures.Items) != 3 || slices.ContainsFunc(erasures.Items, func(j erase.Job) bool { return !j.Damaged }) {
		f.t.Errorf("erasures of which nobody knows how far they were: %v %+v", err, erasures.Items)
	}
	goes, err := f.TakeErasure(f.ctx(), erase.Owner{Name: "me", Until: f.Clock.Now().Add(time.Minute)})
	if err != nil || goes == nil || goes.State != erase.Looking || goes.Value != "anna" {
		f.t.Errorf("one that is not over: %v %+v", err, goes)
	}
	f.confirmedIsAskedAgain(erasures.Items[0].ID, erasures.Items[1].ID)
	tried := f.check(f.event("tried"))
	f.must(f.SaveCheck(f.ctx(), tried))
	f.Exec(f.t, `UPDATE checks SET summary = x'7b' WHERE id = ?`, tried.Run.ID)
	checks, err := f.Checks(f.ctx(), gonets.RunFilter{})
	if err != nil || len(checks.Items) != 1 || checks.Items[0].ID != tried.Run.ID || checks.Items[0].Reason != gonets.CodeDamaged {
		f.t.Errorf("a check that cannot be read: %v %+v", err, checks.Items)
	}
	f.Exec(f.t, `UPDATE sources SET document = '{' WHERE name = ?`, "s")
	sources, err := f.Sources(f.ctx(), gonets.Page{})
	if err != nil || len(sources.Items) != 1 || sources.Items[0].Damage == nil || sources.Items[0].Name != "s" {
		f.t.Errorf("a source that cannot be read: %v %+v", err, sources.Items)
	}
	_, err = f.Source(f.ctx(), "s")
	f.wantCode(err, gonets.CodeDamaged)
}

// unpacked are rows as they were before bodies were packed, of the event ? and
// of the attempts of the run ?.
var unpacked = [...]string{
	`UPDATE events SET body = CAST('{"old":1}' AS BLOB), body_size = 9 WHERE id = ?`,
	`UPDATE attempts SET exchange = NULL, request_line = CAST('PUT http://old/' AS BLOB), request_headers = x'01410162',
		request_size = 3, request_body = x'610062', status_line = CAST('201 Old' AS BLOB), reply_headers = NULL, reply_size = 0,
		reply_body = x'', detail = CAST('{"remote":"192.0.2.9:80","reply_cut":true}' AS BLOB) WHERE run = ?`,
}

// olderRows: what was stored before bodies were packed is read as ever, and
// packed rows beside it.
func olderRows(f fixture) {
	if f.Exec == nil {
		f.t.Skip("rows of this database cannot be changed")
	}
	f.Places.Give(2)
	run := f.run(body(2_000))
	tr := f.transition(run, gonets.RunRunning)
	tr.KeepLease, tr.Cursor = true, "next"
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	f.Exec(f.t, unpacked[0], run.EventID)
	f.Exec(f.t, unpacked[1], run.ID)
	tr = f.transition(f.detail(run.ID).Run.Run, gonets.RunSucceeded)
	tr.Attempt.ReplyBody = []byte(body(2_000))
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)
	d := f.detail(run.ID)
	if string(d.Event.Body) != `{"old":1}` || len(d.Attempts) != 2 {
		f.t.Fatalf("body %q, %d attempts", d.Event.Body, len(d.Attempts))
	}
	old := d.Attempts[0].Exchange
	want := gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, Method: "PUT", URL: "http://old/",
		RequestHeaders: []gonets.Header{{Name: "A", Value: "b"}}, RequestBody: []byte("a\x00b"), Status: 500, StatusLine: "201 Old",
		ReplyBody: []byte{}, ReplyCut: true, Remote: "192.0.2.9:80"}
	if d := cmp.Diff(want, old); d != "" {
		f.t.Errorf("-want +got\n%s", d)
	}
	if string(d.Attempts[1].ReplyBody) != body(2_000) {
		f.t.Errorf("the packed reply beside it: %d bytes", len(d.Attempts[1].ReplyBody))
	}
}

func (f fixture) wantPausedWithReason(id, name, says string) {
	f.t.Helper()
	d := f.detail(id)
	if d.Run.State != gonets.RunPaused || d.Run.Reason != gonets.CodeInternal || d.Run.Lease.Held() || d.Run.Tries != 0 || d.Run.Cursor != "next" {
		f.t.Errorf("%s: %+v", name, d.Run)
	}
	if d.Run.LastOutcome != gonets.OutcomeTemplate || !strings.Contains(d.Run.LastError, says) {
		f.t.Errorf("%s: the reason is %q, want it to say %q", name, d.Run.LastError, says)
	}
	if len(d.Results) != 2 || d.Version == nil {
		f.t.Errorf("%s: what can be read is not shown: %+v", name, d)
	}
	if says != "status" && (len(d.Attempts) != 2 || d.Attempts[1].N != 2 || d.Attempts[1].Charged || d.Attempts[0].Status != 500) {
		f.t.Errorf("%s: the attempts are %+v", name, d.Attempts)
	}
}

// confirmedIsAskedAgain: nobody knows what was confirmed of an erasure that is damaged,
// so it waits for a person, however long, once the other one is over.
func (f fixture) confirmedIsAskedAgain(damaged, other string) {
	f.t.Helper()
	_, err := f.SteerErasure(f.ctx(), other, "owner", func(j *erase.Job) error { j.State = erase.Dropped; return nil })
	f.must(err)
	f.Clock.Advance(25 * time.Hour)
	if taken, err := f.TakeErasure(f.ctx(), erase.Owner{Name: "me", Until: f.Clock.Now().Add(time.Minute)}); err != nil || taken != nil {
		f.t.Errorf("an erasure goes on of which nobody knows what was confirmed: %v %+v", err, taken)
	}
	if j, err := f.Erasure(f.ctx(), damaged); err != nil || j.State != erase.Found {
		f.t.Errorf("it does not wait for a person: %v %+v", err, j)
	}
}
