package pack

import (
	"slices"
	"time"

	"gonets/internal/store/dialect"
)

var (
	runColumn   = dialect.Columns{dialect.Text("run")}
	eventColumn = dialect.Columns{dialect.Text("event")}
)

// What removes runs with all that is theirs, events that no run has any more,
// and keys whose window is over.
var (
	AttemptsGone  = dialect.Delete("attempts", runColumn, "attempts.run = v.run")
	ResultsGone   = dialect.Delete("step_results", runColumn, "step_results.run = v.run")
	RunBodiesGone = dialect.Delete("bodies", runColumn, "bodies.owner = v.run")
	RunGone       = dialect.Delete("runs", runColumn, "runs.id = v.run")
	ValuesGone    = dialect.Delete("run_values", runColumn, "run_values.run = v.run")
	EventGone     = dialect.DeleteKnown("events", "id", dialect.Columns{dialect.Text("id")},
		"events.id = v.id AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.event = v.id)")
	EventBodiesGone = dialect.Delete("bodies", eventColumn, `bodies.owner = v.event
		AND NOT EXISTS (SELECT 1 FROM events e WHERE e.id = v.event OR e.body_owner = v.event)`)
	// Another node may have taken the key again meanwhile.
	KeyGone = dialect.Delete("dedupe", dialect.Columns{dialect.Text("source"), dialect.Bytes("idem_key"), dialect.Int("now")},
		"dedupe.source = v.source AND dedupe.idem_key = v.idem_key AND dedupe.expires_at <= v.now")
)

// What is removed of a run: itself and its state, its event with the event under
// which the body lies, where and when
// that came, and whether it is not there.
const removable = `SELECT r.id, r.state, r.event, COALESCE(e.body_owner, r.event), r.source, COALESCE(e.received_at, r.created_at), e.id IS NULL
	FROM runs r LEFT JOIN events e ON e.id = r.event `

// FinalSQL finds the runs that are over the longest; what another node removes
// at the moment is passed over.
func FinalSQL(d *dialect.Dialect) string {
	return removable + `WHERE r.finished_at IS NOT NULL AND r.finished_at < ? ORDER BY r.finished_at LIMIT ?` + d.SkipLocked
}

// HeldSQL finds the runs that a scenario holds the longest.
func HeldSQL(d *dialect.Dialect) string {
	return removable + `WHERE r.scenario = ? AND r.id < ? AND r.state = 'held' AND r.created_at < ?
	ORDER BY r.id LIMIT ?` + d.SkipLocked
}

// Gone is an event that is to be removed when it has no run, and the event under
// which its body lies.
type Gone struct{ Event, Owner string }

// LockGone locks events that are to be removed on a shared database and leaves
// out those that another node uses at the moment.
func LockGone(q Reader, d *dialect.Dialect, events []Gone) ([]Gone, error) {
	if !d.Shared || len(events) == 0 {
		return events, nil
	}
	ids := make([]string, len(events))
	for i := range events {
		ids[i] = events[i].Event
	}
	locked, err := Texts(q, `SELECT id FROM events WHERE id = ANY(?) FOR UPDATE SKIP LOCKED`, ids)
	return slices.DeleteFunc(events, func(g Gone) bool { return !slices.Contains(locked, g.Event) }), err
}

// OrphansSQL tells of old events whether they have no run. (For EXISTS instead
// of one value PostgreSQL would read all runs into a table of its own.)
const OrphansSQL = `SELECT e.received_at, e.id, COALESCE(e.body_owner, e.id),
		(SELECT r.id FROM runs r WHERE r.event = e.id LIMIT 1) IS NULL
	FROM events e WHERE e.received_at < ? AND (e.received_at, e.id) > (?, ?)
	ORDER BY e.received_at, e.id LIMIT ?`

// Orphan is an old event, and whether it has no run.
type Orphan struct {
	Gone
	At     int64
	Orphan bool
}

// Orphans reads old events; its arguments are those of [OrphansSQL].
func Orphans(q Reader, args ...any) ([]Orphan, error) {
	return Collect(q, OrphansSQL, args, func(scan func(...any) error) (o Orphan, err error) {
		err = scan(&o.At, &o.Event, &o.Owner, &o.Orphan)
		return o, err
	})
}

// OldKeys are rows of [KeyGone]: keys whose window is over.
func OldKeys(q Reader, now time.Time, limit int) ([][]any, error) {
	return Collect(q, `SELECT source, idem_key FROM dedupe WHERE expires_at <= ? LIMIT ?`, []any{now.UnixMilli(), limit}, func(scan func(...any) error) ([]any, error) {
		var source string
		var key []byte
		err := scan(&source, &key)
		return []any{source, key, now.UnixMilli()}, err
	})
}
