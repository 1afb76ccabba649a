package pack

import (
	"strconv"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
)

// BeatSQL is a heartbeat. It changes no epoch: a silence alone takes nothing
// from a node, only another one that takes its runs over does.
func BeatSQL(d *dialect.Dialect) string {
	return `UPDATE nodes SET heartbeat_at = ` + d.Now + ` WHERE id = ? AND life = ?
		RETURNING heartbeat_at, epoch, (SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'config_epoch')`
}

// HeardSQL is true of a node, a row of nodes by that name, that is not dead. One
// that seems to beat in times to come has not done so since the database's clock was
// set back.
func HeardSQL(d *dialect.Dialect, name string) string {
	return HeardWithinSQL(d, name, gonets.NodeDead)
}

// HeardWithinSQL is true of a node that gave a sign of life so long ago at most.
func HeardWithinSQL(d *dialect.Dialect, name string, span time.Duration) string {
	ms := strconv.FormatInt(span.Milliseconds(), 10)
	return name + `.heartbeat_at BETWEEN ` + d.Now + ` - ` + ms + ` AND ` + d.Now + ` + ` + ms
}

// VoidSQL ends the lives of the nodes that are dead and hold leases. Their rows
// stay locked until their runs are freed, so that a node that wakes meanwhile
// learns of it with its next beat; one that beats at this very moment is passed
// over, because the heartbeat is looked at again under the lock.
func VoidSQL(d *dialect.Dialect) string {
	return `UPDATE nodes SET epoch = (SELECT max(epoch) + 1 FROM nodes) WHERE id IN (SELECT n.id FROM nodes n
		WHERE n.id <> ? AND NOT (` + HeardSQL(d, "n") + `)
			AND EXISTS (SELECT 1 FROM runs r WHERE r.node = n.id AND r.node_epoch = n.epoch)
		FOR UPDATE OF n SKIP LOCKED)`
}

// VoidLeases are the leases of the past: those of this node's earlier lives, and
// with others those of nodes that are gone, or whose life was ended and that did
// not beat since. A node that came back at once frees its own, because it alone
// knows what was in flight.
func VoidLeases(d *dialect.Dialect, node string, epoch int64, others bool) (where string, args []any) {
	args = []any{node, epoch}
	if !d.Shared {
		return `r.node IS NOT NULL AND NOT (r.node = ? AND r.node_epoch = ?)`, args
	}
	if !others {
		return `r.node = ? AND r.node_epoch <> ?`, args
	}
	return `r.node IS NOT NULL AND NOT (r.node = ? AND r.node_epoch = ?) AND NOT EXISTS (SELECT 1 FROM nodes n
		WHERE n.id = r.node AND n.id <> ? AND (n.epoch = r.node_epoch OR ` + HeardSQL(d, "n") + `))`,
		append(args, node)
}

// RescueSQL finds a batch of runs whose leases are void and that nobody else is
// about to free.
func RescueSQL(d *dialect.Dialect, void string) string {
	return `SELECT ` + RunColumns + ` FROM runs r WHERE ` + void + ` ORDER BY r.node, r.node_epoch LIMIT ?` + d.SkipLocked
}

// What meta keeps of each node: the last batch of each of these.
const (
	RejectedOf = "rejected/"
	OutcomesOf = "outcomes/"
)

// ForgetSQL removes nodes that are long gone and hold nothing, with what meta keeps
// of them. The newest life stays, so that epochs never come twice.
func ForgetSQL(d *dialect.Dialect) string {
	return `WITH gone AS (DELETE FROM nodes WHERE NOT (` + HeardWithinSQL(d, "nodes", gonets.NodeForgotten) + `)
			AND epoch < (SELECT max(n.epoch) FROM nodes n) AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.node = nodes.id) RETURNING id)
		DELETE FROM meta WHERE name IN (SELECT k.kind || g.id FROM gone g, (VALUES ('` + RejectedOf + `'), ('` + OutcomesOf + `')) k (kind))`
}
