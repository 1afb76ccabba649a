package main

import (
	"context"

	"gonets"
	"gonets/internal/service"
)

// starting tells how long the parts of a start took, in the order in which they
// were done.
type starting struct {
	watch gonets.Stopwatch
	ended int64
	parts []any
}

// done ends a part, which began when the one before ended.
func (s *starting) done(part string) {
	now := s.watch.Microseconds()
	s.parts = append(s.parts, part+"_ms", (now-s.ended)/1000)
	s.ended = now
}

// took are all parts, as members of a record, and their sum.
func (s *starting) took() []any { return append(s.parts, "all_ms", s.ended/1000) }

// timed is a service whose start is a part of the server's.
type timed struct {
	service.Service
	of   *starting
	part string
}

func (t timed) Start(ctx context.Context) error {
	err := t.Service.Start(ctx)
	t.of.done(t.part)
	return err
}
