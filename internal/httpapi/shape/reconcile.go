package shape

import (
	"time"

	"gonets"
	"gonets/api"
)

// MaxDays is for how many days there is a reconciliation at once.
const MaxDays = 92

// Span says which days: from one date to another, both included. Without From
// they are so many days up to To, without To up to today.
type Span struct {
	From, To string
	Days     int
}

// Days are the question for a span.
func Days(span Span, r Reader) (gonets.Reconcile, error) {
	from, to := span.From, span.To
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	year, month, date := r.Now.In(zone).Date()
	last := day{year, month, date}
	a := gonets.Reconcile{Zone: zone}
	var err error
	if to != "" {
		if last, err = parseDay(to); err != nil {
			return a, err
		}
	}
	first := last.plus(1 - span.Days)
	if from != "" {
		if first, err = parseDay(from); err != nil {
			return a, err
		}
	}
	a.From, a.Until = first.in(zone), last.plus(1).in(zone)
	if !a.From.Before(a.Until) || first.plus(MaxDays).in(time.UTC).Before(last.plus(1).in(time.UTC)) {
		return a, gonets.Errorf(gonets.CodeInvalid, "from has to be a day before to, and there may be at most %d days", MaxDays)
	}
	return a, nil
}

// day is a day of the calendar, wherever.
type day struct {
	year  int
	month time.Month
	date  int
}

func parseDay(text string) (day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day{}, gonets.Errorf(gonets.CodeInvalid, "%q is no day; write it as 2026-11-22", text)
	}
	year, month, date := t.Date()
	return day{year, month, date}, nil
}

func (d day) plus(days int) day             { return day{d.year, d.month, d.date + days} }
func (d day) in(z *time.Location) time.Time { return gonets.DayStart(d.year, d.month, d.date, z) }

// Reconciliation is what the API says of days.
func Reconciliation(a gonets.Reconcile, days []gonets.DayCounts) api.Reconciliation {
	out := api.Reconciliation{From: a.From.Format(time.DateOnly), To: a.Until.Add(-time.Nanosecond).Format(time.DateOnly), Zone: a.Zone.String(),
		Items: make([]api.DayCounts, len(days)), Total: api.Counts{AddsUp: true}}
	for i := range days {
		d := &days[i]
		c := api.Counts{Received: d.Received, Repeats: d.Repeats, Rejected: d.Rejected, Done: d.Done, Skipped: d.Skipped, Waiting: d.Waiting, Held: d.Held,
			Paused: d.Paused, Failed: d.Failed, Cancelled: d.Cancelled, Unused: d.Unused, Expired: d.Expired, Missing: d.Missing, AddsUp: d.AddsUp()}
		out.Items[i] = api.DayCounts{Day: d.Day.Format(time.DateOnly), Source: d.Source, Counts: c}
		t := &out.Total
		t.Received, t.Repeats, t.Rejected = t.Received+c.Received, t.Repeats+c.Repeats, t.Rejected+c.Rejected
		t.Done, t.Skipped, t.Waiting, t.Held = t.Done+c.Done, t.Skipped+c.Skipped, t.Waiting+c.Waiting, t.Held+c.Held
		t.Paused, t.Failed, t.Cancelled = t.Paused+c.Paused, t.Failed+c.Failed, t.Cancelled+c.Cancelled
		t.Unused, t.Expired, t.Missing, t.AddsUp = t.Unused+c.Unused, t.Expired+c.Expired, t.Missing+c.Missing, t.AddsUp && c.AddsUp
	}
	return out
}
