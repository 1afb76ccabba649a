package pack

import (
	"fmt"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/internal/store/dialect"
)

// Signals adds signals; a repeat of one changes nothing.
var Signals = dialect.Insert("signals", dialect.Columns{
	dialect.Text("id"), dialect.Text("trouble"), dialect.Text("kind"), dialect.Text("scenario"), dialect.Text("source"),
	dialect.Bytes("host"), dialect.Text("code"), dialect.Int("status"), dialect.Text("run"), dialect.Int("n"),
	dialect.Text("path"), dialect.Int("runs"), dialect.Int("ended"), dialect.Int("at"),
}, "ON CONFLICT (id) DO NOTHING", "")

// SignalRows are the rows of [Signals] for all of a commit, one for each cause.
func SignalRows(in []gonets.Signal) [][]any {
	merged := news.Merge(in)
	rows := make([][]any, len(merged))
	for i := range merged {
		rows[i] = Signal(&merged[i])
	}
	return rows
}

// EndSignal tells of a run that was paused with no attempt to blame.
func EndSignal(r *gonets.Run, at time.Time) gonets.Signal { return news.End(r, r.Reason, at) }

// Signal is a row of [Signals].
func Signal(s *gonets.Signal) []any {
	trouble := s.TroubleID()
	return []any{fmt.Sprintf("%s/%s/%s/%d", trouble, s.Kind, s.RunID, s.N), trouble, string(s.Kind), s.Scenario, s.Source,
		Blob(s.Host), string(s.Code), s.Status, s.RunID, s.N, s.Path, s.Runs, s.Ended, s.At.UnixMilli()}
}
