package stage

import (
	"context"
	"strconv"
	"sync"
	"time"

	"gonets"
	"gonets/internal/news"
)

// book keeps what people are to be told, in memory: what the database keeps of
// it for a server.
type book struct {
	clock *clock
	// told is called for each letter, in all the channels that it goes by.
	told func(at time.Time, b *news.Bundle)

	sync.Mutex
	signals  []gonets.Signal
	troubles map[string]*news.Trouble
	notices  []*news.Notice
	letters  []time.Time
}

// Signal takes signals up.
func (b *book) Signal(_ context.Context, signals []gonets.Signal) error {
	b.Lock()
	defer b.Unlock()
	b.signals = append(b.signals, signals...)
	return nil
}

// nextLook is when there is something to decide; zero is never.
func (b *book) nextLook() time.Time {
	b.Lock()
	defer b.Unlock()
	if len(b.signals) > 0 {
		return b.clock.Now()
	}
	var at time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, t := range b.troubles {
		sooner(t.LookAt)
	}
	for _, n := range b.notices {
		if n.Waits() {
			sooner(n.DueAt)
		}
	}
	return at
}

// KeepRejected is Signal: no answer is lost here.
func (b *book) KeepRejected(ctx context.Context, _, _ string, signals []gonets.Signal) error {
	return b.Signal(ctx, signals)
}

// AlertsDue tells what there is to do now.
func (b *book) AlertsDue(_ context.Context, now time.Time) (due news.Due, err error) {
	at := b.nextLook()
	yes := !at.IsZero() && !at.After(now)
	return news.Due{Signals: yes, Notices: yes}, nil
}

// AlertRound lets decide draw the conclusions.
func (b *book) AlertRound(_ context.Context, decide func(*news.Round)) (taken int, err error) {
	b.Lock()
	defer b.Unlock()
	r := &news.Round{Now: b.clock.Now(), Signals: b.signals, Troubles: b.troubles}
	for _, n := range b.notices {
		if n.Waits() {
			r.Notices = append(r.Notices, n)
		}
	}
	for _, at := range b.letters {
		if r.Now.Sub(at) < time.Hour {
			r.Lately = append(r.Lately, at)
		}
	}
	b.signals = nil
	decide(r)
	for _, n := range r.Notices {
		if n.ID == "" {
			n.ID = strconv.Itoa(len(b.notices) + 1)
			b.notices = append(b.notices, n)
		}
	}
	for i := range r.Bundles {
		b.letters = append(b.letters, r.Now)
		for _, n := range r.Bundles[i].Notices {
			n.Letter = strconv.Itoa(len(b.letters))
		}
		b.told(r.Now, &r.Bundles[i])
	}
	return len(r.Signals), nil
}

// Watched are the troubles that last.
func (b *book) Watched(context.Context) (map[string][]news.Watched, error) {
	b.Lock()
	defer b.Unlock()
	out := map[string][]news.Watched{}
	for _, t := range b.troubles {
		if t.OverAt.IsZero() && !t.OKAt.After(t.FailedAt) {
			out[t.Scenario] = append(out[t.Scenario], news.Watched{ID: t.ID, Host: t.Host, Path: t.Path})
		}
	}
	return out, nil
}

// PruneAlerts forgets nothing: a play is over before anything is old.
func (b *book) PruneAlerts(context.Context, time.Time, time.Time) error { return nil }
