// Package store keeps everything durable. All SQL of Gonets is here: one text
// for every database, what differs is in dialect.go. Every write goes through
// one committer, which groups what is queued into one transaction and one
// fsync; a call returns after that fsync.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gonets"
	"gonets/internal/store/blame"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/reach"
	"gonets/internal/store/rooms"
	"gonets/internal/store/routes"
)

// Sealer encrypts what must not stand in the database as it is.
type Sealer = floor.Sealer

// Placer decides where a new run queues.
type Placer = floor.Placer

// Options are what a store needs.
type Options struct {
	// Path is the database file; its folder belongs to one server at a time.
	Path string
	// Database is the address of a PostgreSQL database that several servers may
	// share, instead of Path.
	Database string
	// Node is this server's name among the nodes.
	Node string
	// Version is the program's version, for the list of nodes.
	Version string
	Clock   gonets.Clock
	// Placer is optional; without it every new run is queued in LaneUnknown.
	Placer Placer
	Sealer Sealer
	// SearchValues gives the normalised values at the paths of an event by
	// which the history finds its runs. Optional; called by the goroutines that
	// call Accept, many at once. It fails when the event's source cannot be read.
	SearchValues func(ev *gonets.Event, paths []string) ([]string, error)
	// Room is optional; without it the disk is never low.
	Room   floor.Room
	Logger *slog.Logger
}

// Store is an open database. All methods are safe for concurrent use.
type Store struct {
	rooms.Rooms

	opt     Options
	dialect dialect.Dialect
	dir     *dialect.Folder
	writer  *sql.DB
	readers *sql.DB
	// hasty read the little that somebody waits for, whatever the readers do.
	hasty *sql.DB
	// askers read the history for people, apart from the server's own work.
	askers *sql.DB
	// askLimit bounds an answer to them; walkPart is how many runs it looks at in
	// one go.
	askLimit time.Duration
	walkPart int
	epoch    atomic.Int64
	// heard is when the connection of [Store.Listen], which alone uses it, was last known to live.
	heard time.Time
	// life tells this process from one that takes its node's name.
	life    string
	commits *committer

	mu     sync.Mutex
	fault  error
	failed chan struct{}
	// reach knows whether a shared database answers.
	reach *reach.Database

	routes routes.Cache
	finder *filter.Finder
	ids    *pack.Sequence
	// claims counts the claims that scenarios shared; the committer's alone.
	claims int
	// damaged are the runs that could not be read lately.
	damaged blame.Patience
	// orphans is where the search for events without runs goes on.
	orphans string
	// sweep is where that for deeds of runs that are no more goes on.
	sweep deeds.Sweep
	// paces are how much of each upkeep fits into a commit.
	paces struct{ runs, orphans, keys queue.Pace }
}

// Open locks the data folder, opens or creates the database, brings its schema
// up to date, and registers a new epoch of this node. It refuses a folder that
// another server uses and a schema that is newer than this program.
func Open(ctx context.Context, opt Options) (*Store, error) {
	if (opt.Path == "") == (opt.Database == "") || opt.Clock == nil || opt.Sealer == nil {
		return nil, errors.New("store: Path or Database, Clock and Sealer are needed")
	}
	if opt.Node == "" {
		opt.Node = "local"
	}
	if opt.Placer == nil {
		opt.Placer = floor.NoPlaces{}
	}
	if opt.SearchValues == nil {
		opt.SearchValues = func(*gonets.Event, []string) ([]string, error) { return nil, nil }
	}
	if opt.Room == nil {
		opt.Room = floor.Roomy{}
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	way := dialect.SQLite()
	if opt.Database != "" {
		way = dialect.Postgres()
	}
	s := &Store{opt: opt, dialect: way, failed: make(chan struct{}), reach: reach.New(opt.Logger, way.Classify), askLimit: askLimit, walkPart: filter.Part, ids: &pack.Sequence{},
		finder: &filter.Finder{Values: opt.SearchValues, Logger: opt.Logger}}
	s.Rooms = rooms.New(s.base())
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	return s, nil
}

// Node is this server's name in leases.
func (s *Store) Node() string { return s.opt.Node }

// Epoch is the number of this server's life; leases of any other are void.
func (s *Store) Epoch() int64 { return s.epoch.Load() }

// Failed is closed when the database can no longer be trusted: the process
// has to end within a second and start again.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Health is nil while the store works. A database that is away comes back by
// itself; a failed one does not (see [Store.Failed]).
func (s *Store) Health() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.fault != nil:
		return s.fault
	case s.opt.Room.Full():
		return dialect.ErrFull()
	}
	return s.dialect.Wrap(s.reach.Away())
}

// broken is why nothing will be stored any more.
func (s *Store) broken() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// fail stops the store for good and leaves the marker that makes the next
// start check the file.
func (s *Store) fail(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != nil {
		return
	}
	s.fault = &gonets.Error{Code: gonets.CodeStoreFailed, Err: cause,
		Message: "the database failed and nothing more is stored; the server has to start again, look at the disk"}
	s.opt.Logger.Error("the database failed", "error", cause)
	if s.dir == nil {
		close(s.failed)
		return
	}
	if err := s.dir.Mark(); err != nil {
		s.opt.Logger.Error("the marker of the failure could not be written", "error", err)
	}
	close(s.failed)
}

// Close ends what is queued, then closes the files. Operations that come later
// get CodeStopping.
func (s *Store) Close(ctx context.Context) error {
	// It is no loss when this cannot be stored any more.
	_ = s.KeepUses(ctx)
	if err := s.commits.stop(ctx); err != nil {
		return err
	}
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var errs []error
	// The writer goes last: it then folds the log into the database file.
	s.reach.Close()
	for _, db := range []*sql.DB{s.askers, s.hasty, s.readers, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.dir != nil {
		errs = append(errs, s.dir.Unlock())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}
