package store

import (
	"context"
	"encoding/json"

	"gonets/internal/hint"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
)

// spoken is a hint as it goes through the database.
type spoken struct {
	From string `json:"from"`
	hint.Hint
}

// Tell gives the other nodes of a shared database a hint. It goes beside the
// committer: whoever notifies inside a large transaction makes all others that
// notify wait for its commit.
func (s *Store) Tell(ctx context.Context, h hint.Hint) error {
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	text, err := json.Marshal(spoken{s.opt.Node, h})
	if err == nil {
		_, err = s.readers.ExecContext(ctx, s.dialect.Bind(dialect.Hint), string(text))
	}
	return s.dialect.Wrap(err)
}

// Listen hands over the hints of other nodes until the connection is lost or
// ctx ends. What was told while nobody listened is lost, so it begins with a
// hint that anything may have happened.
func (s *Store) Listen(ctx context.Context, heard func(hint.Hint)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.reach.Era(), cancel)()
	err := dialect.ListenPostgres(ctx, s.opt.Database, func() { heard(hint.Hint{Work: true, Config: true, Lanes: true, Erased: true}) }, func(text string) {
		var h spoken
		// What others send on our channel is no hint of ours.
		if json.Unmarshal([]byte(text), &h) == nil && h.From != s.opt.Node && h.From != "" {
			heard(h.Hint)
		}
	})
	return s.dialect.Wrap(err)
}

// Stopped are the names of the stopped scenarios.
func (s *Store) Stopped(ctx context.Context) ([]string, error) {
	names, err := pack.Texts(s.reader(ctx), `SELECT name FROM scenarios WHERE state = 'stopped'`)
	return names, s.dialect.Wrap(err)
}
