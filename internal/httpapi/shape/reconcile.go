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
	now := r.Now.In(zone)
	a := gonets.Reconcile{Zone: zone}
	last := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	var err error
	if to != "" {
		if last, err = time.ParseInLocation(time.DateOnly, to, zone); err != nil {
			return a, gonets.Errorf(gonets.CodeInvalid, "%q is no day; write it as 2026-11-22", to)
		}
	}
	a.From, a.Until = last.AddDate(0, 0, 1-span.Days), last.AddDate(0, 0, 1)
	if from != "" {
		if a.From, err = time.ParseInLocation(time.DateOnly, from, zone); err != nil {
			return a, gonets.Errorf(gonets.CodeInvalid, "%q is no day; write it as 2026-11-22", from)
		}
	}
	if !a.From.Before(a.Until) || a.From.AddDate(0, 0, MaxDays).Before(a.Until) {
		return a, gonets.Errorf(gonets.CodeInvalid, "from has to be a day before to, and there may be at most %d days", MaxDays)
	}
	return a, nil
}

// Reconciliation is what the API says of days.
func Reconciliation(a gonets.Reconcile, days []gonets.DayCounts) api.Reconciliation {
	out := api.Reconciliation{From: a.From.Format(time.DateOnly), To: a.Until.AddDate(0, 0, -1).Format(time.DateOnly), Zone: a.Zone.String(),
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
