package storetest

import (
	"fmt"
	"time"

	"gonets"
	"gonets/internal/news"
)

// whatWasSeen: who sent to a source, whom it refused, how the last letters ended.
func whatWasSeen(f fixture) {
	first := f.Clock.Now()
	byHand, foreign := f.event("1"), f.event("2")
	byHand.Actor = "anna"
	foreign.Source = "another"
	f.accept(gonets.Acceptance{Event: byHand})
	f.accept(gonets.Acceptance{Event: foreign})
	f.Clock.Advance(time.Minute)
	f.accept(gonets.Acceptance{Event: f.event("3")})
	events, err := f.Callers(f.ctx(), "s")
	f.must(err)
	if len(events) != 2 || events[0].Actor != "" || events[0].Remote != "192.0.2.1:5" || !events[0].ReceivedAt.Equal(f.Clock.Now()) || events[1].Actor != "anna" ||
		events[1].ID != byHand.ID || events[1].Source != "s" {
		f.t.Errorf("callers %+v", events)
	}

	refuse := func(source string, n int) {
		f.must(f.Signal(f.ctx(), []gonets.Signal{{Kind: gonets.SignalRejected, Cause: gonets.Cause{Source: source}, RunID: f.Clock.Now().String(), Runs: n, At: f.Clock.Now()}}))
	}
	refuse("s", 2)
	refuse("another", 50)
	f.Clock.Advance(3 * time.Hour)
	refuse("s", 3)
	last := f.Clock.Now()
	for _, c := range []struct {
		source string
		since  time.Time
		n      int64
	}{{"s", first, 5}, {"s", first.Add(time.Hour), 3}, {"s", last.Add(time.Hour), 0}, {"nobody", first, 0}} {
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
	letter(gonets.ChannelMail, news.LetterFailed, "no")
	letter(gonets.ChannelMail, news.LetterSent, "")
	sent := f.Clock.Now()
	letter("ops", news.LetterSent, "")
	letter("ops", news.LetterPending, "away") // it is tried again
	letter("new", news.LetterPending, "")     // nobody knows yet
	letters, err := f.LastLetters(f.ctx())
	f.must(err)
	if got := fmt.Sprintln(len(letters), letters[gonets.ChannelMail].State, letters[gonets.ChannelMail].SentAt.Equal(sent), letters["ops"].State); got != "2 sent true pending\n" {
		f.t.Errorf("letters %s: %+v", got, letters)
	}
}
