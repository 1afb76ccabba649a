package pack

import (
	"strings"

	"gonets/internal/store/dialect"
)

// unleasedDue is the condition of the index over due runs: SQLite uses such an
// index only when the query says the same.
const unleasedDue = `state IN ('queued', 'waiting') AND node IS NULL AND parked = 0`

// dueRuns are a scenario's runs of a lane that may go on, in the order of their
// time. A run waits while an older one of its order key is unfinished.
func dueRuns(d *dialect.Dialect) string {
	return ` FROM runs c
		WHERE c.lane = ? AND c.scenario = ? AND c.due_at <= ? AND c.state IN ('queued', 'waiting') AND c.node IS NULL AND c.parked = 0
			AND (c.order_key IS NULL OR NOT EXISTS (SELECT 1 FROM runs o
				WHERE o.scenario = c.scenario AND o.order_key = c.order_key AND ` + d.OrderedBefore + `
					AND o.order_key IS NOT NULL AND o.finished_at IS NULL AND o.state <> 'held'))
		ORDER BY c.due_at, c.id LIMIT ?`
}

// ClaimSQL takes a scenario's due runs of a lane.
func ClaimSQL(d *dialect.Dialect) string {
	return `UPDATE runs SET state = 'running', node = ?, node_epoch = ?, lease_seq = lease_seq + 1,
			step_at = COALESCE(step_at, ?)
		WHERE id ` + d.PickOpen + `SELECT c.id` + dueRuns(d) + d.PickClose + `
		RETURNING ` + strings.ReplaceAll(RunColumns, "r.", "")
}

// SizesSQL is what the jobs of due runs take in memory: the event's body and
// item, the outputs of finished steps and the replies that they point to.
func SizesSQL(d *dialect.Dialect) string {
	return `SELECT
	COALESCE((SELECT COALESCE(e.body_size, 0) + COALESCE(length(e.item), 0) FROM events e WHERE e.id = c.event), 0)
	+ COALESCE((SELECT sum(COALESCE(length(s.value), 0) + COALESCE(a.reply_size, 0))
		FROM step_results s LEFT JOIN attempts a ON a.run = s.run AND a.n = s.attempt WHERE s.run = c.id), 0)` + dueRuns(d)
}

// nextPair is one column of the first lane and scenario with due runs behind a
// pair: the next scenario of the lane, or the first of the next lane. Asked for
// pairs that are greater, SQLite would begin with all the runs of the same one.
func nextPair(column string) string {
	const due = ` AND r.state IN ('queued', 'waiting') AND r.node IS NULL AND r.parked = 0`
	return `COALESCE((SELECT r.` + column + ` FROM runs r WHERE r.lane = lanes.lane AND r.scenario > lanes.scenario` + due + `
			ORDER BY r.lane, r.scenario LIMIT 1),
		(SELECT r.` + column + ` FROM runs r WHERE r.lane > lanes.lane` + due + ` ORDER BY r.lane, r.scenario LIMIT 1))`
}

// BacklogSQL hops over lanes and their scenarios with due runs, each with the
// time of its first. Each hop names the order of its index, or another index
// might be read whole.
var BacklogSQL = `WITH RECURSIVE lanes (lane, scenario) AS (
		SELECT (SELECT lane FROM runs WHERE lane >= '' AND ` + unleasedDue + ` ORDER BY lane, scenario LIMIT 1),
			(SELECT scenario FROM runs WHERE lane >= '' AND ` + unleasedDue + ` ORDER BY lane, scenario LIMIT 1)
		UNION ALL
		SELECT ` + nextPair("lane") + `, ` + nextPair("scenario") + `
		FROM lanes WHERE lanes.lane IS NOT NULL)
	SELECT lane, scenario, (SELECT r.due_at FROM runs r WHERE r.lane = lanes.lane AND r.scenario = lanes.scenario
			AND r.state IN ('queued', 'waiting') AND r.node IS NULL AND r.parked = 0
			ORDER BY r.due_at, r.id LIMIT 1)
	FROM lanes WHERE lane IS NOT NULL`

// ClaimableSQL hops over the scenarios of a lane with runs that nobody has.
const ClaimableSQL = `WITH RECURSIVE found (scenario) AS (
		SELECT (SELECT min(scenario) FROM runs WHERE lane = ? AND ` + unleasedDue + `)
		UNION ALL
		SELECT (SELECT min(r.scenario) FROM runs r WHERE r.lane = ? AND r.scenario > found.scenario
				AND r.state IN ('queued', 'waiting') AND r.node IS NULL AND r.parked = 0)
		FROM found WHERE found.scenario IS NOT NULL)
	SELECT scenario FROM found WHERE scenario IS NOT NULL LIMIT ?`
