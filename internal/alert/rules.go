package alert

import (
	"maps"
	"slices"
	"time"

	"gonets"
	"gonets/internal/drift"
	"gonets/internal/news"
	"gonets/setting"
)

const (
	// gather is how long news waits for more of its kind: a run that fails for
	// good two seconds after its first failure is told of once.
	gather = 20 * time.Second
	// calm is how long nothing may have failed before a trouble is over. It
	// grows eightfold, up to maxCalm, each time the trouble comes back within
	// memory, so that what fails now and then does not write all day.
	calm    = 15 * time.Second
	maxCalm = time.Hour
	memory  = 6 * time.Hour
	// rejectedGather and the following bound letters about rejected requests:
	// the first at once, then one an hour, then ever fewer.
	rejectedGather = time.Minute
	rejectedPause  = time.Hour
	rejectedMost   = 24 * time.Hour
	// successPause and successMost bound letters about success likewise.
	successPause = 15 * time.Minute
	successMost  = 6 * time.Hour
	// maxLetters bounds the letters of an hour; what comes beyond them is put
	// together, one letter in each digestPause.
	maxLetters  = 12
	digestPause = 10 * time.Minute
	// maxApart is how many letters may leave at once before they become one.
	maxApart = 5
)

// decider draws the conclusions of a round. It is pure but for what it is
// given.
type decider struct {
	// rules say what is told, by what kind of news.
	rules *setting.Notices
	// quiet are the hours in which only what is urgent is told.
	quiet *gonets.Quiet
	// channels are the ways by which people can be told; none, and news waits.
	channels []setting.Channel
	// write makes a letter's text for a kind of channel.
	write func(kind setting.ChannelKind, notices []*news.Notice) (subject, text string)
}

func (d *decider) decide(r *news.Round) {
	for i := range r.Signals {
		s := &r.Signals[i]
		switch s.Kind {
		case gonets.SignalFailed, gonets.SignalEnded:
			d.failed(r, s)
		case gonets.SignalOK:
			if t := r.Troubles[s.TroubleID()]; t != nil && t.OverAt.IsZero() && s.At.After(t.OKAt) {
				t.OKAt = s.At
			}
		case gonets.SignalDropped:
			if t := r.Troubles[s.TroubleID()]; t != nil && t.OverAt.IsZero() {
				t.OverAt = s.At
			}
		case gonets.SignalRejected:
			d.counted(r, s, news.NoticeRejected, pauses{rejectedGather, rejectedPause, rejectedMost})
		case gonets.SignalDone:
			d.counted(r, s, news.NoticeSuccess, pauses{gather, successPause, successMost})
		}
	}
	for _, id := range r.Healed {
		if t := r.Troubles[id]; t != nil && t.OverAt.IsZero() && !t.OKAt.After(t.FailedAt) {
			t.OKAt = r.Now
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.Troubles)) {
		d.settle(r, r.Troubles[id])
	}
	d.compose(r)
}

// failed notes a failure with its trouble, and makes it news when it is.
func (d *decider) failed(r *news.Round, s *gonets.Signal) {
	t := r.Troubles[s.TroubleID()]
	fresh := t == nil
	switch {
	case fresh:
		t = &news.Trouble{ID: s.TroubleID(), Cause: s.Cause}
		r.Troubles[t.ID] = t
	case !t.OverAt.IsZero() && s.Kind == gonets.SignalFailed && !s.At.After(t.OverAt):
		return // it comes late and belongs to what is over
	case !t.OverAt.IsZero():
		fresh = true
		flaps := 0
		if s.At.Sub(t.OverAt) < memory {
			flaps = t.Flaps + 1
		}
		*t = news.Trouble{ID: t.ID, Cause: t.Cause, Flaps: flaps}
	}
	if fresh {
		t.OpenedAt = s.At
	}
	worse := !fresh && worsens(t.Code, t.Path, s.Path)
	if !s.At.Before(t.FailedAt) {
		t.FailedAt, t.RunID, t.N, t.Path = s.At, s.RunID, s.N, s.Path
	}
	t.Runs, t.Ended = t.Runs+s.Runs, t.Ended+s.Ended
	n := untold(r, t.ID)
	kind := news.KindOf(t.Code)
	// Where a bad end is nothing to tell of, it is a failure like others.
	end := s.Ended > 0 && d.tells(news.NoticeBadEnd, &t.Cause)
	if end {
		kind = news.NoticeBadEnd
	}
	switch {
	case n == nil && ((fresh || worse) && d.tells(kind, &t.Cause) || end && !t.ToldEnd):
		n = &news.Notice{Trouble: t.ID, Kind: kind, Cause: t.Cause, At: s.At, DueAt: s.At.Add(gather)}
		r.Notices = append(r.Notices, n)
		t.Told = true
		if s.At.Before(t.OpenedAt) {
			t.OpenedAt = s.At
		}
	case n == nil:
		return // nobody is to be told, or it is known, and quiet while it lasts
	}
	if end {
		n.Kind, t.ToldEnd = kind, true
		// What waited for the end of the quiet hours may be urgent now.
		if soon := s.At.Add(gather); soon.Before(n.DueAt) {
			n.DueAt = soon
		}
	}
	n.Runs, n.Ended, n.RunID, n.Path, n.RecoveredAt = runs(t), t.Ended, t.RunID, t.Path, time.Time{}
}

// worsens tells whether a trouble that people know of has become so much worse
// that they are told again.
func worsens(code gonets.Code, before, now string) bool {
	switch code {
	case gonets.CodeCertificate, gonets.CodeSecretEnds:
		return news.ParseExpiry(now).Worse(news.ParseExpiry(before))
	case gonets.CodeFieldDrift:
		return drift.Worse(before, now)
	}
	return false
}

// runs is how many met a trouble. A run whose tries failed in several ways is
// counted with the first way only, so the count may be too small.
func runs(t *news.Trouble) int { return max(t.Runs, t.Ended, 1) }

// untold is the news of a trouble that stands in no letter yet.
func untold(r *news.Round, trouble string) *news.Notice {
	for _, n := range r.Notices {
		if n.Trouble == trouble && n.Waits() && n.Kind != news.NoticeRecovered {
			return n
		}
	}
	return nil
}

// settle ends a trouble when there was a success and nothing has failed since
// for long enough.
func (d *decider) settle(r *news.Round, t *news.Trouble) {
	t.LookAt = time.Time{}
	if !t.OverAt.IsZero() || !t.OKAt.After(t.FailedAt) {
		return
	}
	if end := t.FailedAt.Add(quiet(t.Flaps)); r.Now.Before(end) {
		t.LookAt = end
		return
	}
	t.OverAt = t.OKAt
	if n := untold(r, t.ID); n != nil {
		// One letter says both.
		n.RecoveredAt = t.OKAt
		return
	}
	if !d.tells(news.NoticeRecovered, &t.Cause) || !t.Told {
		return // it is not wanted, or nobody knows that it was broken
	}
	r.Notices = append(r.Notices, &news.Notice{Trouble: t.ID, Kind: news.NoticeRecovered, Cause: t.Cause, At: r.Now, DueAt: r.Now,
		Runs: runs(t), Ended: t.Ended, RunID: t.RunID, Path: t.Path, RecoveredAt: t.OKAt})
}

// quiet is how long nothing may have failed.
func quiet(flaps int) time.Duration {
	d := calm
	for range flaps {
		if d *= 8; d >= maxCalm {
			return maxCalm
		}
	}
	return d
}

// pauses bound news that is counted: how long the first one is gathered, and how
// long the pauses between letters are.
type pauses struct{ gather, least, most time.Duration }

// counted tells how often something happened. While it goes on, each pause between
// two letters is twice as long as the one before.
func (d *decider) counted(r *news.Round, s *gonets.Signal, kind news.NoticeKind, p pauses) {
	if !d.tells(kind, &s.Cause) {
		return
	}
	run := ""
	if kind == news.NoticeSuccess {
		run = s.RunID
	}
	var last *news.Notice
	for _, n := range r.Notices {
		if n.Trouble != s.TroubleID() {
			continue
		}
		if n.Waits() {
			n.Runs, n.RunID = n.Runs+s.Runs, run
			return
		}
		last = n
	}
	due := s.At.Add(p.gather)
	if last != nil {
		pause := min(max(2*d.planned(last, p.gather).Sub(last.At), p.least), p.most)
		if next := last.DueAt.Add(pause); next.After(due) {
			due = next
		}
	}
	r.Notices = append(r.Notices, &news.Notice{Trouble: s.TroubleID(), Kind: kind, Cause: s.Cause,
		At: s.At, DueAt: due, Runs: s.Runs, RunID: run})
}

// planned is when a notice was to be told before it had to wait for the end of the
// quiet hours: when they began at the earliest.
func (d *decider) planned(n *news.Notice, gather time.Duration) time.Time {
	if began, ok := endedBy(d.quiet, n.DueAt); ok {
		return gonets.Later(began, n.At.Add(gather))
	}
	return n.DueAt
}

// compose puts news that is due into letters: one for each host, or one for
// all when there would be many.
func (d *decider) compose(r *news.Round) {
	if len(d.channels) == 0 {
		return
	}
	for _, n := range r.Notices {
		// Its rule names channels only that are not set up, while others are.
		if n.Waits() && !n.DueAt.After(r.Now) && len(d.to(n)) == 0 {
			n.GivenUp = true
		}
	}
	digest := len(r.Lately) >= maxLetters
	if digest && r.Now.Sub(r.Lately[len(r.Lately)-1]) < digestPause {
		return
	}
	var order []string
	groups := map[string][]*news.Notice{}
	due := map[string]bool{}
	for _, n := range r.Notices {
		if !n.Waits() {
			continue
		}
		if !n.DueAt.After(r.Now) && !d.rule(n).Urgent {
			if end := d.quiet.Until(r.Now); !end.IsZero() {
				n.DueAt = end
			}
		}
		key := d.group(n)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], n)
		due[key] = due[key] || !n.DueAt.After(r.Now)
	}
	order = slices.DeleteFunc(order, func(key string) bool { return !due[key] || len(d.to(groups[key][0])) == 0 })
	if len(order) == 0 {
		return
	}
	if digest || len(order) > maxApart || len(order) > 1 && d.collected(order, groups) {
		order, groups = d.gathered(order, groups)
	}
	for _, key := range order {
		b := news.Bundle{Notices: groups[key]}
		to := d.to(b.Notices[0])
		for i := range to {
			c := &to[i]
			subject, text := d.write(c.Kind, b.Notices)
			b.Letters = append(b.Letters, news.Letter{Channel: c.Name, CreatedAt: r.Now, DueAt: r.Now, State: news.LetterPending, Subject: subject, Text: text})
		}
		r.Bundles = append(r.Bundles, b)
	}
}

// gathered puts what goes the same way into one letter.
func (d *decider) gathered(order []string, groups map[string][]*news.Notice) ([]string, map[string][]*news.Notice) {
	var ways []string
	all := map[string][]*news.Notice{}
	for _, key := range order {
		way := d.way(groups[key][0])
		if all[way] == nil {
			ways = append(ways, way)
		}
		all[way] = append(all[way], groups[key]...)
	}
	return ways, all
}

// group is what a letter is about and by which channels it goes.
func (d *decider) group(n *news.Notice) string {
	return d.way(n) + "|" + about(n)
}

func about(n *news.Notice) string {
	what := "failed"
	if n.Kind == news.NoticeRecovered || n.Kind == news.NoticeRejected || n.Kind == news.NoticeSilent || n.Kind == news.NoticeDiskLow ||
		n.Kind == news.NoticeSuccess || n.Kind == news.NoticeDrift {
		what = string(n.Kind)
	}
	if n.Host == "" {
		return what + "//" + n.Scenario + "/" + n.Source
	}
	return what + "/" + n.Host
}
