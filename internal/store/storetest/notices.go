package storetest

import (
	"fmt"
	"slices"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/news"
	"gonets/setting"
)

// take is a round that decides nothing and gives what it saw.
func (f fixture) take() []gonets.Signal {
	f.t.Helper()
	var out []gonets.Signal
	taken, err := f.AlertRound(f.ctx(), func(r *news.Round) { out = r.Signals })
	f.must(err)
	if taken != len(out) {
		f.t.Errorf("%d signals taken, %d seen", taken, len(out))
	}
	return out
}

// failing is a transition that tells of a failure.
func (f fixture) failing(run gonets.Run) gonets.Transition {
	tr := f.transition(run, gonets.RunPaused)
	tr.Signals = []gonets.Signal{{Kind: gonets.SignalEnded, Cause: gonets.Cause{Scenario: "x", Host: "crm.example\xff\x00", Code: gonets.CodeHTTPStatus, Status: 400},
		RunID: run.ID, N: 1, Path: "send", Runs: 1, Ended: 1, At: tr.At}}
	return tr
}

// signalsGoWithTheirCause: what people have to be told is stored if, and only
// if, what it tells of is; and it is given out once.
func signalsGoWithTheirCause(f fixture) {
	f.Places.Give(3)
	good, lost, fine := f.run("good"), f.run("lost"), f.run("fine")
	f.finish(fine, gonets.RunSucceeded)
	if got := f.take(); len(got) > 0 {
		f.t.Errorf("a success is signalled: %+v", got)
	}
	stale := f.failing(lost)
	stale.Lease.Seq--
	if fenced, err := f.Finish(f.ctx(), stale); err != nil || !fenced {
		f.t.Fatalf("fenced %v, %v", fenced, err)
	}
	tr := f.failing(good)
	for range 2 { // the second time finds itself stored
		if fenced, err := f.Finish(f.ctx(), tr); err != nil || fenced {
			f.t.Fatalf("fenced %v, %v", fenced, err)
		}
	}
	got := f.take()
	if len(got) != 1 {
		f.t.Fatalf("%d signals: %+v", len(got), got)
	}
	s, want := got[0], tr.Signals[0]
	if s.Host != want.Host || s.Trouble != want.Cause.ID() || s.RunID != good.ID || s.Runs != 1 || s.Ended != 1 || s.Kind != want.Kind || s.Status != 400 {
		f.t.Errorf("got %+v, want %+v", s, want)
	}
	if again := f.take(); len(again) > 0 {
		f.t.Errorf("given out twice: %+v", again)
	}
}

// lettersAreOneNodesAtATime: a letter is claimed by one, until it is settled or
// the claim is over, and what comes later from an old claim changes nothing.
func lettersAreOneNodesAtATime(f fixture) {
	now := f.Clock.Now()
	if _, err := f.AlertRound(f.ctx(), func(r *news.Round) {
		n := &news.Notice{Trouble: "t", Kind: news.NoticeBadEnd, Cause: gonets.Cause{Scenario: "x"}, At: r.Now, DueAt: r.Now, Runs: 2}
		r.Notices = append(r.Notices, n)
		letter := news.Letter{Channel: setting.ChannelMail, CreatedAt: r.Now, DueAt: r.Now, State: news.LetterPending, Subject: "тема", Text: "текст"}
		other := letter
		other.Channel, other.Text = "ops", "{}"
		r.Bundles = append(r.Bundles, news.Bundle{Notices: []*news.Notice{n}, Letters: []news.Letter{letter, other}})
	}); err != nil {
		f.t.Fatal(err)
	}
	claim := func(want bool) news.Letter {
		f.t.Helper()
		l, err := f.ClaimLetter(f.ctx(), setting.ChannelMail, f.Clock.Now().Add(time.Minute))
		f.must(err)
		if (l != nil) != want {
			f.t.Fatalf("a letter: %+v", l)
		}
		if l == nil {
			return news.Letter{}
		}
		return *l
	}
	first := claim(true)
	if first.Subject != "тема" || first.Text != "текст" || first.Tries != 1 || !first.CreatedAt.Equal(now) {
		f.t.Errorf("letter %+v", first)
	}
	claim(false)
	f.Clock.Advance(2 * time.Minute)
	second := claim(true)
	first.State = news.LetterSent
	f.must(f.SettleLetter(f.ctx(), first))
	second.State, second.LastError, second.DueAt, second.Told = news.LetterPending, "no", f.Clock.Now().Add(time.Hour), []string{"a@b.c"}
	f.must(f.SettleLetter(f.ctx(), second))
	claim(false)
	list, err := f.Notices(f.ctx(), gonets.Page{})
	f.must(err)
	if n := list.Items[0]; len(list.Items) != 1 || n.State != news.LetterPending || n.Tries != 2 || n.LastError != "no" || n.Runs != 2 {
		f.t.Errorf("notices %+v", list.Items)
	}
	f.Clock.Advance(time.Hour)
	if third := claim(true); len(third.Told) != 1 || third.ID != first.ID {
		f.t.Errorf("letter %+v", third)
	}
}

// oldNewsGoes: what is old is removed, what is unsent is given up, and what
// lasts stays.
func oldNewsGoes(f fixture) {
	for i := range 3 {
		f.must1(f.AlertRound(f.ctx(), func(r *news.Round) {
			r.Notices = append(r.Notices, &news.Notice{Trouble: "t", Kind: news.NoticeFirstFailure, At: r.Now, DueAt: r.Now, Runs: i})
		}))
		f.Clock.Advance(time.Hour)
	}
	now := f.Clock.Now()
	f.must(f.PruneAlerts(f.ctx(), now.Add(-90*time.Minute), now.Add(-150*time.Minute)))
	page, err := f.Notices(f.ctx(), gonets.Page{Limit: 1})
	f.must(err)
	rest, err := f.Notices(f.ctx(), gonets.Page{Limit: 1, Cursor: page.Next})
	f.must(err)
	if len(rest.Items) != 1 || rest.Next != "" || page.Items[0].State != news.LetterPending || rest.Items[0].State != news.LetterFailed {
		f.t.Errorf("%+v\n%+v", page, rest)
	}
}

func (f fixture) must1(_ int, err error) {
	f.t.Helper()
	f.must(err)
}

// sheetsOfSources: what is known of fields is kept by whoever read it last, and
// goes with its source.
func sheetsOfSources(f fixture) {
	f.apply(document.Apply{Sources: []gonets.Source{{Name: "leads", Preset: "generic"}}})
	sheet, err := f.Sheet(f.ctx(), "leads")
	f.must(err)
	sheet.Profile, sheet.Changes = []byte(`{"\u0000":1}`), []byte(`[]`)
	for i, want := range []bool{true, false} {
		if kept, err := f.KeepSheet(f.ctx(), &sheet); err != nil || kept != want {
			f.t.Errorf("writer %d: kept %v, %v", i, kept, err)
		}
	}
	sheet, err = f.Sheet(f.ctx(), "leads")
	if f.must(err); sheet.Revision != 1 || string(sheet.Profile) != `{"\u0000":1}` {
		f.t.Errorf("kept %+v", sheet)
	}
	sheet.SeenAt = f.Clock.Now()
	if kept, err := f.AcceptSheet(f.ctx(), &sheet, "anna"); err != nil || !kept {
		f.t.Errorf("accepted %v, %v", kept, err)
	}
	all, err := f.Sheets(f.ctx())
	if f.must(err); !slices.ContainsFunc(all, func(s news.Sheet) bool {
		return s.Source == "leads" && s.Revision == 2 && s.SeenAt.Equal(sheet.SeenAt) && s.LastAt.IsZero()
	}) {
		f.t.Errorf("all: %+v", all)
	}
	f.must(f.DeleteSource(f.ctx(), "leads", "anna"))
	if sheet, err = f.Sheet(f.ctx(), "leads"); err != nil || sheet.Revision != 0 {
		f.t.Errorf("of a source that is gone: %+v, %v", sheet, err)
	}
}

// whatWasSeen: who sent to a source, whom it refused, how the last letters ended.
func whatWasSeen(f fixture) {
	first := f.Clock.Now()
	byHand, foreign := f.event("1"), f.event("2")
	byHand.Actor = "anna"
	foreign.Source = "another"
	f.accept(gonets.Acceptance{Event: byHand})
	f.accept(gonets.Acceptance{Event: foreign})
	f.Clock.Advance(time.Minute)
	came := f.event("3")
	f.accept(gonets.Acceptance{Event: came})
	for i := range 60 { // what is made by hand hides nobody who came before it
		again := f.event(fmt.Sprint("again ", i))
		again.Actor = "anna"
		f.accept(gonets.Acceptance{Event: again})
	}
	events, err := f.Callers(f.ctx(), "s")
	f.must(err)
	if len(events) != 1 || events[0].Remote != "192.0.2.1:5" || !events[0].ReceivedAt.Equal(f.Clock.Now()) || events[0].ID != came.ID || events[0].Source != "s" {
		f.t.Errorf("callers %+v", events)
	}

	refuse := func(source string, n int) {
		f.must(f.Signal(f.ctx(), []gonets.Signal{{Kind: gonets.SignalRejected, Cause: gonets.Cause{Source: source}, RunID: f.Clock.Now().String(), Runs: n, At: f.Clock.Now(), Last: f.Clock.Now()}}))
	}
	refuse("s", 2)
	refuse("another", 50)
	f.Clock.Advance(3 * time.Hour)
	refuse("s", 3)
	last := f.Clock.Now()
	// Those of a quarter of an hour are counted together: of that in which a time lies
	// only the last one is known to be later.
	for _, c := range []struct {
		source string
		since  time.Time
		n      int64
	}{{"s", first, 5}, {"s", first.Add(time.Hour), 3}, {"s", first.Add(2 * time.Minute), 3}, {"s", last.Add(-30 * time.Second), 1}, {"s", last, 1},
		{"s", last.Add(time.Millisecond), 0}, {"s", last.Add(time.Hour), 0}, {"nobody", first, 0}} {
		n, at, err := f.Refused(f.ctx(), c.source, c.since)
		f.must(err)
		if n != c.n || at.IsZero() != (n == 0) || n > 0 && (at.After(last) || last.Sub(at) >= 15*time.Minute) {
			f.t.Errorf("%s since %s: %d, last at %s; want %d, %s", c.source, c.since, n, at, c.n, last)
		}
	}

	letter := func(channel string, state news.LetterState, why string) {
		f.Clock.Advance(time.Minute)
		l := news.Letter{Channel: channel, State: state, LastError: why, Tries: 1, CreatedAt: f.Clock.Now(), DueAt: f.Clock.Now()}
		if state == news.LetterSent {
			l.SentAt = f.Clock.Now()
		}
		f.must(f.NoteTest(f.ctx(), l))
	}
	letter(setting.ChannelMail, news.LetterFailed, "no")
	letter(setting.ChannelMail, news.LetterSent, "")
	sent := f.Clock.Now()
	letter("ops", news.LetterSent, "")
	letter("ops", news.LetterPending, "away") // it is tried again
	letter("new", news.LetterPending, "")     // nobody knows yet
	letters, err := f.LastLetters(f.ctx())
	f.must(err)
	if got := fmt.Sprintln(len(letters), letters[setting.ChannelMail].State, letters[setting.ChannelMail].SentAt.Equal(sent), letters["ops"].State); got != "2 sent true pending\n" {
		f.t.Errorf("letters %s: %+v", got, letters)
	}
}
