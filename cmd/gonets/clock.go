package main

import (
	"context"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/jump"
	"gonets/internal/telemetry"
)

// watchClock tells when somebody sets this machine's clock, or the database's. What waits in memory
// goes by the monotonic one; what is due is looked up each second. Only the pace of
// lanes was reckoned by the time that is no more.
func (s *server) watchClock(metrics *telemetry.Metrics) *jump.Watch {
	running := gonets.StartStopwatch()
	return jump.New(jump.Options{
		Wall:   gonets.SystemClock{},
		Steady: func() time.Duration { return time.Duration(running.Microseconds()) * time.Microsecond },
		Jumped: func(ctx context.Context, j jump.Jump) {
			whose, said := "server", "this machine's clock was set, or it slept: what is due goes by the new time, with PostgreSQL by the database's"
			if j.Database {
				whose, said = "database", "the clock of the database's machine was set, or another machine took its place: what is due goes by the new time"
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
