package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gonets"
)

// beatLimit bounds a heartbeat: a late one is as good as none.
const beatLimit = 3 * time.Second

// beatSQL gives a node that was silent for too long a new epoch: what it had
// leased belongs to others. All of it is one statement, so that no rescue comes
// in between.
func (s *Store) beatSQL() string {
	return `WITH old AS (SELECT id, heartbeat_at FROM nodes WHERE id = ? AND life = ? FOR UPDATE)
		UPDATE nodes n SET heartbeat_at = ` + s.dialect.Now + `,
			epoch = CASE WHEN old.heartbeat_at <= ` + s.dialect.Now + ` - ? THEN (SELECT max(epoch) + 1 FROM nodes) ELSE n.epoch END
		FROM old WHERE n.id = old.id
		RETURNING n.heartbeat_at, n.epoch, (SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'config_epoch')`
}

// Beat tells the other nodes of a shared database that this one lives. It goes
// beside the committer, so that a batch that waits does not make the node look
// dead. When another server took this node's name, the store fails for good.
func (s *Store) Beat(ctx context.Context) (gonets.Pulse, error) {
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	var p gonets.Pulse
	var now int64
	err := s.writer.QueryRowContext(ctx, s.dialect.Bind(s.beatSQL()), s.opt.Node, s.life, gonets.NodeDead.Milliseconds()).
		Scan(&now, &p.Epoch, &p.Config)
	if errors.Is(err, sql.ErrNoRows) {
		err = gonets.Errorf(gonets.CodeStoreFailed, "another server took the name %s of this node; give every server "+
			"a data folder of its own (node.id must not be copied)", s.opt.Node)
		s.fail(err)
		return p, err
	}
	if err != nil {
		s.reached(err)
		return p, s.dialect.Wrap(err)
	}
	s.reached(nil)
	s.epoch.Store(p.Epoch)
	p.Now = time.UnixMilli(now)
	return p, nil
}

// ConfigEpoch is the number of the configuration; every change raises it.
func (s *Store) ConfigEpoch(ctx context.Context) (n int64, err error) {
	err = s.reader(ctx).Row(`SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'config_epoch'`, nil, &n)
	return n, s.dialect.Wrap(err)
}

// ClockOrigin is when the time of a speed began on this database, the same for
// all nodes, and the database's time now.
func (s *Store) ClockOrigin(ctx context.Context, speed float64) (origin, now time.Time, err error) {
	name := fmt.Sprintf("clock_origin_%g", speed)
	_, err = s.writer.ExecContext(ctx, s.dialect.Bind(`INSERT INTO meta (name, value) VALUES (?, CAST(`+s.dialect.Now+` AS TEXT))
		ON CONFLICT (name) DO NOTHING`), name)
	var began, present int64
	if err == nil {
		err = s.reader(ctx).Row(`SELECT CAST(value AS BIGINT), `+s.dialect.Now+` FROM meta WHERE name = ?`, []any{name}, &began, &present)
	}
	return time.UnixMilli(began), time.UnixMilli(present), s.dialect.Wrap(err)
}

// voidLeases is the condition of leases of the past: those of this node's
// earlier lives, and those of other nodes unless they are alive. A node that
// came back at once frees its own, because it alone knows what was in flight.
func (s *Store) voidLeases() (where string, args []any) {
	where = `r.node IS NOT NULL AND NOT (r.node = ? AND r.node_epoch = ?)`
	args = []any{s.opt.Node, s.Epoch()}
	if !s.dialect.Shared {
		return where, args
	}
	return where + ` AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = r.node AND n.id <> ?
			AND n.heartbeat_at > ` + s.dialect.Now + ` - ?)`, append(args, s.opt.Node, gonets.NodeDead.Milliseconds())
}
