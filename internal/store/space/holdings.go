package space

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"gonets"
	"gonets/internal/store/pack"
)

// Holdings is what the database holds and what of it goes next.
type Holdings struct {
	// FileBytes is what the database takes on its disk, without its log; DataBytes
	// is what of that live data takes.
	FileBytes, DataBytes int64
	// Events and Runs are about how many there are; Sampled is how many of the
	// events were looked at.
	Events, Runs int64
	Sampled      int
	// Scenarios are about what the history of each takes, the largest first.
	Scenarios []Share
	// WeekBytes is about what final runs take that ended more than a week ago.
	WeekBytes int64
	// Oldest is when the oldest final run ended; zero when there is none.
	Oldest time.Time
	// Day and Week count the final runs that reach an age within a day and a week.
	Day, Week gonets.RunCount
}

// Share is about what the history of one scenario takes.
type Share struct {
	Scenario    string
	Runs, Bytes int64
}

const (
	// sample is how many events are looked at: enough to know a share to a few in a
	// hundred, few enough for a slow disk.
	sample = 240
	// perRun and perEvent are about what they take beside what they carried, in
	// bytes.
	perRun, perEvent = 1_000, 500
	week             = 7 * 24 * time.Hour
)

// carriedSQL reads what the runs of events take, and their events. A body is
// counted by its length as it is stored.
const carriedSQL = `SELECT r.scenario, r.event, r.finished_at,
		(SELECT COALESCE(sum(octet_length(a.exchange)), 0) FROM attempts a WHERE a.run = r.id)
		+ (SELECT COALESCE(sum(octet_length(b.data)), 0) FROM bodies b WHERE b.owner = r.id)
		+ (SELECT COALESCE(sum(octet_length(v.value)), 0) FROM step_results v WHERE v.run = r.id),
		(SELECT COALESCE(octet_length(e.body), 0) + COALESCE(octet_length(e.headers), 0)
			+ (SELECT COALESCE(sum(octet_length(b.data)), 0) FROM bodies b WHERE b.owner = COALESCE(e.body_owner, e.id))
			FROM events e WHERE e.id = r.event)
	FROM runs r WHERE r.event IN (`

// DueSQL finds final runs that ended before a time, OldestSQL the oldest one.
const (
	DueSQL    = `SELECT count(*) FROM (SELECT 1 FROM runs WHERE finished_at IS NOT NULL AND finished_at < ? ORDER BY finished_at LIMIT ?) c`
	OldestSQL = `SELECT finished_at FROM runs WHERE finished_at IS NOT NULL ORDER BY finished_at LIMIT 1`
)

// held is what one run takes.
type held struct {
	scenario, event string
	finished        time.Time
	bytes           int64
	// received is what its event takes, which other runs may share.
	received int64
}

// Holdings estimates what the history takes, by a few events out of all, and
// counts what reaches an age next. The work is bounded, however much there is.
func (s *Space) Holdings(ctx context.Context, age time.Duration) (out Holdings, err error) {
	now := s.base.Clock.Now()
	var rows []held
	err = s.base.Ask(ctx, func(r pack.Reader) error {
		d := s.base.Dialect
		for _, one := range []struct {
			text string
			to   *int64
		}{{d.FileBytes, &out.FileBytes}, {d.UsedBytes, &out.DataBytes}, {d.EventsAbout, &out.Events}} {
			if err := r.Row(one.text, nil, one.to); err != nil {
				return err
			}
		}
		ids, err := pack.Texts(r, d.SampleEvents, sample, max(out.Events, 1), sample)
		if err != nil {
			return err
		}
		if out.Sampled = len(ids); out.Sampled < sample {
			out.Events = int64(out.Sampled) // these are all
		}
		if rows, err = carried(r, ids); err != nil {
			return err
		}
		return s.next(r, now.Add(-age), &out)
	})
	out.estimate(rows, now.Add(-week))
	return out, err
}

// next counts what ended before a border that moves on.
func (s *Space) next(r pack.Reader, border time.Time, out *Holdings) error {
	for in, count := range map[time.Duration]*gonets.RunCount{24 * time.Hour: &out.Day, week: &out.Week} {
		if err := r.Row(DueSQL, []any{border.Add(in).UnixMilli(), maxCount + 1}, &count.N); err != nil {
			return err
		}
		count.More, count.N = count.N > maxCount, min(count.N, maxCount)
	}
	var oldest sql.NullInt64
	if err := r.Row(OldestSQL, nil, &oldest); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	out.Oldest = pack.FromMS(oldest)
	return nil
}

func carried(r pack.Reader, events []string) ([]held, error) {
	if len(events) == 0 {
		return nil, nil
	}
	return pack.Collect(r, carriedSQL+pack.In(len(events))+`)`, pack.Args(events), func(scan func(...any) error) (h held, err error) {
		var finished, received sql.NullInt64
		err = scan(&h.scenario, &h.event, &finished, &h.bytes, &received)
		h.finished, h.received = pack.FromMS(finished), received.Int64+perEvent
		h.bytes += perRun
		return h, err
	})
}

// estimate shares what the data takes among the scenarios as the sample does.
func (h *Holdings) estimate(rows []held, border time.Time) {
	sharing := map[string]int64{}
	for _, r := range rows {
		sharing[r.event]++
	}
	var all, old int64
	runs, bytes := map[string]int64{}, map[string]int64{}
	for _, r := range rows {
		n := r.bytes + r.received/sharing[r.event]
		all += n
		runs[r.scenario]++
		bytes[r.scenario] += n
		if !r.finished.IsZero() && r.finished.Before(border) {
			old += n
		}
	}
	if all == 0 {
		return
	}
	times := float64(h.Events) / float64(h.Sampled)
	// Where there is little, most of the data is no history.
	data := min(float64(h.DataBytes), 2*float64(all)*times)
	of := func(part int64) int64 { return int64(data * float64(part) / float64(all)) }
	h.WeekBytes, h.Runs = of(old), int64(times*float64(len(rows)))
	for _, name := range slices.Sorted(maps.Keys(runs)) {
		h.Scenarios = append(h.Scenarios, Share{name, int64(times * float64(runs[name])), of(bytes[name])})
	}
	slices.SortStableFunc(h.Scenarios, func(a, b Share) int { return cmp.Compare(b.Bytes, a.Bytes) })
}
