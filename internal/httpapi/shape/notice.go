package shape

import (
	"gonets/api"
	"gonets/internal/news"
	"gonets/internal/texts"
)

// Notice shows what people were told.
func Notice(n news.Notice) api.Told {
	out := api.Told{ID: n.ID, At: n.At, Kind: string(n.Kind), Code: n.Code, Status: n.Status, Host: n.Host, Scenario: n.Scenario, Source: n.Source,
		Runs: n.Runs, Ended: n.Ended, State: string(n.State), Tries: n.Tries, LastError: n.LastError}
	out.Cause = string(n.Code)
	if e, ok := texts.Explain(n.Code); ok {
		out.Cause = e.En.What
	}
	if !n.SentAt.IsZero() {
		out.SentAt = &n.SentAt
	}
	if !n.RecoveredAt.IsZero() {
		out.RecoveredAt = &n.RecoveredAt
	}
	return out
}
