package pack

import (
	"time"

	"gonets"
	"gonets/internal/store/dialect"
)

// ParkedIfStopped is what parked becomes when a run is queued or waits.
const ParkedIfStopped = `CASE WHEN EXISTS (SELECT 1 FROM scenarios sc
	WHERE sc.name = scenario AND sc.state = 'stopped') THEN 1 ELSE 0 END`

// Answers keeps the first answer of each event.
var Answers = dialect.Update(dialect.Change{
	Table: "events", Columns: dialect.Columns{dialect.Text("id"), dialect.Bytes("answer")},
	Set: "answer = v.answer", Where: "events.id = v.id AND events.answer IS NULL",
})

// Moves changes runs under their leases; a run without the lease is not met.
var Moves = dialect.Update(dialect.Change{Table: "runs", Key: "id", Columns: dialect.Columns{
	dialect.Text("id"), dialect.Text("held_by"), dialect.Int("held_epoch"), dialect.Int("held_seq"),
	dialect.Text("state"), dialect.Text("reason").Usually(""), dialect.Text("lane"), dialect.Int("due_at").Usually(nil), dialect.Text("node").Usually(nil),
	dialect.Int("node_epoch").Usually(nil), dialect.Text("cursor_path"), dialect.Int("tries"), dialect.Int("step_at"),
	dialect.Text("mark").Usually(nil), dialect.Int("finished_at"), dialect.Int("attempts"), dialect.Int("may_park").Usually(0),
	dialect.Int("unsure").Usually(0), dialect.Text("doubts").Usually(""), dialect.Text("renewal").Usually(""),
}, Set: `state = v.state, reason = v.reason, lane = COALESCE(v.lane, runs.lane), due_at = v.due_at, node = v.node,
		node_epoch = v.node_epoch, cursor_path = v.cursor_path, tries = v.tries, step_at = v.step_at,
		unsure = v.unsure, doubts = v.doubts, renewal = v.renewal, mark = COALESCE(v.mark, runs.mark), finished_at = v.finished_at,
		attempts = CASE WHEN runs.attempts < v.attempts THEN v.attempts ELSE runs.attempts END,
		parked = CASE WHEN v.may_park = 0 THEN 0 ELSE ` + ParkedIfStopped + ` END`,
	Where: `runs.id = v.id AND ` + heldBy + ` = v.held_by AND runs.node_epoch = v.held_epoch AND runs.lease_seq = v.held_seq`}).MostlyMet()

// heldBy is who has a run, as an expression: by the index of leases a database
// that knows nothing of the runs would look through all that are worked on, for
// each one.
const heldBy = `COALESCE(runs.node, ' ')`

// Move is a row of [Moves].
func Move(tr *gonets.Transition, now time.Time) []any {
	at := tr.At
	if at.IsZero() {
		at = now
	}
	due, attempts, mayPark := tr.DueAt, 0, 0
	waits := tr.State == gonets.RunQueued || tr.State == gonets.RunWaiting
	if due.IsZero() && waits {
		due = at
	}
	if waits && !tr.KeepLease {
		mayPark = 1
	}
	var finished, node, epoch any
	if tr.State.Final() {
		finished = at.UnixMilli()
	}
	if tr.KeepLease {
		node, epoch = tr.Lease.Node, tr.Lease.Epoch
	}
	if tr.Attempt != nil {
		attempts = tr.Attempt.N
	}
	return []any{tr.RunID, tr.Lease.Node, tr.Lease.Epoch, tr.Lease.Seq,
		string(tr.State), string(tr.Reason), NullText(tr.Lane), MS(due), node,
		epoch, tr.Cursor, tr.Tries, MS(tr.StepAt), NullText(string(tr.Mark)), finished, attempts, mayPark,
		Unsure(tr.Doubts, tr.Asked), string(tr.Doubts), RenewalText(tr.Renewal)}
}

// Releases queues runs again, under the same lease only.
var Releases = dialect.Update(dialect.Change{
	Table: "runs",
	Columns: dialect.Columns{dialect.Text("id"), dialect.Text("node"), dialect.Int("node_epoch"), dialect.Int("lease_seq"),
		dialect.Int("now")},
	Set:   `state = 'queued', node = NULL, node_epoch = NULL, due_at = COALESCE(runs.due_at, v.now), parked = ` + ParkedIfStopped,
	Where: `runs.id = v.id AND ` + heldBy + ` = v.node AND runs.node_epoch = v.node_epoch AND runs.lease_seq = v.lease_seq`,
})

// Release is a row of [Releases].
func Release(r *gonets.Run, now time.Time) []any {
	return []any{r.ID, r.Lease.Node, r.Lease.Epoch, r.Lease.Seq, now.UnixMilli()}
}

// Doubts are attempts of runs of which nobody knows whether they were made.
var Doubts = dialect.Update(dialect.Change{
	Table: "runs", Columns: dialect.Columns{dialect.Text("id"), dialect.Int("n"), dialect.Text("doubts")},
	Set:   "attempts = v.n, doubts = v.doubts, unsure = CASE WHEN runs.unsure = 0 THEN 1 ELSE runs.unsure END",
	Where: "runs.id = v.id AND runs.attempts < v.n",
})

// UnsettledSQL finds the scenarios with runs that are parked and should not be,
// or the other way round.
const UnsettledSQL = `SELECT s.name FROM scenarios s WHERE EXISTS (SELECT 1 FROM runs r
	WHERE r.scenario = s.name AND r.parked = CASE WHEN s.state = 'stopped' THEN 0 ELSE 1 END
		AND r.state IN ('queued', 'waiting') AND r.node IS NULL) ORDER BY s.name`
