package days

import (
	"time"

	"gonets/api"
	"gonets/internal/reconciliation"
)

// Tell is what the API says of days.
func Tell(a reconciliation.Question, days []reconciliation.Day) api.Reconciliation {
	out := api.Reconciliation{From: a.From.Format(time.DateOnly), To: a.Until.Add(-time.Nanosecond).Format(time.DateOnly), Zone: a.Zone.String(),
		Items: make([]api.DayCounts, len(days)), Total: api.Counts{AddsUp: true}}
	for i := range days {
		d := &days[i]
		c := api.Counts{Received: d.Received, Repeats: d.Repeats, Rejected: d.Rejected, Done: d.Done, Skipped: d.Skipped, Waiting: d.Waiting, Held: d.Held,
			Paused: d.Paused, Failed: d.Failed, Cancelled: d.Cancelled, Unused: d.Unused, Expired: d.Expired, Missing: d.Missing, AddsUp: d.AddsUp()}
		out.Items[i] = api.DayCounts{Day: d.At.Format(time.DateOnly), Source: d.Source, Counts: c}
		t := &out.Total
		t.Received, t.Repeats, t.Rejected = t.Received+c.Received, t.Repeats+c.Repeats, t.Rejected+c.Rejected
		t.Done, t.Skipped, t.Waiting, t.Held = t.Done+c.Done, t.Skipped+c.Skipped, t.Waiting+c.Waiting, t.Held+c.Held
		t.Paused, t.Failed, t.Cancelled = t.Paused+c.Paused, t.Failed+c.Failed, t.Cancelled+c.Cancelled
		t.Unused, t.Expired, t.Missing, t.AddsUp = t.Unused+c.Unused, t.Expired+c.Expired, t.Missing+c.Missing, t.AddsUp && c.AddsUp
	}
	return out
}
