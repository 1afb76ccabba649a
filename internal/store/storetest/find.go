package storetest

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

// conditions looks at what only the last attempt or the run's own row knows.
func conditions(f fixture) {
	f.Places.Give(100)
	var x []gonets.Run
	for _, st := range []gonets.RunState{gonets.RunSucceeded, gonets.RunPaused, gonets.RunWaiting} {
		run := f.run("value")
		f.finish(run, st)
		x = append(x, run)
		f.Clock.Advance(time.Minute)
	}
	failures := []string{x[2].ID, x[1].ID}
	// The service was asked whether it had done a request, and was down; later it
	// answered that it had not.
	asked := f.run("asked")
	tr := f.transition(asked, gonets.RunWaiting)
	tr.Attempt.Purpose, tr.Attempt.Status, tr.Doubts, tr.Asked = gonets.PurposeAsk, 503, "send", 1
	_, err := f.Finish(f.ctx(), tr)
	f.must(err)
	known := f.run("known")
	f.finish(known, gonets.RunFailed)
	failures = append([]string{known.ID, asked.ID}, failures...)
	span := func(low, high int) []gonets.StatusSpan { return []gonets.StatusSpan{{Low: low, High: high}} }
	for i, c := range []struct {
		filter gonets.RunFilter
		want   []string
	}{
		{gonets.RunFilter{Statuses: span(500, 599)}, failures},
		{gonets.RunFilter{Statuses: append(span(200, 200), gonets.StatusSpan{Low: 404, High: 404})}, []string{x[0].ID}},
		{gonets.RunFilter{Statuses: span(400, 499)}, nil},
		{gonets.RunFilter{Code: "unknown.*"}, []string{asked.ID}},
		{gonets.RunFilter{Code: "unknown.*", Scenario: "x", States: []gonets.RunState{gonets.RunWaiting, gonets.RunFailed}}, []string{asked.ID}},
		{gonets.RunFilter{Code: "unknown.timeout"}, nil},
		{gonets.RunFilter{Code: "unknown.t*"}, nil},
		{gonets.RunFilter{Statuses: span(500, 500), States: []gonets.RunState{gonets.RunPaused}}, []string{x[1].ID}},
		{gonets.RunFilter{Code: string(gonets.CodeHTTPStatus)}, failures},
		{gonets.RunFilter{Code: "http.*", Value: "value"}, failures[2:]},
		{gonets.RunFilter{Code: "http"}, nil},
		{gonets.RunFilter{Lane: x[0].Lane}, nil},
		{gonets.RunFilter{ID: x[1].ID}, []string{x[1].ID}},
		{gonets.RunFilter{ID: x[1].EventID}, []string{x[1].ID}},
		{gonets.RunFilter{ID: x[1].ID, States: []gonets.RunState{gonets.RunSucceeded}}, nil},
		{gonets.RunFilter{ID: x[1].ID, Value: "value", Scenario: "x"}, []string{x[1].ID}},
		{gonets.RunFilter{ID: x[1].ID, Value: "another"}, nil},
		{gonets.RunFilter{ID: x[1].ID, EventID: x[0].EventID}, nil},
		{gonets.RunFilter{ID: "nobody"}, nil},
	} {
		if c.filter.Lane != "" {
			// A run's lane is that of its next step; where there is none it is empty.
			for _, r := range slices.Backward(append(x, asked, known)) {
				if f.detail(r.ID).Run.Lane == c.filter.Lane {
					c.want = append(c.want, r.ID)
				}
			}
		}
		if d := cmp.Diff(c.want, f.runs(c.filter)); d != "" {
			f.t.Errorf("filter %d: -want +got\n%s", i, d)
		}
		n, err := f.CountRuns(f.ctx(), c.filter)
		if f.must(err); n.N != len(c.want) || n.More {
			f.t.Errorf("filter %d: counted %+v, want %d", i, n, len(c.want))
		}
	}
	_, err = f.Runs(f.ctx(), gonets.RunFilter{Text: "value"})
	f.wantCode(err, gonets.CodeQueryText)
	_, err = f.CountRuns(f.ctx(), gonets.RunFilter{Text: "value"})
	f.wantCode(err, gonets.CodeQueryText)
}

func chart(f fixture) {
	f.Places.Give(100)
	start := f.Clock.Now().Truncate(time.Hour)
	f.Clock.Advance(start.Add(time.Hour).Sub(f.Clock.Now()))
	for _, st := range []gonets.RunState{gonets.RunSucceeded, gonets.RunSucceeded, gonets.RunPaused} {
		f.finish(f.run("a"), st)
	}
	f.Clock.Advance(2 * time.Hour)
	f.finish(f.run("b"), gonets.RunFailed)
	hour := func(n, runs, done, failed int) gonets.RunTally {
		at := start.Add(time.Duration(n) * time.Hour)
		return gonets.RunTally{From: at, Until: at.Add(time.Hour), Runs: runs, Done: done, Failed: failed}
	}
	want := []gonets.RunTally{hour(3, 1, 0, 1), hour(2, 0, 0, 0), hour(1, 3, 2, 1), hour(0, 0, 0, 0)}
	spans := []gonets.RunTally{hour(3, 0, 0, 0), hour(2, 0, 0, 0), hour(1, 0, 0, 0), hour(0, 0, 0, 0)}
	got, err := f.ChartRuns(f.ctx(), gonets.RunFilter{}, spans)
	f.must(err)
	if d := cmp.Diff(want, got); d != "" {
		f.t.Errorf("-want +got\n%s", d)
	}
	got, err = f.ChartRuns(f.ctx(), gonets.RunFilter{States: []gonets.RunState{gonets.RunPaused, gonets.RunFailed}, Until: start.Add(2 * time.Hour)}, spans)
	f.must(err)
	if d := cmp.Diff([]gonets.RunTally{spans[0], spans[1], hour(1, 1, 0, 1), spans[3]}, got); d != "" {
		f.t.Errorf("paused and failed: -want +got\n%s", d)
	}
}

// outlines looks at what tells of runs' last attempts: as much as the whole of them
// tells, without large bodies.
func outlines(f fixture) {
	f.Places.Give(100)
	var runs []gonets.RunSummary
	for _, st := range []gonets.RunState{gonets.RunPaused, gonets.RunSucceeded, gonets.RunWaiting} {
		run := f.run("value")
		tr := f.transition(run, st)
		tr.Attempt.RequestBody, tr.Attempt.ReplyBody = []byte(body(80_000)), []byte(body(80_000))
		tr.Attempt.RequestHeaders = []gonets.Header{{Name: "Authorization", Value: "Bearer " + run.ID}}
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
		runs = append(runs, f.detail(run.ID).Run)
	}
	got, err := f.Outlines(f.ctx(), runs)
	f.must(err)
	for i, d := range got {
		want := f.detail(runs[i].ID)
		want.Results, want.Version = nil, nil
		for j := range want.Attempts {
			want.Attempts[j].RequestBody, want.Attempts[j].ReplyBody = nil, nil
		}
		if diff := cmp.Diff(want, d); diff != "" {
			f.t.Errorf("run %d: -whole +outline\n%s", i, diff)
		}
	}
	if none, err := f.Outlines(f.ctx(), nil); err != nil || len(none) > 0 || len(got) != len(runs) {
		f.t.Errorf("%d outlines of %d runs, of none %v (%v)", len(got), len(runs), none, err)
	}
}

// carriedTogether looks at what runs carried: all of it, of no more runs at once than there is
// room for, and without what lies behind a damaged one.
func carriedTogether(f fixture) {
	f.Places.Give(100)
	var runs []gonets.RunSummary
	add := func(change func(tr *gonets.Transition)) {
		run := f.run(body(6_000))
		if change != nil {
			tr := f.transition(run, gonets.RunPaused)
			change(&tr)
			_, err := f.Finish(f.ctx(), tr)
			f.must(err)
		}
		runs = append(runs, f.detail(run.ID).Run)
	}
	reply := func(n int) func(*gonets.Transition) {
		return func(tr *gonets.Transition) {
			tr.Attempt.RequestBody, tr.Attempt.ReplyBody = []byte("small"), []byte(body(n))
		}
	}
	long := func(tr *gonets.Transition) {
		tr.Attempt.ReplyHeaders = []gonets.Header{{Name: "Long", Value: body(1_500_000)}}
	}
	for _, change := range []func(*gonets.Transition){reply(10), reply(3 << 20), reply(3 << 20), nil, reply(9 << 20), long, long, long} {
		add(change)
	}
	for _, c := range []struct{ from, to, want int }{
		{0, 8, 2}, // a second large reply has no room
		{2, 8, 2}, // nor has one that is larger than all of it
		{4, 8, 1}, // but alone it is read
		{5, 8, 1}, // long headers have no room either
		{7, 8, 1},
		{0, 0, 0},
	} {
		got, err := f.Carried(f.ctx(), runs[c.from:c.to])
		if f.must(err); len(got) != c.want {
			f.t.Errorf("from %d: %d runs, want %d", c.from, len(got), c.want)
		}
		for i, d := range got {
			want := f.detail(runs[c.from+i].ID)
			want.Results, want.Version = nil, nil
			if !cmp.Equal(want, d, cmp.Comparer(bytes.Equal)) { // a difference of such sizes nobody reads
				f.t.Errorf("run %d carried something else than all of it tells", c.from+i)
			}
		}
	}
	if f.Exec == nil {
		return
	}
	f.Exec(f.t, `UPDATE bodies SET data = x'00' WHERE owner = ?`, runs[1].ID)
	got, err := f.Carried(f.ctx(), runs)
	if f.wantCode(err, gonets.CodeInternal); len(got) != 1 || got[0].Run.ID != runs[0].ID {
		f.t.Errorf("%d runs before a damaged one", len(got))
	}
	f.Exec(f.t, `DELETE FROM events WHERE id = ?`, runs[0].EventID)
	if got, err = f.Carried(f.ctx(), runs[:1]); err != nil || len(got) != 1 || got[0].Event.ID != "" || len(got[0].Attempts) != 1 {
		f.t.Errorf("without its event: %+v (%v)", got, err)
	}
}

// carriedKeys proves that a run is found by the key that its requests carried, and
// that a key of another system that looks alike is a value as any other.
func carriedKeys(f fixture) {
	const foreign = "01a201e4-4ea9-7000-a762-672e4e7e57a9-retry"
	f.Places.Give(2)
	ours, theirs := f.run("ours"), f.run(foreign)
	f.finish(ours, gonets.RunPaused)
	trace := strings.ReplaceAll(theirs.ID, "-", "")
	for _, c := range []struct {
		filter gonets.RunFilter
		want   []string
	}{
		{gonets.RunFilter{Value: foreign}, []string{theirs.ID}},
		{gonets.RunFilter{Value: foreign, States: []gonets.RunState{gonets.RunPaused}}, nil},
		{gonets.RunFilter{Value: ours.ID + "-send"}, []string{ours.ID}},
		{gonets.RunFilter{Value: ours.ID + "-send", States: []gonets.RunState{gonets.RunFailed}}, nil},
		{gonets.RunFilter{Value: strings.ToUpper(trace)}, []string{theirs.ID}},
		{gonets.RunFilter{Value: "00-" + trace + "-00f067aa0ba902b7-01", Scenario: "x"}, []string{theirs.ID}},
		{gonets.RunFilter{Value: "00-" + trace + "-00f067aa0ba902b7-01", Scenario: "y"}, nil},
	} {
		n, err := f.CountRuns(f.ctx(), c.filter)
		f.must(err)
		if got := f.runs(c.filter); !slices.Equal(got, c.want) || n.N != len(c.want) {
			f.t.Errorf("%+v: found %v and counted %d, want %v", c.filter, got, n.N, c.want)
		}
	}
}
