package jump

import "context"

// Look compares the clocks once, without waiting for its time.
func (w *Watch) Look(ctx context.Context) { w.look(ctx) }
