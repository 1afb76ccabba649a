package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/erase"
	"gonets/internal/id"
	"gonets/internal/news"
)

// canary is the value that is erased, in the tests' events under its forms.
const canary = "+7 (999) 000-11-22"

// eraser works on jobs of the store when it is told to.
func (f fixture) eraser(name string) *erase.Service {
	return erase.New(erase.Options{Jobs: f, Shelves: f, Forget: func() {}, Owner: name, Clock: f.Clock, Log: slog.New(slog.DiscardHandler),
		MAC: func(text string) []byte {
			sum := sha256.Sum256([]byte(text))
			return sum[:]
		},
		Cancel: func(ctx context.Context, run, actor string) error {
			_, err := f.Act(ctx, gonets.Action{Kind: gonets.ActionCancel, RunID: run, Actor: actor, At: f.Clock.Now()})
			return err
		}})
}

// until works on jobs until one is at a state.
func (f fixture) until(s *erase.Service, job, state string) api.Erasure {
	f.t.Helper()
	for range 1_000 {
		e, err := s.Get(f.ctx(), job)
		f.must(err)
		if e.State == state {
			return e
		}
		s.Turn(f.ctx())
	}
	f.t.Fatalf("the job never was %s", state)
	return api.Erasure{}
}

// carrier makes a finished run whose request and reply hold a text.
func (f fixture) carrier(in, sent, got string) gonets.Run {
	f.t.Helper()
	run := f.run(in)
	tr := f.transition(run, gonets.RunSucceeded)
	tr.Attempt.URL, tr.Attempt.RequestBody, tr.Attempt.ReplyBody = crm+"/?tel="+sent, []byte(sent), []byte(got)
	value, _ := json.Marshal(sent)
	tr.Results = append(tr.Results, gonets.StepResult{Path: "names", State: gonets.StepDone, Value: value, FinishedAt: f.Clock.Now().UnixMilli()})
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	return run
}

// everything is all that the store tells of a run, as text.
func (f fixture) everything(run string) string {
	f.t.Helper()
	d := f.detail(run)
	out := []string{d.Event.Path, d.Event.RawQuery, string(d.Event.Body), string(d.Event.Item)}
	for _, h := range d.Event.Headers {
		out = append(out, h.Value)
	}
	for i := range d.Attempts {
		a := &d.Attempts[i]
		out = append(out, a.URL, a.Error, string(a.RequestBody), string(a.ReplyBody))
	}
	for i := range d.Results {
		out = append(out, string(d.Results[i].Value))
	}
	return strings.Join(out, "\n")
}

// erased: whoever is erased is found in every writing and gone from everything,
// and nothing else is; what was counted stays.
func erased(f fixture) {
	f.Places.Give(20)
	long := body(20_000) // too long for a row
	theirs := []gonets.Run{
		f.carrier(`{"tel":"`+canary+`"}`, "x", "y"),
		f.carrier(long+`\u002b79990001122`, "x", long+"their order"),
		f.carrier("tel=8%20999%20000-11-22", "x", "y"),
		f.carrier("Kzc5OTkwMDAxMTIy", "x", "y"), // base64
	}
	other := f.carrier("79995554433", "mine", long+"mine")
	// Only its reply names the person.
	partly := f.carrier("somebody else", "mine", "see 79990001122")
	first := f.event("two: 79990001122, 79995554433")
	first.Item = []byte(`"79990001122"`)
	second := f.event(string(first.Body))
	second.Item = []byte(`"79995554433"`)
	split := f.accept(gonets.Acceptance{Event: first}, gonets.Acceptance{Event: second})
	for i := range split {
		f.finish(split[i].Runs[0], gonets.RunSucceeded)
	}
	keyed := f.event("a key")
	f.accept(gonets.Acceptance{Event: keyed, Key: "79990001122", DedupeWindow: 24 * time.Hour})
	f.Clock.Advance(time.Second)
	tried := f.event("+79990001122")
	tried.Mark = gonets.MarkCheck
	check := f.check(tried)
	f.must(f.SaveCheck(f.ctx(), check))
	unfinished := f.run("tel 8 999 000 11 22")

	s := f.eraser("me")
	job, err := s.Begin(f.ctx(), "89990001122", "owner")
	f.must(err)
	found := f.until(s, job.ID, "found")
	counts := map[string]int{}
	for _, c := range found.Found {
		counts[c.Kind] = c.Count
	}
	if counts["event"] < len(theirs)+1 || counts["check"] != 1 || counts["key"] != 1 || counts["body"] < 1 || found.Open != 1 || found.Unfinished[0].ID != unfinished.ID {
		f.t.Errorf("found %v, %d not over", counts, found.Open)
	}
	if !strings.Contains(f.everything(theirs[0].ID), "000-11-22") {
		f.t.Fatal("something was erased that nobody confirmed")
	}
	_, err = s.Confirm(f.ctx(), job.ID, "another value", "owner", true)
	f.wantCode(err, gonets.CodeInvalid)
	_, err = s.Confirm(f.ctx(), job.ID, canary, "owner", false)
	f.wantCode(err, gonets.CodeRunState)
	_, err = s.Confirm(f.ctx(), job.ID, canary, "owner", true)
	f.must(err)
	s.Turn(f.ctx())

	// Its server dies; another one takes the job over.
	opened := f.Reopen(f.t)
	f.Opened = opened
	f.Clock.Advance(time.Minute)
	s = f.eraser("other")
	done := f.until(s, job.ID, "finished")
	if done.Left != 0 {
		f.t.Errorf("%d finds were left", done.Left)
	}
	needle := erase.NewNeedle(canary)
	for _, run := range append(theirs, partly, split[0].Runs[0], split[1].Runs[0]) {
		text := f.everything(run.ID)
		if needle.In(erase.Text{Data: []byte(text)}) || strings.Contains(text, "their order") {
			f.t.Errorf("run %s still says %.200q", run.ID, text)
		}
		if f.detail(run.ID).Run.State != gonets.RunSucceeded {
			f.t.Errorf("run %s is not what it was", run.ID)
		}
	}
	for run, want := range map[string]string{other.ID: "79995554433", partly.ID: "somebody else", split[1].Runs[0].ID: `"79995554433"`} {
		if !strings.Contains(f.everything(run), want) {
			f.t.Errorf("%q of another one is gone: %.300q", want, f.everything(run))
		}
	}
	if _, err := f.Check(f.ctx(), check.Run.ID); gonets.CodeOf(err) != gonets.CodeNotFound {
		f.t.Errorf("the check is still there: %v", err)
	}
	if n := f.count(gonets.RunFilter{Value: "79990001122"}); n != 0 {
		f.t.Errorf("%d runs are found by the value", n)
	}
	_, err = f.Rerun(f.ctx(), gonets.Rerun{RunID: theirs[0].ID, Actor: "owner", At: f.Clock.Now()})
	f.wantCode(err, gonets.CodeNotFound)
	if text := f.everything(unfinished.ID); strings.Contains(text, "11 22") || f.detail(unfinished.ID).Run.State != gonets.RunCancelled {
		f.t.Errorf("the run that was not over: %q", text)
	}
	f.erasedTellsNothing(job.ID)
}

// erasedTellsNothing: what is kept of a job that is over is not its value.
func (f fixture) erasedTellsNothing(job string) {
	f.t.Helper()
	again := erase.Job{ID: id.New(), State: erase.Found, Mark: "m", By: "owner", CreatedAt: f.Clock.Now(), Value: "waits"}
	f.must(f.CreateErasure(f.ctx(), again))
	_, err := f.SteerErasure(f.ctx(), again.ID, "owner", func(j *erase.Job) error { return nil })
	f.must(err)
	f.Clock.Advance(25 * time.Hour)
	if j, err := f.TakeErasure(f.ctx(), erase.Owner{Name: "me", Until: f.Clock.Now().Add(time.Minute)}); err != nil || j != nil {
		f.t.Errorf("nothing is to be done: %+v, %v", j, err)
	}
	forgotten, err := f.Erasure(f.ctx(), again.ID)
	f.must(err)
	if forgotten.State != erase.Dropped {
		f.t.Errorf("what nobody confirmed in a day is %s", forgotten.State)
	}
	over, err := f.Erasure(f.ctx(), job)
	f.must(err)
	if over.Place != (erase.Place{}) || over.Value != "" {
		f.t.Errorf("the job tells %+v", over)
	}
}

// erase erases the canary, runs that are not over included.
func (f fixture) erase() {
	f.t.Helper()
	s := f.eraser("me")
	job, err := s.Begin(f.ctx(), canary, "owner")
	f.must(err)
	f.until(s, job.ID, "found")
	_, err = s.Confirm(f.ctx(), job.ID, canary, "owner", true)
	f.must(err)
	f.until(s, job.ID, "finished")
}

// lateTransition is what a server brings of a run that it has lost, with the
// canary in all its parts.
func (f fixture) lateTransition(run gonets.Run, n int) gonets.Transition {
	tr := f.transition(run, gonets.RunSucceeded)
	a := tr.Attempt
	a.N, a.URL, a.Error, a.StatusLine = n, crm+"/tel/79990001122?tel="+canary, "no "+canary, "200 "+canary
	a.RequestHeaders = []gonets.Header{{Name: "X-Tel", Value: canary}}
	a.ReplyHeaders, a.Hops = a.RequestHeaders, []gonets.Hop{{Status: 302, URL: crm + "/?tel=79990001122"}}
	a.RequestBody, a.ReplyBody = []byte(canary), []byte(body(20_000)+canary)
	tr.Results = append(tr.Results, gonets.StepResult{Path: "names", State: gonets.StepDone, Value: []byte(`"` + canary + `"`), FinishedAt: 1})
	tr.Answer = &gonets.Answer{Status: 200, Body: []byte(canary)}
	return tr
}

// erasedLate: what a server brings of an erased person after the erasing is not
// kept, whatever it had in its memory.
func erasedLate(f fixture) {
	f.Places.Give(20)
	inFlight := f.run(canary)
	asked := f.run("an id") // only its first reply named the person
	tr := f.transition(asked, gonets.RunRunning)
	tr.KeepLease, tr.Attempt.ReplyBody = true, []byte(canary)
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	lost := f.run("tel " + canary)
	opened := f.Reopen(f.t) // a death: its attempt is unknown
	f.Opened = opened
	f.Places.Give(20)
	_, err = f.Rescue(f.ctx(), gonets.Death{})
	f.must(err)
	f.erase()

	needle := erase.NewNeedle(canary)
	for name, c := range map[string]struct {
		run gonets.Run
		n   int
	}{"in flight": {inFlight, 1}, "in flight, of a step that comes": {inFlight, 2}, "after a reply that was erased": {asked, 2}, "unknown before": {lost, 1}} {
		fenced, err := f.Finish(f.ctx(), f.lateTransition(c.run, c.n))
		f.must(err)
		d := f.detail(c.run.ID)
		if text := f.everything(c.run.ID); needle.In(erase.Text{Data: []byte(text)}) {
			f.t.Errorf("%s: what came late says %.300q", name, text)
		}
		a := d.Attempts[c.n-1]
		if a.Hops != nil || a.RequestHeaders != nil || a.ReplyHeaders != nil || !a.Erased || a.Kept() || a.StatusLine != "200" || strings.Contains(a.URL, "tel") {
			f.t.Errorf("%s: %+v", name, a)
		}
		if !fenced || a.N != c.n || !a.Fenced || a.Outcome != gonets.OutcomeOK || a.Status != 200 || !strings.HasPrefix(a.URL, crm) || d.Event.Answer != nil {
			f.t.Errorf("%s: what was done is not told: %+v", name, a)
		}
	}

	// What begins afterwards is kept whole, late or not.
	f.Clock.Advance(time.Hour)
	f.Places.Give(20)
	anew := f.run("somebody else")
	_, err = f.Act(f.ctx(), gonets.Action{Kind: gonets.ActionCancel, RunID: anew.ID, Actor: "owner", At: f.Clock.Now()})
	f.must(err)
	fenced, err := f.Finish(f.ctx(), f.lateTransition(anew, 1))
	f.must(err)
	if text := f.everything(anew.ID); !fenced || !strings.Contains(text, canary) {
		f.t.Errorf("a run of after the erasing: %v %.200q", fenced, text)
	}
}

// erasedLateChecks: neither are checks and examples that somebody made meanwhile of
// what was erased.
func erasedLateChecks(f fixture) {
	theirs, other := f.event(canary), f.event("somebody else")
	f.accept(gonets.Acceptance{Event: theirs}, gonets.Acceptance{Event: other})
	first, second := f.check(theirs), f.check(other)
	f.erase()
	f.wantCode(f.SaveCheck(f.ctx(), first), gonets.CodeNotFound)
	f.must(f.SaveCheck(f.ctx(), second))
	if _, err := f.Check(f.ctx(), first.Run.ID); gonets.CodeOf(err) != gonets.CodeNotFound {
		f.t.Errorf("the check of what was erased was kept: %v", err)
	}
	now := f.Clock.Now()
	f.wantCode(f.SaveExample(f.ctx(), gonets.Example{Scenario: "x", EventID: theirs.ID, Attempt: first.Attempts[0], SavedAt: now}), gonets.CodeNotFound)
	f.must(f.SaveExample(f.ctx(), gonets.Example{Scenario: "x", EventID: other.ID, Attempt: second.Attempts[0], SavedAt: now}))
	if kept, err := f.Examples(f.ctx(), "x"); err != nil || len(kept) != 1 {
		f.t.Errorf("%+v, %v", kept, err)
	}
}

// erasedKeys: a key that is erased still recognises repeats, and nobody can read it.
func erasedKeys(f fixture) {
	f.Places.Give(20)
	accept := func(source, key string, strict bool) gonets.Accepted {
		ev := f.event("a body")
		ev.Source = source
		return f.accept(gonets.Acceptance{Event: ev, Key: key, DedupeWindow: 24 * time.Hour, StrictKey: strict, BodyHash: [32]byte{byte(f.Clock.Now().Unix())}})[0]
	}
	first := accept("s", "79990001122", false)
	other := accept("s", "79995554433", false)
	f.finish(first.Runs[0], gonets.RunSucceeded)
	f.finish(other.Runs[0], gonets.RunSucceeded)
	f.Clock.Advance(time.Second)
	f.erase()
	left, err := f.LookErasure(f.ctx(), "none", erase.Place{Shelf: f.shelfOf(erase.KindKey)})
	f.must(err)
	for _, item := range left.Items {
		for _, text := range item.Texts {
			if erase.NewNeedle(canary).In(text) {
				f.t.Errorf("the key is still there: %q", text.Data)
			}
		}
	}
	if len(left.Items) != 2 {
		f.t.Errorf("%d keys are kept, want 2", len(left.Items))
	}
	for _, strict := range []bool{false, true} {
		if got := accept("s", "79990001122", strict); got.EventID != first.EventID || !got.Duplicate || got.Conflict || len(got.Runs) > 0 {
			f.t.Errorf("a repeat of an erased event: %+v, want one of %s", got, first.EventID)
		}
	}
	if got := accept("s", "79995554433", false); got.EventID != other.EventID || !got.Duplicate {
		f.t.Errorf("a repeat of another one: %+v", got)
	}
	if got := accept("other", "79990001122", false); got.Duplicate {
		f.t.Errorf("another source's: %+v", got)
	}
	// When its time is over it is free, and keys are as they were.
	f.Clock.Advance(24 * time.Hour)
	again := accept("s", "79990001122", false)
	if again.Duplicate || len(again.Runs) != 1 {
		f.t.Errorf("after its window: %+v", again)
	}
	f.Clock.Advance(23 * time.Hour)
	if got := accept("s", "79990001122", false); got.EventID != again.EventID || !got.Duplicate {
		f.t.Errorf("a repeat of the new one: %+v", got)
	}
	f.finish(again.Runs[0], gonets.RunSucceeded)
	f.erase()
	if got := accept("s", "79990001122", false); got.EventID != again.EventID || !got.Duplicate {
		f.t.Errorf("a repeat of the new one that was erased: %+v", got)
	}
}

// erasedFields: a name that a sender took for a field's is gone from what was
// learned and told of fields, and other sources' stay.
func erasedFields(f fixture) {
	now := f.Clock.Now()
	path := func(name string) string {
		return `{"changes":[{"kind":"missing","path":"event.body[\"` + name + `\"]","since":1}]}`
	}
	cause := func(source string) gonets.Cause { return gonets.Cause{Source: source, Code: gonets.CodeFieldDrift} }
	names := map[string]string{"theirs": canary, "told": canary, "other": "somebody else"}
	var signals []gonets.Signal
	for source, name := range names {
		sheet := news.Sheet{Source: source, SeenAt: now, Profile: []byte(`{"fields":{"event.body[\"` + name + `\"]":{"of":1}}}`), Changes: []byte(`[]`)}
		if source == "told" {
			sheet.Profile = []byte(`{}`) // it was forgotten since
		}
		kept, err := f.KeepSheet(f.ctx(), &sheet)
		if f.must(err); !kept {
			f.t.Fatalf("the sheet of %s was not kept", source)
		}
		signals = append(signals, gonets.Signal{Kind: gonets.SignalFailed, Cause: cause(source), Path: path(name), At: now})
	}
	f.must(f.Signal(f.ctx(), slices.Clone(signals)))
	_, err := f.AlertRound(f.ctx(), func(r *news.Round) {
		for i := range r.Signals {
			s := &r.Signals[i]
			r.Troubles[s.TroubleID()] = &news.Trouble{ID: s.TroubleID(), Cause: s.Cause, OpenedAt: now, FailedAt: now, Path: s.Path}
			r.Notices = append(r.Notices, &news.Notice{Trouble: s.TroubleID(), Kind: news.NoticeDrift, Cause: s.Cause, Path: s.Path, At: now, DueAt: now.Add(time.Hour)})
		}
	})
	f.must(err)
	f.must(f.Signal(f.ctx(), slices.Clone(signals))) // these wait
	f.run(`{"` + canary + `":1}`)
	var stale []news.Sheet
	for _, source := range []string{"theirs", "s"} { // of s nothing was kept yet
		sheet, err := f.Sheet(f.ctx(), source)
		f.must(err)
		sheet.Profile, sheet.Changes = []byte(path(canary)), []byte(`[]`)
		stale = append(stale, sheet)
	}
	f.erase()
	// One server learns anew; another one had read what was there before.
	fresh, err := f.Sheet(f.ctx(), "theirs")
	f.must(err)
	if !fresh.SeenAt.IsZero() || len(fresh.Profile)+len(fresh.Changes) > 0 {
		f.t.Errorf("learned of nothing: %+v", fresh)
	}
	fresh.Profile, fresh.Changes = []byte{}, []byte{}
	if kept, err := f.KeepSheet(f.ctx(), &fresh); err != nil || !kept {
		f.t.Errorf("what was learned anew: kept %v, %v", kept, err)
	}
	for i := range stale {
		if kept, err := f.KeepSheet(f.ctx(), &stale[i]); err != nil || kept {
			f.t.Errorf("what was read of %s before the erasing was kept: %v, %v", stale[i].Source, kept, err)
		}
	}

	for source := range names {
		sheet, err := f.Sheet(f.ctx(), source)
		f.must(err)
		if gone := len(sheet.Profile) == 0; gone != (source == "theirs") {
			f.t.Errorf("%s: what was learned is %s", source, sheet.Profile)
		}
	}
	known, err := f.Conditions(f.ctx())
	f.must(err)
	told, err := f.Notices(f.ctx(), gonets.Page{})
	f.must(err)
	waiting := f.take()
	// Of fields that are learned anew nobody knows whether they are as before.
	if len(known) != 2 || len(told.Items) != 3 || len(waiting) != 3 {
		f.t.Fatalf("%d conditions, %d notices, %d signals", len(known), len(told.Items), len(waiting))
	}
	says := func(what, source, got string) {
		f.t.Helper()
		want := ""
		if source == "other" {
			want = path("somebody else")
		}
		if got != want {
			f.t.Errorf("the %s of %s says %q", what, source, got)
		}
	}
	for i := range known {
		says("trouble", known[i].Source, known[i].Path)
	}
	for i := range told.Items {
		says("notice", told.Items[i].Source, told.Items[i].Path)
		says("signal", waiting[i].Source, waiting[i].Path)
	}
}

// mentioned: a scenario is named of which a published version holds the value, and
// never very many of them are in memory at once.
func mentioned(f fixture) {
	const versions, most = 50, 20
	for i := range versions {
		sc := Scenario("mentions", "s")
		if sc.Title = "x"; i == 1 {
			sc.Title = canary
		}
		sc.Steps[0].Title = strings.Repeat("i", i+1)
		f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}})
	}
	s := f.eraser("me")
	job, err := s.Begin(f.ctx(), canary, "owner")
	f.must(err)
	if found := f.until(s, job.ID, "found"); !slices.Contains(found.Mentions, "scenario/mentions") {
		f.t.Errorf("named %v", found.Mentions)
	}
	seen := 0
	for at := (erase.Place{}); ; {
		page, err := f.LookErasure(f.ctx(), "none", at)
		f.must(err)
		n := 0
		for _, item := range page.Items {
			if item.ID == "scenario/mentions" {
				n++
			}
		}
		if seen += n; n > most {
			f.t.Errorf("%d versions at once", n)
		}
		if at = page.Next; page.Done {
			break
		}
	}
	if seen <= versions { // the draft, too
		f.t.Errorf("%d versions looked at", seen)
	}
}

// shelfOf is the shelf of a walk on which things of a kind are.
func (f fixture) shelfOf(kind erase.Kind) int {
	f.t.Helper()
	for at := (erase.Place{}); ; {
		page, err := f.LookErasure(f.ctx(), "none", at)
		f.must(err)
		for _, item := range page.Items {
			if item.Kind == kind {
				return at.Shelf
			}
		}
		if at = page.Next; page.Done {
			f.t.Fatalf("there is no %s", kind)
		}
	}
}
