package outbox

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"gonets/internal/news"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

const (
	// outcomeSlot is the time that one row stands for, outcomesKept how long it is
	// kept.
	outcomeSlot  = 5 * time.Minute
	outcomesKept = 9 * 24 * time.Hour
)

func slotOf(t time.Time) int64 { return t.UnixMilli() / outcomeSlot.Milliseconds() }

const outcomesSQL = `SELECT scenario, CAST(sum(ok) AS BIGINT), CAST(sum(failed) AS BIGINT), CAST(sum(done) AS BIGINT), CAST(sum(bad) AS BIGINT)
	FROM outcomes WHERE slot >= ? AND slot < ? GROUP BY scenario`

// KeepOutcomes adds to what scenarios' work came to in the present minutes what a
// server counted. A batch whose answer was lost comes again under the same id, and
// is added once.
func (o *Outbox) KeepOutcomes(ctx context.Context, server, batch string, counts map[string]news.Outcomes) error {
	return o.base.Change(ctx, func(t floor.Txn) error {
		if first, err := isFirst(t, pack.OutcomesOf+server, batch); err != nil || !first {
			return err
		}
		slot := slotOf(t.Now())
		// In order, so that two nodes do not wait for each other.
		for _, scenario := range slices.Sorted(maps.Keys(counts)) {
			c := counts[scenario]
			err := t.Exec(`INSERT INTO outcomes (slot, scenario, ok, failed, done, bad) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (slot, scenario) DO UPDATE SET ok = outcomes.ok + excluded.ok, failed = outcomes.failed + excluded.failed,
					done = outcomes.done + excluded.done, bad = outcomes.bad + excluded.bad`,
				slot, scenario, c.OK, c.Failed, c.Done, c.Bad)
			if err != nil {
				return err
			}
		}
		return t.Exec(`DELETE FROM outcomes WHERE slot < ?`, slot-int64(outcomesKept/outcomeSlot))
	})
}

// Outcomes are what scenarios' work came to since a time, that one's five minutes
// included, until another one, that one's left out; zero is now.
func (o *Outbox) Outcomes(ctx context.Context, from, to time.Time) (map[string]news.Outcomes, error) {
	out := map[string]news.Outcomes{}
	end := slotOf(to)
	if to.IsZero() {
		end = math.MaxInt64
	}
	_, err := pack.Collect(o.base.Read(ctx), outcomesSQL, []any{slotOf(from), end}, func(scan func(...any) error) (none struct{}, err error) {
		var scenario string
		var c news.Outcomes
		err = scan(&scenario, &c.OK, &c.Failed, &c.Done, &c.Bad)
		out[scenario] = c
		return none, err
	})
	return out, o.base.Wrap(err)
}
