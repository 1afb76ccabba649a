package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gonets"
	"gonets/internal/calendar"
	"gonets/internal/document"
	"gonets/internal/reconciliation"
)

// books counts all days around the clock's.
func (f fixture) books(source string) []reconciliation.Day {
	f.t.Helper()
	now := f.Clock.Now()
	out, err := f.Reconcile(f.ctx(), reconciliation.Question{From: now.AddDate(0, 0, -90).Truncate(24 * time.Hour),
		Until: now.AddDate(0, 0, 2).Truncate(24 * time.Hour), Zone: time.UTC, Source: source})
	f.must(err)
	return out
}

// tellBooks is one line a day, without what is 0.
func tellBooks(days []reconciliation.Day) string {
	var lines []string
	for i := range days {
		d := &days[i]
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s %d", d.At.Format("01-02"), d.Source, d.Received)
		for _, n := range []struct {
			name string
			n    int64
		}{{"repeats", d.Repeats}, {"rejected", d.Rejected}, {"done", d.Done}, {"skipped", d.Skipped}, {"waiting", d.Waiting}, {"held", d.Held},
			{"paused", d.Paused}, {"failed", d.Failed}, {"cancelled", d.Cancelled}, {"unused", d.Unused}, {"expired", d.Expired}, {"missing", d.Missing}} {
			if n.n != 0 {
				fmt.Fprintf(&b, " %s=%d", n.name, n.n)
			}
		}
		if !d.AddsUp() {
			b.WriteString(" !")
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

func (f fixture) wantBooks(when, want string) {
	f.t.Helper()
	want = strings.ReplaceAll(strings.TrimSpace(want), "\t", "")
	if d := cmp.Diff(want, tellBooks(f.books(""))); d != "" {
		f.t.Errorf("%s: %s", when, d)
	}
}

// agrees compares the numbers with the runs that the history lists for them.
func (f fixture) agrees(when string) {
	f.t.Helper()
	days := f.books("")
	for i := range days {
		d := &days[i]
		sum := int64(0)
		for _, n := range []struct {
			want   int64
			states []gonets.RunState
		}{{d.Done, []gonets.RunState{gonets.RunSucceeded}}, {d.Skipped, []gonets.RunState{gonets.RunSkipped}},
			{d.Waiting + d.Held, []gonets.RunState{gonets.RunWaiting, gonets.RunQueued, gonets.RunRunning, gonets.RunHeld}},
			{d.Paused, []gonets.RunState{gonets.RunPaused}}, {d.Failed, []gonets.RunState{gonets.RunFailed}},
			{d.Cancelled, []gonets.RunState{gonets.RunCancelled}}, {d.Received - d.Unused, nil}} {
			ask := gonets.RunFilter{Source: d.Source, States: n.states, ReceivedFrom: d.At, ReceivedUntil: d.At.AddDate(0, 0, 1)}
			got, err := f.CountRuns(f.ctx(), ask)
			f.must(err)
			list, err := f.Runs(f.ctx(), ask)
			f.must(err)
			if int64(got.N) != n.want || int64(len(list.Items)) != n.want {
				f.t.Errorf("%s: %s of %s: %v are counted %d times, %d are found and %d listed", when, d.At.Format("01-02"), d.Source, n.states, n.want, got.N, len(list.Items))
			}
			sum += n.want
		}
		if d.Received > d.Unused && sum == 0 {
			f.t.Errorf("%s: nothing was compared", when)
		}
	}
}

func reconciled(f fixture) {
	f.Places.Give(100)
	first := f.Clock.Now()
	today, tomorrow := first.Format("01-02"), first.AddDate(0, 0, 1).Format("01-02")
	states := []gonets.RunState{gonets.RunSucceeded, gonets.RunSucceeded, gonets.RunSkipped, gonets.RunFailed, gonets.RunPaused, gonets.RunWaiting}
	var runs []gonets.Run
	for i, st := range states {
		run := f.accept(gonets.Acceptance{Event: f.event("x"), Key: fmt.Sprint(i), DedupeWindow: time.Hour})[0].Runs[0]
		f.finish(run, st)
		runs = append(runs, run)
	}
	f.accept(gonets.Acceptance{Event: f.event("x"), Key: "0", DedupeWindow: time.Hour})
	f.accept(gonets.Acceptance{Event: f.event("y"), Key: "0", DedupeWindow: time.Hour, StrictKey: true, BodyHash: [32]byte{1}}) // a mistake, not a repeat
	orphan := f.event("nobody's")
	orphan.Source = "unwatched"
	f.accept(gonets.Acceptance{Event: orphan})
	f.must(f.Signal(f.ctx(), []gonets.Signal{{Kind: gonets.SignalRejected, Cause: gonets.Cause{Source: "s"}, RunID: "1", Runs: 7, At: first, Last: first}}))
	f.Clock.Advance(24 * time.Hour)
	f.run("runs")
	f.wantBooks("two days", tomorrow+` s 1 waiting=1
		`+today+` s 6 repeats=1 rejected=7 done=2 skipped=1 waiting=1 paused=1 failed=1
		`+today+` unwatched 1 unused=1`)

	f.agrees("two days")

	// One more run of an event does not make another event; the worst counts.
	f.apply(document.Apply{Scenarios: []gonets.Scenario{Scenario("y", "s")}})
	acc := f.accept(gonets.Acceptance{Event: f.event("two")})[0]
	f.finish(acc.Runs[0], gonets.RunSucceeded)
	f.finish(acc.Runs[1], gonets.RunFailed)
	job, err := f.Rerun(f.ctx(), gonets.Rerun{RunID: runs[0].ID})
	f.must(err)
	f.act(runs[4].ID, gonets.ActionCancel)
	changed := tomorrow + ` s 2 waiting=1 failed=1
		` + today + ` s 6 repeats=1 rejected=7 done=1 skipped=1 waiting=2 failed=1 cancelled=1
		` + today + ` unwatched 1 unused=1`
	f.wantBooks("after actions", changed)
	f.agrees("after actions")
	f = fixture{f.Reopen(f.t), f.t}
	f.wantBooks("after a death", changed)

	// What retention removes stays counted.
	f.Places.Give(0)
	for _, j := range f.claim(crm, 10) {
		if j.Run.ID == job.Run.ID {
			tr := f.transition(j.Run, gonets.RunSucceeded)
			tr.ReceivedAt = j.Event.ReceivedAt
			_, err := f.Finish(f.ctx(), tr)
			f.must(err)
		}
	}
	f.Clock.Advance(time.Hour)
	before := tellBooks(f.books(""))
	n, err := f.Prune(f.ctx(), f.Clock.Now(), 10_000)
	f.must(err)
	if after := tellBooks(f.books("")); after != before || n < 7 {
		f.t.Errorf("%d removed: %s", n, cmp.Diff(before, after))
	}
	only := f.books("s")
	if whole := f.books(""); len(only) != len(whole)-1 || only[0] != whole[0] {
		f.t.Errorf("%d of %d rows are the source's", len(only), len(whole))
	}
	// A day without its midnight is whole.
	havana, err := time.LoadLocation("America/Havana")
	f.must(err)
	f.Clock.Advance(time.Date(2026, time.March, 8, 4, 30, 0, 0, time.UTC).Sub(f.Clock.Now())) // 23:30 there
	f.accept(gonets.Acceptance{Event: f.event("late")})
	f.Clock.Advance(time.Hour) // 1:30 of the next day
	f.accept(gonets.Acceptance{Event: f.event("early")})
	gap, err := f.Reconcile(f.ctx(), reconciliation.Question{From: calendar.DayStart(2026, time.March, 7, havana), Until: calendar.DayStart(2026, time.March, 9, havana),
		Zone: havana, Source: "s"})
	f.must(err)
	if got := tellBooks(gap); got != "03-08 s 1 waiting=1\n03-07 s 1 waiting=1" {
		f.t.Errorf("around a missing midnight: %s", got)
	}
	// Days are those of the zone.
	east, err := f.Reconcile(f.ctx(), reconciliation.Question{From: first.AddDate(0, 0, -2).Truncate(24 * time.Hour), Until: first.AddDate(0, 0, 3).Truncate(24 * time.Hour),
		Zone: time.FixedZone("east", 5*3600+45*60)})
	f.must(err)
	if got := east[len(east)-1].At; got.Format("15:04 -0700") != "00:00 +0545" {
		f.t.Errorf("a day begins at %s", got)
	}
}

func reconciledLoss(f fixture) {
	if f.Exec == nil {
		f.t.Skip("nothing can be damaged here")
	}
	f.Places.Give(2)
	day := f.Clock.Now().Format("01-02")
	f.run("stays")
	lost := f.run("vanishes")
	f.wantBooks("whole", day+" s 2 waiting=2")
	f.Exec(f.t, `DELETE FROM runs WHERE id = '`+lost.ID+`'`)
	f.wantBooks("one lost", day+" s 2 waiting=1 missing=1 !")
}

// ended is a simple model of what becomes of events: the states of their runs,
// removed ones too: an event stays what it was, whatever is removed of it.
type ended struct {
	f      *fixture
	events map[string]map[string]gonets.RunState
	days   map[string]string
	at     map[string]time.Time
	want   map[string]int64
}

func (l *ended) took(acc gonets.Accepted, at time.Time) {
	day := at.Format("01-02")
	if acc.Duplicate {
		l.want[day+" repeats"]++
		return
	}
	l.want[day+" received"]++
	l.events[acc.EventID], l.days[acc.EventID], l.at[acc.EventID] = map[string]gonets.RunState{}, day, at
	for _, r := range acc.Runs {
		l.events[acc.EventID][r.ID] = r.State
	}
}

func (l *ended) actions() map[string]func(*rapid.T) {
	f := l.f
	pick := func(t *rapid.T, states ...gonets.RunState) gonets.Run {
		list, err := f.Runs(f.ctx(), gonets.RunFilter{States: states, Page: gonets.Page{Limit: gonets.MaxPageSize}})
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Items) == 0 {
			t.Skip("no run")
		}
		return list.Items[rapid.IntRange(0, len(list.Items)-1).Draw(t, "run")].Run
	}
	return map[string]func(*rapid.T){
		"accept": func(t *rapid.T) {
			f.Places.Give(rapid.IntRange(0, 3).Draw(t, "places"))
			var as []gonets.Acceptance
			for range rapid.IntRange(1, 3).Draw(t, "events") {
				key := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "key")
				as = append(as, gonets.Acceptance{Event: f.event("x"), Key: key, DedupeWindow: 2 * time.Hour})
			}
			for i, acc := range f.accept(as...) {
				l.took(acc, as[i].Event.ReceivedAt)
			}
		},
		"finish": func(t *rapid.T) {
			run := pick(t, gonets.RunRunning)
			state := rapid.SampledFrom([]gonets.RunState{gonets.RunSucceeded, gonets.RunSucceeded, gonets.RunWaiting, gonets.RunPaused,
				gonets.RunFailed, gonets.RunSkipped}).Draw(t, "state")
			tr := f.transition(run, state)
			tr.ReceivedAt = l.at[run.EventID]
			for range rapid.IntRange(1, 2).Draw(t, "times") { // the second is fenced, or a repeat
				if _, err := f.Finish(f.ctx(), tr); err != nil {
					t.Fatal(err)
				}
			}
			l.events[run.EventID][run.ID] = state
		},
		"cancel": func(t *rapid.T) {
			run := pick(t, gonets.RunPaused, gonets.RunWaiting, gonets.RunQueued)
			if _, err := f.Act(f.ctx(), gonets.Action{RunID: run.ID, Kind: gonets.ActionCancel}); err != nil {
				t.Fatal(err)
			}
			l.events[run.EventID][run.ID] = gonets.RunCancelled
		},
		"claim": func(t *rapid.T) {
			for _, j := range f.claim(crm, rapid.IntRange(1, 3).Draw(t, "limit")) {
				l.events[j.Run.EventID][j.Run.ID] = gonets.RunRunning
			}
		},
		"rerun": func(t *rapid.T) {
			run := pick(t, gonets.RunFailed, gonets.RunSucceeded, gonets.RunCancelled)
			job, err := f.Rerun(f.ctx(), gonets.Rerun{RunID: run.ID})
			if err != nil {
				t.Fatal(err)
			}
			l.events[run.EventID][job.Run.ID] = job.Run.State
		},
		"wait": func(t *rapid.T) {
			f.Clock.Advance(time.Duration(rapid.IntRange(1, 20).Draw(t, "hours")) * time.Hour)
		},
		"prune": func(t *rapid.T) {
			// One by one: which runs are removed together is for the store to decide.
			for range rapid.IntRange(1, 5).Draw(t, "runs") {
				if _, err := f.Prune(f.ctx(), f.Clock.Now().Add(-6*time.Hour), 1); err != nil {
					t.Fatal(err)
				}
			}
		},
		"": l.check,
	}
}

// worst is the state of an event as it is counted.
func worst(runs map[string]gonets.RunState) string {
	for _, of := range []struct {
		name   string
		states []gonets.RunState
	}{{"paused", []gonets.RunState{gonets.RunPaused}}, {"failed", []gonets.RunState{gonets.RunFailed}},
		{"waiting", []gonets.RunState{gonets.RunQueued, gonets.RunRunning, gonets.RunWaiting}},
		{"cancelled", []gonets.RunState{gonets.RunCancelled}}, {"skipped", []gonets.RunState{gonets.RunSkipped}}} {
		for _, s := range runs {
			if slices.Contains(of.states, s) {
				return of.name
			}
		}
	}
	return "done"
}

func (l *ended) check(t *rapid.T) {
	want := map[string]int64{}
	for k, n := range l.want {
		want[k] = n
	}
	for event, runs := range l.events {
		want[l.days[event]+" "+worst(runs)]++
	}
	got := map[string]int64{}
	for _, d := range l.f.books("s") {
		if !d.AddsUp() {
			t.Fatalf("it does not add up: %s", tellBooks([]reconciliation.Day{d}))
		}
		for name, n := range map[string]int64{"received": d.Received, "repeats": d.Repeats, "done": d.Done, "skipped": d.Skipped,
			"waiting": d.Waiting, "paused": d.Paused, "failed": d.Failed, "cancelled": d.Cancelled} {
			if n != 0 {
				got[d.At.Format("01-02")+" "+name] = n
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func reconciledLife(f fixture) {
	f.apply(document.Apply{Scenarios: []gonets.Scenario{Scenario("y", "s")}})
	l := &ended{f: &f, events: map[string]map[string]gonets.RunState{}, days: map[string]string{}, at: map[string]time.Time{}, want: map[string]int64{}}
	lives := 0
	rapid.Check(f.t, func(t *rapid.T) {
		// One database for all lives; what an earlier one left belongs to the model.
		if lives++; lives > modelLives {
			return
		}
		t.Repeat(l.actions())
	})
}
