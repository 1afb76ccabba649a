// Package reach knows whether a shared database answers, and until when its
// connections are trusted.
package reach

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gonets/internal/store/dialect"
)

// Way is a way to the database. One may be silent while the other is not: their
// connections are different ones.
type Way int

const (
	// Write is the way of commits and heartbeats.
	Write Way = iota
	// Read is the way of what is read.
	Read
	ways
)

// Database is what is known of it.
type Database struct {
	log      *slog.Logger
	classify func(error) dialect.Fault

	mu sync.Mutex
	// away is why nothing came back on a way the last time.
	away [ways]error
	// answers counts what came back on the way of what is read.
	answers int
	// era lasts as long as connections that are made in it are trusted.
	era context.Context
	end context.CancelCauseFunc
}

// New knows of a database that answers.
func New(log *slog.Logger, classify func(error) dialect.Fault) *Database {
	d := &Database{log: log, classify: classify}
	d.era, d.end = context.WithCancelCause(context.Background())
	return d
}

// Away is nil while all ways lead to the database.
func (d *Database) Away() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.away[:]...)
}

// Era ends when no connection of before may be used any more, with the error that
// showed it.
func (d *Database) Era() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.era
}

// Read reads within a limit, and no longer than connections of now are trusted. One
// that should be quick and gets no answer shows that the database is away, but not
// while others get theirs: then it only waits for its turn.
func (d *Database) Read(ctx context.Context, limit time.Duration, quick bool, read func(context.Context) error) error {
	d.mu.Lock()
	era, answers := d.era, d.answers
	d.mu.Unlock()
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(era, cancel)()
	err := read(limited)
	switch {
	case err != nil && ctx.Err() != nil:
		// Whoever asked is gone, which tells nothing.
	case err != nil && era.Err() != nil:
		return context.Cause(era)
	case d.classify(err) != dialect.FaultAway:
		d.Answered(Read)
	case limited.Err() == nil, quick && !d.answeredSince(answers):
		d.Lost(Read, err)
	}
	return err
}

func (d *Database) answeredSince(answers int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answers != answers
}

// Answered notes that the database answered.
func (d *Database) Answered(w Way) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w == Read {
		d.answers++
	}
	if d.away[w] == nil {
		return
	}
	d.away[w] = nil
	if errors.Join(d.away[:]...) == nil {
		d.log.Info("the database is back")
	}
}

// Late notes that no answer came in time, which tells nothing of other connections.
func (d *Database) Late(w Way, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.late(w, err)
}

func (d *Database) late(w Way, err error) {
	if errors.Join(d.away[:]...) == nil {
		d.log.Error("the database does not answer; trying again", "error", err)
	}
	d.away[w] = err
}

// Lost notes that no answer came. Unless the database itself said why, or there was
// no connection yet, the path to it may be gone without a word: then what is asked
// on any connection of before ends at once, and none of them is used again.
func (d *Database) Lost(w Way, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.late(w, err)
	if dialect.Said(err) || dialect.Unconnected(err) {
		return
	}
	d.end(err)
	d.era, d.end = context.WithCancelCause(context.Background())
}

// Close ends the last era.
func (d *Database) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end(nil)
}
