package main

import (
	"context"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/jump"
	"gonets/internal/telemetry"
)

// running is a clock that nobody can set.
func running() func() time.Duration {
	watch := gonets.StartStopwatch()
	return func() time.Duration { return time.Duration(watch.Microseconds()) * time.Microsecond }
}

// watchClock tells when somebody sets this machine's clock, or the database's goes
// otherwise. What waits in memory goes by the monotonic one; what is due is looked
// up each second. Only the pace of lanes was reckoned by the time that is no more.
func (s *server) watchClock(metrics *telemetry.Metrics) *jump.Watch {
	return jump.New(jump.Options{
		Wall:   gonets.SystemClock{},
		Steady: running(),
		Jumped: func(ctx context.Context, j jump.Jump) {
			whose, said := "server", "this machine's clock was set, or it slept: what is due goes by the new time, with PostgreSQL by the database's"
			if j.Database {
				whose, said = "database", "the clock of the database and this machine's went apart: the database's was set, another machine took its place, or this one stood still; what is due goes by the new time"
			}
			s.log.Warn(said, "by", j.By)
			metrics.ClockJumped()
			s.engine.Places.Retime()
			if err := s.store.Note(ctx, "system", "clock.jump", whose, fmt.Sprintf(`{"by_s":%d}`, int64(j.By/time.Second))); err != nil {
				s.log.Warn("that the clock was set could not be written into the audit", "error", err)
			}
		},
	})
}
