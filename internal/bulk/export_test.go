package bulk

import "context"

// Tick is the pause between turns.
const Tick = tick

// Turn gives every job its part.
func (s *Service) Turn(ctx context.Context) { s.turn(ctx) }
