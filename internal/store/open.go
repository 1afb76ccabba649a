package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/migrations"
)

func (s *Store) open(ctx context.Context) error {
	if s.dialect.Shared {
		return s.openWith(ctx, func(use dialect.Use) (*sql.DB, error) { return dialect.OpenPostgres(s.opt.Database, use, s.reach.Era) },
			func(context.Context, *sql.Conn) error { return nil })
	}
	var err error
	if s.dir, err = dialect.LockFolder(s.opt.Path); err != nil {
		return err
	}
	dialect.RewriteAtStart(s.opt.Path, s.opt.Room.Fits, s.opt.Logger)
	err = s.openWith(ctx, func(use dialect.Use) (*sql.DB, error) { return dialect.OpenSQLite(s.opt.Path, use) },
		func(ctx context.Context, conn *sql.Conn) error {
			if err := dialect.CheckSQLite(ctx, conn); err != nil {
				return err
			}
			return s.dir.CheckAfterFault(ctx, conn, s.opt.Logger)
		})
	if err != nil {
		return err
	}
	return s.openError(s.dir.Sync())
}

// openWith makes the pools, proves that the database keeps the promises, and
// brings its schema up to date before anything else uses it.
func (s *Store) openWith(ctx context.Context, pool func(dialect.Use) (*sql.DB, error),
	check func(context.Context, *sql.Conn) error) (err error) {
	if s.writer, err = pool(dialect.UseWrite); err != nil {
		return s.openError(err)
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return s.openError(err)
	}
	defer func() { _ = conn.Close() }()
	if err := check(ctx, conn); err != nil {
		return s.openError(err)
	}
	if err := migrations.Run(ctx, conn, &s.dialect); err != nil {
		return s.openError(err)
	}
	if keys, ok := s.opt.Sealer.(dialect.KeyNames); ok && s.dialect.Shared {
		if err := s.dialect.SameKey(ctx, conn, keys); err != nil {
			return s.openError(err)
		}
	}
	epoch, err := s.newEpoch(ctx, conn)
	if err != nil {
		return s.openError(err)
	}
	s.epoch.Store(epoch)
	for use, db := range map[dialect.Use]**sql.DB{dialect.UseRead: &s.readers, dialect.UseQuick: &s.hasty, dialect.UseAsk: &s.askers} {
		if *db, err = pool(use); err != nil {
			return s.openError(err)
		}
	}
	// The committer keeps one of the writer's connections from here on.
	if err := conn.Close(); err != nil {
		return s.openError(err)
	}
	s.commits, err = newCommitter(s)
	return s.openError(err)
}

func (s *Store) openError(err error) error {
	var ge *gonets.Error
	if err == nil || errors.As(err, &ge) {
		return err
	}
	if s.dialect.Shared {
		// The address may hold a password, so it stays out of the message.
		return gonets.Errorf(gonets.CodeStoreFailed, "the PostgreSQL database cannot be opened: %w", err)
	}
	return gonets.Errorf(gonets.CodeStoreFailed, "the database %s cannot be opened: %w", s.opt.Path, err)
}

// newEpoch makes every lease of this node's earlier lives recognisable as void.
func (s *Store) newEpoch(ctx context.Context, conn *sql.Conn) (epoch int64, err error) {
	s.life = rand.Text()
	err = conn.QueryRowContext(ctx, s.dialect.Bind(`INSERT INTO nodes (id, epoch, life, heartbeat_at, version)
		VALUES (?, (SELECT COALESCE(max(epoch), 0) + 1 FROM nodes), ?, `+s.dialect.Now+`, ?)
		ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, life = excluded.life,
			heartbeat_at = excluded.heartbeat_at, version = excluded.version
		RETURNING epoch`), s.opt.Node, s.life, s.opt.Version).Scan(&epoch)
	if err != nil {
		return 0, err
	}
	var last sql.NullString
	if err := conn.QueryRowContext(ctx, `SELECT max(id) FROM runs`).Scan(&last); err != nil {
		return 0, err
	}
	s.ids.StartAfter(last.String)
	return epoch, nil
}
