package reach_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"gonets/internal/store/dialect"
	"gonets/internal/store/reach"
)

func database() (*reach.Database, *strings.Builder) {
	var log strings.Builder
	way := dialect.Postgres()
	return reach.New(slog.New(slog.NewTextHandler(&log, nil)), way.Classify), &log
}

// silent is a read that gets no answer.
func silent(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func answered(context.Context) error { return nil }

// TestOneWayDoesNotSpeakForTheOther: heartbeats that come through do not mean that
// events are answered.
func TestOneWayDoesNotSpeakForTheOther(t *testing.T) {
	t.Parallel()
	d, log := database()
	if err := d.Read(t.Context(), time.Millisecond, true, silent); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a silent read: %v", err)
	}
	d.Answered(reach.Write)
	if d.Away() == nil || strings.Contains(log.String(), "is back") {
		t.Errorf("it counts as there: %s", log)
	}
	d.Lost(reach.Write, io.EOF)
	if err := d.Read(t.Context(), time.Hour, true, answered); err != nil || d.Away() == nil {
		t.Errorf("commits are silent: %v, away %v", err, d.Away())
	}
	d.Answered(reach.Write)
	if d.Away() != nil || strings.Count(log.String(), "is back") != 1 || strings.Count(log.String(), "does not answer") != 1 {
		t.Errorf("away %v: %s", d.Away(), log)
	}
}

// TestWhatWaitsOnALostPathEnds: a read that may take long does not outlast the trust
// in its connection.
func TestWhatWaitsOnALostPathEnds(t *testing.T) {
	t.Parallel()
	d, _ := database()
	before := d.Era()
	err := d.Read(t.Context(), time.Hour, false, func(ctx context.Context) error {
		d.Lost(reach.Write, io.EOF)
		return silent(ctx)
	})
	if !errors.Is(err, io.EOF) || before.Err() == nil || d.Era().Err() != nil {
		t.Errorf("%v; before %v, now %v", err, before.Err(), d.Era().Err())
	}
}

func TestWhatTellsNothingOfTheDatabase(t *testing.T) {
	t.Parallel()
	gone, leave := context.WithCancel(t.Context())
	for name, read := range map[string]func(*reach.Database) error{
		"others get their answers": func(d *reach.Database) error {
			return d.Read(t.Context(), time.Millisecond, true, func(ctx context.Context) error {
				d.Answered(reach.Read)
				return silent(ctx)
			})
		},
		"much is read": func(d *reach.Database) error { return d.Read(t.Context(), time.Millisecond, false, silent) },
		"the caller is gone": func(d *reach.Database) error {
			return d.Read(gone, time.Hour, true, func(ctx context.Context) error {
				leave()
				return silent(ctx)
			})
		},
		"it refuses": func(d *reach.Database) error {
			return d.Read(t.Context(), time.Hour, true, func(context.Context) error { return &pgconn.PgError{Code: "42601"} })
		},
	} {
		d, _ := database()
		era := d.Era()
		if err := read(d); err == nil || d.Away() != nil || era.Err() != nil {
			t.Errorf("%s: %v; away %v, trusted %v", name, err, d.Away(), era.Err() == nil)
		}
	}
}

// TestItsOwnWordKeepsTheTrust: a database that says that it has no room for more
// connections keeps those that there are.
func TestItsOwnWordKeepsTheTrust(t *testing.T) {
	t.Parallel()
	d, _ := database()
	era := d.Era()
	if d.Lost(reach.Read, &pgconn.PgError{Code: "53300"}); d.Away() == nil || era.Err() != nil {
		t.Errorf("away %v, trusted %v", d.Away(), era.Err() == nil)
	}
}
