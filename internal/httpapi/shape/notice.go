package shape

import (
	"time"

	"gonets/api"
	"gonets/internal/news"
	"gonets/internal/texts"
	"gonets/setting"
)

// Notice shows what people were told, or will be as the settings are.
func Notice(n *news.Told, set *setting.Settings) api.Told {
	out := api.Told{ID: n.ID, At: n.At, Kind: string(n.Kind), Code: n.Code, Status: n.Status, Host: n.Host, Scenario: n.Scenario, Source: n.Source,
		Runs: n.Runs, Ended: n.Ended, State: string(n.State), Tries: n.Tries, LastError: n.LastError}
	out.Cause = string(n.Code)
	if e, ok := texts.Explain(n.Code); ok {
		out.Cause = e.En.What
	}
	out.SentAt = when(n.SentAt)
	out.Deliveries = make([]api.Delivery, 0, len(n.Deliveries))
	for _, d := range n.Deliveries {
		out.Deliveries = append(out.Deliveries, api.Delivery{Channel: d.Channel, State: string(d.State), Tries: d.Tries, LastError: d.LastError,
			DueAt: when(d.NextAt), SentAt: when(d.SentAt)})
	}
	if n.State == news.LetterPending {
		out.DueAt = when(n.NextAt)
	}
	if n.Waits() {
		at, quiet := n.Goes(set)
		if out.DueAt = when(at); quiet {
			out.HeldBy = heldByQuiet
		}
	}
	out.RecoveredAt = when(n.RecoveredAt)
	return out
}

// heldByQuiet is news that waits for the end of the quiet hours.
const heldByQuiet = "quiet_hours"

// when is a time, nil when it has not come.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
