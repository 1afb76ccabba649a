package store

import (
	"context"

	"gonets/internal/hint"
	"gonets/internal/store/dialect"
)

// Tell gives the other nodes of a shared database a hint. It goes beside the committer: whoever
// notifies inside a large transaction makes all others that notify wait for its commit.
func (s *Store) Tell(ctx context.Context, h hint.Hint) error {
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	text, err := hint.Speak(s.opt.Node, h)
	if err == nil {
		_, err = s.readers.ExecContext(ctx, s.dialect.Bind(dialect.Hint), text)
	}
	return s.dialect.Wrap(err)
}

// Listen hands over the hints of other nodes until the connection is lost or ctx ends. What was
// told while nobody listened is lost, so it begins with a hint that anything may have happened;
// of an erasure only if there was one, because it ends what people wait for.
func (s *Store) Listen(ctx context.Context, heard func(hint.Hint)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.reach.Era(), cancel)()
	err := dialect.ListenPostgres(ctx, s.opt.Database, func() {
		erased := s.ErasedSince(ctx, s.heard)
		s.heard = s.opt.Clock.Now()
		heard(hint.Hint{Work: true, Config: true, Lanes: true, Erased: erased})
	}, func(text string) {
		s.heard = s.opt.Clock.Now()
		if h, ok := hint.Hear(s.opt.Node, text); ok {
			heard(h)
		}
	})
	return s.dialect.Wrap(err)
}
