package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/hint"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
	"gonets/internal/store/reach"
)

// beatLimit bounds a heartbeat: a late one is as good as none.
const beatLimit = 3 * time.Second

// Beat tells the other nodes of a shared database that this one lives. It goes
// beside the committer, so that a batch that waits does not make the node look
// dead. When another server took this node's name, the store fails for good. When
// another node took this one's runs over, the epoch of the answer is a new one,
// under which the store leases already when Beat returns.
func (s *Store) Beat(ctx context.Context) (hint.Pulse, error) {
	limited, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	var p hint.Pulse
	var now int64
	err := s.writer.QueryRowContext(limited, s.dialect.Bind(pack.BeatSQL(&s.dialect)), s.opt.Node, s.life).Scan(&now, &p.Epoch, &p.Config)
	if errors.Is(err, sql.ErrNoRows) {
		err = gonets.Errorf(gonets.CodeStoreFailed, "another server took the name %s of this node; give every server "+
			"a data folder of its own (node.id must not be copied)", s.opt.Node)
		s.fail(err)
		return p, err
	}
	if err != nil {
		if s.dialect.Classify(err) == dialect.FaultFatal {
			s.fail(err)
		}
		if ctx.Err() == nil {
			s.reach.Late(reach.Write, err)
		}
		return p, s.dialect.Wrap(err)
	}
	s.reach.Answered(reach.Write)
	s.epoch.Store(p.Epoch)
	p.Now = time.UnixMilli(now)
	return p, nil
}

// ConfigEpoch is the number of the configuration; every change raises it.
func (s *Store) ConfigEpoch(ctx context.Context) (n int64, err error) {
	err = s.quick(ctx).Row(`SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'config_epoch'`, nil, &n)
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
